// While an eligible pair exists, the best pair is offered. Before a command the router was settled, so an eligible pair has a side that the
// command touched: a dirty line, a dirty contact (one with cool-downs or preferred agents), a dirty agent. Each of these is a source of its
// best pair; the best of the sources' pairs is the best of all.
//
// Invariants: 1. dirty agents are not in the supply index; every other available agent with room is: line and contact sources cover the indexed ones,
// agent sources the dirty ones. 2. within a settle pairs only get worse (agents fill, lines shrink): a source's last known pair bounds
// its present one, so a stale pair at the top is asked for again and nothing else is. 3. when it ends nobody is dirty. 4. a gate that may have
// opened, even within the settle, makes sources of all who wait behind it.

import { Heap } from '../lib/heap.ts';
import { type Agent, hasRoom, isAvailable, isSignedIn } from './agent.ts';
import type { Contact } from './contact.ts';
import type { DemandIndex, Line } from './demand.ts';
import type { FanOut } from './fan-out.ts';
import { isOpen } from './gate.ts';
import { bestForAgent, bestForContact, bestForLine, goesBefore, type Moment, type Pair } from './matching.ts';
import type { Queue } from './names.ts';
import { settleFurther } from './settle-further.ts';
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
  /** Queues whose gates may have opened. */
  gates: Queue[] = [];
  /** Empty but while settle runs. */
  readonly candidates = new Heap<Candidate>(candidateBefore);
  #compactAbove = COMPACT_ABOVE_MIN;

  /** Those of them that were looked behind in this settle while contacts behind them may be offered to more agents. */
  readonly openedGates = new Set<Queue>();

  get isEmpty(): boolean {
    return this.lines.length + this.contacts.length + this.agents.length + this.gates.length === 0;
  }

  /** Who only applies never settles: now and then what cannot matter any more goes, so that this stays as small as the state. */
  compact(): void {
    if (this.lines.length + this.contacts.length + this.agents.length <= this.#compactAbove) return;
    this.lines = keep(this.lines, (line) => line.heap.size > 0);
    this.contacts = keep(this.contacts, ({ line, further }) => line !== undefined || further !== undefined);
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

  addGate(queue: Queue): void {
    if (queue.gateDirty) return;
    queue.gateDirty = true;
    this.gates.push(queue);
  }

  addAgent(agent: Agent): void {
    if (agent.dirty) return;
    agent.dirty = true;
    this.agents.push(agent);
  }
}

/** What settle reads and cleans: the state is one. */
export interface Market {
  moment(now: number): Moment;
  readonly demands: DemandIndex;
  readonly supplies: SupplyIndex;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly dirty: Dirty;
  readonly hasGates: boolean;
  readonly fanOut: FanOut;
}

/** A source of pairs and the best that it has: a line, a contact or an agent; one of the three is there. */
interface Candidate {
  heapIndex: number;
  readonly line: Line | undefined;
  readonly contact: Contact | undefined;
  readonly agent: Agent | undefined;
  pair: Pair;
  /** How many contacts the pair's agent held when the pair was found: more make it stale. */
  heldCount: number;
  /** The agent's, when the pair was found: an agent for whom the router accepts gets another one meanwhile. */
  readyOrdinal: number;
}

function candidateBefore(a: Candidate, b: Candidate): boolean {
  return goesBefore(a.pair, a.readyOrdinal, b.pair, b.readyOrdinal);
}

/**
 * Offers best pairs until no eligible pair is left. `offer` applies one within the step; it makes the pair's agent dirty.
 */
export function settle<S extends { readonly now: number }>(
  market: Market,
  step: S,
  offer: (step: S, pair: Pair) => void,
): void {
  const { dirty } = market;
  if (dirty.isEmpty) return;
  const { candidates } = dirty;
  const moment = market.moment(step.now);
  for (const line of dirty.lines) consider(candidates, bestForLine(line, moment), line, undefined, undefined);
  for (const contact of dirty.contacts) {
    consider(candidates, bestForContact(contact, moment, market.agents), undefined, contact, undefined);
  }
  let sourcedAgentCount = 0;
  let hasOffered = false;
  for (;;) {
    for (; sourcedAgentCount < dirty.agents.length; sourcedAgentCount++) {
      const agent = dirty.agents[sourcedAgentCount] as Agent;
      if (market.hasGates) noteRoom(agent, dirty);
      consider(candidates, bestForAgent(agent, market.demands, moment), undefined, undefined, agent);
    }
    // Only answers within the settle (offers that the router accepts itself) open a gate after agents were looked at.
    if (hasOffered && dirty.gates.length > 0) considerAgain(candidates, market, moment);
    for (let queue = dirty.gates.pop(); queue !== undefined; queue = dirty.gates.pop()) {
      considerGate(market, queue, moment);
    }
    const best = candidates.peek();
    if (best === undefined) break;
    candidates.remove(best);
    if (!isStale(best, moment)) {
      offer(step, best.pair);
      hasOffered = true;
    }
    reconsider(candidates, best, market, moment);
  }
  if (market.fanOut.size > 0) settleFurther(market, moment, step, offer);
  clean(market);
}

function consider(
  candidates: Heap<Candidate>,
  pair: Pair | undefined,
  line: Line | undefined,
  contact: Contact | undefined,
  agent: Agent | undefined,
): void {
  if (pair === undefined) return;
  const { held, readyOrdinal } = pair.agent;
  candidates.push({ heapIndex: -1, line, contact, agent, pair, heldCount: held.length, readyOrdinal });
}

/** The source's next best pair, if it still has one. */
function reconsider(candidates: Heap<Candidate>, candidate: Candidate, market: Market, moment: Moment): void {
  const { line, contact, agent } = candidate;
  let pair: Pair | undefined;
  if (line !== undefined) pair = bestForLine(line, moment);
  else if (contact !== undefined) pair = bestForContact(contact, moment, market.agents);
  else if (agent !== undefined) pair = bestForAgent(agent, market.demands, moment);
  if (pair === undefined) return;
  candidate.pair = pair;
  candidate.heldCount = pair.agent.held.length;
  candidate.readyOrdinal = pair.agent.readyOrdinal;
  candidates.push(candidate);
}

function isStale({ pair, heldCount }: Candidate, moment: Moment): boolean {
  const { contact, agent } = pair;
  if (contact.line === undefined || agent.held.length !== heldCount) return true;
  return contact.demand?.gate !== undefined && !isOpen(contact.demand, moment);
}

/** An agent who has room now may be the one more that contacts behind a reserve wait for. */
function noteRoom(agent: Agent, dirty: Dirty): void {
  if (agent.supply === undefined) return;
  for (const { demand } of agent.supply.facts) {
    const { gate } = demand;
    if (gate === undefined || gate.gateDirty || demand.waitingCount + demand.furtherCount === 0) continue;
    if (isAvailable(agent) && hasRoom(agent, demand.channel)) dirty.addGate(gate);
  }
}

/** Everybody who waits behind the gate, with the agents that are in the indexes. */
function considerGate({ dirty, agents }: Market, queue: Queue, moment: Moment): void {
  const { candidates } = dirty;
  queue.gateDirty = false;
  if (queue.furtherCount > 0) dirty.openedGates.add(queue);
  for (const demand of queue.gated) {
    if (demand.waitingCount === 0 || !isOpen(demand, moment)) continue;
    for (const line of demand.waiting.lines)
      consider(candidates, bestForLine(line, moment), line, undefined, undefined);
    for (const contact of demand.odd) {
      consider(candidates, bestForContact(contact, moment, agents), undefined, contact, undefined);
    }
  }
}

/** What was best for an agent when it was looked at is no bound any more: a gate may have opened since. */
function considerAgain(candidates: Heap<Candidate>, { dirty, demands }: Market, moment: Moment): void {
  for (const agent of dirty.agents) {
    consider(candidates, bestForAgent(agent, demands, moment), undefined, undefined, agent);
  }
}

/** Everyone has had a turn: agents that are still free go where arriving contacts find them. */
function clean({ dirty, supplies }: Market): void {
  for (const line of dirty.lines) line.dirty = false;
  for (const contact of dirty.contacts) contact.dirty = false;
  for (const agent of dirty.agents) {
    agent.dirty = false;
    if (supplies.recount(agent)) supplies.insert(agent);
  }
  empty(dirty.lines);
  empty(dirty.contacts);
  empty(dirty.agents);
  if (dirty.openedGates.size > 0) dirty.openedGates.clear();
}

/** Item by item: to set a length is slow, and takes away the room that the next step needs again. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}
