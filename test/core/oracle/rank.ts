// The rule, as it is written: who may be offered what, and the rank of a pair, each computed from nothing but the facts.
//
// 1. Everything is an integer number of microseconds; each term is rounded once.
// 2. No sums are kept: the rank of every pair is computed anew at every decision.
import type { RunnerUp } from '../../../src/core/events.ts';
import type { ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Alternative } from '../../../src/core/requirement.ts';
import { type CustomerRule, customerRule } from './customers.ts';
import { flowSums } from './flow.ts';
import {
  channelOf,
  heldBeside,
  heldBy,
  isExclusive,
  isOfferedTo,
  type OracleAgent,
  type OracleContact,
  type OracleState,
  pendingOffers,
  policyOf,
  queueOf,
  sumOfCosts,
  wantsMore,
} from './model.ts';
import { nextStep } from './relax.ts';

/** What an agent must have for it now [RLX2], [BOT2], [BOT5]. */
export function eligibilityOf({ requirement, relaxation, stage }: OracleContact): readonly Alternative[] {
  if (stage !== undefined) return stage.eligibility;
  return relaxation !== undefined && relaxation.applied > 0 ? relaxation.eligibility : requirement;
}

/** The parts of a pair's rank. */
export interface RankParts {
  readonly urgencyUs: number;
  readonly fitUs: number;
  readonly readinessUs: number;
}

/** What a test may put in the place of a part of the rule, to see that the comparison notices. */
export interface RuleParts extends CustomerRule {
  fitUs(policy: ResolvedPolicy, contact: OracleContact, agent: OracleAgent): number;
  urgencyUs(contact: OracleContact, now: number): number;
  readinessUs(state: OracleState, agent: OracleAgent, now: number, channel: string): number;
  isEligible(state: OracleState, contact: OracleContact, agent: OracleAgent): boolean;
  goesBefore(left: Pair, right: Pair): boolean;
}

export interface Pair extends RankParts {
  readonly contact: OracleContact;
  readonly agent: OracleAgent;
}

export function levelOf(skills: Readonly<Record<string, number>>, skill: string): number {
  return Object.hasOwn(skills, skill) ? (skills[skill] ?? 0) : 0;
}

/** Whether the agent has every skill of the alternative at its level or above, and none that it is to be without [REQ1]. */
export function meetsAlternative(skills: Readonly<Record<string, number>>, alternative: Alternative): boolean {
  for (const need of alternative.all) {
    if (levelOf(skills, need.skill) < need.level) return false;
  }
  for (const skill of alternative.without ?? []) {
    if (levelOf(skills, skill) > 0) return false;
  }
  return true;
}

export function meets(skills: Readonly<Record<string, number>>, requirement: readonly Alternative[]): boolean {
  if (requirement.length === 0) return true;
  for (const alternative of requirement) {
    if (meetsAlternative(skills, alternative)) return true;
  }
  return false;
}

/** [FIT1], [FIT2], [FIT3]: the greatest over the satisfied alternatives; over all of them when none is, which only a relaxation makes possible [FIT4]. */
function fitUs(policy: ResolvedPolicy, contact: OracleContact, agent: OracleAgent): number {
  const alternatives = contact.requirement.length === 0 ? [{ all: [] }] : contact.requirement;
  const met = alternatives.filter((alternative) => meetsAlternative(agent.skills, alternative));
  let best = Number.NEGATIVE_INFINITY;
  for (const alternative of met.length > 0 ? met : alternatives) {
    let sumUs = 0;
    for (const [skill, level] of Object.entries(agent.skills)) {
      const isNeeded = alternative.all.some((need) => need.skill === skill);
      const preferences = contact.prefers.filter((preference) => preference.skill === skill);
      if (isNeeded) sumUs += policy.fit.perLevelMs * 1000 * level;
      for (const { secondsPerLevel } of preferences) sumUs += Math.round(secondsPerLevel * 1_000_000) * level;
      if (!isNeeded && preferences.length === 0) sumUs -= policy.fit.breadthMs * 1000;
    }
    if (sumUs > best) best = sumUs;
  }
  return contact.preferredAgents.includes(agent.id) ? best + policy.fit.affinityMs * 1000 : best;
}

/** [RANK3] with the key written out: the epoch falls away. Thousandths of a millisecond are microseconds. */
function urgencyUs(contact: OracleContact, now: number): number {
  return contact.headStartUs + contact.clockRate * (now - contact.agedFrom);
}

/** [RANK6], [RANK7]. */
function readinessUs(state: OracleState, agent: OracleAgent, now: number, channel: string): number {
  const { idleRate, idleCapMs, loadMs } = policyOf(state).readiness;
  const idleUs = idleRate * Math.min(now - agent.readySince, idleCapMs);
  const load = sumOfCosts(heldBeside(state, agent.id, channel));
  return idleUs - Math.round((loadMs * 1000 * load) / agent.capacity);
}

export function limitOf(state: OracleState, agent: OracleAgent, channel: string): number {
  return Object.hasOwn(agent.limits, channel) ? (agent.limits[channel] ?? 0) : channelOf(state, channel).limit;
}

/** [ROOM2], [BLD2] for one more contact of the channel. */
export function hasRoom(state: OracleState, agent: OracleAgent, channel: string): boolean {
  const count = heldBy(state, agent.id).filter((contact) => contact.channel === channel).length;
  const beside = heldBeside(state, agent.id, channel);
  const isExcluded = beside.some((contact) => isExclusive(state, channel) || isExclusive(state, contact.channel));
  const load = sumOfCosts(beside) + channelOf(state, channel).cost;
  return load <= agent.capacity && count < limitOf(state, agent, channel) && !isExcluded;
}

function isKeptBack(state: OracleState, contact: OracleContact): boolean {
  const step = nextStep(state, contact);
  const stageUntil = contact.stage?.handedOverBy === '' ? contact.stage.until : Number.POSITIVE_INFINITY;
  const relaxAt = step === undefined ? Number.POSITIVE_INFINITY : contact.enqueuedAt + step.afterMs;
  return Math.min(contact.waitUntil, stageUntil, relaxAt) <= state.now;
}

/** [ROOM1]. */
function isEligible(state: OracleState, contact: OracleContact, agent: OracleAgent): boolean {
  return (
    (contact.state === 'QUEUED' ||
      (wantsMore(state, contact) && !isKeptBack(state, contact) && !isOfferedTo(contact, agent.id))) &&
    agent.presence === 'AVAILABLE' &&
    agent.sessionId !== '' &&
    (agent.channels.length === 0 || agent.channels.includes(contact.channel)) &&
    meets(agent.skills, eligibilityOf(contact)) &&
    hasRoom(state, agent, contact.channel) &&
    !contact.coolDowns.some((coolDown) => coolDown.agentId === agent.id) &&
    isGateOpen(state, contact, agent) &&
    (contact.preferredAgents.includes(agent.id) || !isHeld(state, contact))
  );
}

/** [AFF2]: its preferred agents have it to themselves. */
export function isHeld(state: OracleState, contact: OracleContact): boolean {
  if (contact.preferredUntil === 0) return false;
  return state.agents.some(
    (agent) =>
      contact.preferredAgents.includes(agent.id) &&
      agent.sessionId !== '' &&
      agent.presence !== 'OFFLINE' &&
      meets(agent.skills, eligibilityOf(contact)) &&
      !contact.coolDowns.some((coolDown) => coolDown.agentId === agent.id),
  );
}

/** [GATE2]. */
export function keepsLevel(state: OracleState, { queue, ratio }: { queue: string; ratio: number }): boolean {
  const { answered, answeredWithin, abandoned } = flowSums(state, queue, state.now);
  return answered + abandoned === 0 || answeredWithin / (answered + abandoned) >= ratio;
}

/** [GATE1] to [GATE3]. */
function isGateOpen(state: OracleState, contact: OracleContact, agent: OracleAgent): boolean {
  const { gate } = queueOf(policyOf(state), contact.queue);
  if (gate === undefined) return true;
  // [FAN6]
  const isPaced = contact.state === 'QUEUED' && gate.paceMs > 0;
  if (isPaced && state.now < (state.paces[contact.queue] ?? 0)) return false;
  if (gate.serviceLevelAtLeast !== undefined && !keepsLevel(state, gate.serviceLevelAtLeast)) return false;
  const others = state.agents.filter(
    (other) =>
      other !== agent &&
      other.presence === 'AVAILABLE' &&
      other.sessionId !== '' &&
      (other.channels.length === 0 || other.channels.includes(contact.channel)) &&
      meets(other.skills, eligibilityOf(contact)) &&
      hasRoom(state, other, contact.channel) &&
      cappedUntil(state, other) === 0,
  );
  return others.length >= gate.reserve;
}

/** [OFF17]: until when the agent is made no offers; 0 when it was not made too many within the last minute. */
export function cappedUntil(state: OracleState, agent: OracleAgent): number {
  const { offersPerMinute = 0 } = policyOf(state).presence;
  const recent = agent.offerInstants.filter((instant) => instant > state.now - 60_000);
  if (offersPerMinute === 0 || recent.length < offersPerMinute) return 0;
  return (recent[recent.length - offersPerMinute] ?? 0) + 60_000;
}

/** [RANK1], after [FAN2]. */
function goesBefore(left: Pair, right: Pair): boolean {
  const [leftCount, rightCount] = [pendingOffers(left.contact).length, pendingOffers(right.contact).length];
  if (leftCount !== rightCount) return leftCount < rightCount;
  if (left.contact.tier !== right.contact.tier) return left.contact.tier > right.contact.tier;
  const leftUs = left.urgencyUs + left.fitUs + left.readinessUs;
  const rightUs = right.urgencyUs + right.fitUs + right.readinessUs;
  if (leftUs !== rightUs) return leftUs > rightUs;
  if (left.contact.ordinal !== right.contact.ordinal) return left.contact.ordinal < right.contact.ordinal;
  return left.agent.readyOrdinal < right.agent.readyOrdinal;
}

/** The rule as SPEC has it. */
export const theRule: RuleParts = { fitUs, urgencyUs, readinessUs, isEligible, goesBefore, ...customerRule };

/** The best eligible pair, by looking at every pair; undefined when none is eligible. */
export function bestPair(state: OracleState, rule: RuleParts, now: number): Pair | undefined {
  let best: Pair | undefined;
  for (const contact of state.contacts) {
    for (const agent of state.agents) {
      if (!rule.isEligible(state, contact, agent) || cappedUntil(state, agent) > 0) continue;
      const pair = {
        contact,
        agent,
        urgencyUs: rule.urgencyUs(contact, now),
        fitUs: rule.fitUs(policyOf(state), contact, agent),
        readinessUs: rule.readinessUs(state, agent, now, contact.channel),
      };
      if (best === undefined || rule.goesBefore(pair, best)) best = pair;
    }
  }
  return best;
}

/** [EXP3]: the best for the contact of all others who are eligible, best first. */
export function runnersUp(
  state: OracleState,
  rule: RuleParts,
  { contact, agent: chosen }: Pair,
  now: number,
): RunnerUp[] {
  const pairs: Pair[] = [];
  for (const agent of state.agents) {
    if (agent === chosen || !rule.isEligible(state, contact, agent) || cappedUntil(state, agent) > 0) continue;
    const fitUs = rule.fitUs(policyOf(state), contact, agent);
    const readinessUs = rule.readinessUs(state, agent, now, contact.channel);
    pairs.push({ contact, agent, urgencyUs: rule.urgencyUs(contact, now), fitUs, readinessUs });
  }
  pairs.sort((one, other) => (rule.goesBefore(one, other) ? -1 : 1));
  const count = policyOf(state).explain?.runnersUp ?? 0;
  return pairs.slice(0, count).map(({ agent, fitUs, readinessUs }) => ({ agentId: agent.id, fitUs, readinessUs }));
}

/** [EXP3]: the part of readiness that idling gives. */
export function idlePartUs(state: OracleState, agent: OracleAgent, now: number): number {
  const { explain, readiness } = policyOf(state);
  if ((explain?.runnersUp ?? 0) === 0) return 0;
  return readiness.idleRate * Math.min(now - agent.readySince, readiness.idleCapMs);
}

/** [QUE7]: the place of a QUEUED contact within its queue, from 1. */
export function positionOf(state: OracleState, contact: OracleContact, now: number): number {
  let ahead = 0;
  for (const other of state.contacts) {
    if (other.state !== 'QUEUED' || other.queue !== contact.queue || other === contact) continue;
    const difference = urgencyUs(other, now) - urgencyUs(contact, now);
    if (other.tier > contact.tier) ahead += 1;
    else if (other.tier === contact.tier && difference > 0) ahead += 1;
    else if (other.tier === contact.tier && difference === 0 && other.ordinal < contact.ordinal) ahead += 1;
  }
  return ahead + 1;
}

/** Whether an agent meets what the queue itself asks for. */
export function meetsQueue(state: OracleState, agent: OracleAgent, queue: string): boolean {
  return meets(agent.skills, queueOf(policyOf(state), queue).requires);
}
