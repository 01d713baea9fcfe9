// What a tortured site goes through: a list of moves, drawn from one seed. Moves are plain data.
//
// 1. `history(seed)` is a function of the seed: policy, population, what clients ask and which faults come between.
// 2. What clients ask are the oracle's moves (test/core/oracle/moves.ts), which name their subjects loosely: a history without some of its
//    moves is a history.

import fc from 'fast-check';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { crowdArb, type History, historyArb, type Move, restlessArb } from '../core/oracle/moves.ts';
import { outboundArb } from '../core/oracle/outbound-moves.ts';
import { type Coming, DISTURBANCES, FAULTS } from './faults.ts';

/** What is found of a commit after a process died, or failed, while it had it in hand. */
export type Kept = 'whole' | 'torn' | 'nothing';

/** How a process ends that is not asked to, for how long it is away, and whether clients then ask again what was not answered. */
export interface Death {
  readonly kept: Kept;
  readonly downMs: number;
  readonly retries: boolean;
}

export type TortureMove =
  /** A client asks. `lateBy`: so many moves later than it meant to. `copies`: it arrives so many times. `together`: in one turn with the next move. */
  | {
      readonly kind: 'ask';
      readonly move: Move;
      readonly lateBy: number;
      readonly copies: number;
      readonly together: boolean;
    }
  /** The process is killed, comes back, and is killed again so often before it has told that it is back. */
  | ({ readonly kind: 'die'; readonly again: number } & Death)
  | ({ readonly kind: 'break' } & Death)
  | { readonly kind: 'disk'; readonly delayMs: number | 'stuck' }
  | { readonly kind: 'wall'; readonly stands: boolean; readonly jumpMs: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'vanish' | 'comeBack'; readonly share: number }
  | { readonly kind: 'consumer'; readonly gateway: number; readonly isSlow: boolean }
  | { readonly kind: 'archivist'; readonly lags: boolean }
  /** A client asks again what it asked so many commands ago. */
  | { readonly kind: 'retry'; readonly back: number }
  | { readonly kind: 'look'; readonly what: number; readonly index: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'shutDown' };

/** All that a run depends on. */
export interface TortureHistory {
  readonly policy: ResolvedPolicy;
  readonly storage: 'memory' | 'sqlite';
  /** Uncommitted events past which submissions are refused. */
  readonly maxPending: number;
  /** Events between snapshots, life after life, counted round. */
  readonly snapshotEvery: readonly number[];
  /** Whether what a snapshot covers is pruned. */
  readonly prunes: boolean;
  readonly moves: readonly TortureMove[];
}

/** Every so many seeds the journal is the real one. */
export const SQLITE_EVERY = 40;
const PARTS = [historyArb, historyArb, crowdArb, restlessArb] as const;
/** Of so many seeds, one whose parts are of customers who are called. */
const CALLED_EVERY = 6;
/** How wild a run is: its faults' probabilities are multiplied by it. */
const WILDNESS = [0.3, 1, 1, 3] as const;
const SNAPSHOT_EVERY = [5, 20, 60, 1_000_000] as const;

/** The run of a seed. */
export function history(seed: number): TortureHistory {
  const prng = new Prng(seed);
  const [first, ...others] = drawParts(seed, prng);
  const wildness = WILDNESS[prng.below(WILDNESS.length)] ?? 1;
  const asked = [...first.moves, ...others.flatMap((part) => [policyMove(part), ...part.moves])];
  return {
    policy: first.policy,
    storage: seed % SQLITE_EVERY === 0 ? 'sqlite' : 'memory',
    maxPending: prng.chance(0.4) ? 1 + prng.below(12) : 1000,
    snapshotEvery: Array.from({ length: 4 }, () => SNAPSHOT_EVERY[prng.below(SNAPSHOT_EVERY.length)] ?? 20),
    prunes: prng.chance(0.3),
    moves: disturb(asked, prng, wildness),
  };
}

/** One to three histories of the oracle's, one after the other at one site. */
function drawParts(seed: number, prng: Prng): [History, ...History[]] {
  const draw = (index: number): History => {
    const general = PARTS[prng.below(PARTS.length)] ?? historyArb;
    const arbitrary = seed % CALLED_EVERY === 0 ? outboundArb : general;
    const [drawn] = fc.sample(arbitrary, { seed: seed * 4 + index, numRuns: 1 });
    assert(drawn !== undefined, 'a history was drawn');
    return drawn;
  };
  const others = Array.from({ length: prng.below(3) }, (_, index) => draw(index + 1));
  return [draw(0), ...others];
}

function policyMove({ policy }: History): Move {
  return { kind: 'policy', pause: { ms: 1 }, hold: false, policy };
}

function disturb(asked: readonly Move[], prng: Prng, wildness: number): TortureMove[] {
  const moves: TortureMove[] = [];
  let coming: { readonly at: number; readonly move: TortureMove }[] = [];
  for (const [index, move] of asked.entries()) {
    // These two are the engine's own: a death brings the one about, a disk that stalls the other.
    if (move.kind === 'restart' || move.kind === 'stalled') continue;
    for (const { probability, moves: begin } of Object.values(FAULTS)) {
      if (!prng.chance(probability * wildness)) continue;
      coming.push(...begin(prng).map((one: Coming) => ({ at: index + one.after, move: one.move })));
    }
    moves.push(...coming.filter(({ at }) => at <= index).map((one) => one.move));
    coming = coming.filter(({ at }) => at > index);
    moves.push(ask(move, prng));
  }
  return [...moves, ...coming.map(({ move }) => move)];
}

function ask(move: Move, prng: Prng): TortureMove {
  const lateBy = prng.chance(DISTURBANCES.late) ? 1 + prng.below(12) : 0;
  const copies = prng.chance(DISTURBANCES.duplicated) ? 2 : 1;
  return { kind: 'ask', move, lateBy, copies, together: prng.chance(DISTURBANCES.together) };
}
