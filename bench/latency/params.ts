/**
 * What a run of the latency suite is told, and what follows from it: settings (who is connected, in which frames), and in
 * each of them rounds at given rates, rounds with watchers, searches. With `small` everything is so short that it can stand
 * among the tests.
 *
 * 1. The first setting is the one that goals are about; it gets all the time that the others do not.
 * 2. Names of figures tell how a setting differs from 500 agents (`--small`: 12) who speak JSON: `Proto`, `Agents5000`.
 */
import type { Subprotocol } from '../../src/wire/request.ts';
import type { Arrivals } from './schedule.ts';

export interface LatencyParams {
  readonly seed: number;
  readonly arrivals: Arrivals;
  /** Whether the gateway is told of every change of its contacts. */
  readonly isSubscribed: boolean;
  /**
   * How long conversations last. At 500 contacts a second it keeps a tenth of 500 agents busy, so that the best for a
   * contact often are; without it the same few agents would have all the work.
   */
  readonly talkMs: number;
  /** The relays, which have less code, are warm sooner. */
  readonly warmup: { readonly ratePerS: number; readonly seconds: number; readonly relayS: number };
  /** A run in which others took more of the machine, in cores, is repeated; the quietest of so many tries counts. */
  readonly othersCoresMax: number;
  readonly triesMax: number;
  /** All repetitions of a setting together take no longer; when that is used up, runs count as they come. */
  readonly repeatSeconds: number;
  readonly settings: readonly Setting[];
}

/** One router, with its relays beside it. */
export interface Setting {
  /** Stands at the end of the names of its figures. */
  readonly suffix: string;
  readonly subprotocol: Subprotocol;
  readonly agents: number;
  readonly rates: readonly RoundsAtRate[];
  /** Of one server in one round. */
  readonly roundS: number;
  readonly watched: WatchParams | undefined;
  /** Rounds of the router and of one that uses everything. */
  readonly features: FeatureParams | undefined;
  readonly search: SearchParams | undefined;
  /** Whether the search is made once more with the server on one core, and the load on the others. */
  readonly searchesOneCore: boolean;
}

export interface RoundsAtRate {
  readonly ratePerS: number;
  readonly rounds: number;
}

/** Rounds of the router alone, with and without those who watch it, in turns. */
export interface WatchParams {
  readonly ratePerS: number;
  readonly pairs: number;
  /** Pace of the supervisor's feed: the protocol's default. */
  readonly everyMs: number;
  readonly scrapeEveryMs: number;
}

/** Rounds of the router alone under a policy that uses nothing and of one under a policy that uses everything, in turns. */
export interface FeatureParams {
  readonly ratePerS: number;
  readonly pairs: number;
  /** Customers who have a profile. */
  readonly profiles: number;
}

/** Rates that are tried one after the other, for a short time, until one is not held; from there down, for the whole time. */
export interface SearchParams {
  readonly fromPerS: number;
  readonly stepPerS: number;
  readonly toPerS: number;
  /** How long a rate has to be held. */
  readonly seconds: number;
  readonly stepS: number;
  /** A rate is held if the 99th percentile of submit → offer stays below. */
  readonly p99MaxMs: number;
  /** Over the rate that the router held: what the bare relay is tried at, to show that the load could do more. */
  readonly bareFactors: readonly number[];
}

/** The rate that the goals for latency are about. */
export const GOAL_RATE = 500;

/** What the command line may change; absent: as it is. */
export interface Wishes {
  readonly small: boolean;
  readonly seed: number;
  readonly arrivals: Arrivals;
  readonly isSubscribed: boolean;
  readonly talkMs?: number | undefined;
  readonly isProto: boolean;
  readonly agents?: number | undefined;
  readonly rates?: readonly number[] | undefined;
  readonly rounds?: number | undefined;
  readonly roundS?: number | undefined;
  readonly triesMax?: number | undefined;
  readonly isWatched: boolean;
  readonly hasFeatures: boolean;
  readonly watchEveryMs?: number | undefined;
  readonly searches: boolean;
  readonly search: Partial<SearchParams>;
}

/** Sizes of a whole run. */
interface Sizes {
  readonly agents: number;
  readonly moreAgents: number;
  readonly rates: readonly number[];
  readonly rounds: number;
  readonly roundS: number;
  readonly pairs: number;
  readonly watchRatePerS: number;
  readonly watchEveryMs: number;
  readonly profiles: number;
  readonly talkMs: number;
  readonly warmup: LatencyParams['warmup'];
  readonly triesMax: number;
  readonly repeatSeconds: number;
  readonly search: SearchParams;
}

export const FULL: Sizes = {
  agents: 500,
  moreAgents: 5_000,
  rates: [200, GOAL_RATE, 1_000, 2_000],
  rounds: 6,
  roundS: 4,
  pairs: 6,
  watchRatePerS: GOAL_RATE,
  watchEveryMs: 1_000,
  profiles: 20_000,
  talkMs: 100,
  warmup: { ratePerS: 1_000, seconds: 20, relayS: 3 },
  triesMax: 4,
  repeatSeconds: 25,
  search: {
    fromPerS: 1_000,
    stepPerS: 500,
    toPerS: 8_000,
    seconds: 30,
    stepS: 5,
    p99MaxMs: 50,
    bareFactors: [1.5, 2, 3],
  },
};

/** The same in a few seconds, and two of four settings. The bound of the search is out of reach: what is slow on a busy machine is no failure. */
export const SMALL: Sizes = {
  ...FULL,
  agents: 12,
  moreAgents: 24,
  rates: [50],
  rounds: 1,
  roundS: 0.5,
  pairs: 1,
  watchRatePerS: 50,
  watchEveryMs: 250,
  profiles: 20,
  talkMs: 20,
  warmup: { ratePerS: 50, seconds: 0.2, relayS: 0.2 },
  triesMax: 1,
  search: { fromPerS: 100, stepPerS: 50, toPerS: 100, seconds: 0.5, stepS: 0.3, p99MaxMs: 60_000, bareFactors: [1.5] },
};

/** Shorter, so that the other settings fit beside the first. */
const BESIDE = { rounds: 1 / 2, roundS: 3 / 4, search: { seconds: 10, stepS: 3 } } as const;

export function paramsOf(wishes: Wishes): LatencyParams {
  const sizes = wishes.small ? SMALL : FULL;
  return {
    seed: wishes.seed,
    arrivals: wishes.arrivals,
    isSubscribed: wishes.isSubscribed,
    talkMs: wishes.talkMs ?? sizes.talkMs,
    warmup: sizes.warmup,
    othersCoresMax: 0.06,
    triesMax: wishes.triesMax ?? sizes.triesMax,
    repeatSeconds: sizes.repeatSeconds,
    settings: isNarrow(wishes) ? [narrowSetting(wishes, sizes)] : allSettings(wishes, sizes),
  };
}

/** Whether one setting is asked for, instead of everything. */
function isNarrow({ isProto, agents, rates, isWatched, hasFeatures }: Wishes): boolean {
  return isProto || agents !== undefined || rates !== undefined || isWatched || hasFeatures;
}

function narrowSetting(wishes: Wishes, sizes: Sizes): Setting {
  const { searches, isWatched, hasFeatures } = wishes;
  const first = firstSetting(wishes, sizes, wishes.isProto ? 'proto' : 'json', wishes.agents ?? sizes.agents);
  const rounds = wishes.rounds ?? sizes.rounds;
  return {
    ...first,
    // Who wants to know what watchers do, or what features cost, wants that alone, unless rates are named.
    rates: (wishes.rates ?? (isWatched || hasFeatures ? [] : sizes.rates)).map((ratePerS) => ({ ratePerS, rounds })),
    watched: isWatched ? first.watched : undefined,
    features: hasFeatures ? featuresOf(wishes, sizes) : undefined,
    searchesOneCore: searches,
  };
}

function allSettings(wishes: Wishes, sizes: Sizes): Setting[] {
  const { agents, moreAgents } = sizes;
  const first = firstSetting(wishes, sizes, 'json', agents);
  const beside = (subprotocol: Subprotocol, count: number): Setting => ({
    ...first,
    suffix: suffixOf(subprotocol, count, sizes),
    subprotocol,
    agents: count,
    rates: first.rates.map(({ ratePerS, rounds }) => ({ ratePerS, rounds: Math.ceil(rounds * BESIDE.rounds) })),
    roundS: first.roundS * BESIDE.roundS,
    watched: undefined,
    search: first.search === undefined || wishes.small ? undefined : { ...first.search, ...BESIDE.search },
    searchesOneCore: false,
  });
  const all = beside('proto', moreAgents);
  return wishes.small ? [first, all] : [first, beside('proto', agents), beside('json', moreAgents), all];
}

function firstSetting(wishes: Wishes, sizes: Sizes, subprotocol: Subprotocol, agents: number): Setting {
  const rounds = wishes.rounds ?? sizes.rounds;
  return {
    suffix: suffixOf(subprotocol, agents, sizes),
    subprotocol,
    agents,
    rates: sizes.rates.map((ratePerS) => ({
      ratePerS,
      rounds: ratePerS === GOAL_RATE ? rounds : Math.ceil(rounds / 3),
    })),
    roundS: wishes.roundS ?? sizes.roundS,
    watched: {
      ratePerS: wishes.rates?.[0] ?? sizes.watchRatePerS,
      pairs: wishes.rounds ?? sizes.pairs,
      everyMs: wishes.watchEveryMs ?? sizes.watchEveryMs,
      scrapeEveryMs: Math.min(1_000, (wishes.roundS ?? sizes.roundS) * 500),
    },
    features: undefined,
    search: wishes.searches ? { ...sizes.search, ...wishes.search } : undefined,
    searchesOneCore: wishes.searches,
  };
}

function featuresOf({ rates, rounds }: Wishes, sizes: Sizes): FeatureParams {
  return { ratePerS: rates?.[0] ?? sizes.watchRatePerS, pairs: rounds ?? sizes.pairs, profiles: sizes.profiles };
}

function suffixOf(subprotocol: Subprotocol, agents: number, sizes: Sizes): string {
  return (subprotocol === 'proto' ? 'Proto' : '') + (agents === sizes.agents ? '' : `Agents${agents}`);
}
