// The fold of a contact's way from its line to an agent and back: offered, accepted, returned; or to the agent without an offer.
//
// Invariants: 1. whoever is offered a contact holds it, and `state.offers` leads to it, until the offer is accepted or has come to nothing.
// 2. an agent has one offer of a contact at most; when one is accepted no other is pending.

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
  seekMore,
  seekNoMore,
  setPhaseDeadline,
  touch,
} from './apply-contact.ts';
import { type Contact, deadlineOf, firstDue, type Offer, type OfferedPhase, offerTo, waitedMs } from './contact.ts';
import type { ContactAssigned, OfferMade } from './events.ts';
import { notePace } from './gate.ts';
import type { State } from './state.ts';

const NO_OTHERS: readonly Offer[] = [];

export function applyOffered(state: State, contact: Contact, agent: Agent, event: OfferMade): void {
  if (contact.phase.state === 'OFFERED') return offerFurther(state, contact, contact.phase, agent, event);
  assert(contact.phase.state === 'QUEUED', 'only a waiting contact is offered');
  const { since } = contact.queue.linePace;
  leaveLine(state, contact);
  touch(state, agent);
  const fromLine = since !== 0 && since < state.at && contact.enqueuedAt < state.at;
  const offer = offerOf(state, agent, event, fromLine, 0);
  contact.phase = { state: 'OFFERED', offer, others: NO_OTHERS };
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
  if (contact.queue.policy.fanOut !== undefined) seekMore(state, contact);
}

/** To one agent more. */
function offerFurther(state: State, contact: Contact, phase: OfferedPhase, agent: Agent, event: OfferMade): void {
  touch(state, agent);
  assert(contact.cost === event.cost, 'all offers of a contact take the same room');
  const offer = offerOf(state, agent, event, phase.offer.fromLine, state.at);
  contact.phase = { state: 'OFFERED', offer: phase.offer, others: [...phase.others, offer] };
  hold(agent, contact);
  if (state.caps.max > 0) state.caps.count(agent, state.at);
  state.offers.set(offer.seq, contact);
  awaitAnswer(state, contact);
  changed(state, contact);
  seekMore(state, contact);
}

function offerOf(state: State, agent: Agent, event: OfferMade, fromLine: boolean, madeAt: number): Offer {
  return {
    seq: state.seq,
    agent,
    expiresAt: event.expiresAt,
    urgencyUs: event.urgencyUs,
    fitUs: event.fitUs,
    readinessUs: event.readinessUs,
    fromLine,
    runnersUp: event.runnersUp,
    idleUs: event.idleUs,
    slackMs: event.deadline - event.expiresAt,
    madeAt,
  };
}

/** The deadline of an offered contact is that of the offer that is given up first. */
export function awaitAnswer(state: State, contact: Contact): void {
  if (contact.phase.state === 'OFFERED') {
    setPhaseDeadline(state, contact, 'offer', deadlineOf(firstDue(contact.phase)));
  }
}

export function applyAccepted(state: State, contact: Contact, assignedUntil: number): void {
  const phase = contact.phase;
  assert(phase.state === 'OFFERED', 'only an offered contact is accepted');
  assert(phase.others.length === 0, 'the others were revoked');
  const { offer } = phase;
  const agent = offer.agent;
  touch(state, agent);
  if (contact.further !== undefined) seekNoMore(state, contact);
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

/** The agent's offer came to nothing: with the last one the contact is back in line at its rank; the pair cools down if `coolDownUntil` is ahead. */
export function applyReturned(
  state: State,
  contact: Contact,
  agentId: string,
  answer: Answer,
  coolDownUntil: number,
): void {
  const phase = contact.phase;
  assert(phase.state === 'OFFERED', 'only an offered contact is returned');
  const offer = phase.others.length === 0 ? phase.offer : offerTo(contact, agentId);
  assert(offer !== undefined, 'only an offer that is pending is returned');
  const { agent } = offer;
  touch(state, agent);
  state.offers.delete(offer.seq);
  release(agent, contact);
  rememberAnswer(agent, offer.seq, contact.id, answer);
  if (answer === 'MISSED') agent.missesInRow++;
  if (coolDownUntil > state.at) addCoolDown(state, contact, agent, coolDownUntil);
  if (phase.others.length > 0) return withdraw(state, contact, phase, offer);
  if (contact.further !== undefined) seekNoMore(state, contact);
  contact.queue.offeredCount--;
  contact.agentId = '';
  contact.cost = 0;
  changed(state, contact);
  enterLine(state, contact);
}

/** The contact stays with those who have its other offers. */
function withdraw(state: State, contact: Contact, { offer, others }: OfferedPhase, gone: Offer): void {
  const [first, ...rest] = [offer, ...others].filter((one) => one !== gone);
  assert(first !== undefined, 'another offer is pending');
  contact.phase = { state: 'OFFERED', offer: first, others: rest.length === 0 ? NO_OTHERS : rest };
  contact.agentId = first.agent.id;
  awaitAnswer(state, contact);
  changed(state, contact);
  seekMore(state, contact);
}
