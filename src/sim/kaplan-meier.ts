// How long something lasts when some of it was only seen to last longer: the product-limit estimate of E. L. Kaplan and P. Meier, Nonparametric
// estimation from incomplete observations (JASA 53, 1958). Here: how long customers wait before they leave.
//
// 1. An observation is an exact duration (it ended then) or a bound (it was still going on then). At one duration ends come before bounds: who
// was seen to stay until then was at risk of the end. 2. What is left beyond the last end is not known to end at all: it lasts for ever.

import { assert } from '../lib/assert.ts';

/** One duration: it `ended` after so long, or was still going on then. */
export interface Lasting {
  readonly ms: number;
  readonly ended: boolean;
}

export class KaplanMeier {
  /** Durations at which something ended, ascending, and the share that lasts longer. */
  readonly #endsMs: readonly number[];
  readonly #lasting: readonly number[];
  /** How many ends the estimate is made of. */
  readonly endCount: number;

  constructor(observations: readonly Lasting[]) {
    const ordered = [...observations].sort((a, b) => a.ms - b.ms);
    const endsMs: number[] = [];
    const lasting: number[] = [];
    let share = 1;
    let endCount = 0;
    for (let index = 0; index < ordered.length; ) {
      const atRisk = ordered.length - index;
      const ms = ordered[index]?.ms ?? 0;
      assert(ms >= 0, 'nothing lasts less than no time');
      let ended = 0;
      for (; ordered[index]?.ms === ms; index++) if (ordered[index]?.ended === true) ended++;
      if (ended === 0) continue;
      share *= 1 - ended / atRisk;
      endCount += ended;
      endsMs.push(ms);
      lasting.push(share);
    }
    this.#endsMs = endsMs;
    this.#lasting = lasting;
    this.endCount = endCount;
  }

  /** The share that lasts longer than the duration, 0 to 1. */
  lasting(ms: number): number {
    const index = firstWhere(this.#endsMs.length, (at) => (this.#endsMs[at] ?? 0) > ms) - 1;
    return index < 0 ? 1 : (this.#lasting[index] ?? 0);
  }

  /**
   * A duration longer than `ms`, drawn on that condition by a uniform number from (0, 1); Infinity when it falls into what is left beyond the
   * last end, and also when nothing at all was seen to last longer.
   */
  drawBeyond(ms: number, uniform: number): number {
    const left = this.lasting(ms) * uniform;
    const index = firstWhere(this.#lasting.length, (at) => (this.#lasting[at] ?? 0) <= left);
    const drawn = this.#endsMs[index];
    // Only rounding, or a share of nothing, can name an end that has been passed already.
    return drawn !== undefined && drawn > ms ? drawn : Number.POSITIVE_INFINITY;
  }
}

/** The first index from 0 for which `holds`, which holds for every one behind it; `count` when there is none. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
