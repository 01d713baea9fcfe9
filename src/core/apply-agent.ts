// The fold of what happens to agents and sessions: directory, presence, sockets that come and go.
//
// Invariants: 1. an agent is in the supply side exactly while it is signed in (connected and not OFFLINE). 2. while a session is lost, its
// assigned contacts have a deadline each; a new session takes them away.

import { type Agent, heldInOrder, isSignedIn, newAgent, setLimits } from './agent.ts';
import { dropCoolDown } from './apply-close.ts';
import { becomeReady, clearDeadline, scheduleAssigned, touch } from './apply-contact.ts';
import { placeHeldAgain } from './apply-hold.ts';
import type { Contact } from './contact.ts';
import type { Deadline } from './deadlines.ts';
import type { AgentPut, PresenceSet, SessionLost, SessionOpened } from './events.ts';
import type { Gateway } from './gateway.ts';
import type { State } from './state.ts';

/** Takes the agent out, changes it, and puts it to where it belongs now: one that has the same skills and is still here stays in its class. */
function change(state: State, agent: Agent, mutate: () => void): void {
  touch(state, agent);
  const { skills } = agent;
  mutate();
  const isHere = isSignedIn(agent);
  if (isHere && agent.supply !== undefined && agent.skills === skills) return;
  state.supplies.signOut(agent);
  if (isHere) state.supplies.signIn(agent);
  placeHeldAgain(state, agent);
}

export function applyAgentPut(state: State, event: AgentPut): void {
  let agent = state.agents.get(event.agentId);
  if (agent === undefined) {
    agent = newAgent(event.agentId, state.nextOrdinal());
    state.agents.set(agent.id, agent);
    state.agentLog.append(agent, agent.ordinal);
  }
  const put = agent;
  change(state, put, () => {
    put.name = event.name;
    put.skills = new Map(Object.entries(event.skills));
    put.skillRecord = event.skills;
    put.capacity = event.capacity;
    setLimits(put, event.limits);
    put.ofPolicy = event.ofPolicy;
    put.mayPull = event.mayPull;
    put.version++;
  });
}

export function applyAgentRemoved(state: State, agent: Agent): void {
  touch(state, agent);
  state.supplies.signOut(agent);
  agent.presence = 'OFFLINE';
  agent.sessionId = '';
  placeHeldAgain(state, agent);
  for (const coolDown of [...agent.coolDowns]) dropCoolDown(state, coolDown);
  agent.graceDeadline = clearDeadline(state, agent.graceDeadline);
  state.caps.free(agent);
  state.agents.delete(agent.id);
  state.agentLog.markStale();
}

export function applyPresenceSet(state: State, agent: Agent, event: PresenceSet): void {
  change(state, agent, () => {
    if (event.presence === 'AVAILABLE' && agent.presence !== 'AVAILABLE') becomeReady(state, agent);
    agent.presence = event.presence;
    agent.reason = event.reason;
    agent.next = event.next ?? '';
    agent.nextReason = event.nextReason ?? '';
    agent.channels = event.channels;
    agent.missesInRow = 0;
    agent.version++;
    if (event.presence === 'OFFLINE') endGrace(state, agent);
  });
}

export function applySessionOpened(state: State, event: SessionOpened): void {
  if (event.role === 'GATEWAY') {
    const gateway = state.gateway(event.subjectId);
    gateway.sessionIds.add(event.sessionId);
    gateway.lostAt = 0;
    return scheduleGatewayLost(state, gateway);
  }
  const agent = state.agents.get(event.subjectId);
  if (agent === undefined) return;
  change(state, agent, () => {
    agent.sessionId = event.sessionId;
    endGrace(state, agent);
  });
  for (const contact of agent.held) setAgentLost(state, contact, 0);
}

export function applySessionLost(state: State, event: SessionLost): void {
  if (event.role === 'GATEWAY') return loseGatewaySession(state, state.gateway(event.subjectId), event.sessionId);
  const agent = state.agents.get(event.subjectId);
  if (agent === undefined) return;
  change(state, agent, () => {
    agent.sessionId = '';
    if (agent.presence === 'OFFLINE') return;
    startGrace(state, agent, event.graceUntil);
  });
  for (const contact of heldInOrder(agent)) {
    if (contact.phase.state !== 'ASSIGNED') continue;
    const due = state.at + contact.channel.policy.assigned.agentLostMs;
    setAgentLost(state, contact, Math.max(due, state.graceFloor));
  }
}

/** Whoever lost its session before or by the restart has until `graceUntil` at least. */
export function applyRestarted(state: State, graceUntil: number): void {
  state.graceFloor = graceUntil;
  for (const agent of state.agents.values()) {
    if (agent.graceUntil === 0 || agent.graceUntil >= graceUntil) continue;
    endGrace(state, agent);
    startGrace(state, agent, graceUntil);
  }
  for (const { contact } of state.known.values()) {
    if (contact === undefined || contact.agentLostUntil === 0 || contact.agentLostUntil >= graceUntil) continue;
    setAgentLost(state, contact, graceUntil);
  }
  for (const gateway of state.gateways.values()) scheduleGatewayLost(state, gateway);
}

export function startGrace(state: State, agent: Agent, until: number): void {
  agent.graceUntil = until;
  agent.graceDeadline = { kind: 'grace', due: until, ordinal: agent.ordinal, detail: 0, agent, heapIndex: -1 };
  state.deadlines.add(agent.graceDeadline);
}

function endGrace(state: State, agent: Agent): void {
  agent.graceUntil = 0;
  agent.graceDeadline = clearDeadline(state, agent.graceDeadline);
}

function setAgentLost(state: State, contact: Contact, until: number): void {
  if (contact.phase.state !== 'ASSIGNED' || contact.agentLostUntil === until) return;
  contact.agentLostUntil = until;
  scheduleAssigned(state, contact);
}

function loseGatewaySession(state: State, gateway: Gateway, sessionId: string): void {
  gateway.sessionIds.delete(sessionId);
  if (gateway.sessionIds.size > 0) return;
  gateway.lostAt = state.at;
  scheduleGatewayLost(state, gateway);
}

/** One deadline for each channel whose contacts a lost gateway takes with it. */
export function scheduleGatewayLost(state: State, gateway: Gateway): void {
  for (const deadline of gateway.lostDeadlines) state.deadlines.cancel(deadline);
  gateway.lostDeadlines.length = 0;
  if (gateway.lostAt === 0) return;
  let detail = 0;
  for (const channel of state.channels.values()) {
    detail++;
    const { afterMs, then } = channel.policy.gatewayLost;
    if (then !== 'cancel') continue;
    const due = Math.max(gateway.lostAt + afterMs, state.graceFloor);
    const deadline: Deadline = {
      kind: 'gatewayLost',
      due,
      ordinal: gateway.ordinal,
      detail,
      gateway,
      channelName: channel.name,
      heapIndex: -1,
    };
    gateway.lostDeadlines.push(deadline);
    state.deadlines.add(deadline);
  }
}
