// Available agents in buckets of equal worth; in a bucket the one ready longest goes first, so that finding the best compares the heads of a few.
//
// Invariants: 1. bases descend strictly; no bucket is empty. 2. an agent is in at most one bucket of the same AgentBuckets.

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
  /** Agents in all of them. */
  size = 0;

  insert(membership: Membership, baseUs: number): void {
    const buckets = this.buckets;
    let low = 0;
    let high = buckets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((buckets[middle] as Bucket).baseUs > baseUs) low = middle + 1;
      else high = middle;
    }
    let bucket = buckets[low];
    if (bucket === undefined || bucket.baseUs !== baseUs) {
      bucket = { baseUs, agents: new OrderedFifo<Membership>() };
      if (low === buckets.length) buckets.push(bucket);
      else buckets.splice(low, 0, bucket);
    }
    bucket.agents.insert(membership);
    membership.bucket = bucket;
    this.size++;
  }

  remove(membership: Membership): void {
    const bucket = membership.bucket;
    if (bucket === undefined) return;
    bucket.agents.remove(membership);
    membership.bucket = undefined;
    this.size--;
    if (bucket.agents.size > 0) return;
    if (this.buckets.at(-1) === bucket) this.buckets.pop();
    else this.buckets.splice(this.buckets.indexOf(bucket), 1);
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
