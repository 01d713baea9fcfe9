// Instants that the core waits for, in one heap. A deadline belongs to a contact, an agent, a gateway or the core itself.
//
// Invariants: 1. order: due, then the owner's ordinal, then kind: it follows from the state alone, so a recovered core fires in the same
// order. 2. a deadline is in the heap exactly while what it waits for may still happen.

import type { HeapItem } from '../lib/heap.ts';
import { KeyedHeap } from '../lib/keyed-heap.ts';
import type { Agent } from './agent.ts';
import type { Contact } from './contact.ts';
import type { Gateway } from './gateway.ts';
import type { Queue } from './names.ts';

const kindOrder = {
  forget: 0,
  gatewayLost: 1,
  grace: 2,
  due: 3,
  wait: 4,
  relax: 5,
  relaxTest: 6,
  offer: 7,
  assigned: 8,
  wrapUp: 9,
  agentLost: 10,
  coolDown: 11,
  gate: 12,
  preference: 13,
  first: 14,
  shut: 15,
} as const;

interface DeadlineBase extends HeapItem {
  readonly due: number;
  /** Ordinal of the contact, agent or gateway; 0 for the core's own. */
  readonly ordinal: number;
  /** Breaks ties between deadlines of one kind and owner: the agent of a cool-down, the channel of a lost gateway. */
  readonly detail: number;
}

/** A pair that is not tried again until then. */
export interface CoolDown extends DeadlineBase {
  readonly kind: 'coolDown';
  readonly contact: Contact;
  readonly agent: Agent;
}

/** The deadline of a contact's phase, moved on from phase to phase. */
export interface PhaseDeadline extends HeapItem {
  kind: 'due' | 'wait' | 'relax' | 'first' | 'shut' | 'offer' | 'assigned' | 'wrapUp';
  readonly ordinal: number;
  readonly detail: 0;
  readonly contact: Contact;
}

export type Deadline =
  | (DeadlineBase & { readonly kind: 'forget' })
  | (DeadlineBase & { readonly kind: 'relaxTest' })
  | (DeadlineBase & { readonly kind: 'gatewayLost'; readonly gateway: Gateway; readonly channelName: string })
  | (DeadlineBase & { readonly kind: 'grace'; readonly agent: Agent })
  | (DeadlineBase & { readonly kind: 'agentLost' | 'preference'; readonly contact: Contact })
  | (DeadlineBase & { readonly kind: 'gate'; readonly queue: Queue })
  | PhaseDeadline
  | CoolDown;

/** Of two that are due at the same instant, which fires first. */
function firesBefore(a: Deadline, b: Deadline): boolean {
  if (a.ordinal !== b.ordinal) return a.ordinal < b.ordinal;
  if (a.kind !== b.kind) return kindOrder[a.kind] < kindOrder[b.kind];
  return a.detail < b.detail;
}

export class Deadlines {
  /** By due. */
  readonly #heap = new KeyedHeap<Deadline>(firesBefore);

  /** Instant of the earliest, Infinity when there is none. */
  get next(): number {
    return this.#heap.leastKey;
  }

  /** The same, one left aside. */
  nextBut(one: Deadline | undefined): number {
    return one !== undefined && this.#heap.peek() === one ? this.#heap.secondKey : this.#heap.leastKey;
  }

  /** The earliest that is due at `now`; it stays until whoever fires it takes it out. */
  dueAt(now: number): Deadline | undefined {
    return this.#heap.leastKey <= now ? this.#heap.peek() : undefined;
  }

  add(deadline: Exclude<Deadline, PhaseDeadline>): void {
    this.#heap.push(deadline, deadline.due);
  }

  /** When it is due; undefined when it is not in. */
  dueOf(deadline: Deadline): number | undefined {
    return this.#heap.keyOf(deadline);
  }

  /** The phase's deadline from now on, whether it is in already or not. */
  set(deadline: PhaseDeadline, kind: PhaseDeadline['kind'], due: number): void {
    deadline.kind = kind;
    if (deadline.heapIndex === -1) this.#heap.push(deadline, due);
    else this.#heap.move(deadline, due);
  }

  /** Takes it out if it is in. */
  cancel(deadline: Deadline | undefined): void {
    if (deadline !== undefined && deadline.heapIndex !== -1) this.#heap.remove(deadline);
  }
}
