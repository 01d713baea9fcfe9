// The TypeScript types of what codecs give and take, by the schema's message names. The shapes are the core's own; here stand only those
// that the core does not know. Types only.
//
// Invariants: 1. a name is a message of the schema, and its type has the message's fields: the tests carry random values of every message
// through both codecs and hold them against these. 2. requests have no output-only fields.

import type { AgentDraft, ContactChanges, ContactDraft, TransferTarget } from '../core/commands.ts';
import type { CoreEvent } from '../core/events.ts';
import type { Explanation } from '../core/explanation.ts';
import type { Refusal } from '../core/refusal.ts';
import type {
  AgentView,
  ContactStateName,
  ContactView,
  Customer,
  Disposition,
  OfferView,
  Presence,
  QueueView,
} from '../core/views.ts';

/** Bodies of the verbs, as a request gives them. */
export interface RequestBodies {
  readonly submit: { readonly contact: ContactDraft };
  readonly update: { readonly contactId: string; readonly set: ContactChanges; readonly version: number };
  readonly cancel: {
    readonly contactId: string;
    readonly cause: 'ABANDONED' | 'CANCELLED';
    readonly version: number;
  };
  readonly end: { readonly contactId: string; readonly disposition?: Disposition; readonly version: number };
  readonly get: { readonly contactId: string };
  readonly explain: { readonly contactId: string; readonly at: number };
  readonly list: { readonly open: boolean; readonly afterId: string; readonly limit: number };
  readonly subscribe: { readonly sinceSeq: number };
  readonly setPresence: {
    readonly presence: Presence;
    readonly reason: string;
    readonly channels: readonly string[];
    readonly agentId: string;
    readonly next?: Presence;
  };
  readonly requeue: {
    readonly contactId: string;
    readonly resetAge: boolean;
    readonly version: number;
    readonly to?: TransferTarget;
  };
  readonly transfer: {
    readonly contactId: string;
    readonly to: TransferTarget;
    readonly resetAge: boolean;
    readonly version: number;
  };
  readonly consult: {
    readonly contactId: string;
    readonly consultId: string;
    readonly to: TransferTarget;
    readonly version: number;
  };
  readonly callback: { readonly contactId: string; readonly version: number };
  readonly retry: { readonly contactId: string; readonly disposition?: Disposition; readonly version: number };
  readonly accept: { readonly offerId: string };
  readonly decline: { readonly offerId: string; readonly reason: string };
  readonly complete: { readonly contactId: string; readonly disposition?: Disposition; readonly version: number };
  readonly watch: { readonly queues: readonly string[]; readonly agents: boolean; readonly everyMs: number };
  readonly authenticate: { readonly token: string };
  readonly pull: { readonly contactId: string };
  readonly assign: { readonly contactId: string; readonly agentId: string };
  readonly putCustomer: { readonly customer: Customer };
  readonly getCustomer: { readonly customerId: string };
  readonly removeCustomer: { readonly customerId: string };
}

export type Verb = keyof RequestBodies;

/** A request as one object: its id, and one verb with its body. */
export type RequestEnvelope = { readonly id: number } & { readonly [V in Verb]?: RequestBodies[V] };

/** What a verb answers; each fills what the documents say of it. The core's `Ok` fits; what the wire does not carry is left out. */
export interface OkBody {
  readonly contact?: ContactView;
  readonly agent?: AgentView;
  readonly contacts?: readonly ContactView[];
  readonly agents?: readonly AgentView[];
  readonly queues?: readonly QueueView[];
  readonly explanation?: Explanation;
  readonly customer?: Customer;
  /** Of a policy that was put. */
  readonly changes?: readonly string[];
  readonly warnings?: readonly string[];
  readonly seq?: number;
  /** Absent or '': there is no further page. */
  readonly next?: string;
}

export type Reply = { readonly id: number; readonly seq: number } & (
  | { readonly ok: OkBody }
  | { readonly error: Refusal }
);

export interface Welcome {
  readonly sessionId: string;
  readonly serverTime: number;
  readonly role: string;
  readonly agent?: AgentView;
  readonly offers?: readonly OfferView[];
  readonly contacts?: readonly ContactView[];
}

export interface OfferRevoked {
  readonly offerId: string;
  readonly contactId: string;
  readonly reason: string;
}

export interface Feed {
  readonly queues?: readonly QueueView[];
  readonly agents?: readonly AgentView[];
}

export type Push = { readonly seq: number; readonly at: number } & (
  | { readonly welcome: Welcome }
  | { readonly contact: ContactView }
  | { readonly agent: AgentView }
  | { readonly offer: OfferView }
  | { readonly offerRevoked: OfferRevoked }
  | { readonly feed: Feed }
);

/** One frame from the server. */
export type Frame = { readonly reply: Reply } | { readonly push: Push };

/** Bodies and queries of HTTP routes, and messages that stand alone. */
interface OtherBodies {
  readonly Agent: AgentDraft;
  readonly Customer: Customer;
  readonly Closure: { readonly until: number; readonly reason: string };
  readonly PatchContact: { readonly set: ContactChanges; readonly version: number };
  readonly RequeueContact: { readonly resetAge: boolean; readonly version: number };
  readonly ConsultContact: { readonly consultId: string; readonly to: TransferTarget; readonly version: number };
  readonly CallbackContact: { readonly version: number };
  readonly RetryContact: { readonly disposition?: Disposition; readonly version: number };
  readonly TransferContact: { readonly to: TransferTarget; readonly resetAge: boolean; readonly version: number };
  readonly ContactsQuery: {
    readonly state: ContactStateName | '';
    readonly gateway: string;
    readonly open: boolean;
    readonly after: string;
    readonly limit: number;
  };
  readonly AgentsQuery: { readonly after: string; readonly limit: number };
  readonly ExplainQuery: { readonly at: number };
  readonly CancelQuery: { readonly cause: 'ABANDONED' | 'CANCELLED'; readonly version: number };
  readonly Refusal: { readonly error: Refusal };
  readonly Ok: OkBody;
  readonly Frame: Frame;
}

type VerbBodies = { readonly [V in Verb as Capitalize<V>]: RequestBodies[V] };

/** Types by message name, as decoding gives them: drafts of contacts and agents, without output-only fields, in requests. */
export type WireTypes = VerbBodies & OtherBodies;

export type WireName = keyof WireTypes;

/** What a client reads. */
export type AnswerName = 'Frame' | 'Ok' | 'Refusal';

/** Types by message name, as encoding takes them: the server's views where the message serves both ways. */
export type SentTypes = Omit<WireTypes, 'Agent'> & {
  readonly Request: RequestEnvelope;
  readonly Contact: ContactView;
  readonly Agent: AgentView | AgentDraft;
  readonly Offer: OfferView;
  readonly Queue: QueueView;
  readonly Error: Refusal;
};

export type SentName = keyof SentTypes;

/** One event with the router's time when it was decided. */
export interface TimedEvent {
  readonly at: number;
  readonly event: CoreEvent;
}
