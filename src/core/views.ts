// What answers and pushes carry: immutable pictures of contacts, agents, offers and queues, in the shapes of PROTOCOL (model.proto).
// A view is built once, when a command is decided, and never changes. Unset text is '', an unset instant is 0: codecs leave them out.

import type { Alternative, Preference } from './requirement.ts';

export type ContactStateName =
  | 'QUEUED'
  | 'OFFERED'
  | 'ASSIGNED'
  | 'WRAP_UP'
  | 'SCHEDULED'
  | 'COMPLETED'
  | 'ABANDONED'
  | 'CANCELLED'
  | 'EXPIRED';
export type ClosedStateName = 'COMPLETED' | 'ABANDONED' | 'CANCELLED' | 'EXPIRED';
export type Presence = 'AVAILABLE' | 'BUSY' | 'DRAINING' | 'OFFLINE';
export type Direction = 'INBOUND' | 'OUTBOUND';

export interface Disposition {
  readonly reasons: readonly string[];
  readonly outcome: string;
  readonly notes: string;
  /** JSON text of an object, or ''. */
  readonly attributes: string;
}

/** The profile of a customer, as it is put and as it is answered. */
export interface Customer {
  readonly id: string;
  /** For people to read. */
  readonly name: string;
  /** '' : none. */
  readonly segment: string;
  readonly value: number;
  /** An agent's id; '': nobody. */
  readonly owner: string;
  readonly language: string;
  /** A name of the IANA database; '': not known. */
  readonly timeZone: string;
  /** Counts its changes from 1. In a put: the one expected; 0: any. */
  readonly version: number;
}

export interface ContactView {
  readonly id: string;
  readonly channel: string;
  readonly direction: Direction;
  readonly gatewayId: string;
  readonly customerId: string;
  readonly journeyId: string;
  readonly intent: string;
  readonly language: string;
  readonly queue: string;
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
  readonly segment: string;
  readonly value: number;
  readonly tier: number;
  readonly headStartMs: number;
  readonly preferredAgents: readonly string[];
  /** How long they hold it, from `enqueuedAt`; 0 or absent: as its queue says. */
  readonly preferredForMs?: number;
  /** JSON text of an object, or ''. */
  readonly attributes: string;
  readonly state: ContactStateName;
  readonly agentId: string;
  readonly submittedAt: number;
  readonly enqueuedAt: number;
  readonly agedFrom: number;
  readonly offeredAt: number;
  readonly assignedAt: number;
  readonly endedAt: number;
  readonly closedAt: number;
  /** When it enters its line, or did: of contacts that were SCHEDULED. */
  readonly dueAt: number;
  /** The agent, a bot say, who had it first and handed it over to people. */
  readonly handedOverBy?: string;
  /** The agent who asked for it, if it is a consult contact. */
  readonly consultedBy?: string;
  /** The customer's; '': none is named. */
  readonly timeZone: string;
  /** When the customer hung up to be called. */
  readonly callbackAt: number;
  /** How often the customer was called and not reached; absent: never. */
  readonly attempts?: number;
  /** Its customer may be offered a callback, by a step of its queue's `relax`; absent: not yet. */
  readonly callbackOffered?: boolean;
  /** Only in answers to `get`, and where a callback is offered, while QUEUED. */
  readonly position?: number;
  /** Number of the last step of its queue's `relax` that applied, if any. */
  readonly relaxedSteps?: number;
  /** Likewise, while there is an estimate. */
  readonly estimatedWaitMs?: number;
  readonly disposition?: Disposition;
  readonly version: number;
}

export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly presence: Presence;
  readonly reason: string;
  readonly channels: readonly string[];
  readonly load: number;
  readonly contacts: readonly string[];
  readonly version: number;
  readonly connected: boolean;
  /** What it becomes when it is DRAINING and holds nothing; absent: OFFLINE. */
  readonly next?: Presence;
  readonly nextReason?: string;
  readonly mayPull: boolean;
}

/** The rank's parts in seconds of waiting. */
export interface RankView {
  readonly total: number;
  readonly urgency: number;
  readonly fit: number;
  readonly readiness: number;
}

export interface OfferView {
  readonly id: string;
  readonly contact: ContactView;
  readonly expiresAt: number;
  readonly rank: RankView;
  /** The router has accepted it for the agent. */
  readonly autoAccepted: boolean;
}

export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly oldestWaitMs: number;
  readonly offered: number;
  readonly assigned: number;
  readonly wrapUp: number;
  readonly agentsAvailable: number;
  readonly agentsEligible: number;
  readonly serviceLevel: number;
  readonly answered: number;
  readonly abandoned: number;
  /** What shuts its gate now: RESERVE, SERVICE_LEVEL, PACE; '' : nothing. */
  readonly gate: string;
  /** Whether it takes contacts now. */
  readonly open: boolean;
  /** When it opens next, if it is closed, and closes next, if it is open; 0: that is not known. */
  readonly opensAt: number;
  readonly closesAt: number;
  /** Contacts of it that are SCHEDULED. */
  readonly scheduled: number;
  /** Of one who joined now; absent while there is no estimate. */
  readonly estimatedWaitMs?: number;
}
