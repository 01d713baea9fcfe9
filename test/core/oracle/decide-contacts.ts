// The oracle's decisions on contacts: submit, update, cancel, end, complete. Written from SPEC [SUB*], [QUE*], [UPD*], [CAN*], [WRAP*].
import type { Actor, Command, ContactDraft } from '../../../src/core/commands.ts';
import type { RelaxedClassification } from '../../../src/core/events.ts';
import type { Disposition } from '../../../src/core/views.ts';
import { stageAtEntry, withStage } from './bots.ts';
import { canonicalDraft } from './canonical.ts';
import { clockRateOf, headStartUsOf, matchesWhen, requirementOf, tidyRequirement } from './classify.ts';
import type { CustomerRule } from './customers.ts';
import { cancelWaiting, close, endAs } from './deadlines.ts';
import { takerOf } from './hours.ts';
import {
  agentOf,
  isHeld,
  isOfferedTo,
  type OracleContact,
  type OracleState,
  type OracleTombstone,
  pendingOffers,
  policyOf,
  queueOf,
} from './model.ts';
import { normalized } from './picture.ts';
import { eligibilityOf, meets } from './rank.ts';
import { classifyAgain, isTooLargeLater } from './relax.ts';
import { callableAt } from './windows.ts';
import { contactVerdict, refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** [SUB2], [SUB3]. */
function submittedAgain({ contacts, tombstones }: OracleState, actor: Actor, draft: ContactDraft): Verdict | undefined {
  const known =
    contacts.find(({ id }) => id === draft.id) ?? tombstones.find(({ contactId }) => contactId === draft.id);
  if (known === undefined) return undefined;
  const isSame = known.gatewayId === actor.id && canonicalDraft(known.submitted) === canonicalDraft(draft);
  if (!isSame) return refused('CONTACT_DIFFERS');
  if (draft.version !== 0 && draft.version !== known.version) return refused('VERSION_MISMATCH');
  return contactVerdict(draft.id);
}

export function decideSubmit(
  world: World,
  { actor, contact: submitted }: CommandOf<'submit'>,
  rule: CustomerRule,
  consultedBy: { readonly consultedBy?: string } = {},
): Verdict {
  const { state } = world;
  const policy = policyOf(state);
  const again = submittedAgain(state, actor, submitted);
  if (again !== undefined) return again;
  const draft = consultedBy.consultedBy === undefined ? rule.withProfile(state, submitted) : submitted;
  if (draft.version !== 0) return refused('VERSION_MISMATCH');
  const { dueAt: givenDueAt = 0 } = draft;
  if (givenDueAt > world.now + 366 * 86_400_000) return refused('INVALID_FIELD');
  const segment = draft.segment === '' ? 'default' : draft.segment;
  if (!Object.hasOwn(policy.channels, draft.channel)) return refused('UNKNOWN_CHANNEL');
  if (!Object.hasOwn(policy.segments, segment)) return refused('UNKNOWN_SEGMENT');
  if (draft.queue !== '' && !policy.queues.some(({ name }) => name === draft.queue)) return refused('UNKNOWN_QUEUE');
  const matchable = { ...draft, segment, gatewayId: actor.id };
  const chosen =
    draft.queue !== '' ? draft.queue : policy.queues.find(({ when }) => matchesWhen(when, matchable))?.name;
  if (chosen === undefined) return refused('NO_QUEUE');
  const taker = givenDueAt > world.now ? { queue: chosen, dueAt: givenDueAt } : takerOf(state, chosen, world.now);
  if (taker === undefined) return refused('QUEUE_CLOSED');
  const { queue } = taker;
  // [DNC2]
  const entersAt = taker.dueAt === 0 ? world.now : taker.dueAt;
  const opensAt = callableAt(state, { ...draft, queue }, entersAt);
  const dueAt = opensAt > entersAt ? opensAt : taker.dueAt;
  const requirement = requirementOf(policy, queue, segment, draft.requires);
  if (isTooLargeLater(policy, queue, segment, draft.requires)) return refused('REQUIREMENT_TOO_LARGE');
  const waiting = state.contacts.filter((contact) => contact.queue === queue && contact.state === 'QUEUED').length;
  if (dueAt === 0 && waiting >= queueOf(policy, queue).limits.waiting) return refused('QUEUE_FULL');
  const { id, version: _version, dueAt: _dueAt, timeZone = '', ...given } = draft;
  // [XFR13]
  const preferredAgents =
    consultedBy.consultedBy === undefined ? preferredBy(world, queue, draft, rule) : draft.preferredAgents;
  const preferredMs = draft.preferredForMs || queueOf(policy, queue).preferredForMs || 0;
  world.emit(
    {
      type: 'contactSubmitted',
      contactId: id,
      gatewayId: actor.id,
      hash: '',
      ...given,
      preferredAgents,
      preferredForMs: draft.preferredForMs ?? 0,
      preferredUntil:
        preferredAgents.length > 0 && preferredMs > 0 ? (dueAt === 0 ? world.now : dueAt) + preferredMs : 0,
      queue,
      segment,
      requirement,
      clockRate: clockRateOf(policy, queue, segment),
      headStartUs: headStartUsOf(policy, queue, { ...draft, segment }),
      waitUntil: (dueAt === 0 ? world.now : dueAt) + queueOf(policy, queue).limits.waitMs,
      ...(dueAt === 0 ? {} : { dueAt }),
      ...(opensAt === entersAt ? {} : { notBefore: entersAt }),
      ...(timeZone === '' ? {} : { timeZone }),
      ...(queue === chosen ? {} : { overflowedFrom: chosen }),
      ...(dueAt === 0 ? stageAtEntry(policy, { queue, requirement }, world.now) : {}),
      ...consultedBy,
    },
    submitted,
  );
  return { kind: 'contact', id, created: true };
}

/** [AFF7]: who answered last goes in front. */
function preferredBy(world: World, queue: string, draft: ContactDraft, rule: CustomerRule): readonly string[] {
  const last = behindLast(world, queue, draft);
  const owner = rule.ownerIn(world.state, queue, draft);
  return owner === undefined ? last : [owner, ...last.filter((agentId) => agentId !== owner)].slice(0, 32);
}

function behindLast({ state, now }: World, queue: string, draft: ContactDraft): readonly string[] {
  const policy = policyOf(state);
  const by = queueOf(policy, queue).lastAgent;
  if (by === undefined) return draft.preferredAgents;
  const [scope, id] = by === 'customer' ? ['CUSTOMER', draft.customerId] : ['JOURNEY', draft.journeyId];
  const last = state.lastAgents.find((one) => one.scope === scope && one.id === id);
  const rememberMs = policy.direct === undefined ? 7 * 86_400_000 : policy.direct.rememberMs;
  if (last === undefined || now - last.at > rememberMs) return draft.preferredAgents;
  if (!state.agents.some((agent) => agent.id === last.agentId)) return draft.preferredAgents;
  return [last.agentId, ...draft.preferredAgents.filter((agentId) => agentId !== last.agentId)].slice(0, 32);
}

export function decideUpdate(world: World, { actor, contactId, set, version }: CommandOf<'update'>): Verdict {
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (subject.kind === 'tombstone') return refused('CONTACT_CLOSED');
  const { attributes, intent, ...routing } = set;
  if (actor.role === 'agent' && subject.state === 'OFFERED') return refused('CONTACT_NOT_ANSWERED');
  const isAnswered = subject.state === 'ASSIGNED' || subject.state === 'WRAP_UP';
  if (isAnswered && Object.keys(routing).length > 0) return refused('CONTACT_ANSWERED');
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  const segment = set.segment === '' ? 'default' : (set.segment ?? subject.segment);
  if (!isAnswered && !Object.hasOwn(policyOf(world.state).segments, segment)) return refused('UNKNOWN_SEGMENT');
  const classification = isAnswered
    ? classificationOf(subject)
    : classifyAgain(policyOf(world.state), subject, { ...routing, segment }, subject.relaxation);
  if (classification === undefined) return refused('REQUIREMENT_TOO_LARGE');
  const staged = isAnswered ? classification : withStage(classification, subject.stage);
  const merged = attributes === undefined ? subject.attributes : mergeAttributes(subject.attributes, attributes);
  if (Buffer.byteLength(merged) > 8192) return refused('ATTRIBUTES_TOO_LARGE');
  const after = {
    requires: set.requires ?? subject.requires,
    prefers: set.prefers ?? subject.prefers,
    value: set.value ?? subject.value,
    tier: set.tier ?? subject.tier,
    headStartMs: set.headStartMs ?? subject.headStartMs,
    intent: intent ?? subject.intent,
    attributes: merged,
    ...staged,
  };
  if (isUnchanged(subject, { ...after, relaxation: after.relaxation, stage: after.stage }))
    return contactVerdict(contactId);
  world.emit({ type: 'contactUpdated', contactId, ...after });
  for (const { agentId } of pendingOffers(subject)) {
    if (meets(agentOf(world.state, agentId).skills, eligibilityOf(subject))) continue;
    world.revokeFrom(subject, agentId, 'REQUIREMENT_CHANGED');
  }
  return contactVerdict(contactId);
}

export function classificationOf(contact: OracleContact): RelaxedClassification {
  const { queue, segment, requirement, clockRate, headStartUs, waitUntil, relaxation } = contact;
  const placed = { queue, segment, requirement, clockRate, headStartUs, waitUntil };
  return {
    ...placed,
    ...(relaxation === undefined ? {} : { relaxation }),
    ...(contact.stage === undefined ? {} : { stage: contact.stage }),
  };
}

/** Whether the contact has all of these values already, requirements in whatever order. */
export function isUnchanged(contact: OracleContact, after: Readonly<Record<string, unknown>>): boolean {
  const text = (facts: Readonly<Record<string, unknown>>): string =>
    JSON.stringify(
      Object.keys(after)
        .sort()
        .map((key) => {
          if (key === 'relaxation' || key === 'stage') return normalized({ [key]: facts[key] });
          if (key === 'requirement') return tidyRequirement(contactRequirement(facts));
          return key === 'requires' ? asWritten(facts as Pick<OracleContact, 'requires'>) : facts[key];
        }),
    );
  return text({ ...contact }) === text(after);
}

/** An empty `without` is none [REQ4]. */
function asWritten({ requires }: Pick<OracleContact, 'requires'>): unknown[] {
  return requires.map(({ all, without = [] }) => [all, without]);
}

function contactRequirement(facts: { readonly requirement?: unknown }): OracleContact['requirement'] {
  return facts.requirement as OracleContact['requirement'];
}

/** [UPD1]: keys of the right replace those of the left, null deletes; keys in order; nothing left: ''. */
function mergeAttributes(left: string, right: string): string {
  const merged: [string, unknown][] = [];
  const given = Object.entries(right === '' ? {} : (JSON.parse(right) as Record<string, unknown>));
  for (const [key, value] of Object.entries(left === '' ? {} : (JSON.parse(left) as Record<string, unknown>))) {
    if (!given.some(([other]) => other === key)) merged.push([key, value]);
  }
  for (const [key, value] of given) if (value !== null) merged.push([key, value]);
  merged.sort(([one], [other]) => (one < other ? -1 : 1));
  return merged.length === 0
    ? ''
    : `{${merged.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** The contact or tombstone of that id, if this actor may see it as its own [WHO1], [WHO2]. */
export function seenBy(world: World, actor: Actor, contactId: string): OracleContact | OracleTombstone | undefined {
  const subject =
    world.state.contacts.find(({ id }) => id === contactId) ??
    world.state.tombstones.find((tombstone) => tombstone.contactId === contactId);
  if (subject === undefined) return undefined;
  if (actor.role === 'gateway') return subject.gatewayId === actor.id ? subject : undefined;
  if (actor.role !== 'agent') return subject;
  const isTheirs = subject.agentId === actor.id && (subject.kind === 'tombstone' || isHeld(subject));
  const isOffered = subject.kind === 'contact' && isOfferedTo(subject, actor.id);
  return isTheirs || isOffered ? subject : undefined;
}

export function decideCancel(world: World, { actor, contactId, cause, version }: CommandOf<'cancel'>): Verdict {
  const isAgent = actor.role === 'agent';
  const consult = world.state.contacts.find(({ id, consultedBy }) => id === contactId && consultedBy === actor.id);
  const subject = isAgent ? consult : seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (subject.kind === 'tombstone') {
    const isAnswered = subject.state === 'COMPLETED' && cause === 'CANCELLED';
    return isAnswered ? refused('CONTACT_ANSWERED') : contactVerdict(contactId);
  }
  const isAnswered = subject.state === 'ASSIGNED' || subject.state === 'WRAP_UP';
  if (isAnswered && (cause === 'CANCELLED' || isAgent)) return refused('CONTACT_ANSWERED');
  if (subject.state === 'WRAP_UP') return contactVerdict(contactId);
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  if (subject.state === 'ASSIGNED') endAs(world, subject, causeOf(actor));
  else cancelWaiting(world, subject, isAgent ? 'CANCELLED' : cause, causeOf(actor));
  return contactVerdict(contactId);
}

export function decideEnd(
  world: World,
  { type, actor, contactId, disposition, version }: CommandOf<'end' | 'complete'>,
): Verdict {
  const subject = seenBy(world, actor, contactId);
  if (subject === undefined) return refused('NO_SUCH_CONTACT');
  if (subject.kind === 'tombstone') {
    if (subject.state !== 'COMPLETED') return refused('CONTACT_CLOSED');
    if (disposition !== undefined && subject.awaitsDisposition) {
      world.emit({ type: 'dispositionSet', contactId, disposition });
    }
    return contactVerdict(contactId);
  }
  const isAnswered = subject.state === 'ASSIGNED' || subject.state === 'WRAP_UP';
  if (!isAnswered) return refused('CONTACT_NOT_ANSWERED');
  if (type === 'end' && subject.state === 'WRAP_UP') {
    if (disposition !== undefined && !isSameDisposition(disposition, subject.disposition)) {
      world.emit({ type: 'dispositionSet', contactId, disposition });
    }
    return contactVerdict(contactId);
  }
  if (version !== 0 && version !== subject.version) return refused('VERSION_MISMATCH');
  if (type === 'complete') close(world, subject, 'COMPLETED', causeOf(actor), disposition);
  else endAs(world, subject, causeOf(actor), disposition);
  return contactVerdict(contactId);
}

function isSameDisposition(left: Disposition, right: Disposition | undefined): boolean {
  return right !== undefined && JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function sorted({ reasons, outcome, notes, attributes }: Disposition): unknown[] {
  return [reasons, outcome, notes, attributes];
}

/** Whose doing an end is. */
export function causeOf(actor: Actor): 'AGENT' | 'GATEWAY' | 'SUPERVISOR' {
  if (actor.role === 'agent') return 'AGENT';
  return actor.role === 'gateway' ? 'GATEWAY' : 'SUPERVISOR';
}
