/**
 * Waits for a machine that has nothing else to do, so that runs of one peer and another are begun in like conditions.
 *
 * 1. The waits of a whole run have one budget: on a machine that is never calm they end, and the tables tell what others took.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readMachineCpuUs } from '../cpu-time.ts';
import { nowUs } from '../latency/clock.ts';

const LOOK_MS = 400;
/** Idle peers take some of it: workers that wait for work, a dispatcher that polls. */
const CALM_CORES = 0.25;

export class Calm {
  #budgetMs: number;

  constructor(budgetS: number) {
    this.#budgetMs = budgetS * 1000;
  }

  /** Resolves when the machine was calm for a moment, or the budget is used up. */
  async wait(): Promise<void> {
    while (this.#budgetMs > 0) {
      const fromUs = nowUs();
      const before = readMachineCpuUs();
      await pause(LOOK_MS);
      const usedUs = (readMachineCpuUs() ?? 0) - (before ?? 0);
      if (usedUs / (nowUs() - fromUs) < CALM_CORES) return;
      this.#budgetMs -= LOOK_MS;
    }
  }
}
