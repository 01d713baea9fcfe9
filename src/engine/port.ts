// The engine as the edge, the metrics and the feeds know it: commands in, replies and committed steps out. Types only.
//
// Invariants: 1. a reply is called at most once, and only when everything that it saw is durable. 2. `committed$` emits every journalled
// step once, in seq order, when it is durable, before the replies of that commit are called. 3. everything in here is immutable.
// 4. `committed$` emits synchronously; a subscriber that throws stops the process.

import type { Observable } from 'rxjs';
import type { Command, Ok, Query } from '../core/commands.ts';
import type { CoreEvent } from '../core/events.ts';
import type { Refusal, RevocationReason } from '../core/refusal.ts';
import type { AgentView, ContactView, OfferView, QueueView } from '../core/views.ts';

/** As the core's, with closed contacts fetched whole from the archive. */
export type PortOk = Omit<Ok, 'contact' | 'contacts'> & {
  readonly contact?: ContactView;
  readonly contacts?: readonly ContactView[];
};

export type Reply = {
  /** The newest event that the answer saw. */
  readonly seq: number;
  /** The router's time when it was decided. */
  readonly at: number;
} & ({ readonly ok: PortOk } | { readonly error: Refusal });

/** What one client is told of a step. `contact` and `agent` are the newest states; who asked for the change is not told. */
export type Push =
  | {
      readonly to: 'agent';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'offer';
      readonly offer: OfferView;
    }
  | {
      readonly to: 'agent';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'offerRevoked';
      readonly offerRevoked: {
        readonly offerId: string;
        readonly contactId: string;
        readonly reason: RevocationReason;
      };
    }
  | {
      readonly to: 'agent';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'contact';
      readonly contact: ContactView;
    }
  | {
      readonly to: 'agent';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'agent';
      readonly agent: AgentView;
    }
  | {
      readonly to: 'gateway';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'contact';
      readonly contact: ContactView;
    }
  /** A closed contact of the gateway's changed, with this event: its picture is in the archive, `changes` finds it. */
  | {
      readonly to: 'gateway';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'changed';
    }
  /** The session was replaced by a newer one of the same agent: close it with 4409. */
  | {
      readonly to: 'session';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'replaced';
    }
  /** The agent was removed from the directory: close its session with 4403. */
  | {
      readonly to: 'session';
      readonly id: string;
      readonly seq: number;
      readonly at: number;
      readonly kind: 'removed';
    };

/** What observers need to know of the contact of an event, as it was right after it. */
export interface EventSubject {
  readonly queue: string;
  readonly channel: string;
  readonly segment: string;
  readonly submittedAt: number;
  readonly enqueuedAt: number;
  /** 0: not (yet). */
  readonly assignedAt: number;
  readonly endedAt: number;
  /** How long it had waited by the rule, now or when it was answered. */
  readonly waitedMs: number;
  /** `serviceLevel.within` of its queue. */
  readonly withinMs: number;
  /** Of a decline: the reason, if the policy names it, else `other`. */
  readonly declineReason?: string;
  /** Whether the agent who has or had it last has the skill that its queue wants `first`, and nobody has handed it over. */
  readonly isSelfServed: boolean;
}

/** One decided command (or tick) that made events. */
export interface CommittedStep {
  readonly firstSeq: number;
  readonly at: number;
  readonly events: readonly CoreEvent[];
  /** Beside `events`: the contact that the event is about. */
  readonly subjects: readonly (EventSubject | undefined)[];
  /** In seq order. */
  readonly pushes: readonly Push[];
  /** When the decision began, milliseconds of the engine's monotonic clock, and the micros that it took. */
  readonly startedMs: number;
  readonly decisionUs: number;
}

export interface CommittedBatch {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly steps: readonly CommittedStep[];
  /** Milliseconds that the journal took. */
  readonly commitMs: number;
  /** When it was known to be durable, on the clock of `startedMs`. */
  readonly durableMs: number;
}

/** Commands in, replies out. */
export interface EnginePort {
  /**
   * Decides at once; `reply` is called when the answer may leave. Never throws for bad input. `prepare` may be called with
   * the same answer before, once, while the journal is at work: nothing may leave then, and perhaps nothing ever will.
   */
  execute(command: Command, reply: (reply: Reply) => void, prepare?: (reply: Reply) => void): void;
  /** Reads at once; `reply` is called when what was read is durable. */
  query(query: Query, reply: (reply: Reply) => void): void;
  readonly committed$: Observable<CommittedBatch>;
  /** Steps that the journal has in hand. Time to prepare what will be said of them; nothing may leave yet. */
  readonly underWay$: Observable<readonly CommittedStep[]>;
  /** The router's time, epoch milliseconds. */
  now(): number;
  /** Counters for metrics; cheap to read. */
  gauges(): EngineGauges;
  /** Whether commands are taken: false before recovery is done and while draining. */
  readonly ready: boolean;
}

export interface EngineGauges {
  /** Newest durable seq and newest decided seq. */
  readonly durableSeq: number;
  readonly decidedSeq: number;
  /** Explanations of the past since the start, and what they took. */
  readonly past: { readonly count: number; readonly seconds: number };
  /** Wall clock minus the router's clock, seconds. */
  readonly clockGapSeconds: number;
  readonly queues: readonly Pick<
    QueueView,
    'name' | 'waiting' | 'oldestWaitMs' | 'gate' | 'open' | 'scheduled' | 'estimatedWaitMs'
  >[];
  readonly agentsByPresence: Readonly<Record<'AVAILABLE' | 'BUSY' | 'DRAINING' | 'OFFLINE', number>>;
  /** Sum of load / sum of capacity over agents that are not OFFLINE; 0 when there is none. */
  readonly agentLoadRatio: number;
  /** Profiles of customers. */
  readonly customerCount: number;
}
