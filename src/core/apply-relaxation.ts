// The fold of what `relax` steps do to contacts in line, and the deadlines that follow from it.
//
// Invariants: 1. a contact in line has one deadline of its own: its next step's, the end of the time in which it is some agents' first, or its wait limit, whichever comes
// first. 2. what waits for a
// condition is counted by queue and step, contacts in line only; while anything is counted, there is one deadline for all of it.

import type { Contact } from './contact.ts';
import type { RelaxationsTested } from './events.ts';
import { lastApplied, nextNumber, nextTestAfter } from './relaxation.ts';
import type { State } from './state.ts';

type InLine = 'wait' | 'relax' | 'first' | 'shut';

/** Sets what the contact, in line from now on, waits for by itself. */
export function scheduleWaiting(state: State, contact: Contact): void {
  const { kind, due } = dueInLine(contact, contact.calling?.windowUntil ?? 0);
  contact.phaseDeadline ??= { kind, ordinal: contact.ordinal, detail: 0, contact, heapIndex: -1 };
  state.deadlines.set(contact.phaseDeadline, kind, due);
}

/** What happens to the contact first if it stands in line until then. `windowUntil`: the end of its window; 0: there is none. */
export function dueInLine(contact: Contact, windowUntil: number): { readonly kind: InLine; readonly due: number } {
  const step = contact.queue.policy.relax?.[nextNumber(contact.relaxation) - 1];
  let kind: InLine = 'wait';
  let due = contact.waitUntil;
  const relaxAt = step === undefined ? Number.POSITIVE_INFINITY : contact.enqueuedAt + step.afterMs;
  if (relaxAt < due) {
    kind = 'relax';
    due = relaxAt;
  }
  const { stage } = contact;
  if (stage !== undefined && stage.until !== 0 && stage.until < due) {
    kind = 'first';
    due = stage.until;
  }
  if (windowUntil !== 0 && windowUntil < due) {
    kind = 'shut';
    due = windowUntil;
  }
  return { kind, due };
}

/** Counts, or counts no more, the steps whose condition the contact in line waits for. */
export function countPending(state: State, { queue, relaxation }: Contact, by: 1 | -1): void {
  if (relaxation === undefined) return;
  for (let number = lastApplied(relaxation) + 1; number <= relaxation.reached; number++) {
    queue.pendingByStep[number - 1] = (queue.pendingByStep[number - 1] ?? 0) + by;
    state.pendingRelaxations += by;
  }
  scheduleTest(state);
}

/** Tests failed: the contacts' first, if any are named, else those of all that waited for the test. */
export function applyRelaxationsTested(state: State, { contactIds }: RelaxationsTested): void {
  if (contactIds.length === 0 || state.pendingRelaxations === 0) state.relaxTestedAt = state.at;
  for (const contactId of contactIds) {
    const contact = state.known.get(contactId)?.contact;
    if (contact === undefined) continue;
    countPending(state, contact, -1);
    const { applied, grantedUs, eligibility } = contact.relaxation ?? { applied: 0, grantedUs: 0, eligibility: [] };
    contact.relaxation = { applied, reached: nextNumber(contact.relaxation), grantedUs, eligibility };
    countPending(state, contact, 1);
    scheduleWaiting(state, contact);
  }
  scheduleTest(state);
}

function scheduleTest(state: State): void {
  const present = state.relaxTestDeadline;
  const due = state.pendingRelaxations === 0 ? 0 : nextTestAfter(state.relaxTestedAt);
  if (present !== undefined && present.heapIndex !== -1) {
    if (present.due === due) return;
    state.deadlines.cancel(present);
  }
  state.relaxTestDeadline = undefined;
  if (due === 0) return;
  state.relaxTestDeadline = { kind: 'relaxTest', due, ordinal: 0, detail: 0, heapIndex: -1 };
  state.deadlines.add(state.relaxTestDeadline);
}
