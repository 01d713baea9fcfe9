// Decides who gives a contact away and to whom: requeue and transfer. Each function checks in the order of SPEC's list of refusals, then emits.
// A refusal emits nothing.

import type { Agent } from './agent.ts';
import { type Arrival, stageOnWay, type Way } from './bots.ts';
import { waitLimitMs } from './calling.ts';
import { classify, isRefusal } from './classify.ts';
import type { Actor, Command, TransferTarget } from './commands.ts';
import { type Contact, holderOf, journeyOf, waitedMs } from './contact.ts';
import { checkVersion, findKnown, noSuchContact, notAnswered, tooManyClasses, within } from './decide-contact.ts';
import type { Decided } from './decided.ts';
import type { Classification, TransferKind } from './events.ts';
import type { Queue } from './names.ts';
import { DIRECT_DEFAULT, type QueuePolicy, type ResolvedPolicy } from './policy.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type Alternative, requirementKey } from './requirement.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** What a requeue names. */
const NOTHING: TransferTarget = { queue: '', agentId: '', requires: [], holdMs: 0, consultId: '' };

export function decideRequeue(step: Step, { actor, contactId, resetAge, version }: Asked<'requeue'>): Decided {
  const { state } = step;
  const repeated = releasedAlready(state, actor, contactId);
  if (repeated !== undefined) return { contact: repeated };
  const known = findKnown(state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  const unfit = refusalOf(contact, false) ?? checkVersion(known, version);
  if (contact === undefined || unfit !== undefined) return { error: unfit ?? noSuchContact() };
  const { queue, requirement } = contact;
  const way = wayOf(step, contact, actor, queue.policy, requirement, undefined);
  step.emitOf(contact, {
    type: 'contactRequeued',
    contactId,
    agentId: contact.agentId,
    cause: causeOf(actor),
    agedFrom: agedFromOf(contact, step.now, resetAge),
    waitUntil: step.now + waitLimitMs(queue.policy, contact.calling),
    coolDownUntil: coolDownUntil(step),
    ...stageOnWay(state.requirements, contact, way),
  });
  return { contact };
}

export function decideTransfer(step: Step, { actor, contactId, to, resetAge, version }: Asked<'transfer'>): Decided {
  const { state } = step;
  const shape = shapeRefusal(to);
  if (shape !== undefined) return { error: shape };
  const repeated = releasedAlready(state, actor, contactId, to);
  if (repeated !== undefined) return { contact: repeated };
  const known = findKnown(state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  if (to.agentId !== '' && !state.agents.has(to.agentId)) {
    return { error: refuse('NO_SUCH_AGENT', `there is no agent ${to.agentId}`, 'to.agentId') };
  }
  const { contact } = known;
  const mayWait = actor.role !== 'agent' && to.consultId === '';
  const consult = to.consultId === '' ? undefined : consultOf(state, contact, to.consultId);
  if (consult !== undefined && isRefusal(consult)) return { error: consult };
  const unfit = refusalOf(contact, mayWait) ?? checkVersion(known, version);
  if (contact === undefined || unfit !== undefined) return { error: unfit ?? noSuchContact() };
  if (consult !== undefined) return handOver(step, contact, consult, actor);
  const requires = to.requires.length === 0 ? contact.requires : state.requirements.form(to.requires).written;
  const placed = place(step, contact, actor, to, requires);
  if (isRefusal(placed)) return { error: placed };
  step.revoke(contact, 'CONTACT_TRANSFERRED');
  emitTransferred(step, contact, { actor, to, resetAge, requires, placed });
  return { contact };
}

export function shapeRefusal(to: TransferTarget): Refusal | undefined {
  const isNowhere = to.queue === '' && to.agentId === '' && to.requires.length === 0;
  if (to.consultId !== '') {
    return isNowhere && to.holdMs === 0
      ? undefined
      : refuse('INVALID_FIELD', 'expected nothing else beside it', 'to.consultId');
  }
  if (isNowhere) {
    return refuse('INVALID_FIELD', 'expected a queue, an agentId, requires or a consultId, found none of them', 'to');
  }
  if (to.holdMs === 0 || to.agentId !== '') return undefined;
  return refuse('INVALID_FIELD', 'expected it with an agentId only', 'to.holdMs');
}

/**
 * The contact, if the agent gave it away before and all that it names now is so: it asks again what went through. Undefined: the agent has it,
 * or has not had it last.
 */
export function releasedAlready(
  state: State,
  actor: Actor,
  contactId: string,
  to: TransferTarget = NOTHING,
): Contact | undefined {
  if (actor.role !== 'agent') return undefined;
  const contact = state.known.get(contactId)?.contact;
  if (contact === undefined || contact.releasedBy !== actor.id) return undefined;
  if (contact.phase.state !== 'OFFERED' && holderOf(contact)?.id === actor.id) return undefined;
  return isAsAsked(state, contact, to) ? contact : undefined;
}

function isAsAsked({ requirements, known }: State, contact: Contact, to: TransferTarget): boolean {
  if (to.consultId !== '') {
    const consult = known.get(to.consultId)?.tombstone;
    return consult?.state === 'COMPLETED' && consult.agentId === holderOf(contact)?.id;
  }
  if (to.queue !== '' && contact.queue.name !== to.queue) return false;
  const { preferredAgents } = contact;
  if (to.agentId !== '' && (preferredAgents.length !== 1 || preferredAgents[0] !== to.agentId)) return false;
  if (to.requires.length === 0) return true;
  const keyOf = (requires: readonly Alternative[]): string => requirementKey(requirements.form(requires).canonical);
  return keyOf(contact.requires) === keyOf(to.requires);
}

/** Why a contact in its state cannot be moved; `mayWait`: one that nobody has answered can be, too. */
export function refusalOf(contact: Contact | undefined, mayWait: boolean): Refusal | undefined {
  switch (contact?.phase.state) {
    case 'ASSIGNED':
      return undefined;
    case 'SCHEDULED':
      return mayWait ? refuse('CONTACT_NOT_WAITING', 'it is SCHEDULED, not in line', 'contactId') : notAnswered();
    case 'QUEUED':
    case 'OFFERED':
      return mayWait ? undefined : notAnswered();
    case 'WRAP_UP':
      return refuse('CONTACT_ANSWERED', 'its conversation is over: complete it', 'contactId');
    default:
      return refuse('CONTACT_CLOSED', 'it is closed', 'contactId');
  }
}

function wayOf(
  { now }: Step,
  contact: Contact,
  actor: Actor,
  queue: QueuePolicy,
  requirement: readonly Alternative[],
  receiver: Agent | undefined,
): Way {
  const giver = contact.phase.state === 'ASSIGNED' ? contact.phase.agent : undefined;
  return { queue, requirement, giver, byGiver: actor.role === 'agent', receiver, now };
}

function place(
  step: Step,
  contact: Contact,
  actor: Actor,
  to: TransferTarget,
  requires: readonly Alternative[],
): Placed | Refusal {
  const { state, now } = step;
  const queue: Queue | undefined = to.queue === '' ? contact.queue : state.queues.get(to.queue);
  if (queue === undefined) return refuse('UNKNOWN_QUEUE', `the policy has no queue ${to.queue}`, 'to.queue');
  const { segment, value, headStartMs, calling } = contact;
  const claim = { segment, requires, value, headStartMs, calling };
  const classified = classify(state.requirements, state.policy as ResolvedPolicy, queue.policy, claim, now);
  if (isRefusal(classified)) return within('to', classified);
  const way = wayOf(step, contact, actor, queue.policy, classified.requirement, state.agents.get(to.agentId));
  const placed = { ...classified, ...stageOnWay(state.requirements, contact, way) };
  return tooManyClasses(state, contact.channel.name, placed, contact.prefers, queue) ?? placed;
}

/** The contact by which the agent consults another one about `contact`; or why there is none. */
function consultOf(state: State, contact: Contact | undefined, consultId: string): Contact | Refusal | undefined {
  if (contact === undefined) return undefined;
  const consult = state.known.get(consultId)?.contact;
  const isAbout =
    consult !== undefined &&
    consult !== contact &&
    consult.journeyId === journeyOf(contact) &&
    consult.channel === contact.channel;
  const holder = holderOf(contact);
  if (!isAbout || (holder !== undefined && holderOf(consult) === holder)) {
    return refuse(
      'NO_SUCH_CONTACT',
      'no other agent has a contact of that id, of this journey and channel',
      'to.consultId',
    );
  }
  const unfit = refusalOf(consult, false);
  return unfit === undefined ? consult : { ...unfit, path: 'to.consultId' };
}

/** The consulted agent has the contact from now on, in the room that the consult contact took. */
function handOver(step: Step, contact: Contact, consult: Contact, actor: Actor): Decided {
  const { now } = step;
  const { requires, preferredAgents, preferredForMs, preferredUntil } = contact;
  const cause = causeOf(actor);
  const receiver = holderOf(consult);
  const way = wayOf(step, contact, actor, contact.queue.policy, contact.requirement, receiver);
  step.emitOf(contact, {
    type: 'contactTransferred',
    contactId: contact.id,
    agentId: contact.agentId,
    cause,
    by: actor.id,
    to: 'CONSULT',
    queue: contact.queue.name,
    segment: contact.segment,
    requirement: contact.requirement,
    clockRate: contact.clockRate,
    headStartUs: contact.headStartUs,
    waitUntil: contact.waitUntil,
    requires,
    agedFrom: agedFromOf(contact, now, false),
    preferredAgents,
    preferredForMs,
    preferredUntil,
    coolDownUntil: 0,
    consultId: consult.id,
    toAgentId: consult.agentId,
    cost: consult.cost,
    assignedUntil: now + contact.channel.policy.assigned.maxMs,
    agentLostUntil: consult.agentLostUntil,
    ...stageOnWay(step.state.requirements, contact, way),
  });
  step.complete(consult, cause, true, undefined);
  return { contact };
}

type Placed = Classification & Arrival;

interface Transfer {
  readonly actor: Actor;
  readonly to: TransferTarget;
  readonly resetAge: boolean;
  readonly requires: readonly Alternative[];
  readonly placed: Placed;
}

function emitTransferred(step: Step, contact: Contact, { actor, to, resetAge, requires, placed }: Transfer): void {
  const isDirect = to.agentId !== '';
  const holdMs = to.holdMs === 0 ? (step.state.policy?.direct ?? DIRECT_DEFAULT).holdMs : to.holdMs;
  const preferredForMs = isDirect ? holdMs : contact.preferredForMs;
  const holder = contact.phase.state === 'ASSIGNED' ? contact.phase.agent.id : '';
  step.emitOf(contact, {
    type: 'contactTransferred',
    contactId: contact.id,
    agentId: holder,
    cause: causeOf(actor),
    by: actor.id,
    to: kindOf(to),
    queue: placed.queue,
    segment: placed.segment,
    requires,
    requirement: placed.requirement,
    clockRate: placed.clockRate,
    headStartUs: placed.headStartUs,
    waitUntil: placed.waitUntil,
    agedFrom: agedFromOf(contact, step.now, resetAge),
    preferredAgents: isDirect ? [to.agentId] : contact.preferredAgents,
    preferredForMs,
    preferredUntil: !isDirect ? contact.preferredUntil : holdMs === 0 ? 0 : step.now + holdMs,
    coolDownUntil: holder === '' || holder === to.agentId ? 0 : coolDownUntil(step),
    consultId: '',
    toAgentId: '',
    cost: 0,
    assignedUntil: 0,
    agentLostUntil: 0,
    ...arrivalOf(placed),
  });
}

function arrivalOf({ stage, handedOverFrom }: Placed): Arrival {
  if (stage === undefined) return {};
  return handedOverFrom === undefined ? { stage } : { stage, handedOverFrom };
}

function kindOf(to: TransferTarget): TransferKind {
  if (to.agentId !== '') return 'ONE_AGENT';
  return to.requires.length > 0 ? 'REQUIREMENT' : 'QUEUE';
}

/** The origin of its waiting afterwards: the age that it had when it was answered, if it was; or none. */
function agedFromOf(contact: Contact, now: number, resetAge: boolean): number {
  return resetAge ? now : now - waitedMs(contact, now);
}

function coolDownUntil({ state, now }: Step): number {
  const coolDownMs = state.policy?.presence.declineCoolDownMs ?? 0;
  return coolDownMs === 0 ? 0 : now + coolDownMs;
}

function causeOf(actor: Actor): 'AGENT' | 'SUPERVISOR' {
  return actor.role === 'agent' ? 'AGENT' : 'SUPERVISOR';
}
