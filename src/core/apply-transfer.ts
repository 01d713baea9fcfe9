// The fold of a transfer: the contact leaves its agent, or its place in line, and stands in line where it was sent; or it goes from agent to
// agent without standing anywhere.
//
// Invariant: what the event does not change stays: id, journey, attributes, arrival, content hash.

import { assert } from '../lib/assert.ts';
import { type Agent, hold, release } from './agent.ts';
import { coolDownAnew, dropCoolDown } from './apply-close.ts';
import {
  changed,
  clearAssigned,
  endPreference,
  enterLine,
  leaveLine,
  noteLeft,
  queueNamed,
  scheduleAssigned,
  startPreference,
  touch,
} from './apply-contact.ts';
import { type Contact, holderOf } from './contact.ts';
import type { ContactTransferred } from './events.ts';
import type { State } from './state.ts';

export function applyTransferred(state: State, contact: Contact, event: ContactTransferred): void {
  const agent = holderOf(contact);
  leavePlace(state, contact);
  if (event.cause === 'AGENT') contact.releasedBy = event.agentId;
  contact.queue = queueNamed(state, event.queue);
  contact.requires = event.requires;
  contact.requirement = event.requirement;
  contact.clockRate = event.clockRate;
  contact.headStartUs = event.headStartUs;
  contact.waitUntil = event.waitUntil;
  contact.agedFrom = event.agedFrom;
  contact.stage = event.stage;
  if (event.toAgentId !== '') return handOver(state, contact, agentNamed(state, event.toAgentId), event);
  contact.enqueuedAt = state.at;
  if (contact.calling !== undefined) contact.calling.waitShiftMs = 0;
  contact.relaxation = undefined;
  contact.preferredForMs = event.preferredForMs;
  contact.preferredAgents = event.preferredAgents;
  if (contact.preferredUntil !== event.preferredUntil) {
    endPreference(state, contact);
    if (event.preferredUntil !== 0) startPreference(state, contact, event.preferredUntil);
  }
  // Whoever is named gets it at once, whatever it said to it before.
  if (event.to === 'ONE_AGENT') dropCoolDownWith(state, contact, event.preferredAgents[0]);
  if (agent !== undefined) coolDownAnew(state, contact, agent, event.coolDownUntil);
  state.demands.retainClass(contact);
  changed(state, contact);
  enterLine(state, contact);
}

/** From one agent to the other. */
function handOver(state: State, contact: Contact, agent: Agent, event: ContactTransferred): void {
  touch(state, agent);
  contact.phase = { state: 'ASSIGNED', agent, offer: undefined };
  contact.agentId = agent.id;
  contact.cost = event.cost;
  contact.assignedAt = state.at;
  contact.queue.assignedCount++;
  hold(agent, contact);
  contact.assignedUntil = event.assignedUntil;
  contact.agentLostUntil = event.agentLostUntil;
  scheduleAssigned(state, contact);
  changed(state, contact);
}

function agentNamed({ agents }: State, agentId: string): Agent {
  const agent = agents.get(agentId);
  assert(agent !== undefined, 'a contact is handed over to a known agent');
  return agent;
}

/** Out of line, or away from its agent. */
function leavePlace(state: State, contact: Contact): void {
  const phase = contact.phase;
  switch (phase.state) {
    case 'QUEUED':
      noteLeft(state, contact);
      leaveLine(state, contact);
      state.demands.releaseClass(contact);
      return;
    case 'ASSIGNED':
      touch(state, phase.agent);
      release(phase.agent, contact);
      contact.queue.assignedCount--;
      clearAssigned(state, contact);
      contact.agentId = '';
      contact.cost = 0;
      contact.assignedAt = 0;
      return;
    default:
      assert(false, `a contact is not transferred from ${phase.state}`);
  }
}

function dropCoolDownWith(state: State, contact: Contact, agentId: string | undefined): void {
  const coolDown = contact.coolDowns.find(({ agent }) => agent.id === agentId);
  if (coolDown !== undefined) dropCoolDown(state, coolDown);
}
