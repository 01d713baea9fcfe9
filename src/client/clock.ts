// Time for the client: an instant and timers, so that tests can give it a clock of their own.

/** Milliseconds and timers. Only differences of `now` mean anything, except when a token's expiry is read. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after the delay; the function returned cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** Longest delay that a platform's timer takes; longer ones would fire at once. */
const PLATFORM_DELAY_MS_MAX = 2_147_483_647;

/** The platform's clock. */
export const platformClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, PLATFORM_DELAY_MS_MAX));
    return () => clearTimeout(timer);
  },
};
