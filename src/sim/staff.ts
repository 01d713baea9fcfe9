// How many agents of which group a scenario needs, interval by interval, and how a whole period goes with them.
//
// 1. Each interval is searched by itself, at its mean rates (staff-search.ts); equal intervals are searched once. 2. Then the plan is run as it
// would be worked, shifts and changing rates and all, because what an interval leaves to the next is not in the search: where the run misses
// the target, a warning says so. 3. The counts and shifts of the scenario's own agents play no part; its groups say who can do what.

import type { AgentGroup, Scenario, Shift } from './scenario.ts';
import { simulate } from './simulate.ts';
import { demandOf, type StaffTraffic, staffTraffics } from './staff-demand.ts';
import { type IntervalStaff, searchInterval } from './staff-search.ts';
import { agentIdsOf, type StaffTarget, withinTarget } from './staff-trial.ts';

export interface StaffRequest {
  readonly target: StaffTarget;
  readonly intervalMs: number;
  readonly seed: number;
  /** Told after each interval, and during the run of the plan: what is done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface StaffInterval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly staff: IntervalStaff;
  /** Share of the arrivals of the interval answered in time when the whole plan is run, by queue; null: nobody came. */
  readonly worked: ReadonlyMap<string, number | null>;
}

export interface StaffPlan {
  /** Names of groups and queues, in the order of the scenario. */
  readonly groups: readonly string[];
  readonly queues: readonly string[];
  readonly periodMs: number;
  readonly intervals: readonly StaffInterval[];
  /** Over the whole period, when the plan is run. */
  readonly worked: ReadonlyMap<string, number | null>;
  /** How many periods of it were run. */
  readonly workedPeriods: number;
  readonly warnings: readonly string[];
}

export type StaffResult = { readonly plan: StaffPlan } | { readonly faults: readonly string[] };

/** Intervals of a plan at most. */
const INTERVALS_MAX = 2_016;
/** How long the plan is run: about so many contacts, but so many periods at least and at most. */
const WORKED_CONTACTS = 100_000;
const WORKED_PERIODS_MIN = 10;
const WORKED_PERIODS_MAX = 500;
/** Share of all progress that the run of the plan is. */
const WORKED_SHARE = 0.2;
/** A worked level may be so much below the target before it is told. */
const TOLERANCE = 0.02;

/** Plans the scenario's period. Faults tell what keeps it from being planned. */
export function staff(scenario: Scenario, request: StaffRequest): StaffResult {
  const placed = staffTraffics(scenario);
  if ('faults' in placed) return placed;
  const { traffics } = placed;
  const periodMs = Math.max(...scenario.traffic.map((traffic) => traffic.periodMs));
  const faults = periodFaults(scenario, periodMs, request.intervalMs);
  if (faults.length > 0) return { faults };
  const found = searchAll(scenario, traffics, periodMs, request);
  const groups = scenario.agents.map(({ id }) => id);
  const queues = [...new Set(traffics.map(({ queue }) => queue))];
  const worked = work(scenario, found, periodMs, request);
  const intervals = found.map((interval, index): StaffInterval => {
    const own = worked.byInterval[index];
    return { ...interval, worked: new Map(queues.map((queue) => [queue, own?.get(queue)?.share() ?? null])) };
  });
  return {
    plan: {
      groups,
      queues,
      periodMs,
      intervals,
      worked: new Map(queues.map((queue) => [queue, worked.byQueue.get(queue)?.share() ?? null])),
      workedPeriods: worked.periods,
      warnings: warningsOf(intervals, request.target),
    },
  };
}

interface FoundInterval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly staff: IntervalStaff;
}

function periodFaults(scenario: Scenario, periodMs: number, intervalMs: number): readonly string[] {
  const uneven = scenario.traffic.filter((traffic) => traffic.profile.length > 1 && periodMs % traffic.periodMs !== 0);
  const faults = uneven.map(
    ({ name, periodMs: own }) =>
      `traffic ${name}: expected a period that divides the longest one (${periodMs / 1000} s), found ${own / 1000} s`,
  );
  if (periodMs / intervalMs > INTERVALS_MAX) {
    faults.push(
      `expected at most ${INTERVALS_MAX} intervals in a period of ${periodMs / 1000} s, found intervals of ${intervalMs / 1000} s`,
    );
  }
  return faults;
}

function searchAll(
  scenario: Scenario,
  traffics: readonly StaffTraffic[],
  periodMs: number,
  { target, intervalMs, seed, onProgress }: StaffRequest,
): readonly FoundInterval[] {
  const byRates = new Map<string, IntervalStaff>();
  const found: FoundInterval[] = [];
  for (let fromMs = 0; fromMs < periodMs; fromMs += intervalMs) {
    const toMs = Math.min(periodMs, fromMs + intervalMs);
    const demand = demandOf(traffics, fromMs, toMs);
    // Rates that differ by rounding only are the same.
    const key = demand.map(({ traffic, perMs }) => `${traffic.name} ${perMs.toPrecision(12)}`).join(' ');
    const staffing = byRates.get(key) ?? searchInterval(scenario, demand, target, seed);
    byRates.set(key, staffing);
    found.push({ fromMs, toMs, staff: staffing });
    onProgress?.((1 - WORKED_SHARE) * (toMs / periodMs));
  }
  return found;
}

/** Answered in time, of those that came. */
class Share {
  #came = 0;
  #inTime = 0;

  add(isInTime: boolean): void {
    this.#came++;
    if (isInTime) this.#inTime++;
  }

  share(): number | null {
    return this.#came === 0 ? null : this.#inTime / this.#came;
  }
}

interface Worked {
  readonly byInterval: readonly ReadonlyMap<string, Share>[];
  readonly byQueue: ReadonlyMap<string, Share>;
  readonly periods: number;
}

/** Runs the plan, period after period, and counts by the interval of arrival. */
function work(
  scenario: Scenario,
  intervals: readonly FoundInterval[],
  periodMs: number,
  { target, intervalMs, seed, onProgress }: StaffRequest,
): Worked {
  const queueByTraffic = new Map<string, string>();
  const placed = staffTraffics(scenario);
  if ('traffics' in placed) for (const { traffic, queue } of placed.traffics) queueByTraffic.set(traffic.name, queue);
  const byInterval = intervals.map(() => new Map<string, Share>());
  const byQueue = new Map<string, Share>();
  const periods = periodsToWork(scenario, periodMs);
  simulate(
    {
      ...scenario,
      policy: withinTarget(scenario.policy, target.withinMs),
      agents: scenario.agents.flatMap((group, index) => shiftsOf(group, index, intervals, periodMs)),
      warmUpMs: periodMs,
      measureMs: periods * periodMs,
    },
    {
      seed,
      onProgress: (fraction) => onProgress?.(1 - WORKED_SHARE + WORKED_SHARE * fraction),
      onContact: ({ traffic, atMs, waitedMs, outcome, isCounted }) => {
        if (!isCounted) return;
        const queue = queueByTraffic.get(traffic) ?? '';
        const isInTime = outcome === 'answered' && waitedMs <= target.withinMs;
        const index = Math.min(intervals.length - 1, Math.floor((atMs % periodMs) / intervalMs));
        for (const shares of [byInterval[index], byQueue]) shareIn(shares, queue)?.add(isInTime);
      },
    },
  );
  return { byInterval, byQueue, periods };
}

function shareIn(shares: Map<string, Share> | undefined, queue: string): Share | undefined {
  const known = shares?.get(queue);
  if (known !== undefined || shares === undefined) return known;
  const share = new Share();
  shares.set(queue, share);
  return share;
}

function periodsToWork(scenario: Scenario, periodMs: number): number {
  const perPeriod = demandContacts(scenario, periodMs);
  const wanted = perPeriod > 0 ? Math.ceil(WORKED_CONTACTS / perPeriod) : WORKED_PERIODS_MIN;
  return Math.min(WORKED_PERIODS_MAX, Math.max(WORKED_PERIODS_MIN, wanted));
}

function demandContacts(scenario: Scenario, periodMs: number): number {
  const placed = staffTraffics(scenario);
  if ('faults' in placed) return 0;
  return demandOf(placed.traffics, 0, periodMs).reduce((sum, { perMs }) => sum + perMs * periodMs, 0);
}

/** The agents of a group with the hours that the plan gives them: the first of them whenever the group is there at all, the last at its peak only. */
function shiftsOf(
  group: AgentGroup,
  index: number,
  intervals: readonly FoundInterval[],
  periodMs: number,
): readonly AgentGroup[] {
  const most = Math.max(...intervals.map(({ staff: { counts } }) => counts[index] ?? 0));
  return agentIdsOf(group, most).map((agentId, rank) => {
    const shifts: Shift[] = [];
    for (const {
      fromMs,
      toMs,
      staff: { counts },
    } of intervals) {
      if ((counts[index] ?? 0) <= rank) continue;
      const last = shifts.at(-1);
      if (last?.toMs === fromMs) shifts[shifts.length - 1] = { ...last, toMs };
      else shifts.push({ fromMs, toMs, periodMs });
    }
    return { ...group, id: agentId, agentIds: [agentId], shifts };
  });
}

function warningsOf(intervals: readonly StaffInterval[], target: StaffTarget): readonly string[] {
  const beyondHelp = new Set(intervals.flatMap(({ staff: { beyondHelp: queues } }) => queues));
  const warnings = [...beyondHelp].map((queue) => `queue ${queue}: no number of agents meets the target`);
  const missed = new Map<string, number>();
  for (const { worked } of intervals) {
    for (const [queue, level] of worked) {
      if (level === null || level >= target.level - TOLERANCE || beyondHelp.has(queue)) continue;
      missed.set(queue, (missed.get(queue) ?? 0) + 1);
    }
  }
  for (const [queue, count] of missed) {
    const where = count === 1 ? '1 interval' : `${count} intervals`;
    warnings.push(
      `queue ${queue}: when the plan is worked, ${where} fall short of the target by more than ${TOLERANCE * 100} points: rates change within it, the one before leaves contacts behind, or agents drain at its beginning`,
    );
  }
  return warnings;
}
