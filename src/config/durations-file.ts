/**
 * Files of observed durations, one a line: what an empirical distribution is made of.
 *
 * 1. A line is a duration (`180s`) or plain seconds (`181.5`); quotes around it and blank lines are nothing to stumble over.
 * 2. The first line may be a heading. Any other line that is no duration is a fault; nothing is left out in silence.
 */
import { parseDuration } from './duration.ts';
import type { Fault } from './fault.ts';

/** A file of so many values is long enough for any distribution. */
export const DURATIONS_BYTES_MAX = 16 * 1024 * 1024;
const DURATION_MS_MAX = 30 * 86_400_000;
const FAULTS_MAX = 20;

/** Milliseconds, ascending; or the faults, of which there is at least one. */
export type DurationsResult = { readonly valuesMs: readonly number[] } | { readonly faults: readonly Fault[] };

/** Reads the text of such a file. */
export function parseDurations(text: string): DurationsResult {
  const valuesMs: number[] = [];
  const faults: Fault[] = [];
  let isHeadingPossible = true;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const cell = unquoted(line.trim());
    if (cell === '') continue;
    const ms = durationMs(cell);
    const isHeading = isHeadingPossible && ms === undefined && /^\p{L}[^,;\t]*$/u.test(cell);
    isHeadingPossible = false;
    if (isHeading) continue;
    if (ms !== undefined && ms >= 0 && ms <= DURATION_MS_MAX) valuesMs.push(ms);
    else if (faults.length < FAULTS_MAX) faults.push(faultOf(index + 1, cell));
  }
  if (faults.length > 0) return { faults };
  if (valuesMs.length === 0)
    return { faults: [{ line: 1, column: 1, path: '', message: 'expected durations, found none' }] };
  return { valuesMs: valuesMs.sort((one, other) => one - other) };
}

function faultOf(line: number, cell: string): Fault {
  const found = `found ${JSON.stringify(cell.length > 60 ? `${cell.slice(0, 60)}…` : cell).toWellFormed()}`;
  const expected = 'expected one duration of at most 30d, such as 180s or 180 (seconds)';
  return { line, column: 1, path: '', message: `${expected}, ${found}` };
}

function unquoted(cell: string): string {
  return /^"[^"]*"$/.test(cell) ? cell.slice(1, -1).trim() : cell;
}

/** Undefined: not a duration. */
function durationMs(cell: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,12})?$/.test(cell)) return Number(cell) * 1000;
  return parseDuration(cell);
}
