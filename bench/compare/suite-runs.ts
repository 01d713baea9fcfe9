/**
 * The suites of a tree, run as a user runs them: `npm run bench -- SUITE …`. All that is known of a tree is that contract.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import { runProgram } from './program.ts';

/** The last line of a suite. */
export interface SuiteResult {
  readonly suite: string;
  readonly hash: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The names that a tree gives when it is asked for none; this comparison is not among them. */
export async function suitesOf(folder: string, cleanup: Cleanup): Promise<string[]> {
  const { output } = await npmRunBench(folder, [], cleanup, () => undefined);
  const names = /suites: (.+)$/m.exec(output)?.[1]?.split(', ');
  if (names === undefined) throw new Error(`${folder}: npm run bench names no suites: ${output}`);
  return names.filter((name) => name !== 'compare');
}

/** Runs a suite. Rejects, with the end of what it said, if it fails. */
export async function runSuite(
  folder: string,
  suite: string,
  options: readonly string[],
  cleanup: Cleanup,
): Promise<SuiteResult> {
  const resultFolder = mkdtempSync(join(tmpdir(), 'cordboard-compare-result-'));
  const remove = (): void => rmSync(resultFolder, { recursive: true, force: true });
  cleanup.add({ orderly: remove, abrupt: remove });
  const file = join(resultFolder, 'result.json');
  const { status, output } = await npmRunBench(folder, [suite, ...options, '--json', file], cleanup);
  if (status !== 0) throw new Error(`${suite} in ${folder} ended with ${status}: ${output}`);
  const result: SuiteResult = JSON.parse(readFileSync(file, 'utf8'));
  remove();
  return result;
}

function npmRunBench(
  folder: string,
  args: readonly string[],
  cleanup: Cleanup,
  onStderr?: (chunk: Buffer) => void,
): ReturnType<typeof runProgram> {
  return runProgram('npm', ['run', '--silent', 'bench', '--', ...args], folder, cleanup, onStderr);
}
