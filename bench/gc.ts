/** What the collector of this process took between two instants. */
import { PerformanceObserver } from 'node:perf_hooks';

export interface Collections {
  readonly count: number;
  readonly ms: number;
  readonly longestMs: number;
}

export class CollectionWatch {
  #count = 0;
  #ms = 0;
  #longestMs = 0;
  readonly #observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      this.#count++;
      this.#ms += duration;
      this.#longestMs = Math.max(this.#longestMs, duration);
    }
  });

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Ends the watch. Collections are told in a turn of their own, which is waited for. */
  async end(): Promise<Collections> {
    await new Promise((resolve) => setTimeout(resolve, 10));
    this.#observer.disconnect();
    return { count: this.#count, ms: this.#ms, longestMs: this.#longestMs };
  }
}
