// What is kept of a contact whose customer is called: that the customer asked for it, how often nobody was reached, how its wait limit counts, its window.
//
// Invariants: 1. a contact of which none of this is so has no `calling`: nothing here is reached for it but for a look at that. 2. facts only;
// what is decided from them is in decide-callback.ts.

import type { CallbackPolicy, QueuePolicy } from './policy.ts';

export interface Calling {
  /** In which `contactHours` are read; '': in the calendar's own. */
  readonly timeZone: string;
  /** When the customer asked to be called; 0: the customer did not. */
  callbackAt: number;
  /** How often the customer was called and not reached. */
  attempts: number;
  /** Its wait limit counts from so long after it entered its queue; below 0: from before that. */
  waitShiftMs: number;
  /** While SCHEDULED: when it would have been due whatever the hours; 0: `dueAt`. */
  notBefore: number;
  /** While QUEUED: the end of the opening that it stands in; 0: that is not known, or there is none. */
  windowUntil: number;
}

/** What is written there is kept. `timeZone`: of a new contact. */
export function callingOf(contact: { calling: Calling | undefined }, timeZone = ''): Calling {
  contact.calling ??= { timeZone, callbackAt: 0, attempts: 0, waitShiftMs: 0, notBefore: 0, windowUntil: 0 };
  return contact.calling;
}

/** From when the wait limit of a contact counts that entered its queue, or is to enter it, at `enteredAt`. */
export function waitsFrom(calling: Calling | undefined, enteredAt: number): number {
  return calling === undefined ? enteredAt : enteredAt + calling.waitShiftMs;
}

/** How long such a contact may wait in the queue. */
export function waitLimitMs({ callback, limits }: QueuePolicy, calling: Calling | undefined): number {
  const isCallback = calling !== undefined && calling.callbackAt !== 0;
  return isCallback && callback !== undefined ? callback.withinMs : limits.waitMs;
}

/** The queue's terms of calling, if the contact may be called by them. */
export function termsFor({
  direction,
  queue,
}: {
  readonly direction: string;
  readonly queue: { readonly policy: QueuePolicy };
}): CallbackPolicy | undefined {
  return direction === 'OUTBOUND' ? queue.policy.callback : undefined;
}
