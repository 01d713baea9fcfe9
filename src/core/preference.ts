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

/** The agents that a submit names, behind who answered last where the queue asks for that. They hold the contact from when it enters its line. */
export function preferenceOf(
  state: State,
  draft: ContactDraft,
  queueName: string,
  now: number,
  entersAt: number,
): Preferred {
  const queue = state.queues.get(queueName)?.policy;
  const last = lastAgentOf(state, draft, queue, now);
  const named = draft.preferredAgents;
  const agents =
    last === undefined ? named : [last, ...named.filter((agentId) => agentId !== last)].slice(0, PREFERRED_MAX);
  const forMs = draft.preferredForMs || queue?.preferredForMs || 0;
  return { agents, until: agents.length === 0 || forMs === 0 ? 0 : entersAt + forMs };
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
