/** What a run of the recovery suite is told; with `small` everything is so short that it can stand among the tests. */

export const PARTS = ['start', 'replay', 'append', 'durable', 'snapshot'] as const;
export type PartName = (typeof PARTS)[number];

export interface RecoveryParams {
  /** Events behind the snapshot, contacts that wait in it, agents, and commands that share a commit. */
  readonly events: number;
  readonly waiting: number;
  readonly agents: number;
  readonly commitSteps: number;
  /** Whether routers are started from dist/, as users do, which is built before; else from the sources. */
  readonly isBuilt: boolean;
  /** Starts; times that the history is replayed. */
  readonly starts: number;
  readonly replays: number;
  /** Events of a commit; how long each is tried. */
  readonly batches: readonly number[];
  readonly appendS: number;
  /** How long every open load goes before it is measured. */
  readonly warmupS: number;
  /** Events a second of the open load; how long. */
  readonly ratesPerS: readonly number[];
  readonly durableS: number;
  /** Updates a second while snapshots are saved; how long; how often one is saved. */
  readonly snapshotRatePerS: number;
  readonly snapshotS: number;
  readonly snapshotEveryMs: number;
  /** A part in which others took more of the machine, in cores, is repeated; the quietest of so many tries counts. */
  readonly othersCoresMax: number;
  readonly triesMax: number;
}

export const FULL: RecoveryParams = {
  events: 1_000_000,
  waiting: 200_000,
  agents: 500,
  commitSteps: 4,
  isBuilt: true,
  starts: 3,
  replays: 2,
  batches: [1, 10, 100, 1_000],
  appendS: 3,
  warmupS: 2,
  ratesPerS: [5_000, 20_000],
  durableS: 10,
  snapshotRatePerS: 5_000,
  snapshotS: 20,
  snapshotEveryMs: 6_000,
  othersCoresMax: 0.06,
  triesMax: 4,
};

export const SMALL: RecoveryParams = {
  events: 4_000,
  waiting: 500,
  agents: 20,
  commitSteps: 4,
  isBuilt: false,
  starts: 1,
  replays: 1,
  batches: [1, 100],
  appendS: 0.2,
  warmupS: 0.1,
  ratesPerS: [500],
  durableS: 0.5,
  snapshotRatePerS: 500,
  snapshotS: 1,
  snapshotEveryMs: 300,
  othersCoresMax: Number.MAX_VALUE,
  triesMax: 1,
};
