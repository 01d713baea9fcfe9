/**
 * What is measured: the order in which a filled queue is emptied; rounds at common rates, in which the peers take turns; then, for each peer, the
 * search for the highest rate that it holds.
 *
 * 1. The peers of a round get the same contacts at the same instants.
 * 2. Anything but whole handlings in a round ends the measurement; in the search it ends the rate.
 * 3. A run begins when the machine is calm, if that can be waited for. One that others disturbed is repeated, judged by what they took, never by
 *    its result; in the search a disturbed run that holds counts.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { assert } from '../../src/lib/assert.ts';
import { FIRST_LIFE } from '../latency/life.ts';
import type { Metronome } from '../latency/metronome.ts';
import { scheduleOf } from '../latency/schedule.ts';
import { progress } from '../suite.ts';
import { Calm } from './calm.ts';
import { type CurrentLog, HandlingLog } from './handling-log.ts';
import type { PeersParams, SearchParams } from './params.ts';
import type { Peer } from './peer.ts';
import { type Found, RateSearch } from './rate-search.ts';
import { FACTS, type PeerName } from './roster.ts';
import { type RunResult, runPeer } from './run.ts';
import { contactsOf, type Work, type WorkContact } from './work.ts';

export interface Station {
  readonly name: PeerName;
  readonly peer: Peer;
  readonly current: CurrentLog;
}

export interface Round {
  readonly number: number;
  readonly name: PeerName;
  readonly result: RunResult;
}

/** One run, as it is told to every peer. */
interface Load {
  readonly ratePerS: number;
  readonly seconds: number;
  readonly seed: number;
  /** Whether the run is ended when the peer falls behind. */
  readonly mayStop: boolean;
}

const SETTLE_MS = 200;
const ORDER_MS = 30_000;

export class Measurement {
  readonly #params: PeersParams;
  readonly #seed: number;
  readonly #work: Work;
  readonly #metronome: Metronome;
  readonly #calm: Calm;
  #nextNumber = FIRST_LIFE + 1;

  constructor(params: PeersParams, seed: number, work: Work, metronome: Metronome) {
    this.#params = params;
    this.#seed = seed;
    this.#work = work;
    this.#metronome = metronome;
    this.#calm = new Calm(params.calmS);
  }

  /** Fills a queue while nobody works, lets one agent empty it; answers the priorities in the order of handling. Then everybody works. */
  async checkOrder({ name, peer, current }: Station): Promise<readonly number[]> {
    progress(`${name}: the order of a filled queue`);
    const contacts = this.#take(this.#params.filled, this.#seed).map((contact) => ({ ...contact, requirement: 0 }));
    const log = new HandlingLog(this.#work, contacts, new Float64Array(contacts.length));
    current.log = log;
    for (const contact of contacts) {
      peer.push([contact]);
      await peer.taken();
    }
    await peer.staff('one');
    const done = new Promise<true>((resolve) => log.whenDone(() => resolve(true)));
    const isDone = await Promise.race([done, pause(ORDER_MS, false, { ref: false })]);
    current.log = undefined;
    if (!isDone || log.faultCount > 0) throw new Error(`${name}: a filled queue was not emptied: ${faultsOf(log)}`);
    const wrong = outOfOrder(log.begunOrder, FACTS[name].order);
    if (wrong !== undefined) throw new Error(`${name}: ${wrong}`);
    await peer.staff('all');
    return log.begunOrder.map(({ priority }) => priority);
  }

  async warmUp(stations: readonly Station[]): Promise<void> {
    const { warmupPerS: ratePerS, warmupS: seconds } = this.#params;
    for (const station of stations) {
      progress(`${station.name}: warming up, ${ratePerS} contacts/s for ${seconds} s`);
      refuseFaulty(station, await this.#run(station, { ratePerS, seconds, seed: 0, mayStop: false }));
    }
  }

  async rounds(stations: readonly Station[]): Promise<Round[]> {
    const { rates, rounds, roundS } = this.#params;
    const found: Round[] = [];
    for (let number = 1; number <= rounds; number++) {
      for (const ratePerS of rates) {
        for (const station of stations) {
          progress(`round ${number} of ${rounds}: ${station.name}, ${ratePerS} contacts/s for ${roundS} s`);
          const load = { ratePerS, seconds: roundS, seed: number * 1_000_003 + ratePerS, mayStop: false };
          const result = await this.#quietRun(station, load, () => false);
          refuseFaulty(station, result);
          found.push({ number, name: station.name, result });
        }
      }
    }
    return found;
  }

  /** The searches take turns: each rate at every peer that still has one to try. */
  async search(stations: readonly Station[], search: SearchParams): Promise<Map<PeerName, Found>> {
    const searches = stations.map((station) => ({ station, rates: new RateSearch(search) }));
    for (let isOpen = true; isOpen; ) {
      isOpen = false;
      for (const { station, rates } of searches) {
        if (rates.next === undefined) continue;
        isOpen = true;
        await this.#try(station, rates, rates.next, search);
      }
    }
    return new Map(searches.map(({ station, rates }) => [station.name, rates.found]));
  }

  async #try(station: Station, rates: RateSearch, ratePerS: number, search: SearchParams): Promise<void> {
    const { name, peer } = station;
    progress(`search: ${name}, ${ratePerS} contacts/s for ${search.seconds} s`);
    const isEnough = (run: RunResult): boolean => missedBy(run, search) === undefined;
    const load = { ratePerS, seconds: search.seconds, seed: ratePerS, mayStop: true };
    const result = await this.#quietRun(station, load, isEnough);
    const missed = missedBy(result, search);
    if (missed !== undefined) progress(`search: ${name} misses ${ratePerS}/s: ${missed}`);
    rates.tried(result, missed, !result.isDrained || peer.failure() !== undefined);
  }

  /** The first run that is quiet, faulty or good enough, or the quietest of all tries. */
  async #quietRun(station: Station, load: Load, isEnough: (result: RunResult) => boolean): Promise<RunResult> {
    const { tries, othersCoresMax } = this.#params;
    let quietest: RunResult | undefined;
    for (let count = 1; count <= tries; count++) {
      const result = await this.#run(station, load);
      const { othersCores = 0, log, isDrained } = result;
      if (othersCores <= othersCoresMax || log.faultCount > 0 || !isDrained || isEnough(result)) return result;
      if (quietest === undefined || isQuieter(result, quietest)) quietest = result;
      progress(`others took ${othersCores.toFixed(2)} cores${count < tries ? ': once more' : ''}`);
    }
    assert(quietest !== undefined, 'a run is tried at least once');
    return quietest;
  }

  async #run({ peer, current }: Station, { ratePerS, seconds, seed, mayStop }: Load): Promise<RunResult> {
    const schedule = scheduleOf('poisson', ratePerS, seconds, this.#seed + seed);
    const contacts = this.#take(schedule.length, this.#seed + seed);
    await this.#calm.wait();
    const wish = { work: this.#work, ratePerS, contacts, schedule, mayStop };
    const result = await runPeer(peer, current, this.#metronome, wish);
    await pause(SETTLE_MS);
    return result;
  }

  #take(count: number, seed: number): WorkContact[] {
    const first = this.#nextNumber;
    this.#nextNumber += count;
    return contactsOf(this.#work, first, count, seed);
  }
}

/** A whole run is better than one that was stopped; else the one with less of others in it. */
function isQuieter(result: RunResult, other: RunResult): boolean {
  const isWhole = result.stopped === undefined;
  if (isWhole !== (other.stopped === undefined)) return isWhole;
  return (result.othersCores ?? 0) < (other.othersCores ?? 0);
}

function missedBy({ log, stopped }: RunResult, { p99MaxMs }: SearchParams): string | undefined {
  if (log.faultCount > 0) return faultsOf(log);
  if (stopped !== undefined) return stopped;
  if (log.refusedCount > 0) return `${log.refusedCount} contacts refused, to be sent again later`;
  const p99Ms = log.pushToBegun.percentileUs(0.99) / 1000;
  return p99Ms < p99MaxMs ? undefined : `p99 ${p99Ms.toFixed(0)} ms`;
}

function refuseFaulty({ name }: Station, { log, stopped, ratePerS }: RunResult): void {
  if (stopped === undefined && log.faultCount + log.refusedCount === 0) return;
  const what = `${log.doneCount} of ${log.contacts.length} contacts are done`;
  throw new Error(`${name} at ${ratePerS}/s: ${what}; ${stopped ?? ''} ${faultsOf(log)}`);
}

function faultsOf(log: HandlingLog): string {
  return `${log.faultCount} faults${log.faultCount > 0 ? `: ${log.faults.join('; ')}` : ''}`;
}

/** What is wrong with the order; undefined: nothing. */
function outOfOrder(begun: readonly WorkContact[], order: 'priority, then arrival' | 'priority'): string | undefined {
  for (const [index, contact] of begun.entries()) {
    const before = begun[index - 1];
    if (before === undefined || before.priority < contact.priority) continue;
    const isEqual = before.priority === contact.priority;
    if (isEqual && (order === 'priority' || before.number < contact.number)) continue;
    const told = `contact ${contact.number} of priority ${contact.priority}`;
    return `out of order: ${told} after ${before.number} of priority ${before.priority}`;
  }
  return undefined;
}
