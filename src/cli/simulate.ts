/**
 * `cordboard simulate FILE`: a scenario in virtual time, or two on the same customers; a table or JSON on stdout, a page on
 * request.
 *
 * 1. stdout gets the result and nothing else; a scenario that is refused is lines on stderr and exit code 2.
 * 2. A signal ends it at once: nothing is lost but time.
 */
import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { SimulateConfig } from '../config.ts';
import { assert } from '../lib/assert.ts';
import { compare } from '../sim/compare.ts';
import { compareTable, type Side } from '../sim/compare-table.ts';
import { comparePage, reportPage } from '../sim/report-page.ts';
import { reportTable } from '../sim/report-table.ts';
import type { BatchedReport } from '../sim/simulate.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { ProgressLine } from './progress-line.ts';
import { type GivenScenario, readGivenScenario, ScenarioRefused } from './scenario-choice.ts';
import { SimulationFailed, simulateAside } from './simulation.ts';
import { onStopSignals } from './stop-signals.ts';

/** Answers the exit code, or ends the process itself on a signal. */
export async function runSimulate(file: string, config: SimulateConfig): Promise<number> {
  const { htmlFile, otherFile, seed, json } = config;
  try {
    const given = await readAll(otherFile === undefined ? [file] : [file, otherFile]);
    if (htmlFile !== undefined) await checkWritable(htmlFile);
    const runs = await simulateAll(given, seed);
    const { text, page } = resultOf(given, runs, json);
    if (htmlFile !== undefined) await writePage(htmlFile, page);
    process.stdout.write(text);
    return EXIT_OK;
  } catch (cause) {
    if (cause instanceof ScenarioRefused) return complain(cause.lines, EXIT_USAGE);
    if (cause instanceof SimulationFailed || cause instanceof PageFailed) return complain([cause.message], EXIT_FAILED);
    throw cause;
  }
}

/** The page cannot be written. */
class PageFailed extends Error {
  override readonly name = 'PageFailed';
}

/** All scenarios, or the faults of all of them. */
async function readAll(files: readonly string[]): Promise<GivenScenario[]> {
  const given: GivenScenario[] = [];
  const lines: string[] = [];
  for (const file of files) {
    try {
      given.push(await readGivenScenario(file));
    } catch (cause) {
      if (!(cause instanceof ScenarioRefused)) throw cause;
      lines.push(...cause.lines);
    }
  }
  if (lines.length > 0) throw new ScenarioRefused(lines);
  const [a, b] = given;
  if (a && b && (a.scenario.warmUpMs !== b.scenario.warmUpMs || a.scenario.measureMs !== b.scenario.measureMs)) {
    throw new ScenarioRefused([
      `${b.file}: run: expected warmUp and measure as in ${a.file}, with which it is compared`,
    ]);
  }
  return given;
}

/** Each scenario in a thread of its own, at the same time. */
async function simulateAll(given: readonly GivenScenario[], seed: number): Promise<BatchedReport[]> {
  const line = new ProgressLine(process.stderr, 'simulating', () => performance.now());
  const end = (exitCode: number): never => {
    line.clear();
    process.exit(exitCode);
  };
  const codes: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGINT: 130, SIGTERM: 143 };
  onStopSignals({ stop: (signal) => end(codes[signal] ?? EXIT_FAILED), atOnce: (_signal, exitCode) => end(exitCode) });
  // Nobody reads any more: `cordboard simulate … | head`.
  process.stdout.on('error', () => end(EXIT_FAILED));
  const fractions = given.map(() => 0);
  const over = new AbortController();
  try {
    return await Promise.all(
      given.map(async ({ scenario, warnings }, index) => {
        const onProgress = (fraction: number): void => {
          fractions[index] = fraction;
          line.update(fractions.reduce((sum, each) => sum + each, 0) / fractions.length);
        };
        const { report, batches } = await simulateAside({ scenario, seed }, onProgress, over.signal);
        return { report: { ...report, warnings: [...warnings, ...report.warnings] }, batches };
      }),
    );
  } finally {
    line.clear();
    // Where one of two has failed, nobody waits for the other.
    over.abort();
  }
}

function resultOf(
  given: readonly GivenScenario[],
  runs: readonly BatchedReport[],
  json: boolean,
): { text: string; page: string } {
  const [a, b] = given.map(({ file, scenario }, index): Side => {
    const report = runs[index]?.report;
    assert(report !== undefined, 'every scenario was run');
    return { name: file === '-' ? 'standard input' : basename(file), report, groups: scenario.agents };
  });
  const [first, second] = runs;
  assert(a !== undefined && first !== undefined, 'there is a first scenario');
  if (b === undefined || second === undefined) {
    return { text: json ? jsonText(a.report) : reportTable(a.report, a.groups), page: reportPage(a) };
  }
  const comparison = compare(first, second);
  const text = json ? jsonText({ a: a.report, b: b.report, difference: comparison }) : compareTable(a, b, comparison);
  return { text, page: comparePage(a, b, comparison) };
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Tells before the run, and not after minutes of it, that the page cannot be written. */
async function checkWritable(file: string): Promise<void> {
  try {
    const existing = await stat(file).catch(() => undefined);
    if (existing?.isDirectory()) throw new Error('it is a directory');
    await access(existing === undefined ? dirname(file) : file, constants.W_OK);
  } catch (cause) {
    throw pageFailed(file, cause);
  }
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (cause) {
    throw pageFailed(file, cause);
  }
}

function pageFailed(file: string, cause: unknown): PageFailed {
  return new PageFailed(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`);
}

function complain(lines: readonly string[], exitCode: number): number {
  for (const line of lines) process.stderr.write(`cordboard: ${line}\n`);
  return exitCode;
}
