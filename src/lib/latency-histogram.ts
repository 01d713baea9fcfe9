// How long things took: counts by duration in buckets that grow with it, in fixed memory, for percentiles of any number of samples.
//
// 1. Durations are whole microseconds; up to 255 they are kept exactly, above that to less than 0.8 % (128 buckets for each doubling).
// 2. Longer than 2^31 - 1 microseconds (35 minutes) counts as that long. 3. The greatest and the count are exact.

const EXACT_BITS = 8;
const HALF = 1 << (EXACT_BITS - 1);
const LONGEST_US = 2_147_483_647;
const BUCKET_COUNT = (31 - EXACT_BITS) * HALF + 2 * HALF;

export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  #count = 0;
  #maxUs = 0;

  /** Number of durations recorded. */
  get count(): number {
    return this.#count;
  }

  /** The longest, in microseconds; 0 when there is none. */
  get maxUs(): number {
    return this.#maxUs;
  }

  /** Records one duration in microseconds; negative ones count as 0. */
  record(durationUs: number): void {
    const us = Math.min(LONGEST_US, Math.max(0, Math.round(durationUs)));
    const bucket = bucketOf(us);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#maxUs = Math.max(this.#maxUs, us);
  }

  /**
   * The duration in microseconds that a share of all samples does not exceed: 0.5 is the median, 1 the longest. By nearest rank, as the
   * upper end of the sample's bucket. 0 when there is no sample.
   */
  percentileUs(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let passed = 0;
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) {
      passed += this.#counts[bucket] ?? 0;
      if (passed >= rank) return Math.min(this.#maxUs, upperEndOf(bucket));
    }
    return 0;
  }

  /** Forgets everything. */
  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#maxUs = 0;
  }
}

/** Values below 2^8 are their own buckets; above, the 8 leading bits name the bucket within their doubling. */
function bucketOf(us: number): number {
  const shift = Math.max(0, 32 - Math.clz32(us) - EXACT_BITS);
  return shift * HALF + (us >> shift);
}

function upperEndOf(bucket: number): number {
  if (bucket < 2 * HALF) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  const lead = bucket - shift * HALF;
  return (lead + 1) * 2 ** shift - 1;
}
