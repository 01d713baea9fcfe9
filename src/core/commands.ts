// Everything that can be asked of the core. Commands change state and are decided by `Core.step`; queries read it.
// Shapes arrive checked against the schema (wire); the core checks what needs its state: names, ownership, phases, versions.

import type { Explanation } from './explanation.ts';
import type { ResolvedHours } from './hours.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { Refusal } from './refusal.ts';
import type { Alternative, Preference } from './requirement.ts';
import type {
  AgentView,
  ClosedStateName,
  ContactStateName,
  ContactView,
  Customer,
  Direction,
  Disposition,
  OfferView,
  Presence,
  QueueView,
} from './views.ts';

export type Role = 'gateway' | 'agent' | 'supervisor' | 'admin';

/** Who asks: the token's role and subject. Gateways see their own contacts only, agents act for themselves only. */
export interface Actor {
  readonly role: Role;
  readonly id: string;
}

/** What a submit gives; unset text is '', absent lists are []. */
export interface ContactDraft {
  readonly id: string;
  readonly channel: string;
  readonly direction: Direction;
  readonly customerId: string;
  readonly journeyId: string;
  readonly intent: string;
  readonly language: string;
  /** '' : chosen by the policy. */
  readonly queue: string;
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
  /** '' : `default`. */
  readonly segment: string;
  readonly value: number;
  readonly tier: number;
  readonly headStartMs: number;
  readonly preferredAgents: readonly string[];
  /** Canonical JSON text of an object (keys sorted), or ''. */
  readonly attributes: string;
  /** Not in line before this instant; absent or past: at once. */
  readonly dueAt?: number;
  /** The customer's, by the names of the IANA database; '' or absent: as the calendars say. */
  readonly timeZone?: string;
  /** How long the preferred agents hold it; 0 or absent: as its queue says. */
  readonly preferredForMs?: number;
  /** Expected version; 0: any. */
  readonly version: number;
}

/** Where a contact is sent: what is '', [] or 0 stays as it is, or is as the policy says. */
export interface TransferTarget {
  readonly queue: string;
  readonly agentId: string;
  readonly requires: readonly Alternative[];
  readonly holdMs: number;
  /** At once to the agent who has this contact of the same journey; then nothing else is named. */
  readonly consultId: string;
}

/** Only what is present is changed. */
export interface ContactChanges {
  readonly attributes?: string;
  readonly requires?: readonly Alternative[];
  readonly prefers?: readonly Preference[];
  readonly value?: number;
  readonly segment?: string;
  readonly intent?: string;
  readonly headStartMs?: number;
  readonly tier?: number;
}

export interface AgentDraft {
  readonly id: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  /** May look for waiting contacts and take them; absent: it may not. */
  readonly mayPull?: boolean;
  /** Expected version; 0: any. */
  readonly version: number;
}

export type Command =
  | { readonly type: 'submit'; readonly actor: Actor; readonly contact: ContactDraft }
  | {
      readonly type: 'update';
      readonly actor: Actor;
      readonly contactId: string;
      readonly set: ContactChanges;
      readonly version: number;
    }
  | {
      readonly type: 'cancel';
      readonly actor: Actor;
      readonly contactId: string;
      readonly cause: 'ABANDONED' | 'CANCELLED';
      readonly version: number;
    }
  | {
      readonly type: 'end';
      readonly actor: Actor;
      readonly contactId: string;
      readonly disposition?: Disposition;
      readonly version: number;
    }
  | {
      readonly type: 'complete';
      readonly actor: Actor;
      readonly contactId: string;
      readonly disposition?: Disposition;
      readonly version: number;
    }
  | {
      readonly type: 'requeue';
      readonly actor: Actor;
      readonly contactId: string;
      readonly resetAge: boolean;
      readonly version: number;
    }
  | {
      readonly type: 'transfer';
      readonly actor: Actor;
      readonly contactId: string;
      readonly to: TransferTarget;
      readonly resetAge: boolean;
      readonly version: number;
    }
  /** The customer of a waiting contact hung up and is to be called. */
  | { readonly type: 'callback'; readonly actor: Actor; readonly contactId: string; readonly version: number }
  /** The customer of an outbound contact was called and not reached. */
  | {
      readonly type: 'retry';
      readonly actor: Actor;
      readonly contactId: string;
      readonly disposition?: Disposition;
      readonly version: number;
    }
  /** An agent asks another one about a contact that it has: the consult contact gets this id. */
  | {
      readonly type: 'consult';
      readonly actor: Actor;
      readonly contactId: string;
      readonly consultId: string;
      readonly to: TransferTarget;
      readonly version: number;
    }
  | { readonly type: 'accept'; readonly actor: Actor; readonly offerId: string }
  | { readonly type: 'decline'; readonly actor: Actor; readonly offerId: string; readonly reason: string }
  /** An agent takes a waiting contact. */
  | { readonly type: 'pull'; readonly actor: Actor; readonly contactId: string }
  /** A supervisor gives a contact that nobody has answered to an agent. */
  | { readonly type: 'assign'; readonly actor: Actor; readonly contactId: string; readonly agentId: string }
  | {
      readonly type: 'setPresence';
      readonly actor: Actor;
      readonly agentId: string;
      readonly presence: Presence;
      readonly reason: string;
      readonly channels: readonly string[];
      /** With DRAINING: what then, BUSY (with the reason) or OFFLINE. */
      readonly next?: Presence;
    }
  /** A gateway or an agent has a socket. A newer session of an agent replaces the older one. */
  | { readonly type: 'openSession'; readonly actor: Actor; readonly sessionId: string }
  | { readonly type: 'closeSession'; readonly actor: Actor; readonly sessionId: string }
  | { readonly type: 'putAgent'; readonly actor: Actor; readonly agent: AgentDraft }
  | { readonly type: 'removeAgent'; readonly actor: Actor; readonly agentId: string }
  | {
      readonly type: 'setPolicy';
      readonly actor: Actor;
      readonly policy: ResolvedPolicy;
      /** The text as it was given, for GET /v1/policy. */
      readonly source: string;
      /** Hash of the file it came from at start; '' when it came by API. */
      readonly fileHash: string;
      /** The openings of its calendars: in force with it. A calendar without is open. */
      readonly hours?: readonly ResolvedHours[];
    }
  /** The openings of the policy's calendars from now on; those of other calendars are left aside. */
  | { readonly type: 'resolveHours'; readonly hours: readonly ResolvedHours[] }
  /** A person closes a queue until an instant (0: until further notice), or takes that back. */
  | {
      readonly type: 'closeQueue';
      readonly actor: Actor;
      readonly queue: string;
      readonly until: number;
      readonly reason: string;
    }
  | { readonly type: 'openQueue'; readonly actor: Actor; readonly queue: string }
  /** `version` is the one expected; 0: any. */
  | { readonly type: 'putCustomer'; readonly actor: Actor; readonly customer: Customer }
  | { readonly type: 'removeCustomer'; readonly actor: Actor; readonly customerId: string }
  /** First command after recovery: sessions are lost, pending offers revoked. Decided before deadlines fire. */
  | { readonly type: 'restart'; readonly graceMs: number }
  /** These events took so long to become durable that offers among them may have run out unseen. Decided before deadlines fire. */
  | { readonly type: 'withdrawStalled'; readonly firstSeq: number; readonly lastSeq: number }
  /** Only says the time. */
  | { readonly type: 'tick' };

export type Query =
  | { readonly type: 'get'; readonly actor: Actor; readonly contactId: string }
  /** Why the contact went to its agent, or why it still waits; after the event `at`, or now (0 or absent). The core knows only the present. */
  | { readonly type: 'explain'; readonly actor: Actor; readonly contactId: string; readonly at?: number }
  | {
      readonly type: 'list';
      readonly actor: Actor;
      readonly open: boolean;
      readonly afterId: string;
      readonly limit: number;
      /** '' : all. A gateway sees its own whatever it says; an agent what it may take, whatever it says but `afterId` and `limit`. */
      readonly gatewayId: string;
      readonly state: ContactStateName | '';
    }
  /** Contacts of one gateway changed after `sinceSeq`, by seq of the last change, a page at a time. */
  | { readonly type: 'changes'; readonly gatewayId: string; readonly sinceSeq: number; readonly limit: number }
  | { readonly type: 'agent'; readonly agentId: string }
  | { readonly type: 'agents'; readonly afterId: string; readonly limit: number }
  | { readonly type: 'queues' }
  | { readonly type: 'customer'; readonly customerId: string }
  | { readonly type: 'policy' };

/** What went well, as far as the verb answers it. A closed contact is answered as its tombstone: the engine fetches the whole of it. */
export interface Ok {
  readonly contact?: ContactView | Tombstone;
  /** Submit only: false when the contact was already known. */
  readonly created?: boolean;
  readonly agent?: AgentView;
  /** Pending offers: openSession of an agent. */
  readonly offers?: readonly OfferView[];
  readonly contacts?: readonly (ContactView | Tombstone)[];
  /** `changes` only: the seq of each contact's last change, beside `contacts`. */
  readonly seqs?: readonly number[];
  readonly agents?: readonly AgentView[];
  readonly queues?: readonly QueueView[];
  readonly customer?: Customer;
  /** Source text and resolved form of the policy in force. */
  readonly policy?: { readonly source: string; readonly resolved: ResolvedPolicy };
  readonly explanation?: Explanation;
  /** setPolicy only: what it changed, for people. */
  readonly changes?: readonly string[];
  readonly seq?: number;
  /** Where the next page begins; absent: there is none. */
  readonly next?: string;
}

/** What the core keeps of a closed contact for a while. */
export interface Tombstone {
  readonly contactId: string;
  readonly gatewayId: string;
  readonly agentId: string;
  readonly channel: string;
  readonly queue: string;
  readonly hash: string;
  readonly state: ClosedStateName;
  /** Event that closed it, or that changed it last. */
  readonly seq: number;
  readonly closedAt: number;
  readonly version: number;
  /** Closed by the wrap-up timer without a disposition: its agent may still give one. */
  readonly awaitsDisposition: boolean;
}

export function isTombstone(contact: ContactView | Tombstone): contact is Tombstone {
  return 'hash' in contact;
}

export type Outcome = { readonly ok: Ok } | { readonly error: Refusal };
