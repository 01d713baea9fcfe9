/**
 * Histograms (HDR) of durations in microseconds: whole nanoseconds up to 10 minutes at three digits, and what is told of them.
 */
import { build, type Histogram } from 'hdr-histogram-js';

const LONGEST_NS = 600e9;

/** The shares that every suite tells, with the names that they have in figures. */
export const SHARES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const;

export class Durations {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_NS,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
    useWebAssembly: false,
  });

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Records one duration in microseconds, to the nanosecond; negative ones count as 0. */
  record(us: number): void {
    this.#histogram.recordValue(Math.min(LONGEST_NS, Math.max(0, Math.round(us * 1000))));
  }

  add(other: Durations): void {
    this.#histogram.add(other.#histogram);
  }

  /** The duration that a share of them does not exceed: 0.5 is the median. 0 when there is none. */
  percentileUs(share: number): number {
    if (this.count === 0) return 0;
    return Math.min(this.#histogram.maxValue, this.#histogram.getValueAtPercentile(share * 100)) / 1000;
  }

  maxUs(): number {
    return this.count === 0 ? 0 : this.#histogram.maxValue / 1000;
  }
}
