// Virtual time: a wall clock and a monotonic one that go on only when they are told to, and timers on the monotonic one.
//
// 1. Timers fire in the order (due, set), one at a time, when asked to: between two of them whoever drives lets the rest happen.
// 2. The wall clock may stand, and jump in both directions, as machines' clocks do; the monotonic one only goes on.

import type { Alarm } from '../../src/engine/alarm.ts';
import type { TimeSource } from '../../src/engine/clock.ts';

const START_MS = 1_760_000_000_123;

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

export class VirtualTime implements TimeSource {
  #wallMs = START_MS;
  #wallReadMs = 0;
  #monotonicMs = 0;
  #stands = false;
  /** In the order in which they fire. */
  #timers: Timer[] = [];

  wallMs(): number {
    this.#wallReadMs = Math.max(this.#wallReadMs, this.#wallMs);
    return this.#wallMs;
  }

  /** The latest that anybody read on the wall clock since this was asked last: whoever did may have adopted it. */
  takeWallRead(): number {
    const wallReadMs = this.#wallReadMs;
    this.#wallReadMs = 0;
    return wallReadMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Calls `wake` when the monotonic clock has gone on by so much, at least a millisecond as in Node; gives what takes it back. */
  after(ms: number, wake: () => void): () => void {
    const timer: Timer = { dueMs: this.#monotonicMs + Math.max(1, ms), wake };
    const place = this.#timers.findIndex(({ dueMs }) => dueMs > timer.dueMs);
    this.#timers.splice(place === -1 ? this.#timers.length : place, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** An alarm for one engine. */
  alarm(): Alarm {
    let cancel: (() => void) | undefined;
    const clear = (): void => {
      cancel?.();
      cancel = undefined;
    };
    return {
      clear,
      set: (afterMs, wake) => {
        clear();
        cancel = this.after(afterMs, wake);
      },
    };
  }

  /** The process died: nobody is there to be woken. */
  forgetTimers(): void {
    this.#timers = [];
  }

  /** Goes to the next timer due at or before the instant of the monotonic clock, and fires it; false when there is none. */
  fireNext(untilMs: number): boolean {
    const timer = this.#timers[0];
    if (timer === undefined || timer.dueMs > untilMs) return false;
    this.#timers.shift();
    this.passTo(timer.dueMs);
    timer.wake();
    return true;
  }

  /** Both clocks go on, without firing anything. */
  passTo(monotonicMs: number): void {
    const elapsedMs = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs += elapsedMs;
    if (!this.#stands) this.#wallMs += elapsedMs;
  }

  /** Somebody sets the wall clock. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** The wall clock stands, or goes on from where it stands. */
  standWall(stands: boolean): void {
    this.#stands = stands;
  }
}
