/**
 * How long single commands took, kind by kind: taken down as plain numbers while the run goes on, put into histograms after it.
 *
 * 1. To take a time down costs two readings of the clock and one number in an array made before; nothing is allocated and no histogram touched.
 * 2. What the two readings cost is part of every time. It is told (`clockCostUs`), and only taken off where that is said.
 */
import { performance } from 'node:perf_hooks';
import { Durations, SHARES } from '../durations.ts';
import type { Results } from '../suite.ts';

/** Times of one kind of command, microseconds. */
export class Times {
  readonly #us: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#us = new Float64Array(capacity);
  }

  /** Takes down a time given in milliseconds, as the clock has it. */
  note(ms: number): void {
    if (this.#count >= this.#us.length) throw new Error('more times than there was room made for');
    this.#us[this.#count++] = ms * 1000;
  }

  /** The histogram of them, each less what is given. */
  durations(lessUs = 0): Durations {
    const durations = new Durations();
    for (const us of this.#us.subarray(0, this.#count)) durations.record(us - lessUs);
    return durations;
  }
}

/** What two readings of the clock, one after the other, are apart: the median of many. */
export function clockCostUs(): number {
  const times = new Times(200_000);
  for (let index = 0; index < 200_000; index++) {
    const startedMs = performance.now();
    times.note(performance.now() - startedMs);
  }
  return times.durations().percentileUs(0.5);
}

export const TIMES_HEAD = ['µs', 'count', ...SHARES.map(([name]) => name), 'max'] as const;

/** A row of a table with TIMES_HEAD. */
export function timesRow(what: string, durations: Durations): string[] {
  const shares = SHARES.map(([, share]) => tellUs(durations.percentileUs(share)));
  return [what, durations.count.toString(), ...shares, tellUs(durations.maxUs())];
}

/** `nameP50Us`, `nameP99Us`, `nameP999Us`, `nameMaxUs`. */
export function timesMetrics(results: Results, name: string, durations: Durations): void {
  for (const [share, value] of SHARES) {
    results.metric(`${name}${share.replace('p', 'P').replace('.', '')}Us`, durations.percentileUs(value));
  }
  results.metric(`${name}MaxUs`, durations.maxUs());
}

/** Three digits, as far as they mean anything. */
export function tellUs(us: number): string {
  return us >= 100 ? us.toFixed(0) : us >= 10 ? us.toFixed(1) : us.toFixed(2);
}
