/**
 * The end of a tick: everything that was put for a socket in one turn of the event loop leaves it in one write.
 *
 * 1. A connection is in the queue at most once; the queue runs after the callback that filled it, before anything else.
 */

/** What wants to be flushed. */
export interface Flushable {
  flush(): void;
}

export class FlushQueue {
  #waiting = new Set<Flushable>();
  readonly #defer: (run: () => void) => void;

  /** `defer` runs a callback when the present one is through. */
  constructor(defer: (run: () => void) => void = process.nextTick) {
    this.#defer = defer;
  }

  add(flushable: Flushable): void {
    if (this.#waiting.size === 0) this.#defer(() => this.#run());
    this.#waiting.add(flushable);
  }

  #run(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const flushable of waiting) flushable.flush();
  }
}
