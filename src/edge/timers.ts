/**
 * Time as the edge's pure parts see it: an instant to ask for, and callbacks later. The real one stands here; tests bring
 * their own and turn it by hand.
 *
 * 1. Cancelling twice, or after the callback ran, does nothing.
 * 2. A timer keeps the process alive: whoever starts one cancels it on the way down.
 */

export interface Timers {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once, after so many milliseconds; returns how to cancel. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back in the next turn of the event loop. */
  soon(callback: () => void): void;
}

/** The process's own clock and event loop. */
export const realTimers: Timers = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (callback) => {
    setImmediate(callback);
  },
};
