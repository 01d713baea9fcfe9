/**
 * The end of a tick: everything that was put for a socket in one turn of the event loop leaves it in one write.
 *
 * 1. A connection is in the queue at most once; the queue runs after the callback that filled it, before anything else.
 * 2. Those in a hurry leave first: an agent waits for its offer, a gateway hears news.
 */

/** What wants to be flushed. */
export interface Flushable {
  readonly isUrgent: boolean;
  flush(): void;
}

export class FlushQueue {
  #urgent = new Set<Flushable>();
  #waiting = new Set<Flushable>();
  readonly #defer: (run: () => void) => void;

  /** `defer` runs a callback when the present one is through. */
  constructor(defer: (run: () => void) => void = process.nextTick) {
    this.#defer = defer;
  }

  add(flushable: Flushable): void {
    if (this.#waiting.size + this.#urgent.size === 0) this.#defer(() => this.#run());
    (flushable.isUrgent ? this.#urgent : this.#waiting).add(flushable);
  }

  #run(): void {
    const queues = [this.#urgent, this.#waiting];
    this.#urgent = new Set();
    this.#waiting = new Set();
    for (const queue of queues) for (const flushable of queue) flushable.flush();
  }
}
