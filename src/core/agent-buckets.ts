// Available agents in buckets of equal worth; in a bucket the one ready longest goes first, so that finding the best compares the heads of a few.
//
// Invariants: 1. bases descend strictly; no bucket is empty. 2. an agent is in at most one bucket of the same AgentBuckets, and ready since the same
// instant while it is.

import { type FifoItem, OrderedFifo } from '../lib/ordered-fifo.ts';
import type { Agent } from './agent.ts';

/** One agent's place in one bucket. `order` is the agent's ready ordinal. */
export interface Membership extends FifoItem {
  readonly agent: Agent;
  readonly buckets: AgentBuckets;
  bucket: Bucket | undefined;
}

export interface Bucket {
  /** Microseconds: fit, where there is one, minus the load part of readiness. */
  readonly baseUs: number;
  readonly agents: OrderedFifo<Membership>;
}

export class AgentBuckets {
  /** Best base first. */
  readonly buckets: Bucket[] = [];
  /** Of each bucket, in the same order, its base and since when its first agent is ready: numbers side by side, so that most buckets are never looked into. */
  readonly basesUs: number[] = [];
  readonly headsSince: number[] = [];
  /** Agents in all of them. */
  size = 0;

  insert(membership: Membership, baseUs: number): void {
    const place = this.#placeOf(baseUs);
    if (place === this.basesUs.length || this.basesUs[place] !== baseUs) this.#open(place, baseUs);
    const bucket = this.buckets[place] as Bucket;
    bucket.agents.insert(membership);
    membership.bucket = bucket;
    if (bucket.agents.first() === membership) this.headsSince[place] = membership.agent.readySince;
    this.size++;
  }

  remove(membership: Membership): void {
    const { bucket } = membership;
    if (bucket === undefined) return;
    const wasFirst = bucket.agents.first() === membership;
    bucket.agents.remove(membership);
    membership.bucket = undefined;
    this.size--;
    if (!wasFirst) return;
    const place = this.#placeOf(bucket.baseUs);
    const head = bucket.agents.first();
    if (head === undefined) this.#shut(place);
    else this.headsSince[place] = head.agent.readySince;
  }

  /** Of the bucket with that base, or of the one that would be behind it. */
  #placeOf(baseUs: number): number {
    const bases = this.basesUs;
    let low = 0;
    let high = bases.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bases[middle] as number) > baseUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #open(place: number, baseUs: number): void {
    const bucket = { baseUs, agents: new OrderedFifo<Membership>() };
    if (place === this.buckets.length) {
      this.buckets.push(bucket);
      this.basesUs.push(baseUs);
      this.headsSince.push(0);
    } else {
      this.buckets.splice(place, 0, bucket);
      this.basesUs.splice(place, 0, baseUs);
      this.headsSince.splice(place, 0, 0);
    }
  }

  #shut(place: number): void {
    if (place === this.buckets.length - 1) {
      this.buckets.pop();
      this.basesUs.pop();
      this.headsSince.pop();
    } else {
      this.buckets.splice(place, 1);
      this.basesUs.splice(place, 1);
      this.headsSince.splice(place, 1);
    }
  }
}

/** In no bucket yet. */
export function newMembership(agent: Agent, buckets: AgentBuckets): Membership {
  return {
    agent,
    buckets,
    bucket: undefined,
    order: 0,
    heapIndex: -1,
    fifoPlace: 'none',
    fifoPrevious: undefined,
    fifoNext: undefined,
  };
}
