// What is counted, one object a series: a number, or the buckets of a histogram, with the labels that it will be shown under.
//
// Invariants: 1. counting is adding to plain numbers: no text, no look-up, no allocation. 2. labels are made once, when the series is.
// 3. a series' samples are read in one go, so that a histogram's buckets, sum and count agree.

import type { LabelName } from './catalogue.ts';

export type Labels = Readonly<Partial<Record<LabelName | 'le', string>>>;

/**
 * One line of what is scraped, in the shape that prom-client's own histograms give it. It remembers the text of `sharedLabels` by the
 * object, which makes a line five times as cheap as `labels` would: those are written anew each time, and stay empty.
 */
export interface Sample {
  /** For lines of a histogram: its name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
  readonly labels: Labels;
  readonly sharedLabels: Labels;
  readonly value: number;
}

/** A line with these labels; `metricName` where it is not the metric's own. */
export function sampleOf(sharedLabels: Labels, value: number, metricName?: string): Sample {
  const sample = { labels: NO_LABELS, sharedLabels, value };
  return metricName === undefined ? sample : { ...sample, metricName };
}

const NO_LABELS: Labels = {};

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
    return [sampleOf(this.#labels, this.value)];
  }
}

/** Observations in buckets, their sum and their number. */
export class HistogramSeries implements Series {
  readonly #bucketName: string;
  readonly #sumName: string;
  readonly #countName: string;
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
  readonly #bucketLabels: readonly Labels[];
  /** By bucket, not cumulative; the last is beyond the highest bound. */
  readonly #counts: number[];
  #sum = 0;

  /** `bounds`: upper, inclusive, ascending. */
  constructor(name: string, labels: Labels, bounds: readonly number[]) {
    this.#bucketName = `${name}_bucket`;
    this.#sumName = `${name}_sum`;
    this.#countName = `${name}_count`;
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
      samples.push(sampleOf(labels, count, this.#bucketName));
    }
    samples.push(sampleOf(this.#labels, this.#sum, this.#sumName));
    samples.push(sampleOf(this.#labels, count, this.#countName));
    return samples;
  }
}
