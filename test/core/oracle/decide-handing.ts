// The oracle's decisions on contacts that an agent takes or a supervisor gives, and what an agent may take. Written from SPEC [PULL*].
import type { Command } from '../../../src/core/commands.ts';
import type { AssignCause } from '../../../src/core/events.ts';
import { agentOf, channelOf, type OracleAgent, type OracleContact, type OracleState, policyOf } from './model.ts';
import { eligibilityOf, hasRoom, isHeld, meets, theRule } from './rank.ts';
import { contactVerdict, refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function decidePull(world: World, { actor, contactId }: CommandOf<'pull'>): Verdict {
  const { state } = world;
  const agent = state.agents.find(({ id }) => id === actor.id);
  if (agent?.mayPull !== true) return refused('PULL_NOT_ALLOWED');
  const contact = state.contacts.find(({ id }) => id === contactId);
  if (contact === undefined) return ofClosed(state, contactId, actor.id);
  if (isAnswered(contact))
    return contact.agentId === actor.id ? contactVerdict(contactId) : refused('CONTACT_ANSWERED');
  if (contact.state !== 'QUEUED') return refused('CONTACT_NOT_WAITING');
  if (!mayTake(state, agent, contact)) return refused('NOT_ELIGIBLE');
  return give(world, contact, agent.id, 'PULL', actor.id);
}

export function decideAssign(world: World, { actor, contactId, agentId }: CommandOf<'assign'>): Verdict {
  const { state } = world;
  const contact = state.contacts.find(({ id }) => id === contactId);
  const agent = state.agents.find(({ id }) => id === agentId);
  const isClosed = state.tombstones.some((tombstone) => tombstone.contactId === contactId);
  if (contact === undefined && !isClosed) return refused('NO_SUCH_CONTACT');
  if (agent === undefined) return refused('NO_SUCH_AGENT');
  if (contact === undefined) return ofClosed(state, contactId, agentId);
  if (isAnswered(contact)) return contact.agentId === agentId ? contactVerdict(contactId) : refused('CONTACT_ANSWERED');
  if (contact.state === 'SCHEDULED') return refused('CONTACT_NOT_WAITING');
  // What is offered to the agent already takes no room twice.
  const others = { ...state, contacts: state.contacts.filter((other) => other !== contact) };
  if (!isThere(agent) || !hasRoom(others, agent, contact.channel)) return refused('NOT_ELIGIBLE');
  if (contact.state === 'OFFERED') world.revoke(contact, 'REASSIGNED');
  return give(world, contact, agentId, 'ASSIGN', actor.id);
}

function give(world: World, contact: OracleContact, agentId: string, cause: AssignCause, by: string): Verdict {
  const { cost, assigned } = channelOf(world.state, contact.channel);
  const assignedUntil = world.now + assigned.maxMs;
  world.emit({ type: 'contactAssigned', contactId: contact.id, agentId, cause, by, cost, assignedUntil });
  return contactVerdict(contact.id);
}

function ofClosed(state: OracleState, contactId: string, agentId: string): Verdict {
  const tombstone = state.tombstones.find((one) => one.contactId === contactId);
  if (tombstone === undefined) return refused('NO_SUCH_CONTACT');
  return tombstone.agentId === agentId ? contactVerdict(contactId) : refused('CONTACT_CLOSED');
}

function isAnswered({ state }: OracleContact): boolean {
  return state === 'ASSIGNED' || state === 'WRAP_UP';
}

function isThere({ sessionId, presence }: OracleAgent): boolean {
  return sessionId !== '' && (presence === 'AVAILABLE' || presence === 'BUSY');
}

/** [PULL3]: cool-downs and caps do not count. */
function mayTake(state: OracleState, agent: OracleAgent, contact: OracleContact): boolean {
  return (
    isThere(agent) &&
    (agent.channels.length === 0 || agent.channels.includes(contact.channel)) &&
    meets(agent.skills, eligibilityOf(contact)) &&
    hasRoom(state, agent, contact.channel) &&
    (!isHeld(state, contact) || contact.preferredAgents.includes(agent.id))
  );
}

/** [PULL2]: ids of the waiting contacts that the agent may take, best first; undefined: it may not look. */
export function takeableIds(state: OracleState, agentId: string, now: number): string[] | undefined {
  const agent = agentOf(state, agentId);
  if (!agent.mayPull) return undefined;
  const worthUs = (contact: OracleContact): number =>
    theRule.fitUs(policyOf(state), contact, agent) + theRule.urgencyUs(contact, now);
  return state.contacts
    .filter((contact) => contact.state === 'QUEUED' && mayTake(state, agent, contact))
    .sort((one, other) => other.tier - one.tier || worthUs(other) - worthUs(one) || one.ordinal - other.ordinal)
    .map(({ id }) => id);
}
