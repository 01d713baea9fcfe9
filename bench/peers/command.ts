/**
 * `npm run bench -- peers`: the same work at our router and at what people would use instead, side by side in one run. What it measures and what
 * not: bench/README.md.
 */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cleanup } from '../cleanup.ts';
import { CollectionWatch } from '../gc.ts';
import { measureSync } from '../latency/disk.ts';
import { Metronome } from '../latency/metronome.ts';
import { makeFolder } from '../latency/servers.ts';
import type { SuiteContext } from '../main.ts';
import { positive, Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import { CurrentLog } from './handling-log.ts';
import { Measurement, type Round, type Station } from './measure.ts';
import { FULL, type PeersParams, SMALL } from './params.ts';
import type { Found } from './rate-search.ts';
import { sayFound, sayRatios, sayRounds } from './report.ts';
import { FACTS, PEERS, type PeerName, startPeer } from './roster.ts';
import { type Work, workOf } from './work.ts';

interface Flags extends SuiteFlags {
  readonly peers: readonly PeerName[];
  readonly rates?: readonly number[];
  readonly rounds?: number;
  readonly seconds?: number;
  readonly agents?: number;
  readonly tries?: number;
  readonly calm?: number;
  readonly search: boolean;
  readonly searchFrom?: number;
  readonly searchTo?: number;
  readonly searchSeconds?: number;
  readonly folder: string;
}

export function peersCommand({ cleanup }: SuiteContext): Command {
  return suiteCommand('peers', 'Push → agent and the highest rate, beside BullMQ, graphile-worker and small routers.')
    .option('--peers <names>', `of ${PEERS.join(', ')}`, peerNames, PEERS)
    .option('--rates <per-s>', `common rates of the rounds (default ${FULL.rates.join(',')})`, rates)
    .option('--rounds <n>', `rounds (default ${FULL.rounds})`, wholeNumber)
    .option('--seconds <s>', `of one peer at one rate in one round (default ${FULL.roundS})`, positive)
    .option('--agents <n>', `agents (default ${FULL.agents})`, wholeNumber)
    .option('--tries <n>', `of a run that others disturb (default ${FULL.tries})`, wholeNumber)
    .option('--calm <s>', `seconds that the run may wait for a calm machine (default ${FULL.calmS})`, positive)
    .option('--no-search', 'rounds only')
    .option('--search-from <per-s>', `first rate of the search (default ${FULL.search?.fromPerS})`, wholeNumber)
    .option('--search-to <per-s>', `last rate of the search (default ${FULL.search?.toPerS})`, wholeNumber)
    .option('--search-seconds <s>', `how long a rate has to be held (default ${FULL.search?.seconds})`, positive)
    .option('--folder <folder>', 'where journals and databases are written, in a folder that is removed', tmpdir())
    .action(async (flags: Flags) => {
      const params = paramsOf(flags);
      const results = new Results('peers', flags, { ...params });
      await run(params, flags.seed, resolve(flags.folder), results, cleanup);
      results.end();
    });
}

function paramsOf(flags: Flags): PeersParams {
  const base = flags.small ? SMALL : FULL;
  const { search } = base;
  const fromPerS = flags.searchFrom ?? search?.fromPerS ?? 0;
  return {
    ...base,
    peers: flags.peers,
    agents: flags.agents ?? base.agents,
    rates: flags.rates ?? base.rates,
    rounds: flags.rounds ?? base.rounds,
    roundS: flags.seconds ?? base.roundS,
    tries: flags.tries ?? base.tries,
    calmS: flags.calm ?? base.calmS,
    search:
      search === undefined || !flags.search
        ? undefined
        : {
            ...search,
            fromPerS,
            toPerS: Math.max(flags.searchTo ?? search.toPerS, fromPerS),
            seconds: flags.searchSeconds ?? search.seconds,
          },
  };
}

async function run(
  params: PeersParams,
  seed: number,
  parentFolder: string,
  results: Results,
  cleanup: Cleanup,
): Promise<void> {
  const folder = makeFolder(parentFolder, cleanup);
  const disk = measureSync(folder);
  results.say(`a small write is durable after p50 ${(disk.percentileUs(0.5) / 1000).toFixed(2)} ms`);
  const metronome = new Metronome();
  cleanup.add({ orderly: () => metronome.close() });
  const work = workOf(params);
  const measurement = new Measurement(params, seed, work, metronome);
  const stations: Station[] = [];
  for (const name of params.peers) {
    const station = await openStation(name, work, folder, results, cleanup);
    if (station === undefined) continue;
    stations.push(station);
    results.outcome(`${name} ${(await measurement.checkOrder(station)).join(' ')}`);
    results.say(`${FACTS[name].title}: a filled queue is emptied by ${FACTS[name].order}: yes`);
  }
  await measurement.warmUp(stations);
  const collections = new CollectionWatch();
  const rounds = await measurement.rounds(stations);
  tellOutcomes(results, rounds);
  sayRounds(results, params, rounds);
  const found =
    params.search === undefined ? new Map<PeerName, Found>() : await measurement.search(stations, params.search);
  sayFound(results, params, found);
  sayRatios(results, params, rounds, found);
  const { count, ms, longestMs } = await collections.end();
  results.say(`collections in the load: ${count}, ${ms.toFixed(0)} ms, the longest ${longestMs.toFixed(1)} ms`);
}

/** Undefined, and said, where the peer is not there. */
async function openStation(
  name: PeerName,
  work: Work,
  folder: string,
  results: Results,
  cleanup: Cleanup,
): Promise<Station | undefined> {
  const current = new CurrentLog();
  const peer = await startPeer(name, { work, folder, listener: current }, cleanup);
  if (!('absent' in peer)) return { name, peer, current };
  results.say(`${FACTS[name].title}: skipped, ${peer.absent}`);
  results.outcome(`${name} skipped`);
  return undefined;
}

function tellOutcomes(results: Results, rounds: readonly Round[]): void {
  for (const { number, name, result } of rounds) {
    const { log, ratePerS } = result;
    results.outcome(
      `${number} ${name} ${ratePerS} ${log.contacts.length} ${Buffer.from(log.outcomes()).toString('hex')}`,
    );
  }
}

function peerNames(text: string): readonly PeerName[] {
  return text.split(',').map((name) => {
    const found = PEERS.find((peer) => peer === name);
    if (found === undefined)
      throw new InvalidArgumentError(`there is no peer ${JSON.stringify(name)}: ${PEERS.join(', ')}`);
    return found;
  });
}

function rates(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
