// The oracle's decisions on agents, sessions, offers, the policy and the router itself. Written from SPEC [OFF*], [PRES*], [SES*], [AGT*],
// [POL*], [RST*].
import type { Command } from '../../../src/core/commands.ts';
import type { AgentPolicy, ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Presence } from '../../../src/core/views.ts';
import { stageUnder, withStage } from './bots.ts';
import { isUnchanged } from './decide-contacts.ts';
import { decideHours } from './hours.ts';
import {
  agentOf,
  channelOf,
  found,
  heldBy,
  isExclusive,
  type OracleAgent,
  type OracleContact,
  pendingOffers,
  policyOf,
  sumOfCosts,
  yieldsTo,
} from './model.ts';
import { changesOf } from './policy-changes.ts';
import { eligibilityOf, limitOf, meets } from './rank.ts';
import { classifyAgain, stepsOf } from './relax.ts';
import { hasContactHours, lookAtWindows } from './windows.ts';
import { contactVerdict, done, isDeclared, refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function decideAnswer(world: World, command: CommandOf<'accept' | 'decline'>): Verdict {
  const { state, now } = world;
  const { type, actor, offerId } = command;
  const seq = Number(offerId.slice(1));
  const contact = state.contacts.find((one) => pendingOffers(one).some(({ offerSeq }) => offerSeq === seq));
  if (contact === undefined) return answerGone(world, type, actor.id, seq);
  const offers = pendingOffers(contact);
  const offer = found(
    offers.find(({ offerSeq }) => offerSeq === seq),
    'offer',
  );
  if (offer.agentId !== actor.id) return refused('NO_SUCH_OFFER');
  const { id: contactId } = contact;
  const { agentId } = offer;
  if (command.type === 'accept') {
    if (now >= offer.expiresAt) return refused('OFFER_EXPIRED');
    // [FAN3]
    for (const other of offers) if (other !== offer) world.revokeFrom(contact, other.agentId, 'ACCEPTED_ELSEWHERE');
    const { assigned } = channelOf(state, contact.channel);
    world.emit({ type: 'offerAccepted', contactId, agentId, assignedUntil: now + assigned.maxMs });
    return contactVerdict(contactId);
  }
  const coolDownUntil = now + declineCoolDownMs(policyOf(state), command.reason);
  world.emit({ type: 'offerDeclined', contactId, agentId, reason: command.reason, coolDownUntil });
  world.drain(agentId);
  return contactVerdict(contactId);
}

/** [OFF5], [OFF15]. */
function declineCoolDownMs({ presence }: ResolvedPolicy, reason: string): number {
  for (const [name, { coolDownMs }] of Object.entries(presence.declineReasons ?? {})) {
    if (name === reason) return coolDownMs;
  }
  return presence.declineCoolDownMs;
}

/** The offer is no longer pending: repeated answers are told the contact, others why not [OFF8], [OFF9]. */
function answerGone(world: World, type: 'accept' | 'decline', agentId: string, seq: number): Verdict {
  const agent = world.state.agents.find(({ id }) => id === agentId);
  const answer = agent?.answers.find(({ offerSeq }) => offerSeq === seq);
  const isOfNoEvent = seq === 0 || seq > world.state.seq;
  if (answer === undefined) return refused(isOfNoEvent ? 'NO_SUCH_OFFER' : 'OFFER_NOT_PENDING');
  const wanted = type === 'accept' ? 'ACCEPTED' : 'DECLINED';
  const { contacts, tombstones } = world.state;
  const isKnown =
    contacts.some(({ id }) => id === answer.contactId) ||
    tombstones.some(({ contactId }) => contactId === answer.contactId);
  if (answer.answer === wanted && isKnown) return contactVerdict(answer.contactId);
  return refused(answer.answer === 'MISSED' ? 'OFFER_EXPIRED' : 'OFFER_NOT_PENDING');
}

export function decidePresence(world: World, command: CommandOf<'setPresence'>): Verdict {
  const { actor, agentId, presence } = command;
  const reason = presence === 'BUSY' ? command.reason : '';
  const channels = presence === 'OFFLINE' ? [] : [...new Set(command.channels)].sort();
  const agent = world.state.agents.find(({ id }) => id === agentId);
  if (command.next !== undefined && !mayBeNext(presence, command.next)) return refused('INVALID_FIELD');
  if (actor.role === 'agent' && actor.id !== agentId) return refused('NOT_YOURSELF');
  if (agent === undefined) return refused('NO_SUCH_AGENT');
  for (const channel of command.channels) {
    if (!Object.hasOwn(policyOf(world.state).channels, channel)) return refused('UNKNOWN_CHANNEL');
  }
  if (presence !== 'OFFLINE' && agent.sessionId === '') return refused('NOT_CONNECTED');
  const next = command.next === 'BUSY' ? nextOf(command.reason) : {};
  if (isDeclared(agent, presence, reason, channels, next)) return { kind: 'agent', id: agentId };
  world.setPresence(agent, presence, reason, actor.role === 'agent' ? 'AGENT' : 'SUPERVISOR', channels, next);
  world.drain(agentId);
  return { kind: 'agent', id: agentId };
}

/** [PRES7]. */
function mayBeNext(presence: Presence, next: Presence): boolean {
  return presence === 'DRAINING' && (next === 'BUSY' || next === 'OFFLINE');
}

function nextOf(reason: string): Pick<OracleAgent, 'next' | 'nextReason'> {
  return reason === '' ? { next: 'BUSY' } : { next: 'BUSY', nextReason: reason };
}

export function decideOpenSession(world: World, { actor, sessionId }: CommandOf<'openSession'>): Verdict {
  if (actor.role === 'agent') {
    const agent = world.state.agents.find(({ id }) => id === actor.id);
    if (agent === undefined) return refused('NO_SUCH_AGENT');
    if (agent.sessionId !== sessionId) {
      world.emit({ type: 'sessionOpened', role: 'AGENT', subjectId: actor.id, sessionId });
    }
    return { kind: 'agent', id: actor.id };
  }
  const gateway = world.state.gateways.find(({ id }) => id === actor.id);
  if (gateway?.sessionIds.includes(sessionId) !== true) {
    world.emit({ type: 'sessionOpened', role: 'GATEWAY', subjectId: actor.id, sessionId });
  }
  return done;
}

export function decideCloseSession(world: World, { actor, sessionId }: CommandOf<'closeSession'>): Verdict {
  if (actor.role === 'agent') {
    const agent = world.state.agents.find(({ id }) => id === actor.id);
    if (agent?.sessionId === sessionId && sessionId !== '')
      loseSession(world, agent, world.now + policyOf(world.state).presence.graceMs);
    return done;
  }
  const gateway = world.state.gateways.find(({ id }) => id === actor.id);
  if (gateway?.sessionIds.includes(sessionId) === true) {
    world.emit({ type: 'sessionLost', role: 'GATEWAY', subjectId: actor.id, sessionId, graceUntil: 0 });
  }
  return done;
}

/** [SES2]: an agent that is OFFLINE has no grace. */
function loseSession(world: World, agent: OracleAgent, graceUntil: number): void {
  const { id: subjectId, sessionId } = agent;
  const until = agent.presence === 'OFFLINE' ? 0 : graceUntil;
  world.emit({ type: 'sessionLost', role: 'AGENT', subjectId, sessionId, graceUntil: until });
}

export function decidePutAgent(world: World, { agent: draft }: CommandOf<'putAgent'>): Verdict {
  const known = world.state.agents.find(({ id }) => id === draft.id);
  if (known?.ofPolicy === true) return refused('AGENT_OF_POLICY');
  if (draft.version !== 0 && draft.version !== (known?.version ?? 0)) return refused('VERSION_MISMATCH');
  for (const channel of Object.keys(draft.limits)) {
    if (!Object.hasOwn(policyOf(world.state).channels, channel)) return refused('UNKNOWN_CHANNEL');
  }
  const { id: agentId, version: _version, ...facts } = draft;
  putAgent(world, agentId, facts, false);
  return { kind: 'agent', id: agentId };
}

function putAgent(world: World, agentId: string, facts: AgentPolicy, ofPolicy: boolean): void {
  const known = world.state.agents.find(({ id }) => id === agentId);
  if (known !== undefined && isSameAgent(known, facts)) return;
  const { name, skills, capacity, limits, mayPull = false } = facts;
  world.emit({ type: 'agentPut', agentId, name, skills, capacity, limits, ofPolicy, mayPull });
  revokeUnholdable(world, agentId, 'AGENT_CHANGED');
}

function isSameAgent(known: OracleAgent, facts: AgentPolicy): boolean {
  const text = ({ name, skills, capacity, limits, mayPull = false }: AgentPolicy): string =>
    JSON.stringify([name, capacity, mayPull, sortedEntries(skills), sortedEntries(limits)]);
  return text(known) === text(facts);
}

function sortedEntries(record: Readonly<Record<string, number>>): unknown[] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Revokes the agent's pending offers that it may no longer hold, the last to arrive first, until what is left may stay. */
function revokeUnholdable(world: World, agentId: string, reason: 'AGENT_CHANGED' | 'POLICY_CHANGED'): void {
  for (const contact of world.pendingOf(agentId).reverse()) {
    if (!mayHold(world, agentOf(world.state, agentId), contact)) world.revokeFrom(contact, agentId, reason);
  }
}

/** [AGT2], [BLD4]: whether the agent meets the contact's requirement and may keep it beside all else that it holds. */
function mayHold(world: World, agent: OracleAgent, contact: OracleContact): boolean {
  const { state } = world;
  const held = heldBy(state, agent.id);
  const count = held.filter(({ channel }) => channel === contact.channel).length;
  const strangers = held.filter(
    ({ channel }) => !yieldsTo(state, channel, contact.channel) && !yieldsTo(state, contact.channel, channel),
  );
  const isAlone = strangers.length === 1 || !strangers.some(({ channel }) => isExclusive(state, channel));
  return (
    meets(agent.skills, eligibilityOf(contact)) &&
    sumOfCosts(strangers) <= agent.capacity &&
    isAlone &&
    count <= limitOf(state, agent, contact.channel)
  );
}

export function decideRemoveAgent(world: World, { agentId }: CommandOf<'removeAgent'>): Verdict {
  const agent = world.state.agents.find(({ id }) => id === agentId);
  if (agent === undefined) return refused('NO_SUCH_AGENT');
  if (agent.ofPolicy) return refused('AGENT_OF_POLICY');
  if (heldBy(world.state, agentId).length > 0) return refused('AGENT_HAS_WORK');
  world.emit({ type: 'agentRemoved', agentId });
  return done;
}

export function decidePolicy(world: World, command: CommandOf<'setPolicy'>): Verdict {
  const { policy, source, fileHash, actor, hours } = command;
  const { state } = world;
  for (const contact of state.contacts) {
    const isNamed =
      Object.hasOwn(policy.channels, contact.channel) &&
      policy.queues.some(({ name }) => name === contact.queue) &&
      Object.hasOwn(policy.segments, contact.segment);
    if (!isNamed) return refused('POLICY_NAMES_IN_USE');
  }
  const dropped = state.agents.filter((agent) => agent.ofPolicy && !Object.hasOwn(policy.agents, agent.id));
  if (dropped.some((agent) => heldBy(state, agent.id).length > 0)) return refused('AGENT_HAS_WORK');
  const mustHavePlace = (contact: OracleContact): boolean => isWaiting(contact) || contact.state === 'SCHEDULED';
  if (
    state.contacts.some(
      (contact) => mustHavePlace(contact) && classifyAgain(policy, contact, {}, undefined) === undefined,
    )
  ) {
    return refused('REQUIREMENT_TOO_LARGE');
  }
  const before = state.policy;
  const hadContactHours = hasContactHours(state);
  const changes = changesOf(state.policy, policy);
  world.emit({ type: 'policySet', resolved: JSON.stringify(policy), source, fileHash, by: actor.id, changes });
  if (hours !== undefined) decideHours(world, hours);
  for (const { id: agentId } of dropped) world.emit({ type: 'agentRemoved', agentId });
  putPolicyAgents(world, policy);
  classifyOpen(world, before);
  for (const agent of [...state.agents]) revokeUnholdable(world, agent.id, 'POLICY_CHANGED');
  if (hadContactHours || hasContactHours(state)) lookAtWindows(world);
  return done;
}

function putPolicyAgents(world: World, policy: ResolvedPolicy): void {
  for (const [agentId, facts] of Object.entries(policy.agents)) {
    const known = world.state.agents.find(({ id }) => id === agentId);
    if (known === undefined || known.ofPolicy) putAgent(world, agentId, facts, true);
  }
}

/** In line, or offered and perhaps soon back in line. */
function isWaiting(contact: OracleContact): boolean {
  return contact.state === 'QUEUED' || contact.state === 'OFFERED';
}

/** [POL3]. */
function classifyOpen(world: World, before: ResolvedPolicy | undefined): void {
  const stepsIn = (policy: ResolvedPolicy | undefined, name: string): string =>
    JSON.stringify(policy?.queues.filter((queue) => queue.name === name).map(stepsOf));
  for (const contact of [...world.state.contacts]) {
    if (!isWaiting(contact)) continue;
    const policy = policyOf(world.state);
    const isSame = stepsIn(before, contact.queue) === stepsIn(policy, contact.queue);
    const classification = classifyAgain(policy, contact, {}, isSame ? contact.relaxation : undefined);
    if (classification === undefined) continue;
    const staged = withStage(classification, stageUnder(policy, contact));
    if (isUnchanged(contact, { ...staged, relaxation: staged.relaxation, stage: staged.stage })) continue;
    world.emit({ type: 'contactClassified', contactId: contact.id, ...staged });
  }
}

export function decideRestart(world: World, { graceMs }: CommandOf<'restart'>): Verdict {
  const { state, now } = world;
  const floorMs = Math.max(graceMs, 60_000);
  const graceUntil = now + Math.max(floorMs, policyOf(state).presence.graceMs);
  world.emit({ type: 'restarted', graceUntil: now + floorMs });
  for (const contact of [...state.contacts]) {
    if (contact.state === 'OFFERED') world.revoke(contact, 'ENGINE_RESTARTED');
  }
  for (const agent of [...state.agents]) if (agent.sessionId !== '') loseSession(world, agent, graceUntil);
  for (const gateway of [...state.gateways]) {
    for (const sessionId of gateway.sessionIds) {
      world.emit({ type: 'sessionLost', role: 'GATEWAY', subjectId: gateway.id, sessionId, graceUntil: 0 });
    }
  }
  return done;
}

/** [RST3]: in the order of the offers. */
export function decideStalled(world: World, { firstSeq, lastSeq }: CommandOf<'withdrawStalled'>): Verdict {
  const offered = world.state.contacts.flatMap((contact) =>
    pendingOffers(contact).map((offer) => ({ contact, offer })),
  );
  offered.sort((left, right) => left.offer.offerSeq - right.offer.offerSeq);
  for (const { contact, offer } of offered) {
    const { offerSeq, expiresAt, agentId } = offer;
    const isStale = offerSeq >= firstSeq && offerSeq <= lastSeq && expiresAt <= world.now;
    if (isStale) world.revokeFrom(contact, agentId, 'CLOCK_STALLED');
  }
  return done;
}
