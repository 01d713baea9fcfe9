/** Virtual time of a stage: even steps that need not be whole milliseconds, read as whole ones. */
import { START_MS } from '../core/staff.ts';

export class StageClock {
  readonly stepMs: number;
  #ms = 0;

  constructor(stepMs: number) {
    this.stepMs = stepMs;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return START_MS + Math.floor(this.#ms);
  }

  advance(): number {
    this.#ms += this.stepMs;
    return this.now;
  }
}
