/**
 * A router in its own process, as a user starts it, filled through real sockets: with waiting contacts, or with agents who are
 * connected and AVAILABLE. What it holds is read before and after.
 *
 * 1. Some contacts and agents come before the first reading: code that is compiled for them is not theirs.
 * 2. Agents are put into the directory by HTTP just before they connect: what an agent costs is all of it.
 * 3. The load's own memory is another process's.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../cleanup.ts';
import { readCpu } from '../cpu-time.ts';
import { agentsOf, VARIANTS } from '../latency/centre.ts';
import { FIRST_LIFE } from '../latency/life.ts';
import { requestsOf } from '../latency/requests.ts';
import { putAgents, routerPaths, TokenMint } from '../latency/router.ts';
import { optionsOfStart } from '../node-options.ts';
import { ServerProcess } from '../server-process.ts';
import { progress } from '../suite.ts';
import { Client } from './client.ts';
import { InspectedHeap, type ProcessMemory } from './inspected-heap.ts';
import { roomyPolicy } from './policies.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Requests of the gateway under way at once; the router takes 1000. */
const WINDOW = 400;
const OPENING_AT_ONCE = 50;
const WARM_CONTACTS = 2_000;
const WARM_AGENTS = 100;
/** The follower is at rest when its thread has not worked for so long. */
const REST_MS = 400;
const RESTED_US = 20_000;
/** Sockets beside the agents': the listening one, the inspector's, files. */
const OTHER_FILES = 100;

export interface ServedWish {
  readonly folder: string;
  readonly seed: number;
}

/** A router with a door to its heap. */
class ServedRouter {
  readonly mint: TokenMint;
  readonly #process: ServerProcess;
  readonly #heap: InspectedHeap;

  private constructor(mint: TokenMint, server: ServerProcess, heap: InspectedHeap) {
    this.mint = mint;
    this.#process = server;
    this.#heap = heap;
  }

  static async start(folder: string, cleanup: Cleanup): Promise<ServedRouter> {
    mkdirSync(folder);
    const { directory, policyFile } = routerPaths(folder);
    mkdirSync(directory);
    writeFileSync(policyFile, roomyPolicy('1h'));
    const logFile = join(folder, 'router.log');
    const rates = ['--gateway-rate', '1000000', '--gateway-burst', '1000000'];
    const serve = [
      'serve',
      '--policy',
      policyFile,
      '--data',
      directory,
      '--port',
      '0',
      '--log-level',
      'warn',
      ...rates,
    ];
    const inspect = ['--inspect=127.0.0.1:0', '--inspect-publish-uid=stderr'];
    const args = ['--disable-warning=ExperimentalWarning', ...optionsOfStart(), ...inspect, MAIN, ...serve];
    const server = await ServerProcess.start({ name: 'router', args, logFile }, cleanup);
    const heap = await InspectedHeap.open(server.pid, logFile);
    cleanup.add({ orderly: () => heap.close() });
    return new ServedRouter(new TokenMint(directory), server, heap);
  }

  get port(): number {
    return this.#process.port;
  }

  /** When its follower has nothing left to do. */
  async memory(): Promise<ProcessMemory> {
    for (
      let before = this.#followerUs(), after = Number.POSITIVE_INFINITY;
      after - before > RESTED_US;
      before = after
    ) {
      await pause(REST_MS);
      after = this.#followerUs();
    }
    return await this.#heap.read();
  }

  /** Ends it at once: what it holds is of no use any more. */
  async end(): Promise<void> {
    this.#heap.close();
    process.kill(this.#process.pid, 'SIGKILL');
    await this.#process.stop();
  }

  #followerUs(): number {
    return readCpu(this.#process.pid)?.get('follower') ?? 0;
  }
}

/** What a router held before and after. */
export interface Filled {
  readonly count: number;
  readonly before: ProcessMemory;
  readonly after: ProcessMemory;
  readonly tookS: number;
}

/** So many contacts, submitted over one socket, wait. */
export async function fillWithContacts(wish: ServedWish, contacts: number, cleanup: Cleanup): Promise<Filled> {
  const router = await ServedRouter.start(join(wish.folder, 'waiting'), cleanup);
  const gateway = await Client.open(router.port, await router.mint.mint('gateway', 'bench'));
  cleanup.add({ orderly: () => gateway.end() });
  const requests = requestsOf('json');
  const firstLife = FIRST_LIFE - (FIRST_LIFE % VARIANTS) + VARIANTS;
  const submit = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number++) {
      await gateway.send(requests.submit(firstLife + number), WINDOW);
      if (number % 100_000 === 0) progress(`${number} of ${contacts} contacts submitted`);
    }
    await gateway.answered();
  };
  await submit(0, WARM_CONTACTS);
  const before = await router.memory();
  const startedMs = performance.now();
  await submit(WARM_CONTACTS, WARM_CONTACTS + contacts);
  const tookS = (performance.now() - startedMs) / 1000;
  const after = await router.memory();
  gateway.end();
  await router.end();
  return { count: contacts, before, after, tookS };
}

/** What a router held with some agents connected, with `half` more, and with as many again. */
export async function fillWithAgents(
  wish: ServedWish,
  half: number,
  cleanup: Cleanup,
): Promise<readonly [Filled, Filled]> {
  const router = await ServedRouter.start(join(wish.folder, 'agents'), cleanup);
  const agents = agentsOf(WARM_AGENTS + 2 * half, wish.seed);
  const clients: Client[] = [];
  cleanup.add({ orderly: () => clients.forEach((client) => void client.end()) });
  const connect = async (from: number, to: number): Promise<void> => {
    const some = agents.slice(from, to);
    await putAgents(router.port, router.mint, some);
    for (let at = 0; at < some.length; at += OPENING_AT_ONCE) {
      const ids = some.slice(at, at + OPENING_AT_ONCE).map(({ id }) => id);
      clients.push(...(await Promise.all(ids.map((id) => signIn(router, id)))));
    }
    progress(`${clients.length} of ${agents.length} agents connected`);
  };
  const fill = async (from: number, before: ProcessMemory): Promise<Filled> => {
    const startedMs = performance.now();
    await connect(from, from + half);
    return { count: half, before, after: await router.memory(), tookS: (performance.now() - startedMs) / 1000 };
  };
  await connect(0, WARM_AGENTS);
  const first = await fill(WARM_AGENTS, await router.memory());
  const second = await fill(WARM_AGENTS + half, first.after);
  for (const client of clients) client.end();
  await router.end();
  return [first, second];
}

async function signIn(router: ServedRouter, id: string): Promise<Client> {
  const client = await Client.open(router.port, await router.mint.mint('agent', id));
  await client.ask('setPresence', { presence: 'AVAILABLE', reason: '', channels: [], agentId: '' });
  return client;
}

/** How many agents may connect with the file descriptors that this process, and a child of it, may have. */
export function connectionsMax(): number {
  try {
    const limit = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit) - OTHER_FILES - WARM_AGENTS;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
