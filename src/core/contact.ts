// A contact as the core holds it: what was submitted, what the policy made of it, and the phase that it is in. Mutated by `apply` only.
//
// Invariants: 1. `phase` owns what only that phase has; an agent holds a contact exactly while it is OFFERED to it, ASSIGNED or WRAP_UP; only OFFERED ones may have several holders.
// 2. `line` and `lineEntry` are set exactly while it is QUEUED, `further` only while it is OFFERED. 3. a demand class is held while QUEUED or OFFERED.
// 4. everything a picture needs is here: `contactView` reads nothing else.

import type { FifoItem } from '../lib/ordered-fifo.ts';
import type { AffinityEntry } from './affinity.ts';
import type { Agent } from './agent.ts';
import type { Calling } from './calling.ts';
import type { Tombstone } from './commands.ts';
import type { CoolDown, Deadline, PhaseDeadline } from './deadlines.ts';
import type { DemandClass, Line } from './demand.ts';
import type { Relaxation, RelaxedClassification, RunnerUp, Stage } from './events.ts';
import type { Further } from './fan-out.ts';
import type { Gateway } from './gateway.ts';
import type { Channel, Queue } from './names.ts';
import { lastApplied, offersCallback, withRelaxation } from './relaxation.ts';
import type { Alternative, Preference } from './requirement.ts';
import type { ClosedStateName, ContactView, Direction, Disposition, OfferView } from './views.ts';

/** A contact proposed to an agent. */
export interface Offer {
  /** Seq of the event that made it. */
  readonly seq: number;
  readonly agent: Agent;
  readonly expiresAt: number;
  readonly urgencyUs: number;
  readonly fitUs: number;
  readonly readinessUs: number;
  /** Whether the contact had stood in line for it. */
  readonly fromLine: boolean;
  readonly runnersUp: readonly RunnerUp[];
  readonly idleUs: number;
  /** How much longer than `expiresAt` the router waits for the answer, milliseconds. */
  readonly slackMs: number;
  /** When it was made, if others of the contact were pending then; 0: at the contact's `offeredAt`. */
  readonly madeAt: number;
}

export type Phase =
  | { readonly state: 'QUEUED' }
  | { readonly state: 'SCHEDULED' }
  /** `others`: those that were made after `offer` and are pending too, in that order. */
  | { readonly state: 'OFFERED'; readonly offer: Offer; readonly others: readonly Offer[] }
  /** `offer`: the one that was accepted; undefined when the agent has it without one. */
  | { readonly state: 'ASSIGNED'; readonly agent: Agent; readonly offer: Offer | undefined }
  | { readonly state: 'WRAP_UP'; readonly agent: Agent }
  | { readonly state: ClosedStateName };

/** Sits in its queue in order of `agedFrom`. */
export interface Contact extends FifoItem {
  readonly id: string;
  readonly ordinal: number;
  readonly gateway: Gateway;
  readonly known: Known;
  readonly hash: string;
  readonly channel: Channel;
  direction: Direction;
  readonly customerId: string;
  readonly journeyId: string;
  intent: string;
  readonly language: string;
  requires: readonly Alternative[];
  prefers: readonly Preference[];
  value: number;
  tier: number;
  headStartMs: number;
  preferredAgents: readonly string[];
  /** As given; 0: as its queue said. */
  preferredForMs: number;
  /** Until then its preferred agents hold it, if one of them can; 0: no longer, or never. */
  preferredUntil: number;
  attributes: string;
  queue: Queue;
  segment: string;
  requirement: readonly Alternative[];
  /** Thousandths. */
  clockRate: number;
  headStartUs: number;
  waitUntil: number;
  /** What `relax` steps of its queue made of it; undefined: nothing yet. */
  relaxation: Relaxation | undefined;
  /** Who is first, or to whom it was handed over (bots.ts); undefined: all who meet its requirement may have it. */
  stage: Stage | undefined;
  readonly submittedAt: number;
  enqueuedAt: number;
  agedFrom: number;
  /** When it enters its line, or did; 0: it was never SCHEDULED. */
  dueAt: number;
  /** Of one whose customer is called; undefined: nothing. */
  calling: Calling | undefined;
  phase: Phase;
  offeredAt: number;
  assignedAt: number;
  endedAt: number;
  closedAt: number;
  /** The agent it is or was with last; ''. */
  agentId: string;
  /** The agent who requeued or transferred it last; ''. */
  releasedBy: string;
  /** The agent who asked for it, if it is a consult contact; ''. */
  consultedBy: string;
  /** Room that it takes with its agent. */
  cost: number;
  disposition: Disposition | undefined;
  version: number;
  /** Demand class while QUEUED or OFFERED. */
  demand: DemandClass | undefined;
  /** Line while QUEUED, and the place in its heap. */
  line: Line | undefined;
  lineEntry: LineEntry | undefined;
  /** Places with its preferred agents while QUEUED. */
  affinityEntries: readonly AffinityEntry[];
  /** Place among those that are OFFERED and may be offered to one more agent. */
  further: Further | undefined;
  coolDowns: readonly CoolDown[];
  /** Wait limit, offer, longest conversation or wrap-up: whichever the phase has; in no heap while it has none. */
  phaseDeadline: PhaseDeadline | undefined;
  /** While ASSIGNED: latest end of the conversation; when its lost agent counts as gone, 0 while the agent is there. */
  assignedUntil: number;
  agentLostUntil: number;
  agentLostDeadline: Deadline | undefined;
  /** In its heap exactly while `preferredUntil` is set. */
  preferenceDeadline: Deadline | undefined;
  /** Waits for settle on its own account, beside its line. */
  dirty: boolean;
  /** Picture of the present version, while it is being told. */
  view: ContactView | undefined;
}

/** In line: the same for all. */
export const QUEUED: Phase = { state: 'QUEUED' };

/** Not yet in line: the same for all. */
export const SCHEDULED: Phase = { state: 'SCHEDULED' };

/** A contact's place in the heap of its line: constant key, arrival. */
export interface LineEntry {
  heapIndex: number;
  readonly contact: Contact;
}

export type OfferedPhase = Extract<Phase, { readonly state: 'OFFERED' }>;

const NO_OFFERS: readonly Offer[] = [];

export type Closed = Extract<Phase, { readonly state: ClosedStateName }>;

/** The agent that holds the contact now, if one does; of several that it is offered to, the one whose offer was made first. */
export function holderOf(contact: Contact): Agent | undefined {
  const phase = contact.phase;
  switch (phase.state) {
    case 'OFFERED':
      return phase.offer.agent;
    case 'ASSIGNED':
    case 'WRAP_UP':
      return phase.agent;
    default:
      return undefined;
  }
}

/** The contact's pending offers, in the order in which they were made. */
export function pendingOffers({ phase }: Contact): readonly Offer[] {
  return phase.state === 'OFFERED' ? [phase.offer, ...phase.others] : NO_OFFERS;
}

/** The agent's pending offer of the contact; undefined when it has none. */
export function offerTo({ phase }: Contact, agentId: string): Offer | undefined {
  if (phase.state !== 'OFFERED') return undefined;
  if (phase.offer.agent.id === agentId) return phase.offer;
  return phase.others.length === 0 ? undefined : phase.others.find(({ agent }) => agent.id === agentId);
}

/** Until when the router waits for the answer. */
export function deadlineOf({ expiresAt, slackMs }: Offer): number {
  return expiresAt + slackMs;
}

/** The one of its pending offers that is given up first. */
export function firstDue({ offer, others }: OfferedPhase): Offer {
  let first = offer;
  for (const other of others) {
    const laterMs = deadlineOf(other) - deadlineOf(first);
    if (laterMs < 0 || (laterMs === 0 && other.agent.ordinal < first.agent.ordinal)) first = other;
  }
  return first;
}

/** The journey that a contact belongs to: one without is a journey by itself. */
export function journeyOf({ journeyId, id }: Contact): string {
  return journeyId === '' ? id : journeyId;
}

/** Whether the agent asked for this consult contact. */
export function isConsultOf(contact: Contact | undefined, agentId: string): contact is Contact {
  return contact !== undefined && contact.consultedBy === agentId;
}

/** How long it has waited by the rule, milliseconds: until now, or until it was answered. */
export function waitedMs(contact: Contact, now: number): number {
  // It never came into line.
  if (contact.agedFrom === 0) return 0;
  const answered = contact.phase.state !== 'QUEUED' && contact.phase.state !== 'OFFERED' && contact.assignedAt > 0;
  return (answered ? contact.assignedAt : now) - contact.agedFrom;
}

/** Whether the pair cools down. */
export function isCooling(contact: Contact, agent: Agent): boolean {
  for (const coolDown of contact.coolDowns) if (coolDown.agent === agent) return true;
  return false;
}

/** Whether the agent cannot be offered it just now: the pair cools down, or it is offered to the agent. */
export function isBarred(contact: Contact, agent: Agent): boolean {
  if (contact.further !== undefined && offerTo(contact, agent.id) !== undefined) return true;
  return isCooling(contact, agent);
}

/** What decides its place in line, for comparison with what another policy would make of it. */
export function classificationOf(contact: Contact): RelaxedClassification {
  const placed = {
    queue: contact.queue.name,
    segment: contact.segment,
    requirement: contact.requirement,
    clockRate: contact.clockRate,
    headStartUs: contact.headStartUs,
    waitUntil: contact.waitUntil,
  };
  const relaxed = withRelaxation(placed, contact.relaxation);
  return contact.stage === undefined ? relaxed : { ...relaxed, stage: contact.stage };
}

/**
 * The immutable picture of the contact as it stands, drawn once for all who are told of a step. Whoever has it drawn has it forgotten, too
 * (`forgetViews`): contacts wait by the hundred thousand, and their pictures are as large as they are.
 */
export function contactView(contact: Contact): ContactView {
  contact.view ??= drawContact(contact);
  return contact.view;
}

/** Pictures of these are drawn anew when they are asked for next. */
export function forgetViews(contacts: readonly (Contact | undefined)[]): void {
  for (const contact of contacts) if (contact !== undefined) contact.view = undefined;
}

/** The picture, for one reader. */
export function drawContact(contact: Contact): ContactView {
  const view = {
    id: contact.id,
    channel: contact.channel.name,
    direction: contact.direction,
    gatewayId: contact.gateway.id,
    customerId: contact.customerId,
    journeyId: contact.journeyId,
    intent: contact.intent,
    language: contact.language,
    queue: contact.queue.name,
    requires: contact.requires,
    prefers: contact.prefers,
    segment: contact.segment,
    value: contact.value,
    tier: contact.tier,
    headStartMs: contact.headStartMs,
    preferredAgents: contact.preferredAgents,
    preferredForMs: contact.preferredForMs,
    attributes: contact.attributes,
    state: contact.phase.state,
    agentId: contact.agentId,
    submittedAt: contact.submittedAt,
    enqueuedAt: contact.enqueuedAt,
    agedFrom: contact.agedFrom,
    offeredAt: contact.offeredAt,
    assignedAt: contact.assignedAt,
    endedAt: contact.endedAt,
    closedAt: contact.closedAt,
    dueAt: contact.dueAt,
    timeZone: contact.calling?.timeZone ?? '',
    callbackAt: contact.calling?.callbackAt ?? 0,
    version: contact.version,
  };
  const { disposition, relaxation, stage, calling } = contact;
  const called = calling === undefined || calling.attempts === 0 ? view : { ...view, attempts: calling.attempts };
  const told = disposition === undefined ? called : { ...called, disposition };
  const whole = stage === undefined || stage.handedOverBy === '' ? told : { ...told, handedOverBy: stage.handedOverBy };
  const relaxedSteps = relaxation === undefined ? 0 : lastApplied(relaxation);
  const asked = contact.consultedBy === '' ? whole : { ...whole, consultedBy: contact.consultedBy };
  if (relaxation === undefined || relaxedSteps === 0) return asked;
  return isCallbackOffered(contact, relaxation)
    ? { ...asked, relaxedSteps, callbackOffered: true }
    : { ...asked, relaxedSteps };
}

/** Only while it stands in line or soon may again: what steps have made of it is looked at by each policy then. */
function isCallbackOffered({ direction, phase, queue, consultedBy }: Contact, relaxation: Relaxation): boolean {
  // No customer waits by it.
  if (consultedBy !== '') return false;
  if (direction === 'OUTBOUND' || (phase.state !== 'QUEUED' && phase.state !== 'OFFERED')) return false;
  return offersCallback(queue.policy, relaxation);
}

/** The id that names an offer outside. */
export function offerId(offer: Offer): string {
  return `o${offer.seq}`;
}

/** The immutable picture of the agent's pending offer; undefined when the contact is not offered to it. */
export function offerView(contact: Contact, agentId: string): OfferView | undefined {
  const offer = offerTo(contact, agentId);
  return offer === undefined ? undefined : drawOffer(contact, offer, false);
}

/** The same of the offer that the router has just accepted itself; undefined when the contact is not ASSIGNED. */
export function acceptedOfferView(contact: Contact): OfferView | undefined {
  const { phase } = contact;
  return phase.state === 'ASSIGNED' && phase.offer !== undefined ? drawOffer(contact, phase.offer, true) : undefined;
}

function drawOffer(contact: Contact, offer: Offer, autoAccepted: boolean): OfferView {
  const total = offer.urgencyUs + offer.fitUs + offer.readinessUs;
  const view = contactView(contact);
  const agentId = offer.agent.id;
  return {
    id: offerId(offer),
    // Of several agents, each sees its own offer.
    contact: view.agentId === agentId ? view : { ...view, agentId },
    expiresAt: offer.expiresAt,
    rank: {
      total: total / 1e6,
      urgency: offer.urgencyUs / 1e6,
      fit: offer.fitUs / 1e6,
      readiness: offer.readinessUs / 1e6,
    },
    autoAccepted,
  };
}

/** All that is known of one contact id: the contact while it is open, its tombstone for a while after. */
export interface Known {
  readonly id: string;
  readonly ordinal: number;
  readonly gateway: Gateway;
  /** Seq of the last change. */
  changeSeq: number;
  contact: Contact | undefined;
  tombstone: Tombstone | undefined;
}
