// While an eligible pair exists, the best pair is offered. Before a command the router was settled, so an eligible pair has a side that the
// command touched: a dirty line, a dirty contact (one with cool-downs or preferred agents), a dirty agent. Each of these is a source of its
// best pair; the best of the sources' pairs is the best of all.
//
// Invariants: 1. dirty agents are not in the supply index; every other available agent is: line and contact sources cover the indexed ones,
// agent sources the dirty ones. 2. within a settle pairs only get worse (agents fill, lines shrink): a source's last known pair bounds
// its present one, so a stale pair at the top is asked for again and nothing else is. 3. when it ends nobody is dirty.

import { Heap } from '../lib/heap.ts';
import { type Agent, isAvailable, isSignedIn } from './agent.ts';
import type { Contact } from './contact.ts';
import type { DemandIndex, Line } from './demand.ts';
import { bestForAgent, bestForContact, bestForLine, type Moment, type Pair, pairBefore } from './matching.ts';
import type { SupplyIndex } from './supply.ts';

const COMPACT_ABOVE_MIN = 4_096;

function keep<T extends { dirty: boolean }>(items: readonly T[], matters: (item: T) => boolean): T[] {
  return items.filter((item) => {
    item.dirty = matters(item);
    return item.dirty;
  });
}

/** What a command touched: the only places where an eligible pair can be. */
export class Dirty {
  lines: Line[] = [];
  contacts: Contact[] = [];
  agents: Agent[] = [];
  #compactAbove = COMPACT_ABOVE_MIN;

  get isEmpty(): boolean {
    return this.lines.length === 0 && this.contacts.length === 0 && this.agents.length === 0;
  }

  /** Who only applies never settles: now and then what cannot matter any more goes, so that this stays as small as the state. */
  compact(): void {
    if (this.lines.length + this.contacts.length + this.agents.length <= this.#compactAbove) return;
    this.lines = keep(this.lines, (line) => line.heap.size > 0);
    this.contacts = keep(this.contacts, (contact) => contact.line !== undefined);
    this.agents = keep(this.agents, isSignedIn);
    const left = this.lines.length + this.contacts.length + this.agents.length;
    this.#compactAbove = Math.max(COMPACT_ABOVE_MIN, 2 * left);
  }

  addLine(line: Line): void {
    if (line.dirty) return;
    line.dirty = true;
    this.lines.push(line);
  }

  addContact(contact: Contact): void {
    if (contact.dirty) return;
    contact.dirty = true;
    this.contacts.push(contact);
  }

  addAgent(agent: Agent): void {
    if (agent.dirty) return;
    agent.dirty = true;
    this.agents.push(agent);
  }
}

/** What settle reads and cleans: the state is one. */
export interface Market {
  readonly demands: DemandIndex;
  readonly supplies: SupplyIndex;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly dirty: Dirty;
}

type Source =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'contact'; readonly contact: Contact }
  | { readonly kind: 'agent'; readonly agent: Agent };

interface Candidate {
  heapIndex: number;
  readonly source: Source;
  readonly pair: Pair;
  /** How many contacts the agent held when the pair was found: more make it stale. */
  readonly heldCount: number;
}

function candidateBefore(a: Candidate, b: Candidate): boolean {
  return pairBefore(a.pair, b.pair);
}

/**
 * Offers best pairs until no eligible pair is left. `offer` applies one; it makes the pair's agent dirty.
 */
export function settle(market: Market, moment: Moment, offer: (pair: Pair) => void): void {
  const { dirty } = market;
  if (dirty.isEmpty) return;
  const candidates = new Heap<Candidate>(candidateBefore);
  const consider = (source: Source): void => {
    const pair = bestOf(source, market, moment);
    if (pair !== undefined) candidates.push({ heapIndex: -1, source, pair, heldCount: pair.agent.held.length });
  };
  for (const line of dirty.lines) consider({ kind: 'line', line });
  for (const contact of dirty.contacts) consider({ kind: 'contact', contact });
  let sourcedAgentCount = 0;
  for (;;) {
    for (; sourcedAgentCount < dirty.agents.length; sourcedAgentCount++) {
      consider({ kind: 'agent', agent: dirty.agents[sourcedAgentCount] as Agent });
    }
    const best = candidates.peek();
    if (best === undefined) break;
    candidates.remove(best);
    if (!isStale(best)) offer(best.pair);
    consider(best.source);
  }
  clean(market);
}

function bestOf(source: Source, market: Market, moment: Moment): Pair | undefined {
  switch (source.kind) {
    case 'line':
      return bestForLine(source.line, moment);
    case 'contact':
      return bestForContact(source.contact, moment, market.agents);
    case 'agent':
      return bestForAgent(source.agent, market.demands, moment);
  }
}

function isStale(candidate: Candidate): boolean {
  const { contact, agent } = candidate.pair;
  return contact.line === undefined || agent.held.length !== candidate.heldCount;
}

/** Everyone has had a turn: agents that are still free go where arriving contacts find them. */
function clean({ dirty, supplies }: Market): void {
  for (const line of dirty.lines) line.dirty = false;
  for (const contact of dirty.contacts) contact.dirty = false;
  for (const agent of dirty.agents) {
    agent.dirty = false;
    supplies.recount(agent);
    if (isAvailable(agent)) supplies.insert(agent);
  }
  dirty.lines.length = 0;
  dirty.contacts.length = 0;
  dirty.agents.length = 0;
}
