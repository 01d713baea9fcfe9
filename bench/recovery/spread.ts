/** How durations are spread, in milliseconds: what of a histogram goes from a part to its suite. */
import type { Durations } from '../durations.ts';

export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export function spreadOf(durations: Durations): Spread {
  return {
    count: durations.count,
    p50Ms: durations.percentileUs(0.5) / 1000,
    p99Ms: durations.percentileUs(0.99) / 1000,
    p999Ms: durations.percentileUs(0.999) / 1000,
    maxMs: durations.maxUs() / 1000,
  };
}

/** Its cells in a table: p50, p99, p99.9, max. */
export function spreadCells({ p50Ms, p99Ms, p999Ms, maxMs }: Spread): string[] {
  return [p50Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toPrecision(3));
}

export const SPREAD_HEAD = ['p50 ms', 'p99 ms', 'p99.9 ms', 'max ms'];
