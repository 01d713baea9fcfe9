// What the events do that bring a contact back in line, send it elsewhere, or put it off: part of the fold.
import type { CallbackRequested, ContactPostponed, ContactRetried } from '../../../src/core/calling-events.ts';
import type { ContactDue, ContactRequeued, ContactTransferred } from '../../../src/core/events.ts';
import { makeReady } from './fold-others.ts';
import { classificationIn, coolDownAnew, endCoolDown, enterStage, touch } from './fold-parts.ts';
import { noteLines, notePaceOfLeaving } from './line-pace.ts';
import type { OracleContact, OracleState } from './model.ts';
import { stoodMs } from './windows.ts';

export function comeDue(state: OracleState, event: ContactDue, at: number): void {
  const { agedFrom = at } = event;
  const place = { ...classificationIn(event), state: 'QUEUED', enqueuedAt: at, agedFrom, notBefore: 0 };
  enterStage(Object.assign(touch(state, event.contactId), place), event.stage);
}

export function callBack(state: OracleState, { contactId, waitUntil }: CallbackRequested, at: number): void {
  const contact = touch(state, contactId);
  Object.assign(contact, { direction: 'OUTBOUND', callbackAt: at, waitShiftMs: at - contact.enqueuedAt, waitUntil });
}

export function retry(state: OracleState, event: ContactRetried, at: number): void {
  const contact = touch(state, event.contactId);
  const { dueAt, agedFrom, waitUntil, disposition } = event;
  makeReady(state, event.agentId, at);
  contact.attempts += 1;
  Object.assign(contact, {
    state: 'SCHEDULED',
    agentId: '',
    cost: 0,
    assignedAt: 0,
    agentLostUntil: 0,
    waitShiftMs: 0,
  });
  Object.assign(contact, { dueAt, agedFrom, waitUntil });
  contact.notBefore = event.notBefore ?? 0;
  if (disposition !== undefined) contact.disposition = disposition;
  if (event.cause === 'AGENT') contact.releasedBy = event.agentId;
  leaveSteps(contact);
}

export function postpone(state: OracleState, event: ContactPostponed, at: number): void {
  const contact = touch(state, event.contactId);
  if (contact.state === 'QUEUED') {
    notePaceOfLeaving(state, contact, at);
    contact.waitShiftMs -= stoodMs(contact, at);
    leaveSteps(contact);
  }
  const { dueAt, notBefore, waitUntil } = event;
  Object.assign(contact, { state: 'SCHEDULED', dueAt, notBefore, waitUntil });
}

/** What was relaxed and who was first is over; who handed it over stays. */
function leaveSteps(contact: OracleContact): void {
  contact.headStartUs -= contact.relaxation?.grantedUs ?? 0;
  delete contact.relaxation;
  if (contact.stage?.handedOverBy === '') delete contact.stage;
}

export function requeue(state: OracleState, event: ContactRequeued, at: number): void {
  const contact = touch(state, event.contactId);
  contact.state = 'QUEUED';
  contact.agentId = '';
  contact.cost = 0;
  contact.assignedAt = 0;
  contact.enqueuedAt = at;
  contact.agedFrom = event.agedFrom;
  contact.waitUntil = event.waitUntil;
  contact.waitShiftMs = 0;
  contact.agentLostUntil = 0;
  contact.headStartUs -= contact.relaxation?.grantedUs ?? 0;
  delete contact.relaxation;
  enterStage(contact, event.stage);
  if (event.cause === 'AGENT') contact.releasedBy = event.agentId;
  coolDownAnew(state, event.contactId, event.agentId, event.coolDownUntil);
}

export function transfer(state: OracleState, event: ContactTransferred, at: number): void {
  const contact = touch(state, event.contactId);
  notePaceOfLeaving(state, contact, at);
  // It leaves the line before it stands in one again, be it the same.
  contact.state = 'ASSIGNED';
  noteLines(state, at);
  const { requires, preferredAgents, preferredForMs, preferredUntil, agedFrom, agentId, coolDownUntil } = event;
  Object.assign(contact, classificationIn(event));
  Object.assign(contact, { requires, preferredAgents, preferredForMs, preferredUntil, agedFrom });
  enterStage(contact, event.stage);
  if (event.cause === 'AGENT') contact.releasedBy = agentId;
  if (event.to === 'CONSULT') return handOver(contact, event, at);
  contact.state = 'QUEUED';
  contact.agentId = '';
  contact.cost = 0;
  contact.assignedAt = 0;
  contact.enqueuedAt = at;
  contact.waitShiftMs = 0;
  contact.agentLostUntil = 0;
  delete contact.relaxation;
  if (event.to === 'ONE_AGENT') endCoolDown(contact, preferredAgents[0] ?? '');
  coolDownAnew(state, event.contactId, agentId, coolDownUntil);
}

function handOver(contact: OracleContact, event: ContactTransferred, at: number): void {
  contact.agentId = event.toAgentId;
  contact.cost = event.cost;
  contact.assignedAt = at;
  contact.assignedUntil = event.assignedUntil;
  contact.agentLostUntil = event.agentLostUntil;
  // No offer led to this.
  contact.offerSeq = 0;
  contact.offerExpiresAt = 0;
  contact.urgencyUs = 0;
  contact.fitUs = 0;
  contact.readinessUs = 0;
  contact.fromLine = false;
  delete contact.reasons;
  delete contact.fan;
}
