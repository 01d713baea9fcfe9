// The figures of a run from its sums: what each is a ratio of, and how sure one can be of it.
//
// 1. Everything here is a function of `BatchSums`; the sums of a whole run are those of its batches added up. 2. Error bounds are by batch means:
// the measured period is cut into `BATCHES` equal parts by arrival, each so long that parts hardly depend on each other.
// 3. `null` where there is nothing to divide by.

import { ratioHalfWidth } from './batch-means.ts';
import type { BatchedWaits } from './batched-waits.ts';
import type { HalfWidths, Measures } from './report.ts';

/** What was counted of the contacts that arrived in one part of the measured period. */
export interface BatchSums {
  readonly arrivals: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly blocked: number;
  readonly expired: number;
  readonly stillWaiting: number;
  /** Those that waited at all. */
  readonly waited: number;
  /** All waits together; those of the answered together. */
  readonly waitSeconds: number;
  readonly answerSeconds: number;
  /** Answered, abandoned, within their queue's time; waiting longer than that, whatever came of it. */
  readonly answeredWithin: number;
  readonly abandonedWithin: number;
  readonly waitedLonger: number;
  /** Contacts in line, integrated over the part; the part's length. */
  readonly lineSeconds: number;
  readonly spanSeconds: number;
}

/** The figures that are ratios of sums: `of` / `per`. */
export type RatioName =
  | 'probabilityOfWait'
  | 'waitSecondsMean'
  | 'speedOfAnswerSeconds'
  | 'abandonRatio'
  | 'blockedRatio'
  | 'ofArrivals'
  | 'ofArrivalsLessShortAbandons'
  | 'notWaitingLonger'
  | 'queueLengthMean';

interface Ratio {
  readonly of: (sums: BatchSums) => number;
  readonly per: (sums: BatchSums) => number;
}

const taken = (sums: BatchSums): number => sums.arrivals - sums.blocked;

/** As SPEC defines them (SIM11, SIM12). */
export const RATIOS: Readonly<Record<RatioName, Ratio>> = {
  probabilityOfWait: { of: (sums) => sums.waited, per: taken },
  waitSecondsMean: { of: (sums) => sums.waitSeconds, per: taken },
  speedOfAnswerSeconds: { of: (sums) => sums.answerSeconds, per: (sums) => sums.answered },
  abandonRatio: { of: (sums) => sums.abandoned, per: taken },
  blockedRatio: { of: (sums) => sums.blocked, per: (sums) => sums.arrivals },
  ofArrivals: { of: (sums) => sums.answeredWithin, per: (sums) => sums.arrivals },
  ofArrivalsLessShortAbandons: {
    of: (sums) => sums.answeredWithin,
    per: (sums) => sums.arrivals - sums.abandonedWithin,
  },
  notWaitingLonger: { of: (sums) => sums.arrivals - sums.waitedLonger, per: (sums) => sums.arrivals },
  queueLengthMean: { of: (sums) => sums.lineSeconds, per: (sums) => sums.spanSeconds },
};

const NOTHING: BatchSums = {
  arrivals: 0,
  answered: 0,
  abandoned: 0,
  blocked: 0,
  expired: 0,
  stillWaiting: 0,
  waited: 0,
  waitSeconds: 0,
  answerSeconds: 0,
  answeredWithin: 0,
  abandonedWithin: 0,
  waitedLonger: 0,
  lineSeconds: 0,
  spanSeconds: 0,
};

/** The sums of everything counted, of parts of the period that follow each other. */
export function addedUp(parts: readonly BatchSums[]): BatchSums {
  return parts.reduce((sum, part) => add(sum, part, sum.spanSeconds + part.spanSeconds), NOTHING);
}

/** Part by part the sums of several traffics over one period. */
export function sideBySide(traffics: readonly (readonly BatchSums[])[]): BatchSums[] {
  const parts = traffics[0] ?? [];
  return parts.map((first, index) => {
    const rest = traffics.slice(1).map((batches) => batches[index] ?? NOTHING);
    return rest.reduce((sum, part) => add(sum, part, first.spanSeconds), first);
  });
}

function add(a: BatchSums, b: BatchSums, spanSeconds: number): BatchSums {
  return {
    arrivals: a.arrivals + b.arrivals,
    answered: a.answered + b.answered,
    abandoned: a.abandoned + b.abandoned,
    blocked: a.blocked + b.blocked,
    expired: a.expired + b.expired,
    stillWaiting: a.stillWaiting + b.stillWaiting,
    waited: a.waited + b.waited,
    waitSeconds: a.waitSeconds + b.waitSeconds,
    answerSeconds: a.answerSeconds + b.answerSeconds,
    answeredWithin: a.answeredWithin + b.answeredWithin,
    abandonedWithin: a.abandonedWithin + b.abandonedWithin,
    waitedLonger: a.waitedLonger + b.waitedLonger,
    lineSeconds: a.lineSeconds + b.lineSeconds,
    spanSeconds,
  };
}

/** The ratio over the sums; null when there is nothing to divide by. */
export function ratioOf(name: RatioName, sums: BatchSums): number | null {
  const { of, per } = RATIOS[name];
  const divisor = per(sums);
  return divisor > 0 ? of(sums) / divisor : null;
}

/** Half width of the 95 % confidence interval of the ratio, by batch means; null where there are too few batches with contacts. */
export function halfWidthOf(name: RatioName, batches: readonly BatchSums[]): number | null {
  const { of, per } = RATIOS[name];
  return ratioHalfWidth(batches.map(of), batches.map(per));
}

/** The figures of the sums. `withinSeconds`: the service level's time, null when it is not one. */
export function measuresOf(sums: BatchSums, waits: BatchedWaits, withinSeconds: number | null): Measures {
  const percentile = (share: number): number | null => secondsOf(waits.percentileMs(share));
  return {
    arrivals: sums.arrivals,
    answered: sums.answered,
    abandoned: sums.abandoned,
    blocked: sums.blocked,
    expired: sums.expired,
    stillWaiting: sums.stillWaiting,
    probabilityOfWait: ratioOf('probabilityOfWait', sums),
    waitSecondsMean: ratioOf('waitSecondsMean', sums),
    speedOfAnswerSeconds: ratioOf('speedOfAnswerSeconds', sums),
    waitSeconds: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    abandonRatio: ratioOf('abandonRatio', sums),
    blockedRatio: ratioOf('blockedRatio', sums),
    serviceLevel: {
      withinSeconds,
      ofArrivals: ratioOf('ofArrivals', sums),
      ofArrivalsLessShortAbandons: ratioOf('ofArrivalsLessShortAbandons', sums),
      notWaitingLonger: ratioOf('notWaitingLonger', sums),
    },
    queueLengthMean: ratioOf('queueLengthMean', sums) ?? 0,
  };
}

/** How sure each of them is. */
export function halfWidthsOf(batches: readonly BatchSums[], waits: BatchedWaits): HalfWidths {
  const percentile = (share: number): number | null => secondsOf(waits.percentileHalfWidthMs(share));
  return {
    probabilityOfWait: halfWidthOf('probabilityOfWait', batches),
    waitSecondsMean: halfWidthOf('waitSecondsMean', batches),
    speedOfAnswerSeconds: halfWidthOf('speedOfAnswerSeconds', batches),
    waitSeconds: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    abandonRatio: halfWidthOf('abandonRatio', batches),
    blockedRatio: halfWidthOf('blockedRatio', batches),
    serviceLevel: {
      ofArrivals: halfWidthOf('ofArrivals', batches),
      ofArrivalsLessShortAbandons: halfWidthOf('ofArrivalsLessShortAbandons', batches),
      notWaitingLonger: halfWidthOf('notWaitingLonger', batches),
    },
    queueLengthMean: halfWidthOf('queueLengthMean', batches),
  };
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
