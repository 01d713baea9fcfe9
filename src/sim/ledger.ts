// What is written down about contacts while the world runs: who arrived, stood in line, and what came of each, once.
//
// Invariants: 1. every contact has one outcome: the first of answered, left, given up by the router, blocked; by the end, still waiting.
// 2. a contact is counted if it arrived within the measured period. 3. the ledger decides nothing.

import type { QueuePolicy } from '../core/policy.ts';
import { assert } from '../lib/assert.ts';
import type { Arrival, ArrivalSource } from './arrival.ts';
import { BATCHES } from './batch-means.ts';
import type { MeasuredPeriod } from './crew.ts';
import type { Customer } from './customer.ts';
import { type OutcomeName, Tally, UNCOUNTED } from './tally.ts';

/** What came of one contact. */
export interface ContactOutcome {
  /** Name of its traffic or source. */
  readonly traffic: string;
  /** Its contact's name in the recording that it repeats; ''. */
  readonly recordedId: string;
  readonly atMs: number;
  /** Until the outcome. */
  readonly waitedMs: number;
  readonly outcome: OutcomeName;
  /** Who answered; ''. */
  readonly agentId: string;
  /** Arrived within the measured period. */
  readonly isCounted: boolean;
}

/** Told of every contact as soon as it is answered, gone or given up; uncounted ones too. */
export type OnContact = (contact: ContactOutcome) => void;

export class Ledger {
  /** By source. */
  readonly tallies: readonly Tally[];
  readonly #onContact: OnContact | undefined;
  readonly #withinByQueue = new Map<string, number>();
  #batch = UNCOUNTED;
  #arrivedCount = 0;
  #openCount = 0;

  constructor(
    sources: readonly ArrivalSource[],
    period: MeasuredPeriod,
    queues: readonly QueuePolicy[],
    onContact: OnContact | undefined,
  ) {
    const batchMs = (period.toMs - period.fromMs) / BATCHES;
    this.tallies = sources.map((source) => new Tally(source.name, batchMs));
    for (const { name, serviceLevel } of queues) this.#withinByQueue.set(name, serviceLevel.withinMs);
    this.#onContact = onContact;
    assert(new Set(sources.map(({ name }) => name)).size === sources.length, 'sources have different names');
  }

  /** Counted contacts of which nothing has come yet. */
  get openCount(): number {
    return this.#openCount;
  }

  /** The period's next part begins; after the last edge nothing is counted. */
  passEdge(edge: number, atMs: number): void {
    this.#batch = edge === BATCHES ? UNCOUNTED : edge;
    for (const tally of this.tallies) tally.enterBatch(this.#batch, atMs);
  }

  arrived(source: number): void {
    this.#arrivedCount++;
    this.#tally(source).arrived(this.#batch);
  }

  /** The arrival that was last is refused. */
  blocked(source: number, arrival: Arrival): void {
    const tally = this.#tally(source);
    tally.blocked(this.#batch);
    this.#onContact?.({
      traffic: tally.name,
      recordedId: arrival.recordedId,
      atMs: arrival.atMs,
      waitedMs: 0,
      outcome: 'blocked',
      agentId: '',
      isCounted: this.#batch !== UNCOUNTED,
    });
  }

  /** The customer is the arrival that was last, and the router has its contact in that queue. */
  submitted(customer: Customer, queue: string, atMs: number): void {
    const withinMs = this.#withinByQueue.get(queue) ?? 0;
    const tally = this.#tally(customer.source);
    customer.withinUs = withinMs * 1000;
    tally.useQueue(queue, withinMs);
    tally.enterLine(atMs);
    if (this.#batch !== UNCOUNTED) this.#openCount++;
  }

  /** Facts that only the ledger has, for a customer that just came in. */
  register(customer: Customer): void {
    customer.serial = this.#arrivedCount;
    customer.batch = this.#batch;
  }

  enterLine(customer: Customer, atMs: number): void {
    this.#tally(customer.source).enterLine(atMs);
  }

  leaveLine(customer: Customer, atMs: number): void {
    this.#tally(customer.source).leaveLine(atMs);
  }

  /** What came of the customer at `atMs`; only the first counts. */
  settle(customer: Customer, outcome: Exclude<OutcomeName, 'blocked'>, agentId: string, atMs: number): void {
    if (customer.isSettled) return;
    customer.isSettled = true;
    // A whole number of microseconds, so that a patience of just `within` is within, whatever the sums lost.
    const waitedUs = Math.round((atMs - customer.atMs) * 1000);
    const isCounted = customer.batch !== UNCOUNTED;
    const tally = this.#tally(customer.source);
    if (isCounted) this.#openCount--;
    tally.settled(customer.batch, outcome, waitedUs, customer.withinUs);
    this.#onContact?.({
      traffic: tally.name,
      recordedId: customer.recordedId,
      atMs: customer.atMs,
      waitedMs: waitedUs / 1000,
      outcome,
      agentId,
      isCounted,
    });
  }

  #tally(source: number): Tally {
    const tally = this.tallies[source];
    assert(tally !== undefined, 'a customer comes from a source');
    return tally;
  }
}
