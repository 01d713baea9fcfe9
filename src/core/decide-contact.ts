// Decides what is asked about contacts: submit, update, cancel, end, complete. Each function checks in the order of SPEC's list of refusals,
// then emits. A refusal emits nothing.

import { mergeJsonObjects } from '../lib/json-merge.ts';
import { utf8ByteLength } from '../lib/utf8.ts';
import { isSameStage, stageAtEntry, withStage } from './bots.ts';
import { waitsFrom } from './calling.ts';
import { chooseQueue, classify, classifyRelaxed, isRefusal } from './classify.ts';
import type { Actor, Command, ContactChanges, ContactDraft, Tombstone } from './commands.ts';
import { type Contact, classificationOf, isConsultOf, type Known, offerTo, pendingOffers } from './contact.ts';
import { callableAt } from './contact-hours.ts';
import { withProfile } from './customers.ts';
import type { Decided } from './decided.ts';
import { DEMAND_CLASSES_MAX, demandKey } from './demand.ts';
import type { ContactSubmitted, CoreEvent, EndCause, RelaxedClassification } from './events.ts';
import { gateOf, type Queue } from './names.ts';
import { type Taker, takerOf } from './open-queue.ts';
import type { ResolvedPolicy } from './policy.ts';
import { type Preferred, preferenceOf } from './preference.ts';
import { type Refusal, refuse } from './refusal.ts';
import { eligibilityOf, isSameRelaxation, relaxedEligibilityOf } from './relaxation.ts';
import { type Alternative, meets } from './requirement.ts';
import { isWrittenLike } from './requirement-cache.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';
import type { Disposition } from './views.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

const ATTRIBUTES_MAX_BYTES = 8192;
const QUEUE_FULL_RETRY_MS = 1000;
const DUE_MAX_MS = 366 * 86_400_000;
const NOBODY_PREFERRED: Preferred = { agents: [], until: 0 };

export function noSuchContact(): Refusal {
  return refuse('NO_SUCH_CONTACT', 'there is no such contact, or it is not yours', 'contactId');
}

/** The contact if the actor may know of it: gateways their own, agents what they hold or held last. */
export function findKnown(state: State, actor: Actor, contactId: string): Known | undefined {
  const known = state.known.get(contactId);
  if (known === undefined || actor.role === 'supervisor' || actor.role === 'admin') return known;
  const owner = actor.role === 'gateway' ? known.gateway.id : (known.contact ?? known.tombstone)?.agentId;
  if (owner === actor.id) return known;
  // Of several agents whom it is offered to, each knows of it.
  const isOffered =
    actor.role === 'agent' && known.contact !== undefined && offerTo(known.contact, actor.id) !== undefined;
  return isOffered ? known : undefined;
}

export function checkVersion(known: Known, expected: number): Refusal | undefined {
  const version = (known.contact ?? known.tombstone)?.version ?? 0;
  if (expected === 0 || expected === version) return undefined;
  return refuse('VERSION_MISMATCH', `it is at version ${version}, not ${expected}`, 'version');
}

/** `consultedBy`: the agent in whose name, if it is a consult contact. */
export function decideSubmit(step: Step, { actor, contact: given }: Asked<'submit'>, consultedBy = ''): Decided {
  const { state } = step;
  const { written, canonical } = state.requirements.form(given.requires);
  const hash = state.contentHash.of(given, canonical);
  const known = state.known.get(given.id);
  if (known !== undefined) return answerAgain(known, actor, hash, given);
  if (given.version > 0) {
    return { error: refuse('VERSION_MISMATCH', `it is new, not at version ${given.version}`, 'contact.version') };
  }
  const hasProfiles = state.customers.size > 0;
  // A consult says what its contact says.
  const draft = hasProfiles && consultedBy === '' ? withProfile(state, given) : given;
  const placed = place(state, actor, draft, written, step.now);
  if (isRefusal(placed)) return { error: placed };
  const mayPrefer = draft.preferredAgents.length > 0 || state.lastAgents !== undefined || hasProfiles;
  const entersAt = placed.detour?.dueAt ?? step.now;
  const preferred = mayPrefer
    ? preferenceOf(state, draft, placed.queue, step.now, entersAt, consultedBy !== '')
    : NOBODY_PREFERRED;
  const event: ContactSubmitted = {
    type: 'contactSubmitted',
    contactId: draft.id,
    gatewayId: actor.id,
    hash,
    channel: draft.channel,
    direction: draft.direction,
    customerId: draft.customerId,
    journeyId: draft.journeyId,
    intent: draft.intent,
    language: draft.language,
    requires: written,
    prefers: draft.prefers,
    value: draft.value,
    tier: draft.tier,
    headStartMs: draft.headStartMs,
    preferredAgents: preferred.agents,
    attributes: draft.attributes,
    queue: placed.queue,
    segment: placed.segment,
    requirement: placed.requirement,
    clockRate: placed.clockRate,
    headStartUs: placed.headStartUs,
    waitUntil: placed.waitUntil,
    preferredForMs: draft.preferredForMs ?? 0,
    preferredUntil: preferred.until,
  };
  const { stage, detour } = placed;
  const placedLater = detour === undefined ? event : { ...event, ...detour };
  const { timeZone = '' } = draft;
  const zoned = timeZone === '' ? placedLater : { ...placedLater, timeZone };
  const told = consultedBy === '' ? zoned : { ...zoned, consultedBy };
  const contact = step.emitSubmitted(stage === undefined ? told : { ...told, stage });
  return { contact, created: true };
}

function answerAgain(known: Known, actor: Actor, hash: string, draft: ContactDraft): Decided {
  const submitted = known.contact?.hash ?? known.tombstone?.hash;
  if (known.gateway.id !== actor.id || submitted !== hash) {
    return { error: refuse('CONTACT_DIFFERS', `id ${draft.id} is taken by a contact that differs`, 'contact.id') };
  }
  const wrongVersion = checkVersion(known, draft.version);
  return wrongVersion === undefined ? { known, created: false } : { error: within('contact', wrongVersion) };
}

export function within(field: string, refusal: Refusal): Refusal {
  return { ...refusal, path: `${field}.${refusal.path}` };
}

/** Where a contact is put; `detour`: if not into line at once, or not in the queue that was meant for it. */
type Place = RelaxedClassification & {
  readonly detour?: Pick<ContactSubmitted, 'overflowedFrom' | 'dueAt' | 'notBefore'>;
};

function place(
  state: State,
  actor: Actor,
  draft: ContactDraft,
  requires: readonly Alternative[],
  now: number,
): Place | Refusal {
  const policy = state.policy as ResolvedPolicy;
  if (draft.dueAt !== undefined && draft.dueAt - now > DUE_MAX_MS) {
    return refuse('INVALID_FIELD', `expected an instant at most 366 days ahead`, 'contact.dueAt');
  }
  if (!state.channels.has(draft.channel)) {
    return refuse('UNKNOWN_CHANNEL', `the policy has no channel ${draft.channel}`, 'contact.channel');
  }
  const segment = draft.segment === '' ? 'default' : draft.segment;
  if (!Object.hasOwn(policy.segments, segment)) {
    return refuse('UNKNOWN_SEGMENT', `the policy has no segment ${segment}`, 'contact.segment');
  }
  const queue = chooseQueue(state, draft, segment, actor.id);
  if (isRefusal(queue)) return queue;
  const { dueAt = 0 } = draft;
  if (dueAt > now) return placeLater(state, draft, segment, requires, { queue, dueAt });
  if (queue.hours === undefined && queue.closure === undefined && queue.policy.contactHours === undefined)
    return placeIn(state, queue, draft, segment, requires, now);
  const taker = takerOf(state, queue, now);
  if (isRefusal(taker)) return taker;
  const entersAt = taker.dueAt === 0 ? now : taker.dueAt;
  const isScheduled = entersAt > now || callableAt(state, calledAs(draft, taker.queue), now) > now;
  const placed = isScheduled
    ? placeLater(state, draft, segment, requires, { queue: taker.queue, dueAt: entersAt })
    : placeIn(state, taker.queue, draft, segment, requires, now);
  if (isRefusal(placed) || taker.queue === queue) return placed;
  return { ...placed, detour: { ...placed.detour, overflowedFrom: queue.name } };
}

/** Into the queue's line at once. */
function placeIn(
  state: State,
  queue: Queue,
  draft: ContactDraft,
  segment: string,
  requires: readonly Alternative[],
  now: number,
): Place | Refusal {
  const policy = state.policy as ResolvedPolicy;
  const claim = { segment, requires, value: draft.value, headStartMs: draft.headStartMs };
  const classified = classify(state.requirements, policy, queue.policy, claim, now);
  if (isRefusal(classified)) return within('contact', classified);
  const stage = stageAtEntry(state.requirements, queue.policy, classified.requirement, now);
  const placed = stage === undefined ? classified : { ...classified, stage };
  const { waiting } = queue.policy.limits;
  if (queue.waiting.size >= waiting) {
    return refuse('QUEUE_FULL', `queue ${queue.name} has ${waiting} waiting, its limit`, '', QUEUE_FULL_RETRY_MS);
  }
  return tooManyClasses(state, draft.channel, placed, draft.prefers, queue) ?? placed;
}

/** SCHEDULED: in no line yet, so that its limits do not matter yet. */
function placeLater(
  state: State,
  draft: ContactDraft,
  segment: string,
  requires: readonly Alternative[],
  { queue, dueAt: notBefore }: Taker,
): Place | Refusal {
  const dueAt = callableAt(state, calledAs(draft, queue), notBefore);
  const detour = dueAt === notBefore ? { dueAt } : { dueAt, notBefore };
  const claim = { segment, requires, value: draft.value, headStartMs: draft.headStartMs };
  const placed = classify(state.requirements, state.policy as ResolvedPolicy, queue.policy, claim, dueAt);
  return isRefusal(placed) ? within('contact', placed) : { ...placed, detour };
}

function calledAs({ direction, timeZone = '' }: ContactDraft, queue: Queue) {
  return { direction, queue, calling: { timeZone } };
}

export function tooManyClasses(
  state: State,
  channel: string,
  placed: RelaxedClassification,
  prefers: ContactDraft['prefers'],
  queue: Queue,
): Refusal | undefined {
  if (!state.demands.isFull) return undefined;
  const key = demandKey(channel, placed.requirement, prefers, gateOf(queue), relaxedEligibilityOf(placed));
  if (!state.demands.isFullFor(key)) return undefined;
  return refuse(
    'TOO_MANY_CLASSES',
    `open contacts have ${DEMAND_CLASSES_MAX} different requirements already`,
    '',
    QUEUE_FULL_RETRY_MS,
  );
}

export function decideUpdate(step: Step, { actor, contactId, set, version }: Asked<'update'>): Decided {
  const known = findKnown(step.state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  if (contact === undefined) return { error: refuse('CONTACT_CLOSED', 'it is closed', 'contactId') };
  const answered = contact.phase.state === 'ASSIGNED' || contact.phase.state === 'WRAP_UP';
  if (!answered && actor.role === 'agent') return { error: notAnswered() };
  const late = answered ? Object.keys(set).find((field) => field !== 'attributes' && field !== 'intent') : undefined;
  if (late !== undefined) {
    return { error: refuse('CONTACT_ANSWERED', 'an agent has it: only attributes and intent change', `set.${late}`) };
  }
  const wrongVersion = checkVersion(known, version);
  if (wrongVersion !== undefined) return { error: wrongVersion };
  const next = changesOf(step.state, contact, set, answered);
  if (isRefusal(next)) return { error: within('set', next) };
  if (differs(contact, next)) step.emitOf(contact, { type: 'contactUpdated', contactId, ...next });
  for (const { agent } of pendingOffers(contact)) {
    if (!meets(agent.skills, eligibilityOf(contact))) step.revokeFrom(contact, agent, 'REQUIREMENT_CHANGED');
  }
  return { contact };
}

type Next = Omit<Extract<CoreEvent, { readonly type: 'contactUpdated' }>, 'type' | 'contactId'>;

function changesOf(state: State, contact: Contact, set: ContactChanges, answered: boolean): Next | Refusal {
  const attributes =
    set.attributes === undefined ? contact.attributes : mergeJsonObjects(contact.attributes, set.attributes);
  if (utf8ByteLength(attributes) > ATTRIBUTES_MAX_BYTES) {
    return refuse('ATTRIBUTES_TOO_LARGE', `merged they exceed ${ATTRIBUTES_MAX_BYTES} bytes`, 'attributes');
  }
  const given = {
    requires: set.requires ?? contact.requires,
    prefers: set.prefers ?? contact.prefers,
    value: set.value ?? contact.value,
    tier: set.tier ?? contact.tier,
    headStartMs: set.headStartMs ?? contact.headStartMs,
    intent: set.intent ?? contact.intent,
    attributes,
  };
  if (answered) return { ...given, ...classificationOf(contact) };
  const segment = set.segment === undefined ? contact.segment : set.segment === '' ? 'default' : set.segment;
  const policy = state.policy as ResolvedPolicy;
  const { queue, relaxation, calling } = contact;
  const isScheduled = contact.phase.state === 'SCHEDULED';
  const from = waitsFrom(calling, isScheduled ? contact.dueAt : contact.enqueuedAt);
  const claim = { ...given, segment, calling };
  const classified = classifyRelaxed(state.requirements, policy, queue.policy, claim, from, relaxation);
  if (isRefusal(classified)) return classified;
  if (isScheduled) return { ...given, ...withStage(state.requirements, classified, contact.stage) };
  const placed = withStage(state.requirements, classified, contact.stage);
  const full = tooManyClasses(state, contact.channel.name, placed, given.prefers, contact.queue);
  return full ?? { ...given, ...placed };
}

/** Whether anything of it is new: an update that changes nothing is no event. */
function differs(contact: Contact, next: Next): boolean {
  const { requires, requirement, relaxation, stage, ...others } = next;
  if (!isWrittenLike(contact.requires, requires) || !isWrittenLike(contact.requirement, requirement)) return true;
  if (!isSameRelaxation(contact.relaxation, relaxation) || !isSameStage(contact.stage, stage)) return true;
  const fields = Object.keys(others) as (keyof typeof others)[];
  const present = { ...contact, ...classificationOf(contact) };
  return fields.some((field) => JSON.stringify(present[field]) !== JSON.stringify(next[field]));
}

export function decideCancel(step: Step, { actor, contactId, cause, version }: Asked<'cancel'>): Decided {
  const isAgent = actor.role === 'agent';
  const known = isAgent ? consultKnown(step.state, actor, contactId) : findKnown(step.state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  if (contact === undefined) return answerCancelled(known, cause);
  const { state } = contact.phase;
  if (state === 'ASSIGNED' || state === 'WRAP_UP') {
    if (cause === 'CANCELLED' || isAgent) {
      return { error: refuse('CONTACT_ANSWERED', 'an agent has answered it: end it instead', 'contactId') };
    }
    if (state === 'WRAP_UP') return { contact };
  }
  const wrongVersion = checkVersion(known, version);
  if (wrongVersion !== undefined) return { error: wrongVersion };
  if (state === 'ASSIGNED') step.end(contact, causeOf(actor), undefined);
  else {
    step.revoke(contact, 'CONTACT_CANCELLED');
    // The customer is with the agent who takes a consult back.
    const closed = isAgent ? 'CANCELLED' : cause;
    step.emitOf(contact, { type: 'contactClosed', contactId, state: closed, cause: causeOf(actor), endedNow: false });
  }
  return { contact };
}

/** Agents take back only what they asked for themselves. */
function consultKnown(state: State, actor: Actor, contactId: string): Known | undefined {
  const known = state.known.get(contactId);
  return isConsultOf(known?.contact, actor.id) ? known : undefined;
}

function answerCancelled(known: Known, cause: 'ABANDONED' | 'CANCELLED'): Decided {
  if (known.tombstone?.state === 'COMPLETED' && cause === 'CANCELLED') {
    return { error: refuse('CONTACT_ANSWERED', 'it is complete', 'contactId') };
  }
  return { known };
}

function causeOf(actor: Actor): EndCause & ('AGENT' | 'GATEWAY' | 'SUPERVISOR') {
  if (actor.role === 'agent') return 'AGENT';
  return actor.role === 'gateway' ? 'GATEWAY' : 'SUPERVISOR';
}

export function decideEnd(step: Step, { actor, contactId, disposition, version }: Asked<'end'>): Decided {
  const known = findKnown(step.state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  if (contact === undefined) return answerCompleted(step, known, disposition);
  if (contact.phase.state === 'WRAP_UP') {
    dispose(step, known, contact.disposition, disposition);
    return { contact };
  }
  if (contact.phase.state !== 'ASSIGNED') return { error: notAnswered() };
  const wrongVersion = checkVersion(known, version);
  if (wrongVersion !== undefined) return { error: wrongVersion };
  step.end(contact, causeOf(actor), disposition);
  return { contact };
}

export function decideComplete(step: Step, { actor, contactId, disposition, version }: Asked<'complete'>): Decided {
  const known = findKnown(step.state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact } = known;
  if (contact === undefined) return answerCompleted(step, known, disposition);
  const { state } = contact.phase;
  if (state !== 'ASSIGNED' && state !== 'WRAP_UP') return { error: notAnswered() };
  const wrongVersion = checkVersion(known, version);
  if (wrongVersion !== undefined) return { error: wrongVersion };
  step.complete(contact, causeOf(actor), state === 'ASSIGNED', disposition);
  return { contact };
}

export function notAnswered(): Refusal {
  return refuse('CONTACT_NOT_ANSWERED', 'no agent has accepted it', 'contactId');
}

/** `end` and `complete` of what is closed already: a retry, or the disposition that the wrap-up timer did not wait for. */
function answerCompleted(step: Step, known: Known, disposition: Disposition | undefined): Decided {
  const tombstone = known.tombstone as Tombstone;
  if (tombstone.state !== 'COMPLETED') {
    return { error: refuse('CONTACT_CLOSED', `it is ${tombstone.state}: nobody answered it`, 'contactId') };
  }
  if (tombstone.awaitsDisposition) dispose(step, known, undefined, disposition);
  return { known };
}

function dispose(
  step: Step,
  known: Known,
  present: Disposition | undefined,
  disposition: Disposition | undefined,
): void {
  if (disposition === undefined || JSON.stringify(present) === JSON.stringify(disposition)) return;
  step.emitOf(known.contact, { type: 'dispositionSet', contactId: known.id, disposition });
}
