/**
 * Files that say who would have been there: `agents:` as in a scenario, and nothing else.
 *
 * 1. All or nothing: a file with a fault has no agents. 2. The grammar is the scenario's own.
 */
import type { AgentGroup } from '../sim/scenario.ts';
import { type Fault, inTextOrder } from './fault.ts';
import { checkAgents } from './scenario-checks.ts';
import { resolveGroup } from './scenario-file.ts';
import { agentsSchema } from './scenario-schema.ts';
import { object, Reading } from './spec.ts';
import { readYaml, YamlSource } from './yaml-source.ts';

const agentsFileSchema = object('Who answers.', { agents: agentsSchema });

export type AgentsResult = { readonly agents: readonly AgentGroup[] } | { readonly faults: readonly Fault[] };

/** Reads the agents of a text. Never throws for bad input. */
export function parseAgents(text: string): AgentsResult {
  const source = readYaml(text);
  if (!(source instanceof YamlSource)) return { faults: inTextOrder(source) };
  const reading = new Reading(source);
  const draft = agentsFileSchema.read(source.root, [], reading);
  if (source.tooManyAliases) return { faults: [source.fault(0, [], 'expected fewer uses of aliases')] };
  if (reading.faultCount > 0) return { faults: inTextOrder(reading.faults) };
  for (const [path, message] of checkAgents(draft.agents, ['agents'], undefined)) reading.faultAt(path, message);
  return reading.faultCount > 0 ? { faults: inTextOrder(reading.faults) } : { agents: draft.agents.map(resolveGroup) };
}
