/**
 * The three servers of a run with a crew at each: the router, and the two relays that play what the router did at the
 * rehearsal. All of them live from the beginning to the end, and only one at a time has anything to do.
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
import type { LatencyParams } from './params.ts';
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
}

export interface ServersWish {
  readonly params: LatencyParams;
  readonly metronome: Metronome;
  readonly folder: string;
  /** Of Node, for the router. */
  readonly nodeOptions: readonly string[];
  /** Of the rehearsal. */
  readonly firstLife: number;
}

/** Starts everything; what has to end is hung into `cleanup`. */
export async function startServers(wish: ServersWish, cleanup: Cleanup): Promise<Servers> {
  const { params, folder } = wish;
  const { directory, policyFile } = routerPaths(folder);
  mkdirSync(directory);
  writeFileSync(policyFile, POLICY);
  const agents = agentsOf(params.agents, params.seed);
  const mint = new TokenMint(directory);
  const gatewayToken = await mint.mint('gateway', 'bench');
  const agentTokens = await Promise.all(agents.map(({ id }) => mint.mint('agent', id)));
  const openStation = async (name: ServerName, started: Promise<ServerProcess>): Promise<Station> => {
    const server = await started;
    if (name === 'router') await putAgents(server.port, mint, agents);
    const { subprotocol, talkMs } = params;
    const crew = new Crew({ name, port: server.port, subprotocol, gatewayToken, agentTokens, talkMs });
    cleanup.add({ orderly: () => crew.disconnect() });
    await crew.connect();
    return { name, process: server, crew };
  };

  const logFile = join(folder, 'router.log');
  const { nodeOptions } = wish;
  const starting = startRouterProcess({ directory, policyFile, logFile, nodeOptions }, cleanup);
  const router = await openStation('router', starting);
  await router.crew.reportForDuty(params.isSubscribed);
  const script = await rehearse(router.crew, wish.metronome, {
    subprotocol: params.subprotocol,
    isSubscribed: params.isSubscribed,
    pid: router.process.pid,
    directory,
    firstLife: wish.firstLife,
  });
  const scriptFile = join(folder, 'script.json');
  writeFileSync(scriptFile, JSON.stringify(script));
  const relay = (name: 'bare' | 'committing'): Promise<Station> =>
    openStation(name, startRelay(name, folder, scriptFile, cleanup));
  return { stations: { bare: await relay('bare'), committing: await relay('committing'), router }, script, mint };
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
