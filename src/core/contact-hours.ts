// When customers may be called: the openings of a queue's `contactHours`, read in each contact's own time zone. As ever the core knows instants
// only (hours.ts). An OUTBOUND contact stands in line of such a queue only while its window is open; else it is SCHEDULED for the next opening.
//
// Invariants: 1. instants that no resolved hours tell of count as open. 2. `windowUntil` of a contact in line is the end of the opening that it
// stands in, a fact like other deadlines. 3. `shutOut` has those that came into line while their window was shut; whoever decides empties it
// within the step, whoever only folds at once. 4. nothing here is reached where no queue has `contactHours`, but for looks at that.

import { scheduleWaiting } from './apply-relaxation.ts';
import { type Calling, callingOf, waitLimitMs } from './calling.ts';
import type { Contact } from './contact.ts';
import { type HoursFacts, hoursKey, openInstantOf, openingEndOf, type ResolvedHours } from './hours.ts';
import type { Queue } from './names.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** Whose window it is. */
interface Called {
  readonly direction: string;
  readonly queue: Queue;
  readonly calling?: Pick<Calling, 'timeZone'> | undefined;
}

function windowsOf({ hours }: State, { direction, queue, calling }: Called): ResolvedHours | undefined {
  const calendar = queue.policy.contactHours;
  if (calendar === undefined || direction === 'INBOUND') return undefined;
  return hours.get(hoursKey({ calendar, timeZone: calling?.timeZone ?? '' }));
}

/** The first instant, `at` or later, at which the contact may stand in line. */
export function callableAt(state: State, called: Called, at: number): number {
  const hours = windowsOf(state, called);
  return hours === undefined ? at : openInstantOf(hours, at);
}

/** The contact enters its line now. */
export function enterWindow(state: State, contact: Contact): void {
  placeInWindow(state, contact);
  if (state.hasContactHours && callableAt(state, contact, state.at) > state.at) state.shutOut.push(contact);
}

/** Whether that changes what it waits for. */
function placeInWindow(state: State, contact: Contact): boolean {
  const hours = state.hasContactHours ? windowsOf(state, contact) : undefined;
  const until = hours === undefined ? 0 : openingEndOf(hours, state.at);
  if (until === (contact.calling?.windowUntil ?? 0)) return false;
  callingOf(contact).windowUntil = until;
  return true;
}

/** Hours are others than before: so are the windows of those in line. */
export function placeInWindows(state: State, only?: HoursFacts): void {
  for (const queue of state.queueList) {
    if (only !== undefined && queue.policy.contactHours !== only.calendar) continue;
    for (const contact of queue.waiting) {
      if (only !== undefined && (contact.calling?.timeZone ?? '') !== (only.timeZone ?? '')) continue;
      if (placeInWindow(state, contact)) scheduleWaiting(state, contact);
    }
  }
}

/** Those that came into line while their window was shut leave it again. */
export function postponeShutOut(step: Step): void {
  const { state, now } = step;
  const { shutOut } = state;
  state.shutOut = [];
  for (const contact of shutOut) {
    const opensAt = callableAt(state, contact, now);
    if (contact.phase.state === 'QUEUED' && opensAt > now) postpone(step, contact, opensAt, now);
  }
}

/** The window of the contact in line is over. Where another one is open by now, it goes on there. */
export function closeWindow(step: Step, contact: Contact): void {
  postpone(step, contact, callableAt(step.state, contact, step.now), step.now);
}

/** A scheduled contact is due: whether its window is shut, so that it goes on waiting. */
export function isPostponed(step: Step, contact: Contact): boolean {
  const { state, now } = step;
  if (!state.hasContactHours) return false;
  const opensAt = callableAt(state, contact, now);
  if (opensAt > now) postpone(step, contact, opensAt, contact.calling?.notBefore || contact.dueAt);
  return opensAt > now;
}

/** Hours or the policy are others than before: who stands in line while the window is shut leaves it, who waited for a window waits for the new one. */
export function lookAtWindows(step: Step): void {
  const { state, now } = step;
  for (const { contact } of state.known.values()) {
    if (contact === undefined || contact.direction === 'INBOUND') continue;
    const phase = contact.phase.state;
    const notBefore = phase === 'SCHEDULED' ? (contact.calling?.notBefore ?? 0) : 0;
    if (phase !== 'QUEUED' && notBefore === 0) continue;
    const from = Math.max(now, notBefore);
    const opensAt = callableAt(state, contact, from);
    if (phase === 'QUEUED' ? opensAt > now : opensAt !== contact.dueAt) {
      postpone(step, contact, opensAt, notBefore || now);
    }
  }
}

/** How long it has stood in line; what came after the end of its window, noticed late, does not count. */
export function stoodMs({ calling, enqueuedAt }: Contact, at: number): number {
  return Math.min(at, calling?.windowUntil || at) - enqueuedAt;
}

/** SCHEDULED for the opening; what has passed of its wait limit stays passed. */
function postpone(step: Step, contact: Contact, dueAt: number, notBefore: number): void {
  const { queue, calling } = contact;
  const passedMs = contact.phase.state === 'QUEUED' ? stoodMs(contact, step.now) : 0;
  const waitUntil = dueAt + waitLimitMs(queue.policy, calling) + (calling?.waitShiftMs ?? 0) - passedMs;
  step.emitOf(contact, { type: 'contactPostponed', contactId: contact.id, dueAt, notBefore, waitUntil });
}

/** The time zones that open contacts name, each once. */
export function zonesInUse({ known }: Readonly<State>): string[] {
  const zones = new Set<string>();
  for (const { contact } of known.values()) {
    const timeZone = contact?.calling?.timeZone ?? '';
    if (timeZone !== '') zones.add(timeZone);
  }
  return [...zones];
}
