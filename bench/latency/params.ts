/** What a run of the latency suite is told; with `small` everything is so short that it can stand among the tests. */
import type { Subprotocol } from '../../src/wire/request.ts';
import { DEFAULT_SEED } from '../suite.ts';
import type { Arrivals } from './schedule.ts';

export interface LatencyParams {
  readonly seed: number;
  readonly subprotocol: Subprotocol;
  readonly arrivals: Arrivals;
  /** Whether the gateway is told of every change of its contacts. */
  readonly isSubscribed: boolean;
  readonly agents: number;
  /**
   * How long conversations last. At 500 contacts a second it keeps a tenth of 500 agents busy, so that the best for a
   * contact often are; without it the same few agents would have all the work.
   */
  readonly talkMs: number;
  /** Contacts a second of the rounds. */
  readonly ratePerS: number;
  readonly rounds: number;
  /** Of one server in one round. */
  readonly roundS: number;
  readonly warmupS: number;
  /** A run in which others took more of the machine, in cores, is repeated; the quietest of so many tries counts. */
  readonly othersCoresMax: number;
  readonly triesMax: number;
  readonly search: SearchParams | undefined;
}

/** Rates that are tried one after the other, until one is not held. */
export interface SearchParams {
  readonly fromPerS: number;
  readonly stepPerS: number;
  readonly toPerS: number;
  readonly seconds: number;
  /** How long the relays run at each rate, to show what of the cost is sockets. */
  readonly relayS: number;
  /** A rate is held if the 99th percentile of submit → offer stays below. */
  readonly p99MaxMs: number;
}

export const FULL: LatencyParams = {
  seed: DEFAULT_SEED,
  subprotocol: 'json',
  arrivals: 'poisson',
  isSubscribed: true,
  agents: 500,
  talkMs: 100,
  ratePerS: 500,
  rounds: 8,
  roundS: 4,
  warmupS: 15,
  othersCoresMax: 0.06,
  triesMax: 8,
  search: { fromPerS: 500, stepPerS: 500, toPerS: 6_000, seconds: 30, relayS: 5, p99MaxMs: 50 },
};

/** The same in a few seconds. The bound of the search is out of reach: what is slow on a busy machine is no failure. */
export const SMALL: LatencyParams = {
  ...FULL,
  agents: 12,
  talkMs: 20,
  ratePerS: 50,
  rounds: 1,
  roundS: 0.5,
  warmupS: 0.2,
  triesMax: 1,
  search: { fromPerS: 100, stepPerS: 50, toPerS: 100, seconds: 0.5, relayS: 0.2, p99MaxMs: 60_000 },
};
