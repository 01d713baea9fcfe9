// Whether and when a client comes back after its socket closed: the meaning of close codes, and the delay.
//
// 1. 4400, 4403 and 4409 are final: coming back would do the same again, or throw out the session that replaced this one.
// 2. Delays are drawn whole from 0 to a bound that doubles ("full jitter"), so that clients of a restarted router do not come in waves.
// 3. Pure: the random number and the count of failures are inputs.

/** What follows from a close code. */
export type CloseMeaning =
  /** Stay away for good. */
  | 'final'
  /** The token was refused: come back only with another one. */
  | 'token'
  /** Come back, but not soon. */
  | 'later'
  /** A frame broke the protocol: come back, but never send again what was under way. */
  | 'broken'
  /** Come back and go on. */
  | 'again';

/** The meaning of a WebSocket close code; codes that are not of the protocol's list mean a lost connection. */
export function meaningOf(closeCode: number): CloseMeaning {
  switch (closeCode) {
    case 4400:
    case 4403:
    case 4409:
      return 'final';
    case 4401:
      return 'token';
    case 1013:
    case 4429:
      return 'later';
    case 1002:
    case 1003:
    case 1007:
    case 1008:
    case 1009:
      return 'broken';
    default:
      return 'again';
  }
}

/** Bounds of the delay before coming back. */
export interface Backoff {
  /** Bound of the first delay. */
  readonly baseMs: number;
  /** Greatest bound. */
  readonly maxMs: number;
  /** Added to the delay after 4429 and 1013 (try again later). */
  readonly laterMs: number;
  /** A connection that lived this long counts as a success: the bound starts at `baseMs` again. */
  readonly stableMs: number;
}

export const defaultBackoff: Backoff = { baseMs: 250, maxMs: 15_000, laterMs: 5_000, stableMs: 5_000 };

/** Milliseconds to wait after `failureCount` failures in a row (from 0); `random` is from [0, 1). */
export function delayMs(backoff: Backoff, failureCount: number, meaning: CloseMeaning, random: number): number {
  const bound = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failureCount, 40));
  return Math.floor(random * bound) + (meaning === 'later' ? backoff.laterMs : 0);
}
