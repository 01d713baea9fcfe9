/**
 * Rates as people write them in scenarios: a number of contacts and the time in which so many come, `100 per 30m`.
 *
 * 1. Contacts a millisecond inside, text outside. The time always has its unit; `per 30m`, never `/30m` or `per hour`.
 * 2. Nothing is faster than `RATE_PER_S_MAX`: beyond it an instant would hold many contacts, and a run would never end.
 */
import { parseDuration } from './duration.ts';

/** Contacts a second at most. */
export const RATE_PER_S_MAX = 10_000;

/** What a rate looks like, for messages. */
export const RATE_EXAMPLES = '100 per 30m, 0.5 per 1s or 12 per 1h';

/** Contacts a millisecond of a rate's text; undefined if it is none, or too fast. 0 is a rate. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,9})?) per (\w{1,12})$/.exec(text);
  const ms = parseDuration(match?.[2] ?? '');
  if (match === null || ms === undefined || ms === 0) return undefined;
  const perMs = Number(match[1]) / ms;
  return perMs <= RATE_PER_S_MAX / 1000 ? perMs : undefined;
}
