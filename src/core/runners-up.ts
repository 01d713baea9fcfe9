// The next best agents for a contact that is being offered: who would have got it if the chosen one were not there. Kept with the offer, so that
// it can be explained afterwards. Reads the indexes, changes nothing; looks at heads and at the few agents whom the command touched.
//
// Invariants: 1. exact: the best by the order of pairs among all eligible agents but the chosen one, best first. 2. called within settle, before
// the offer is applied: touched agents are in `dirty` and not in the index.

import { type Agent, hasRoom, isAvailable } from './agent.ts';
import type { Bucket, Membership } from './agent-buckets.ts';
import { type Contact, isCooling } from './contact.ts';
import type { RunnerUp } from './events.ts';
import { classFit, type Moment, type Pair } from './matching.ts';
import { idleUs, loadUs } from './rank.ts';

interface Candidate {
  readonly agent: Agent;
  readonly fitUs: number;
  readonly readinessUs: number;
}

interface Search {
  readonly contact: Contact;
  readonly chosen: Agent;
  readonly moment: Moment;
  readonly countMax: number;
  /** Best first. */
  readonly found: Candidate[];
  /** In the bucket that is being looked at: only agents behind this one. */
  behind: number;
}

/** What the choice is made among. */
interface Agents {
  readonly dirty: { readonly agents: readonly Agent[] };
  readonly agents: ReadonlyMap<string, Agent>;
}

/** At most so many, best first. */
export function runnersUp(pair: Pair, countMax: number, moment: Moment, { dirty, agents }: Agents): RunnerUp[] {
  const { contact, agent: chosen } = pair;
  const search: Search = { contact, chosen, moment, countMax, found: [], behind: -1 };
  for (const agent of dirty.agents) considerDirectly(search, agent);
  for (const agentId of contact.preferredAgents) {
    const agent = agents.get(agentId);
    if (agent !== undefined && !agent.dirty) considerDirectly(search, agent);
  }
  considerIndexed(search);
  return search.found.map(({ agent, fitUs, readinessUs }) => ({ agentId: agent.id, fitUs, readinessUs }));
}

/** An agent that the index does not show, or not with its affinity. */
function considerDirectly(search: Search, agent: Agent): void {
  const { contact, chosen, moment } = search;
  if (agent === chosen || !isAvailable(agent) || !hasRoom(agent, contact.channel) || isCooling(contact, agent)) return;
  if (search.found.some((candidate) => candidate.agent === agent)) return;
  const fit = contact.demand === undefined ? undefined : classFit(agent, contact.demand);
  if (fit === undefined) return;
  consider(search, agent, contact.preferredAgents.includes(agent.id) ? fit + moment.terms.affinityUs : fit);
}

function considerIndexed(search: Search): void {
  const { demand } = search.contact;
  if (demand === undefined) return;
  if (demand.available !== undefined) return considerBuckets(search, demand.available.buckets, 0);
  for (const { pool, fitUs } of demand.facts) {
    if (pool !== undefined) considerBuckets(search, pool.agents.buckets, fitUs);
  }
}

/** `fitUs` is what the buckets' bases lack. */
function considerBuckets(search: Search, buckets: readonly Bucket[], fitUs: number): void {
  const { found, countMax, moment, contact } = search;
  const idleMaxUs = moment.terms.idleRate * moment.terms.idleCapMs;
  for (const { baseUs, agents } of buckets) {
    const last = found.length < countMax ? undefined : found[countMax - 1];
    if (last !== undefined && fitUs + baseUs + idleMaxUs < last.fitUs + last.readinessUs) return;
    // In a bucket the one ready longest is the best, then the next.
    search.behind = -1;
    for (let count = 0; count < countMax; count++) {
      const agent = agents.firstWhere(isNext, search)?.agent;
      if (agent === undefined) break;
      search.behind = agent.readyOrdinal;
      const fit = contact.demand === undefined ? undefined : classFit(agent, contact.demand);
      if (fit === undefined || !consider(search, agent, fit)) break;
    }
  }
}

function isNext({ agent, order }: Membership, { contact, chosen, behind }: Search): boolean {
  if (order <= behind || agent === chosen || isCooling(contact, agent)) return false;
  return contact.preferredAgents.length === 0 || !contact.preferredAgents.includes(agent.id);
}

/** Whether it is among the best so far. */
function consider({ found, moment, countMax }: Search, agent: Agent, fitUs: number): boolean {
  const readinessUs = idleUs(agent.readySince, moment.now, moment.terms) - loadUs(agent, contact.channel, moment.terms);
  const candidate = { agent, fitUs, readinessUs };
  let place = found.length;
  while (place > 0 && isBefore(candidate, found[place - 1] as Candidate)) place--;
  if (place >= countMax) return false;
  found.splice(place, 0, candidate);
  if (found.length > countMax) found.pop();
  return true;
}

function isBefore(one: Candidate, other: Candidate): boolean {
  const difference = one.fitUs + one.readinessUs - (other.fitUs + other.readinessUs);
  return difference === 0 ? one.agent.readyOrdinal < other.agent.readyOrdinal : difference > 0;
}
