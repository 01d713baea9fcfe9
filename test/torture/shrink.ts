// Makes a failing history smaller: takes moves out, then troubles out of moves, for as long as it still fails.
//
// 1. Delta debugging over the list of moves (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002), then each move
//    made plainer by itself.
// 2. What does not hold stays the same, but for who it happens to and when.

import { TortureFailure, torture } from './machine.ts';
import type { TortureHistory, TortureMove } from './moves.ts';
import type { Product } from './product.ts';

/** Runs that are spent on it at most. */
const RUNS_MAX = 600;

export class Shrinker {
  readonly #product: Product;
  #runsLeft = RUNS_MAX;
  #best: TortureHistory;

  readonly #kind: string;

  /** `failing` fails so with the product. */
  constructor(product: Product, failing: TortureHistory, failure: TortureFailure) {
    this.#kind = failure.kind;
    this.#product = product;
    this.#best = failing;
  }

  async shrink(): Promise<TortureHistory> {
    await this.#dropMoves();
    await this.#makePlainer();
    await this.#dropMoves();
    return this.#best;
  }

  async #dropMoves(): Promise<void> {
    for (let size = Math.ceil(this.#best.moves.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let start = 0; start < this.#best.moves.length; ) {
        const { moves } = this.#best;
        const rest = [...moves.slice(0, start), ...moves.slice(start + size)];
        if (!(await this.#takes({ ...this.#best, moves: rest }))) start += size;
      }
    }
  }

  async #makePlainer(): Promise<void> {
    await this.#takes({ ...this.#best, storage: 'memory' });
    await this.#takes({ ...this.#best, prunes: false, snapshotEvery: [1_000_000] });
    await this.#takes({ ...this.#best, maxPending: 1000 });
    for (const [index, move] of this.#best.moves.entries()) {
      for (const plainer of plainerThan(move)) {
        if (await this.#takes({ ...this.#best, moves: this.#best.moves.with(index, plainer) })) break;
      }
    }
  }

  /** Whether it fails too, and is the best from now on. */
  async #takes(history: TortureHistory): Promise<boolean> {
    if (this.#runsLeft === 0) return false;
    this.#runsLeft -= 1;
    try {
      await torture(this.#product, history);
      return false;
    } catch (failure) {
      if (!(failure instanceof TortureFailure) || failure.kind !== this.#kind) return false;
      this.#best = history;
      return true;
    }
  }
}

/** The plainest first. */
function plainerThan(move: TortureMove): TortureMove[] {
  if (move.kind === 'die') return [{ ...move, again: 0, downMs: 0, retries: false }];
  if (move.kind === 'break') return [{ ...move, downMs: 0, retries: false }];
  if (move.kind !== 'ask') return [];
  const prompt = { ...move, lateBy: 0, copies: 1, together: false };
  return [{ ...prompt, move: { ...move.move, pause: { ms: 0 } } }, prompt];
}
