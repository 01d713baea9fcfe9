// Gathers steps while one commit is under way, so that the cost of making them durable is shared and latency stays near one commit.
//
// Invariants: 1. at most one commit is in flight. 2. steps become durable in the order in which they were added. 3. a failure, of the sink,
// the encoder or the observer, is told once, and after it nothing is appended any more.

import type { CommittedStep } from './port.ts';

/** What group commit asks of a journal. */
export interface CommitSink {
  append(commit: {
    readonly firstSeq: number;
    readonly count: number;
    readonly at: number;
    readonly events: Uint8Array;
  }): Promise<void>;
}

/** Turns events into the bytes of one commit. */
export interface CommitEncoder {
  readonly count: number;
  add(at: number, event: CommittedStep['events'][number]): void;
  finish(): Uint8Array;
}

export interface CommitObserver {
  /** The journal has the steps in hand: what will be told of them can be prepared meanwhile. */
  underWay(steps: readonly CommittedStep[]): void;
  /** The steps are durable. `waitedMs`: since the first of them was decided. */
  committed(steps: readonly CommittedStep[], commitMs: number, waitedMs: number): void;
  failed(cause: unknown): void;
}

interface Waiter {
  /** How many events must be durable. */
  readonly count: number;
  readonly wake: () => void;
}

export class GroupCommit {
  readonly #sink: CommitSink;
  readonly #encoder: CommitEncoder;
  readonly #observer: CommitObserver;
  readonly #monotonicMs: () => number;
  #gathered: CommittedStep[] = [];
  #gatheredSinceMs = 0;
  /** Of the commit in flight, while it was not told that it is. */
  #underWay: readonly CommittedStep[] = [];
  #inFlightSinceMs = 0;
  #inFlight = false;
  #scheduled = false;
  #hasFailed = false;
  /** Events added, and events durable, so far. */
  #addedCount = 0;
  #durableCount = 0;
  #waiters: Waiter[] = [];

  constructor(sink: CommitSink, encoder: CommitEncoder, observer: CommitObserver, monotonicMs: () => number) {
    this.#sink = sink;
    this.#encoder = encoder;
    this.#observer = observer;
    this.#monotonicMs = monotonicMs;
  }

  /** Events decided and not yet durable. */
  get uncommittedCount(): number {
    return this.#addedCount - this.#durableCount;
  }

  /** How long the oldest of them has waited; 0 when there is none. */
  oldestWaitMs(): number {
    if (this.uncommittedCount === 0) return 0;
    const since = this.#inFlight ? this.#inFlightSinceMs : this.#gatheredSinceMs;
    return this.#monotonicMs() - since;
  }

  add(step: CommittedStep): void {
    for (const event of step.events) this.#encoder.add(step.at, event);
    if (this.#gathered.length === 0) this.#gatheredSinceMs = this.#monotonicMs();
    this.#gathered.push(step);
    this.#addedCount += step.events.length;
    if (this.#inFlight || this.#scheduled || this.#hasFailed) return;
    this.#scheduled = true;
    // What arrives in the same read of a socket shares the commit.
    queueMicrotask(() => {
      this.#begin();
      this.#tellUnderWay();
    });
  }

  /** Resolves when everything that was added so far is durable and was told, or after a failure. */
  async flushed(): Promise<void> {
    if (this.uncommittedCount === 0 || this.#hasFailed) return;
    await new Promise<void>((wake) => this.#waiters.push({ count: this.#addedCount, wake }));
  }

  #begin(): void {
    this.#scheduled = false;
    const steps = this.#gathered;
    const first = steps[0];
    const last = steps.at(-1);
    if (first === undefined || last === undefined || this.#inFlight || this.#hasFailed) return;
    const count = this.#encoder.count;
    const startedMs = this.#monotonicMs();
    this.#gathered = [];
    this.#underWay = steps;
    this.#inFlight = true;
    this.#inFlightSinceMs = this.#gatheredSinceMs;
    const sinceMs = this.#inFlightSinceMs;
    this.#append(first.firstSeq, count, last.at)
      .then(() => this.#finish(steps, count, startedMs, sinceMs))
      .catch((cause: unknown) => this.#fail(cause));
  }

  /** Rejects, too, if the encoder or the sink throws. */
  async #append(firstSeq: number, count: number, at: number): Promise<void> {
    await this.#sink.append({ firstSeq, count, at, events: this.#encoder.finish() });
  }

  #finish(steps: readonly CommittedStep[], count: number, startedMs: number, sinceMs: number): void {
    if (this.#hasFailed) return;
    const nowMs = this.#monotonicMs();
    this.#inFlight = false;
    this.#durableCount += count;
    // The next commit is under way before the answers of this one are written.
    if (this.#gathered.length > 0) this.#begin();
    this.#observer.committed(steps, nowMs - startedMs, nowMs - sinceMs);
    this.#wake(this.#durableCount);
    this.#tellUnderWay();
  }

  /** After everything that is durable was told: that comes first. */
  #tellUnderWay(): void {
    if (this.#hasFailed || this.#underWay.length === 0) return;
    const steps = this.#underWay;
    this.#underWay = [];
    try {
      this.#observer.underWay(steps);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#observer.failed(cause);
    this.#wake(Number.POSITIVE_INFINITY);
  }

  #wake(count: number): void {
    for (let first = this.#waiters[0]; first !== undefined && first.count <= count; first = this.#waiters[0]) {
      this.#waiters.shift();
      first.wake();
    }
  }
}
