/** Histograms of durations in microseconds: 1 µs to 10 minutes at three digits, and what is told of them. */
import { build, type Histogram } from 'hdr-histogram-js';

const LONGEST_US = 600e6;

export class Latencies {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
    useWebAssembly: false,
  });

  get count(): number {
    return this.#histogram.totalCount;
  }

  record(us: number): void {
    this.#histogram.recordValue(Math.min(LONGEST_US, Math.max(0, Math.round(us))));
  }

  add(other: Latencies): void {
    this.#histogram.add(other.#histogram);
  }

  /** The duration that a share of them does not exceed: 0.5 is the median. 0 when there is none. */
  percentileUs(share: number): number {
    return this.count === 0 ? 0 : Math.min(this.#histogram.maxValue, this.#histogram.getValueAtPercentile(share * 100));
  }

  maxUs(): number {
    return this.count === 0 ? 0 : this.#histogram.maxValue;
  }
}
