// The order of contacts that wait in one line, watched from step to step [LINE2]: nobody overtakes anybody.
//
// 1. A contact that something happened to (updated, classified anew, requeued, or away from the line in between) has no old place.

import type { CoreEvent } from '../../src/core/events.ts';
import type { OracleContact, OracleState } from '../core/oracle/model.ts';
import { canonicalText } from '../core/oracle/picture.ts';

export class LineOrder {
  /** Contact ids in order, by line. */
  #before = new Map<string, readonly string[]>();

  /** The pair that changed places in the step, if there is one. */
  step(state: OracleState, events: readonly CoreEvent[]): readonly [string, string] | undefined {
    const before = this.#before;
    this.#before = linesOf(state);
    const touched = new Set(events.flatMap((event) => ('contactId' in event ? [event.contactId] : [])));
    for (const [line, ids] of this.#before) {
      const places = new Map(before.get(line)?.map((id, place) => [id, place]));
      let last: string | undefined;
      for (const id of ids) {
        const place = places.get(id);
        if (place === undefined || touched.has(id)) continue;
        if (last !== undefined && place < (places.get(last) ?? -1)) return [last, id];
        last = id;
      }
    }
    return undefined;
  }

  /** What comes next is no successor of what was. */
  forget(): void {
    this.#before = new Map();
  }
}

function linesOf(state: OracleState): Map<string, readonly string[]> {
  const lines = new Map<string, OracleContact[]>();
  for (const contact of state.contacts) {
    if (contact.state !== 'QUEUED') continue;
    const { channel, requirement, prefers, preferredAgents, clockRate } = contact;
    const line = canonicalText([channel, requirement, prefers, preferredAgents, clockRate]);
    const others = lines.get(line);
    if (others === undefined) lines.set(line, [contact]);
    else others.push(contact);
  }
  return new Map([...lines].map(([line, contacts]) => [line, inOrder(contacts, state.epoch).map(({ id }) => id)]));
}

function inOrder(contacts: OracleContact[], epoch: number): OracleContact[] {
  const keyOf = ({ headStartUs, clockRate, agedFrom }: OracleContact): number =>
    headStartUs - clockRate * (agedFrom - epoch);
  return contacts.sort((a, b) => b.tier - a.tier || keyOf(b) - keyOf(a) || a.ordinal - b.ordinal);
}
