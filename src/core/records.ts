// The state out as plain records and in again: snapshots and the state hash. Facts only: importing rebuilds every index and deadline.
//
// Invariant: what `restore` makes of `stateRecords(state)` behaves as `state` does from then on.

import { assert } from '../lib/assert.ts';
import { type Agent, answersInOrder, hold, isSignedIn, newAgent, nextOf, setLimits } from './agent.ts';
import { scheduleGatewayLost, startGrace } from './apply-agent.ts';
import { scheduleForget } from './apply-close.ts';
import {
  addCoolDown,
  blankContact,
  channelNamed,
  queueNamed,
  schedule,
  scheduleAssigned,
  seekMore,
  setPhaseDeadline,
  shareRequirement,
  standInLine,
  startPreference,
} from './apply-contact.ts';
import { awaitAnswer } from './apply-offer.ts';
import type { Calling } from './calling.ts';
import { type Contact, deadlineOf, holderOf, type Known, type Offer, pendingOffers } from './contact.ts';
import type { Deadlines } from './deadlines.ts';
import { scheduleGate } from './gate.ts';
import type { Gateway } from './gateway.ts';
import { applyClosure, applyHours } from './hours.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { State } from './state.ts';
import type {
  AgentRecord,
  ContactRecord,
  GatewayRecord,
  HeaderRecord,
  PendingOfferRecord,
  QueueFlowRecord,
  StateRecord,
  TombstoneRecord,
} from './state-records.ts';

const NOT_CALLED: Calling = {
  timeZone: '',
  callbackAt: 0,
  attempts: 0,
  waitShiftMs: 0,
  notBefore: 0,
  windowUntil: 0,
};

/** Every fact of the state, in the order that StateRecord documents. */
export function* stateRecords(state: State): Generator<StateRecord> {
  yield headerRecord(state);
  for (const queue of state.queues.values()) {
    const { slot, answered, answeredWithin, abandoned } = queue.flow;
    const { since, slots } = queue.linePace;
    if (answered.length === 0 && queue.paceUntil === 0 && since === 0 && slots.length === 0) continue;
    yield {
      kind: 'queueFlow',
      queue: queue.name,
      slot,
      answered: [...answered],
      answeredWithin: [...answeredWithin],
      abandoned: [...abandoned],
      paceUntil: queue.paceUntil,
      lineSince: since,
      lined: slots.map((one) => ({ ...one })),
    };
  }
  for (const hours of state.hours.values()) yield { kind: 'hours', ...hours };
  for (const { name: queue, closure } of state.queueList) {
    if (closure !== undefined) yield { kind: 'closure', queue, ...closure };
  }
  for (const agent of byOrdinal(state.agents.values())) yield agentRecord(agent);
  for (const gateway of byOrdinal(state.gateways.values())) yield gatewayRecord(gateway);
  for (const { contact } of byOrdinal(state.known.values()))
    if (contact !== undefined) yield contactRecord(contact, state.deadlines);
  for (const known of state.tombstones) {
    if (known.tombstone !== undefined) yield tombstoneRecord(known, known.tombstone);
  }
  if (state.lastAgents !== undefined) yield* state.lastAgents.records();
  yield* state.customers.records();
}

function byOrdinal<T extends { readonly ordinal: number }>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => a.ordinal - b.ordinal);
}

function headerRecord(state: State): HeaderRecord {
  return {
    kind: 'header',
    seq: state.seq,
    at: state.at,
    epoch: state.epoch,
    lastOrdinal: state.lastOrdinal,
    lastReadyOrdinal: state.lastReadyOrdinal,
    policy: state.policyText,
    policySource: state.policySource,
    policyFileHash: state.policyFileHash,
    graceFloor: state.graceFloor,
    relaxTestedAt: state.relaxTestedAt,
  };
}

function agentRecord(agent: Agent): AgentRecord {
  return {
    kind: 'agent',
    id: agent.id,
    ordinal: agent.ordinal,
    name: agent.name,
    skills: agent.skillRecord,
    capacity: agent.capacity,
    limits: agent.limits,
    ofPolicy: agent.ofPolicy,
    presence: agent.presence,
    reason: agent.reason,
    channels: agent.channels,
    sessionId: agent.sessionId,
    graceUntil: agent.graceUntil,
    readySince: agent.readySince,
    readyOrdinal: agent.readyOrdinal,
    missesInRow: agent.missesInRow,
    version: agent.version,
    answers: answersInOrder(agent),
    ...nextOf(agent),
    offerInstants: agent.offerInstants,
    mayPull: agent.mayPull,
  };
}

function gatewayRecord(gateway: Gateway): GatewayRecord {
  return {
    kind: 'gateway',
    id: gateway.id,
    ordinal: gateway.ordinal,
    sessionIds: [...gateway.sessionIds].sort(),
    lostAt: gateway.lostAt,
    forgottenSeq: gateway.forgottenSeq,
  };
}

function contactRecord(contact: Contact, deadlines: Deadlines): ContactRecord {
  const { phase } = contact;
  const offer = phase.state === 'OFFERED' || phase.state === 'ASSIGNED' ? phase.offer : undefined;
  const due = contact.phaseDeadline === undefined ? 0 : (deadlines.dueOf(contact.phaseDeadline) ?? 0);
  return {
    kind: 'contact',
    id: contact.id,
    ordinal: contact.ordinal,
    gatewayId: contact.gateway.id,
    hash: contact.hash,
    channel: contact.channel.name,
    direction: contact.direction,
    customerId: contact.customerId,
    journeyId: contact.journeyId,
    intent: contact.intent,
    language: contact.language,
    requires: contact.requires,
    prefers: contact.prefers,
    value: contact.value,
    tier: contact.tier,
    headStartMs: contact.headStartMs,
    preferredAgents: contact.preferredAgents,
    attributes: contact.attributes,
    queue: contact.queue.name,
    segment: contact.segment,
    requirement: contact.requirement,
    clockRate: contact.clockRate,
    headStartUs: contact.headStartUs,
    waitUntil: contact.waitUntil,
    state: phase.state,
    submittedAt: contact.submittedAt,
    enqueuedAt: contact.enqueuedAt,
    agedFrom: contact.agedFrom,
    offeredAt: contact.offeredAt,
    assignedAt: contact.assignedAt,
    endedAt: contact.endedAt,
    agentId: contact.agentId,
    offerSeq: offer?.seq ?? 0,
    offerExpiresAt: offer?.expiresAt ?? 0,
    offerDeadline: phase.state === 'OFFERED' ? deadlineOf(phase.offer) : 0,
    cost: contact.cost,
    urgencyUs: offer?.urgencyUs ?? 0,
    fitUs: offer?.fitUs ?? 0,
    readinessUs: offer?.readinessUs ?? 0,
    assignedUntil: contact.assignedUntil,
    fromLine: offer?.fromLine ?? false,
    ...reasonsOf(offer),
    wrapUpUntil: phase.state === 'WRAP_UP' ? due : 0,
    agentLostUntil: contact.agentLostUntil,
    dueAt: contact.dueAt,
    coolDowns: contact.coolDowns
      .map((coolDown) => ({ agentId: coolDown.agent.id, until: coolDown.due }))
      .sort((a, b) => (a.agentId < b.agentId ? -1 : 1)),
    ...(contact.disposition === undefined ? {} : { disposition: contact.disposition }),
    changeSeq: contact.known.changeSeq,
    version: contact.version,
    ...(contact.relaxation === undefined ? {} : { relaxation: contact.relaxation }),
    preferredForMs: contact.preferredForMs,
    preferredUntil: contact.preferredUntil,
    releasedBy: contact.releasedBy,
    ...(contact.stage === undefined ? {} : { stage: contact.stage }),
    ...fanOf(contact, offer),
    ...(contact.calling ?? NOT_CALLED),
    ...(phase.state === 'SCHEDULED' ? {} : { notBefore: 0 }),
    ...(phase.state === 'QUEUED' ? {} : { windowUntil: 0 }),
    ...(contact.consultedBy === '' ? {} : { consultedBy: contact.consultedBy }),
  };
}

function fanOf({ phase }: Contact, offer: Offer | undefined): Pick<ContactRecord, 'fan'> {
  const others = phase.state === 'OFFERED' ? phase.others : [];
  if (offer === undefined || (offer.madeAt === 0 && others.length === 0)) return {};
  return { fan: { madeAt: offer.madeAt, others: others.map(pendingOfferRecord) } };
}

function pendingOfferRecord(offer: Offer): PendingOfferRecord {
  return {
    agentId: offer.agent.id,
    offerSeq: offer.seq,
    madeAt: offer.madeAt,
    expiresAt: offer.expiresAt,
    deadline: deadlineOf(offer),
    urgencyUs: offer.urgencyUs,
    fitUs: offer.fitUs,
    readinessUs: offer.readinessUs,
    ...reasonsOf(offer),
  };
}

function reasonsOf(offer: Offer | undefined): Pick<ContactRecord, 'reasons'> {
  if (offer === undefined || (offer.runnersUp.length === 0 && offer.idleUs === 0)) return {};
  return { reasons: { runnersUp: offer.runnersUp, idleUs: offer.idleUs } };
}

function tombstoneRecord(known: Known, tombstone: NonNullable<Known['tombstone']>): TombstoneRecord {
  return { kind: 'tombstone', ordinal: known.ordinal, ...tombstone };
}

/** Fills an empty state with records in their documented order. */
export function restore(state: State, records: Iterable<StateRecord>): void {
  const changed: Known[] = [];
  for (const record of records) {
    switch (record.kind) {
      case 'header':
        restoreHeader(state, record);
        break;
      case 'queueFlow':
        restoreFlow(state, record);
        break;
      case 'hours':
        applyHours(state, record);
        break;
      case 'closure':
        applyClosure(state, { ...record, closed: true });
        break;
      case 'agent':
        restoreAgent(state, record);
        break;
      case 'gateway':
        restoreGateway(state, record);
        break;
      case 'contact':
        changed.push(restoreContact(state, record));
        break;
      case 'tombstone':
        changed.push(restoreTombstone(state, record));
        break;
      case 'lastAgent':
        state.lastAgents?.restore(record);
        break;
      case 'customer':
        state.customers.restore(record);
        break;
    }
  }
  restoreLogs(state, changed);
  scheduleForget(state);
  for (const queue of state.queues.values()) scheduleGate(state, queue, state.at);
  for (const gateway of state.gateways.values()) scheduleGatewayLost(state, gateway);
}

function restoreHeader(state: State, record: HeaderRecord): void {
  state.seq = record.seq;
  state.at = record.at;
  state.epoch = record.epoch;
  state.lastOrdinal = record.lastOrdinal;
  state.lastReadyOrdinal = record.lastReadyOrdinal;
  state.policyText = record.policy;
  state.policySource = record.policySource;
  state.policyFileHash = record.policyFileHash;
  state.graceFloor = record.graceFloor;
  state.relaxTestedAt = record.relaxTestedAt;
  if (record.policy !== '') state.usePolicy(JSON.parse(record.policy) as ResolvedPolicy);
}

function restoreFlow(state: State, record: QueueFlowRecord): void {
  const queue = queueNamed(state, record.queue);
  const { flow, linePace } = queue;
  queue.paceUntil = record.paceUntil;
  flow.slot = record.slot;
  flow.answered = [...record.answered];
  flow.answeredWithin = [...record.answeredWithin];
  flow.abandoned = [...record.abandoned];
  linePace.since = record.lineSince;
  linePace.slots = record.lined.map((one) => ({ ...one }));
}

function restoreAgent(state: State, record: AgentRecord): void {
  const agent = Object.assign(newAgent(record.id, record.ordinal), {
    name: record.name,
    skills: new Map(Object.entries(record.skills)),
    skillRecord: record.skills,
    capacity: record.capacity,
    ofPolicy: record.ofPolicy,
    presence: record.presence,
    reason: record.reason,
    next: record.next ?? '',
    nextReason: record.nextReason ?? '',
    channels: record.channels,
    sessionId: record.sessionId,
    readySince: record.readySince,
    readyOrdinal: record.readyOrdinal,
    missesInRow: record.missesInRow,
    version: record.version,
    answers: record.answers.map((answer) => ({ ...answer })),
    offerInstants: record.offerInstants,
    mayPull: record.mayPull,
  });
  state.caps.fit(agent, state.at);
  setLimits(agent, record.limits);
  state.agents.set(agent.id, agent);
  state.agentLog.append(agent, agent.ordinal);
  if (record.graceUntil > 0) startGrace(state, agent, record.graceUntil);
  if (isSignedIn(agent)) state.supplies.signIn(agent);
  state.dirty.addAgent(agent);
}

function restoreGateway(state: State, record: GatewayRecord): void {
  const gateway = state.gateway(record.id, record.ordinal);
  for (const sessionId of record.sessionIds) gateway.sessionIds.add(sessionId);
  gateway.lostAt = record.lostAt;
  gateway.forgottenSeq = record.forgottenSeq;
}

function knownGateway(state: State, id: string): Gateway {
  const gateway = state.gateways.get(id);
  assert(gateway !== undefined, `gateway ${id} comes before its contacts`);
  return gateway;
}

function restoreContact(state: State, record: ContactRecord): Known {
  const gateway = knownGateway(state, record.gatewayId);
  const { id, ordinal, changeSeq } = record;
  const known: Known = { id, ordinal, gateway, changeSeq, contact: undefined, tombstone: undefined };
  const channel = channelNamed(state, record.channel);
  const contact = blankContact(known, channel, queueNamed(state, record.queue), record, record);
  contact.relaxation = record.relaxation;
  contact.stage = record.stage;
  contact.consultedBy = record.consultedBy ?? '';
  shareRequirement(state, contact);
  known.contact = contact;
  contact.dueAt = record.dueAt;
  restoreCalling(contact, record);
  contact.offeredAt = record.offeredAt;
  contact.assignedAt = record.assignedAt;
  contact.endedAt = record.endedAt;
  contact.agentId = record.agentId;
  contact.cost = record.cost;
  contact.disposition = record.disposition;
  contact.version = record.version;
  contact.releasedBy = record.releasedBy;
  if (record.preferredUntil !== 0) startPreference(state, contact, record.preferredUntil);
  contact.channel.openCount++;
  state.countSegment(contact.segment, 1);
  state.known.set(id, known);
  for (const { agentId, until } of record.coolDowns) {
    addCoolDown(state, contact, agentNamed(state, agentId), until);
  }
  restorePhase(state, contact, record);
  return known;
}

function restoreCalling(contact: Contact, record: ContactRecord): void {
  const { timeZone, callbackAt, attempts, waitShiftMs, notBefore, windowUntil } = record;
  const calling = { timeZone, callbackAt, attempts, waitShiftMs, notBefore, windowUntil };
  if (Object.values(calling).some((fact) => fact !== 0 && fact !== '')) contact.calling = calling;
}

function agentNamed(state: State, id: string): Agent {
  const agent = state.agents.get(id);
  assert(agent !== undefined, `agent ${id} comes before the contacts`);
  return agent;
}

function restorePhase(state: State, contact: Contact, record: ContactRecord): void {
  if (record.state === 'QUEUED') return standInLine(state, contact);
  if (record.state === 'SCHEDULED') return schedule(state, contact, record.dueAt);
  const agent = agentNamed(state, record.agentId);
  const offer: Offer = {
    seq: record.offerSeq,
    agent,
    expiresAt: record.offerExpiresAt,
    urgencyUs: record.urgencyUs,
    fitUs: record.fitUs,
    readinessUs: record.readinessUs,
    fromLine: record.fromLine,
    runnersUp: record.reasons?.runnersUp ?? [],
    idleUs: record.reasons?.idleUs ?? 0,
    slackMs: record.state === 'OFFERED' ? record.offerDeadline - record.offerExpiresAt : 0,
    madeAt: record.fan?.madeAt ?? 0,
  };
  switch (record.state) {
    case 'OFFERED':
      contact.phase = { state: 'OFFERED', offer, others: otherOffers(state, record) };
      contact.queue.offeredCount++;
      state.demands.retainClass(contact);
      awaitAnswer(state, contact);
      for (const pending of pendingOffers(contact)) {
        state.offers.set(pending.seq, contact);
        hold(pending.agent, contact);
      }
      if (contact.queue.policy.fanOut !== undefined) seekMore(state, contact);
      return;
    case 'ASSIGNED':
      contact.phase = { state: 'ASSIGNED', agent, offer: offer.seq === 0 ? undefined : offer };
      contact.queue.assignedCount++;
      contact.assignedUntil = record.assignedUntil;
      contact.agentLostUntil = record.agentLostUntil;
      scheduleAssigned(state, contact);
      break;
    case 'WRAP_UP':
      contact.phase = { state: 'WRAP_UP', agent };
      contact.queue.wrapUpCount++;
      setPhaseDeadline(state, contact, 'wrapUp', record.wrapUpUntil);
      break;
    default:
      assert(false, `an open contact is not ${record.state}`);
  }
  const holder = holderOf(contact);
  if (holder !== undefined) hold(holder, contact);
}

function otherOffers(state: State, { fan, fromLine }: ContactRecord): Offer[] {
  return (fan?.others ?? []).map(({ agentId, offerSeq, deadline, reasons, ...offer }) => ({
    ...offer,
    seq: offerSeq,
    agent: agentNamed(state, agentId),
    slackMs: deadline - offer.expiresAt,
    fromLine,
    runnersUp: reasons?.runnersUp ?? [],
    idleUs: reasons?.idleUs ?? 0,
  }));
}

function restoreTombstone(state: State, record: TombstoneRecord): Known {
  const { kind: _, ordinal, ...tombstone } = record;
  const gateway = knownGateway(state, record.gatewayId);
  const known: Known = {
    id: record.contactId,
    ordinal,
    gateway,
    changeSeq: record.seq,
    contact: undefined,
    tombstone,
  };
  state.known.set(known.id, known);
  state.tombstones.push(known);
  return known;
}

function restoreLogs(state: State, changed: Known[]): void {
  for (const known of byOrdinal(changed)) {
    state.arrivals.append(known, known.ordinal);
    known.gateway.arrivals.append(known, known.ordinal);
  }
  changed.sort((a, b) => a.changeSeq - b.changeSeq);
  for (const known of changed) known.gateway.changes.append(known, known.changeSeq);
}
