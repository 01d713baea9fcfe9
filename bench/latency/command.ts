/**
 * `npm run bench -- latency`: how long a contact takes from its gateway to its agent's socket, and how many whole lives a
 * second the router holds, beside two floors in the same run. What it measures and what not: bench/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { describeMachine } from '../machine.ts';
import type { SuiteContext } from '../main.ts';
import { printProfiles } from '../profile.ts';
import { positive, progress, type SuiteFlags, suiteCommand } from '../suite.ts';
import { nowUs } from './clock.ts';
import { measureSync } from './disk.ts';
import { FIRST_LIFE } from './life.ts';
import { type Attempt, Measurement } from './measure.ts';
import { Metronome } from './metronome.ts';
import { FULL, type LatencyParams, SMALL } from './params.ts';
import { type Findings, metricsOf, reportLines } from './report.ts';
import { openContactCount } from './router.ts';
import { makeFolder, startServers } from './servers.ts';

interface Flags extends SuiteFlags {
  readonly proto?: true;
  readonly arrivals: LatencyParams['arrivals'];
  readonly subscribe: boolean;
  readonly agents?: number;
  readonly talk?: number;
  readonly rate?: number;
  readonly rounds?: number;
  readonly seconds?: number;
  readonly tries?: number;
  readonly search: boolean;
  readonly searchFrom?: number;
  readonly searchTo?: number;
  readonly searchStep?: number;
  readonly searchSeconds?: number;
  readonly profile?: string;
  readonly node: readonly string[];
  readonly folder: string;
}

export function latencyCommand({ cleanup }: SuiteContext): Command {
  return suiteCommand(
    'latency',
    'Submit → offer at the socket, and the highest rate held, beside a bare and a committing relay.',
  )
    .option('--proto', 'the protobuf sub-protocol instead of JSON')
    .addOption(new Option('--arrivals <kind>', 'how contacts come').choices(['poisson', 'fixed']).default('poisson'))
    .option('--no-subscribe', 'the gateway is not told of its contacts: 4 frames fewer a life')
    .option('--agents <n>', `agents (default ${FULL.agents})`, positive)
    .option('--talk <ms>', `how long conversations last (default ${FULL.talkMs})`, positive)
    .option('--rate <per-s>', `contacts a second of the rounds (default ${FULL.ratePerS})`, positive)
    .option('--rounds <n>', `rounds (default ${FULL.rounds})`, positive)
    .option('--seconds <s>', `of one server in one round (default ${FULL.roundS})`, positive)
    .option('--tries <n>', `of a round that others disturb (default ${FULL.triesMax})`, positive)
    .option('--no-search', 'rounds only')
    .option('--search-from <per-s>', `first rate of the search (default ${FULL.search?.fromPerS})`, positive)
    .option('--search-to <per-s>', `last rate of the search (default ${FULL.search?.toPerS})`, positive)
    .option('--search-step <per-s>', `step of the search (default ${FULL.search?.stepPerS})`, positive)
    .option('--search-seconds <s>', `how long a rate has to be held (default ${FULL.search?.seconds})`, positive)
    .option(
      '--profile <folder>',
      'write CPU profiles of the router there, and print where its time went; not for figures',
    )
    .option('--node <option>', 'an option of Node for the router, such as --node=--max-semi-space-size=64', collect, [])
    .option('--folder <folder>', 'where journals are written, in a folder that is removed', tmpdir())
    .action(async (flags: Flags) => {
      const params = paramsOf(flags);
      const profileDirectory = flags.profile === undefined ? undefined : resolve(flags.profile);
      if (profileDirectory !== undefined) mkdirSync(profileDirectory, { recursive: true });
      const nodeOptions = [...flags.node, ...profiling(profileDirectory)];
      const findings = await run(params, resolve(flags.folder), nodeOptions, cleanup);
      if (profileDirectory !== undefined) printProfiles(profileDirectory, findings.measuredFromUs);
      process.stdout.write(`${reportLines(findings).join('\n')}\n\n`);
      const line = JSON.stringify({ suite: 'latency', params, hash: findings.hash, metrics: metricsOf(findings) });
      if (flags.json !== undefined) writeFileSync(flags.json, `${line}\n`);
      process.stdout.write(`${line}\n`);
    });
}

function paramsOf(flags: Flags): LatencyParams {
  const base = flags.small ? SMALL : FULL;
  const search = base.search;
  return {
    ...base,
    seed: flags.seed,
    subprotocol: flags.proto ? 'proto' : 'json',
    arrivals: flags.arrivals,
    isSubscribed: flags.subscribe,
    agents: flags.agents ?? base.agents,
    talkMs: flags.talk ?? base.talkMs,
    ratePerS: flags.rate ?? base.ratePerS,
    rounds: flags.rounds ?? base.rounds,
    roundS: flags.seconds ?? base.roundS,
    triesMax: flags.tries ?? base.triesMax,
    search:
      search === undefined || !flags.search
        ? undefined
        : {
            ...search,
            fromPerS: flags.searchFrom ?? search.fromPerS,
            toPerS: Math.max(flags.searchTo ?? search.toPerS, flags.searchFrom ?? 0),
            stepPerS: flags.searchStep ?? search.stepPerS,
            seconds: flags.searchSeconds ?? search.seconds,
          },
  };
}

async function run(
  params: LatencyParams,
  parentFolder: string,
  nodeOptions: readonly string[],
  cleanup: SuiteContext['cleanup'],
): Promise<Findings> {
  const machine = describeMachine();
  const folder = makeFolder(parentFolder, cleanup);
  const disk = measureSync(folder);
  const metronome = new Metronome();
  cleanup.add({ orderly: () => metronome.close() });
  progress(`starting the router, ${params.agents} agents, and the relays`);
  const wish = { params, metronome, folder, nodeOptions, firstLife: FIRST_LIFE };
  const { stations, script, mint } = await startServers(wish, cleanup);
  const measurement = new Measurement(params, metronome, stations, progress);
  await measurement.warmUp();
  const measuredFromUs = nowUs();
  const rounds = await measurement.rounds();
  const { port } = stations.router.process;
  const openCount = await openContactCount(port, mint);
  if (openCount > 0) throw new Error(`after the rounds ${openCount} contacts are open at the router`);
  const attempts: Attempt[] = params.search === undefined ? [] : await measurement.search(params.search);
  await stations.router.process.stop();
  return { params, machine, disk, measuredFromUs, script, rounds, attempts, hash: measurement.outcomeHash() };
}

function profiling(directory: string | undefined): string[] {
  return directory === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval=500', '--cpu-prof-dir', directory];
}

function collect(option: string, before: readonly string[]): string[] {
  return [...before, option];
}
