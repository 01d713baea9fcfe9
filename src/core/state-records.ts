// The state as a stream of plain records: what a snapshot holds and what the state hash is made of. Only facts, no indexes: those are
// rebuilt on import. Records come in this order: header, queue flows, hours, closures, agents, gateways, contacts, tombstones, last agents, customers; each
// kind by ordinal (tombstones in order of closing, last agents of answering, customers as they were put first). Same names and fields as state.proto. Fields are only ever added; a default value (0, '', false, [], {},
// undefined) counts as absent in the hash, so that adding a field keeps old hashes.

import type { Relaxation, RunnerUp, Stage } from './events.ts';
import type { Alternative, Preference } from './requirement.ts';
import type { ClosedStateName, ContactStateName, Customer, Direction, Disposition, Presence } from './views.ts';

export interface HeaderRecord {
  readonly kind: 'header';
  /** The state is that after this event. */
  readonly seq: number;
  readonly at: number;
  /** Instant of the journal's first event: origin of the keys. */
  readonly epoch: number;
  /** Last arrival or agent ordinal given. */
  readonly lastOrdinal: number;
  /** Last ready ordinal given. */
  readonly lastReadyOrdinal: number;
  /** JSON text of the resolved policy, its source text, the hash of the last policy file that was applied. */
  readonly policy: string;
  readonly policySource: string;
  readonly policyFileHash: string;
  /** No grace ends before this instant: set by the last restart. */
  readonly graceFloor: number;
  /** When conditions of `relax` steps that contacts wait for did not hold last. */
  readonly relaxTestedAt: number;
}

/** Answers and abandons of the last hour, by slots of five minutes. */
export interface QueueFlowRecord {
  readonly kind: 'queueFlow';
  readonly queue: string;
  /** Number of the newest slot: floor(at / 300000). */
  readonly slot: number;
  /** Newest slot last; at most 12. */
  readonly answered: readonly number[];
  readonly answeredWithin: readonly number[];
  readonly abandoned: readonly number[];
  /** No offer of the queue before then, by its pace; 0: any time. */
  readonly paceUntil: number;
  /** Since when somebody stands in line; 0: nobody does, or the policy wants no estimates. */
  readonly lineSince: number;
  /** What the line did lately, by minutes. */
  readonly lined: readonly LineSlotRecord[];
}

export interface LineSlotRecord {
  readonly minute: number;
  readonly linedMs: number;
  readonly answered: number;
  readonly ringMs: number;
  readonly left: number;
}

/** Openings of a calendar as they were resolved. */
export interface HoursRecord {
  readonly kind: 'hours';
  readonly calendar: string;
  /** Absent: the calendar's own. */
  readonly timeZone?: string;
  readonly from: number;
  readonly until: number;
  readonly openings: readonly number[];
}

/** The last word of a person's that closed a queue. */
export interface ClosureRecord {
  readonly kind: 'closure';
  readonly queue: string;
  /** 0: until it is taken back. */
  readonly until: number;
  readonly reason: string;
  readonly by: string;
}

export interface AgentRecord {
  readonly kind: 'agent';
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly ofPolicy: boolean;
  readonly presence: Presence;
  readonly reason: string;
  readonly channels: readonly string[];
  /** '' : no open session. */
  readonly sessionId: string;
  /** 0: no grace is running. */
  readonly graceUntil: number;
  readonly readySince: number;
  readonly readyOrdinal: number;
  readonly missesInRow: number;
  readonly version: number;
  /** What became of its last offers, newest last. */
  readonly answers: readonly OfferAnswerRecord[];
  /** What it becomes when it has drained, and why; absent: OFFLINE. */
  readonly next?: Presence;
  readonly nextReason?: string;
  /** While the policy has a cap on offers: when the last of them were made, oldest first. */
  readonly offerInstants: readonly number[];
  readonly mayPull: boolean;
}

export interface OfferAnswerRecord {
  readonly offerSeq: number;
  readonly contactId: string;
  readonly answer: 'ACCEPTED' | 'DECLINED' | 'MISSED' | 'REVOKED';
}

export interface GatewayRecord {
  readonly kind: 'gateway';
  readonly id: string;
  readonly ordinal: number;
  readonly sessionIds: readonly string[];
  /** When its last session was lost; 0: it has one, or never had. */
  readonly lostAt: number;
  /** Newest change among its contacts that were forgotten: a subscription cannot reach back behind it. */
  readonly forgottenSeq: number;
}

export interface CoolDownRecord {
  readonly agentId: string;
  readonly until: number;
}

export interface OfferReasonsRecord {
  readonly runnersUp: readonly RunnerUp[];
  readonly idleUs: number;
}

/** A pending offer of a contact beside the first one. */
export interface PendingOfferRecord {
  readonly agentId: string;
  readonly offerSeq: number;
  readonly madeAt: number;
  readonly expiresAt: number;
  readonly deadline: number;
  readonly urgencyUs: number;
  readonly fitUs: number;
  readonly readinessUs: number;
  readonly reasons?: OfferReasonsRecord;
}

/** What a contact has that is offered to several agents at once, or was: other facts are of its first pending offer, or of the accepted one. */
export interface FanRecord {
  /** When that offer was made; 0: at `offeredAt`. */
  readonly madeAt: number;
  readonly others: readonly PendingOfferRecord[];
}

export interface ContactRecord {
  readonly kind: 'contact';
  readonly id: string;
  readonly ordinal: number;
  readonly gatewayId: string;
  readonly hash: string;
  readonly channel: string;
  readonly direction: Direction;
  readonly customerId: string;
  readonly journeyId: string;
  readonly intent: string;
  readonly language: string;
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
  readonly value: number;
  readonly tier: number;
  readonly headStartMs: number;
  readonly preferredAgents: readonly string[];
  readonly attributes: string;
  readonly queue: string;
  readonly segment: string;
  readonly requirement: readonly Alternative[];
  readonly clockRate: number;
  readonly headStartUs: number;
  readonly waitUntil: number;
  readonly state: ContactStateName;
  readonly submittedAt: number;
  readonly enqueuedAt: number;
  readonly agedFrom: number;
  readonly offeredAt: number;
  readonly assignedAt: number;
  readonly endedAt: number;
  readonly agentId: string;
  /** Seq of the event that made the last offer; 0 while ASSIGNED: the agent has it without one. */
  readonly offerSeq: number;
  readonly offerExpiresAt: number;
  readonly offerDeadline: number;
  readonly cost: number;
  readonly urgencyUs: number;
  readonly fitUs: number;
  readonly readinessUs: number;
  /** OFFERED and ASSIGNED: it had stood in line for the offer. */
  readonly fromLine: boolean;
  /** OFFERED and ASSIGNED: what was kept for the explanation of the offer; absent: nothing. */
  readonly reasons?: OfferReasonsRecord;
  readonly assignedUntil: number;
  readonly wrapUpUntil: number;
  /** When its assigned agent counts as lost; 0: the agent is there. */
  readonly agentLostUntil: number;
  /** When it enters its line, or did; 0: it was never SCHEDULED. */
  readonly dueAt: number;
  readonly coolDowns: readonly CoolDownRecord[];
  readonly disposition?: Disposition;
  /** Seq of its last change. */
  readonly changeSeq: number;
  readonly version: number;
  /** What steps of its queue's `relax` made of it. */
  readonly relaxation?: Relaxation;
  readonly preferredForMs: number;
  readonly preferredUntil: number;
  /** The agent who requeued or transferred it last. */
  readonly releasedBy: string;
  /** Who is first, or to whom it was handed over. */
  readonly stage?: Stage;
  /** OFFERED and ASSIGNED; absent: it was offered to one agent. */
  readonly fan?: FanRecord;
  /** When its customer asked to be called; 0: not. */
  readonly callbackAt: number;
  /** How often its customer was called and not reached. */
  readonly attempts: number;
  /** Its wait limit counts from so long after it entered its queue; below 0: from before that. */
  readonly waitShiftMs: number;
  /** The customer's; '': none is named. */
  readonly timeZone: string;
  /** SCHEDULED: when it would have been due whatever the hours; 0: `dueAt`. */
  readonly notBefore: number;
  /** QUEUED: the end of the opening that it stands in; 0: that is not known, or there is none. */
  readonly windowUntil: number;
  /** The agent who asked for it: a consult contact. */
  readonly consultedBy?: string;
}

/** Who answered a customer, or within a journey, last; in the order of the answers. */
export interface LastAgentRecord {
  readonly kind: 'lastAgent';
  readonly scope: 'CUSTOMER' | 'JOURNEY';
  readonly id: string;
  readonly agentId: string;
  readonly at: number;
}

/** A customer's profile. */
export interface CustomerRecord extends Customer {
  readonly kind: 'customer';
}

export interface TombstoneRecord {
  readonly kind: 'tombstone';
  readonly contactId: string;
  readonly ordinal: number;
  readonly gatewayId: string;
  readonly agentId: string;
  readonly channel: string;
  readonly queue: string;
  readonly hash: string;
  readonly state: ClosedStateName;
  readonly seq: number;
  readonly closedAt: number;
  readonly version: number;
  /** Closed by the wrap-up timer without a disposition: its agent may still give one. */
  readonly awaitsDisposition: boolean;
}

export type StateRecord =
  | HeaderRecord
  | QueueFlowRecord
  | HoursRecord
  | ClosureRecord
  | AgentRecord
  | GatewayRecord
  | ContactRecord
  | TombstoneRecord
  | LastAgentRecord
  | CustomerRecord;
