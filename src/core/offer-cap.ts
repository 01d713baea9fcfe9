// How many offers a minute an agent is made at most. What counts is a fact of the agent, the instants of its last offers; who is capped now
// follows from it and the time.
//
// Invariants: 1. without a cap nothing is kept and nothing waits. 2. `cappedUntil` is 0 or lies ahead of the last step's instant; exactly who has
// one is in the heap. 3. the end of a cap is no event: it is looked for in every step, also in one in which deadlines wait, so that a
// restored core, which cannot know what was looked for before, decides alike.

import type { HeapItem } from '../lib/heap.ts';
import { KeyedHeap } from '../lib/keyed-heap.ts';
import type { Agent } from './agent.ts';

const WINDOW_MS = 60_000;

/** An agent that is capped. */
export interface CappedAgent extends HeapItem {
  readonly agent: Agent;
}

const NONE: readonly number[] = [];

export class OfferCaps {
  /** By the end of the cap. */
  readonly #heap = new KeyedHeap<CappedAgent>((a, b) => a.agent.ordinal < b.agent.ordinal);
  #max = 0;

  /** Offers in a minute; 0: any number. */
  get max(): number {
    return this.#max;
  }

  /** When the next cap ends; Infinity when nobody is capped. */
  get next(): number {
    return this.#heap.leastKey;
  }

  /** The cap is another from now on; instants that it does not look at go. */
  change(max: number, agents: Iterable<Agent>, at: number): void {
    if (max === this.#max) return;
    this.#max = max;
    for (const agent of agents) {
      agent.offerInstants = max === 0 ? NONE : agent.offerInstants.slice(-max);
      this.fit(agent, at);
    }
  }

  /** The agent is made an offer at `at`. */
  count(agent: Agent, at: number): void {
    const { offerInstants } = agent;
    agent.offerInstants = [...offerInstants.slice(offerInstants.length < this.#max ? 0 : 1), at];
    this.fit(agent, at);
  }

  /** Caps the agent, or not, by its instants. */
  fit(agent: Agent, at: number): void {
    const { offerInstants, capped } = agent;
    const oldest = this.#max > 0 && offerInstants.length >= this.#max ? offerInstants[0] : undefined;
    const until = oldest === undefined ? 0 : oldest + WINDOW_MS;
    if (until <= at) return this.free(agent);
    agent.cappedUntil = until;
    if (capped !== undefined) return this.#heap.move(capped, until);
    agent.capped = { agent, heapIndex: -1 };
    this.#heap.push(agent.capped, until);
  }

  /** The agent is not capped any more. */
  free(agent: Agent): void {
    agent.cappedUntil = 0;
    if (agent.capped !== undefined) this.#heap.remove(agent.capped);
    agent.capped = undefined;
  }

  /** An agent whose cap is over at `now`; undefined when there is none any more. */
  freeOne(now: number): Agent | undefined {
    const first = this.#heap.leastKey <= now ? this.#heap.peek() : undefined;
    if (first !== undefined) this.free(first.agent);
    return first?.agent;
  }
}
