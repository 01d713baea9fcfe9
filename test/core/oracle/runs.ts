// How many random histories a test runs and from which seed. The only place of the core's tests that reads the environment:
// CORDBOARD_FULL=1 asks for the full run, CORDBOARD_SEED and CORDBOARD_PATH repeat what a failure printed.
import type { Parameters } from 'fast-check';
import type { Test } from 'tap';

const { CORDBOARD_FULL, CORDBOARD_SEED, CORDBOARD_PATH } = process.env;

export const isFullRun = CORDBOARD_FULL === '1';

/** Parameters of fast-check for a test of so many runs, quick or full; says how to repeat them. */
export function runs<T>(t: Test, file: string, quick: number, full: number): Parameters<T> {
  const seed = CORDBOARD_SEED === undefined ? 20_261_122 : Number(CORDBOARD_SEED);
  const numRuns = isFullRun ? full : quick;
  t.comment(`${numRuns} runs; again: ${isFullRun ? 'CORDBOARD_FULL=1 ' : ''}CORDBOARD_SEED=${seed} npx tap ${file}`);
  t.comment('CORDBOARD_PATH=… repeats a single counterexample');
  return CORDBOARD_PATH === undefined ? { seed, numRuns } : { seed, numRuns, path: CORDBOARD_PATH };
}
