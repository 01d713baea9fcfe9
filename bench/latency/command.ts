/**
 * `npm run bench -- latency`: how long a contact takes from its gateway to its agent's socket, and how many whole lives a
 * second the router holds, beside two floors in the same run. What it measures and what not: bench/README.md.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cleanup } from '../cleanup.ts';
import { CollectionWatch } from '../gc.ts';
import type { SuiteContext } from '../main.ts';
import { printProfiles } from '../profile.ts';
import { positive, Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import { measureSync } from './disk.ts';
import type { RunResult } from './load-run.ts';
import { Metronome } from './metronome.ts';
import { openFilesMax } from './open-files.ts';
import { FULL, type LatencyParams, paramsOf, type Setting } from './params.ts';
import { Report } from './report.ts';
import { scheduleOf } from './schedule.ts';
import { makeFolder, SERVERS } from './servers.ts';
import { runSetting, type SettingFindings } from './setting-run.ts';

interface Flags extends SuiteFlags {
  readonly proto?: true;
  readonly arrivals: LatencyParams['arrivals'];
  readonly subscribe: boolean;
  readonly agents?: number;
  readonly talk?: number;
  readonly rates?: readonly number[];
  readonly rounds?: number;
  readonly seconds?: number;
  readonly tries?: number;
  readonly watched?: true;
  readonly watchEvery?: number;
  readonly features?: true;
  readonly search: boolean;
  readonly searchFrom?: number;
  readonly searchTo?: number;
  readonly searchStep?: number;
  readonly searchSeconds?: number;
  readonly profile?: string;
  readonly node: readonly string[];
  readonly folder: string;
}

/** Files that a process has open beside the sockets of agents. */
const OTHER_FILES = 200;

export function latencyCommand({ cleanup }: SuiteContext): Command {
  const { search } = FULL;
  return suiteCommand(
    'latency',
    'Submit → offer at the socket, and the highest rate held, beside a bare and a committing relay.',
  )
    .option('--rates <list>', `contacts a second of the rounds, such as 200,500 (default ${FULL.rates})`, rateList)
    .option('--proto', 'the protobuf sub-protocol instead of JSON')
    .option('--agents <n>', `agents connected (default ${FULL.agents})`, wholeNumber)
    .option('--watched', 'rounds with and without a supervisor and scrapes of /metrics, at the first of the rates')
    .option('--watch-every <ms>', `pace of the supervisor's feed (default ${FULL.watchEveryMs})`, wholeNumber)
    .option(
      '--features',
      'rounds under a policy that uses nothing and under one that uses everything, at the first of the rates',
    )
    .addOption(new Option('--arrivals <kind>', 'how contacts come').choices(['poisson', 'fixed']).default('poisson'))
    .option('--no-subscribe', 'the gateway is not told of its contacts: 4 frames fewer a life')
    .option('--talk <ms>', `how long conversations last (default ${FULL.talkMs})`, positive)
    .option('--rounds <n>', `rounds (default ${FULL.rounds})`, wholeNumber)
    .option('--seconds <s>', `of one server in one round (default ${FULL.roundS})`, positive)
    .option('--tries <n>', `of a round that others disturb (default ${FULL.triesMax})`, wholeNumber)
    .option('--no-search', 'no search for the highest rate')
    .option('--search-from <per-s>', `first rate of the search (default ${search.fromPerS})`, positive)
    .option('--search-to <per-s>', `last rate of the search (default ${search.toPerS})`, positive)
    .option('--search-step <per-s>', `step of the search (default ${search.stepPerS})`, positive)
    .option('--search-seconds <s>', `how long a rate has to be held (default ${search.seconds})`, positive)
    .option(
      '--profile <folder>',
      'write CPU profiles of the router there, and print where its time went; not for figures',
    )
    .option('--node <option>', 'an option of Node for the router, such as --node=--max-semi-space-size=64', collect, [])
    .option('--folder <folder>', 'where journals are written, in a folder that is removed', tmpdir())
    .addHelpText(
      'after',
      '\nWith none of --rates, --proto, --agents, --watched and --features everything runs, in a quarter of an hour or two:' +
        `\n${FULL.agents} and ${FULL.moreAgents} agents, JSON and protobuf. With any of them just that runs.`,
    )
    .action((flags: Flags) => run(flags, cleanup));
}

async function run(flags: Flags, cleanup: Cleanup): Promise<void> {
  const params = paramsOf({
    small: flags.small === true,
    seed: flags.seed,
    arrivals: flags.arrivals,
    isSubscribed: flags.subscribe,
    talkMs: flags.talk,
    isProto: flags.proto === true,
    agents: flags.agents,
    rates: flags.rates,
    rounds: flags.rounds,
    roundS: flags.seconds,
    triesMax: flags.tries,
    isWatched: flags.watched === true,
    hasFeatures: flags.features === true,
    watchEveryMs: flags.watchEvery,
    searches: flags.search,
    search: searchOf(flags),
  });
  const results = new Results('latency', flags, toldParams(params));
  const folder = makeFolder(resolve(flags.folder), cleanup);
  const disk = measureSync(folder);
  const syncMs = [0.5, 0.99].map((share) => (disk.percentileUs(share) / 1000).toFixed(2));
  results.say(`disk: 4 KiB appended and synced in ${syncMs[0]} ms (p50), ${syncMs[1]} ms (p99)`);
  const metronome = new Metronome();
  cleanup.add({ orderly: () => metronome.close() });
  const collections = new CollectionWatch();
  const startedMs = performance.now();
  for (const setting of params.settings) {
    const hindrance = filesMissing(setting);
    if (hindrance !== undefined) {
      if (params.settings.length === 1) throw new Error(hindrance);
      results.say(`\n${setting.agents} agents are left out: ${hindrance}`);
      continue;
    }
    const profile = profileFolder(flags, setting);
    const nodeOptions = [...flags.node, ...profiling(profile)];
    const report = new Report(results, setting);
    const findings = await runSetting({ params, setting, metronome, folder, nodeOptions, report }, cleanup);
    if (profile !== undefined) printProfiles(profile, findings.measuredFromUs);
    for (const outcome of [...drawnOf(params, setting), ...outcomesOf(setting, findings)]) results.outcome(outcome);
  }
  const { count, ms } = await collections.end();
  const share = (100 * ms) / (performance.now() - startedMs);
  results.say(`\nthe load's own collections: ${count}, ${share.toFixed(1)} % of the time`);
  results.end();
}

function searchOf(flags: Flags): Partial<typeof FULL.search> {
  const { searchFrom, searchTo, searchStep, searchSeconds } = flags;
  return {
    ...(searchFrom === undefined ? {} : { fromPerS: searchFrom }),
    ...(searchTo === undefined ? {} : { toPerS: searchTo }),
    ...(searchStep === undefined ? {} : { stepPerS: searchStep }),
    ...(searchSeconds === undefined ? {} : { seconds: searchSeconds }),
  };
}

/** The parameters as they are printed: of all settings in one line. */
function toldParams({ settings, warmup, ...params }: LatencyParams): Readonly<Record<string, unknown>> {
  const [first] = settings;
  if (first === undefined) throw new Error('there is at least one setting');
  const { rates, roundS, watched, features, search } = first;
  return {
    ...params,
    settings: settings.map(({ subprotocol, agents }) => `${subprotocol}-${agents}`),
    rates: rates.map(({ ratePerS }) => ratePerS),
    rounds: rates.map(({ rounds }) => rounds),
    roundS,
    warmupPerS: warmup.ratePerS,
    warmupS: warmup.seconds,
    ...(watched === undefined ? {} : { watched }),
    ...(features === undefined ? {} : { features }),
    ...(search === undefined ? {} : { search }),
  };
}

/**
 * What came of the lives of the rounds: by server and rate the marks that lives ended with. That of all rounds together: one that
 * was left out changes nothing.
 */
function outcomesOf({ suffix }: Setting, { rates, watched, featured }: SettingFindings): string[] {
  const marksOf = (runs: readonly RunResult[]): string =>
    [...new Set(runs.flatMap(({ log }) => [...new Set(log.outcomes())]))].sort((a, b) => a - b).join('/');
  const ofRates = rates.flatMap(({ ratePerS, runs, missed }) =>
    missed === undefined
      ? SERVERS.map((name) => `${suffix} ${ratePerS} ${name} ${marksOf(runs[name])}`)
      : [`${suffix} ${ratePerS} not held`],
  );
  const ofPairs = watched === undefined ? [] : [`${suffix} watched ${marksOf([...watched.alone, ...watched.watched])}`];
  const ofFeatured =
    featured === undefined ? [] : [`${suffix} featured ${marksOf([...featured.plain, ...featured.featured])}`];
  return [...ofRates, ...ofPairs, ...ofFeatured];
}

/** The instants of each round's contacts: what the seed drew. */
function drawnOf({ seed, arrivals }: LatencyParams, { rates, roundS }: Setting): string[] {
  return rates.flatMap(({ ratePerS, rounds }) =>
    Array.from({ length: rounds }, (_, index) => {
      const instants = scheduleOf(arrivals, ratePerS, roundS, seed + index + 1);
      return `${ratePerS} ${createHash('sha256').update(instants).digest('hex')}`;
    }),
  );
}

/** Why so many agents cannot be connected, if they cannot. */
function filesMissing({ agents }: Setting): string | undefined {
  const max = openFilesMax();
  const needed = SERVERS.length * agents + OTHER_FILES;
  return max === undefined || max >= needed
    ? undefined
    : `the load needs ${needed} open files, and may have ${max} (ulimit -n)`;
}

function profileFolder({ profile }: Flags, { subprotocol, agents }: Setting): string | undefined {
  if (profile === undefined) return undefined;
  const folder = join(resolve(profile), `${subprotocol}-${agents}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function profiling(directory: string | undefined): string[] {
  return directory === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval=500', '--cpu-prof-dir', directory];
}

function rateList(text: string): number[] {
  const rates = text.split(',').map(Number);
  if (!rates.every((rate) => Number.isFinite(rate) && rate >= 1 && rate <= 1e6)) {
    throw new InvalidArgumentError('expected rates, such as 200,500');
  }
  return rates;
}

function collect(option: string, before: readonly string[]): string[] {
  return [...before, option];
}
