/**
 * Numbers of lives: which contact a request is about can be told from the request's id alone.
 *
 * 1. Numbers of lives and ids of requests have nine digits each, and ids five bytes as a varint: frames of a kind have
 *    one size in both sub-protocols.
 * 2. A life has one request of each step, so an id is never used twice on a connection.
 */

/** The requests of a life, in their order. */
export const STEPS = ['submit', 'accept', 'end', 'complete'] as const;
export type Step = (typeof STEPS)[number];

export const FIRST_LIFE = 100_000_000;
export const LIFE_DIGITS = 9;
export const REQUEST_ID_DIGITS = 9;
export const REQUEST_ID_BYTES = 5;
/** Setting up needs requests that belong to no life: below all others. */
export const FIRST_OTHER_ID = FIRST_LIFE;

export function requestIdOf(life: number, step: number): number {
  return life * STEPS.length + step;
}

export function lifeOf(requestId: number): number {
  return Math.floor(requestId / STEPS.length);
}

export function stepOf(requestId: number): number {
  return requestId % STEPS.length;
}

/** What has happened in a life, as bits of one number. */
export const MARKS = { answered: 1, offered: 2, accepted: 4, ended: 8, completed: 16, told: 32 } as const;

/** A whole life; `told`: the gateway was pushed its end. */
export function wholeLife(subscribed: boolean): number {
  const { answered, offered, accepted, ended, completed, told } = MARKS;
  return answered | offered | accepted | ended | completed | (subscribed ? told : 0);
}

/** The life whose number stands at `at`, in ASCII digits; -1 if something else does. */
export function lifeAt(bytes: Uint8Array, at: number): number {
  let life = 0;
  for (let index = at; index < at + LIFE_DIGITS; index++) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    life = life * 10 + digit;
  }
  return life;
}
