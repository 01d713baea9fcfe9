// The instants that the oracle's state waits for, found by looking at everything, and what happens when one is reached [TIME2], [TIME5].
import type { CloseCause, EndCause } from '../../../src/core/events.ts';
import { stageAtEntry, stageOnWay, withStage } from './bots.ts';
import {
  agentOf,
  channelOf,
  found,
  isHeld,
  type OracleContact,
  type OracleState,
  pendingOffers,
  policyOf,
  waitMsIn,
  wantsMore,
} from './model.ts';
import { cappedUntil } from './rank.ts';
import { classifyIn, nextStep, nextTest, pendingContacts } from './relax.ts';
import { reachStep, testPending } from './relax-steps.ts';
import { callableAt, closeWindow, postpone, postponeShutOut } from './windows.ts';
import type { World } from './world.ts';

interface Deadline {
  readonly due: number;
  readonly ordinal: number;
  /** Place in the order of kinds. */
  readonly kind: number;
  /** Order among several of one kind and owner. */
  readonly detail: number;
  fire(world: World): void;
}

const FORGET = 0;
const GATEWAY_LOST = 1;
const GRACE = 2;
const DUE = 3;
const WAIT = 4;
const RELAX = 5;
const RELAX_TEST = 6;
const OFFER = 7;
const ASSIGNED = 8;
const WRAP_UP = 9;
const AGENT_LOST = 10;
const COOL_DOWN = 11;
const PREFERENCE = 13;
const FIRST = 14;
const SHUT = 15;
const FLOW_SLOT_MS = 300_000;

/** The earliest instant at which something is due: a deadline, or the end of a cap on offers, which is no event [OFF18]. */
export function earliestDue(state: OracleState): number {
  const dues = allDeadlines(state).map((deadline) => deadline.due);
  return Math.min(Number.POSITIVE_INFINITY, ...dues, ...gates(state), ...caps(state));
}

function caps(state: OracleState): number[] {
  if (state.policy === undefined) return [];
  return state.agents.map((agent) => cappedUntil(state, agent)).filter((until) => until > 0);
}

/** [GATE4]: when time may open a gate behind which somebody waits. */
function gates(state: OracleState): number[] {
  if (state.policy === undefined) return [];
  return state.policy.queues.flatMap(({ name, gate }) => {
    const contacts = gate === undefined ? [] : state.contacts.filter(({ queue }) => queue === name);
    const isLined = contacts.some((contact) => contact.state === 'QUEUED');
    if (gate === undefined || !(isLined || contacts.some((contact) => wantsMore(state, contact)))) return [];
    const ends = gate.paceMs > 0 && isLined ? [state.paces[name] ?? 0] : [];
    if (gate.serviceLevelAtLeast !== undefined) ends.push((Math.floor(state.now / FLOW_SLOT_MS) + 1) * FLOW_SLOT_MS);
    return ends.filter((end) => end > state.now);
  });
}

/** Fires what is due, the first first, until nothing is. */
export function fireDue(world: World): void {
  for (;;) {
    const due = allDeadlines(world.state).filter((deadline) => deadline.due <= world.now);
    due.sort(
      (left, right) =>
        left.due - right.due || left.ordinal - right.ordinal || left.kind - right.kind || left.detail - right.detail,
    );
    const first = due[0];
    if (first === undefined) return;
    first.fire(world);
    postponeShutOut(world);
  }
}

function allDeadlines(state: OracleState): Deadline[] {
  if (state.policy === undefined) return [];
  return [
    ...state.contacts.flatMap((contact) => deadlinesOfContact(state, contact)),
    ...deadlinesOfAgents(state),
    ...deadlinesOfGateways(state),
    ...deadlinesOfTombstones(state),
    ...deadlinesOfTests(state),
  ];
}

function deadlinesOfContact(state: OracleState, contact: OracleContact): Deadline[] {
  const { ordinal } = contact;
  const deadlines: Deadline[] = [];
  const add = (kind: number, due: number, fire: (world: World) => void): void => {
    deadlines.push({ due, ordinal, kind, detail: 0, fire });
  };
  if (contact.state === 'SCHEDULED') add(DUE, contact.dueAt, (world) => makeDue(world, contact));
  if (contact.state === 'QUEUED') add(WAIT, contact.waitUntil, (world) => expire(world, contact));
  if (contact.state === 'QUEUED' && contact.windowUntil > 0) {
    add(SHUT, contact.windowUntil, (world) => closeWindow(world, contact));
  }
  const step = contact.state === 'QUEUED' ? nextStep(state, contact) : undefined;
  if (step !== undefined) add(RELAX, contact.enqueuedAt + step.afterMs, (world) => reachStep(world, contact));
  const { stage } = contact;
  if (contact.state === 'QUEUED' && stage?.handedOverBy === '')
    add(FIRST, stage.until, (world) => openToAll(world, contact));
  for (const { agentId, deadline } of pendingOffers(contact)) {
    const detail = agentOf(state, agentId).ordinal;
    deadlines.push({ due: deadline, ordinal, kind: OFFER, detail, fire: (world) => miss(world, contact, agentId) });
  }
  if (contact.state === 'WRAP_UP') {
    add(WRAP_UP, contact.wrapUpUntil, (world) => close(world, contact, 'COMPLETED', 'WRAP_UP_OVER'));
  }
  if (contact.state === 'ASSIGNED') {
    const keeps = channelOf(state, contact.channel).assigned.then === 'keep';
    if (!keeps) add(ASSIGNED, contact.assignedUntil, (world) => giveUp(world, contact, 'TOO_LONG'));
    if (!keeps && contact.agentLostUntil !== 0) {
      add(AGENT_LOST, contact.agentLostUntil, (world) => giveUp(world, contact, 'AGENT_LOST'));
    }
  }
  if (contact.preferredUntil !== 0) {
    add(PREFERENCE, contact.preferredUntil, (world) => world.emit({ type: 'preferenceEnded', contactId: contact.id }));
  }
  for (const { agentId, until } of contact.coolDowns) {
    deadlines.push({
      due: until,
      ordinal,
      kind: COOL_DOWN,
      detail: agentOf(state, agentId).ordinal,
      fire: (world) => world.emit({ type: 'coolDownEnded', contactId: contact.id, agentId }),
    });
  }
  return deadlines;
}

function deadlinesOfAgents(state: OracleState): Deadline[] {
  return state.agents
    .filter((agent) => agent.graceUntil !== 0)
    .map((agent) => ({
      due: agent.graceUntil,
      ordinal: agent.ordinal,
      kind: GRACE,
      detail: 0,
      fire: (world) => world.setPresence(agent, 'OFFLINE', '', 'SESSION_LOST', []),
    }));
}

/** [ASG4]: what a lost gateway takes with it, channel after channel, in order of arrival. */
function deadlinesOfGateways(state: OracleState): Deadline[] {
  const deadlines: Deadline[] = [];
  const channels = Object.keys(policyOf(state).channels);
  for (const gateway of state.gateways) {
    if (gateway.lostAt === 0) continue;
    for (const contact of state.contacts) {
      if (contact.gatewayId !== gateway.id || contact.submittedAt > gateway.lostAt) continue;
      if (contact.state === 'WRAP_UP' || contact.dueAt > gateway.lostAt || contact.callbackAt > 0) continue;
      const { then, afterMs } = channelOf(state, contact.channel).gatewayLost;
      if (then !== 'cancel') continue;
      deadlines.push({
        due: Math.max(gateway.lostAt + afterMs, state.graceFloor),
        ordinal: gateway.ordinal,
        kind: GATEWAY_LOST,
        detail: channels.indexOf(contact.channel) * 1e9 + contact.ordinal,
        fire: (world) => cancelLost(world, contact),
      });
    }
  }
  return deadlines;
}

/** [TOMB1]: forgotten at whole minutes, all that are due together; at whole seconds while there are many. */
function deadlinesOfTombstones(state: OracleState): Deadline[] {
  const oldest = Math.min(...state.tombstones.map((tombstone) => tombstone.closedAt));
  if (state.tombstones.length === 0) return [];
  const { forgetMs } = policyOf(state);
  const grainMs = state.tombstones.length < 1024 ? 60_000 : 1000;
  return [
    {
      due: Math.ceil((oldest + forgetMs) / grainMs) * grainMs,
      ordinal: 0,
      kind: FORGET,
      detail: 0,
      fire: (world) => world.emit({ type: 'tombstonesForgotten', closedThrough: world.now - forgetMs }),
    },
  ];
}

/** [RLX8]. */
function deadlinesOfTests(state: OracleState): Deadline[] {
  if (pendingContacts(state).length === 0) return [];
  return [{ due: nextTest(state), ordinal: 0, kind: RELAX_TEST, detail: 0, fire: testPending }];
}

/** [SCH3]. */
function makeDue(world: World, contact: OracleContact): void {
  const policy = policyOf(world.state);
  const opensAt = callableAt(world.state, contact, world.now);
  if (opensAt > world.now) {
    postpone(world, contact, opensAt, contact.notBefore || contact.dueAt);
    return;
  }
  const { id: contactId, queue, stage, agedFrom, waitShiftMs } = contact;
  const placed = found(classifyIn(policy, queue, contact, world.now + waitShiftMs), 'place');
  const kept = stage === undefined ? undefined : withStage(placed, stage).stage;
  world.emit({
    type: 'contactDue',
    contactId,
    ...placed,
    ...(agedFrom === 0 ? {} : { agedFrom }),
    ...(kept === undefined ? stageAtEntry(policy, placed, world.now) : { stage: kept }),
  });
}

/** [BOT3]. */
function openToAll(world: World, contact: OracleContact): void {
  const { queue, segment, requirement, clockRate, headStartUs, waitUntil, relaxation } = contact;
  const placed = { queue, segment, requirement, clockRate, headStartUs, waitUntil };
  const type = 'contactClassified';
  world.emit({ type, contactId: contact.id, ...placed, ...(relaxation === undefined ? {} : { relaxation }) });
}

function expire(world: World, contact: OracleContact): void {
  close(world, contact, 'EXPIRED', 'WAITED_TOO_LONG');
}

/** [OFF3], [OFF7], [SES3]. */
function miss(world: World, contact: OracleContact, agentId: string): void {
  const { missesBeforeBusy, declineCoolDownMs } = policyOf(world.state).presence;
  const agent = agentOf(world.state, agentId);
  if (agent.sessionId === '') {
    world.revokeFrom(contact, agentId, 'AGENT_OFFLINE');
    return;
  }
  const coolDownUntil = world.now + declineCoolDownMs;
  world.emit({ type: 'offerMissed', contactId: contact.id, agentId: agent.id, coolDownUntil });
  const isTired = missesBeforeBusy > 0 && agent.missesInRow >= missesBeforeBusy;
  if (isTired && agent.presence === 'AVAILABLE') world.setPresence(agent, 'BUSY', 'MISSED_OFFER', 'MISSED_OFFER');
  world.drain(agent.id);
}

/** What `assigned.then` says, or `end` for other causes [ASG1], [ASG2]. */
function giveUp(world: World, contact: OracleContact, cause: 'TOO_LONG' | 'AGENT_LOST'): void {
  const { then } = channelOf(world.state, contact.channel).assigned;
  const { agentId } = contact;
  if (then === 'end') {
    endAs(world, contact, cause);
  } else if (then === 'requeue') {
    const waitedMs = contact.assignedAt - contact.agedFrom;
    const waitMs = waitMsIn(policyOf(world.state), contact.queue, contact);
    world.emit({
      type: 'contactRequeued',
      contactId: contact.id,
      agentId,
      cause,
      agedFrom: world.now - waitedMs,
      waitUntil: world.now + waitMs,
      coolDownUntil: 0,
      ...stageOnWay(world.state, contact, {
        byAgent: false,
        queue: contact.queue,
        requirement: contact.requirement,
        toAgentId: '',
        now: world.now,
      }),
    });
    world.drain(agentId);
  }
}

function cancelLost(world: World, contact: OracleContact): void {
  if (contact.state === 'ASSIGNED') {
    endAs(world, contact, 'GATEWAY_LOST');
    return;
  }
  cancelWaiting(world, contact, 'CANCELLED', 'GATEWAY_LOST');
}

/** Closes a contact that nobody has accepted; a pending offer is revoked first [CAN1], [CAN2]. */
export function cancelWaiting(
  world: World,
  contact: OracleContact,
  state: 'ABANDONED' | 'CANCELLED',
  cause: CloseCause,
): void {
  if (contact.state === 'OFFERED') world.revoke(contact, 'CONTACT_CANCELLED');
  close(world, contact, state, cause);
}

/** The conversation is over: wrap-up, or closed at once where there is none [WRAP1]. */
export function endAs(
  world: World,
  contact: OracleContact,
  cause: EndCause,
  disposition?: OracleContact['disposition'],
): void {
  const { wrapUpMs } = channelOf(world.state, contact.channel);
  const given = disposition === undefined ? {} : { disposition };
  if (wrapUpMs === 0) {
    close(world, contact, 'COMPLETED', cause, disposition);
    return;
  }
  const { id: contactId, agentId } = contact;
  world.emit({ type: 'contactEnded', contactId, agentId, cause, wrapUpUntil: world.now + wrapUpMs, ...given });
}

export function close(
  world: World,
  contact: OracleContact,
  state: 'COMPLETED' | 'ABANDONED' | 'CANCELLED' | 'EXPIRED',
  cause: CloseCause,
  disposition?: OracleContact['disposition'],
): void {
  const given = disposition === undefined ? {} : { disposition };
  const wasHeld = isHeld(contact);
  const endedNow = contact.state === 'ASSIGNED';
  world.emit({ type: 'contactClosed', contactId: contact.id, state, cause, endedNow, ...given });
  if (wasHeld) world.drain(contact.agentId);
}
