/**
 * What is measured: rounds at one rate, in which the three servers take turns; then the search for the highest rate that
 * the router holds.
 *
 * 1. The servers of a round get the same schedule, so that what differs is the server.
 * 2. A run that others disturbed is repeated, and judged by what they took, never by its result: the first quiet one
 *    counts, or the quietest of all tries. In the search a disturbed run that holds its rate counts, too.
 * 3. Anything but whole lives ends the measurement, or the search; only if the machine stood still, taken by others, is a
 *    run that fell behind repeated like any other.
 * 4. A rate that was missed undisturbed is tried once more.
 */
import { createHash, type Hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { assert } from '../../src/lib/assert.ts';
import { totalUs } from '../cpu-time.ts';
import { VARIANTS } from './centre.ts';
import { FIRST_LIFE } from './life.ts';
import { type RunResult, runLoad } from './load-run.ts';
import type { Metronome } from './metronome.ts';
import type { LatencyParams, SearchParams } from './params.ts';
import { scheduleOf } from './schedule.ts';
import { SERVERS, type ServerName, type Station } from './servers.ts';

/** Results of one server, one a round. */
export type RoundResults = Readonly<Record<ServerName, readonly RunResult[]>>;

/** One rate of the search. */
export interface Attempt {
  readonly ratePerS: number;
  readonly router: RunResult;
  /** Why the rate was not held; undefined: it was. */
  readonly missed: string | undefined;
  /** At the same rate, for a shorter time; absent for the rate that was not held. */
  readonly relays: readonly (readonly [ServerName, RunResult])[];
}

/** Lives under way when the last contact was sent should be done soon after. */
const SETTLE_MS = 300;

export class Measurement {
  readonly #params: LatencyParams;
  readonly #metronome: Metronome;
  readonly #stations: Readonly<Record<ServerName, Station>>;
  readonly #progress: (line: string) => void;
  readonly #hash: Hash = createHash('sha256');
  #nextLife = FIRST_LIFE + VARIANTS;

  constructor(
    params: LatencyParams,
    metronome: Metronome,
    stations: Readonly<Record<ServerName, Station>>,
    progress: (line: string) => void,
  ) {
    this.#params = params;
    this.#metronome = metronome;
    this.#stations = stations;
    this.#progress = progress;
  }

  /** Of all lives of the rounds: their marks by server. Call it once, at the end. */
  outcomeHash(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }

  async warmUp(): Promise<void> {
    const { ratePerS, warmupS, seed } = this.#params;
    for (const name of SERVERS) refuseFaulty(name, await this.#run(name, ratePerS, warmupS, seed));
  }

  async rounds(): Promise<RoundResults> {
    const results: Record<ServerName, RunResult[]> = { bare: [], committing: [], router: [] };
    const { ratePerS, roundS, seed, rounds } = this.#params;
    for (let number = 1; number <= rounds; number++) {
      for (const name of SERVERS) {
        const what = `round ${number} of ${rounds}: ${name}, ${ratePerS} contacts/s for ${roundS} s`;
        const result = await this.#quietRun(what, name, ratePerS, roundS, seed + number);
        refuseFaulty(name, result);
        results[name].push(result);
        this.#hash.update(`${number} ${name} ${result.log.count} `).update(result.log.outcomes());
      }
    }
    return results;
  }

  async search(search: SearchParams): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    for (let ratePerS = search.fromPerS; ratePerS <= search.toPerS; ratePerS += search.stepPerS) {
      let attempt = await this.#attempt(search, ratePerS);
      attempts.push(attempt);
      if (attempt.missed !== undefined && attempt.router.log.faultCount === 0) {
        this.#progress(`search: ${attempt.missed}; ${ratePerS} contacts/s once more`);
        attempt = await this.#attempt(search, ratePerS);
        attempts.push(attempt);
      }
      if (attempt.missed !== undefined) break;
    }
    return attempts;
  }

  async #attempt(search: SearchParams, ratePerS: number): Promise<Attempt> {
    const { seconds } = search;
    const seed = this.#params.seed + ratePerS;
    const what = `search: ${ratePerS} contacts/s for ${seconds} s`;
    const router = await this.#quietRun(what, 'router', ratePerS, seconds, seed, (run) => isHeld(run, search));
    const missed = missedBy(router, search);
    if (missed !== undefined) return { ratePerS, router, missed, relays: [] };
    const relays: (readonly [ServerName, RunResult])[] = [];
    for (const name of ['bare', 'committing'] as const) {
      relays.push([name, await this.#run(name, ratePerS, search.relayS, seed)]);
    }
    return { ratePerS, router, missed, relays };
  }

  /**
   * The first run that is quiet, or the quietest whole one of all tries. `isEnough` may say that a run is good however
   * disturbed: a rate that holds although others took of the machine, holds.
   */
  async #quietRun(
    what: string,
    name: ServerName,
    ratePerS: number,
    seconds: number,
    seed: number,
    isEnough: (result: RunResult) => boolean = () => false,
  ): Promise<RunResult> {
    const { triesMax, othersCoresMax } = this.#params;
    this.#progress(what);
    let quietest: RunResult | undefined;
    for (let count = 1; count <= triesMax; count++) {
      const result = await this.#run(name, ratePerS, seconds, seed);
      const { othersCores = 0, log } = result;
      if (othersCores <= othersCoresMax || log.faultCount > 0 || isEnough(result)) return result;
      if (quietest === undefined || isQuieter(result, quietest)) quietest = result;
      this.#progress(`others took ${othersCores.toFixed(2)} cores${count < triesMax ? ': once more' : ''}`);
    }
    assert(quietest !== undefined, 'a run is tried at least once');
    return quietest;
  }

  async #run(name: ServerName, ratePerS: number, seconds: number, seed: number): Promise<RunResult> {
    const { arrivals, isSubscribed } = this.#params;
    const schedule = scheduleOf(arrivals, ratePerS, seconds, seed);
    const { crew, process: server } = this.#stations[name];
    // Each run begins with the same kind of contact.
    const firstLife = this.#nextLife;
    this.#nextLife += Math.ceil(schedule.length / VARIANTS) * VARIANTS;
    const run = { ratePerS, schedule, firstLife, isSubscribed, pid: server.pid };
    const result = await runLoad(crew, this.#metronome, run);
    if (server.failure !== undefined) throw new Error(server.failure);
    await pause(SETTLE_MS);
    return result;
  }
}

/** A whole run is better than one that was stopped; else the one with less of others in it. */
function isQuieter(result: RunResult, other: RunResult): boolean {
  if (isWhole(result) !== isWhole(other)) return isWhole(result);
  return (result.othersCores ?? 0) < (other.othersCores ?? 0);
}

function isWhole({ log, stopped }: RunResult): boolean {
  return stopped === undefined && log.faultCount === 0;
}

function isHeld(result: RunResult, search: SearchParams): boolean {
  return missedBy(result, search) === undefined;
}

function refuseFaulty(name: ServerName, result: RunResult): void {
  if (isWhole(result)) return;
  const { log, stopped } = result;
  const faults = log.faultCount === 0 ? '' : `; ${log.faultCount} faults: ${log.faults.join('; ')}`;
  throw new Error(`${name}: ${log.wholeCount} of ${log.count} lives are whole: ${stopped ?? ''}${faults}`);
}

function missedBy({ log, stopped }: RunResult, { p99MaxMs }: SearchParams): string | undefined {
  if (stopped !== undefined) return stopped;
  if (log.faultCount > 0) return `${log.faultCount} faults: ${log.faults[0]}`;
  const p99Ms = log.submitToOffer.percentileUs(0.99) / 1000;
  return p99Ms < p99MaxMs ? undefined : `p99 ${p99Ms.toFixed(1)} ms`;
}

/** Microseconds of the server's CPU for each life; undefined where the system does not tell. */
export function serverCpuPerLifeUs({ serverCpu, log }: RunResult): number | undefined {
  return serverCpu === undefined || log.completedCount === 0 ? undefined : totalUs(serverCpu) / log.completedCount;
}

/** Frames of a life, both ways. */
export function framesPerLife({ log }: RunResult): number {
  return log.wholeCount === 0 ? 0 : (log.framesIn + log.framesOut) / log.wholeCount;
}
