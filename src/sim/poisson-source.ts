// The arrivals of a traffic: a Poisson process whose rate is a step function of time, and what each customer brings.
//
// 1. Exact: an interval is a unit exponential, spent through the rates that it passes (the process in its own time), not thinned and not
// held at the rate of its beginning. 2. Draws everything about a customer when it arrives, each kind of fact from its own stream.

import { assert } from '../lib/assert.ts';
import type { Arrival, ArrivalSource } from './arrival.ts';
import { RandomStream } from './random-stream.ts';
import type { ContactTemplate, Distribution, RateStep, Traffic } from './scenario.ts';
import { Exponential, type Sampler, samplerOf } from './variate.ts';

export class PoissonSource implements ArrivalSource {
  readonly name: string;
  readonly #contact: ContactTemplate;
  readonly #steps: readonly RateStep[];
  readonly #periodMs: number;
  readonly #intervals: Sampler;
  readonly #handle: Sampler;
  readonly #wrapUp: Sampler;
  readonly #patience: Sampler | undefined;
  #atMs = 0;
  #stepIndex = 0;
  #periodCount = 0;
  #perMs = 0;
  /** Where the step that it is in ends. */
  #untilMs = 0;

  constructor(traffic: Traffic, seed: number) {
    const { name } = traffic;
    const sampler = (what: string, distribution: Distribution): Sampler =>
      samplerOf(distribution, new RandomStream(seed, `traffic ${name} ${what}`));
    assert(
      traffic.profile[0]?.fromMs === 0 && traffic.profile.every((step) => step.fromMs < traffic.periodMs),
      `the profile of ${name} begins at 0 and stays within its period`,
    );
    this.name = name;
    this.#contact = traffic.contact;
    this.#steps = traffic.profile.some((step) => step.perMs > 0) ? traffic.profile : [];
    this.#periodMs = traffic.periodMs;
    this.#intervals = new Exponential(1, new RandomStream(seed, `traffic ${name} arrivals`));
    this.#handle = sampler('handle', traffic.handle);
    this.#wrapUp = sampler('wrapUp', traffic.wrapUp);
    this.#patience = traffic.patience === undefined ? undefined : sampler('patience', traffic.patience);
    this.#enterStep();
  }

  next(): Arrival | undefined {
    let left = this.#intervals.next();
    for (;;) {
      const atMs = this.#atMs + left / this.#perMs;
      if (this.#perMs > 0 && atMs < this.#untilMs) {
        this.#atMs = atMs;
        return {
          atMs,
          contact: this.#contact,
          handleMs: this.#handle.next(),
          wrapUpMs: this.#wrapUp.next(),
          patienceMs: this.#patience === undefined ? Number.POSITIVE_INFINITY : this.#patience.next(),
          recordedId: '',
        };
      }
      if (this.#untilMs === Number.POSITIVE_INFINITY) return undefined;
      left -= this.#perMs * (this.#untilMs - this.#atMs);
      // What rounding took below nothing is an arrival at the very change of rate.
      if (left < 0) left = 0;
      this.#atMs = this.#untilMs;
      this.#stepIndex++;
      this.#enterStep();
    }
  }

  #enterStep(): void {
    const steps = this.#steps;
    if (this.#stepIndex === steps.length && steps.length > 0) {
      this.#stepIndex = 0;
      this.#periodCount++;
    }
    const step = steps[this.#stepIndex];
    const next = steps[this.#stepIndex + 1];
    this.#perMs = step?.perMs ?? 0;
    if (steps.length <= 1) this.#untilMs = Number.POSITIVE_INFINITY;
    else if (next === undefined) this.#untilMs = (this.#periodCount + 1) * this.#periodMs;
    else this.#untilMs = (this.#periodCount === 0 ? 0 : this.#periodCount * this.#periodMs) + next.fromMs;
  }
}
