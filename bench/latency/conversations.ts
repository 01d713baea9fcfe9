/**
 * Conversations under way: each lasts the same time, so the one that began first ends first, and one timer serves all.
 *
 * 1. A conversation never ends before its time; it may end some milliseconds after, which nothing here measures.
 */
import { Fifo } from '../../src/lib/fifo.ts';

interface Conversation<T> {
  readonly endsAtMs: number;
  readonly about: T;
}

export class Conversations<T> {
  readonly #lastsMs: number;
  readonly #onEnd: (about: T) => void;
  readonly #underWay = new Fifo<Conversation<T>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(lastsMs: number, onEnd: (about: T) => void) {
    this.#lastsMs = lastsMs;
    this.#onEnd = onEnd;
  }

  begin(about: T): void {
    this.#underWay.push({ endsAtMs: performance.now() + this.#lastsMs, about });
    this.#timer ??= setTimeout(() => this.#endDue(), this.#lastsMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #endDue(): void {
    const nowMs = performance.now();
    let next = this.#underWay.peek();
    for (; next !== undefined && next.endsAtMs <= nowMs; next = this.#underWay.peek()) {
      this.#underWay.shift();
      this.#onEnd(next.about);
    }
    this.#timer = next === undefined ? undefined : setTimeout(() => this.#endDue(), next.endsAtMs - nowMs);
  }
}
