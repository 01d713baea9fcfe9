/**
 * The three servers of a setting with a crew at each: the router, and the two relays that play what the router did at the
 * rehearsal. All of them live as long as the setting, and only one at a time has anything to do.
 *
 * 1. What has to end is hung into `cleanup` when it is made; `close` ends it earlier, and then the cleanup finds nothing to do.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { siblingModule } from '../../src/lib/sibling-module.ts';
import type { Cleanup } from '../cleanup.ts';
import { optionsOfStart } from '../node-options.ts';
import { ServerProcess } from '../server-process.ts';
import { agentsOf, POLICY } from './centre.ts';
import { Crew } from './crew.ts';
import type { Metronome } from './metronome.ts';
import type { LatencyParams, Setting } from './params.ts';
import { rehearse } from './rehearsal.ts';
import { putAgents, routerPaths, startRouterProcess, TokenMint } from './router.ts';
import type { Script } from './script.ts';

export const SERVERS = ['bare', 'committing', 'router'] as const;
export type ServerName = (typeof SERVERS)[number];

/** As in tables. */
export const SERVER_TITLES: Readonly<Record<ServerName, string>> = {
  bare: 'bare relay',
  committing: 'committing relay',
  router: 'router',
};

export interface Station {
  readonly name: ServerName;
  readonly process: ServerProcess;
  readonly crew: Crew;
}

export interface Servers {
  readonly stations: Readonly<Record<ServerName, Station>>;
  readonly script: Script;
  readonly mint: TokenMint;
  /** Ends crews and processes, the router first, whose profiles are whole then. */
  close(): Promise<void>;
}

export interface ServersWish {
  readonly params: LatencyParams;
  readonly setting: Setting;
  readonly metronome: Metronome;
  /** Of this setting. */
  readonly folder: string;
  /** Of Node, for the router. */
  readonly nodeOptions: readonly string[];
  /** Of the rehearsal. */
  readonly firstLife: number;
}

/** Starts everything. */
export async function startServers(wish: ServersWish, cleanup: Cleanup): Promise<Servers> {
  const { params, setting, folder, nodeOptions } = wish;
  const { subprotocol } = setting;
  const { isSubscribed, talkMs } = params;
  const { directory, policyFile } = routerPaths(folder);
  mkdirSync(directory, { recursive: true });
  writeFileSync(policyFile, POLICY);
  const agents = agentsOf(setting.agents, params.seed);
  const mint = new TokenMint(directory);
  const gatewayToken = await mint.mint('gateway', 'bench');
  const agentTokens = await Promise.all(agents.map(({ id }) => mint.mint('agent', id)));
  const openStation = async (name: ServerName, started: Promise<ServerProcess>): Promise<Station> => {
    const server = await started;
    if (name === 'router') await putAgents(server.port, mint, agents);
    const crew = new Crew({ name, port: server.port, subprotocol, gatewayToken, agentTokens, talkMs });
    cleanup.add({ orderly: () => crew.disconnect() });
    await crew.connect();
    return { name, process: server, crew };
  };

  const logFile = join(folder, 'router.log');
  const starting = startRouterProcess({ directory, policyFile, logFile, nodeOptions }, cleanup);
  const router = await openStation('router', starting);
  await router.crew.reportForDuty(isSubscribed);
  const { pid } = router.process;
  const rehearsal = { subprotocol, isSubscribed, pid, directory, firstLife: wish.firstLife };
  const script = await rehearse(router.crew, wish.metronome, rehearsal);
  const scriptFile = join(folder, 'script.json');
  writeFileSync(scriptFile, JSON.stringify(script));
  const bare = await openStation('bare', startRelay('bare', folder, scriptFile, cleanup));
  const committing = await openStation('committing', startRelay('committing', folder, scriptFile, cleanup));
  const stations = { bare, committing, router };
  return { stations, script, mint, close: () => close(stations) };
}

async function close({ router, bare, committing }: Servers['stations']): Promise<void> {
  for (const { crew, process: server } of [router, bare, committing]) {
    crew.disconnect();
    await server.stop();
  }
}

function startRelay(
  name: 'bare' | 'committing',
  folder: string,
  scriptFile: string,
  cleanup: Cleanup,
): Promise<ServerProcess> {
  const module = fileURLToPath(siblingModule(import.meta.url, './relay-process'));
  const journal = name === 'bare' ? [] : ['--journal', join(folder, 'relay-data')];
  const args = [
    '--disable-warning=ExperimentalWarning',
    ...optionsOfStart(),
    module,
    '--script',
    scriptFile,
    ...journal,
  ];
  return ServerProcess.start({ name: SERVER_TITLES[name], args, logFile: join(folder, `${name}.log`) }, cleanup);
}

/** A folder for everything that a run writes; it goes with the run. */
export function makeFolder(parent: string, cleanup: Cleanup): string {
  const folder = mkdtempSync(join(parent, 'cordboard-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  cleanup.add({ orderly: remove, abrupt: remove });
  return folder;
}
