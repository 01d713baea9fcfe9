// The faults, each with its probability before a move, and the moves that it is made of.
//
// 1. A fault is a few moves: plain data, so that a history of them replays exactly and can be made smaller.
// 2. What a fault begins (a slow disk, a standing clock) it also ends, some moves later; a history that is cut short still makes sense.

import type { Prng } from '../../src/lib/prng.ts';
import type { Death, Kept, TortureMove } from './moves.ts';

/** A move that comes so many moves later. */
export interface Coming {
  readonly after: number;
  readonly move: TortureMove;
}

interface Fault {
  readonly probability: number;
  readonly moves: (prng: Prng) => readonly Coming[];
}

const KEPT: readonly Kept[] = ['whole', 'torn', 'nothing'];

function now(move: TortureMove): Coming {
  return { after: 0, move };
}

function kept(prng: Prng): Kept {
  return KEPT[prng.below(KEPT.length)] ?? 'nothing';
}

function death(prng: Prng): Death {
  return { kept: kept(prng), downMs: prng.below(prng.chance(0.2) ? 100_000 : 2000), retries: prng.chance(0.7) };
}

function killing(prng: Prng): TortureMove {
  return { kind: 'die', again: prng.chance(0.2) ? 1 + prng.below(2) : 0, ...death(prng) };
}

/** The disk is slow or stuck for some moves. */
function slowness(delayMs: number | 'stuck', moves: number): Coming[] {
  return [now({ kind: 'disk', delayMs }), { after: moves, move: { kind: 'disk', delayMs: 0 } }];
}

export const FAULTS = {
  /** The process is killed while nothing, or whatever happens to be, is on its way to the disk. */
  death: { probability: 0.006, moves: (prng) => [now(killing(prng))] },
  /** It is killed while the journal has a commit in hand and the next one gathers. */
  deathInCommit: {
    probability: 0.008,
    moves: (prng) => [
      now({ kind: 'disk', delayMs: 'stuck' }),
      { after: 1 + prng.below(6), move: killing(prng) },
      { after: 7, move: { kind: 'disk', delayMs: 0 } },
    ],
  },
  /** A write fails, the next one or the one under way; what it wrote may be there all the same. */
  failingWrite: {
    probability: 0.004,
    moves: (prng) => [now({ kind: 'break', ...death(prng) })],
  },
  failingWriteInCommit: {
    probability: 0.004,
    moves: (prng) => [
      now({ kind: 'disk', delayMs: 'stuck' }),
      { after: 1 + prng.below(5), move: { kind: 'break', ...death(prng) } },
      { after: 6, move: { kind: 'disk', delayMs: 0 } },
    ],
  },
  slowDisk: {
    probability: 0.012,
    moves: (prng) => slowness(1 + prng.below(40), 3 + prng.below(20)),
  },
  /** Commits take longer than a second: deadlines wait, and offers that never left are withdrawn. */
  stalledDisk: {
    probability: 0.01,
    moves: (prng) => slowness(prng.chance(0.5) ? 900 + prng.below(3000) : 'stuck', 3 + prng.below(12)),
  },
  /** The network goes: every session is lost, and some come back. */
  networkLost: {
    probability: 0.006,
    moves: (prng) => [
      now({ kind: 'vanish', share: prng.chance(0.5) ? 1 : prng.next() }),
      { after: prng.below(12), move: { kind: 'comeBack', share: 0.3 + prng.next() } },
    ],
  },
  slowConsumer: {
    probability: 0.015,
    moves: (prng) => {
      const gateway = prng.below(2);
      return [
        now({ kind: 'consumer', gateway, isSlow: true }),
        { after: 2 + prng.below(25), move: { kind: 'consumer', gateway, isSlow: false } },
      ];
    },
  },
  clockStands: {
    probability: 0.006,
    moves: (prng) => [
      now({ kind: 'wall', stands: true, jumpMs: 0 }),
      { after: 2 + prng.below(25), move: { kind: 'wall', stands: false, jumpMs: 0 } },
    ],
  },
  clockJumps: {
    probability: 0.008,
    moves: (prng) => {
      const jumps = [1, 400, 30_000, 3_600_000, -1, -400, -30_000, -3_600_000];
      return [now({ kind: 'wall', stands: false, jumpMs: jumps[prng.below(jumps.length)] ?? 1 })];
    },
  },
  /** The process is held up: time passes, and no timer fires. */
  pause: {
    probability: 0.015,
    moves: (prng) => [now({ kind: 'pause', ms: prng.below(prng.chance(0.2) ? 60_000 : 900) })],
  },
  retry: { probability: 0.04, moves: (prng) => [now({ kind: 'retry', back: prng.below(30) })] },
  look: { probability: 0.05, moves: (prng) => [now({ kind: 'look', what: prng.below(5), index: prng.below(40) })] },
  archivistLags: {
    probability: 0.01,
    moves: (prng) => [
      now({ kind: 'archivist', lags: true }),
      { after: 3 + prng.below(30), move: { kind: 'archivist', lags: false } },
    ],
  },
  drain: {
    probability: 0.003,
    moves: (prng) => [now({ kind: 'drain' }), { after: prng.below(6), move: { kind: 'shutDown' } }],
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** How an asked command may be disturbed on its way, and how likely. */
export const DISTURBANCES = {
  duplicated: 0.03,
  late: 0.04,
  /** In one turn of the process with the next: they share a commit. */
  together: 0.25,
} as const;
