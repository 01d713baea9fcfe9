// Folds one event into the state and its indexes. Live running, recovery and the follower use this same fold; it decides nothing and
// refuses nothing: an event that does not fit the state is an assertion failure.
//
// Invariants: 1. the caller has set `state.seq` and `state.at` to the event's. 2. whatever may have opened an eligible pair is marked dirty.
// 3. an agent is touched (taken out of the supply index) before anything that its place depends on changes.

import { assert, unreachable } from '../lib/assert.ts';
import type { Agent } from './agent.ts';
import {
  applyAgentPut,
  applyAgentRemoved,
  applyPresenceSet,
  applyRestarted,
  applySessionLost,
  applySessionOpened,
  scheduleGatewayLost,
} from './apply-agent.ts';
import { applyCallback, applyDue, applyPostponed, applyRetried } from './apply-calling.ts';
import {
  applyClosed,
  applyCoolDownEnded,
  applyDispositionSet,
  applyForgotten,
  applyRequeued,
  applyWrapUp,
  rescheduleForget,
} from './apply-close.ts';
import {
  applyRelaxed,
  applySubmitted,
  applyUpdated,
  reclassify,
  refile,
  scheduleAssigned,
  seekMore,
} from './apply-contact.ts';
import { applyPreferenceEnded } from './apply-hold.ts';
import { applyAccepted, applyAssigned, applyOffered, applyReturned } from './apply-offer.ts';
import { applyRelaxationsTested, scheduleWaiting } from './apply-relaxation.ts';
import { applyTransferred } from './apply-transfer.ts';
import type { Contact } from './contact.ts';
import { placeInWindows } from './contact-hours.ts';
import type { ContactEvent, CoreEvent, OtherEvent } from './events.ts';
import { scheduleGate } from './gate.ts';
import { applyClosure, applyHours, forgetHours } from './hours.ts';
import { gateOf } from './names.ts';
import type { ResolvedPolicy } from './policy.ts';
import { hasSameSteps } from './relaxation.ts';
import type { State } from './state.ts';

/** Folds an event read from the journal, whose seq and instant are already in the state. */
export function apply(state: State, event: CoreEvent): void {
  if (event.type === 'contactSubmitted') applySubmitted(state, event, true);
  else if ('contactId' in event) applyTo(state, state.known.get(event.contactId)?.contact, event);
  else applyElse(state, event);
}

/** Folds an event about the contact; undefined: it is closed, which only a disposition may be late for. */
export function applyTo(state: State, contact: Contact | undefined, event: ContactEvent): void {
  if (contact === undefined) {
    assert(event.type === 'dispositionSet', `event ${state.seq}, ${event.type}, is about an open contact`);
    return applyDispositionSet(state, state.known.get(event.contactId), event);
  }
  switch (event.type) {
    case 'offerMade':
      return applyOffered(state, contact, knownAgent(state, event.agentId), event);
    case 'offerAccepted':
      return applyAccepted(state, contact, event.assignedUntil);
    case 'contactAssigned':
      return applyAssigned(state, contact, knownAgent(state, event.agentId), event);
    case 'contactClosed':
      return applyClosed(state, contact, event);
    case 'contactEnded':
      return applyWrapUp(state, contact, event);
    case 'contactUpdated':
      return applyUpdated(state, contact, event);
    case 'contactClassified':
      return reclassify(state, contact, event);
    case 'contactRelaxed':
      return applyRelaxed(state, contact, event);
    case 'contactDue':
      return applyDue(state, contact, event);
    case 'offerDeclined':
      return applyReturned(state, contact, event.agentId, 'DECLINED', event.coolDownUntil);
    case 'offerMissed':
      return applyReturned(state, contact, event.agentId, 'MISSED', event.coolDownUntil);
    case 'offerRevoked':
      return applyReturned(state, contact, event.agentId, 'REVOKED', 0);
    case 'coolDownEnded':
      return applyCoolDownEnded(state, contact, event.agentId);
    case 'contactRequeued':
      return applyRequeued(state, contact, event);
    case 'contactTransferred':
      return applyTransferred(state, contact, event);
    case 'callbackRequested':
      return applyCallback(state, contact, event);
    case 'contactRetried':
      return applyRetried(state, contact, event);
    case 'contactPostponed':
      return applyPostponed(state, contact, event);
    case 'preferenceEnded':
      return applyPreferenceEnded(state, contact);
    case 'dispositionSet':
      return applyDispositionSet(state, contact.known, event);
    default:
      return unreachable(event);
  }
}

/** Folds an event about no contact. */
export function applyElse(state: State, event: OtherEvent): void {
  switch (event.type) {
    case 'tombstonesForgotten':
      return applyForgotten(state, event.closedThrough);
    case 'agentPut':
      return applyAgentPut(state, event);
    case 'agentRemoved':
      return applyAgentRemoved(state, knownAgent(state, event.agentId));
    case 'presenceSet':
      return applyPresenceSet(state, knownAgent(state, event.agentId), event);
    case 'sessionOpened':
      return applySessionOpened(state, event);
    case 'sessionLost':
      return applySessionLost(state, event);
    case 'policySet':
      state.policyText = event.resolved;
      state.policySource = event.source;
      if (event.fileHash !== '') state.policyFileHash = event.fileHash;
      return applyPolicy(state, JSON.parse(event.resolved) as ResolvedPolicy);
    case 'relaxationsTested':
      return applyRelaxationsTested(state, event);
    case 'hoursResolved':
      applyHours(state, event);
      if (state.hasContactHours) placeInWindows(state, event);
      return;
    case 'queueClosureSet':
      return applyClosure(state, event);
    case 'customerPut':
      return state.customers.put(event);
    case 'customerRemoved':
      return state.customers.remove(event.customerId);
    case 'restarted':
      return applyRestarted(state, event.graceUntil);
    default:
      return unreachable(event);
  }
}

function applyPolicy(state: State, policy: ResolvedPolicy): void {
  const before = state.policy;
  const hadContactHours = state.hasContactHours;
  state.usePolicy(policy);
  rescheduleSteps(state, before);
  forgetHours(state);
  if (hadContactHours) placeInWindows(state);
  rescheduleForget(state);
  for (const gateway of state.gateways.values()) scheduleGatewayLost(state, gateway);
  for (const { contact } of state.known.values()) {
    if (contact?.phase.state === 'ASSIGNED') scheduleAssigned(state, contact);
    if (contact?.demand !== undefined && contact.demand.gate !== gateOf(contact.queue)) refile(state, contact);
    if (contact?.phase.state === 'OFFERED' && fansOut(contact)) seekMore(state, contact);
  }
  for (const queue of state.queues.values()) scheduleGate(state, queue, state.at);
}

/** Whether its queue fans out, or did before this policy. */
function fansOut({ queue, further }: Contact): boolean {
  return queue.policy.fanOut !== undefined || further !== undefined;
}

/** Contacts in queues whose `relax` is another now wait for other steps. */
function rescheduleSteps(state: State, before: ResolvedPolicy | undefined): void {
  for (const policy of before?.queues ?? []) {
    const queue = state.queues.get(policy.name);
    if (queue === undefined || hasSameSteps(policy, queue.policy)) continue;
    for (const contact of queue.waiting) scheduleWaiting(state, contact);
  }
}

function knownAgent(state: State, agentId: string): Agent {
  const agent = state.agents.get(agentId);
  assert(agent !== undefined, `event ${state.seq} is about a known agent`);
  return agent;
}
