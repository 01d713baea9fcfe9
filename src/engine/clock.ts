// The router's time: it never goes back, it goes on while the wall clock stands, and it follows the wall clock where that is honest.
//
// Invariants: 1. `now` never falls below what it said before, nor below the last journalled instant. 2. a wall clock that is ahead is
// adopted at once; one that is behind is approached by running slower (SLEW), never by standing still or going back.

/** How fast the router's time runs while the wall clock is behind it. */
const SLEW = 0.95;

/** Where time comes from: the wall clock in epoch milliseconds, and a clock that only measures. */
export interface TimeSource {
  wallMs(): number;
  monotonicMs(): number;
}

export const systemTime: TimeSource = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export class EngineClock {
  readonly #source: TimeSource;
  #ms: number;
  #monotonicMs: number;

  /** `lastMs`: the last journalled instant, 0 when there is none. */
  constructor(source: TimeSource, lastMs: number) {
    this.#source = source;
    this.#monotonicMs = source.monotonicMs();
    this.#ms = Math.max(lastMs, source.wallMs());
  }

  /** Epoch milliseconds, whole. */
  now(): number {
    const monotonicMs = this.#source.monotonicMs();
    const wallMs = this.#source.wallMs();
    const elapsedMs = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs = monotonicMs;
    const aheadOfWall = this.#ms + elapsedMs > wallMs + 1;
    this.#ms = Math.max(this.#ms + (aheadOfWall ? elapsedMs * SLEW : elapsedMs), wallMs);
    return Math.floor(this.#ms);
  }

  /** Wall clock minus the router's, seconds; negative while the wall clock is behind. */
  gapSeconds(): number {
    return (this.#source.wallMs() - this.now()) / 1000;
  }
}
