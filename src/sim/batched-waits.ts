// The waits of one traffic: their distribution over the whole period, and roughly by batch, so that percentiles come with an error.
//
// 1. A percentile is that of the fine histogram of all. 2. Its error is Woodruff's: what share of the contacts waits at most so long is a ratio,
// with an error by batch means; the percentiles of the shares at both ends of that interval are the ends of this one (R. S. Woodruff,
// Confidence intervals for medians and other position measures, 1952). 3. By batch 16 buckets for each doubling are kept: the error of an error.

import { BATCHES, ratioHalfWidth } from './batch-means.ts';
import { WaitHistogram } from './wait-histogram.ts';

/** Up to 2^40 ms, 35 years; what is longer counts as that. */
const BUCKETS = 16 * 37 + 16;

export class BatchedWaits {
  readonly #all = new WaitHistogram();
  /** By batch, made when its first contact is counted. */
  readonly #byBatch: (Uint32Array | undefined)[] = new Array(BATCHES).fill(undefined);

  /** Records a wait of a contact that arrived in the batch, milliseconds. */
  record(batch: number, ms: number): void {
    this.#all.record(ms);
    const counts = this.#countsOf(batch);
    const bucket = coarseBucketOf(ms);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  /** Counts what the other counted too. */
  addAll(other: BatchedWaits): void {
    this.#all.addAll(other.#all);
    for (const [batch, theirs] of other.#byBatch.entries()) {
      if (theirs === undefined) continue;
      const counts = this.#countsOf(batch);
      for (const [bucket, count] of theirs.entries()) counts[bucket] = (counts[bucket] ?? 0) + count;
    }
  }

  /** The wait, milliseconds, that the share of all waits does not exceed; null when there is none. */
  percentileMs(share: number): number | null {
    return this.#all.percentileMs(share);
  }

  /** Half the width of the 95 % confidence interval of that, milliseconds; null where there are too few batches with contacts. */
  percentileHalfWidthMs(share: number): number | null {
    const at = this.percentileMs(share);
    if (at === null) return null;
    const last = coarseBucketOf(at);
    const within = this.#byBatch.map((counts) => sum(counts, last));
    const all = this.#byBatch.map((counts) => sum(counts, BUCKETS - 1));
    const halfShare = ratioHalfWidth(within, all);
    if (halfShare === null) return null;
    const lowMs = this.percentileMs(Math.max(0, share - halfShare)) ?? at;
    const highMs = this.percentileMs(Math.min(1, share + halfShare)) ?? at;
    return (highMs - lowMs) / 2;
  }

  #countsOf(batch: number): Uint32Array {
    const known = this.#byBatch[batch];
    if (known !== undefined) return known;
    const counts = new Uint32Array(BUCKETS);
    this.#byBatch[batch] = counts;
    return counts;
  }
}

/** Below 16 ms by the millisecond, above by the four bits behind the leading one. */
function coarseBucketOf(ms: number): number {
  let lead = Math.round(ms);
  let doublings = 0;
  while (lead >= 2 ** 31) {
    lead = Math.floor(lead / 2);
    doublings++;
  }
  const more = Math.max(0, 27 - Math.clz32(lead));
  return Math.min(BUCKETS - 1, (doublings + more) * 16 + (lead >> more));
}

/** Of the buckets up to and including the last. */
function sum(counts: Uint32Array | undefined, last: number): number {
  let total = 0;
  if (counts !== undefined) for (let bucket = 0; bucket <= last; bucket++) total += counts[bucket] ?? 0;
  return total;
}
