// Which waiting contacts an agent may take by itself, best rank first: for agents that look for their work.
//
// The heads of all lines that the agent may serve go into a heap; whoever is taken out of it makes way for those right below it in its line.
// So the first so many come in exact order, and nothing behind them is looked at.
//
// Invariants: 1. changes nothing. 2. a page looks at EXAMINE_MAX places of lines at most; what stands behind is on no page.

import { Heap, type HeapItem } from '../lib/heap.ts';
import type { KeyedHeap } from '../lib/keyed-heap.ts';
import { type Agent, hasRoom } from './agent.ts';
import type { Contact, LineEntry } from './contact.ts';
import { absence } from './decide-assign.ts';
import { classFit } from './matching.ts';
import { fitUs, urgencyUs } from './rank.ts';
import { eligibilityOf } from './relaxation.ts';
import type { State } from './state.ts';

export const EXAMINE_MAX = 1_000;

/** What decides among the contacts of one agent: readiness is the same for all. */
interface Place {
  readonly contact: Contact;
  readonly worthUs: number;
}

/** A contact at its place in a heap of its line, with those below it still to come. */
interface Candidate extends Place, HeapItem {
  readonly heap: KeyedHeap<LineEntry>;
  readonly place: number;
  readonly fitUs: number;
}

export interface Takeable {
  readonly contacts: readonly Contact[];
  /** Whether there may be more behind them. */
  readonly hasMore: boolean;
}

function goesBefore(a: Place, b: Place): boolean {
  if (a.contact.tier !== b.contact.tier) return a.contact.tier > b.contact.tier;
  if (a.worthUs !== b.worthUs) return a.worthUs > b.worthUs;
  return a.contact.ordinal < b.contact.ordinal;
}

/** The contacts that the agent may take now behind `after` (the first when undefined), best first, so many at most. */
export function takeable(
  state: State,
  agent: Agent,
  after: Contact | undefined,
  limit: number,
  now: number,
): Takeable | 'nowhere' {
  const behind = after === undefined ? undefined : placeOf(state, agent, after, now);
  if (after !== undefined && behind === undefined) return 'nowhere';
  if (absence(agent) !== undefined) return { contacts: [], hasMore: false };
  const heads = new Heap<Candidate>(goesBefore);
  const push = (heap: KeyedHeap<LineEntry>, place: number, fit: number): void => {
    const contact = heap.itemAt(place)?.contact;
    if (contact === undefined) return;
    heads.push({ heapIndex: -1, heap, place, fitUs: fit, contact, worthUs: fit + urgencyUs(contact, now) });
  };
  pushHeads(state, agent, (heap, fit) => push(heap, 0, fit));
  // One that prefers the agent is in two heaps; it is met first where its affinity counts.
  const found = new Set<Contact>();
  const contacts: Contact[] = [];
  let examined = 0;
  for (; examined < EXAMINE_MAX && contacts.length < limit; examined++) {
    const best = heads.peek();
    if (best === undefined) break;
    heads.remove(best);
    for (const place of best.heap.placesBelow(best.place)) push(best.heap, place, best.fitUs);
    if (found.has(best.contact)) continue;
    found.add(best.contact);
    if (behind === undefined || goesBefore(behind, best)) contacts.push(best.contact);
  }
  return { contacts, hasMore: examined < EXAMINE_MAX && heads.size > 0 };
}

/** The heaps with something for the agent: lines of the classes that it meets and has room for, and those that prefer it. */
function pushHeads(state: State, agent: Agent, push: (heap: KeyedHeap<LineEntry>, fit: number) => void): void {
  const { supply } = agent;
  if (supply === undefined) return;
  for (const { demand, fitUs: fit } of supply.facts) {
    if (demand.waitingCount === 0 || !hasRoom(agent, demand.channel)) continue;
    for (const { heap } of demand.waiting.lines) push(heap, fit);
  }
  for (const [demand, { lines }] of state.demands.affinity.linesFor(agent.id) ?? []) {
    const fit = classFit(agent, demand);
    if (fit === undefined || !hasRoom(agent, demand.channel)) continue;
    for (const { heap } of lines) push(heap, fit + state.terms.affinityUs);
  }
}

/** Where a contact stands or would stand for the agent, in line or not. */
function placeOf(state: State, agent: Agent, contact: Contact, now: number): Place | undefined {
  const { requirement: original, prefers } = contact;
  const fit = fitUs({ requirement: eligibilityOf(contact), original, prefers }, agent.skills, state.terms);
  if (fit === undefined) return undefined;
  const affinityUs = contact.preferredAgents.includes(agent.id) ? state.terms.affinityUs : 0;
  return { contact, worthUs: fit + affinityUs + urgencyUs(contact, now) };
}
