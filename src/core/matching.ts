// The best partner of one contact, of one line's head, of one agent: exact, by comparing heads. Reads the indexes, changes nothing.
//
// The order among pairs: tier, rank, the contact's arrival, the agent's ready ordinal. A line's contacts differ only in what stands before
// the agent in that order, so its first contact is its best for every agent; but for pairs that cool down, which are walked past, and for
// affinity, which has heaps and look-ups of its own.

import type { KeyedHeap } from '../lib/keyed-heap.ts';
import { type Agent, hasRoom, isAvailable } from './agent.ts';
import type { AgentBuckets, Bucket, Membership } from './agent-buckets.ts';
import { leastLoad } from './blend.ts';
import { type Contact, isBarred, isCooling, type LineEntry } from './contact.ts';
import type { DemandClass, DemandIndex, Line } from './demand.ts';
import { isOpen } from './gate.ts';
import { HEAD_CLOCK_RATE, HEAD_KEY, HEAD_NUMBERS, HEAD_TIER, type Lined, type LineUp } from './line-up.ts';
import type { Queue } from './names.ts';
import { idleUs, loadUs, type RankTerms, urgencyUs } from './rank.ts';

/** A pair with its rank's parts, microseconds. */
export interface Pair {
  readonly contact: Contact;
  readonly agent: Agent;
  readonly urgencyUs: number;
  readonly fitUs: number;
  readonly readinessUs: number;
}

/** What ranks depend on beside the pair. */
export interface Moment {
  readonly now: number;
  readonly epoch: number;
  readonly terms: RankTerms;
  /** What a contact takes at least of an agent's capacity. */
  readonly costMin: number;
  /** Whether some channel yields to another or is exclusive: what an agent carries is then not the same for all channels. */
  readonly blends: boolean;
  /** What gates look at: the policy's queues, and the agents that settle has not put back yet. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly dirtyAgents: readonly Agent[];
}

export function pairTotalUs(pair: Pair): number {
  return pair.urgencyUs + pair.fitUs + pair.readinessUs;
}

/** Whether `a` goes before `b`. */
export function pairBefore(a: Pair, b: Pair): boolean {
  return goesBefore(a, a.agent.readyOrdinal, b, b.agent.readyOrdinal);
}

/** The same with the agents' ready ordinals as they were when the pairs were found. */
export function goesBefore(a: Pair, aReadyOrdinal: number, b: Pair, bReadyOrdinal: number): boolean {
  if (a.contact.tier !== b.contact.tier) return a.contact.tier > b.contact.tier;
  const difference = pairTotalUs(a) - pairTotalUs(b);
  if (difference !== 0) return difference > 0;
  if (a.contact.ordinal !== b.contact.ordinal) return a.contact.ordinal < b.contact.ordinal;
  return aReadyOrdinal < bReadyOrdinal;
}

/** The line's best contact that has no cool-downs, with its best indexed agent. */
export function bestForLine(line: Line, moment: Moment): Pair | undefined {
  if (line.demand.available?.buckets.length === 0 || !mayOffer(line.demand, moment)) return undefined;
  const head = line.heap.peek();
  const entry = head === undefined || isPlain(head) ? head : line.heap.firstWhere(isPlain, undefined);
  return entry === undefined ? undefined : bestIndexed(entry.contact, line.demand, moment);
}

/** The contact with its best agent: indexed ones, unless it is held, and its preferred ones. */
export function bestForContact(
  contact: Contact,
  moment: Moment,
  agentById: ReadonlyMap<string, Agent>,
): Pair | undefined {
  const { demand, line } = contact;
  if (demand === undefined || line === undefined || !mayOffer(demand, moment)) return undefined;
  return bestAgentFor(contact, demand, line.isHeld, moment, agentById);
}

/** The same, whether it waits or may be offered to one more. */
export function bestAgentFor(
  contact: Contact,
  demand: DemandClass,
  isHeld: boolean,
  moment: Moment,
  agentById: ReadonlyMap<string, Agent>,
): Pair | undefined {
  let best = isHeld ? undefined : bestIndexed(contact, demand, moment);
  for (const agentId of contact.preferredAgents) {
    const agent = agentById.get(agentId);
    if (agent === undefined || !isAvailable(agent) || !hasRoom(agent, contact.channel)) continue;
    const fit = classFit(agent, demand);
    if (fit === undefined || isBarred(contact, agent)) continue;
    const pair = pairOf(contact, agent, fit + moment.terms.affinityUs, moment);
    if (best === undefined || pairBefore(pair, best)) best = pair;
  }
  return best;
}

/** The agent with its best waiting contact over the heads of the lines that it may serve. */
export function bestForAgent(agent: Agent, demands: DemandIndex, moment: Moment): Pair | undefined {
  const supply = agent.supply;
  if (supply === undefined || !isAvailable(agent)) return undefined;
  if (!hasLeastRoom(agent, moment)) return undefined;
  const pick: Pick = { head: undefined, contact: undefined, tier: -1, worthUs: Number.NEGATIVE_INFINITY, fitUs: 0 };
  if (demands.nonEmpty.length < supply.facts.length) {
    for (const demand of demands.nonEmpty) {
      const fit = classFit(agent, demand);
      if (fit !== undefined) compareDemand(agent, demand, fit, moment, pick);
    }
  } else {
    for (const { demand, fitUs } of supply.facts) {
      if (demand.waitingCount > 0) compareDemand(agent, demand, fitUs, moment, pick);
    }
  }
  compareAffinity(agent, demands, moment, pick);
  const contact = contactOf(pick);
  return contact === undefined ? undefined : pairOf(contact, agent, pick.fitUs, moment);
}

/** Whether it may have room for the least that a contact takes. */
export function hasLeastRoom(agent: Agent, { blends, costMin }: Moment): boolean {
  return (blends ? leastLoad(agent) : agent.load) + costMin <= agent.capacity;
}

/** The best contact so far, and what decides between it and another: tier, and what it is worth for the agent, but for what is the same for all. */
interface Pick {
  /** Whose first it is, while nobody had to look at the contact itself; it lies somewhere in memory, where nobody was for long. */
  head: KeyedHeap<LineEntry> | undefined;
  contact: Contact | undefined;
  tier: number;
  worthUs: number;
  fitUs: number;
}

function contactOf({ contact, head }: Pick): Contact | undefined {
  return contact ?? head?.peek()?.contact;
}

function compareDemand(agent: Agent, demand: DemandClass, fitUs: number, moment: Moment, pick: Pick): void {
  if (!hasRoom(agent, demand.channel) || !mayOffer(demand, moment)) return;
  compareLines(agent, demand.waiting, fitUs - unlikeLoadUs(agent, demand, moment), fitUs, moment, pick);
}

function compareAffinity(agent: Agent, demands: DemandIndex, moment: Moment, pick: Pick): void {
  const own = demands.affinity.linesFor(agent.id);
  if (own === undefined) return;
  const { affinityUs } = moment.terms;
  for (const among of own.values()) {
    const { demand } = among;
    const fit = among.fitFor(agent);
    if (fit === undefined || !hasRoom(agent, demand.channel) || !mayOffer(demand, moment)) continue;
    const fitUs = fit + affinityUs;
    compareLines(agent, among, fitUs - unlikeLoadUs(agent, demand, moment), fitUs, moment, pick);
  }
}

/** The load part of readiness where contacts of one channel see another one than those of the next; 0 where it is the same for all. */
function unlikeLoadUs(agent: Agent, { channel }: DemandClass, { blends, terms }: Moment): number {
  return blends ? loadUs(agent, channel, terms) : 0;
}

/** Takes the best of the lines' first, if it is better. Most are worse: these are found out by their numbers alone. `worthUs`: without urgency. */
function compareLines<T extends Lined>(
  agent: Agent,
  { lines, heads }: LineUp<T>,
  worthUs: number,
  fitUs: number,
  moment: Moment,
  pick: Pick,
): void {
  const ageMs = moment.now - moment.epoch;
  const isFree = agent.coolDowns.size === 0;
  for (let place = 0, from = 0; place < lines.length; place++, from += HEAD_NUMBERS) {
    const tier = heads[from + HEAD_TIER] as number;
    if (tier < pick.tier) continue;
    const headUs = (heads[from + HEAD_CLOCK_RATE] as number) * ageMs - (heads[from + HEAD_KEY] as number);
    const headWorthUs = worthUs + headUs;
    if (tier === pick.tier && headWorthUs < pick.worthUs) continue;
    const { heap } = lines[place] as T;
    if (isFree) takeHead(heap, tier, headWorthUs, fitUs, pick);
    else takeFree(agent, heap, tier, worthUs, fitUs, moment.now, pick);
  }
}

/** Takes the first of the heap, which is worth as much as what was picked, or more. */
function takeHead(heap: KeyedHeap<LineEntry>, tier: number, worthUs: number, fitUs: number, pick: Pick): void {
  if (tier === pick.tier && worthUs === pick.worthUs && !isEarlier(heap.peek()?.contact, contactOf(pick))) return;
  pick.head = heap;
  pick.contact = undefined;
  pick.tier = tier;
  pick.worthUs = worthUs;
  pick.fitUs = fitUs;
}

/** Takes the first of the heap that does not cool down with the agent, if it is better. */
function takeFree(
  agent: Agent,
  heap: KeyedHeap<LineEntry>,
  tier: number,
  baseUs: number,
  fitUs: number,
  now: number,
  pick: Pick,
): void {
  const contact = heap.firstWhere(isFreeFor, agent)?.contact;
  if (contact === undefined) return;
  const worthUs = baseUs + urgencyUs(contact, now);
  if (tier === pick.tier) {
    if (worthUs < pick.worthUs || (worthUs === pick.worthUs && !isEarlier(contact, contactOf(pick)))) return;
  }
  pick.head = undefined;
  pick.contact = contact;
  pick.tier = tier;
  pick.worthUs = worthUs;
  pick.fitUs = fitUs;
}

function isEarlier(one: Contact | undefined, other: Contact | undefined): boolean {
  return one !== undefined && (other === undefined || one.ordinal < other.ordinal);
}

/** The contact with its best agent of the indexes, affinity left aside; a pair that cools down is walked past. */
function bestIndexed(contact: Contact, demand: DemandClass, moment: Moment): Pair | undefined {
  const choice: Choice = { agent: undefined, worthUs: Number.NEGATIVE_INFINITY };
  if (demand.available !== undefined) compareHeads(demand.available, 0, contact, moment, choice);
  else {
    for (const { pool, fitUs } of demand.facts) {
      if (pool !== undefined) compareHeads(pool.agents, fitUs, contact, moment, choice);
    }
  }
  const { agent } = choice;
  if (agent === undefined) return undefined;
  const { terms } = moment;
  const readinessUs = idleUs(agent.readySince, moment.now, terms) - loadUs(agent, contact.channel, terms);
  return {
    contact,
    agent,
    urgencyUs: urgencyUs(contact, moment.now),
    fitUs: choice.worthUs - readinessUs,
    readinessUs,
  };
}

/** The best agent so far, and what it is worth for the contact: fit and readiness, microseconds. */
interface Choice {
  agent: Agent | undefined;
  worthUs: number;
}

/** Looks for a better one among the heads; `fitUs` is what the bases lack. */
function compareHeads(
  { buckets, basesUs, headsSince }: AgentBuckets,
  fitUs: number,
  contact: Contact,
  { now, terms }: Moment,
  choice: Choice,
): void {
  const idleMaxUs = terms.idleRate * terms.idleCapMs;
  for (let place = 0; place < basesUs.length; place++) {
    const baseUs = fitUs + (basesUs[place] as number);
    if (baseUs + idleMaxUs < choice.worthUs) break;
    // Whoever is behind the head is worth no more.
    if (baseUs + idleUs(headsSince[place] as number, now, terms) < choice.worthUs) continue;
    const agent = firstOf(buckets[place] as Bucket, contact);
    if (agent === undefined) continue;
    const worthUs = baseUs + idleUs(agent.readySince, now, terms);
    const best = choice.agent;
    if (
      worthUs > choice.worthUs ||
      (worthUs === choice.worthUs && best !== undefined && agent.readyOrdinal < best.readyOrdinal)
    ) {
      choice.agent = agent;
      choice.worthUs = worthUs;
    }
  }
}

/** Most classes wait behind no gate. */
function mayOffer(demand: DemandClass, moment: Moment): boolean {
  return demand.gate === undefined || isOpen(demand, moment);
}

export function pairOf(contact: Contact, agent: Agent, fitUs: number, moment: Moment): Pair {
  const { now, terms } = moment;
  return {
    contact,
    agent,
    urgencyUs: urgencyUs(contact, now),
    fitUs,
    readinessUs: idleUs(agent.readySince, now, terms) - loadUs(agent, contact.channel, terms),
  };
}

/** What the agent's class fits the demand, without affinity; undefined when it does not meet it. */
export function classFit(agent: Agent, demand: DemandClass): number | undefined {
  return agent.supply?.factByDemand.get(demand)?.fitUs;
}

function firstOf(bucket: Bucket, contact: Contact): Agent | undefined {
  const isOpenToAll = contact.coolDowns.length === 0 && contact.further === undefined;
  const membership = isOpenToAll ? bucket.agents.first() : bucket.agents.firstWhere(mayTake, contact);
  return membership?.agent;
}

function isPlain(entry: LineEntry): boolean {
  return entry.contact.coolDowns.length === 0;
}

function isFreeFor(entry: LineEntry, agent: Agent): boolean {
  return !isCooling(entry.contact, agent);
}

function mayTake(membership: Membership, contact: Contact): boolean {
  return !isBarred(contact, membership.agent);
}
