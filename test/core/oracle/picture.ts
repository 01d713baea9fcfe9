// The oracle's state as the outside sees it: views of contacts, agents and queues, and the state records, each drawn from the facts.
import type { CoolDownRecord } from '../../../src/core/state-records.ts';
import type { ContactView } from '../../../src/core/views.ts';
import { tidyRequirement } from './classify.ts';
import { flowSums } from './flow.ts';
import { isQueueOpen, queueClosesAt, queueOpensAt } from './hours.ts';
import { estimateOf, lineSlots } from './line-pace.ts';
import {
  found,
  heldBy,
  loadOf,
  type OracleAgent,
  type OracleContact,
  type OracleState,
  type OracleTombstone,
  pendingOffers,
  policyOf,
  queueOf,
} from './model.ts';
import { cappedUntil, hasRoom, keepsLevel, meetsQueue, positionOf } from './rank.ts';

/** Any value as text in one form: keys in order, what is undefined left out. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

/** Equal in everything that is not undefined. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const entries = Object.entries(one);
  for (const [key, value] of entries) if (!isSame(value, other[key as keyof typeof other])) return false;
  for (const [key, value] of Object.entries(other)) if (value !== undefined && !Object.hasOwn(one, key)) return false;
  return true;
}

/** An event or record in one form: the hash left out, requirements tidy, JSON texts opened. */
export function normalized(fact: object): unknown {
  const { hash: _hash, ...parts }: Loose = { ...fact };
  if (parts.requirement !== undefined) parts.requirement = tidyRequirement(parts.requirement);
  if (parts.relaxation !== undefined) {
    const { eligibility } = parts.relaxation;
    parts.relaxation = { ...parts.relaxation, eligibility: tidyRequirement(eligibility) };
  }
  if (parts.stage !== undefined)
    parts.stage = { ...parts.stage, eligibility: tidyRequirement(parts.stage.eligibility) };
  if (parts.coolDowns !== undefined) parts.coolDowns = parts.coolDowns.toSorted(byAgent);
  if (typeof parts.resolved === 'string') parts.resolved = JSON.parse(parts.resolved);
  if (typeof parts.policy === 'string' && parts.policy !== '') parts.policy = JSON.parse(parts.policy);
  return parts;
}

function byAgent(one: CoolDownRecord, other: CoolDownRecord): number {
  return one.agentId < other.agentId ? -1 : 1;
}

/** Any event or record, by the fields that need care. */
interface Loose {
  hash?: unknown;
  requirement?: OracleContact['requirement'];
  relaxation?: NonNullable<OracleContact['relaxation']>;
  stage?: NonNullable<OracleContact['stage']>;
  coolDowns?: OracleContact['coolDowns'];
  resolved?: unknown;
  policy?: unknown;
}

export function contactPicture(contact: OracleContact, { policy }: Pick<OracleState, 'policy'>): ContactView {
  const { id, channel, direction, gatewayId, customerId, journeyId, intent, language, queue, requires, prefers } =
    contact;
  const { segment, value, tier, headStartMs, preferredAgents, attributes, state, agentId, submittedAt } = contact;
  const { preferredForMs } = contact;
  const { enqueuedAt, agedFrom, offeredAt, assignedAt, endedAt, version, disposition } = contact;
  const facts = {
    id,
    channel,
    direction,
    gatewayId,
    customerId,
    journeyId,
    intent,
    language,
    queue,
    requires,
    prefers,
  };
  const place = {
    segment,
    value,
    tier,
    headStartMs,
    preferredAgents,
    preferredForMs,
    attributes,
    state,
    agentId,
    submittedAt,
  };
  const times = { enqueuedAt, agedFrom, offeredAt, assignedAt, endedAt, closedAt: 0, version };
  const relaxedSteps = Math.floor(Math.log2(2 * (contact.relaxation?.applied ?? 0) || 1));
  const more = {
    ...(disposition === undefined ? {} : { disposition }),
    ...(relaxedSteps === 0 ? {} : { relaxedSteps }),
    ...((contact.stage?.handedOverBy ?? '') === '' ? {} : { handedOverBy: contact.stage?.handedOverBy ?? '' }),
  };
  const { timeZone, callbackAt, attempts, consultedBy } = contact;
  const offered = isCallbackOffered(contact, policy) ? { callbackOffered: true } : {};
  const called = { timeZone, callbackAt, ...offered, ...(attempts === 0 ? {} : { attempts }) };
  const asked = consultedBy === undefined ? {} : { consultedBy };
  return { ...facts, ...place, ...times, dueAt: contact.dueAt, ...more, ...called, ...asked };
}

/** [RLX11] */
function isCallbackOffered(contact: OracleContact, policy: OracleState['policy']): boolean {
  const { direction, state, queue } = contact;
  if (direction === 'OUTBOUND' || (state !== 'QUEUED' && state !== 'OFFERED')) return false;
  if (contact.consultedBy !== undefined) return false;
  const { applied = 0 } = contact.relaxation ?? {};
  const { relax = [] } = policy?.queues.find(({ name }) => name === queue) ?? {};
  return relax.some((step, index) => step.offerCallback === true && Math.floor(applied / 2 ** index) % 2 === 1);
}

export function tombstonePicture(tombstone: OracleTombstone): object {
  const { submitted: _submitted, ordinal: _ordinal, kind: _kind, ...facts } = tombstone;
  return facts;
}

/** What `get` shows: the contact with its position while QUEUED, or its tombstone. */
export function getPicture(state: OracleState, id: string, now: number): object | undefined {
  const contact = state.contacts.find((one) => one.id === id);
  if (contact !== undefined) {
    const picture = contactPicture(contact, state);
    if (contact.state !== 'QUEUED') return picture;
    const position = positionOf(state, contact, now);
    return { ...picture, position, estimatedWaitMs: estimateOf(state, contact.queue, position, now) };
  }
  const tombstone = state.tombstones.find(({ contactId }) => contactId === id);
  return tombstone === undefined ? undefined : tombstonePicture(tombstone);
}

export function agentPicture(state: OracleState, agent: OracleAgent): object {
  const { id, name, skills, capacity, limits, presence, reason, channels, version, next, nextReason } = agent;
  const contacts = heldBy(state, id)
    .sort((left, right) => left.ordinal - right.ordinal)
    .map((contact) => contact.id);
  const connected = agent.sessionId !== '';
  const { mayPull } = agent;
  const facts = { id, name, skills, capacity, limits, presence, reason, channels, mayPull };
  return { ...facts, load: loadOf(state, id), contacts, version, connected, next, nextReason };
}

/** A pending offer with the rank's parts in seconds. */
export function offerPicture(contact: OracleContact, toAgentId: string, state: OracleState): object {
  const offer = pendingOffers(contact).find(({ agentId }) => agentId === toAgentId);
  const { urgencyUs, fitUs, readinessUs, offerSeq, expiresAt, agentId } = found(offer, 'offer');
  return {
    id: `o${offerSeq}`,
    // [FAN10]
    contact: { ...contactPicture(contact, state), agentId },
    expiresAt,
    rank: {
      total: (urgencyUs + fitUs + readinessUs) / 1e6,
      urgency: urgencyUs / 1e6,
      fit: fitUs / 1e6,
      readiness: readinessUs / 1e6,
    },
    autoAccepted: false,
  };
}

/** [QUE8], [QUE9]. */
export function queuePictures(state: OracleState, now: number): object[] {
  return policyOf(state).queues.map(({ name }) => {
    const inState = (which: OracleContact['state']): OracleContact[] =>
      state.contacts.filter((contact) => contact.queue === name && contact.state === which);
    const waits = inState('QUEUED').map((contact) => now - contact.agedFrom);
    const signedIn = state.agents.filter(
      (agent) => agent.sessionId !== '' && agent.presence !== 'OFFLINE' && meetsQueue(state, agent, name),
    );
    const sums = flowSums(state, name, now);
    const total = sums.answered + sums.abandoned;
    const available = agentsAvailable(state, name);
    const isFreeToAll = waits.length === 0 && available > 0 && policyOf(state).estimate !== undefined;
    return {
      name,
      waiting: waits.length,
      oldestWaitMs: Math.max(0, ...waits),
      offered: inState('OFFERED').length,
      assigned: inState('ASSIGNED').length,
      wrapUp: inState('WRAP_UP').length,
      agentsEligible: signedIn.length,
      agentsAvailable: available,
      serviceLevel: total === 0 ? 1 : sums.answeredWithin / total,
      answered: sums.answered,
      abandoned: sums.abandoned,
      gate: gatePicture(state, name, signedIn.filter((agent) => isFree(state, agent)).length),
      ...opening(state, name, now),
      scheduled: inState('SCHEDULED').length,
      estimatedWaitMs: isFreeToAll ? 0 : estimateOf(state, name, waits.length + 1, now),
    };
  });
}

/** [GATE6]. */
function gatePicture(state: OracleState, name: string, freeCount: number): string {
  const { gate } = queueOf(policyOf(state), name);
  if (gate === undefined) return '';
  if (gate.reserve > 0 && freeCount <= gate.reserve) return 'RESERVE';
  if (gate.paceMs > 0 && state.now < (state.paces[name] ?? 0)) return 'PACE';
  const asked = gate.serviceLevelAtLeast;
  return asked === undefined || keepsLevel(state, asked) ? '' : 'SERVICE_LEVEL';
}

/** [QUE9]. */
export function agentsAvailable(state: OracleState, queue: string): number {
  return state.agents.filter(
    (agent) => agent.sessionId !== '' && meetsQueue(state, agent, queue) && isFree(state, agent),
  ).length;
}

/** [HRS9]. */
function opening(state: OracleState, queue: string, now: number): object {
  const open = isQueueOpen(state, queue, now);
  const opensAt = open ? 0 : queueOpensAt(state, queue, now);
  return { open, opensAt, closesAt: open ? queueClosesAt(state, queue, now) : 0 };
}

/** AVAILABLE with room on some channel that it takes. */
function isFree(state: OracleState, agent: OracleAgent): boolean {
  if (agent.presence !== 'AVAILABLE' || cappedUntil(state, agent) > 0) return false;
  return Object.keys(policyOf(state).channels).some(
    (channel) => (agent.channels.length === 0 || agent.channels.includes(channel)) && hasRoom(state, agent, channel),
  );
}

/** The records of the state in their order, each normalized; what a phase does not have is left at its default. */
export function recordPictures(state: OracleState): unknown[] {
  const { seq, at, epoch, lastOrdinal, lastReadyOrdinal, policy, policySource, policyFileHash } = state;
  const { graceFloor, relaxTestedAt } = state;
  const numbers = { seq, at, epoch, lastOrdinal, lastReadyOrdinal, graceFloor, relaxTestedAt };
  const header = { kind: 'header', ...numbers, policy, policySource, policyFileHash };
  return [
    header,
    ...flowsInOrder(state),
    ...state.hours,
    ...inQueueOrder(state, state.closures),
    ...byOrdinal(state.agents),
    ...byOrdinal(state.gateways),
    ...byOrdinal(state.contacts).map(({ submitted: _submitted, ...contact }) => phaseFacts(contact)),
    ...state.tombstones.map(({ submitted: _submitted, ...tombstone }) => tombstone),
    ...(['CUSTOMER', 'JOURNEY'] as const).flatMap((scope) => state.lastAgents.filter((last) => last.scope === scope)),
    ...state.customers,
  ].map((record) => withoutDefaults(normalized(record)));
}

/** In the order of the policy's queues. */
function flowsInOrder(state: OracleState): object[] {
  const names = state.policy?.queues.map(({ name }) => name) ?? [];
  return names.flatMap((queue) => {
    const flow = state.flows.find((one) => one.queue === queue);
    const paceUntil = state.paces[queue] ?? 0;
    const line = state.lines.find((one) => one.queue === queue);
    const isBlank = flow === undefined && paceUntil === 0;
    if (isBlank && (line === undefined || (line.since === 0 && line.facts.length === 0))) return [];
    const lately = line === undefined ? {} : { lineSince: line.since, lined: lineSlots(line) };
    return [{ kind: 'queueFlow', queue, ...flow, paceUntil, ...lately }];
  });
}

function inQueueOrder<T extends { readonly queue: string }>(state: OracleState, records: readonly T[]): T[] {
  const names = state.policy?.queues.map(({ name }) => name) ?? [];
  return records.toSorted((one, other) => names.indexOf(one.queue) - names.indexOf(other.queue));
}

function byOrdinal<T extends { readonly ordinal: number }>(items: readonly T[]): T[] {
  return [...items].sort((left, right) => left.ordinal - right.ordinal);
}

/** Facts of phases that are over are no facts. */
function phaseFacts(contact: Omit<OracleContact, 'submitted'>): object {
  const facts: Record<string, unknown> = { ...contact };
  const clear = (...names: (keyof OracleContact)[]): void => {
    for (const name of names) facts[name] = 0;
  };
  const { state } = contact;
  if (state !== 'OFFERED') clear('offerDeadline');
  const { reasons } = contact;
  const hasReasons = reasons !== undefined && (reasons.runnersUp.length > 0 || reasons.idleUs > 0);
  if (!hasReasons) clear('reasons');
  const { fan } = contact;
  if (fan === undefined || (fan.madeAt === 0 && fan.others.length === 0)) clear('fan');
  if (state !== 'OFFERED' && state !== 'ASSIGNED') {
    clear('offerSeq', 'offerExpiresAt', 'urgencyUs', 'fitUs', 'readinessUs', 'fromLine', 'reasons', 'fan');
  }
  if (state !== 'SCHEDULED') clear('notBefore');
  if (state !== 'QUEUED') clear('windowUntil');
  if (state !== 'ASSIGNED') clear('assignedUntil', 'agentLostUntil');
  if (state !== 'WRAP_UP') clear('wrapUpUntil');
  return facts;
}

/** Without what counts as absent: 0, '', false, [], {} and undefined. */
export function withoutDefaults(record: unknown): unknown {
  const kept = Object.entries(record as object).filter(([, value]) => {
    const isEmptyObject = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    return value !== 0 && value !== '' && value !== false && value !== undefined && !isEmptyObject;
  });
  return Object.fromEntries(kept);
}

interface Listed {
  readonly id: string;
  readonly gatewayId: string;
  readonly ordinal: number;
  readonly seq: number;
}

function everyContact(state: OracleState, gatewayId: string): Listed[] {
  const open = state.contacts.map(({ id, gatewayId, ordinal, changeSeq: seq }) => ({ id, gatewayId, ordinal, seq }));
  const closed = state.tombstones.map(({ contactId: id, gatewayId, ordinal, seq }) => ({
    id,
    gatewayId,
    ordinal,
    seq,
  }));
  return [...open, ...closed].filter((contact) => gatewayId === '' || contact.gatewayId === gatewayId);
}

/** [OUT7]: open and closed contacts in the order of arrival; of one gateway, or ('') of all. */
export function listIds(state: OracleState, gatewayId: string): string[] {
  return byOrdinal(everyContact(state, gatewayId)).map(({ id }) => id);
}

/** [OUT5]: the gateway's contacts changed after the seq, in the order of their last change. */
export function changedIds(state: OracleState, gatewayId: string, sinceSeq: number): string[] {
  return everyContact(state, gatewayId)
    .filter(({ seq }) => seq > sinceSeq)
    .sort((one, other) => one.seq - other.seq)
    .map(({ id }) => id);
}
