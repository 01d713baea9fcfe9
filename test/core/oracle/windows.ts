// When customers may be called, found by looking at every opening [DNC1]–[DNC7].
import type { ContactDraft } from '../../../src/core/commands.ts';
import type { CoreEvent } from '../../../src/core/events.ts';
import type { ResolvedHours } from '../../../src/core/hours.ts';
import { type OracleContact, type OracleState, policyOf, queueOf, waitMsIn } from './model.ts';
import type { World } from './world.ts';

type Called = Pick<OracleContact, 'queue' | 'direction'> & Pick<ContactDraft, 'timeZone'>;

export function hasContactHours({ policy }: OracleState): boolean {
  return policy?.queues.some(({ contactHours }) => contactHours !== undefined) ?? false;
}

function hoursFor(state: OracleState, { queue, direction, timeZone = '' }: Called): ResolvedHours | undefined {
  const { contactHours } = queueOf(policyOf(state), queue);
  if (direction === 'INBOUND' || contactHours === undefined) return undefined;
  return state.hours.find((hours) => hours.calendar === contactHours && (hours.timeZone ?? '') === timeZone);
}

function isOpenAt({ from, until, openings }: ResolvedHours, at: number): boolean {
  if (at < from || at >= until) return true;
  return openings.some((begin, index) => index % 2 === 0 && at >= begin && at < (openings[index + 1] ?? 0));
}

/** The first instant from then on at which the contact may be in line. */
export function callableAt(state: OracleState, contact: Called, at: number): number {
  const hours = hoursFor(state, contact);
  if (hours === undefined || isOpenAt(hours, at)) return at;
  const later = [...hours.openings, hours.until].filter((instant) => instant > at && isOpenAt(hours, instant));
  return Math.min(...later);
}

function windowEnd(state: OracleState, contact: OracleContact): number {
  const hours = hoursFor(state, contact);
  const { at } = state;
  if (hours === undefined || at < hours.from || at >= hours.until || !isOpenAt(hours, at)) return 0;
  const end = Math.min(...hours.openings.filter((instant, index) => index % 2 === 1 && instant > at));
  return end < hours.until ? end : 0;
}

/** After an event: where those stand who came into line by it, or whose hours are others. */
export function noteWindows(
  state: OracleState,
  event: CoreEvent,
  before: Pick<OracleContact, 'state' | 'queue'> | undefined,
): void {
  for (const contact of state.contacts) {
    if (contact.state !== 'QUEUED') continue;
    if ('contactId' in event && event.contactId === contact.id) {
      const isNew = before?.state !== 'QUEUED' || before.queue !== contact.queue;
      const isAnew = event.type === 'contactTransferred' || event.type === 'callbackRequested';
      if (!isNew && !isAnew) continue;
      contact.windowUntil = windowEnd(state, contact);
      if (callableAt(state, contact, state.at) > state.at) state.shutOut.push(contact.id);
    }
    const isOther =
      event.type === 'policySet' || (event.type === 'hoursResolved' && isItsCalendar(state, contact, event));
    if (isOther) contact.windowUntil = windowEnd(state, contact);
  }
}

/** [DNC5] */
function isItsCalendar(
  state: OracleState,
  contact: OracleContact,
  { calendar, timeZone = '' }: Pick<ResolvedHours, 'calendar' | 'timeZone'>,
): boolean {
  return queueOf(policyOf(state), contact.queue).contactHours === calendar && (contact.timeZone ?? '') === timeZone;
}

export function postponeShutOut(world: World): void {
  const { state } = world;
  const shutOut = [...state.shutOut];
  state.shutOut = [];
  for (const id of shutOut) {
    const contact = state.contacts.find((one) => one.id === id);
    if (contact?.state !== 'QUEUED') continue;
    const opensAt = callableAt(state, contact, world.now);
    if (opensAt > world.now) postpone(world, contact, opensAt, world.now);
  }
}

/** [DNC4] */
export function closeWindow(world: World, contact: OracleContact): void {
  postpone(world, contact, callableAt(world.state, contact, world.now), world.now);
}

/** [DNC5]: hours or the policy are others. */
export function lookAtWindows(world: World): void {
  const { state, now } = world;
  for (const contact of [...state.contacts]) {
    if (contact.direction === 'INBOUND') continue;
    if (contact.state === 'QUEUED') {
      const opensAt = callableAt(state, contact, now);
      if (opensAt > now) postpone(world, contact, opensAt, now);
    } else if (contact.state === 'SCHEDULED' && contact.notBefore > 0) {
      const opensAt = callableAt(state, contact, Math.max(now, contact.notBefore));
      if (opensAt !== contact.dueAt) postpone(world, contact, opensAt, contact.notBefore);
    }
  }
}

/** [DNC6] Time outside of its window does not count. */
export function stoodMs({ enqueuedAt, windowUntil }: OracleContact, at: number): number {
  return (windowUntil === 0 ? at : Math.min(at, windowUntil)) - enqueuedAt;
}

/** [DNC3] */
export function postpone(world: World, contact: OracleContact, dueAt: number, notBefore: number): void {
  const { id: contactId, queue, waitShiftMs, state } = contact;
  const passedMs = state === 'QUEUED' ? stoodMs(contact, world.now) : 0;
  const waitUntil = dueAt + waitMsIn(policyOf(world.state), queue, contact) + waitShiftMs - passedMs;
  world.emit({ type: 'contactPostponed', contactId, dueAt, notBefore, waitUntil });
}
