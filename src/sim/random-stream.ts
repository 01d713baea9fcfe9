// Named streams of random numbers from one seed. What one thing draws never moves what another draws: each has a stream of its own.
//
// 1. Pure arithmetic of 32-bit integers: the same numbers on every platform. 2. The generator (xoshiro128++ of Blackman and Vigna, 2019; period
// 2^128 − 1) and the hash that starts it are fixed: a seed means the same run for ever. Not for secrets.

import { hash128 } from '../lib/hash128.ts';

const TWO_26 = 67_108_864;
const TWO_MINUS_52 = 1 / 4_503_599_627_370_496;

export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** The stream of that name, of that seed. */
  constructor(seed: number, name: string) {
    const start = hash128(`${seed} ${name}`);
    this.#a = Number.parseInt(start.slice(0, 8), 16) | 0;
    this.#b = Number.parseInt(start.slice(8, 16), 16) | 0;
    this.#c = Number.parseInt(start.slice(16, 24), 16) | 0;
    // All zeros is the one state that the generator never leaves.
    this.#d = Number.parseInt(start.slice(24, 32), 16) | (this.#a === 0 && this.#b === 0 && this.#c === 0 ? 1 : 0);
  }

  /** 32 bits, as a signed integer. */
  bits(): number {
    const a = this.#a;
    const d = this.#d;
    const sum = (a + d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + a) | 0;
    const c = this.#c ^ a;
    const mixed = d ^ this.#b;
    const b = this.#b ^ c;
    this.#c = c ^ (this.#b << 9);
    this.#a = a ^ mixed;
    this.#b = b;
    this.#d = (mixed << 11) | (mixed >>> 21);
    return result;
  }

  /** Between 0 and 1, never one of them: an odd multiple of 2^-53. */
  uniform(): number {
    const high = this.bits() >>> 6;
    return (high * TWO_26 + (this.bits() >>> 6) + 0.5) * TWO_MINUS_52;
  }
}
