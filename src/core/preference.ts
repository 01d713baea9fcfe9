// Which agents a new contact prefers, and for how long they hold it: its own word first, then its queue's.

import type { ContactDraft } from './commands.ts';
import { DIRECT_DEFAULT, type QueuePolicy } from './policy.ts';
import type { State } from './state.ts';

const PREFERRED_MAX = 32;

/** As the event of the submit tells it. */
export interface Preferred {
  readonly agents: readonly string[];
  /** Until then they hold the contact; 0: they do not. */
  readonly until: number;
}

/** The agents that a submit names, behind the customer's owner and who answered last where the queue asks for these. They hold the contact from when it enters its line. */
export function preferenceOf(
  state: State,
  draft: ContactDraft,
  queueName: string,
  now: number,
  entersAt: number,
  isConsult: boolean,
): Preferred {
  const queue = state.queues.get(queueName)?.policy;
  // An agent's question goes to whom it names.
  const last = isConsult ? undefined : lastAgentOf(state, draft, queue, now);
  const owner = queue?.preferOwner === true && !isConsult ? ownerOf(state, draft) : undefined;
  const agents = inFront(owner, inFront(last, draft.preferredAgents));
  const forMs = draft.preferredForMs || queue?.preferredForMs || 0;
  return { agents, until: agents.length === 0 || forMs === 0 ? 0 : entersAt + forMs };
}

function inFront(first: string | undefined, agents: readonly string[]): readonly string[] {
  if (first === undefined) return agents;
  return [first, ...agents.filter((agentId) => agentId !== first)].slice(0, PREFERRED_MAX);
}

function ownerOf({ customers, agents }: State, { customerId }: ContactDraft): string | undefined {
  const owner = customers.get(customerId)?.owner;
  return owner !== undefined && agents.has(owner) ? owner : undefined;
}

function lastAgentOf(
  { lastAgents, policy, agents }: State,
  { customerId, journeyId }: ContactDraft,
  queue: QueuePolicy | undefined,
  now: number,
): string | undefined {
  const scope = queue?.lastAgent;
  if (scope === undefined) return undefined;
  const { rememberMs } = policy?.direct ?? DIRECT_DEFAULT;
  const id = scope === 'customer' ? customerId : journeyId;
  const agentId = lastAgents?.find(scope, id, now - rememberMs);
  return agentId !== undefined && agents.has(agentId) ? agentId : undefined;
}
