// What is counted, one object a series: a number, or the buckets of a histogram, with the labels that it will be shown under.
//
// Invariants: 1. counting is adding to plain numbers: no text, no look-up, no allocation. 2. labels are made once, when the series is.
// 3. a series' samples are read in one go, so that a histogram's buckets, sum and count agree.

import type { LabelName } from './catalogue.ts';

export type Labels = Readonly<Partial<Record<LabelName | 'le', string>>>;

/** One line of what is scraped, in the shape that prom-client renders. */
export interface Sample {
  /** For lines of a histogram: its name with `_bucket`, `_sum` or `_count`. */
  metricName?: string;
  labels: Labels;
  value: number;
}

/** The lines of one series. */
export interface Series {
  samples(): Sample[];
}

/** A count that only rises. */
export class CounterSeries implements Series {
  value = 0;
  readonly #labels: Labels;

  constructor(labels: Labels) {
    this.#labels = labels;
  }

  samples(): Sample[] {
    return [{ labels: this.#labels, value: this.value }];
  }
}

/** Observations in buckets, their sum and their number. */
export class HistogramSeries implements Series {
  readonly #name: string;
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
  readonly #bucketLabels: readonly Labels[];
  /** By bucket, not cumulative; the last is beyond the highest bound. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: upper, inclusive, ascending. */
  constructor(name: string, labels: Labels, bounds: readonly number[]) {
    this.#name = name;
    this.#labels = labels;
    this.#bounds = bounds;
    this.#bucketLabels = [...bounds.map(String), '+Inf'].map((le) => ({ ...labels, le }));
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    for (const bound of this.#bounds) {
      if (value <= bound) break;
      bucket++;
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  samples(): Sample[] {
    const samples: Sample[] = [];
    let count = 0;
    for (const [bucket, labels] of this.#bucketLabels.entries()) {
      count += this.#counts[bucket] ?? 0;
      samples.push({ metricName: `${this.#name}_bucket`, labels, value: count });
    }
    samples.push({ metricName: `${this.#name}_sum`, labels: this.#labels, value: this.#sum });
    samples.push({ metricName: `${this.#name}_count`, labels: this.#labels, value: count });
    return samples;
  }
}
