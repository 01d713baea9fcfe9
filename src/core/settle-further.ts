// The second half of a settle: while a contact that is offered to somebody may be offered to one more, and an agent is left for it, it is. Round
// by round: contacts with one pending offer, then those with two, and so on, since fewer go first (SPEC, FAN2).
//
// Invariants: 1. when it begins no first offer is possible any more, and what it does only takes room away: so it stays. 2. within a round pairs
// only get worse, and contacts leave it for the next one: candidates are kept as in settle.ts. 3. nothing is accepted in it: no gate opens.

import { Heap } from '../lib/heap.ts';
import { type Agent, hasRoom, isAvailable } from './agent.ts';
import { dueInLine } from './apply-relaxation.ts';
import { type Contact, isBarred, type LineEntry } from './contact.ts';
import type { DemandClass } from './demand.ts';
import type { FurtherClass } from './fan-out.ts';
import { isOpenForMore } from './gate.ts';
import { isHeldNow } from './hold.ts';
import { bestAgentFor, classFit, hasLeastRoom, type Moment, type Pair, pairBefore, pairOf } from './matching.ts';
import { loadUs, urgencyUs } from './rank.ts';
import type { Market } from './settle.ts';

/** A contact or an agent, one of the two, with the best pair that it has. */
interface Candidate {
  heapIndex: number;
  readonly contact: Contact | undefined;
  readonly agent: Agent | undefined;
  pair: Pair;
  /** How many contacts the pair's agent held when the pair was found: more make it stale. */
  heldCount: number;
}

/** What the candidates of one round share. */
interface Search {
  readonly market: Market;
  readonly moment: Moment;
  readonly round: number;
  readonly candidates: Heap<Candidate>;
}

/** `offer` applies a pair's offer within the step; it makes the pair's agent dirty, and its contact, if that wants more. */
export function settleFurther<S>(market: Market, moment: Moment, step: S, offer: (step: S, pair: Pair) => void): void {
  const candidates = new Heap<Candidate>((a, b) => pairBefore(a.pair, b.pair));
  // Offers made in one round make the next.
  for (let round = 1; round <= market.fanOut.lastRound; round++) {
    if (market.fanOut.classesIn(round).size > 0) settleRound({ market, moment, round, candidates }, step, offer);
  }
}

function settleRound<S>(search: Search, step: S, offer: (step: S, pair: Pair) => void): void {
  const { market, round, candidates } = search;
  const { dirty, fanOut } = market;
  for (const contact of dirty.contacts) considerContact(search, contact);
  for (const { demand, contacts } of fanOut.classesIn(round).values()) {
    if (demand.gate === undefined || !dirty.openedGates.has(demand.gate)) continue;
    for (const contact of contacts) considerContact(search, contact);
  }
  for (let agentCount = 0; ; ) {
    while (agentCount < dirty.agents.length) {
      const agent = dirty.agents[agentCount++] as Agent;
      consider(candidates, bestForAgent(search, agent), undefined, agent);
    }
    const best = candidates.peek();
    if (best === undefined) return;
    candidates.remove(best);
    if (!isStale(search, best)) offer(step, best.pair);
    const { contact, agent } = best;
    if (contact !== undefined) considerContact(search, contact);
    else if (agent !== undefined) consider(candidates, bestForAgent(search, agent), undefined, agent);
  }
}

function consider(
  candidates: Heap<Candidate>,
  pair: Pair | undefined,
  contact: Contact | undefined,
  agent: Agent | undefined,
): void {
  if (pair !== undefined) candidates.push({ heapIndex: -1, contact, agent, pair, heldCount: pair.agent.held.length });
}

function considerContact(search: Search, contact: Contact): void {
  if (contact.further?.round !== search.round) return;
  consider(search.candidates, bestForContact(search, contact), contact, undefined);
}

function isStale({ round, moment }: Search, { pair, heldCount }: Candidate): boolean {
  const { further } = pair.contact;
  if (further?.round !== round || pair.agent.held.length !== heldCount) return true;
  return !mayOffer(further.of.demand, moment);
}

function mayOffer(demand: DemandClass, moment: Moment): boolean {
  return demand.gate === undefined || isOpenForMore(demand, moment);
}

function bestForContact({ market, moment }: Search, contact: Contact): Pair | undefined {
  const { demand } = contact;
  if (demand === undefined || !mayOffer(demand, moment) || isKeptBack(contact, moment.now)) return undefined;
  return bestAgentFor(contact, demand, isHeld(market, contact), moment, market.agents);
}

function isHeld(market: Market, contact: Contact): boolean {
  return contact.preferredUntil !== 0 && isHeldNow(market, contact);
}

/** Whether something is to become of it as soon as it is back in line, which further offers would put off. */
function isKeptBack(contact: Contact, now: number): boolean {
  return dueInLine(contact, 0).due <= now;
}

interface Asker {
  readonly agent: Agent;
  readonly now: number;
}

/** The best contact so far. */
interface Pick {
  contact: Contact | undefined;
  worthUs: number;
  fitUs: number;
}

function bestForAgent({ market, moment, round }: Search, agent: Agent): Pair | undefined {
  if (agent.supply === undefined || !isAvailable(agent) || !hasLeastRoom(agent, moment)) return undefined;
  const pick: Pick = { contact: undefined, worthUs: 0, fitUs: 0 };
  for (const { demand, lines, odd } of market.fanOut.classesIn(round).values()) {
    const fit = classFit(agent, demand);
    if (fit === undefined || !hasRoom(agent, demand.channel) || !mayOffer(demand, moment)) continue;
    const restUs = moment.blends ? loadUs(agent, demand.channel, moment.terms) : 0;
    for (const { heap } of lines) {
      const entry = heap.firstWhere(isFreeFor, { agent, now: moment.now });
      if (entry !== undefined) compare(entry.contact, fit, restUs, moment, pick);
    }
    compareOdd(market, odd, agent, fit, restUs, moment, pick);
  }
  return pick.contact === undefined ? undefined : pairOf(pick.contact, agent, pick.fitUs, moment);
}

function compareOdd(
  market: Market,
  odd: FurtherClass['odd'],
  agent: Agent,
  fitUs: number,
  restUs: number,
  moment: Moment,
  pick: Pick,
): void {
  for (const contact of odd) {
    if (isBarred(contact, agent) || isKeptBack(contact, moment.now)) continue;
    const isPreferred = contact.preferredAgents.includes(agent.id);
    if (!isPreferred && isHeld(market, contact)) continue;
    compare(contact, isPreferred ? fitUs + moment.terms.affinityUs : fitUs, restUs, moment, pick);
  }
}

/** Takes the contact if it is better; `restUs` is what its worth lacks by the agent's load. */
function compare(contact: Contact, fitUs: number, restUs: number, { now }: Moment, pick: Pick): void {
  const worthUs = fitUs - restUs + urgencyUs(contact, now);
  const { contact: present } = pick;
  if (present !== undefined) {
    if (contact.tier !== present.tier) {
      if (contact.tier < present.tier) return;
    } else if (worthUs < pick.worthUs || (worthUs === pick.worthUs && contact.ordinal >= present.ordinal)) return;
  }
  pick.contact = contact;
  pick.worthUs = worthUs;
  pick.fitUs = fitUs;
}

function isFreeFor({ contact }: LineEntry, { agent, now }: Asker): boolean {
  return !isBarred(contact, agent) && !isKeptBack(contact, now);
}
