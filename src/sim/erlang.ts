// Queues that have formulas: Erlang's B, C and A. One kind of customer, arriving as a Poisson process, exponential service and patience, equal
// agents, first come first served. The first guess of staffing, and what simulations are held against.
//
// 1. Pure. Rates and times are in one unit of time, whichever the caller takes. 2. Only sums and products of positive terms and ratios: nothing
// cancels, and no factorial or power can overflow, for thousands of agents. 3. With patience, every load has an answer; without it only loads
// below the number of agents have one, and the others get the limit: everybody waits, for ever.

import { assert } from '../lib/assert.ts';
import { exp } from './math.ts';

/** A queue of the theory. */
export interface ErlangQueue {
  /** Arrivals in a unit of time. */
  readonly arrivalRate: number;
  readonly meanHandle: number;
  /** Mean time until a waiting customer leaves; Infinity: never. */
  readonly meanPatience: number;
  readonly agents: number;
}

/** Its long-run figures; service levels as in SIM12, for answers within the time asked for. */
export interface ErlangFigures {
  readonly probabilityOfWait: number;
  readonly abandonRatio: number;
  /** Over all contacts, answered or not. */
  readonly meanWait: number;
  readonly ofArrivals: number;
  readonly ofArrivalsLessShortAbandons: number;
  readonly notWaitingLonger: number;
}

/** Patience of more mean handle times than this counts as endless: it changes no figure that anybody could see. */
const PATIENCE_HANDLES_MAX = 10_000;
/** A sum ends when its terms no longer change it. */
const NEGLIGIBLE = 1e-18;
/** Where a growing sum is scaled down, so that it does not overflow. */
const SCALE = 1e200;
/** What stands in for agents without bound: no search for a number of agents goes beyond. */
const AGENTS_MAX = 1_000_000;

/**
 * Probability that all `agents` are busy and an arrival is blocked, at a load in Erlangs. Recursion of 1/B: A. K. Erlang 1917; in this form
 * e.g. G. Koole, Call Center Optimization (2013), ch. 4.
 */
export function erlangB(load: number, agents: number): number {
  if (load === 0) return agents === 0 ? 1 : 0;
  let inverse = 1;
  for (let n = 1; n <= agents && inverse < 1e300; n++) inverse = 1 + (inverse * n) / load;
  return 1 / inverse;
}

/** Probability of a wait when nobody leaves: C = B / (1 − ρ(1 − B)); 1 where the load is not below the agents. */
export function erlangC(load: number, agents: number): number {
  if (load >= agents) return 1;
  const blocked = erlangB(load, agents);
  return blocked / (1 - (load / agents) * (1 - blocked));
}

/**
 * The figures of M/M/n+M (Erlang A), of M/M/n (Erlang C) where patience is endless. With p the probability that n − 1 agents are busy, the
 * virtual wait has the density λp·exp(λ/θ·(1 − e^−θx) − nμx) (F. Baccelli and G. Hebuterne, On queues with impatient customers, 1981; S. Zeltyn
 * and A. Mandelbaum, Call centers with impatient customers, 2005); its tails are written as series of positive terms.
 */
export function erlangA(queue: ErlangQueue, within: number): ErlangFigures {
  const { arrivalRate, meanHandle, meanPatience, agents } = queue;
  assert(
    arrivalRate >= 0 && meanHandle >= 0 && meanPatience >= 0 && agents >= 0 && within >= 0,
    'a queue of the theory has no negative numbers',
  );
  const patience = meanPatience > PATIENCE_HANDLES_MAX * meanHandle ? Number.POSITIVE_INFINITY : meanPatience;
  const load = arrivalRate * meanHandle;
  if (load === 0) return NOBODY_WAITS;
  if (patience === Number.POSITIVE_INFINITY && load >= agents) return EVERYBODY_WAITS;
  if (agents === 0) return nobodyAnswers(patience, within);
  if (patience === 0) return nobodyStays(erlangB(load, agents));
  const leaveRate = 1 / patience;
  const serveRate = agents / meanHandle;
  const stay = exp(-leaveRate * within);
  const patient = arrivalRate * meanPatienceWithin(leaveRate, stay, within);
  const tail = { arrivalRate, serveRate, leaveRate };
  // All weights are multiples of the probability that n − 1 agents are busy.
  const busier = tailSeries(tail, arrivalRate, 0, 0);
  const queued = queuedSeries(tail);
  const later = tailSeries(tail, arrivalRate * stay, 0, patient - serveRate * within);
  const answeredLater = tailSeries(tail, arrivalRate * stay, 1, patient - serveRate * within);
  const idle = { weight: 1 / beforeLast(load, agents), log: 0 };
  const scale = Math.max(busier.log, 0);
  const all = scaled(idle, scale) + scaled(busier, scale);
  const share = (sum: Sum): number => scaled(sum, scale) / all;
  const probabilityOfWait = share(busier);
  const abandonRatio = (leaveRate / arrivalRate) * share(queued);
  const meanWait = share(queued) / arrivalRate;
  const waitsLonger = share(later) * stay;
  // Of those whose wait would be beyond the time, some have left within it.
  const answeredBeyond = share(answeredLater) * stay;
  const ofArrivals = Math.max(0, 1 - abandonRatio - answeredBeyond);
  const leftWithin = Math.max(0, abandonRatio - (waitsLonger - answeredBeyond));
  return {
    probabilityOfWait,
    abandonRatio,
    meanWait,
    ofArrivals,
    ofArrivalsLessShortAbandons: leftWithin < 1 ? Math.min(1, ofArrivals / (1 - leftWithin)) : 0,
    notWaitingLonger: 1 - waitsLonger,
  };
}

/**
 * The fewest agents with which the share of the arrivals that is answered within the time is at least the target. Undefined where no number
 * of agents will do.
 */
export function fewestAgents(queue: Omit<ErlangQueue, 'agents'>, target: number, within: number): number | undefined {
  const load = queue.arrivalRate * queue.meanHandle;
  if (load === 0 || target <= 0) return 0;
  const meets = (agents: number): boolean => erlangA({ ...queue, agents }, within).ofArrivals >= target;
  let most = Math.ceil(load) + 1;
  while (!meets(most)) {
    if (most > AGENTS_MAX) return undefined;
    most = Math.ceil(most + Math.sqrt(most));
  }
  // The level rises with the agents, so halving finds where it passes the target.
  let fewest = 0;
  while (fewest < most) {
    const middle = (fewest + most) >> 1;
    if (meets(middle)) most = middle;
    else fewest = middle + 1;
  }
  return most;
}

const NOBODY_WAITS: ErlangFigures = {
  probabilityOfWait: 0,
  abandonRatio: 0,
  meanWait: 0,
  ofArrivals: 1,
  ofArrivalsLessShortAbandons: 1,
  notWaitingLonger: 1,
};

const EVERYBODY_WAITS: ErlangFigures = {
  probabilityOfWait: 1,
  abandonRatio: 0,
  meanWait: Number.POSITIVE_INFINITY,
  ofArrivals: 0,
  ofArrivalsLessShortAbandons: 0,
  notWaitingLonger: 0,
};

/** Who is not answered at once is gone: Erlang B. */
function nobodyStays(blocked: number): ErlangFigures {
  const answered = 1 - blocked;
  return { ...NOBODY_WAITS, abandonRatio: blocked, ofArrivals: answered };
}

function nobodyAnswers(patience: number, within: number): ErlangFigures {
  const stay = patience === 0 ? 0 : exp(-within / patience);
  return {
    probabilityOfWait: patience === 0 ? 0 : 1,
    abandonRatio: 1,
    meanWait: patience,
    ofArrivals: 0,
    ofArrivalsLessShortAbandons: 0,
    notWaitingLonger: 1 - stay,
  };
}

/** A sum that may be too large for a number: weight · SCALE^log. */
interface Sum {
  readonly weight: number;
  readonly log: number;
}

/** The sum as a multiple of SCALE^scale. */
function scaled({ weight, log }: Sum, scale: number): number {
  let value = weight;
  for (let step = log; step > scale; step--) value *= SCALE;
  for (let step = log; step < scale && value > 0; step++) value /= SCALE;
  return value;
}

interface Tail {
  readonly arrivalRate: number;
  readonly serveRate: number;
  readonly leaveRate: number;
}

/** e^exponent · Σ over k ≥ 0 of Π over j = 0 … k of rate / (nμ + (j + shift)θ), with the first factor's numerator the arrival rate. */
function tailSeries(tail: Tail, rate: number, shift: number, exponent: number): Sum {
  const { arrivalRate, serveRate, leaveRate } = tail;
  let term = arrivalRate / (serveRate + shift * leaveRate);
  let [sum, log] = [0, 0];
  for (let k = 1; ; k++) {
    sum += term;
    const ratio = rate / (serveRate + (k + shift) * leaveRate);
    // Once the terms fall by a constant ratio or faster, what is left is at most a geometric series.
    if (leaveRate === 0) return exponentiated(sum + (term * ratio) / (1 - ratio), log, exponent);
    if (ratio < 1 && term * ratio < NEGLIGIBLE * (1 - ratio) * sum) return exponentiated(sum, log, exponent);
    term *= ratio;
    if (sum > SCALE) {
      sum /= SCALE;
      term /= SCALE;
      log++;
    }
  }
}

/** Σ over k ≥ 1 of k · Π over j = 0 … k of λ / (nμ + jθ): the mean number in line. */
function queuedSeries({ arrivalRate, serveRate, leaveRate }: Tail): Sum {
  let term = arrivalRate / serveRate;
  let [sum, log] = [0, 0];
  if (leaveRate === 0) return { weight: term * (term / (1 - term) / (1 - term)), log };
  for (let k = 1; ; k++) {
    const ratio = arrivalRate / (serveRate + k * leaveRate);
    term *= ratio;
    sum += k * term;
    if (ratio < 1 && (k + 1) * term < NEGLIGIBLE * (1 - ratio) * (1 - ratio) * sum) return { weight: sum, log };
    if (sum > SCALE) {
      sum /= SCALE;
      term /= SCALE;
      log++;
    }
  }
}

/** The sum times e^exponent; the exponent may be of any size. */
function exponentiated(sum: number, log: number, exponent: number): Sum {
  const steps = Math.round(exponent / LN_SCALE);
  return { weight: sum * exp(exponent - steps * LN_SCALE), log: log + steps };
}

/** Natural logarithm of SCALE. */
const LN_SCALE = 200 * Math.LN10;

/** P(n − 1 busy) / P(fewer than n busy): Erlang's B with n − 1 agents. */
function beforeLast(load: number, agents: number): number {
  return erlangB(load, agents - 1);
}

/** ∫ e^−θu du from 0 to the time: for how long of it a customer stays in line, on average. */
function meanPatienceWithin(leaveRate: number, stay: number, within: number): number {
  return leaveRate === 0 ? within : (1 - stay) / leaveRate;
}
