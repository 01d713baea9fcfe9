/**
 * SIGTERM and SIGINT: the first one is a wish to the program, which ends in order; another one is for the process, at once.
 *
 * 1. The same signal again within `SAME_WISH_MS` is the same wish: on a Ctrl-C the terminal signals npm and the process that
 *    npm runs, and npm passes its own on.
 */
const SAME_WISH_MS = 1_000;

/** What a signal means: to end in order, nothing new, or to end at once. */
export type StopMeaning = 'stop' | 'same' | 'atOnce';

/** Tells what each signal means; `now` is milliseconds of one clock. */
export class StopWishes {
  #first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;

  take(signal: NodeJS.Signals, now: number): StopMeaning {
    if (this.#first === undefined) {
      this.#first = { signal, at: now };
      return 'stop';
    }
    return signal === this.#first.signal && now - this.#first.at < SAME_WISH_MS ? 'same' : 'atOnce';
  }
}

/** What to do; `atOnce` gets the exit code by which a shell tells that a signal ended the process. */
export interface StopHandlers {
  stop(signal: NodeJS.Signals): void;
  atOnce(signal: NodeJS.Signals, exitCode: number): void;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens for as long as the process lives. */
export function onStopSignals({ stop, atOnce }: StopHandlers): void {
  const wishes = new StopWishes();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const meaning = wishes.take(signal, performance.now());
      if (meaning === 'stop') stop(signal);
      else if (meaning === 'atOnce') atOnce(signal, EXIT_CODES[signal]);
    });
  }
}
