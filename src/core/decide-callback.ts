// Decides about customers who are called: a callback that a waiting customer asks for, and what follows when the customer is not reached. Each
// function checks in the order of SPEC's list of refusals, then emits. A refusal emits nothing.

import { termsFor, waitLimitMs } from './calling.ts';
import type { Actor, Command } from './commands.ts';
import { type Contact, type Known, waitedMs } from './contact.ts';
import { callableAt } from './contact-hours.ts';
import { checkVersion, findKnown, noSuchContact, notAnswered } from './decide-contact.ts';
import { releasedAlready } from './decide-transfer.ts';
import type { Decided } from './decided.ts';
import type { CallbackPolicy } from './policy.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Step } from './step.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function decideCallback(step: Step, { actor, contactId, version }: Asked<'callback'>): Decided {
  const known = findKnown(step.state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  if (contact === undefined) return { error: refuse('CONTACT_CLOSED', 'it is closed', 'contactId') };
  // Whoever is called anyway asks again, or for nothing.
  if (contact.direction === 'OUTBOUND') return { contact };
  const { queue } = contact;
  const unfit = notWaiting(contact) ?? uncalled(contact);
  const refusal = unfit ?? checkVersion(known, version);
  if (refusal !== undefined) return { error: refusal };
  const waitUntil = step.now + (queue.policy.callback?.withinMs ?? 0);
  step.emitOf(contact, { type: 'callbackRequested', contactId, by: actor.id, waitUntil });
  return { contact };
}

function notWaiting({ phase: { state } }: Contact): Refusal | undefined {
  switch (state) {
    case 'QUEUED':
    case 'OFFERED':
      return undefined;
    case 'SCHEDULED':
      return refuse('CONTACT_NOT_WAITING', 'it is SCHEDULED, not in line', 'contactId');
    default:
      return refuse('CONTACT_ANSWERED', 'an agent has answered it', 'contactId');
  }
}

function uncalled({ queue, consultedBy }: Contact): Refusal | undefined {
  if (consultedBy !== '') return refuse('NO_CALLBACK', 'it is a question of an agent: no customer waits', 'contactId');
  return queue.policy.callback === undefined ? noCallback(queue.name) : undefined;
}

function noCallback(queue: string): Refusal {
  return refuse('NO_CALLBACK', `queue ${queue} makes no callbacks: its policy has no callback`, 'contactId');
}

export function decideRetry(step: Step, { actor, contactId, disposition, version }: Asked<'retry'>): Decided {
  const { state, now } = step;
  const repeated = releasedAlready(state, actor, contactId);
  if (repeated !== undefined) return { contact: repeated };
  const known = findKnown(state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  if (contact === undefined) return answerClosed(known);
  const { phase } = contact;
  if (phase.state === 'SCHEDULED' && (contact.calling?.attempts ?? 0) > 0) return { contact };
  if (phase.state === 'WRAP_UP') {
    return { error: refuse('CONTACT_ANSWERED', 'its conversation is over: complete it', 'contactId') };
  }
  if (phase.state !== 'ASSIGNED') return { error: notAnswered() };
  const terms = termsFor(contact);
  if (terms === undefined) return { error: nobodyCalled(contact) };
  const wrongVersion = checkVersion(known, version);
  if (wrongVersion !== undefined) return { error: wrongVersion };
  const given = disposition === undefined ? {} : { disposition };
  if (isLastAttempt(contact, terms)) {
    const type = 'contactClosed';
    const cause = 'ATTEMPTS_EXHAUSTED';
    step.emitOf(contact, { type, contactId, state: 'EXPIRED', cause, endedNow: true, ...given });
    return { contact };
  }
  const notBefore = now + terms.spacingMs;
  const dueAt = callableAt(state, contact, notBefore);
  step.emitOf(contact, {
    type: 'contactRetried',
    contactId,
    agentId: phase.agent.id,
    cause: causeOf(actor),
    by: actor.id,
    dueAt,
    agedFrom: notBefore - waitedMs(contact, now),
    waitUntil: dueAt + waitLimitMs(contact.queue.policy, contact.calling),
    ...(dueAt === notBefore ? {} : { notBefore }),
    ...given,
  });
  return { contact };
}

/** It closed it, asked once more; whatever closed it otherwise leaves nobody to call. */
function answerClosed(known: Known): Decided {
  if (known.tombstone?.state === 'EXPIRED') return { known };
  return { error: refuse('CONTACT_CLOSED', 'it is closed', 'contactId') };
}

function isLastAttempt({ calling }: Contact, { attempts }: CallbackPolicy): boolean {
  return (calling?.attempts ?? 0) + 1 >= attempts;
}

function nobodyCalled({ direction, queue }: Contact): Refusal {
  return direction === 'OUTBOUND'
    ? noCallback(queue.name)
    : refuse('NO_CALLBACK', 'it is INBOUND: its customer is not called', 'contactId');
}

function causeOf(actor: Actor): 'AGENT' | 'GATEWAY' | 'SUPERVISOR' {
  if (actor.role === 'agent') return 'AGENT';
  return actor.role === 'gateway' ? 'GATEWAY' : 'SUPERVISOR';
}
