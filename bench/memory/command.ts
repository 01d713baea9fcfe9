/**
 * `npm run bench -- memory`: what a waiting contact and a connected agent hold, and whether memory grows with the lives that have
 * passed. What it measures and what not: bench/README.md.
 *
 * 1. Each part has a process of its own; all counts come after full collections.
 */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Cleanup } from '../cleanup.ts';
import { makeFolder } from '../latency/servers.ts';
import type { SuiteContext } from '../main.ts';
import { optionsOfStart } from '../node-options.ts';
import { progress, Results, type SuiteFlags, suiteCommand, wholeNumber } from '../suite.ts';
import type { LivesParams, LivesResult } from './lives-part.ts';
import { runPart } from './part.ts';
import { connectionsMax, type Filled, fillWithAgents, fillWithContacts } from './served.ts';
import type { WaitingParams, WaitingResult, WaitingWay } from './waiting-part.ts';

const PARTS = ['waiting', 'served', 'agents', 'lives'] as const;
type PartName = (typeof PARTS)[number];

interface Flags extends SuiteFlags {
  readonly only?: PartName;
  readonly waiting?: number;
  readonly served?: number;
  readonly connections?: number;
  readonly lives?: number;
  readonly folder: string;
}

interface MemoryParams {
  /** Contacts that wait in the core, and in a served router. */
  readonly waiting: number;
  readonly served: number;
  /** Agents connected at the end; half of them before. */
  readonly connections: number;
  /** Lives in all, counted so many times. */
  readonly lives: number;
  readonly counts: number;
  readonly agents: number;
}

const FULL: MemoryParams = {
  waiting: 1_000_000,
  served: 200_000,
  connections: 10_000,
  lives: 2_000_000,
  counts: 4,
  agents: 500,
};
const SMALL: MemoryParams = { waiting: 2_000, served: 1_000, connections: 40, lives: 4_000, counts: 4, agents: 20 };

const WAYS: readonly WaitingWay[] = ['engine', 'core', 'restored'];
const WAY_TITLES: Readonly<Record<WaitingWay, string>> = {
  engine: 'engine, JSON frames',
  core: 'core alone',
  restored: 'core restored from a snapshot',
};

const WAITING_GOAL_BYTES = 1024;
const AGENT_GOAL_BYTES = 25 * 1024;
/** Growth that is no growth: less than a byte a life is what chance makes of it. */
const GROWTH_GOAL_BYTES = 1;

export function memoryCommand({ cleanup }: SuiteContext): Command {
  return suiteCommand('memory', 'Bytes of a waiting contact and of a connected agent; growth over lives.')
    .addOption(new Option('--only <part>', 'one part').choices(PARTS))
    .option('--waiting <n>', `contacts that wait in the core (default ${FULL.waiting})`, wholeNumber)
    .option('--served <n>', `contacts that wait in a served router (default ${FULL.served})`, wholeNumber)
    .option('--connections <n>', `agents connected (default ${FULL.connections})`, wholeNumber)
    .option('--lives <n>', `lives that pass (default ${FULL.lives})`, wholeNumber)
    .option('--folder <folder>', 'where journals are written, in a folder that is removed', tmpdir())
    .action(async (flags: Flags) => {
      const params = paramsOf(flags);
      const results = new Results('memory', flags, {
        ...params,
        ...(flags.only === undefined ? {} : { only: flags.only }),
      });
      const suite = new MemorySuite(params, flags, results, cleanup);
      for (const part of PARTS) if (flags.only === undefined || flags.only === part) await suite[part]();
      results.end();
    });
}

function paramsOf({ small, waiting, served, connections, lives }: Flags): MemoryParams {
  const base = small ? SMALL : FULL;
  return {
    ...base,
    waiting: waiting ?? base.waiting,
    served: served ?? base.served,
    connections: Math.min(connections ?? base.connections, connectionsMax()),
    lives: lives ?? base.lives,
  };
}

class MemorySuite {
  readonly #params: MemoryParams;
  readonly #flags: Flags;
  readonly #results: Results;
  readonly #cleanup: Cleanup;
  #folder: string | undefined;

  constructor(params: MemoryParams, flags: Flags, results: Results, cleanup: Cleanup) {
    this.#params = params;
    this.#flags = flags;
    this.#results = results;
    this.#cleanup = cleanup;
  }

  /** Contacts that wait, in a process without sockets. */
  async waiting(): Promise<void> {
    const { waiting: contacts } = this.#params;
    const rows: string[][] = [];
    for (const way of WAYS) {
      progress(`${contacts} contacts wait: ${WAY_TITLES[way]}`);
      const params: WaitingParams = { seed: this.#flags.seed, contacts, way };
      const result = await this.#part<WaitingResult>('./waiting-part.ts', params);
      const bytes = result.bytesEach - result.attributeBytesEach;
      rows.push([WAY_TITLES[way], bytes.toFixed(0), result.attributeBytesEach.toFixed(0), result.tookS.toFixed(1)]);
      this.#results.metric(`waitingBytes${capital(way)}`, bytes);
      this.#results.outcome(`${way} ${result.seq} ${result.waiting} ${result.hash}`);
      if (way === 'engine') this.#goal('a waiting contact in core and engine', bytes, WAITING_GOAL_BYTES);
    }
    this.#results.table({ head: [`${contacts} waiting, bytes each`, 'beside attributes', 'attributes', 's'], rows });
  }

  /** Contacts that wait in a router that is served. */
  async served(): Promise<void> {
    const { served } = this.#params;
    progress(`${served} contacts wait in a served router`);
    const filled = await fillWithContacts(this.#wish(), served, this.#cleanup);
    this.#results.table({ head: SERVED_HEAD, rows: [servedRow('waiting contacts', filled)] });
    this.#results.metric('waitingBytesServed', heldEach(filled));
    this.#resident('waitingBytesResident', filled);
  }

  /** Agents connected to a router that is served. */
  async agents(): Promise<void> {
    const half = Math.floor(this.#params.connections / 2);
    progress(`${2 * half} agents connect to a served router`);
    const [first, second] = await fillWithAgents(this.#wish(), half, this.#cleanup);
    const rows = [servedRow('agents, first half', first), servedRow('agents, second half', second)];
    this.#results.table({ head: SERVED_HEAD, rows });
    this.#results.metric('agentBytesHeap', heldEach(second));
    this.#resident('agentBytesResident', second);
    const each = residentEach(second) ?? heldEach(second);
    this.#goal('a connected agent', each, AGENT_GOAL_BYTES);
  }

  /** Lives that pass. */
  async lives(): Promise<void> {
    const { lives, counts: steps, agents } = this.#params;
    const rows: string[][] = [];
    for (const way of ['core', 'engine'] as const) {
      progress(`${lives} lives pass: ${way}`);
      const params: LivesParams = { seed: this.#flags.seed, way, agents, stepLives: Math.floor(lives / steps), steps };
      const result = await this.#part<LivesResult>('./lives-part.ts', params);
      const growth = growthPerLife(result);
      rows.push(...livesRows(way, result, growth));
      this.#results.metric(`growthBytesPerLife${capital(way)}`, growth);
      this.#results.metric(`tombstoneBytes${capital(way)}`, result.bytesPerTombstone);
      this.#results.outcome(`${way} ${result.hash}`);
      this.#goal(`growth with each life, ${way}`, growth, GROWTH_GOAL_BYTES);
    }
    this.#results.table({ head: LIVES_HEAD, rows });
  }

  #part<Result>(module: string, params: unknown): Promise<Result> {
    const nodeOptions = [...optionsOfStart(), '--expose-gc', '--max-old-space-size=8192'];
    return runPart<Result>({ module: new URL(module, import.meta.url), nodeOptions, params }, this.#cleanup);
  }

  #wish(): { readonly folder: string; readonly seed: number } {
    this.#folder ??= makeFolder(resolve(this.#flags.folder), this.#cleanup);
    return { folder: this.#folder, seed: this.#flags.seed };
  }

  #resident(name: string, filled: Filled): void {
    const bytes = residentEach(filled);
    if (bytes !== undefined) this.#results.metric(name, bytes);
  }

  #goal(what: string, bytes: number, goalBytes: number): void {
    const verdict = bytes <= goalBytes ? 'reached' : 'not reached';
    this.#results.say(`${what}: ${bytes.toFixed(bytes < 10 ? 2 : 0)} bytes; wanted ≤ ${goalBytes}: ${verdict}`);
  }
}

const SERVED_HEAD = [
  'router in its own process',
  'how many',
  'heap bytes each',
  'resident bytes each',
  'heap MiB',
  'resident MiB',
  's',
];
const LIVES_HEAD = ['', 'lives', 'held KiB', 'open', 'tombstones', 'of it tombstones KiB'];
const MIB = 1024 * 1024;

function servedRow(what: string, filled: Filled): string[] {
  const { count, after, tookS } = filled;
  const resident = residentEach(filled);
  return [
    what,
    `${count}`,
    heldEach(filled).toFixed(0),
    resident === undefined ? '–' : resident.toFixed(0),
    (after.heldBytes / MIB).toFixed(1),
    after.residentBytes === undefined ? '–' : (after.residentBytes / MIB).toFixed(1),
    tookS.toFixed(1),
  ];
}

function livesRows(way: string, { held, bytesPerTombstone, tookS, gcMs }: LivesResult, growth: number): string[][] {
  const counts = held.map(({ lives, bytes, openContacts, tombstones }) => [
    way,
    `${lives}`,
    (bytes / 1024).toFixed(1),
    `${openContacts}`,
    `${tombstones}`,
    ((tombstones * bytesPerTombstone) / 1024).toFixed(1),
  ]);
  const facts = `${growth.toFixed(3)} bytes a life; a tombstone ${bytesPerTombstone.toFixed(0)} bytes; ${tookS.toFixed(0)} s, collections ${(gcMs / 1000).toFixed(1)} s`;
  return [...counts, [`${way}: ${facts}`, '', '', '', '', '']];
}

function heldEach({ count, before, after }: Filled): number {
  return (after.heldBytes - before.heldBytes) / count;
}

function residentEach({ count, before, after }: Filled): number | undefined {
  if (before.residentBytes === undefined || after.residentBytes === undefined) return undefined;
  return (after.residentBytes - before.residentBytes) / count;
}

/**
 * Bytes for each life more: the median of the steps between counts. What leaks grows in all of them; what V8 lets go of once, such as
 * code that was only needed to start, is in one.
 */
function growthPerLife({ held }: LivesResult): number {
  const steps = held.slice(1).map(({ lives, bytes }, index) => {
    const before = held[index] ?? { lives: 0, bytes: 0 };
    return (bytes - before.bytes) / (lives - before.lives);
  });
  steps.sort((a, b) => a - b);
  const middle = steps[Math.floor(steps.length / 2)];
  if (middle === undefined) throw new Error('growth is between counts: two are needed');
  return middle;
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
