// Everything that can happen, in the past tense. State is the fold of these; the journal keeps them for ever, so fields are only
// ever added. They carry resolved facts (queue, rate, deadlines, rank parts), so that `apply` derives nothing from code or
// defaults that may change. Same names and fields as events.proto; instants are epoch milliseconds, `…Us` are microseconds of rank.

import type { CallbackRequested, ContactPostponed, ContactRetried } from './calling-events.ts';
import type { Closure, ResolvedHours } from './hours.ts';
import type { RevocationReason } from './refusal.ts';
import type { Alternative, Preference } from './requirement.ts';
import type { ClosedStateName, Direction, Disposition, Presence } from './views.ts';

/** What the policy made of a contact: everything that decides its place in line. */
export interface Classification {
  readonly queue: string;
  readonly segment: string;
  /** Queue's and contact's requirement joined. Eligibility and fit. */
  readonly requirement: readonly Alternative[];
  /** queue × segment, thousandths, 0 to 20 000. */
  readonly clockRate: number;
  /** All head starts together: queue, segment, value, the contact's own. */
  readonly headStartUs: number;
  /** End of the wait that its queue allows. */
  readonly waitUntil: number;
}

/** What steps of its queue's `relax` have made of a contact. */
export interface Relaxation {
  /** Step n applied: bit n − 1. */
  readonly applied: number;
  /** Number of the last step that has been due; those up to it and after the last that applied wait for their condition. */
  readonly reached: number;
  /** Head starts of the steps that applied, a part of `headStartUs`. */
  readonly grantedUs: number;
  /** What an agent must have now, joined; of no meaning while nothing has applied. */
  readonly eligibility: readonly Alternative[];
}

export interface RelaxedClassification extends Classification {
  /** Absent: nothing is relaxed, and nothing waits for a condition. */
  readonly relaxation?: Relaxation;
  /** Absent: it is open to all who meet its requirement. */
  readonly stage?: Stage;
}

/** Who may have a contact beside its requirement: at first only agents with a skill, after a hand-over only agents without it. */
export interface Stage {
  readonly skill: string;
  /** End of the time in which only agents with the skill may have it; 0: it was handed over. */
  readonly until: number;
  /** The agent with the skill who gave it away; from then on only agents without the skill may have it; '': nobody. */
  readonly handedOverBy: string;
  /** What an agent must have now, all joined. */
  readonly eligibility: readonly Alternative[];
}

export interface ContactSubmitted extends Classification {
  readonly type: 'contactSubmitted';
  readonly contactId: string;
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
  /** The queue that was meant for it, where that one was closed. */
  readonly overflowedFrom?: string;
  /** It is SCHEDULED until then; absent: it is in line. */
  readonly dueAt?: number;
  /** As given; absent: it names none. */
  readonly timeZone?: string;
  /** When it would be due whatever the contact hours; absent: at `dueAt`. */
  readonly notBefore?: number;
  /** As given; 0: as the queue says. */
  readonly preferredForMs?: number;
  /** Until then its preferred agents hold it; 0: they do not. */
  readonly preferredUntil?: number;
  /** Absent: it is open to all who meet its requirement. */
  readonly stage?: Stage;
  /** The agent who asked for it: a consult contact, not for that agent while it may wait. */
  readonly consultedBy?: string;
}

/** The whole of what an update may touch, as it is after it. */
export interface ContactUpdated extends RelaxedClassification {
  readonly type: 'contactUpdated';
  readonly contactId: string;
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
  readonly value: number;
  readonly tier: number;
  readonly headStartMs: number;
  readonly intent: string;
  readonly attributes: string;
}

/** A new policy moved a waiting or offered contact, or the time in which it was some agents' first is over. */
export interface ContactClassified extends RelaxedClassification {
  readonly type: 'contactClassified';
  readonly contactId: string;
}

/** A step of its queue's `relax` applied to a contact in line. */
export interface ContactRelaxed extends RelaxedClassification {
  readonly type: 'contactRelaxed';
  readonly contactId: string;
  /** The step's number, from 1. */
  readonly step: number;
  /** The queue that it has left for `queue`; '' : it stays. */
  readonly from: string;
}

/** Conditions of steps did not hold: those of these contacts, tested for the first time; none named: all that are tested again and again. */
export interface RelaxationsTested {
  readonly type: 'relaxationsTested';
  readonly contactIds: readonly string[];
}

/** A scheduled contact entered its line, as the policy of this instant puts it. */
export interface ContactDue extends Classification {
  readonly type: 'contactDue';
  readonly contactId: string;
  /** Origin of its waiting, if it had waited before; absent: it waits from now on. */
  readonly agedFrom?: number;
  /** Absent: it is open to all who meet its requirement. */
  readonly stage?: Stage;
}

/** Who would have got the contact if the chosen agent were not there. */
export interface RunnerUp {
  readonly agentId: string;
  readonly fitUs: number;
  readonly readinessUs: number;
}

/** Its offer is "o" + this event's seq. */
export interface OfferMade {
  readonly type: 'offerMade';
  readonly contactId: string;
  readonly agentId: string;
  /** Shown to the agent; the router waits a little longer (`deadline`). */
  readonly expiresAt: number;
  readonly deadline: number;
  /** Room that the contact takes with the agent. */
  readonly cost: number;
  readonly urgencyUs: number;
  readonly fitUs: number;
  readonly readinessUs: number;
  /** The router accepts it itself, with the very next event. */
  readonly autoAccepted: boolean;
  /** As far as the policy wants to know, best first; their urgency is the contact's. */
  readonly runnersUp: readonly RunnerUp[];
  /** Of `readinessUs` what idling gave, if the policy wants runners-up; the rest is load. */
  readonly idleUs: number;
}

export interface OfferAccepted {
  readonly type: 'offerAccepted';
  readonly contactId: string;
  readonly agentId: string;
  /** Latest end of the conversation. */
  readonly assignedUntil: number;
}

export type AssignCause = 'PULL' | 'ASSIGN';

/** A waiting contact is an agent's without an offer: the agent took it, or a supervisor gave it. */
export interface ContactAssigned {
  readonly type: 'contactAssigned';
  readonly contactId: string;
  readonly agentId: string;
  readonly cause: AssignCause;
  /** Who asked for it. */
  readonly by: string;
  /** Room that the contact takes with the agent. */
  readonly cost: number;
  /** Latest end of the conversation. */
  readonly assignedUntil: number;
}

export interface OfferDeclined {
  readonly type: 'offerDeclined';
  readonly contactId: string;
  readonly agentId: string;
  readonly reason: string;
  readonly coolDownUntil: number;
}

export interface OfferMissed {
  readonly type: 'offerMissed';
  readonly contactId: string;
  readonly agentId: string;
  readonly coolDownUntil: number;
}

export interface OfferRevoked {
  readonly type: 'offerRevoked';
  readonly contactId: string;
  readonly agentId: string;
  readonly reason: RevocationReason;
}

export interface CoolDownEnded {
  readonly type: 'coolDownEnded';
  readonly contactId: string;
  readonly agentId: string;
}

export type EndCause = 'AGENT' | 'GATEWAY' | 'SUPERVISOR' | 'TOO_LONG' | 'AGENT_LOST' | 'GATEWAY_LOST';

/** The conversation is over; wrap-up runs until `wrapUpUntil`. */
export interface ContactEnded {
  readonly type: 'contactEnded';
  readonly contactId: string;
  readonly agentId: string;
  readonly cause: EndCause;
  readonly wrapUpUntil: number;
  readonly disposition?: Disposition;
}

export type CloseCause =
  | 'AGENT'
  | 'GATEWAY'
  | 'SUPERVISOR'
  | 'WRAP_UP_OVER'
  | 'WAITED_TOO_LONG'
  | 'ATTEMPTS_EXHAUSTED'
  | 'TOO_LONG'
  | 'AGENT_LOST'
  | 'GATEWAY_LOST';

export interface ContactClosed {
  readonly type: 'contactClosed';
  readonly contactId: string;
  readonly state: ClosedStateName;
  readonly cause: CloseCause;
  /** Set when the conversation ended in this very step. */
  readonly endedNow: boolean;
  readonly disposition?: Disposition;
}

export type RequeueCause = 'AGENT_LOST' | 'TOO_LONG' | 'AGENT' | 'SUPERVISOR';

/** An assigned contact went back in line. */
export interface ContactRequeued {
  readonly type: 'contactRequeued';
  readonly contactId: string;
  readonly agentId: string;
  readonly cause: RequeueCause;
  readonly agedFrom: number;
  readonly waitUntil: number;
  /** Until then the pair is not tried again; 0: it may be at once. */
  readonly coolDownUntil: number;
  /** From now on; absent: it is open to all who meet its requirement. */
  readonly stage?: Stage;
  /** Its queue, if its agent handed it over to people by this. */
  readonly handedOverFrom?: string;
}

/** What a contact was sent to; of several named the narrowest. */
export type TransferKind = 'QUEUE' | 'REQUIREMENT' | 'ONE_AGENT' | 'CONSULT';

/** A contact was sent elsewhere: the whole of its place, as it is after it. */
export interface ContactTransferred extends Classification {
  readonly type: 'contactTransferred';
  readonly contactId: string;
  /** Who had it; '': it was waiting. */
  readonly agentId: string;
  readonly cause: 'AGENT' | 'SUPERVISOR';
  /** The subject of who asked. */
  readonly by: string;
  readonly to: TransferKind;
  /** The contact's own. */
  readonly requires: readonly Alternative[];
  readonly agedFrom: number;
  readonly preferredAgents: readonly string[];
  readonly preferredForMs: number;
  readonly preferredUntil: number;
  readonly coolDownUntil: number;
  /** Handed over: the consult contact, and its agent, who has the contact from now on; else ''. */
  readonly consultId: string;
  readonly toAgentId: string;
  /** What an assigned contact has with that agent: room, longest conversation, when the agent counts as gone. */
  readonly cost: number;
  readonly assignedUntil: number;
  readonly agentLostUntil: number;
  /** From now on; absent: it is open to all who meet its requirement. */
  readonly stage?: Stage;
  /** The queue that it was in, if its agent handed it over to people by this. */
  readonly handedOverFrom?: string;
}

/** The time for which its preferred agents held the contact is over. */
export interface PreferenceEnded {
  readonly type: 'preferenceEnded';
  readonly contactId: string;
}

/** The agent gave the disposition late: of a contact in wrap-up, or one that is closed. */
export interface DispositionSet {
  readonly type: 'dispositionSet';
  readonly contactId: string;
  readonly disposition: Disposition;
}

/** Tombstones of contacts closed at or before the instant are gone. */
export interface TombstonesForgotten {
  readonly type: 'tombstonesForgotten';
  readonly closedThrough: number;
}

export interface AgentPut {
  readonly type: 'agentPut';
  readonly agentId: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  /** Made by the policy's `agents:`, not by API. */
  readonly ofPolicy: boolean;
  readonly mayPull: boolean;
}

export interface AgentRemoved {
  readonly type: 'agentRemoved';
  readonly agentId: string;
}

export type PresenceCause = 'AGENT' | 'SUPERVISOR' | 'MISSED_OFFER' | 'SESSION_LOST' | 'DRAINED';

export interface PresenceSet {
  readonly type: 'presenceSet';
  readonly agentId: string;
  readonly presence: Presence;
  readonly reason: string;
  readonly channels: readonly string[];
  readonly cause: PresenceCause;
  /** What it becomes when it has drained, and why; absent: OFFLINE. */
  readonly next?: Presence;
  readonly nextReason?: string;
}

/** Who has a socket. */
export type SubjectRole = 'GATEWAY' | 'AGENT';

export interface SessionOpened {
  readonly type: 'sessionOpened';
  readonly role: SubjectRole;
  readonly subjectId: string;
  readonly sessionId: string;
}

/** An agent's only session, or one of a gateway's, is gone. */
export interface SessionLost {
  readonly type: 'sessionLost';
  readonly role: SubjectRole;
  readonly subjectId: string;
  readonly sessionId: string;
  /** Agents: until then a resumed session changes nothing. */
  readonly graceUntil: number;
}

export interface PolicySet {
  readonly type: 'policySet';
  /** JSON text of the ResolvedPolicy. */
  readonly resolved: string;
  readonly source: string;
  readonly fileHash: string;
  readonly by: string;
  /** What it changed, for people: see policy-changes.ts. */
  readonly changes: readonly string[];
}

/** The router started on this journal again. Session losses and revocations follow as events of their own. */
export interface Restarted {
  readonly type: 'restarted';
  readonly graceUntil: number;
}

/** The openings of a calendar, resolved outside. */
export interface HoursResolved extends ResolvedHours {
  readonly type: 'hoursResolved';
}

/** A person closed a queue, or took that back. */
export interface QueueClosureSet extends Closure {
  readonly type: 'queueClosureSet';
  readonly queue: string;
  readonly closed: boolean;
}

/** The profile of a customer, whole. */
export interface CustomerPut {
  readonly type: 'customerPut';
  readonly customerId: string;
  readonly name: string;
  readonly segment: string;
  readonly value: number;
  /** An agent's id; '': nobody. */
  readonly owner: string;
  readonly language: string;
  readonly timeZone: string;
}

export interface CustomerRemoved {
  readonly type: 'customerRemoved';
  readonly customerId: string;
}

export type CoreEvent =
  | ContactSubmitted
  | ContactUpdated
  | ContactClassified
  | ContactRelaxed
  | RelaxationsTested
  | ContactDue
  | OfferMade
  | OfferAccepted
  | ContactAssigned
  | OfferDeclined
  | OfferMissed
  | OfferRevoked
  | CoolDownEnded
  | ContactEnded
  | ContactClosed
  | ContactRequeued
  | ContactTransferred
  | CallbackRequested
  | ContactRetried
  | ContactPostponed
  | PreferenceEnded
  | DispositionSet
  | TombstonesForgotten
  | AgentPut
  | AgentRemoved
  | PresenceSet
  | SessionOpened
  | SessionLost
  | PolicySet
  | HoursResolved
  | QueueClosureSet
  | CustomerPut
  | CustomerRemoved
  | Restarted;

/** Those about one contact, which is open but for a late disposition; the one that makes it aside. */
export type ContactEvent = Exclude<
  Extract<CoreEvent, { readonly contactId: string }>,
  { readonly type: 'contactSubmitted' }
>;

/** Those about no contact. */
export type OtherEvent = Exclude<CoreEvent, { readonly contactId: string }>;
