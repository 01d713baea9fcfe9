// What a new policy changes, as lines for people: `queues.billing.headStartMs: 0 → 5000`. By the paths of the resolved policy; queues by their names.
//
// Invariants: 1. lines come in the order of the new policy, what it drops behind. 2. at most CHANGES_MAX of them and one that says how many more;
// no value longer than VALUE_MAX. 3. equal policies have none.

import type { ResolvedPolicy } from './policy.ts';

const CHANGES_MAX = 1_000;
const VALUE_MAX = 200;

/** The lines; none for a first policy. */
export function policyChanges(before: ResolvedPolicy | undefined, after: ResolvedPolicy): string[] {
  if (before === undefined) return [];
  const lines: string[] = [];
  compare('', byName(before), byName(after), lines);
  const [orderBefore, orderAfter] = [orderOf(before, after), orderOf(after, before)];
  if (orderBefore !== orderAfter) lines.push(`queues: in the order ${cut(orderBefore)} → ${cut(orderAfter)}`);
  const more = lines.length - CHANGES_MAX;
  return more > 0 ? [...lines.slice(0, CHANGES_MAX), `and ${more} more`] : lines;
}

/** The policy with its queues under their names. */
function byName({ queues, ...rest }: ResolvedPolicy): object {
  return { ...rest, queues: Object.fromEntries(queues.map(({ name, ...queue }) => [name, queue])) };
}

/** The names of its queues that the other has too, in its order. */
function orderOf({ queues }: ResolvedPolicy, other: ResolvedPolicy): string {
  const names = new Set(other.queues.map(({ name }) => name));
  return queues
    .map(({ name }) => name)
    .filter((name) => names.has(name))
    .join(', ');
}

function compare(path: string, before: unknown, after: unknown, lines: string[]): void {
  if (before === after) return;
  if (isRecord(before) && isRecord(after)) {
    const names = new Set([...Object.keys(after), ...Object.keys(before)]);
    for (const name of names) {
      compare(path === '' ? name : `${path}.${name}`, own(before, name), own(after, name), lines);
    }
    return;
  }
  const [textBefore, textAfter] = [JSON.stringify(before), JSON.stringify(after)];
  if (textBefore !== textAfter) lines.push(`${path}: ${cut(textBefore ?? 'none')} → ${cut(textAfter ?? 'none')}`);
}

function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** At most VALUE_MAX of the text, no half of a surrogate pair at its end. */
function cut(text: string): string {
  if (text.length <= VALUE_MAX) return text;
  const head = text.slice(0, VALUE_MAX - 1);
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`;
}
