// Tries numbers of agents: a stationary run of the scenario at the rates of one interval, long enough to tell whether each queue meets the target.
//
// 1. All trials of an interval have one seed: the same customers come, whoever is there to answer. 2. A trial is as long as its verdict needs:
// it is run again, three times as long, while a queue is within its error of the target, at most RUNS times; then the estimate itself decides.
// 3. Nothing depends on how fast the machine is: the bounds are numbers of contacts.

import { addedUp, type BatchSums, halfWidthOf, ratioOf, sideBySide } from './measures.ts';
import type { AgentGroup, Scenario, Traffic } from './scenario.ts';
import { simulateWithBatches } from './simulate.ts';

/** What every queue has to meet: a share of its arrivals answered within a time. */
export interface StaffTarget {
  readonly level: number;
  readonly withinMs: number;
}

/** What a trial found of a queue. */
export interface QueueLevel {
  /** Share of the arrivals answered within the time; null when nobody came. */
  readonly level: number | null;
  /** Half width of its 95 % confidence interval; null where there was too little to tell. */
  readonly halfWidth: number | null;
  readonly meets: boolean;
}

export type Levels = ReadonlyMap<string, QueueLevel>;

/** Agents by group, in the order of the scenario's groups. */
export type Counts = readonly number[];

/** The shortest run, contacts; and in terms of the load, so that it is many handle times long. */
const CONTACTS_MIN = 8_000;
const CONTACTS_PER_ERLANG = 200;
const CONTACTS_FIRST_MAX = 200_000;
/** How often a run may be made longer, and by how much. */
const RUNS = 3;
const LONGER = 3;
/** Before the last run a queue counts as decided when it is so many half widths from the target: few batches of a short run are not apart enough. */
const CLEAR = 2;
/** Contacts that arrive before counting begins, as a share of those that count. */
const WARM_UP = 0.1;

export interface TrialTraffic {
  readonly traffic: Traffic;
  readonly queue: string;
  /** Contacts a millisecond in this interval; above 0. */
  readonly perMs: number;
}

export class StaffTrial {
  readonly #scenario: Scenario;
  readonly #traffics: readonly TrialTraffic[];
  readonly #target: StaffTarget;
  readonly #seed: number;
  readonly #firstContacts: number;
  readonly #known = new Map<string, Levels>();
  /** Queues that no number of agents helps. */
  readonly #given = new Set<string>();
  #contactCount = 0;

  /** `load`: Erlangs that the traffics bring. */
  constructor(
    scenario: Scenario,
    traffics: readonly TrialTraffic[],
    target: StaffTarget,
    { seed, load }: { readonly seed: number; readonly load: number },
  ) {
    this.#scenario = { ...scenario, policy: withinTarget(scenario.policy, target.withinMs) };
    this.#traffics = traffics;
    this.#target = target;
    this.#seed = seed;
    this.#firstContacts = Math.min(CONTACTS_FIRST_MAX, Math.max(CONTACTS_MIN, Math.ceil(CONTACTS_PER_ERLANG * load)));
  }

  /** Contacts simulated so far. */
  get contactCount(): number {
    return this.#contactCount;
  }

  /** The queue is beyond help: it no longer counts for verdicts. */
  giveUp(queue: string): void {
    this.#given.add(queue);
    this.#known.clear();
  }

  /** How the queues fare with so many agents. */
  levels(counts: Counts): Levels {
    const key = counts.join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const levels = this.#run(counts);
    this.#known.set(key, levels);
    return levels;
  }

  /** Whether every queue that can be helped meets the target. */
  meets(counts: Counts): boolean {
    return this.missed(counts).length === 0;
  }

  /** The queues that miss it. */
  missed(counts: Counts): readonly string[] {
    return [...this.levels(counts)].flatMap(([queue, { meets }]) => (meets || this.#given.has(queue) ? [] : [queue]));
  }

  #run(counts: Counts): Levels {
    let contacts = this.#firstContacts;
    for (let run = 1; ; run++) {
      const levels = this.#simulate(counts, contacts);
      if (run === RUNS || this.#isDecided(levels)) return levels;
      contacts *= LONGER;
    }
  }

  /** One queue that clearly misses decides; else all must be clear. */
  #isDecided(levels: Levels): boolean {
    const counted = [...levels].filter(([queue]) => !this.#given.has(queue)).map(([, level]) => level);
    const clear = counted.filter(
      ({ level, halfWidth }) =>
        level !== null && halfWidth !== null && Math.abs(level - this.#target.level) > CLEAR * halfWidth,
    );
    return clear.some(({ meets }) => !meets) || clear.length === counted.length;
  }

  #simulate(counts: Counts, contacts: number): Levels {
    const perMs = this.#traffics.reduce((sum, traffic) => sum + traffic.perMs, 0);
    const measureMs = contacts / perMs;
    this.#contactCount += Math.ceil(contacts * (1 + WARM_UP));
    const { batches } = simulateWithBatches(
      {
        ...this.#scenario,
        traffic: this.#traffics.map(({ traffic, perMs }) => ({ ...traffic, profile: [{ fromMs: 0, perMs }] })),
        agents: this.#scenario.agents.flatMap((group, index) => groupOf(group, counts[index] ?? 0)),
        warmUpMs: WARM_UP * measureMs,
        measureMs,
      },
      { seed: this.#seed },
    );
    const byQueue = Map.groupBy(this.#traffics, ({ queue }) => queue);
    return new Map(
      [...byQueue].map(([queue, traffics]): [string, QueueLevel] => {
        const own = traffics.map(({ traffic }): readonly BatchSums[] => batches.traffic[traffic.name] ?? []);
        return [queue, this.#levelOf(sideBySide(own))];
      }),
    );
  }

  #levelOf(batches: readonly BatchSums[]): QueueLevel {
    const level = ratioOf('ofArrivals', addedUp(batches));
    return {
      level,
      halfWidth: halfWidthOf('ofArrivals', batches),
      meets: level === null || level >= this.#target.level,
    };
  }
}

/** The policy, its service levels counted by the target's time. */
export function withinTarget(policy: Scenario['policy'], withinMs: number): Scenario['policy'] {
  const queues = policy.queues.map((queue) => ({ ...queue, serviceLevel: { ...queue.serviceLevel, withinMs } }));
  return { ...policy, queues };
}

/** So many agents of the group, always there; none: no group. */
function groupOf(group: AgentGroup, count: number): readonly AgentGroup[] {
  if (count === 0) return [];
  return [{ ...group, agentIds: agentIdsOf(group, count), shifts: [{ fromMs: 0, toMs: 1, periodMs: 1 }] }];
}

/** Names for so many agents of the group: those that it has, then as they would go on. */
export function agentIdsOf(group: AgentGroup, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => group.agentIds[index] ?? `${group.id}-${index + 1}`);
}
