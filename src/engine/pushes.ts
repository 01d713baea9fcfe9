// Draws what clients are told of a step, right after it, from the state as it stands then: immutable pictures, newest states.
//
// Invariants: 1. in seq order. 2. an agent is not told of changes that it asked for. 3. a gateway is told once a step of each of its
// contacts that changed, with the seq of the last change.

import { agentView } from '../core/agent.ts';
import type { Actor, Command } from '../core/commands.ts';
import { type Contact, contactView, offerView, waitedMs } from '../core/contact.ts';
import type { StepResult } from '../core/core.ts';
import type { CoreEvent } from '../core/events.ts';
import type { RevocationReason } from '../core/refusal.ts';
import type { State } from '../core/state.ts';
import type { EventSubject, Push } from './port.ts';

/** What the state knew before the step and the step changed: who had a session, which offer a contact had. */
export interface Before {
  /** Session of the agent that the command is about. */
  readonly sessionId: string;
}

/** Pushes of one step. `before` is what was true when the command came. */
export function drawPushes(state: Readonly<State>, command: Command, before: Before, result: StepResult): Push[] {
  const pushes: Push[] = [];
  const asker = 'actor' in command && command.actor.role === 'agent' ? command.actor : undefined;
  for (const [index, event] of result.events.entries()) {
    const context = { state, seq: result.firstSeq + index, at: result.at, subject: result.subjects[index], asker };
    agentPushes(event, context, before, pushes);
  }
  gatewayPushes(result, pushes);
  return pushes.length > 1 ? pushes.sort((a, b) => a.seq - b.seq) : pushes;
}

interface Context {
  readonly state: Readonly<State>;
  readonly seq: number;
  readonly at: number;
  readonly subject: Contact | undefined;
  readonly asker: Actor | undefined;
}

function agentPushes(event: CoreEvent, context: Context, before: Before, pushes: Push[]): void {
  const { seq, at, subject, asker } = context;
  switch (event.type) {
    case 'offerMade': {
      const offer = subject === undefined ? undefined : offerView(subject);
      if (offer !== undefined) pushes.push({ to: 'agent', id: event.agentId, seq, at, kind: 'offer', offer });
      return;
    }
    case 'offerMissed':
      return pushRevoked(event.agentId, event.contactId, 'MISSED', context, pushes);
    case 'offerRevoked':
      return pushRevoked(event.agentId, event.contactId, event.reason, context, pushes);
    case 'contactUpdated':
    case 'contactClassified':
    case 'contactEnded':
    case 'contactClosed':
    case 'contactRequeued':
    case 'dispositionSet': {
      const agentId = 'agentId' in event ? event.agentId : subject?.agentId;
      if (subject === undefined || agentId === undefined || agentId === '' || agentId === asker?.id) return;
      pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'contact', contact: contactView(subject) });
      return;
    }
    case 'agentPut':
    case 'presenceSet':
      if (event.agentId !== asker?.id || event.type === 'agentPut' || event.cause !== 'AGENT') {
        pushAgent(event.agentId, context, pushes);
      }
      return;
    case 'agentRemoved':
      if (before.sessionId !== '') pushes.push({ to: 'session', id: before.sessionId, seq, at, kind: 'removed' });
      return;
    case 'sessionOpened':
      if (event.role === 'AGENT' && before.sessionId !== '') {
        pushes.push({ to: 'session', id: before.sessionId, seq, at, kind: 'replaced' });
      }
      return;
    default:
      return;
  }
}

function pushRevoked(
  agentId: string,
  contactId: string,
  reason: RevocationReason,
  { state, seq, at }: Context,
  pushes: Push[],
): void {
  const answer = state.agents.get(agentId)?.answers.findLast((one) => one.contactId === contactId);
  if (answer === undefined) return;
  const offerRevoked = { offerId: `o${answer.offerSeq}`, contactId, reason };
  pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'offerRevoked', offerRevoked });
}

function pushAgent(agentId: string, { state, seq, at }: Context, pushes: Push[]): void {
  const agent = state.agents.get(agentId);
  if (agent !== undefined) pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'agent', agent: agentView(agent) });
}

function gatewayPushes({ subjects, firstSeq, at }: StepResult, pushes: Push[]): void {
  const told = new Set<Contact>();
  for (let index = subjects.length - 1; index >= 0; index--) {
    const subject = subjects[index];
    if (subject === undefined || told.has(subject)) continue;
    told.add(subject);
    const contact = contactView(subject);
    pushes.push({ to: 'gateway', id: subject.gateway.id, seq: firstSeq + index, at, kind: 'contact', contact });
  }
}

/** What observers need to know of the contact of an event. */
export function subjectOf(contact: Contact | undefined, now: number): EventSubject | undefined {
  if (contact === undefined) return undefined;
  return {
    queue: contact.queue.name,
    channel: contact.channel.name,
    segment: contact.segment,
    submittedAt: contact.submittedAt,
    enqueuedAt: contact.enqueuedAt,
    assignedAt: contact.assignedAt,
    endedAt: contact.endedAt,
    waitedMs: waitedMs(contact, now),
    withinMs: contact.queue.policy.serviceLevel.withinMs,
  };
}
