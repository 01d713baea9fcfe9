// The fold of a contact's way from its line to an agent and back: offered, accepted, returned; or to the agent without an offer.
//
// Invariant: whoever is offered a contact holds it, and `state.offers` leads to it, until the offer is accepted or has come to nothing.

import { assert } from '../lib/assert.ts';
import { type Agent, type Answer, hold, release, rememberAnswer } from './agent.ts';
import {
  addCoolDown,
  becomeReady,
  changed,
  endPreference,
  enterLine,
  leaveLine,
  noteLeft,
  scheduleAssigned,
  setPhaseDeadline,
  touch,
} from './apply-contact.ts';
import { type Contact, type Offer, waitedMs } from './contact.ts';
import type { ContactAssigned, OfferMade } from './events.ts';
import { notePace } from './gate.ts';
import type { State } from './state.ts';

export function applyOffered(state: State, contact: Contact, agent: Agent, event: OfferMade): void {
  assert(contact.phase.state === 'QUEUED', 'only a waiting contact is offered');
  const { since } = contact.queue.linePace;
  leaveLine(state, contact);
  touch(state, agent);
  const offer: Offer = {
    seq: state.seq,
    agent,
    expiresAt: event.expiresAt,
    urgencyUs: event.urgencyUs,
    fitUs: event.fitUs,
    readinessUs: event.readinessUs,
    fromLine: since !== 0 && since < state.at && contact.enqueuedAt < state.at,
    runnersUp: event.runnersUp,
    idleUs: event.idleUs,
  };
  contact.phase = { state: 'OFFERED', offer };
  contact.cost = event.cost;
  contact.offeredAt = state.at;
  contact.agentId = agent.id;
  contact.queue.offeredCount++;
  hold(agent, contact);
  if (state.caps.max > 0) state.caps.count(agent, state.at);
  state.offers.set(offer.seq, contact);
  setPhaseDeadline(state, contact, 'offer', event.deadline);
  if (contact.queue.policy.gate !== undefined) notePace(state, contact.queue);
  changed(state, contact);
}

export function applyAccepted(state: State, contact: Contact, assignedUntil: number): void {
  const phase = contact.phase;
  assert(phase.state === 'OFFERED', 'only an offered contact is accepted');
  const { offer } = phase;
  const agent = offer.agent;
  touch(state, agent);
  state.offers.delete(offer.seq);
  contact.queue.offeredCount--;
  rememberAnswer(agent, offer.seq, contact.id, 'ACCEPTED');
  answer(state, contact, agent, offer, assignedUntil);
}

/** A waiting contact is the agent's without an offer. */
export function applyAssigned(state: State, contact: Contact, agent: Agent, event: ContactAssigned): void {
  assert(contact.phase.state === 'QUEUED', 'only a waiting contact is assigned');
  noteLeft(state, contact);
  leaveLine(state, contact);
  touch(state, agent);
  contact.cost = event.cost;
  contact.agentId = agent.id;
  hold(agent, contact);
  answer(state, contact, agent, undefined, event.assignedUntil);
}

/** The agent, who holds the contact, has it from now on. */
function answer(state: State, contact: Contact, agent: Agent, offer: Offer | undefined, assignedUntil: number): void {
  state.demands.releaseClass(contact);
  if (contact.preferredUntil !== 0) endPreference(state, contact);
  if (contact.stage?.handedOverBy === '') contact.stage = undefined;
  contact.phase = { state: 'ASSIGNED', agent, offer };
  contact.assignedAt = state.at;
  contact.queue.assignedCount++;
  const waited = waitedMs(contact, state.at);
  contact.queue.flow.countAnswer(state.at, waited <= contact.queue.policy.serviceLevel.withinMs);
  for (const watcher of contact.queue.watchers) state.dirty.addGate(watcher);
  if (offer?.fromLine === true && state.estimate !== undefined) {
    contact.queue.linePace.countAnswer(state.at, state.at - contact.offeredAt, state.estimate);
  }
  becomeReady(state, agent);
  agent.missesInRow = 0;
  state.lastAgents?.answered(contact, agent.id, state.at);
  contact.assignedUntil = assignedUntil;
  scheduleAssigned(state, contact);
  changed(state, contact);
}

/** An offer came to nothing: the contact is back in line at its rank; the pair cools down if `coolDownUntil` is ahead. */
export function applyReturned(state: State, contact: Contact, answer: Answer, coolDownUntil: number): void {
  const phase = contact.phase;
  assert(phase.state === 'OFFERED', 'only an offered contact is returned');
  const { offer } = phase;
  const agent = offer.agent;
  touch(state, agent);
  state.offers.delete(offer.seq);
  release(agent, contact);
  rememberAnswer(agent, offer.seq, contact.id, answer);
  if (answer === 'MISSED') agent.missesInRow++;
  contact.queue.offeredCount--;
  contact.agentId = '';
  contact.cost = 0;
  if (coolDownUntil > state.at) addCoolDown(state, contact, agent, coolDownUntil);
  changed(state, contact);
  enterLine(state, contact);
}
