/**
 * `cordboard staff FILE`: how many agents of which group a scenario needs, interval by interval; a table or JSON on stdout, CSV on request.
 *
 * 1. stdout gets the result and nothing else; a scenario that is refused is lines on stderr and exit code 2.
 * 2. It may take minutes: a line on a terminal says how far it is.
 */
import { writeFileSync } from 'node:fs';
import { readScenario } from '../config/scenario-file.ts';
import type { StaffConfig } from '../config.ts';
import { staff } from '../sim/staff.ts';
import { staffCsv, staffJson, staffText } from '../sim/staff-table.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { faultLine } from './fault-line.ts';
import { ProgressLine } from './progress-line.ts';

/** Answers the exit code. */
export async function runStaff(
  file: string,
  { target, intervalMs, csvFile, seed, json }: StaffConfig,
): Promise<number> {
  const read = await readScenario(file);
  if ('failure' in read) return complain([read.failure], EXIT_USAGE);
  if ('faults' in read)
    return complain(
      read.faults.map((fault) => faultLine(fault.file, fault)),
      EXIT_USAGE,
    );
  const csvFailure = csvFile === undefined ? undefined : writeFailure(csvFile, '');
  if (csvFailure !== undefined) return complain([csvFailure], EXIT_FAILED);
  const line = new ProgressLine(process.stderr, 'staffing', () => performance.now());
  const result = staff(read.scenario, { target, intervalMs, seed, onProgress: (fraction) => line.update(fraction) });
  line.clear();
  if ('faults' in result)
    return complain(
      result.faults.map((fault) => `${file}: ${fault}`),
      EXIT_USAGE,
    );
  const { plan } = result;
  const failure = csvFile === undefined ? undefined : writeFailure(csvFile, staffCsv(plan));
  if (failure !== undefined) return complain([failure], EXIT_FAILED);
  const request = { target, intervalMs, seed };
  process.stdout.write(json ? staffJson(plan, request) : staffText(plan, request));
  return EXIT_OK;
}

/** Writes the file; one line if that does not go. Tried before the search, so that minutes of it are not lost. */
function writeFailure(file: string, text: string): string | undefined {
  try {
    writeFileSync(file, text);
    return undefined;
  } catch (cause) {
    return `cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

function complain(lines: readonly string[], exitCode: number): number {
  for (const line of lines) process.stderr.write(`cordboard: ${line}\n`);
  return exitCode;
}
