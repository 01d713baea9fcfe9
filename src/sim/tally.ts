// Counts, while the world runs, what the figures of one traffic are made of: by batch, in one typed array.
//
// Invariants: 1. a contact is counted in the batch in which it arrived, whenever its outcome comes. 2. the line is integrated over the time of each
// batch, whoever stands in it. 3. waits are whole microseconds, so that a wait of just `within` is within.

import { BATCHES } from './batch-means.ts';
import { BatchedWaits } from './batched-waits.ts';
import type { BatchSums } from './measures.ts';

/** A batch's number for contacts that arrive outside the measured period. */
export const UNCOUNTED = -1;

/** What came of a contact: the first of answered, left, refused for want of lines or room, given up by the router; or nothing by the end. */
export type OutcomeName = 'answered' | 'abandoned' | 'blocked' | 'expired' | 'stillWaiting';

const ARRIVALS = 0;
const ANSWERED = 1;
const ABANDONED = 2;
const BLOCKED = 3;
const EXPIRED = 4;
const STILL_WAITING = 5;
const WAITED = 6;
const WAIT_US = 7;
const ANSWER_US = 8;
const ANSWERED_WITHIN = 9;
const ABANDONED_WITHIN = 10;
const WAITED_LONGER = 11;
const LINE_MS = 12;
const WIDTH = 13;

export class Tally {
  readonly name: string;
  readonly waits = new BatchedWaits();
  readonly #sums = new Float64Array(BATCHES * WIDTH);
  readonly #spanMs: number;
  #inLine = 0;
  #lineSince = 0;
  /** Which batch time is in. */
  #lineBatch = UNCOUNTED;
  #queue = '';
  #withinUs = 0;
  #withinIsMixed = false;

  /** `spanMs`: the length of a batch. */
  constructor(name: string, spanMs: number) {
    this.name = name;
    this.#spanMs = spanMs;
  }

  /** The service level's time of its contacts; null when there was none, or not one. */
  get withinSeconds(): number | null {
    return this.#queue === '' || this.#withinIsMixed ? null : this.#withinUs / 1e6;
  }

  arrived(batch: number): void {
    if (batch !== UNCOUNTED) this.#add(batch * WIDTH + ARRIVALS, 1);
  }

  /** The next contact counted is of this queue, whose service level is so long. */
  useQueue(queue: string, withinMs: number): void {
    if (queue === this.#queue) return;
    const withinUs = withinMs * 1000;
    if (this.#queue !== '' && withinUs !== this.#withinUs) this.#withinIsMixed = true;
    this.#queue = queue;
    this.#withinUs = withinUs;
  }

  /** One more in line at `atMs`. */
  enterLine(atMs: number): void {
    this.#integrate(atMs);
    this.#inLine++;
  }

  leaveLine(atMs: number): void {
    this.#integrate(atMs);
    this.#inLine--;
  }

  /** From `atMs` on time counts for this batch. */
  enterBatch(batch: number, atMs: number): void {
    this.#integrate(atMs);
    this.#lineBatch = batch;
  }

  blocked(batch: number): void {
    if (batch !== UNCOUNTED) this.#add(batch * WIDTH + BLOCKED, 1);
  }

  /** What came of a contact that was not blocked, how long it had waited by then and how long its queue's service level is. */
  settled(batch: number, outcome: Exclude<OutcomeName, 'blocked'>, waitedUs: number, withinUs: number): void {
    if (batch === UNCOUNTED) return;
    const at = batch * WIDTH;
    const isWithin = waitedUs <= withinUs;
    this.waits.record(batch, waitedUs / 1000);
    if (waitedUs > 0) this.#add(at + WAITED, 1);
    if (!isWithin) this.#add(at + WAITED_LONGER, 1);
    this.#add(at + WAIT_US, waitedUs);
    switch (outcome) {
      case 'answered':
        this.#add(at + ANSWERED, 1);
        this.#add(at + ANSWER_US, waitedUs);
        if (isWithin) this.#add(at + ANSWERED_WITHIN, 1);
        return;
      case 'abandoned':
        this.#add(at + ABANDONED, 1);
        if (isWithin) this.#add(at + ABANDONED_WITHIN, 1);
        return;
      case 'expired':
        return this.#add(at + EXPIRED, 1);
      case 'stillWaiting':
        return this.#add(at + STILL_WAITING, 1);
    }
  }

  /** What was counted, batch by batch. */
  batches(): BatchSums[] {
    return Array.from({ length: BATCHES }, (_, batch) => {
      const sum = (field: number): number => this.#sums[batch * WIDTH + field] ?? 0;
      return {
        arrivals: sum(ARRIVALS),
        answered: sum(ANSWERED),
        abandoned: sum(ABANDONED),
        blocked: sum(BLOCKED),
        expired: sum(EXPIRED),
        stillWaiting: sum(STILL_WAITING),
        waited: sum(WAITED),
        waitSeconds: sum(WAIT_US) / 1e6,
        answerSeconds: sum(ANSWER_US) / 1e6,
        answeredWithin: sum(ANSWERED_WITHIN),
        abandonedWithin: sum(ABANDONED_WITHIN),
        waitedLonger: sum(WAITED_LONGER),
        lineSeconds: sum(LINE_MS) / 1000,
        spanSeconds: this.#spanMs / 1000,
      };
    });
  }

  #integrate(atMs: number): void {
    if (this.#lineBatch !== UNCOUNTED && this.#inLine > 0) {
      this.#add(this.#lineBatch * WIDTH + LINE_MS, this.#inLine * (atMs - this.#lineSince));
    }
    this.#lineSince = atMs;
  }

  #add(at: number, value: number): void {
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
  }
}
