/**
 * Durations as people write them in policies and options: a whole number and a unit, `500ms 20s 5m 2h 3d`.
 *
 * 1. Milliseconds inside, text outside; a bare number is never a duration, because its unit would be a guess.
 * 2. `durationText` and `parseDuration` are inverse to each other for whole milliseconds.
 */

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]);

/** What a duration looks like, for messages. */
export const DURATION_EXAMPLES = '500ms, 20s, 5m, 2h or 3d';

/** Milliseconds of a duration's text; undefined if it is none. The amount is whole and at most nine digits long. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const unitMs = UNIT_MS.get(match?.[2] ?? '');
  return match === null || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
}

/** The shortest exact text of whole milliseconds: 90000 is `90s`, 120000 is `2m`, 0 is `0s`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, unitMs] of UNIT_MS) if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  return `${ms}ms`;
}
