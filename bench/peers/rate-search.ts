/**
 * The search for the highest rate that one peer holds: doubled until one is missed, then the gap between held and missed is halved.
 *
 * 1. It says which rate is to be tried next and hears what came of it: so the searches of several peers can take turns.
 */
import type { SearchParams } from './params.ts';
import type { RunResult } from './run.ts';

/** The highest rate that was held, with its run, and why the next was not. */
export interface Found {
  readonly heldPerS: number;
  readonly held: RunResult | undefined;
  readonly missed: string | undefined;
}

export class RateSearch {
  readonly #params: SearchParams;
  #next: number | undefined;
  #held: RunResult | undefined;
  #missed: { readonly ratePerS: number; readonly why: string } | undefined;
  #halvings = 0;

  constructor(params: SearchParams) {
    this.#params = params;
    this.#next = params.fromPerS;
  }

  /** The rate to try; undefined when the search is over. */
  get next(): number | undefined {
    return this.#next;
  }

  get found(): Found {
    return { heldPerS: this.#held?.ratePerS ?? 0, held: this.#held, missed: this.#missed?.why };
  }

  /** What came of the rate that was to be tried: why it was missed, or undefined. `isOver`: the peer cannot be measured further. */
  tried(result: RunResult, missed: string | undefined, isOver: boolean): void {
    const { ratePerS } = result;
    if (missed === undefined) this.#held = result;
    else this.#missed = { ratePerS, why: `${ratePerS}/s: ${missed}` };
    this.#next = isOver ? undefined : this.#following(ratePerS);
  }

  #following(ratePerS: number): number | undefined {
    const { toPerS, halvings } = this.#params;
    if (this.#missed === undefined) return ratePerS * 2 <= toPerS ? ratePerS * 2 : undefined;
    if (this.#halvings === halvings) return undefined;
    this.#halvings += 1;
    return Math.round(((this.#held?.ratePerS ?? 0) + this.#missed.ratePerS) / 2);
  }
}
