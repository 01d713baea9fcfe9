// The next best agents for a contact that is being offered: who would have got it if the chosen one were not there. Kept with the offer, so that
// it can be explained afterwards. Reads the indexes, changes nothing; looks at heads and at the few agents whom the command touched.
//
// Invariants: 1. exact: the best by the order of pairs among all eligible agents but the chosen one, best first; of a held contact among those who hold it. 2. called within settle, before
// the offer is applied: touched agents are in `dirty` and not in the index. 3. what is worse than the last place costs no object.

import { type Agent, hasRoom, isAvailable } from './agent.ts';
import type { AgentBuckets, Bucket, Membership } from './agent-buckets.ts';
import { type Contact, isBarred } from './contact.ts';
import type { RunnerUp } from './events.ts';
import { isHeldNow } from './hold.ts';
import { classFit, type Moment, type Pair } from './matching.ts';
import { idleUs, loadUs } from './rank.ts';

/** The best so far: fit and readiness together, microseconds. Kept from one search to the next, since every offer makes one. */
interface Places {
  readonly agents: Agent[];
  readonly worthUs: number[];
}

const places: Places = { agents: [], worthUs: [] };

interface Search {
  readonly contact: Contact;
  readonly chosen: Agent;
  /** In the bucket that is being looked at: only agents behind this one. */
  readonly behind: number;
}

/** What the choice is made among. */
interface Agents {
  readonly dirty: { readonly agents: readonly Agent[] };
  readonly agents: ReadonlyMap<string, Agent>;
}

/** At most so many, best first. */
export function runnersUp(pair: Pair, countMax: number, moment: Moment, { dirty, agents }: Agents): RunnerUp[] {
  const { contact, agent: chosen } = pair;
  const isHeld = contact.line === undefined ? isHeldFurther(contact, agents) : contact.line.isHeld;
  if (!isHeld) for (const agent of dirty.agents) considerDirectly(contact, agent, chosen, moment, countMax);
  for (const agentId of contact.preferredAgents) {
    const agent = agents.get(agentId);
    if (agent !== undefined && (isHeld || !agent.dirty)) considerDirectly(contact, agent, chosen, moment, countMax);
  }
  if (!isHeld) considerIndexed(contact, chosen, moment, countMax);
  const found = places.agents.map((agent, place) => {
    const readinessUs =
      idleUs(agent.readySince, moment.now, moment.terms) - loadUs(agent, contact.channel, moment.terms);
    return { agentId: agent.id, fitUs: (places.worthUs[place] as number) - readinessUs, readinessUs };
  });
  places.agents.length = 0;
  places.worthUs.length = 0;
  return found;
}

/** Of a contact that is offered to somebody already. */
function isHeldFurther(contact: Contact, agents: Agents['agents']): boolean {
  return contact.preferredUntil !== 0 && isHeldNow({ agents }, contact);
}

/** An agent that the index does not show, or not with its affinity. */
function considerDirectly(contact: Contact, agent: Agent, chosen: Agent, moment: Moment, countMax: number): void {
  if (agent === chosen || !isAvailable(agent) || !hasRoom(agent, contact.channel) || isBarred(contact, agent)) return;
  if (places.agents.includes(agent)) return;
  const fit = contact.demand === undefined ? undefined : classFit(agent, contact.demand);
  if (fit === undefined) return;
  const { now, terms } = moment;
  const fitUs = contact.preferredAgents.includes(agent.id) ? fit + terms.affinityUs : fit;
  consider(agent, fitUs + idleUs(agent.readySince, now, terms) - loadUs(agent, contact.channel, terms), countMax);
}

function considerIndexed(contact: Contact, chosen: Agent, moment: Moment, countMax: number): void {
  const { demand } = contact;
  if (demand === undefined) return;
  if (demand.available !== undefined) {
    considerBuckets(demand.available, 0, contact, chosen, moment, countMax);
    return;
  }
  for (const { pool, fitUs } of demand.facts) {
    if (pool !== undefined && pool.agents.buckets.length > 0) {
      considerBuckets(pool.agents, fitUs, contact, chosen, moment, countMax);
    }
  }
}

/** `fitUs` is what the buckets' bases lack. In a bucket the one ready longest is the best, then the next. */
function considerBuckets(
  { buckets, basesUs, headsSince }: AgentBuckets,
  fitUs: number,
  contact: Contact,
  chosen: Agent,
  { now, terms }: Moment,
  countMax: number,
): void {
  const idleMaxUs = terms.idleRate * terms.idleCapMs;
  const { worthUs } = places;
  const isOpenToAll = contact.coolDowns.length === 0 && contact.further === undefined;
  const isPlain = isOpenToAll && contact.preferredAgents.length === 0;
  for (let place = 0; place < basesUs.length; place++) {
    const headUs = fitUs + (basesUs[place] as number);
    if (worthUs.length === countMax) {
      const leastUs = worthUs[countMax - 1] as number;
      if (headUs + idleMaxUs < leastUs) return;
      if (headUs + idleUs(headsSince[place] as number, now, terms) < leastUs) continue;
    }
    const { agents } = buckets[place] as Bucket;
    const head = agents.first()?.agent;
    let agent = isPlain && head !== chosen ? head : nextOf(agents, contact, chosen, -1);
    while (agent !== undefined && consider(agent, headUs + idleUs(agent.readySince, now, terms), countMax)) {
      agent = agents.size === 1 ? undefined : nextOf(agents, contact, chosen, agent.readyOrdinal);
    }
  }
}

/** The first of the bucket behind that ready ordinal who may have the contact. */
function nextOf(agents: Bucket['agents'], contact: Contact, chosen: Agent, behind: number): Agent | undefined {
  const search: Search = { contact, chosen, behind };
  return agents.firstWhere(isNext, search)?.agent;
}

function isNext({ agent, order }: Membership, { contact, chosen, behind }: Search): boolean {
  if (order <= behind || agent === chosen || isBarred(contact, agent)) return false;
  return contact.preferredAgents.length === 0 || !contact.preferredAgents.includes(agent.id);
}

/** Whether it is among the best so far. */
function consider(agent: Agent, worthUs: number, countMax: number): boolean {
  const { agents, worthUs: worths } = places;
  let place = agents.length;
  while (place > 0 && isBefore(agent, worthUs, place - 1)) place--;
  if (place >= countMax) return false;
  const last = Math.min(agents.length, countMax - 1);
  for (let index = last; index > place; index--) {
    agents[index] = agents[index - 1] as Agent;
    worths[index] = worths[index - 1] as number;
  }
  agents[place] = agent;
  worths[place] = worthUs;
  return true;
}

function isBefore(agent: Agent, worthUs: number, place: number): boolean {
  const difference = worthUs - (places.worthUs[place] as number);
  return difference === 0 ? agent.readyOrdinal < (places.agents[place] as Agent).readyOrdinal : difference > 0;
}
