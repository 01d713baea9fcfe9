/**
 * Measuring one setting: rounds at each rate, in which the three servers take turns, and rounds of the router with and
 * without those who watch it.
 *
 * 1. The servers of a round get the same schedule, so that what differs is the server; so do the two rounds of a pair.
 * 2. A run that others disturbed is repeated, and judged by what they took, never by its result: the first quiet one
 *    counts, or the quietest of all tries. There is an end to it: `triesMax`, and `repeatSeconds` for the setting.
 * 3. What is not a whole life fails the measurement. Only a server may fall behind, so that no more is sent: if others
 *    disturbed that run, its round is left out; else the rate was not held, has no figures, and that is told.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { assert } from '../../src/lib/assert.ts';
import { progress } from '../suite.ts';
import { VARIANTS } from './centre.ts';
import type { FeaturedRouter } from './featured.ts';
import { FIRST_LIFE } from './life.ts';
import { type RunResult, runLoad } from './load-run.ts';
import type { Metronome } from './metronome.ts';
import type { FeatureParams, LatencyParams, RoundsAtRate, Setting, WatchParams } from './params.ts';
import { readCollectionsMs } from './router.ts';
import { scheduleOf } from './schedule.ts';
import { SERVER_TITLES, SERVERS, type ServerName, type Station } from './servers.ts';
import type { Sights, Watchers } from './watchers.ts';

export interface RateResults {
  readonly ratePerS: number;
  /** As many as were wanted. */
  readonly rounds: number;
  /** Results of one server, one a round. */
  readonly runs: Readonly<Record<ServerName, readonly RunResult[]>>;
  /** Who fell behind, and how; then there are no results. */
  readonly missed: string | undefined;
}

export interface WatchedResults {
  readonly watch: WatchParams;
  /** Of the router, one a pair. */
  readonly alone: readonly RunResult[];
  readonly watched: readonly RunResult[];
  readonly sights: readonly Sights[];
}

export interface FeaturedResults {
  readonly features: FeatureParams;
  /** Of the router whose policy uses nothing, one a pair. */
  readonly plain: readonly RunResult[];
  readonly featured: readonly RunResult[];
}

/** The router that uses everything has no part in other rounds. */
type RunName = ServerName | 'featured';

export interface RunWish {
  readonly what: string;
  readonly name: RunName;
  readonly ratePerS: number;
  readonly seconds: number;
  readonly seed: number;
  /** May say that a run is good however disturbed. */
  readonly isEnough?: (result: RunResult) => boolean;
}

/** Lives under way when the last contact was sent should be done soon after. */
const SETTLE_MS = 300;

export class Measurement {
  readonly #params: LatencyParams;
  readonly #setting: Setting;
  readonly #metronome: Metronome;
  readonly #stations: Readonly<Record<ServerName, Station>>;
  #featured: FeaturedRouter | undefined;
  #nextLife = FIRST_LIFE + VARIANTS;
  #repeatSecondsLeft: number;

  constructor(
    params: LatencyParams,
    setting: Setting,
    metronome: Metronome,
    stations: Readonly<Record<ServerName, Station>>,
  ) {
    this.#params = params;
    this.#setting = setting;
    this.#metronome = metronome;
    this.#stations = stations;
    this.#repeatSecondsLeft = params.repeatSeconds;
  }

  async warmUp(): Promise<void> {
    const { warmup, seed } = this.#params;
    for (const name of SERVERS) {
      const seconds = name === 'router' ? warmup.seconds : warmup.relayS;
      progress(`warming up: ${name}, ${warmup.ratePerS} contacts/s for ${seconds} s`);
      const result = await this.#run(name, warmup.ratePerS, seconds, seed);
      // A server that is slow while it is cold may be whole all the same.
      if (result.stopped === undefined) refuseFaulty(name, result);
    }
  }

  async rounds({ ratePerS, rounds }: RoundsAtRate): Promise<RateResults> {
    const runs: Record<ServerName, RunResult[]> = { bare: [], committing: [], router: [] };
    let leftOut = 0;
    for (let number = 1; number <= rounds; number++) {
      const round = await this.#round(ratePerS, number, rounds);
      if ('missed' in round) {
        progress(round.missed);
        leftOut += 1;
        if (!round.isDisturbed || leftOut === rounds) {
          return { ratePerS, rounds, runs: noRuns(), missed: round.missed };
        }
      } else for (const name of SERVERS) runs[name].push(round[name]);
    }
    return { ratePerS, rounds, runs, missed: undefined };
  }

  async #round(
    ratePerS: number,
    number: number,
    rounds: number,
  ): Promise<Record<ServerName, RunResult> | { readonly missed: string; readonly isDisturbed: boolean }> {
    const run = async (name: ServerName): Promise<RunResult> => {
      const what = `${ratePerS} contacts/s, round ${number} of ${rounds}: ${name}`;
      const seed = this.#params.seed + number;
      const result = await this.quietRun({ what, name, ratePerS, seconds: this.#setting.roundS, seed });
      if (result.stopped === undefined || result.log.faultCount > 0) refuseFaulty(name, result);
      return result;
    };
    const round = { bare: await run('bare'), committing: await run('committing'), router: await run('router') };
    for (const name of SERVERS) {
      const { stopped, othersCores = 0 } = round[name];
      if (stopped === undefined) continue;
      const isDisturbed = othersCores > this.#params.othersCoresMax;
      return { missed: `the ${SERVER_TITLES[name]} fell behind: ${stopped}`, isDisturbed };
    }
    return round;
  }

  /** Pairs of rounds, one with the watchers there and one without; which of them is first changes from pair to pair. */
  async watched(watch: WatchParams, watchers: Watchers): Promise<WatchedResults> {
    const alone: RunResult[] = [];
    const watched: RunResult[] = [];
    const sights: Sights[] = [];
    for (let number = 1; number <= watch.pairs; number++) {
      const isWatchedInTurn = number % 2 === 1 ? [false, true] : [true, false];
      for (const isWatched of isWatchedInTurn) {
        const what = `${watch.ratePerS} contacts/s, pair ${number} of ${watch.pairs}: ${isWatched ? 'watched' : 'alone'}`;
        if (isWatched) await watchers.begin();
        const { ratePerS } = watch;
        const seed = this.#params.seed + number;
        const result = await this.quietRun({ what, name: 'router', ratePerS, seconds: this.#setting.roundS, seed });
        refuseFaulty('router', result);
        (isWatched ? watched : alone).push(result);
        if (isWatched) sights.push(await watchers.end());
      }
    }
    return { watch, alone, watched, sights };
  }

  /** Pairs of rounds, one at each of two routers, whose policies use nothing and everything; which is first changes from pair to pair. */
  async featured(features: FeatureParams, router: FeaturedRouter): Promise<FeaturedResults> {
    const { warmup, seed } = this.#params;
    this.#featured = router;
    progress(`warming up: featured, ${warmup.ratePerS} contacts/s for ${warmup.seconds} s`);
    const warm = await this.#run('featured', warmup.ratePerS, warmup.seconds, seed);
    if (warm.stopped === undefined) refuseFaulty('featured', warm);
    progress(`putting ${features.profiles} profiles of customers`);
    await router.putProfiles(this.#nextLife, features.profiles);
    const results: Record<'router' | 'featured', RunResult[]> = { router: [], featured: [] };
    const { ratePerS, pairs } = features;
    for (let number = 1; number <= pairs; number++) {
      for (const name of number % 2 === 1 ? (['router', 'featured'] as const) : (['featured', 'router'] as const)) {
        const what = `${ratePerS} contacts/s, pair ${number} of ${pairs}: ${name}`;
        const result = await this.quietRun({
          what,
          name,
          ratePerS,
          seconds: this.#setting.roundS,
          seed: seed + number,
        });
        refuseFaulty(name, result);
        results[name].push(result);
      }
    }
    return { features, plain: results.router, featured: results.featured };
  }

  /** The first run that is quiet, or the quietest whole one of all tries. */
  async quietRun({ what, name, ratePerS, seconds, seed, isEnough = () => false }: RunWish): Promise<RunResult> {
    const { triesMax, othersCoresMax } = this.#params;
    progress(what);
    let quietest: RunResult | undefined;
    for (let count = 1; count <= triesMax; count++) {
      const result = await this.#run(name, ratePerS, seconds, seed);
      const { othersCores = 0, log } = result;
      if (othersCores <= othersCoresMax || log.faultCount > 0 || isEnough(result)) return result;
      if (quietest === undefined || isQuieter(result, quietest)) quietest = result;
      const isRepeated = count < triesMax && this.#repeatSecondsLeft >= seconds;
      progress(`others took ${othersCores.toFixed(2)} cores${isRepeated ? ': once more' : ''}`);
      if (!isRepeated) break;
      this.#repeatSecondsLeft -= seconds;
    }
    assert(quietest !== undefined, 'a run is tried at least once');
    return quietest;
  }

  #stationOf(name: RunName): Pick<Station, 'crew' | 'process'> {
    const station = name === 'featured' ? this.#featured : this.#stations[name];
    assert(station !== undefined, `${name} was started`);
    return station;
  }

  async #run(name: RunName, ratePerS: number, seconds: number, seed: number): Promise<RunResult> {
    const { arrivals, isSubscribed } = this.#params;
    const schedule = scheduleOf(arrivals, ratePerS, seconds, seed);
    const { crew, process: server } = this.#stationOf(name);
    // Each run begins with the same kind of contact.
    const firstLife = this.#nextLife;
    this.#nextLife += Math.ceil(schedule.length / VARIANTS) * VARIANTS;
    const run = { ratePerS, schedule, firstLife, isSubscribed, pid: server.pid };
    const gcBeforeMs = name === 'router' || name === 'featured' ? await readCollectionsMs(server.port) : undefined;
    const result = await runLoad(crew, this.#metronome, run);
    if (server.failure !== undefined) throw new Error(server.failure);
    await pause(SETTLE_MS);
    if (gcBeforeMs === undefined) return result;
    return { ...result, gcMs: (await readCollectionsMs(server.port)) - gcBeforeMs };
  }
}

function noRuns(): RateResults['runs'] {
  return { bare: [], committing: [], router: [] };
}

/** A whole run is better than one that was stopped; else the one with less of others in it. */
function isQuieter(result: RunResult, other: RunResult): boolean {
  if (isWhole(result) !== isWhole(other)) return isWhole(result);
  return (result.othersCores ?? 0) < (other.othersCores ?? 0);
}

function isWhole({ log, stopped }: RunResult): boolean {
  return stopped === undefined && log.faultCount === 0;
}

function refuseFaulty(name: RunName, result: RunResult): void {
  if (isWhole(result)) return;
  const { log, stopped } = result;
  const faults = log.faultCount === 0 ? '' : `; ${log.faultCount} faults: ${log.faults.join('; ')}`;
  throw new Error(`${name}: ${log.wholeCount} of ${log.count} lives are whole: ${stopped ?? ''}${faults}`);
}
