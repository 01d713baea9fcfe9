/**
 * `cordboard check FILE`: every fault of a policy file as one line `FILE:LINE:COLUMN path: message`, on stdout.
 */
import { parsePolicy } from '../config/policy-file.ts';
import { readPolicyText } from '../config/policy-text.ts';
import type { ResolvedPolicy } from '../core/policy.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { faultLine } from './fault-line.ts';

/** Checks one file (`-`: standard input) and answers the exit code. */
export async function runCheck(file: string): Promise<number> {
  const read = await readPolicyText(file);
  if ('failure' in read) {
    process.stderr.write(`cordboard: ${read.failure}\n`);
    return EXIT_USAGE;
  }
  const result = parsePolicy(read.text);
  if ('faults' in result) {
    print(result.faults.map((fault) => faultLine(file, fault)));
    return EXIT_FAILED;
  }
  print([
    ...result.warnings.map((warning) => faultLine(file, warning, 'warning: ')),
    `${file}: ok, ${summary(result.policy)}`,
  ]);
  return EXIT_OK;
}

function summary({ channels, queues, segments, agents }: ResolvedPolicy): string {
  const counts = [
    count(Object.keys(channels).length, 'channel'),
    count(queues.length, 'queue'),
    count(Object.keys(segments).length, 'segment'),
    count(Object.keys(agents).length, 'agent'),
  ];
  return counts.join(', ');
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
