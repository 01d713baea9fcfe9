// What happens when a deadline is due. Each arm takes its deadline out of the heap first, so that it fires once.

import { assert, unreachable } from '../lib/assert.ts';
import type { Agent } from './agent.ts';
import { isHandedOver, stageAtEntry, stageOnWay, withStage } from './bots.ts';
import { waitLimitMs, waitsFrom } from './calling.ts';
import { classify, contactClassified, isRefusal } from './classify.ts';
import { type Contact, classificationOf, firstDue, waitedMs } from './contact.ts';
import { closeWindow, isPostponed, postponeShutOut } from './contact-hours.ts';
import type { CoolDown, Deadline } from './deadlines.ts';
import { endGrace, missOffer } from './decide-agent.ts';
import type { CloseCause } from './events.ts';
import { fireRelax, testRelaxations } from './fire-relaxation.ts';
import { scheduleGate } from './gate.ts';
import type { Gateway } from './gateway.ts';
import type { Queue } from './names.ts';
import type { Step } from './step.ts';
import type { ClosedStateName } from './views.ts';

/** Fires every deadline due at or before the step's now, in order, those that come up meanwhile too. */
export function fireDeadlines(step: Step): void {
  const { deadlines } = step.state;
  for (let due = deadlines.dueAt(step.now); due !== undefined; due = deadlines.dueAt(step.now)) {
    deadlines.cancel(due);
    fire(step, due);
    if (step.state.shutOut.length > 0) postponeShutOut(step);
  }
}

function fire(step: Step, deadline: Deadline): void {
  switch (deadline.kind) {
    case 'forget':
      return forget(step);
    case 'gatewayLost':
      return loseGateway(step, deadline.gateway, deadline.channelName);
    case 'grace':
      return endGrace(step, deadline.agent);
    case 'due':
      return makeDue(step, deadline.contact);
    case 'relax':
      return fireRelax(step, deadline.contact);
    case 'relaxTest':
      return testRelaxations(step);
    case 'first':
      return endFirst(step, deadline.contact);
    case 'shut':
      return closeWindow(step, deadline.contact);
    case 'wait':
      return close(step, deadline.contact, 'EXPIRED', 'WAITED_TOO_LONG');
    case 'offer': {
      const { phase } = deadline.contact;
      assert(phase.state === 'OFFERED', 'an offer deadline belongs to an offered contact');
      return missOffer(step, deadline.contact, firstDue(phase).agent);
    }
    case 'assigned':
      return giveUp(step, deadline.contact, 'TOO_LONG');
    case 'wrapUp':
      return close(step, deadline.contact, 'COMPLETED', 'WRAP_UP_OVER');
    case 'agentLost':
      return giveUp(step, deadline.contact, 'AGENT_LOST');
    case 'coolDown':
      return endCoolDown(step, deadline);
    case 'gate':
      return openGate(step, deadline.queue);
    case 'preference':
      return endPreference(step, deadline.contact);
    default:
      return unreachable(deadline);
  }
}

function close(step: Step, contact: Contact, state: ClosedStateName, cause: CloseCause): void {
  step.emitOf(contact, { type: 'contactClosed', contactId: contact.id, state, cause, endedNow: false });
}

/** The contact enters its line, as the policy of now puts it. */
function makeDue(step: Step, contact: Contact): void {
  if (isPostponed(step, contact)) return;
  const { requirements, policy } = step.state;
  assert(policy !== undefined, 'contacts come under a policy');
  const { agedFrom, calling } = contact;
  const placed = classify(requirements, policy, contact.queue.policy, contact, waitsFrom(calling, step.now));
  // A policy under which it had no place was refused.
  if (isRefusal(placed)) return assert(false, placed.message);
  const { queue, segment, requirement, clockRate, headStartUs, waitUntil } = placed;
  const type = 'contactDue';
  const stage = isHandedOver(contact.stage)
    ? withStage(requirements, placed, contact.stage).stage
    : stageAtEntry(requirements, contact.queue.policy, requirement, step.now);
  step.emitOf(contact, {
    type,
    contactId: contact.id,
    queue,
    segment,
    requirement,
    clockRate,
    headStartUs,
    waitUntil,
    ...(agedFrom === 0 ? {} : { agedFrom }),
    ...(stage === undefined ? {} : { stage }),
  });
}

function endCoolDown(step: Step, { contact, agent }: CoolDown): void {
  step.emitOf(contact, { type: 'coolDownEnded', contactId: contact.id, agentId: agent.id });
}

/** Time may have opened it: settle looks. */
function openGate(step: Step, queue: Queue): void {
  step.state.dirty.addGate(queue);
  scheduleGate(step.state, queue, step.now);
}

/** From now on all who meet its requirement may have it. */
function endFirst(step: Step, contact: Contact): void {
  const { stage: _ended, ...placed } = classificationOf(contact);
  step.emitOf(contact, contactClassified(contact.id, placed));
}

function endPreference(step: Step, contact: Contact): void {
  step.emitOf(contact, { type: 'preferenceEnded', contactId: contact.id });
}

function forget(step: Step): void {
  const { state } = step;
  state.forgetDeadline = undefined;
  step.emit({ type: 'tombstonesForgotten', closedThrough: step.now - (state.policy?.forgetMs ?? 0) });
}

/** An assigned contact's time is up: what then, its channel says. */
function giveUp(step: Step, contact: Contact, cause: 'AGENT_LOST' | 'TOO_LONG'): void {
  const phase = contact.phase;
  assert(phase.state === 'ASSIGNED', 'only assigned contacts are given up');
  switch (contact.channel.policy.assigned.then) {
    case 'keep':
      return assert(false, 'a kept contact has no such deadline');
    case 'end':
      return step.end(contact, cause, undefined);
    case 'requeue':
      return requeue(step, contact, phase.agent, cause);
  }
}

/** Back in line, with the age that it had when it was answered. */
function requeue(step: Step, contact: Contact, agent: Agent, cause: 'AGENT_LOST' | 'TOO_LONG'): void {
  const agedFrom = step.now - waitedMs(contact, step.now);
  const waitUntil = step.now + waitLimitMs(contact.queue.policy, contact.calling);
  const contactId = contact.id;
  const { requirement } = contact;
  const way = {
    queue: contact.queue.policy,
    requirement,
    giver: agent,
    byGiver: false,
    receiver: undefined,
    now: step.now,
  };
  const arrival = stageOnWay(step.state.requirements, contact, way);
  const type = 'contactRequeued';
  const agentId = agent.id;
  step.emitOf(contact, { type, contactId, agentId, cause, agedFrom, waitUntil, coolDownUntil: 0, ...arrival });
}

/** A gateway has gone for too long: the contacts of the channel that it had when it went go too; answered ones end. */
function loseGateway(step: Step, gateway: Gateway, channelName: string): void {
  const all = gateway.arrivals.pageAfter(0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, (known) => {
    const { contact } = known;
    if (contact?.channel.name !== channelName) return false;
    // What was scheduled when it went needs nobody yet.
    if (contact.submittedAt > gateway.lostAt || contact.dueAt > gateway.lostAt) return false;
    // Nor who is to be called.
    return contact.calling === undefined || contact.calling.callbackAt === 0;
  });
  for (const { contact } of all.items) {
    if (contact === undefined) continue;
    const { state } = contact.phase;
    if (state === 'ASSIGNED') step.end(contact, 'GATEWAY_LOST', undefined);
    if (state !== 'QUEUED' && state !== 'OFFERED') continue;
    step.revoke(contact, 'CONTACT_CANCELLED');
    close(step, contact, 'CANCELLED', 'GATEWAY_LOST');
  }
}
