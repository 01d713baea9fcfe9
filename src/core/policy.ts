// The resolved policy: every default filled in, every duration in milliseconds, names checked. `config/` makes it from a file,
// `policySet` journals it whole, and the core reads nothing else about how to route.
//
// Invariants: 1. `segments` has `default`. 2. there is at least one channel and one queue. 3. queue order is the order of matching.
// 4. all numbers are finite and within the bounds named here, so that sums of rank terms stay below 2^53 microseconds.

import type { Alternative } from './requirement.ts';

/** What becomes of an assigned contact when one of its deadlines passes. */
export type AssignedEnd = 'requeue' | 'end' | 'keep';

export interface ChannelPolicy {
  /** Units of capacity that one contact takes, 0 to 1 000 000. */
  readonly cost: number;
  /** Most contacts of the channel at once for an agent without a limit of its own. */
  readonly limit: number;
  /** Channels whose contacts an agent may be offered as if it held none of this one; absent: none. */
  readonly yieldsTo?: readonly string[];
  /** Held alone, but for what it yields to and what yields to it; absent: no. */
  readonly exclusive?: boolean;
  readonly offerTimeoutMs: number;
  /** The router accepts its offers itself; absent: it does not. */
  readonly autoAccept?: boolean;
  /** 0: `end` completes at once. */
  readonly wrapUpMs: number;
  /** Longest conversation, and what then; how long a lost agent keeps the contact. */
  readonly assigned: { readonly maxMs: number; readonly agentLostMs: number; readonly then: AssignedEnd };
  readonly gatewayLost: { readonly afterMs: number; readonly then: 'cancel' | 'keep' };
}

export interface SegmentPolicy {
  readonly headStartMs: number;
  /** Multiplies the queue's clock rate, 0 to 20. */
  readonly clockRate: number;
  /** Joined with queue's and contact's; absent: none. */
  readonly requires?: readonly Alternative[];
}

/** Glob patterns (`*` only) by field of the contact; a field with several patterns matches any of them; all fields must match. */
export type QueueMatch = Readonly<Partial<Record<MatchField, readonly string[]>>>;
export type MatchField = 'channel' | 'intent' | 'language' | 'segment' | 'direction' | 'gatewayId' | 'customerId';

/** What is done for a contact that has waited for so long: one of the last four at least. */
export interface RelaxStep {
  /** Counted from entering the queue. */
  readonly afterMs: number;
  /** Only while this holds; absent: always. */
  readonly if?: RelaxCondition;
  /** Takes the place of the queue's own. */
  readonly requires?: readonly Alternative[];
  readonly headStartMs?: number;
  /** Its gateway is told to offer a callback. */
  readonly offerCallback?: true;
  /** Moves it to that queue; such a step is the last of its queue and does nothing else. */
  readonly overflowTo?: string;
}

/** Holds while all that is there holds; there is something. */
export interface RelaxCondition {
  /** The queue has no more available agents than this. */
  readonly agentsAvailable?: number;
  /** One who joined the queue now would wait longer than this; not so while there is no estimate. */
  readonly estimatedWaitAboveMs?: number;
}

export interface QueuePolicy {
  readonly name: string;
  /** Absent: matches every contact. */
  readonly when?: QueueMatch;
  readonly requires: readonly Alternative[];
  readonly serviceLevel: { readonly withinMs: number; readonly target: number };
  readonly clockRate: number;
  readonly headStartMs: number;
  readonly limits: { readonly waiting: number; readonly waitMs: number };
  /** By `afterMs`, ascending; at most 16. Absent: none. */
  readonly relax?: readonly RelaxStep[];
  /** How long preferred agents hold a contact that does not say it itself; absent: 0. */
  readonly preferredForMs?: number;
  /** Whose last agent is preferred; absent: nobody's. */
  readonly lastAgent?: LastAgentScope;
  /** The owner of the contact's customer is preferred; absent: no. */
  readonly preferOwner?: boolean;
  /** What must hold beside eligibility before a contact of the queue is offered; absent: nothing. */
  readonly gate?: GatePolicy;
  /** Name of its calendar; absent: always open. */
  readonly hours?: string;
  /** What becomes of a contact that comes while it is closed; absent: it is refused. */
  readonly closed?: ClosedPolicy;
  /** Whoever has the skill gets its contacts first, for so long; absent: nobody. */
  readonly first?: FirstPolicy;
  /** To how many agents a contact of it may be offered at once, 2 to 50; absent: 1. */
  readonly fanOut?: number;
  /** How its customers are called; absent: nobody is called back. */
  readonly callback?: CallbackPolicy;
  /** Calendar of the hours at which its customers may be called, in their own time zones; absent: at any. */
  readonly contactHours?: string;
}

export interface CallbackPolicy {
  /** How long who asked to be called may wait for it. */
  readonly withinMs: number;
  /** Most attempts to reach a customer; at least 1. */
  readonly attempts: number;
  /** From an attempt to the next one. */
  readonly spacingMs: number;
}

export interface FirstPolicy {
  readonly skill: string;
  readonly forMs: number;
}

export interface GatePolicy {
  /** Agents that must be left for others; 0: none. */
  readonly reserve: number;
  /** Another queue's service level, 0 to 1, that must be kept. */
  readonly serviceLevelAtLeast?: { readonly queue: string; readonly ratio: number };
  /** Least time between two offers of the queue; 0: none. */
  readonly paceMs: number;
}

export type ClosedPolicy =
  | { readonly then: 'refuse' | 'schedule' }
  | { readonly then: 'overflow'; readonly overflowTo: string };

/** Minutes of a day's wall clock, 0 to 1440; an end that is not behind its begin is of the next day, so up to 2880. */
export type DayInterval = readonly [from: number, until: number];

/** What is resolved outside of the core (src/hours): here it is only kept. */
export interface CalendarPolicy {
  /** A name of the IANA database. */
  readonly timeZone: string;
  /** Openings that begin on Monday, …, Sunday: seven lists. */
  readonly weekly: readonly (readonly DayInterval[])[];
  /** Days whose openings are these instead; `2026-12-25`. */
  readonly holidays: readonly { readonly date: string; readonly hours: readonly DayInterval[] }[];
}
/** By what an agent is remembered. */
export type LastAgentScope = 'customer' | 'journey';

export interface FitPolicy {
  readonly perLevelMs: number;
  readonly affinityMs: number;
  readonly breadthMs: number;
}

export interface ReadinessPolicy {
  /** Seconds of rank for each second of idling, 0 to 20, in thousandths. */
  readonly idleRate: number;
  readonly idleCapMs: number;
  readonly loadMs: number;
}

export interface PresencePolicy {
  readonly graceMs: number;
  /** Missed offers in a row after which an agent is BUSY; 0: never. */
  readonly missesBeforeBusy: number;
  readonly declineCoolDownMs: number;
  /** Most offers that an agent is made in 60 s, 1 to 600; absent: any number. */
  readonly offersPerMinute?: number;
  /** Cool-downs by reason of a decline, instead of the one above; absent: none. */
  readonly declineReasons?: Readonly<Record<string, DeclineReasonPolicy>>;
}

export interface DeclineReasonPolicy {
  readonly coolDownMs: number;
}

/** Contacts for one agent. */
export interface DirectPolicy {
  /** How long an agent holds what is transferred to it. */
  readonly holdMs: number;
  /** How long it is remembered who answered last. */
  readonly rememberMs: number;
}

/** What a policy without `direct` says. */
export const DIRECT_DEFAULT: DirectPolicy = { holdMs: 120_000, rememberMs: 604_800_000 };

/** What the estimate of a wait is made from. */
export interface EstimatePolicy {
  /** The last so many minutes count, the present one among them; 1 to 60. */
  readonly minutes: number;
  /** Fewer answers than this give no estimate. */
  readonly answersMin: number;
}

/** What is kept with an offer for its explanation. */
export interface ExplainPolicy {
  /** 0 to 3. */
  readonly runnersUp: number;
}

export interface AgentPolicy {
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  /** May look for waiting contacts and take them; absent: it may not. */
  readonly mayPull?: boolean;
}

export interface ResolvedPolicy {
  readonly channels: Readonly<Record<string, ChannelPolicy>>;
  readonly segments: Readonly<Record<string, SegmentPolicy>>;
  readonly value: { readonly scale: number; readonly headStartMs: number };
  readonly queues: readonly QueuePolicy[];
  readonly fit: FitPolicy;
  readonly readiness: ReadinessPolicy;
  readonly presence: PresencePolicy;
  /** Absent: DIRECT_DEFAULT. */
  readonly direct?: DirectPolicy;
  readonly forgetMs: number;
  /** Absent in journals older than it: no estimates. */
  readonly estimate?: EstimatePolicy;
  /** Absent in journals older than it: nothing is kept. */
  readonly explain?: ExplainPolicy;
  readonly agents: Readonly<Record<string, AgentPolicy>>;
  /** Absent: there are none. */
  readonly calendars?: Readonly<Record<string, CalendarPolicy>>;
}
