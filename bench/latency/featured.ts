/**
 * A second router beside that of the setting, under the policy that uses everything (features.ts), with a crew of its own that does
 * the same work.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import type { ServerProcess } from '../server-process.ts';
import { agentsOf } from './centre.ts';
import { Crew } from './crew.ts';
import { FEATURES_POLICY, profilesOf, withFeatures } from './features.ts';
import { putAgents, putCustomers, routerPaths, startRouterProcess, TokenMint } from './router.ts';
import type { ServersWish } from './servers.ts';

export interface FeaturedRouter {
  readonly process: ServerProcess;
  readonly crew: Crew;
  readonly mint: TokenMint;
  /** The customers of so many lives have profiles from then on. */
  putProfiles(firstLife: number, count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startFeatured(wish: ServersWish, cleanup: Cleanup): Promise<FeaturedRouter> {
  const { params, setting, nodeOptions } = wish;
  const folder = join(wish.folder, 'featured');
  const { directory, policyFile } = routerPaths(folder);
  mkdirSync(directory, { recursive: true });
  writeFileSync(policyFile, FEATURES_POLICY);
  const logFile = join(folder, 'router.log');
  const server = await startRouterProcess({ directory, policyFile, logFile, nodeOptions }, cleanup);
  const agents = withFeatures(agentsOf(setting.agents, params.seed));
  const mint = new TokenMint(directory);
  await putAgents(server.port, mint, agents);
  const crew = new Crew({
    name: 'featured',
    port: server.port,
    subprotocol: setting.subprotocol,
    gatewayToken: await mint.mint('gateway', 'bench'),
    agentTokens: await Promise.all(agents.map(({ id }) => mint.mint('agent', id))),
    talkMs: params.talkMs,
  });
  cleanup.add({ orderly: () => crew.disconnect() });
  await crew.connect();
  await crew.reportForDuty(params.isSubscribed);
  const close = async (): Promise<void> => {
    crew.disconnect();
    await server.stop();
  };
  const putProfiles = (firstLife: number, count: number): Promise<void> =>
    putCustomers(server.port, mint, profilesOf(agents, firstLife, count));
  return { process: server, crew, mint, putProfiles, close };
}
