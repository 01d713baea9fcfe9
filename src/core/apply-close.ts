// The fold of a contact's way out: wrap-up, requeue, close, late dispositions, cool-downs' ends, and the forgetting of tombstones.
//
// Invariant: a closed contact leaves no trace in any index, deadline or agent; its tombstone takes its place in `known`.

import { assert } from '../lib/assert.ts';
import { type Agent, release } from './agent.ts';
import {
  addCoolDown,
  becomeReady,
  changed,
  clearAssigned,
  clearDeadline,
  endPreference,
  enterLine,
  leaveLine,
  noteLeft,
  setPhaseDeadline,
  touch,
} from './apply-contact.ts';
import { placeAgain } from './apply-hold.ts';
import { callingOf } from './calling.ts';
import type { Contact, Known } from './contact.ts';
import type { CoolDown } from './deadlines.ts';
import type { ContactClosed, ContactEnded, ContactRequeued, DispositionSet } from './events.ts';
import type { State } from './state.ts';

/** Fewer than so many are forgotten at whole minutes. */
const FEW_TOMBSTONES = 1024;

export function applyWrapUp(state: State, contact: Contact, event: ContactEnded): void {
  const phase = contact.phase;
  assert(phase.state === 'ASSIGNED', 'only an assigned contact ends');
  contact.phase = { state: 'WRAP_UP', agent: phase.agent };
  contact.endedAt = state.at;
  contact.queue.assignedCount--;
  contact.queue.wrapUpCount++;
  if (event.disposition !== undefined) contact.disposition = event.disposition;
  clearAssigned(state, contact);
  setPhaseDeadline(state, contact, 'wrapUp', event.wrapUpUntil);
  changed(state, contact);
}

export function applyRequeued(state: State, contact: Contact, event: ContactRequeued): void {
  const phase = contact.phase;
  assert(phase.state === 'ASSIGNED', 'only an assigned contact is requeued');
  touch(state, phase.agent);
  release(phase.agent, contact);
  contact.queue.assignedCount--;
  clearAssigned(state, contact);
  contact.agentId = '';
  if (event.cause === 'AGENT') contact.releasedBy = event.agentId;
  contact.cost = 0;
  contact.assignedAt = 0;
  contact.agedFrom = event.agedFrom;
  contact.enqueuedAt = state.at;
  contact.waitUntil = event.waitUntil;
  if (contact.calling !== undefined) contact.calling.waitShiftMs = 0;
  contact.headStartUs -= contact.relaxation?.grantedUs ?? 0;
  contact.relaxation = undefined;
  contact.stage = event.stage;
  coolDownAnew(state, contact, phase.agent, event.coolDownUntil);
  state.demands.retainClass(contact);
  changed(state, contact);
  enterLine(state, contact);
}

export function applyClosed(state: State, contact: Contact, event: ContactClosed): void {
  const hasWaited = contact.phase.state !== 'SCHEDULED';
  leavePhase(state, contact, event.endedNow);
  if (event.state === 'ABANDONED' && hasWaited) contact.queue.flow.countAbandon(state.at);
  clearAssigned(state, contact);
  if (contact.preferredUntil !== 0) endPreference(state, contact);
  for (const coolDown of contact.coolDowns) dropCoolDown(state, coolDown);
  contact.channel.openCount--;
  state.countSegment(contact.segment, -1);
  if (event.disposition !== undefined) contact.disposition = event.disposition;
  if (event.cause === 'ATTEMPTS_EXHAUSTED') callingOf(contact).attempts++;
  contact.phase = { state: event.state };
  contact.closedAt = state.at;
  changed(state, contact);
  bury(state, contact, event);
}

function leavePhase(state: State, contact: Contact, endedNow: boolean): void {
  const phase = contact.phase;
  switch (phase.state) {
    case 'QUEUED':
      noteLeft(state, contact);
      leaveLine(state, contact);
      state.demands.releaseClass(contact);
      return;
    case 'SCHEDULED':
      contact.queue.scheduledCount--;
      return;
    case 'ASSIGNED':
    case 'WRAP_UP':
      touch(state, phase.agent);
      release(phase.agent, contact);
      becomeReady(state, phase.agent);
      if (phase.state === 'ASSIGNED') contact.queue.assignedCount--;
      else contact.queue.wrapUpCount--;
      if (endedNow) contact.endedAt = state.at;
      return;
    default:
      assert(false, `a contact is not closed from ${phase.state}`);
  }
}

function bury(state: State, contact: Contact, event: ContactClosed): void {
  const known = contact.known;
  known.contact = undefined;
  known.tombstone = {
    contactId: contact.id,
    gatewayId: contact.gateway.id,
    agentId: contact.agentId,
    channel: contact.channel.name,
    queue: contact.queue.name,
    hash: contact.hash,
    state: event.state,
    seq: state.seq,
    closedAt: state.at,
    version: contact.version,
    awaitsDisposition: event.cause === 'WRAP_UP_OVER' && contact.disposition === undefined,
  };
  state.tombstones.push(known);
  if (state.tombstones.size === FEW_TOMBSTONES) rescheduleForget(state);
  else scheduleForget(state);
}

/** The core forgets at whole minutes, so that one event forgets several, and at whole seconds where that would be too many at once. */
export function scheduleForget(state: State): void {
  const oldest = state.tombstones.peek()?.tombstone;
  const forgetMs = state.policy?.forgetMs;
  if (oldest === undefined || forgetMs === undefined || state.forgetDeadline !== undefined) return;
  const grainMs = state.tombstones.size < FEW_TOMBSTONES ? 60_000 : 1000;
  const due = Math.ceil((oldest.closedAt + forgetMs) / grainMs) * grainMs;
  state.forgetDeadline = { kind: 'forget', due, ordinal: 0, detail: 0, heapIndex: -1 };
  state.deadlines.add(state.forgetDeadline);
}

export function applyForgotten(state: State, closedThrough: number): void {
  for (let known = state.tombstones.peek(); known?.tombstone !== undefined; known = state.tombstones.peek()) {
    if (known.tombstone.closedAt > closedThrough) break;
    state.tombstones.shift();
    forget(state, known);
  }
  rescheduleForget(state);
}

export function rescheduleForget(state: State): void {
  state.forgetDeadline = clearDeadline(state, state.forgetDeadline);
  scheduleForget(state);
}

function forget(state: State, known: Known): void {
  known.tombstone = undefined;
  const gateway = known.gateway;
  gateway.forgottenSeq = Math.max(gateway.forgottenSeq, known.changeSeq);
  known.changeSeq = -1;
  gateway.changes.markStale();
  gateway.arrivals.markStale();
  state.arrivals.markStale();
  state.known.delete(known.id);
}

export function applyDispositionSet(state: State, known: Known | undefined, event: DispositionSet): void {
  assert(known !== undefined, 'a disposition is about a known contact');
  if (known.contact !== undefined) {
    known.contact.disposition = event.disposition;
    changed(state, known.contact);
  } else if (known.tombstone !== undefined) {
    const version = known.tombstone.version + 1;
    known.tombstone = { ...known.tombstone, seq: state.seq, version, awaitsDisposition: false };
    state.noteChange(known);
  }
}

export function applyCoolDownEnded(state: State, contact: Contact, agentId: string): void {
  const coolDown = contact.coolDowns.find((one) => one.agent.id === agentId);
  assert(coolDown !== undefined, 'only a cool-down that runs ends');
  dropCoolDown(state, coolDown);
}

/** The agent gave the contact back: the pair cools down until then, if that is ahead. */
export function coolDownAnew(state: State, contact: Contact, agent: Agent, until: number): void {
  if (until <= state.at) return;
  const present = contact.coolDowns.find((one) => one.agent === agent);
  if (present !== undefined) dropCoolDown(state, present);
  addCoolDown(state, contact, agent, until);
}

/** The pair may be tried again; a waiting contact is dirty from now on. */
export function dropCoolDown(state: State, coolDown: CoolDown): void {
  const { contact, agent } = coolDown;
  state.deadlines.cancel(coolDown);
  agent.coolDowns.delete(coolDown);
  contact.coolDowns = contact.coolDowns.filter((one) => one !== coolDown);
  if (contact.further !== undefined) state.dirty.addContact(contact);
  if (contact.line === undefined) return;
  if (contact.preferredUntil !== 0) placeAgain(state, contact);
  state.dirty.addContact(contact);
  if (!contact.line.isHeld) state.dirty.addLine(contact.line);
}
