// An agent as the core holds it: directory entry, presence, session, what it carries. Mutated by `apply` only.
//
// Invariants: 1. `load` and `countByChannel` are the sums over `held`. 2. `available` = AVAILABLE, has a session, is not capped. 3. its memberships in
// the supply index are taken out before anything that they depend on changes (room, presence, channels, skills, ready ordinal).
// 4. agents are numbered from the same counter as contacts, so that deadlines have one order.

import { assert } from '../lib/assert.ts';
import type { Membership } from './agent-buckets.ts';
import { hasBlendedRoom } from './blend.ts';
import type { Contact } from './contact.ts';
import type { CoolDown, Deadline } from './deadlines.ts';
import type { Channel } from './names.ts';
import type { CappedAgent } from './offer-cap.ts';
import type { Skills } from './requirement.ts';
import type { SupplyClass } from './supply.ts';
import type { AgentView, Presence } from './views.ts';

export interface Agent {
  readonly id: string;
  readonly ordinal: number;
  name: string;
  skills: Skills;
  skillRecord: Readonly<Record<string, number>>;
  capacity: number;
  limits: Readonly<Record<string, number>>;
  /** The same for look-up: any name is a name, also one that objects have by nature. */
  limitByChannel: ReadonlyMap<string, number>;
  ofPolicy: boolean;
  /** May look for waiting contacts and take them. */
  mayPull: boolean;
  presence: Presence;
  reason: string;
  /** What it becomes when it has drained; '': OFFLINE. */
  next: Presence | '';
  nextReason: string;
  /** The channels that it takes; empty: all. */
  channels: readonly string[];
  /** '' : no open session. */
  sessionId: string;
  /** 0: no grace is running. */
  graceUntil: number;
  readySince: number;
  readyOrdinal: number;
  missesInRow: number;
  version: number;
  readonly held: Contact[];
  load: number;
  /** By channel index; absent: 0. */
  readonly countByChannel: number[];
  /** Its supply class while it is signed in: connected and not OFFLINE. */
  supply: SupplyClass | undefined;
  /** Beside the supply class's `indexed`. */
  memberships: (Membership | undefined)[];
  /** In its supply class's pools, by channel index. */
  poolMemberships: (Membership | undefined)[];
  indexed: boolean;
  /** Waits for settle. */
  dirty: boolean;
  /** Counted as having room, by the queues that it may serve. */
  countedAvailable: boolean;
  readonly coolDowns: Set<CoolDown>;
  /** While the policy has a cap on offers: when the last of them were made, oldest first. */
  offerInstants: readonly number[];
  /** Until then no offers; 0: it is not capped. */
  cappedUntil: number;
  capped: CappedAgent | undefined;
  graceDeadline: Deadline | undefined;
  /** What became of its last offers: a repeated answer is answered alike. Once full, the oldest gives way in its place. */
  readonly answers: OfferAnswer[];
  /** Place of the oldest in `answers`. */
  oldestAnswer: number;
}

export type Answer = 'ACCEPTED' | 'DECLINED' | 'MISSED' | 'REVOKED';

export interface OfferAnswer {
  offerSeq: number;
  contactId: string;
  answer: Answer;
}

/** How many of its last offers an agent is remembered for. */
export const ANSWERS_MAX = 16;

const NO_INSTANTS: readonly number[] = [];
const NO_LIMITS: ReadonlyMap<string, number> = new Map();

export function newAgent(id: string, ordinal: number): Agent {
  return {
    id,
    ordinal,
    name: '',
    skills: new Map(),
    skillRecord: {},
    capacity: 100,
    limits: {},
    limitByChannel: NO_LIMITS,
    ofPolicy: false,
    mayPull: false,
    presence: 'OFFLINE',
    reason: '',
    next: '',
    nextReason: '',
    channels: [],
    sessionId: '',
    graceUntil: 0,
    readySince: 0,
    readyOrdinal: 0,
    missesInRow: 0,
    version: 0,
    held: [],
    load: 0,
    countByChannel: [],
    supply: undefined,
    memberships: [],
    poolMemberships: [],
    indexed: false,
    dirty: false,
    countedAvailable: false,
    coolDowns: new Set(),
    offerInstants: NO_INSTANTS,
    cappedUntil: 0,
    capped: undefined,
    graceDeadline: undefined,
    answers: [],
    oldestAnswer: 0,
  };
}

/** Takes offers at all: AVAILABLE, with an open session, not made too many of late. */
export function isAvailable(agent: Agent): boolean {
  return agent.presence === 'AVAILABLE' && agent.sessionId !== '' && agent.cappedUntil === 0;
}

/** Connected and not OFFLINE: counted as eligible by the queues that it may serve. */
export function isSignedIn(agent: Agent): boolean {
  return agent.presence !== 'OFFLINE' && agent.sessionId !== '';
}

/** Room for one more contact of the channel, by capacity, limit, what else it holds and the channels that it takes now. */
export function hasRoom(agent: Agent, channel: Channel): boolean {
  const { policy, blend } = channel;
  if (blend === undefined) {
    if (agent.load + policy.cost > agent.capacity) return false;
  } else if (!hasBlendedRoom(agent, channel, blend)) return false;
  if ((agent.countByChannel[channel.index] ?? 0) >= limitOf(agent, channel)) return false;
  return agent.channels.length === 0 || agent.channels.includes(channel.name);
}

/** Most contacts of the channel at once: the agent's own limit, or the channel's. */
export function limitOf(agent: Agent, channel: Channel): number {
  const { limitByChannel } = agent;
  return (limitByChannel.size === 0 ? undefined : limitByChannel.get(channel.name)) ?? channel.policy.limit;
}

export function setLimits(agent: Agent, limits: Readonly<Record<string, number>>): void {
  agent.limits = limits;
  agent.limitByChannel = new Map(Object.entries(limits));
}

export function hold(agent: Agent, contact: Contact): void {
  agent.held.push(contact);
  agent.load += contact.cost;
  const index = contact.channel.index;
  agent.countByChannel[index] = (agent.countByChannel[index] ?? 0) + 1;
}

export function release(agent: Agent, contact: Contact): void {
  const place = agent.held.indexOf(contact);
  assert(place !== -1, 'only what an agent holds is released');
  // Taken out in place: to splice makes a list of what went.
  for (let index = place + 1; index < agent.held.length; index++) agent.held[index - 1] = agent.held[index] as Contact;
  agent.held.pop();
  agent.load -= contact.cost;
  const index = contact.channel.index;
  agent.countByChannel[index] = (agent.countByChannel[index] ?? 0) - 1;
}

/** What it holds, in order of arrival. */
export function heldInOrder(agent: Agent): Contact[] {
  return [...agent.held].sort((a, b) => a.ordinal - b.ordinal);
}

export function rememberAnswer(agent: Agent, offerSeq: number, contactId: string, answer: Answer): void {
  const oldest = agent.answers[agent.oldestAnswer];
  if (agent.answers.length < ANSWERS_MAX || oldest === undefined) {
    agent.answers.push({ offerSeq, contactId, answer });
    return;
  }
  oldest.offerSeq = offerSeq;
  oldest.contactId = contactId;
  oldest.answer = answer;
  agent.oldestAnswer = (agent.oldestAnswer + 1) % ANSWERS_MAX;
}

/** The remembered answers, newest last. */
export function answersInOrder({ answers, oldestAnswer }: Agent): OfferAnswer[] {
  return [...answers.slice(oldestAnswer), ...answers.slice(0, oldestAnswer)].map((answer) => ({ ...answer }));
}

/** The immutable picture of the agent as it stands. */
export function agentView(agent: Agent): AgentView {
  const view = {
    id: agent.id,
    name: agent.name,
    skills: agent.skillRecord,
    capacity: agent.capacity,
    limits: agent.limits,
    presence: agent.presence,
    reason: agent.reason,
    channels: agent.channels,
    load: agent.load,
    contacts: heldInOrder(agent).map((contact) => contact.id),
    version: agent.version,
    connected: agent.sessionId !== '',
    mayPull: agent.mayPull,
  };
  return agent.next === '' ? view : { ...view, ...nextOf(agent) };
}

/** What it becomes when it has drained, as events, records and pictures tell it: nothing where that is OFFLINE. */
export function nextOf({ next, nextReason }: Pick<Agent, 'next' | 'nextReason'>): {
  readonly next?: Presence;
  readonly nextReason?: string;
} {
  if (next === '') return {};
  return nextReason === '' ? { next } : { next, nextReason };
}
