// The fold of callbacks, attempts and windows: a waiting contact becomes OUTBOUND where it stands, one whose customer was not reached is SCHEDULED
// again, and so is one that is not to be called now.
//
// Invariant: none of it changes a contact's place among others: key, ordinal and age stay, but for the head starts of relaxations that are over.

import { assert } from '../lib/assert.ts';
import { release } from './agent.ts';
import {
  becomeReady,
  changed,
  clearAssigned,
  enterLine,
  leaveLine,
  noteLeft,
  reclassify,
  schedule,
  seekMore,
  setPhaseDeadline,
  touch,
} from './apply-contact.ts';
import { scheduleWaiting } from './apply-relaxation.ts';
import { isHandedOver } from './bots.ts';
import { callingOf } from './calling.ts';
import type { CallbackRequested, ContactPostponed, ContactRetried } from './calling-events.ts';
import type { Contact } from './contact.ts';
import { enterWindow, stoodMs } from './contact-hours.ts';
import type { ContactDue } from './events.ts';
import type { State } from './state.ts';

export function applyCallback(state: State, contact: Contact, event: CallbackRequested): void {
  const { state: phase } = contact.phase;
  assert(phase === 'QUEUED' || phase === 'OFFERED', 'only a waiting contact is called back');
  contact.direction = 'OUTBOUND';
  const calling = callingOf(contact);
  calling.callbackAt = state.at;
  calling.waitShiftMs = state.at - contact.enqueuedAt;
  contact.waitUntil = event.waitUntil;
  changed(state, contact);
  if (phase === 'OFFERED' && contact.queue.policy.fanOut !== undefined) seekMore(state, contact);
  if (phase !== 'QUEUED') return;
  enterWindow(state, contact);
  scheduleWaiting(state, contact);
}

export function applyRetried(state: State, contact: Contact, event: ContactRetried): void {
  const { phase } = contact;
  assert(phase.state === 'ASSIGNED', 'only an assigned contact is tried again');
  touch(state, phase.agent);
  release(phase.agent, contact);
  becomeReady(state, phase.agent);
  contact.queue.assignedCount--;
  clearAssigned(state, contact);
  contact.agentId = '';
  if (event.cause === 'AGENT') contact.releasedBy = event.agentId;
  contact.cost = 0;
  contact.assignedAt = 0;
  contact.agedFrom = event.agedFrom;
  contact.waitUntil = event.waitUntil;
  if (event.disposition !== undefined) contact.disposition = event.disposition;
  const calling = callingOf(contact);
  calling.attempts++;
  calling.waitShiftMs = 0;
  calling.notBefore = event.notBefore ?? 0;
  leaveSteps(contact);
  changed(state, contact);
  schedule(state, contact, event.dueAt);
}

export function applyPostponed(state: State, contact: Contact, event: ContactPostponed): void {
  const calling = callingOf(contact);
  calling.notBefore = event.notBefore;
  contact.waitUntil = event.waitUntil;
  if (contact.phase.state === 'SCHEDULED') {
    contact.dueAt = event.dueAt;
    setPhaseDeadline(state, contact, 'due', event.dueAt);
    return changed(state, contact);
  }
  assert(contact.phase.state === 'QUEUED', 'only who stands in line or is to do so is postponed');
  noteLeft(state, contact);
  leaveLine(state, contact);
  state.demands.releaseClass(contact);
  calling.waitShiftMs -= stoodMs(contact, state.at);
  leaveSteps(contact);
  changed(state, contact);
  schedule(state, contact, event.dueAt);
}

export function applyDue(state: State, contact: Contact, event: ContactDue): void {
  assert(contact.phase.state === 'SCHEDULED', 'only a scheduled contact is due');
  contact.queue.scheduledCount--;
  contact.enqueuedAt = state.at;
  contact.agedFrom = event.agedFrom ?? state.at;
  if (contact.calling !== undefined) contact.calling.notBefore = 0;
  reclassify(state, contact, event);
  enterLine(state, contact);
}

/** What was relaxed, and who came first, ends with its place in line; who has handed it over does not. */
function leaveSteps(contact: Contact): void {
  contact.headStartUs -= contact.relaxation?.grantedUs ?? 0;
  contact.relaxation = undefined;
  if (!isHandedOver(contact.stage)) contact.stage = undefined;
}
