/**
 * Our own router as a user starts it, for the peers' work: a skill and a queue for each requirement, the priority a strict tier.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import { putAgents, startRouterProcess, TokenMint } from '../latency/router.ts';
import type { ServerProcess } from '../server-process.ts';
import { PRIORITIES, requirementName, type Work, type WorkContact } from './work.ts';

export interface CordboardServer {
  readonly process: ServerProcess;
  readonly gatewayToken: string;
  /** By team, then by agent. */
  readonly agentTokens: readonly (readonly string[])[];
}

export async function startCordboard(
  work: Work,
  folder: string,
  name: string,
  cleanup: Cleanup,
): Promise<CordboardServer> {
  const directory = join(folder, name);
  mkdirSync(directory);
  const policyFile = join(folder, `${name}.yaml`);
  writeFileSync(policyFile, policyOf(work));
  const logFile = join(folder, `${name}.log`);
  const process = await startRouterProcess({ directory, policyFile, logFile, nodeOptions: [] }, cleanup);
  const mint = new TokenMint(directory);
  const agents = work.teams.flatMap(({ agentIds, requirements }) =>
    agentIds.map((id) => ({
      id,
      name: id,
      skills: Object.fromEntries(requirements.map((requirement) => [requirementName(requirement), 5])),
    })),
  );
  await putAgents(process.port, mint, agents);
  const gatewayToken = await mint.mint('gateway', 'bench');
  const agentTokens = await Promise.all(
    work.teams.map(({ agentIds }) => Promise.all(agentIds.map((id) => mint.mint('agent', id)))),
  );
  return { process, gatewayToken, agentTokens };
}

/** What is submitted beside id, channel and attributes. */
export function routingOf({ requirement, priority }: WorkContact): { readonly queue: string; readonly tier: number } {
  return { queue: requirementName(requirement), tier: PRIORITIES - priority };
}

function policyOf({ requirements }: Work): string {
  const names = Array.from({ length: requirements }, (_, requirement) => requirementName(requirement));
  const queue = (name: string): string =>
    `  ${name}: { when: { intent: ${name} }, requires: [{ all: [{ skill: ${name} }] }] }`;
  return `channels: { voice: { cost: 100 } }\nqueues:\n${names.map(queue).join('\n')}\n`;
}
