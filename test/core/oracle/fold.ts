// What each event does to the oracle's state. Straight from the meaning of the events; the deciders say what happens, this makes it so.
//
// 1. A contact that is QUEUED, OFFERED, ASSIGNED or WRAP_UP is in `contacts`, a closed one among `tombstones`.
// 2. Nothing is decided here.
import type { ContactDraft } from '../../../src/core/commands.ts';
import type {
  ContactAssigned,
  ContactClosed,
  ContactEnded,
  ContactSubmitted,
  CoreEvent,
  OfferAccepted,
  OfferMade,
} from '../../../src/core/events.ts';
import type { OfferAnswerRecord } from '../../../src/core/state-records.ts';
import { putCustomer, removeCustomer } from './customers.ts';
import { countAbandon, countAnswer } from './flow.ts';
import { callBack, comeDue, postpone, requeue, retry, transfer } from './fold-moves.ts';
import {
  knowGateway,
  lastOffers,
  loseSession,
  makeReady,
  openSession,
  putAgent,
  removeAgent,
  resolveHours,
  restart,
  setClosure,
  setPolicy,
  setPresence,
} from './fold-others.ts';
import { classificationIn, coolDown, endCoolDown, enterStage, relax, touch } from './fold-parts.ts';
import { rememberAgent } from './last-agents.ts';
import { noteLines, notePaceOfAnswer, notePaceOfLeaving, stoodInLine } from './line-pace.ts';
import {
  agentOf,
  contactOf,
  found,
  type OracleContact,
  type OracleState,
  pendingOffers,
  policyOf,
  queueOf,
} from './model.ts';
import { pendingContacts } from './relax.ts';
import { noteWindows } from './windows.ts';

type Answer = OfferAnswerRecord['answer'];

/** How many answers of an agent are remembered. */
const ANSWERS_MAX = 16;

/** Folds the event, which is number `state.seq`, into the state; `submitted` is what a `contactSubmitted` came from. */
export function fold(state: OracleState, event: CoreEvent, at: number, submitted?: ContactDraft): void {
  state.at = at;
  if (state.epoch === 0) state.epoch = at;
  const before = 'contactId' in event ? state.contacts.find(({ id }) => id === event.contactId) : undefined;
  const stood = before === undefined ? undefined : { state: before.state, queue: before.queue };
  if ('contactId' in event) foldContact(state, event, at, submitted);
  else foldOther(state, event, at);
  noteLines(state, at);
  noteWindows(state, event, stood);
}

type ContactEvent = Extract<CoreEvent, { readonly contactId: string }>;

function foldContact(state: OracleState, event: ContactEvent, at: number, submitted: ContactDraft | undefined): void {
  switch (event.type) {
    case 'contactSubmitted':
      return submit(state, event, at, found(submitted, 'draft'));
    case 'contactUpdated': {
      const { type: _type, contactId, relaxation, stage, ...facts } = event;
      return relax(enterStage(Object.assign(touch(state, contactId), facts), stage), relaxation);
    }
    case 'contactClassified':
      return relax(
        enterStage(Object.assign(touch(state, event.contactId), classificationIn(event)), event.stage),
        event.relaxation,
      );
    case 'contactRelaxed': {
      const contact = touch(state, event.contactId);
      if (event.from !== '') notePaceOfLeaving(state, contact, at);
      Object.assign(contact, classificationIn(event));
      if (event.from !== '') {
        contact.enqueuedAt = at;
        contact.waitShiftMs = 0;
      }
      return relax(enterStage(contact, event.stage), event.relaxation);
    }
    case 'contactDue':
      return comeDue(state, event, at);
    case 'offerMade':
      return makeOffer(state, event, at);
    case 'offerAccepted':
      return accept(state, event, at);
    case 'contactAssigned':
      return assign(state, event, at);
    case 'offerDeclined':
      backInLine(state, event, 'DECLINED');
      return coolDown(state, event.contactId, event.agentId, event.coolDownUntil);
    case 'offerMissed':
      backInLine(state, event, 'MISSED');
      agentOf(state, event.agentId).missesInRow += 1;
      return coolDown(state, event.contactId, event.agentId, event.coolDownUntil);
    case 'offerRevoked':
      return backInLine(state, event, 'REVOKED');
    case 'coolDownEnded':
      return endCoolDown(contactOf(state, event.contactId), event.agentId);
    case 'contactEnded':
      return endContact(state, event, at);
    case 'contactClosed':
      return closeContact(state, event, at);
    case 'contactRequeued':
      return requeue(state, event, at);
    case 'contactTransferred':
      return transfer(state, event, at);
    case 'callbackRequested':
      return callBack(state, event, at);
    case 'contactRetried':
      return retry(state, event, at);
    case 'contactPostponed':
      return postpone(state, event, at);
    case 'preferenceEnded':
      contactOf(state, event.contactId).preferredUntil = 0;
      return undefined;
    case 'dispositionSet':
      return setDisposition(state, event.contactId, event.disposition);
  }
}

function foldOther(state: OracleState, event: Exclude<CoreEvent, ContactEvent>, at: number): void {
  switch (event.type) {
    case 'tombstonesForgotten':
      return forget(state, event.closedThrough);
    case 'agentPut':
      return putAgent(state, event);
    case 'agentRemoved':
      return removeAgent(state, event.agentId);
    case 'presenceSet':
      return setPresence(state, event, at);
    case 'sessionOpened':
      return openSession(state, event);
    case 'sessionLost':
      return loseSession(state, event, at);
    case 'policySet':
      return setPolicy(state, event);
    case 'relaxationsTested':
      return noteTests(state, event.contactIds, at);
    case 'hoursResolved':
      return resolveHours(state, event);
    case 'queueClosureSet':
      return setClosure(state, event);
    case 'customerPut':
      return putCustomer(state, event);
    case 'customerRemoved':
      return removeCustomer(state, event.customerId);
    case 'restarted':
      return restart(state, event.graceUntil);
  }
}

/** [RLX8]. */
function noteTests(state: OracleState, contactIds: readonly string[], at: number): void {
  if (contactIds.length === 0 || pendingContacts(state).length === 0) state.relaxTestedAt = at;
  for (const id of contactIds) {
    const contact = contactOf(state, id);
    const { applied = 0, reached = 0, grantedUs = 0, eligibility = [] } = contact.relaxation ?? {};
    contact.relaxation = { applied, reached: reached + 1, grantedUs, eligibility };
  }
}

function submit(state: OracleState, event: ContactSubmitted, at: number, submitted: ContactDraft): void {
  knowGateway(state, event.gatewayId);
  state.lastOrdinal += 1;
  const { type: _type, contactId, overflowedFrom: _from, dueAt = 0, ...facts } = event;
  const lineAt = dueAt === 0 ? at : 0;
  state.contacts.push({
    kind: 'contact',
    id: contactId,
    ordinal: state.lastOrdinal,
    ...facts,
    state: dueAt === 0 ? 'QUEUED' : 'SCHEDULED',
    dueAt,
    preferredForMs: facts.preferredForMs ?? 0,
    preferredUntil: facts.preferredUntil ?? 0,
    releasedBy: '',
    submittedAt: at,
    enqueuedAt: lineAt,
    agedFrom: lineAt,
    offeredAt: 0,
    assignedAt: 0,
    endedAt: 0,
    agentId: '',
    offerSeq: 0,
    offerExpiresAt: 0,
    offerDeadline: 0,
    cost: 0,
    urgencyUs: 0,
    fitUs: 0,
    readinessUs: 0,
    fromLine: false,
    assignedUntil: 0,
    wrapUpUntil: 0,
    agentLostUntil: 0,
    callbackAt: 0,
    attempts: 0,
    waitShiftMs: 0,
    timeZone: facts.timeZone ?? '',
    notBefore: facts.notBefore ?? 0,
    windowUntil: 0,
    coolDowns: [],
    changeSeq: state.seq,
    version: 1,
    submitted,
  });
  if (event.consultedBy !== undefined) coolDown(state, event.contactId, event.consultedBy, event.waitUntil);
}

function makeOffer(state: OracleState, event: OfferMade, at: number): void {
  const contact = touch(state, event.contactId);
  const agent = agentOf(state, event.agentId);
  agent.offerInstants = lastOffers(state, [...agent.offerInstants, at]);
  if (contact.state === 'OFFERED') return offerAlso(state, contact, event, at);
  contact.fromLine = stoodInLine(state, contact, at);
  delete contact.fan;
  contact.state = 'OFFERED';
  contact.agentId = event.agentId;
  contact.offeredAt = at;
  contact.offerSeq = state.seq;
  contact.offerExpiresAt = event.expiresAt;
  contact.offerDeadline = event.deadline;
  contact.cost = event.cost;
  contact.urgencyUs = event.urgencyUs;
  contact.fitUs = event.fitUs;
  contact.readinessUs = event.readinessUs;
  const { runnersUp, idleUs } = event;
  contact.reasons = { runnersUp, idleUs };
  const { gate } = queueOf(policyOf(state), contact.queue);
  if (gate !== undefined && gate.paceMs > 0) state.paces[contact.queue] = at + gate.paceMs;
}

/** [FAN1]: to one agent more. */
function offerAlso(state: OracleState, contact: OracleContact, event: OfferMade, at: number): void {
  const { agentId, expiresAt, deadline, urgencyUs, fitUs, readinessUs, runnersUp, idleUs } = event;
  const hasReasons = runnersUp.length > 0 || idleUs > 0;
  const reasons = hasReasons ? { reasons: { runnersUp, idleUs } } : {};
  const ranks = { urgencyUs, fitUs, readinessUs };
  const { madeAt = 0, others = [] } = contact.fan ?? {};
  const offer = { agentId, offerSeq: state.seq, madeAt: at, expiresAt, deadline, ...ranks, ...reasons };
  contact.fan = { madeAt, others: [...others, offer] };
}

function accept(state: OracleState, event: OfferAccepted, at: number): void {
  const contact = touch(state, event.contactId);
  const within = queueOf(policyOf(state), contact.queue).serviceLevel.withinMs;
  countAnswer(state, contact.queue, at, at - contact.agedFrom <= within);
  notePaceOfAnswer(state, contact, at);
  contact.state = 'ASSIGNED';
  contact.assignedAt = at;
  contact.assignedUntil = event.assignedUntil;
  contact.preferredUntil = 0;
  if (contact.stage?.handedOverBy === '') delete contact.stage;
  rememberAgent(state, 'CUSTOMER', contact.customerId, event.agentId, at);
  rememberAgent(state, 'JOURNEY', contact.journeyId, event.agentId, at);
  agentOf(state, event.agentId).missesInRow = 0;
  remember(state, contact, event.agentId, contact.offerSeq, 'ACCEPTED');
  makeReady(state, event.agentId, at);
}

/** [PULL5] */
function assign(state: OracleState, event: ContactAssigned, at: number): void {
  const contact = touch(state, event.contactId);
  notePaceOfLeaving(state, contact, at);
  const within = queueOf(policyOf(state), contact.queue).serviceLevel.withinMs;
  countAnswer(state, contact.queue, at, at - contact.agedFrom <= within);
  contact.state = 'ASSIGNED';
  contact.agentId = event.agentId;
  contact.cost = event.cost;
  contact.assignedAt = at;
  contact.assignedUntil = event.assignedUntil;
  contact.preferredUntil = 0;
  if (contact.stage?.handedOverBy === '') delete contact.stage;
  rememberAgent(state, 'CUSTOMER', contact.customerId, event.agentId, at);
  rememberAgent(state, 'JOURNEY', contact.journeyId, event.agentId, at);
  const noOffer = { offerSeq: 0, offerExpiresAt: 0, urgencyUs: 0, fitUs: 0, readinessUs: 0, fromLine: false };
  delete contact.reasons;
  delete contact.fan;
  Object.assign(contact, noOffer);
  agentOf(state, event.agentId).missesInRow = 0;
  makeReady(state, event.agentId, at);
}

/** What became of an agent's last offers, to tell repeated answers from late ones [OFF8], [OFF9]. */
function remember(state: OracleState, contact: OracleContact, agentId: string, offerSeq: number, answer: Answer): void {
  const agent = agentOf(state, agentId);
  agent.answers = [...agent.answers, { offerSeq, contactId: contact.id, answer }].slice(-ANSWERS_MAX);
}

interface Returned {
  readonly contactId: string;
  readonly agentId: string;
}

/** The agent's offer is over; with the last one the contact is QUEUED [FAN4]. */
function backInLine(state: OracleState, { contactId, agentId }: Returned, answer: Answer): void {
  const contact = touch(state, contactId);
  const offer = pendingOffers(contact).find((one) => one.agentId === agentId);
  remember(state, contact, agentId, found(offer, 'pending offer').offerSeq, answer);
  const others = (contact.fan?.others ?? []).filter((one) => one.agentId !== agentId);
  const { madeAt = 0 } = contact.fan ?? {};
  contact.fan = { madeAt, others };
  if (contact.agentId !== agentId) return;
  const [next, ...rest] = others;
  if (next !== undefined) {
    contact.agentId = next.agentId;
    contact.offerSeq = next.offerSeq;
    contact.offerExpiresAt = next.expiresAt;
    contact.offerDeadline = next.deadline;
    contact.urgencyUs = next.urgencyUs;
    contact.fitUs = next.fitUs;
    contact.readinessUs = next.readinessUs;
    contact.reasons = next.reasons ?? { runnersUp: [], idleUs: 0 };
    contact.fan = { madeAt: next.madeAt, others: rest };
    return;
  }
  delete contact.fan;
  contact.state = 'QUEUED';
  contact.agentId = '';
  contact.cost = 0;
}

function endContact(state: OracleState, event: ContactEnded, at: number): void {
  const contact = touch(state, event.contactId);
  contact.state = 'WRAP_UP';
  contact.endedAt = at;
  contact.wrapUpUntil = event.wrapUpUntil;
  contact.agentLostUntil = 0;
  if (event.disposition !== undefined) contact.disposition = event.disposition;
}

function closeContact(state: OracleState, event: ContactClosed, at: number): void {
  const contact = touch(state, event.contactId);
  if (contact.state === 'ASSIGNED' || contact.state === 'WRAP_UP') makeReady(state, contact.agentId, at);
  if (event.disposition !== undefined) contact.disposition = event.disposition;
  if (event.state === 'ABANDONED' && contact.state !== 'SCHEDULED') countAbandon(state, contact.queue, at);
  notePaceOfLeaving(state, contact, at);
  if (event.endedNow) contact.endedAt = at;
  if (event.cause === 'ATTEMPTS_EXHAUSTED') contact.attempts += 1;
  state.contacts = state.contacts.filter((other) => other !== contact);
  state.justClosed.push({ contact, state: event.state, closedAt: at });
  state.tombstones.push({
    kind: 'tombstone',
    contactId: contact.id,
    ordinal: contact.ordinal,
    gatewayId: contact.gatewayId,
    agentId: contact.agentId,
    channel: contact.channel,
    queue: contact.queue,
    hash: contact.hash,
    state: event.state,
    seq: state.seq,
    closedAt: at,
    version: contact.version,
    awaitsDisposition: event.cause === 'WRAP_UP_OVER' && contact.disposition === undefined,
    submitted: contact.submitted,
  });
}

function setDisposition(state: OracleState, id: string, disposition: OracleContact['disposition']): void {
  const tombstone = state.tombstones.find((one) => one.contactId === id);
  if (tombstone !== undefined) {
    tombstone.version += 1;
    tombstone.seq = state.seq;
    tombstone.awaitsDisposition = false;
    return;
  }
  const contact = touch(state, id);
  if (disposition !== undefined) contact.disposition = disposition;
}

function forget(state: OracleState, closedThrough: number): void {
  for (const tombstone of state.tombstones) {
    if (tombstone.closedAt > closedThrough) continue;
    const gateway = found(
      state.gateways.find(({ id }) => id === tombstone.gatewayId),
      'gateway',
    );
    gateway.forgottenSeq = Math.max(gateway.forgottenSeq, tombstone.seq);
  }
  state.tombstones = state.tombstones.filter((tombstone) => tombstone.closedAt > closedThrough);
}
