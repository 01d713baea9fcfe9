// The names that a policy brings into the world, with what is counted by them: channels and queues. Contacts and agents point at these
// objects, so that a new policy changes them in one place.
//
// Invariants: 1. a channel's index never changes while the process lives. 2. a queue's counts are those of its open contacts.

import { OrderedFifo } from '../lib/ordered-fifo.ts';
import type { Blend } from './blend.ts';
import type { Contact } from './contact.ts';
import type { Deadline } from './deadlines.ts';
import type { DemandClass } from './demand.ts';
import { LinePace } from './estimated-wait.ts';
import type { Closure, ResolvedHours } from './hours.ts';
import type { ChannelPolicy, QueuePolicy } from './policy.ts';
import { QueueFlow } from './queue-flow.ts';
import { compileMatch, type QueueMatcher } from './queue-match.ts';

export interface Channel {
  readonly name: string;
  /** Dense, from 0. */
  readonly index: number;
  policy: ChannelPolicy;
  /** Undefined: nothing yields to it and nothing is exclusive. */
  blend: Blend | undefined;
  /** Open contacts of the channel. */
  openCount: number;
}

export interface Queue {
  readonly name: string;
  policy: QueuePolicy;
  /** Whether the policy's `when` takes the contact. */
  matches: QueueMatcher;
  /** Contacts in line, in order of `agedFrom`. */
  readonly waiting: OrderedFifo<Contact>;
  offeredCount: number;
  assignedCount: number;
  wrapUpCount: number;
  scheduledCount: number;
  /** Signed-in agents who meet the queue's own requirement; those of them with room. */
  agentsEligible: number;
  agentsAvailable: number;
  /** By the step's index: contacts in line that wait for its condition. */
  readonly pendingByStep: number[];
  readonly flow: QueueFlow;
  /** No offer before then, by the queue's pace. */
  paceUntil: number;
  /** The demand classes that wait behind the queue's gate; without one there are none. */
  readonly gated: Set<DemandClass>;
  /** Contacts behind it that are offered to somebody and may be offered to one more. */
  furtherCount: number;
  /** Queues whose gates look at this one's service level. */
  watchers: readonly Queue[];
  gateDeadline: Deadline | undefined;
  /** Its gate may have opened: settle looks. */
  gateDirty: boolean;
  /** Its calendar's openings; undefined: it has none, or they are not known: open. */
  hours: ResolvedHours | undefined;
  /** The last word of a person's that closed it, over or not. */
  closure: Closure | undefined;
  readonly linePace: LinePace;
}

export function newQueue(policy: QueuePolicy): Queue {
  return {
    name: policy.name,
    policy,
    matches: compileMatch(policy.when),
    waiting: new OrderedFifo(),
    offeredCount: 0,
    assignedCount: 0,
    wrapUpCount: 0,
    scheduledCount: 0,
    agentsEligible: 0,
    agentsAvailable: 0,
    pendingByStep: [],
    flow: new QueueFlow(),
    paceUntil: 0,
    gated: new Set(),
    furtherCount: 0,
    watchers: [],
    gateDeadline: undefined,
    gateDirty: false,
    hours: undefined,
    closure: undefined,
    linePace: new LinePace(),
  };
}

/** The queue, if its contacts wait behind a gate. */
export function gateOf(queue: Queue): Queue | undefined {
  return queue.policy.gate === undefined ? undefined : queue;
}

/** Contacts of the queue that are not closed. */
export function openCount(queue: Queue): number {
  const { waiting, offeredCount, assignedCount, wrapUpCount, scheduledCount } = queue;
  return waiting.size + offeredCount + assignedCount + wrapUpCount + scheduledCount;
}
