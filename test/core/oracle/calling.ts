// Customers who are called: callbacks and attempts, and how long one who asked to be called may wait. Written from SPEC [CBK*], [ATT*].
import type { Command } from '../../../src/core/commands.ts';
import { close } from './deadlines.ts';
import { seenBy } from './decide-contacts.ts';
import { isRepeated } from './decide-transfers.ts';
import { policyOf, queueOf, waitMsIn } from './model.ts';
import { callableAt } from './windows.ts';
import { contactVerdict, refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function decideCallback(world: World, { actor, contactId, version }: CommandOf<'callback'>): Verdict {
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (subject.kind === 'tombstone') return refused('CONTACT_CLOSED');
  if (subject.direction === 'OUTBOUND') return contactVerdict(contactId);
  if (subject.state === 'SCHEDULED') return refused('CONTACT_NOT_WAITING');
  if (subject.state === 'ASSIGNED' || subject.state === 'WRAP_UP') return refused('CONTACT_ANSWERED');
  const { callback } = queueOf(policyOf(world.state), subject.queue);
  if (callback === undefined || (subject.consultedBy ?? '') !== '') return refused('NO_CALLBACK');
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  world.emit({ type: 'callbackRequested', contactId, by: actor.id, waitUntil: world.now + callback.withinMs });
  return contactVerdict(contactId);
}

export function decideRetry(world: World, { actor, contactId, disposition, version }: CommandOf<'retry'>): Verdict {
  if (isRepeated(world, actor, contactId, undefined)) return contactVerdict(contactId);
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (subject.kind === 'tombstone') {
    return subject.state === 'EXPIRED' ? contactVerdict(contactId) : refused('CONTACT_CLOSED');
  }
  if (subject.state === 'SCHEDULED' && subject.attempts > 0) return contactVerdict(contactId);
  if (subject.state === 'WRAP_UP') return refused('CONTACT_ANSWERED');
  if (subject.state !== 'ASSIGNED') return refused('CONTACT_NOT_ANSWERED');
  const policy = policyOf(world.state);
  const { callback } = queueOf(policy, subject.queue);
  if (callback === undefined || subject.direction === 'INBOUND') return refused('NO_CALLBACK');
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  if (subject.attempts + 1 >= callback.attempts) {
    close(world, subject, 'EXPIRED', 'ATTEMPTS_EXHAUSTED', disposition);
    return contactVerdict(contactId);
  }
  const { agentId, assignedAt, agedFrom } = subject;
  const notBefore = world.now + callback.spacingMs;
  const dueAt = callableAt(world.state, subject, notBefore);
  world.emit({
    type: 'contactRetried',
    contactId,
    agentId,
    cause: actor.role === 'agent' ? 'AGENT' : actor.role === 'gateway' ? 'GATEWAY' : 'SUPERVISOR',
    by: actor.id,
    dueAt,
    agedFrom: notBefore - (assignedAt - agedFrom),
    waitUntil: dueAt + waitMsIn(policy, subject.queue, subject),
    ...(dueAt === notBefore ? {} : { notBefore }),
    ...(disposition === undefined ? {} : { disposition }),
  });
  world.drain(agentId);
  return contactVerdict(contactId);
}
