// The events of contacts whose customers are called; a part of events.ts, with the same rules.

import type { Disposition } from './views.ts';

/** The customer of a waiting contact hung up and is to be called: it is OUTBOUND from now on, and stands where it stood. */
export interface CallbackRequested {
  readonly type: 'callbackRequested';
  readonly contactId: string;
  /** The subject of who said so. */
  readonly by: string;
  /** End of the wait that its queue allows callbacks. */
  readonly waitUntil: number;
}

/** A customer who was called was not reached: the contact left its agent, and is SCHEDULED for the next attempt. */
export interface ContactRetried {
  readonly type: 'contactRetried';
  readonly contactId: string;
  readonly agentId: string;
  readonly cause: 'AGENT' | 'GATEWAY' | 'SUPERVISOR';
  /** The subject of who said so. */
  readonly by: string;
  /** When it is to enter its line again. */
  readonly dueAt: number;
  /** Origin of its waiting, as it will be then. */
  readonly agedFrom: number;
  readonly waitUntil: number;
  /** When it would be due whatever the hours; absent: then. */
  readonly notBefore?: number;
  readonly disposition?: Disposition;
}

/** The contact is not to be called now, or not when it was to be: it is SCHEDULED for when it may be. */
export interface ContactPostponed {
  readonly type: 'contactPostponed';
  readonly contactId: string;
  readonly dueAt: number;
  /** When it would have been due whatever the hours. */
  readonly notBefore: number;
  readonly waitUntil: number;
}
