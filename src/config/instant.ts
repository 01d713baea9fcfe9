/**
 * Instants as people write them: a date and a time, epoch milliseconds, or so long before the end of something.
 *
 * 1. `2027-01-15T08:00:00Z`, `2027-01-15T09:00+01:00`, `2027-01-15` (its midnight); without a zone UTC, whatever the machine's zone is.
 * 2. `1800000000000`: epoch milliseconds. 3. `-24h`: so long before the end; what the end is, the asker knows.
 */
import { parseDuration } from './duration.ts';
import type { Option } from './option.ts';

export type Instant =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'beforeEnd'; readonly ms: number };

/** What an instant looks like, for messages. */
export const INSTANT_EXAMPLES = '2027-01-15T08:00:00Z, 1800000000000 or -24h (before the last event)';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;
const EPOCH_MS = /^\d{10,15}$/;

/** The instant of a text; undefined if it is none. */
export function parseInstant(text: string): Instant | undefined {
  if (text.startsWith('-')) {
    const ms = parseDuration(text.slice(1));
    return ms === undefined ? undefined : { kind: 'beforeEnd', ms };
  }
  if (EPOCH_MS.test(text)) return { kind: 'at', at: Number(text) };
  const zoned = DATE_AND_TIME.exec(text);
  if (zoned === null && !DATE.test(text)) return undefined;
  const at = Date.parse(zoned === null || zoned[1] !== undefined ? text : `${text}Z`);
  return Number.isNaN(at) ? undefined : { kind: 'at', at };
}

/** The instant in epoch milliseconds, where the end is at `endAt`. */
export function instantAt(instant: Instant, endAt: number): number {
  return instant.kind === 'at' ? instant.at : endAt - instant.ms;
}

/** An option that holds an instant; without a default it has to be given. */
export function instant({ about, fallback }: { readonly about: string; readonly fallback?: string }): Option<Instant> {
  return {
    argument: 'INSTANT',
    about,
    expected: `an instant such as ${INSTANT_EXAMPLES}`,
    fallback,
    required: fallback === undefined,
    environmentOnly: false,
    ignoresForeignValue: false,
    read: parseInstant,
  };
}
