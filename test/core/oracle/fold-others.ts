// What events about agents, sessions, gateways and the policy do to the oracle's state; those about contacts are in fold.ts.
import type {
  AgentPut,
  HoursResolved,
  PolicySet,
  PresenceSet,
  QueueClosureSet,
  SessionLost,
  SessionOpened,
} from '../../../src/core/events.ts';
import type { ResolvedPolicy } from '../../../src/core/policy.ts';
import { remembers } from './last-agents.ts';
import { agentOf, channelOf, heldBy, type OracleState, policyOf } from './model.ts';

/** A gateway is known from its first session or contact on. */
export function knowGateway(state: OracleState, id: string): void {
  if (state.gateways.some((gateway) => gateway.id === id)) return;
  state.lastOrdinal += 1;
  state.gateways.push({
    kind: 'gateway',
    id,
    ordinal: state.lastOrdinal,
    sessionIds: [],
    lostAt: 0,
    forgottenSeq: 0,
  });
}

/** [OFF18]: as many as the cap looks at. */
export function lastOffers(state: OracleState, instants: readonly number[]): readonly number[] {
  const { offersPerMinute = 0 } = policyOf(state).presence;
  return offersPerMinute === 0 ? [] : instants.slice(-offersPerMinute);
}

export function makeReady(state: OracleState, agentId: string, at: number): void {
  const agent = agentOf(state, agentId);
  state.lastReadyOrdinal += 1;
  agent.readySince = at;
  agent.readyOrdinal = state.lastReadyOrdinal;
}

export function putAgent(state: OracleState, event: AgentPut): void {
  const { type: _type, agentId, ...facts } = event;
  const known = state.agents.find((agent) => agent.id === agentId);
  if (known !== undefined) {
    Object.assign(known, facts);
    known.version += 1;
    return;
  }
  state.lastOrdinal += 1;
  state.agents.push({
    kind: 'agent',
    id: agentId,
    ordinal: state.lastOrdinal,
    ...facts,
    presence: 'OFFLINE',
    reason: '',
    channels: [],
    sessionId: '',
    graceUntil: 0,
    readySince: 0,
    readyOrdinal: 0,
    missesInRow: 0,
    version: 1,
    answers: [],
    offerInstants: [],
  });
}

export function removeAgent(state: OracleState, agentId: string): void {
  state.agents = state.agents.filter((agent) => agent.id !== agentId);
  for (const contact of state.contacts) {
    contact.coolDowns = contact.coolDowns.filter((one) => one.agentId !== agentId);
  }
}

export function setPresence(state: OracleState, event: PresenceSet, at: number): void {
  const agent = agentOf(state, event.agentId);
  const isNew = agent.presence !== event.presence;
  agent.presence = event.presence;
  agent.reason = event.reason;
  delete agent.next;
  delete agent.nextReason;
  if (event.next !== undefined) agent.next = event.next;
  if (event.nextReason !== undefined) agent.nextReason = event.nextReason;
  agent.channels = event.channels;
  agent.missesInRow = 0;
  agent.version += 1;
  if (event.presence === 'OFFLINE') agent.graceUntil = 0;
  if (event.presence === 'AVAILABLE' && isNew) makeReady(state, event.agentId, at);
}

export function openSession(state: OracleState, event: SessionOpened): void {
  if (event.role === 'AGENT') {
    const agent = agentOf(state, event.subjectId);
    agent.sessionId = event.sessionId;
    agent.graceUntil = 0;
    for (const contact of heldBy(state, agent.id)) contact.agentLostUntil = 0;
    return;
  }
  knowGateway(state, event.subjectId);
  for (const gateway of state.gateways) {
    if (gateway.id !== event.subjectId) continue;
    gateway.sessionIds = [...gateway.sessionIds, event.sessionId].sort();
    gateway.lostAt = 0;
  }
}

export function loseSession(state: OracleState, event: SessionLost, at: number): void {
  if (event.role === 'AGENT') {
    const agent = agentOf(state, event.subjectId);
    agent.sessionId = '';
    agent.graceUntil = event.graceUntil;
    for (const contact of heldBy(state, agent.id)) {
      if (contact.state !== 'ASSIGNED') continue;
      const { agentLostMs } = channelOf(state, contact.channel).assigned;
      contact.agentLostUntil = Math.max(at + agentLostMs, state.graceFloor);
    }
    return;
  }
  for (const gateway of state.gateways) {
    if (gateway.id !== event.subjectId) continue;
    gateway.sessionIds = gateway.sessionIds.filter((id) => id !== event.sessionId);
    if (gateway.sessionIds.length === 0) gateway.lostAt = at;
  }
}

/** [RST2]: whoever is lost has until then at least. */
export function restart(state: OracleState, graceUntil: number): void {
  state.graceFloor = graceUntil;
  for (const agent of state.agents) {
    if (agent.graceUntil !== 0) agent.graceUntil = Math.max(agent.graceUntil, graceUntil);
  }
  for (const contact of state.contacts) {
    if (contact.agentLostUntil !== 0) contact.agentLostUntil = Math.max(contact.agentLostUntil, graceUntil);
  }
}

export function setPolicy(state: OracleState, event: PolicySet): void {
  const policy: ResolvedPolicy = JSON.parse(event.resolved);
  state.policy = policy;
  state.policySource = event.source;
  if (event.fileHash !== '') state.policyFileHash = event.fileHash;
  const isThere = (queue: string): boolean => policy.queues.some(({ name }) => name === queue);
  state.flows = state.flows.filter((flow) => isThere(flow.queue));
  state.paces = Object.fromEntries(Object.entries(state.paces).filter(([queue]) => isThere(queue)));
  for (const agent of state.agents) agent.offerInstants = lastOffers(state, agent.offerInstants);
  state.closures = state.closures.filter(({ queue }) => isThere(queue));
  state.hours = [];
  state.lastAgents = state.lastAgents.filter(({ scope }) => remembers(policy, scope));
}

/** Known calendars keep their places. */
export function resolveHours(state: OracleState, { type: _type, ...facts }: HoursResolved): void {
  const hours = { kind: 'hours' as const, ...facts };
  const isSame = (one: OracleState['hours'][number]): boolean =>
    one.calendar === hours.calendar && one.timeZone === hours.timeZone;
  const isKnown = state.hours.some(isSame);
  if (!isKnown) state.hours = [...state.hours, hours];
  else state.hours = state.hours.map((one) => (isSame(one) ? hours : one));
}

export function setClosure(state: OracleState, { queue, closed, until, reason, by }: QueueClosureSet): void {
  state.closures = state.closures.filter((one) => one.queue !== queue);
  if (closed) state.closures.push({ kind: 'closure', queue, until, reason, by });
}
