// The fewest agents of one interval: from a first guess up until every queue meets the target, then down one agent at a time.
//
// 1. The result meets the target in simulation, and no group can lose an agent without missing it. 2. Agents of one group are never traded for those
// of another: work goes to the most specialised group that may do it, and generalists are there for what only they can do.
// 3. A queue that misses the target with agents in plenty is beyond help: it is named, and the search goes on without it.

import { assert } from '../lib/assert.ts';
import type { Scenario } from './scenario.ts';
import { breadths, firstGuess, type IntervalTraffic, loadOf, specialists } from './staff-demand.ts';
import { type Counts, type Levels, type StaffTarget, StaffTrial } from './staff-trial.ts';

/** What the search found. */
export interface IntervalStaff {
  /** By group, in the order of the scenario. */
  readonly counts: Counts;
  readonly guess: Counts;
  readonly levels: Levels;
  /** Queues that no number of agents brings to the target. */
  readonly beyondHelp: readonly string[];
  /** Contacts that were simulated for it. */
  readonly contactCount: number;
}

/** Plenty: so many times the guess, and so many more. */
const PLENTY_FACTOR = 2;
const PLENTY_MORE = 20;
/** A group grows at most to so many times its plenty: beyond it, more agents have long ceased to help. */
const RAISES_MAX = 1_000;

/** Searches one interval. Nobody comes: nobody is needed. */
export function searchInterval(
  scenario: Scenario,
  traffics: readonly IntervalTraffic[],
  target: StaffTarget,
  seed: number,
): IntervalStaff {
  const guess = firstGuess(scenario, traffics, target);
  if (traffics.length === 0) return { counts: guess, guess, levels: new Map(), beyondHelp: [], contactCount: 0 };
  const trial = new StaffTrial(scenario, traffics, target, { seed, load: loadOf(traffics) });
  const beyondHelp = trial.missed(guess.map((count) => (count === 0 ? 0 : PLENTY_FACTOR * count + PLENTY_MORE)));
  for (const queue of beyondHelp) trial.giveUp(queue);
  const counts = lowered(trial, raised(trial, guess, traffics, target));
  return { counts, guess, levels: trial.levels(counts), beyondHelp, contactCount: trial.contactCount };
}

/** Adds agents, where they are missed, until nothing is missed. */
function raised(trial: StaffTrial, guess: Counts, traffics: readonly IntervalTraffic[], target: StaffTarget): Counts {
  const breadth = breadths(traffics, guess.length);
  let counts = guess;
  for (let round = 0; round < RAISES_MAX; round++) {
    const missed = trial.missed(counts);
    if (missed.length === 0) return counts;
    const levels = trial.levels(counts);
    const more = [...counts];
    for (const group of new Set(missed.map((queue) => helperOf(queue, traffics, breadth, counts)))) {
      const own = missed.filter((queue) => helperOf(queue, traffics, breadth, counts) === group);
      const worst = Math.min(...own.map((queue) => levels.get(queue)?.level ?? 0));
      more[group] = (more[group] ?? 0) + stepFor(target.level - worst, counts[group] ?? 0);
    }
    counts = more;
  }
  assert(false, 'what plenty of agents can do is reached by adding agents');
}

/** The group that gets an agent for the queue: the most specialised one that may serve it; of several, the smallest. */
function helperOf(
  queue: string,
  traffics: readonly IntervalTraffic[],
  breadth: readonly number[],
  counts: Counts,
): number {
  const able = new Set(
    traffics.filter((traffic) => traffic.queue === queue).flatMap((one) => specialists(one, breadth)),
  );
  const [first, ...rest] = able;
  assert(first !== undefined, 'somebody may serve each queue');
  return rest.reduce((best, group) => ((counts[group] ?? 0) < (counts[best] ?? 0) ? group : best), first);
}

/** Agents to add at once: a few where little is missing, more where much is; what is too much is taken off again. */
function stepFor(missing: number, count: number): number {
  return Math.max(1, Math.floor(missing * Math.sqrt(count)));
}

/** Takes agents off, one at a time, the largest group first, until every group needs all of its own. */
function lowered(trial: StaffTrial, from: Counts): Counts {
  let counts = from;
  for (;;) {
    const order = [...counts.keys()].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
    const fewer = order
      .filter((group) => (counts[group] ?? 0) > 0)
      .map((group) => counts.map((count, index) => (index === group ? count - 1 : count)))
      .find((tried) => trial.meets(tried));
    if (fewer === undefined) return counts;
    counts = fewer;
  }
}
