/**
 * When the agents of a driver do what they do next: a heap of (instant, agent) in one array of numbers.
 *
 * 1. An agent has at most one timer. 2. Equal instants go in order of the agents' numbers. 3. Allocates nothing after it was made: it stands
 * beside what is measured, and must cost next to nothing.
 */

/** More than any agent's number; instants below 2^43 ms leave room for it in an exact number. */
const AGENTS_MAX = 1024;
const ARITY = 4;

export class TimerHeap {
  /** instant × AGENTS_MAX + agent. */
  readonly #keys = new Float64Array(AGENTS_MAX + 1);
  #size = 0;

  /** Instant of the first; Infinity when there is none. */
  get next(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : Math.floor((this.#keys[0] ?? 0) / AGENTS_MAX);
  }

  /** `atMs`: a whole number from 0. */
  add(atMs: number, agent: number): void {
    const keys = this.#keys;
    const key = atMs * AGENTS_MAX + agent;
    let index = this.#size++;
    while (index > 0) {
      const parentIndex = ((index - 1) / ARITY) | 0;
      const parent = keys[parentIndex] as number;
      if (key >= parent) break;
      keys[index] = parent;
      index = parentIndex;
    }
    keys[index] = key;
  }

  /** Takes out the first and says whose it is. There must be one. */
  take(): number {
    const keys = this.#keys;
    const agent = (keys[0] as number) % AGENTS_MAX;
    const key = keys[--this.#size] as number;
    const size = this.#size;
    let index = 0;
    for (;;) {
      const first = index * ARITY + 1;
      if (first >= size) break;
      let least = first;
      const end = Math.min(first + ARITY, size);
      for (let child = first + 1; child < end; child++) {
        if ((keys[child] as number) < (keys[least] as number)) least = child;
      }
      if (key <= (keys[least] as number)) break;
      keys[index] = keys[least] as number;
      index = least;
    }
    keys[index] = key;
    return agent;
  }
}
