// Two runs on the same customers, side by side: by how much the figures of the second differ from those of the first, and how sure that is.
//
// Invariants: 1. a difference is that of the two reports' own figures, so it can be checked by hand. 2. its error is that of the differences
// batch by batch: what both runs have in common (busy hours, long contacts) leaves no trace in it. 3. the same run twice differs by 0 ± 0.

import { assert } from '../lib/assert.ts';
import { BATCHES_WITH_CONTACTS_MIN, STUDENT_T } from './batch-means.ts';
import { addedUp, type BatchSums, RATIOS, type RatioName, ratioOf } from './measures.ts';
import type { BatchedReport } from './simulate.ts';

/** Second less first. */
export interface Difference {
  /** null where one of the two has no such figure. */
  readonly difference: number | null;
  /** Half width of the 95 % confidence interval; null where there are too few batches with contacts. */
  readonly halfWidth: number | null;
  /** The interval does not hold 0. */
  readonly differs: boolean;
}

export interface Differences {
  readonly probabilityOfWait: Difference;
  readonly waitSecondsMean: Difference;
  readonly speedOfAnswerSeconds: Difference;
  readonly abandonRatio: Difference;
  readonly blockedRatio: Difference;
  readonly serviceLevel: {
    readonly ofArrivals: Difference;
    readonly ofArrivalsLessShortAbandons: Difference;
    readonly notWaitingLonger: Difference;
  };
  readonly queueLengthMean: Difference;
}

export interface Comparison {
  /** Of the traffics that both have. */
  readonly traffic: Readonly<Record<string, Differences>>;
  readonly total: Differences;
}

/** Compares two runs of one seed over the same periods. */
export function compare(a: BatchedReport, b: BatchedReport): Comparison {
  assert(a.report.seed === b.report.seed, 'runs are compared on one seed');
  const mutual = Object.keys(a.batches.traffic).filter((name) => Object.hasOwn(b.batches.traffic, name));
  return {
    traffic: Object.fromEntries(
      mutual.map((name) => [name, differences(a.batches.traffic[name] ?? [], b.batches.traffic[name] ?? [])]),
    ),
    total: differences(a.batches.total, b.batches.total),
  };
}

function differences(a: readonly BatchSums[], b: readonly BatchSums[]): Differences {
  assert(a.length === b.length, 'runs that are compared are cut into the same batches');
  const of = (name: RatioName): Difference => difference(name, a, b);
  return {
    probabilityOfWait: of('probabilityOfWait'),
    waitSecondsMean: of('waitSecondsMean'),
    speedOfAnswerSeconds: of('speedOfAnswerSeconds'),
    abandonRatio: of('abandonRatio'),
    blockedRatio: of('blockedRatio'),
    serviceLevel: {
      ofArrivals: of('ofArrivals'),
      ofArrivalsLessShortAbandons: of('ofArrivalsLessShortAbandons'),
      notWaitingLonger: of('notWaitingLonger'),
    },
    queueLengthMean: of('queueLengthMean'),
  };
}

function difference(name: RatioName, a: readonly BatchSums[], b: readonly BatchSums[]): Difference {
  const first = ratioOf(name, addedUp(a));
  const second = ratioOf(name, addedUp(b));
  if (first === null || second === null) return { difference: null, halfWidth: null, differs: false };
  const halfWidth = halfWidthOfDifference(name, a, first, b, second);
  const by = second - first;
  return { difference: by, halfWidth, differs: halfWidth !== null && Math.abs(by) > halfWidth };
}

/**
 * Half width of the 95 % confidence interval of R₂ − R₁ for two ratios R = ΣY / ΣX over the same n batches: t · √(Σ d² / (n (n − 1))), with
 * d = (Y₂ − R₂ X₂) / X̄₂ − (Y₁ − R₁ X₁) / X̄₁. It is the ratio estimator's error (Cochran, Sampling Techniques, 6.4) of paired differences, as in
 * comparisons on common random numbers (Law, Simulation Modeling and Analysis, 10.2 and 11.2). Null when either has too few batches with X > 0.
 */
function halfWidthOfDifference(
  name: RatioName,
  a: readonly BatchSums[],
  first: number,
  b: readonly BatchSums[],
  second: number,
): number | null {
  const [one, other] = [residuals(name, a, first), residuals(name, b, second)];
  if (one === null || other === null) return null;
  let squares = 0;
  for (const [index, residual] of one.entries()) squares += ((other[index] ?? 0) - residual) ** 2;
  const count = one.length;
  return STUDENT_T * Math.sqrt(squares / (count * (count - 1)));
}

/** By how much each batch moves the ratio. */
function residuals(name: RatioName, batches: readonly BatchSums[], ratio: number): number[] | null {
  const { of, per } = RATIOS[name];
  const pers = batches.map(per);
  if (pers.filter((value) => value > 0).length < BATCHES_WITH_CONTACTS_MIN) return null;
  const mean = pers.reduce((sum, value) => sum + value, 0) / batches.length;
  return batches.map((batch) => (of(batch) - ratio * per(batch)) / mean);
}
