// What is written down beside a golden journal, and the types of events that every one of them must have.
import type { CoreEvent } from '../../src/core/events.ts';

export interface Golden {
  /** What the recording was made from; of no use but to tell recordings apart. */
  readonly seed: number;
  readonly eventCount: number;
  /** The types of events that there were when it was recorded; absent: those of the first recording. */
  readonly types?: readonly CoreEvent['type'][];
  /** Hash of the state after the last event: it must never change. */
  readonly hash: string;
}

/** Each type once; the compiler knows if one is missing. False: came after the first recording. */
const types: Readonly<Record<CoreEvent['type'], boolean>> = {
  contactSubmitted: true,
  contactUpdated: true,
  contactClassified: true,
  offerMade: true,
  offerAccepted: true,
  offerDeclined: true,
  offerMissed: true,
  offerRevoked: true,
  coolDownEnded: true,
  contactEnded: true,
  contactClosed: true,
  contactRequeued: true,
  dispositionSet: true,
  tombstonesForgotten: true,
  agentPut: true,
  agentRemoved: true,
  presenceSet: true,
  sessionOpened: true,
  sessionLost: true,
  policySet: true,
  restarted: true,
  contactRelaxed: false,
  relaxationsTested: false,
  contactAssigned: false,
  contactTransferred: false,
  preferenceEnded: false,
  hoursResolved: false,
  queueClosureSet: false,
  contactDue: false,
  callbackRequested: false,
  contactRetried: false,
  contactPostponed: false,
  customerPut: false,
  customerRemoved: false,
};

export const EVENT_TYPES = Object.keys(types) as CoreEvent['type'][];

/** What the first recording had to have, which says nothing of it. */
export const FIRST_TYPES = EVENT_TYPES.filter((type) => types[type]);
