/**
 * The highest rate that a server holds: short steps up until a rate is missed, and from there down until one is held for the
 * whole time.
 *
 * 1. A rate is held if every life was whole and p99 of submit → offer stayed below the bound, however disturbed the run was:
 *    what holds although others took of the machine, holds.
 * 2. A rate that was missed is tried once more, unless lives were faulty.
 */
import { progress } from '../suite.ts';
import type { RunResult } from './load-run.ts';
import type { Measurement } from './measure.ts';
import type { SearchParams } from './params.ts';
import { SERVER_TITLES, type ServerName } from './servers.ts';

/** One run of the search. */
export interface Attempt {
  readonly name: ServerName;
  readonly ratePerS: number;
  readonly seconds: number;
  readonly result: RunResult;
  /** Why the rate was not held; undefined: it was. */
  readonly missed: string | undefined;
}

export interface Found {
  /** In their order. */
  readonly attempts: readonly Attempt[];
  /** The router at the highest rate that it held for the whole time; undefined: none. */
  readonly held: Attempt | undefined;
  /** The relays at that rate, for the time of a step. */
  readonly relays: readonly Attempt[];
  /** The bare relay at the highest rate that was tried and held, for the time of a step: as much the load can do. */
  readonly bareHeld: Attempt | undefined;
}

export class Search {
  readonly #measurement: Measurement;
  readonly #params: SearchParams;
  readonly #seed: number;
  readonly #where: string;
  readonly #attempts: Attempt[] = [];

  /** `where` is said with the progress: on which cores. */
  constructor(measurement: Measurement, params: SearchParams, seed: number, where: string) {
    this.#measurement = measurement;
    this.#params = params;
    this.#seed = seed;
    this.#where = where;
  }

  async run(): Promise<Found> {
    const held = await this.#highestHeld();
    if (held === undefined) return { attempts: this.#attempts, held, relays: [], bareHeld: undefined };
    const { stepS, bareFactors } = this.#params;
    const relays: Attempt[] = [];
    for (const name of ['bare', 'committing'] as const) relays.push(await this.#attempt(name, held.ratePerS, stepS));
    let bareHeld = relays.find((attempt) => attempt.name === 'bare' && attempt.missed === undefined);
    for (const factor of bareHeld === undefined ? [] : bareFactors) {
      const attempt = await this.#attempt('bare', Math.round(held.ratePerS * factor), stepS);
      if (attempt.missed !== undefined) break;
      bareHeld = attempt;
    }
    return { attempts: this.#attempts, held, relays, bareHeld };
  }

  async #highestHeld(): Promise<Attempt | undefined> {
    const { fromPerS, stepPerS, toPerS, seconds, stepS } = this.#params;
    let topPerS = fromPerS - stepPerS;
    for (let ratePerS = fromPerS; ratePerS <= toPerS; ratePerS += stepPerS) {
      if ((await this.#tryTwice(ratePerS, stepS)).missed !== undefined) break;
      topPerS = ratePerS;
    }
    for (let ratePerS = topPerS; ratePerS > 0; ratePerS -= stepPerS) {
      const attempt = await this.#tryTwice(ratePerS, seconds);
      if (attempt.missed === undefined) return attempt;
    }
    return undefined;
  }

  async #tryTwice(ratePerS: number, seconds: number): Promise<Attempt> {
    const attempt = await this.#attempt('router', ratePerS, seconds);
    if (attempt.missed === undefined || attempt.result.log.faultCount > 0) return attempt;
    progress(`search: ${attempt.missed}; ${ratePerS} contacts/s once more`);
    return await this.#attempt('router', ratePerS, seconds);
  }

  async #attempt(name: ServerName, ratePerS: number, seconds: number): Promise<Attempt> {
    const what = `search${this.#where}: ${SERVER_TITLES[name]}, ${ratePerS} contacts/s for ${seconds} s`;
    const seed = this.#seed + ratePerS;
    const isEnough = (run: RunResult): boolean => this.#missedBy(run) === undefined;
    const result = await this.#measurement.quietRun({ what, name, ratePerS, seconds, seed, isEnough });
    const attempt = { name, ratePerS, seconds, result, missed: this.#missedBy(result) };
    if (name === 'router') this.#attempts.push(attempt);
    return attempt;
  }

  #missedBy({ log, stopped }: RunResult): string | undefined {
    if (stopped !== undefined) return stopped;
    if (log.faultCount > 0) return `${log.faultCount} faults: ${log.faults[0]}`;
    const p99Ms = log.submitToOffer.percentileUs(0.99) / 1000;
    return p99Ms < this.#params.p99MaxMs ? undefined : `p99 ${p99Ms.toFixed(1)} ms`;
  }
}
