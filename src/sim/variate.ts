// From distributions to numbers. One sampler draws from one stream only, and always as many numbers from it, whatever the parameters:
// two runs that differ in a mean meet the same customers, some of them slower.

import { unreachable } from '../lib/assert.ts';
import { exp, ln } from './math.ts';
import type { RandomStream } from './random-stream.ts';
import type { Distribution } from './scenario.ts';

/** Draws durations, milliseconds, 0 or more. */
export interface Sampler {
  next(): number;
}

/** The sampler of a distribution on its stream. */
export function samplerOf(distribution: Distribution, stream: RandomStream): Sampler {
  switch (distribution.kind) {
    case 'constant':
      return new Constant(distribution.ms);
    case 'exponential':
      return new Exponential(distribution.meanMs, stream);
    case 'lognormal':
      return new Lognormal(distribution.meanMs, distribution.cv, stream);
    case 'empirical':
      return new Empirical(distribution.valuesMs, stream);
    default:
      return unreachable(distribution);
  }
}

class Constant implements Sampler {
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  next(): number {
    return this.#ms;
  }
}

/** Inverse of the distribution function: −mean · ln u. */
export class Exponential implements Sampler {
  readonly #mean: number;
  readonly #stream: RandomStream;

  constructor(mean: number, stream: RandomStream) {
    this.#mean = mean;
    this.#stream = stream;
  }

  next(): number {
    return -this.#mean * ln(this.#stream.uniform());
  }
}

/** e^(μ + σz): with mean m and coefficient of variation c, σ² = ln(1 + c²) and μ = ln m − σ²/2. */
class Lognormal implements Sampler {
  readonly #scale: number;
  readonly #sigma: number;
  readonly #stream: RandomStream;
  /** The polar method makes two at a time. */
  #spare: number | undefined;

  constructor(mean: number, cv: number, stream: RandomStream) {
    const variance = ln(1 + cv * cv);
    this.#scale = mean * exp(-variance / 2);
    this.#sigma = Math.sqrt(variance);
    this.#stream = stream;
  }

  next(): number {
    return this.#scale * exp(this.#sigma * this.#normal());
  }

  /** Standard normal, by Marsaglia's polar method. */
  #normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.#stream.uniform() - 1;
      const y = 2 * this.#stream.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * ln(square)) / square);
      this.#spare = y * factor;
      return x * factor;
    }
  }
}

class Empirical implements Sampler {
  readonly #valuesMs: readonly number[];
  readonly #stream: RandomStream;

  constructor(valuesMs: readonly number[], stream: RandomStream) {
    this.#valuesMs = valuesMs;
    this.#stream = stream;
  }

  next(): number {
    return this.#valuesMs[Math.floor(this.#stream.uniform() * this.#valuesMs.length)] ?? 0;
  }
}
