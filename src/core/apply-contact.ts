// The fold of a contact's way into line: submitted, due, updated, classified. What becomes of offers is in apply-offer.ts.
//
// Invariants: 1. `enterLine` and `leaveLine` keep queue, line, wait deadline and dirt together. 2. a demand class is held while QUEUED or
// OFFERED, so that a returned contact finds its line again.

import { assert } from '../lib/assert.ts';
import type { Agent } from './agent.ts';
import { countPending, scheduleWaiting } from './apply-relaxation.ts';
import { callingOf } from './calling.ts';
import { type Contact, type Known, QUEUED, SCHEDULED } from './contact.ts';
import { enterWindow } from './contact-hours.ts';
import type { CoolDown, Deadline, PhaseDeadline } from './deadlines.ts';
import type { ContactRelaxed, ContactSubmitted, ContactUpdated, RelaxedClassification } from './events.ts';
import { wantsMore } from './fan-out.ts';
import { scheduleGate } from './gate.ts';
import { isHeldNow } from './hold.ts';
import { type Channel, gateOf, type Queue } from './names.ts';
import type { State } from './state.ts';

const NOTHING: readonly never[] = [];

/** The policy set a gate before the contact's queue, or took one away: its demand class is another. */
export function refile(state: State, contact: Contact): void {
  const waits = contact.phase.state === 'QUEUED';
  if (waits) state.demands.leave(contact);
  if (waits && contact.relaxation !== undefined) countPending(state, contact, -1);
  seekNoMore(state, contact);
  state.demands.releaseClass(contact);
  state.demands.retainClass(contact);
  if (waits) joinLine(state, contact);
}

/** A contact changed: its version counts, its picture is stale, its gateway's subscribers will hear. */
export function changed(state: State, contact: Contact): void {
  contact.version++;
  contact.view = undefined;
  state.noteChange(contact.known);
}

/** Takes the agent out of the index before it changes, and has settle look at it. */
export function touch(state: State, agent: Agent): void {
  state.supplies.withdraw(agent);
  state.dirty.addAgent(agent);
}

export function setPhaseDeadline(state: State, contact: Contact, kind: PhaseDeadline['kind'], due: number): void {
  contact.phaseDeadline ??= { kind, ordinal: contact.ordinal, detail: 0, contact, heapIndex: -1 };
  state.deadlines.set(contact.phaseDeadline, kind, due);
}

export function clearDeadline(state: State, deadline: Deadline | undefined): undefined {
  state.deadlines.cancel(deadline);
  return undefined;
}

/** Puts the contact in line, its phase being QUEUED from now on. */
export function enterLine(state: State, contact: Contact): void {
  if (state.hasContactHours || contact.calling !== undefined) enterWindow(state, contact);
  standInLine(state, contact);
}

/** The same, whatever its window. */
export function standInLine(state: State, contact: Contact): void {
  contact.phase = QUEUED;
  contact.order = contact.agedFrom;
  const { queue } = contact;
  queue.waiting.insert(contact);
  if (queue.waiting.size === 1 && state.estimate !== undefined) queue.linePace.start(state.at);
  joinLine(state, contact);
}

/**
 * Puts the contact where those stand that are offered to somebody and may be offered to one more, or takes it out, as it is now. To be called
 * whenever its offers, its class or its place in a line change while its queue fans out, or did.
 */
export function seekMore(state: State, contact: Contact): void {
  seekNoMore(state, contact);
  if (!wantsMore(contact)) return;
  state.fanOut.enter(contact, state.epoch);
  state.dirty.addContact(contact);
  const gate = contact.demand?.gate;
  if (gate !== undefined) waitAtGate(state, gate);
}

/** Takes it out of there if it is in. */
export function seekNoMore(state: State, contact: Contact): void {
  const gate = contact.further?.of.demand.gate;
  state.fanOut.leave(contact);
  if (gate !== undefined && gate.furtherCount === 0) scheduleGate(state, gate, state.at);
}

/** Puts the contact into the line where it belongs; its place in the queue is as it is. */
export function joinLine(state: State, contact: Contact): void {
  const isHeld = contact.preferredUntil !== 0 && isHeldNow(state, contact);
  const line = state.demands.enter(contact, state.epoch, isHeld);
  if (contact.queue.policy.relax === undefined && contact.stage === undefined && contact.calling === undefined)
    setPhaseDeadline(state, contact, 'wait', contact.waitUntil);
  else scheduleWaiting(state, contact);
  if (contact.relaxation !== undefined) countPending(state, contact, 1);
  if (line.demand.gate !== undefined) waitAtGate(state, line.demand.gate);
  if (!isHeld) state.dirty.addLine(line);
  if (contact.coolDowns.length > 0 || contact.preferredAgents.length > 0) state.dirty.addContact(contact);
}

function waitAtGate(state: State, queue: Queue): void {
  const isAwaited = queue.gateDeadline !== undefined && queue.gateDeadline.heapIndex !== -1;
  // The first in line waits for the pace, too.
  if (!isAwaited || queue.waiting.size === 1) scheduleGate(state, queue, state.at);
}

/** A waiting contact is about to leave its queue's line otherwise than by an offer. */
export function noteLeft(state: State, { queue, enqueuedAt }: Contact): void {
  if (state.estimate !== undefined && enqueuedAt < state.at) queue.linePace.countLeft(state.at, state.estimate);
}

/** The wait limit stays among the deadlines: what comes next sets another in its place, or takes it out. */
export function leaveLine(state: State, contact: Contact): void {
  leaveQueue(state, contact);
  quitLine(state, contact);
}

/** Out of its line, to another of the same queue: the other half of `joinLine`. */
export function quitLine(state: State, contact: Contact): void {
  state.demands.leave(contact);
  if (contact.relaxation !== undefined) countPending(state, contact, -1);
}

function leaveQueue(state: State, contact: Contact): void {
  const { queue } = contact;
  queue.waiting.remove(contact);
  if (queue.waiting.size > 0) return;
  if (queue.gateDeadline !== undefined) scheduleGate(state, queue, state.at);
  if (state.estimate !== undefined) queue.linePace.stop(state.at, state.estimate);
}

/** `isRead`: the event was read, not decided here. */
export function applySubmitted(state: State, event: ContactSubmitted, isRead: boolean): Contact {
  const gateway = state.gateway(event.gatewayId);
  const known: Known = {
    id: event.contactId,
    ordinal: state.nextOrdinal(),
    gateway,
    changeSeq: 0,
    contact: undefined,
    tombstone: undefined,
  };
  const channel = channelNamed(state, event.channel);
  const { at } = state;
  const { dueAt } = event;
  const lineAt = dueAt === undefined ? at : 0;
  const instants = { submittedAt: at, enqueuedAt: lineAt, agedFrom: lineAt };
  const contact = blankContact(known, channel, queueNamed(state, event.queue), event, instants);
  if (event.stage !== undefined) contact.stage = event.stage;
  if (isRead) shareRequirement(state, contact);
  if (event.preferredUntil !== undefined && event.preferredUntil !== 0) {
    startPreference(state, contact, event.preferredUntil);
  }
  if (event.timeZone !== undefined || event.notBefore !== undefined) {
    callingOf(contact, event.timeZone).notBefore = event.notBefore ?? 0;
  }
  known.contact = contact;
  state.known.set(known.id, known);
  state.arrivals.append(known, known.ordinal);
  gateway.arrivals.append(known, known.ordinal);
  contact.channel.openCount++;
  state.countSegment(contact.segment, 1);
  if (event.consultedBy !== undefined) consulted(state, contact, event.consultedBy);
  changed(state, contact);
  if (dueAt === undefined) enterLine(state, contact);
  else schedule(state, contact, dueAt);
  return contact;
}

/** Not for the agent who asked for it. */
function consulted(state: State, contact: Contact, agentId: string): void {
  const agent = state.agents.get(agentId);
  assert(agent !== undefined, 'an agent of the directory consults');
  contact.consultedBy = agentId;
  addCoolDown(state, contact, agent, contact.waitUntil);
}

/** The contact is to enter its line then. */
export function schedule(state: State, contact: Contact, dueAt: number): void {
  contact.phase = SCHEDULED;
  contact.dueAt = dueAt;
  contact.queue.scheduledCount++;
  setPhaseDeadline(state, contact, 'due', dueAt);
}

/** What was read from a journal or a snapshot is the same object for all contacts that have the same, as it is where it was decided. */
export function shareRequirement(state: State, contact: Contact): void {
  contact.requires = state.requirements.form(contact.requires).written;
  contact.requirement = state.requirements.form(contact.requirement).written;
  const { relaxation, stage } = contact;
  if (stage !== undefined) {
    contact.stage = { ...stage, eligibility: state.requirements.form(stage.eligibility).written };
  }
  if (relaxation === undefined) return;
  contact.relaxation = { ...relaxation, eligibility: state.requirements.form(relaxation.eligibility).written };
}

export function channelNamed(state: State, name: string): Channel {
  const channel = state.channels.get(name);
  assert(channel !== undefined, `the policy has channel ${name}`);
  return channel;
}

export function queueNamed(state: State, name: string): Queue {
  const queue = state.queues.get(name);
  assert(queue !== undefined, `the policy has queue ${name}`);
  return queue;
}

/** What a contact came with and what the policy made of it, as events and records tell. */
type Facts = Omit<ContactSubmitted, 'type' | 'contactId' | 'gatewayId' | 'channel' | 'queue'>;

/** When it came, when to its queue, and from when it ages. */
interface Instants {
  readonly submittedAt: number;
  readonly enqueuedAt: number;
  readonly agedFrom: number;
}

/** A contact that is in no line, with no agent and no past. */
export function blankContact(known: Known, channel: Channel, queue: Queue, facts: Facts, instants: Instants): Contact {
  if (!isShapeLoose) loosenShape(newContact(known, channel, queue, facts, instants));
  return newContact(known, channel, queue, facts, instants);
}

let isShapeLoose = false;

/**
 * V8 gives a field that has held small whole numbers only a shape of its own; with the first instant in it all contacts that there are get another
 * shape, one by one and slowly: half a second for a hundred thousand. In one that has held anything, numbers change nothing, and a 0 takes no box.
 */
function loosenShape(contact: Contact): void {
  isShapeLoose = true;
  for (const [field, value] of Object.entries(contact)) {
    if (typeof value === 'number') Object.assign(contact, { [field]: '' });
  }
}

function newContact(known: Known, channel: Channel, queue: Queue, facts: Facts, instants: Instants): Contact {
  return {
    id: known.id,
    ordinal: known.ordinal,
    gateway: known.gateway,
    known,
    hash: facts.hash,
    channel,
    direction: facts.direction,
    customerId: facts.customerId,
    journeyId: facts.journeyId,
    intent: facts.intent,
    language: facts.language,
    requires: facts.requires,
    prefers: facts.prefers.length === 0 ? NOTHING : facts.prefers,
    value: facts.value,
    tier: facts.tier,
    headStartMs: facts.headStartMs,
    preferredAgents: facts.preferredAgents.length === 0 ? NOTHING : facts.preferredAgents,
    preferredForMs: facts.preferredForMs ?? 0,
    preferredUntil: 0,
    attributes: facts.attributes,
    queue,
    segment: facts.segment,
    requirement: facts.requirement,
    clockRate: facts.clockRate,
    headStartUs: facts.headStartUs,
    waitUntil: facts.waitUntil,
    relaxation: undefined,
    stage: undefined,
    calling: undefined,
    consultedBy: '',
    phase: QUEUED,
    submittedAt: instants.submittedAt,
    enqueuedAt: instants.enqueuedAt,
    agedFrom: instants.agedFrom,
    dueAt: 0,
    offeredAt: 0,
    assignedAt: 0,
    endedAt: 0,
    closedAt: 0,
    agentId: '',
    releasedBy: '',
    cost: 0,
    disposition: undefined,
    version: 0,
    demand: undefined,
    line: undefined,
    lineEntry: undefined,
    affinityEntries: NOTHING,
    further: undefined,
    coolDowns: NOTHING,
    phaseDeadline: undefined,
    assignedUntil: 0,
    agentLostUntil: 0,
    agentLostDeadline: undefined,
    preferenceDeadline: undefined,
    dirty: false,
    view: undefined,
    order: 0,
    heapIndex: -1,
    fifoPlace: 'none',
    fifoPrevious: undefined,
    fifoNext: undefined,
  };
}

export function applyUpdated(state: State, contact: Contact, event: ContactUpdated): void {
  const keepsPrefers = event.prefers === contact.prefers;
  contact.requires = event.requires;
  contact.prefers = event.prefers;
  contact.value = event.value;
  contact.headStartMs = event.headStartMs;
  contact.intent = event.intent;
  contact.attributes = event.attributes;
  moveTo(state, contact, event, event.tier, keepsPrefers);
}

/** Moves the contact to where the classification puts it; its age stays. */
export function reclassify(state: State, contact: Contact, to: RelaxedClassification): void {
  moveTo(state, contact, to, contact.tier, true);
}

/** In another queue the contact begins anew, but for its age. */
export function applyRelaxed(state: State, contact: Contact, event: ContactRelaxed): void {
  assert(contact.phase.state === 'QUEUED', 'only a waiting contact is relaxed');
  if (event.from !== '') {
    noteLeft(state, contact);
    contact.enqueuedAt = state.at;
    if (contact.calling !== undefined) contact.calling.waitShiftMs = 0;
  }
  reclassify(state, contact, event);
}

function moveTo(state: State, contact: Contact, to: RelaxedClassification, tier: number, keepsPrefers: boolean): void {
  const waits = contact.phase.state === 'QUEUED';
  // Only saves looking the same class up again: equal requirements are mostly one object.
  const queue = queueNamed(state, to.queue);
  const isRelaxed = contact.relaxation !== undefined || to.relaxation !== undefined;
  const isPlain = keepsPrefers && !isRelaxed && contact.stage === undefined && to.stage === undefined;
  const keepsClass = isPlain && contact.requirement === to.requirement && contact.demand?.gate === gateOf(queue);
  const changesClass = contact.demand !== undefined && !keepsClass;
  const keepsQueue = contact.queue === queue;
  if (waits) state.demands.leave(contact);
  if (waits && contact.relaxation !== undefined) countPending(state, contact, -1);
  if (waits && !keepsQueue) leaveQueue(state, contact);
  const { further } = contact;
  if (further !== undefined) seekNoMore(state, contact);
  if (changesClass) state.demands.releaseClass(contact);
  const offered = contact.phase.state === 'OFFERED';
  if (offered) contact.queue.offeredCount--;
  state.countSegment(contact.segment, -1);
  contact.tier = tier;
  contact.queue = queue;
  contact.segment = to.segment;
  if (!keepsClass) contact.requirement = to.requirement;
  contact.clockRate = to.clockRate;
  contact.headStartUs = to.headStartUs;
  contact.waitUntil = to.waitUntil;
  contact.relaxation = to.relaxation;
  contact.stage = to.stage;
  state.countSegment(contact.segment, 1);
  if (offered) contact.queue.offeredCount++;
  changed(state, contact);
  if (changesClass) state.demands.retainClass(contact);
  if (further !== undefined) seekMore(state, contact);
  // Its place in the queue is by age, which stays.
  if (waits && keepsQueue) joinLine(state, contact);
  else if (waits) enterLine(state, contact);
}

/** The deadlines of an assigned contact, as far as its channel wants anything to happen at them. */
export function scheduleAssigned(state: State, contact: Contact): void {
  contact.agentLostDeadline = clearDeadline(state, contact.agentLostDeadline);
  if (contact.channel.policy.assigned.then === 'keep') return state.deadlines.cancel(contact.phaseDeadline);
  setPhaseDeadline(state, contact, 'assigned', contact.assignedUntil);
  if (contact.agentLostUntil === 0) return;
  const due = contact.agentLostUntil;
  contact.agentLostDeadline = { kind: 'agentLost', due, ordinal: contact.ordinal, detail: 0, contact, heapIndex: -1 };
  state.deadlines.add(contact.agentLostDeadline);
}

/** An assigned contact moves on: its deadlines are over. */
export function clearAssigned(state: State, contact: Contact): void {
  state.deadlines.cancel(contact.phaseDeadline);
  contact.agentLostDeadline = clearDeadline(state, contact.agentLostDeadline);
  contact.assignedUntil = 0;
  contact.agentLostUntil = 0;
}

/** The agent is ready from now on, behind all who are ready already. */
export function becomeReady(state: State, agent: Agent): void {
  agent.readySince = state.at;
  agent.readyOrdinal = ++state.lastReadyOrdinal;
}

/** Its preferred agents hold the contact until then, from its next place in line on. */
export function startPreference(state: State, contact: Contact, until: number): void {
  contact.preferredUntil = until;
  contact.preferenceDeadline = {
    kind: 'preference',
    due: until,
    ordinal: contact.ordinal,
    detail: 0,
    contact,
    heapIndex: -1,
  };
  state.deadlines.add(contact.preferenceDeadline);
}

/** Nobody holds it any more, from its next place in line on. */
export function endPreference(state: State, contact: Contact): void {
  contact.preferredUntil = 0;
  contact.preferenceDeadline = clearDeadline(state, contact.preferenceDeadline);
}

export function addCoolDown(state: State, contact: Contact, agent: Agent, until: number): void {
  const coolDown: CoolDown = {
    kind: 'coolDown',
    due: until,
    ordinal: contact.ordinal,
    detail: agent.ordinal,
    contact,
    agent,
    heapIndex: -1,
  };
  contact.coolDowns = [...contact.coolDowns, coolDown];
  agent.coolDowns.add(coolDown);
  state.deadlines.add(coolDown);
}
