// How long contacts waited: counts by duration in buckets that grow with it, for percentiles of any number of contacts in bounded memory.
//
// 1. Waits are whole milliseconds; up to 16 s they are kept exactly, above that to less than 0.013 % (8192 buckets for each doubling), and those of
// whole seconds exactly up to two minutes. 2. Memory grows with the longest wait: 300 kB for an hour, 1 MB for a century.

const EXACT_BITS = 14;
const HALF = 1 << (EXACT_BITS - 1);
const TWO_31 = 2_147_483_648;

export class WaitHistogram {
  #counts = new Uint32Array(HALF);
  #count = 0;

  /** Number of waits recorded. */
  get count(): number {
    return this.#count;
  }

  /** Records one wait, milliseconds, 0 or more. */
  record(ms: number): void {
    const whole = Math.round(ms);
    const bucket = whole < 2 * HALF ? whole : bucketOf(whole);
    if (bucket >= this.#counts.length) this.#grow(bucket);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
  }

  /** Counts what the other counted too. */
  addAll(other: WaitHistogram): void {
    if (other.#counts.length > this.#counts.length) this.#grow(other.#counts.length - 1);
    for (const [bucket, count] of other.#counts.entries()) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    }
    this.#count += other.#count;
  }

  /** The wait in milliseconds that a share of all waits does not exceed, by nearest rank, as the least of its bucket; null when there is none. */
  percentileMs(share: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let passed = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      passed += count;
      if (passed >= rank) return leastOf(bucket);
    }
    return null;
  }

  #grow(bucket: number): void {
    const counts = new Uint32Array(Math.max(bucket + 1, 2 * this.#counts.length));
    counts.set(this.#counts);
    this.#counts = counts;
  }
}

/** Values below 2^14 are their own buckets; above, the 14 leading bits name the bucket within their doubling. */
function bucketOf(ms: number): number {
  let shift = 0;
  let lead = ms;
  // Waits beyond 2^31 ms (25 days) are halved until integers of 32 bits hold them.
  while (lead >= TWO_31) {
    lead = Math.floor(lead / 2);
    shift++;
  }
  const more = Math.max(0, 32 - Math.clz32(lead) - EXACT_BITS);
  return (shift + more) * HALF + (lead >> more);
}

function leastOf(bucket: number): number {
  if (bucket < 2 * HALF) return bucket;
  const shift = Math.floor(bucket / HALF) - 1;
  let width = 1;
  for (let doubling = 0; doubling < shift; doubling++) width *= 2;
  return (bucket - shift * HALF) * width;
}
