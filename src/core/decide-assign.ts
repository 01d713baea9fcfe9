// Decides who has a waiting contact without an offer: an agent that takes one, a supervisor that gives one. A refusal emits nothing.

import { type Agent, limitOf } from './agent.ts';
import type { Command } from './commands.ts';
import type { Contact } from './contact.ts';
import type { Decided } from './decided.ts';
import type { AssignCause } from './events.ts';
import { isHeldNow } from './hold.ts';
import { type Refusal, refuse } from './refusal.ts';
import { eligibilityOf } from './relaxation.ts';
import { lackOf, meets } from './requirement.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

function noSuchContact(): Refusal {
  return refuse('NO_SUCH_CONTACT', 'there is no such contact', 'contactId');
}

export function pullNotAllowed(agentId: string): Refusal {
  return refuse('PULL_NOT_ALLOWED', `the directory does not let ${agentId} take contacts (mayPull)`);
}

export function decidePull(step: Step, { actor, contactId }: Asked<'pull'>): Decided {
  const { state } = step;
  const agent = state.agents.get(actor.id);
  if (agent === undefined || !agent.mayPull) return { error: pullNotAllowed(actor.id) };
  const known = state.known.get(contactId);
  if (known === undefined) return { error: noSuchContact() };
  const { contact, tombstone } = known;
  if (contact === undefined) return tombstone?.agentId === agent.id ? { known } : { error: closed() };
  if (isWith(contact, agent)) return { contact };
  if (contact.phase.state !== 'QUEUED') return { error: notWaiting(contact) };
  const hindrance = pullHindrance(agent, contact) ?? holdHindrance(state, agent, contact);
  if (hindrance !== undefined) return { error: refuse('NOT_ELIGIBLE', hindrance, 'contactId') };
  give(step, contact, agent, 'PULL', actor.id);
  return { contact };
}

export function decideAssign(step: Step, { actor, contactId, agentId }: Asked<'assign'>): Decided {
  const { state } = step;
  const known = state.known.get(contactId);
  if (known === undefined) return { error: noSuchContact() };
  const agent = state.agents.get(agentId);
  if (agent === undefined) return { error: refuse('NO_SUCH_AGENT', 'there is no such agent', 'agentId') };
  const { contact, tombstone } = known;
  if (contact === undefined) return tombstone?.agentId === agent.id ? { known } : { error: closed() };
  if (isWith(contact, agent)) return { contact };
  const { phase } = contact;
  if (phase.state !== 'QUEUED' && phase.state !== 'OFFERED') return { error: notWaiting(contact) };
  const hindrance = absence(agent) ?? roomHindrance(agent, contact);
  if (hindrance !== undefined) return { error: refuse('NOT_ELIGIBLE', hindrance, 'agentId') };
  step.revoke(contact, 'REASSIGNED');
  give(step, contact, agent, 'ASSIGN', actor.id);
  return { contact };
}

/** The waiting contact is the agent's. */
function give(step: Step, contact: Contact, agent: Agent, cause: AssignCause, by: string): void {
  const { cost, assigned } = contact.channel.policy;
  const assignedUntil = step.now + assigned.maxMs;
  const [contactId, agentId] = [contact.id, agent.id];
  step.emitOf(contact, { type: 'contactAssigned', contactId, agentId, cause, by, cost, assignedUntil });
}

/** A repeated command finds done what it asks for. */
function isWith({ phase }: Contact, agent: Agent): boolean {
  return (phase.state === 'ASSIGNED' || phase.state === 'WRAP_UP') && phase.agent === agent;
}

function closed(): Refusal {
  return refuse('CONTACT_CLOSED', 'it is closed', 'contactId');
}

function notWaiting({ phase: { state } }: Contact): Refusal {
  if (state === 'ASSIGNED' || state === 'WRAP_UP') {
    return refuse('CONTACT_ANSWERED', 'another agent has it', 'contactId');
  }
  return refuse('CONTACT_NOT_WAITING', `it is ${state}, not in line`, 'contactId');
}

/** Why the agent takes nothing now; undefined: it may. */
export function absence({ id, presence, sessionId }: Agent): string | undefined {
  if (sessionId === '') return `${id} is not connected`;
  return presence === 'AVAILABLE' || presence === 'BUSY' ? undefined : `${id} is ${presence}`;
}

function pullHindrance(agent: Agent, contact: Contact): string | undefined {
  const { channels, skills } = agent;
  const { channel } = contact;
  const requirement = eligibilityOf(contact);
  const away = absence(agent);
  if (away !== undefined) return away;
  if (channels.length > 0 && !channels.includes(channel.name)) return `${agent.id} takes no ${channel.name} now`;
  if (!meets(skills, requirement)) return `${agent.id} does not meet ${lackOf(skills, requirement)}`;
  return roomHindrance(agent, contact);
}

/** Held contacts are for their preferred agents. */
function holdHindrance(state: State, agent: Agent, contact: Contact): string | undefined {
  if (contact.preferredUntil === 0 || contact.preferredAgents.includes(agent.id)) return undefined;
  return isHeldNow(state, contact) ? 'it is held for the agents whom it prefers' : undefined;
}

/** What the agent has no room by; a contact that is offered to it already takes none beside itself. */
function roomHindrance(agent: Agent, contact: Contact): string | undefined {
  const { channel } = contact;
  const { cost, exclusive } = channel.policy;
  let load = 0;
  for (const other of agent.held) {
    if (other === contact || channel.blend?.yieldsHere[other.channel.index] === true) continue;
    if (exclusive === true) return `no room: ${agent.id} has contacts, and ${channel.name} is exclusive`;
    if (other.channel.policy.exclusive === true)
      return `no room: ${agent.id} has ${other.channel.name}, which is exclusive`;
    load += other.cost;
  }
  if (load + cost > agent.capacity) {
    return `no room: ${agent.id} carries ${load} of ${agent.capacity}, ${channel.name} takes ${cost}`;
  }
  const count = (agent.countByChannel[channel.index] ?? 0) - (agent.held.includes(contact) ? 1 : 0);
  const limit = limitOf(agent, channel);
  return count < limit ? undefined : `no room: ${agent.id} has ${count} of at most ${limit} of ${channel.name}`;
}
