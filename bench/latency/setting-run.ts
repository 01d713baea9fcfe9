/**
 * One setting from its start to its end: servers, warm-up, rounds, rounds with watchers, searches; then everything that it
 * started is ended, so that the next one has the machine to itself.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import { progress } from '../suite.ts';
import { allowedCores, pin, whyNotPinned } from './affinity.ts';
import { nowUs } from './clock.ts';
import { startFeatured } from './featured.ts';
import { FIRST_LIFE } from './life.ts';
import { type FeaturedResults, Measurement, type RateResults, type WatchedResults } from './measure.ts';
import type { Metronome } from './metronome.ts';
import type { FeatureParams, LatencyParams, SearchParams, Setting, WatchParams } from './params.ts';
import type { Report } from './report.ts';
import { openContactCount, type TokenMint } from './router.ts';
import { Search } from './search.ts';
import { type Servers, type ServersWish, startServers } from './servers.ts';
import { Watchers } from './watchers.ts';

export interface SettingWish {
  readonly params: LatencyParams;
  readonly setting: Setting;
  readonly metronome: Metronome;
  /** Of the whole run. */
  readonly folder: string;
  /** Of Node, for the router. */
  readonly nodeOptions: readonly string[];
  /** Told each result when it is there: a run may be ended before its end. */
  readonly report: Report;
}

export interface SettingFindings {
  readonly rates: readonly RateResults[];
  readonly watched: WatchedResults | undefined;
  readonly featured: FeaturedResults | undefined;
  /** When the warm-up was over, on the clock of the load. */
  readonly measuredFromUs: number;
}

export async function runSetting(wish: SettingWish, cleanup: Cleanup): Promise<SettingFindings> {
  const { params, setting, metronome, nodeOptions, report } = wish;
  const { subprotocol, agents, rates, watched, features, search } = setting;
  progress(`${subprotocol}, ${agents} agents: starting the router and the relays`);
  const folder = join(wish.folder, `setting-${subprotocol}-${agents}`);
  mkdirSync(folder);
  const start = { params, setting, metronome, folder, nodeOptions, firstLife: FIRST_LIFE };
  const servers = await startServers(start, cleanup);
  const measurement = new Measurement(params, setting, metronome, servers.stations);
  const underway: Underway = { measurement, servers, setting, report };
  await measurement.warmUp();
  const measuredFromUs = nowUs();
  report.sayLife(servers.script);
  const found: RateResults[] = [];
  for (const rate of rates) found.push(await measurement.rounds(rate));
  report.sayRates(found);
  const watchedResults = watched && (await measureWatched(watched, underway, cleanup));
  const featured = features && (await measureFeatured(features, underway, start, cleanup));
  await refuseOpenContacts(servers.stations.router.process.port, servers.mint);
  if (search !== undefined) await searchAll(search, underway, params.seed);
  await servers.close();
  return { rates: found, watched: watchedResults, featured, measuredFromUs };
}

async function refuseOpenContacts(port: number, mint: TokenMint): Promise<void> {
  const openCount = await openContactCount(port, mint);
  if (openCount > 0) throw new Error(`after the rounds ${openCount} contacts are open at the router`);
}

interface Underway {
  readonly measurement: Measurement;
  readonly servers: Servers;
  readonly setting: Setting;
  readonly report: Report;
}

async function measureWatched(
  watch: WatchParams,
  { measurement, servers, setting, report }: Underway,
  cleanup: Cleanup,
): Promise<WatchedResults> {
  const { everyMs, scrapeEveryMs } = watch;
  const { port } = servers.stations.router.process;
  const token = await servers.mint.mint('supervisor', 'wallboard');
  const watchers = new Watchers({ port, subprotocol: setting.subprotocol, token, everyMs, scrapeEveryMs });
  cleanup.add({ orderly: () => watchers.close() });
  const results = await measurement.watched(watch, watchers);
  await watchers.close();
  report.sayWatched(results);
  return results;
}

async function measureFeatured(
  features: FeatureParams,
  { measurement, report }: Underway,
  start: ServersWish,
  cleanup: Cleanup,
): Promise<FeaturedResults> {
  const router = await startFeatured(start, cleanup);
  const results = await measurement.featured(features, router);
  await refuseOpenContacts(router.process.port, router.mint);
  await router.close();
  report.sayFeatured(results);
  return results;
}

/** With all cores for everybody; and with one for the server and the others for the load, where that can be had. */
async function searchAll(
  search: SearchParams,
  { measurement, servers, setting, report }: Underway,
  seed: number,
): Promise<void> {
  const onAll = await new Search(measurement, search, seed, '').run();
  report.saySearch('', 'server and load on all cores', onAll, search);
  if (!setting.searchesOneCore) return;
  const hindrance = whyNotPinned();
  if (hindrance !== undefined) return progress(`no search on one core: ${hindrance}`);
  const found = await onOneCore(servers, () => new Search(measurement, search, seed, ' on one core').run());
  report.saySearch('OneCore', 'server on one core, load on the others', found, search);
}

async function onOneCore<T>(servers: Servers, run: () => Promise<T>): Promise<T> {
  const cores = allowedCores() ?? [];
  const pids = Object.values(servers.stations).map((station) => station.process.pid);
  for (const pid of pids) pin(pid, cores.slice(0, 1));
  pin(process.pid, cores.slice(1));
  try {
    return await run();
  } finally {
    for (const pid of [...pids, process.pid]) pin(pid, cores);
  }
}
