/**
 * How fast one subject may ask, whatever it asks through: sockets and HTTP requests of a subject share one bucket.
 *
 * 1. No clock in here: every call is told the instant, in milliseconds of one clock. A clock that goes back grants nothing.
 * 2. A bucket that is full again is forgotten: it is the same as a new one.
 */
import type { Role } from '../core/commands.ts';
import type { RequestRate } from './limits.ts';

/** A token bucket: fills at the rate up to the burst; every request takes one. */
export class RateBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #level: number;
  #filledAt: number;

  constructor(rate: RequestRate, now: number) {
    this.#perMs = rate.perSecond / 1000;
    this.#burst = rate.burst;
    this.#level = rate.burst;
    this.#filledAt = now;
  }

  /** Takes one request. 0: taken; otherwise how many milliseconds to wait (at least 1), and nothing was taken. */
  take(now: number): number {
    this.#fill(now);
    if (this.#level >= 1) {
      this.#level -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.#level) / this.#perMs));
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#level >= this.#burst;
  }

  #fill(now: number): void {
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#level = Math.min(this.#burst, this.#level + elapsedMs * this.#perMs);
    this.#filledAt = now;
  }
}

/** The buckets of all subjects that asked lately. */
export class SubjectRates {
  readonly #rateByRole: Readonly<Record<Role, RequestRate>>;
  readonly #bucketsByRole: Readonly<Record<Role, Map<string, RateBucket>>> = {
    agent: new Map(),
    gateway: new Map(),
    supervisor: new Map(),
    admin: new Map(),
  };

  constructor(rateByRole: Readonly<Record<Role, RequestRate>>) {
    this.#rateByRole = rateByRole;
  }

  /** As {@link RateBucket.take}, from the subject's bucket. */
  take(role: Role, subjectId: string, now: number): number {
    const bucketBySubject = this.#bucketsByRole[role];
    let bucket = bucketBySubject.get(subjectId);
    if (bucket === undefined) {
      bucket = new RateBucket(this.#rateByRole[role], now);
      bucketBySubject.set(subjectId, bucket);
    }
    return bucket.take(now);
  }

  /** Forgets the buckets that are full again. */
  sweep(now: number): void {
    for (const buckets of Object.values(this.#bucketsByRole)) {
      for (const [subjectId, bucket] of buckets) if (bucket.isFull(now)) buckets.delete(subjectId);
    }
  }

  get subjectCount(): number {
    return Object.values(this.#bucketsByRole).reduce((sum, { size }) => sum + size, 0);
  }
}

/** A pause of so long between two refusals ends a spell. */
const SPELL_GAP_MS = 1_000;

/**
 * Notices a client that goes on past its limit: a spell is a run of refusals without a pause of a second. Short bursts
 * and clients that wait as they are told never have a long one.
 */
export class RefusalSpell {
  #since = Number.NEGATIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Notes a refusal for rate; answers how long the spell has lasted, in milliseconds. */
  refused(now: number): number {
    if (now - this.#lastAt >= SPELL_GAP_MS) this.#since = now;
    this.#lastAt = now;
    return now - this.#since;
  }
}
