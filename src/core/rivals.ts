// Who competes with a waiting contact: those who wait for the same agents, in whatever queue, and go before it. Looked up when somebody asks.

import type { Contact, LineEntry } from './contact.ts';
import type { DemandClass, DemandIndex, Line } from './demand.ts';
import { urgencyUs } from './rank.ts';

/** How many are counted at most. */
export const RIVALS_MAX = 10_000;

/** Whether `one` stands before `other`, were they in one line: by tier, urgency now, arrival. */
export function isAhead(one: Contact, other: Contact, now: number): boolean {
  if (one === other) return false;
  if (one.tier !== other.tier) return one.tier > other.tier;
  const difference = urgencyUs(one, now) - urgencyUs(other, now);
  return difference !== 0 ? difference > 0 : one.ordinal < other.ordinal;
}

/** How many waiting contacts are ahead of it that some signed-in agent could serve as well as it; at most RIVALS_MAX. */
export function rivalsAhead(contact: Contact, demands: DemandIndex, now: number): number {
  const { demand } = contact;
  if (demand === undefined) return 0;
  let count = 0;
  for (const other of demands.nonEmpty) {
    if (!shareAgents(demand, other)) continue;
    for (const line of [...other.waiting.lines, ...other.held.lines]) {
      count += countAhead(line, contact, now, RIVALS_MAX - count);
      if (count === RIVALS_MAX) return count;
    }
  }
  return count;
}

function shareAgents(one: DemandClass, other: DemandClass): boolean {
  if (one === other) return one.facts.length > 0;
  const [few, many] = one.facts.length <= other.facts.length ? [one, other] : [other, one];
  return few.facts.some(({ supply }) => supply.factByDemand.has(many));
}

/** In a line's heap nobody behind one who is not ahead is. */
function countAhead({ heap }: Line, contact: Contact, now: number, countMax: number): number {
  const isFirst = (entry: LineEntry | undefined): boolean =>
    entry !== undefined && isAhead(entry.contact, contact, now);
  const open = isFirst(heap.peek()) ? [0] : [];
  let count = 0;
  for (let place = open.pop(); place !== undefined && count < countMax; place = open.pop()) {
    count++;
    for (const below of heap.placesBelow(place)) if (isFirst(heap.itemAt(below))) open.push(below);
  }
  return count;
}
