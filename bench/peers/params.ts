/** What a run of the peers' suite is told; with `small` everything is so short that it can stand among the tests. */
import type { PeerName } from './roster.ts';
import type { WorkShape } from './work.ts';

export interface PeersParams extends WorkShape {
  readonly peers: readonly PeerName[];
  /** Contacts a second of the rounds: rates that every peer holds. */
  readonly rates: readonly number[];
  readonly rounds: number;
  /** Of one peer at one rate in one round. */
  readonly roundS: number;
  /** Of one peer, before anything is measured: until its code is as quick as it gets, at a rate that all of them hold. */
  readonly warmupPerS: number;
  readonly warmupS: number;
  /** Contacts that wait when the order of a filled queue is looked at. */
  readonly filled: number;
  /** A run in which others took more of the machine, in cores, is repeated; the quietest of so many tries counts. */
  readonly othersCoresMax: number;
  readonly tries: number;
  /** Seconds that a whole run may wait for the machine to be calm. */
  readonly calmS: number;
  readonly search: SearchParams | undefined;
}

/** The rate is doubled until it is not held, then the gap between held and missed is halved so often. */
export interface SearchParams {
  readonly fromPerS: number;
  readonly toPerS: number;
  readonly halvings: number;
  readonly seconds: number;
  /** A rate is held if the 99th percentile of push → agent stays below; twice what a poll takes, so that polling can hold one. */
  readonly p99MaxMs: number;
}

export const FULL: Omit<PeersParams, 'peers'> = {
  requirements: 20,
  teams: 10,
  perTeam: 4,
  // Each may send 50 requests a second, and a contact takes two: with fewer the search would find that limit.
  agents: 500,
  rates: [50, 100, 200],
  rounds: 2,
  roundS: 4,
  warmupPerS: 500,
  warmupS: 12,
  filled: 60,
  othersCoresMax: 0.06,
  tries: 2,
  calmS: 120,
  search: { fromPerS: 200, toPerS: 12_800, halvings: 3, seconds: 5, p99MaxMs: 200 },
};

/** The bound of the search is out of reach: what is slow on a busy machine is no failure. */
export const SMALL: Omit<PeersParams, 'peers'> = {
  ...FULL,
  requirements: 4,
  teams: 2,
  perTeam: 3,
  agents: 6,
  rates: [50],
  rounds: 1,
  roundS: 0.4,
  warmupPerS: 50,
  warmupS: 0.2,
  filled: 12,
  tries: 1,
  calmS: 0,
  search: { fromPerS: 100, toPerS: 100, halvings: 0, seconds: 0.3, p99MaxMs: 60_000 },
};
