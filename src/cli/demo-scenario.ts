// The world of the demo: its policy, its agents, its customers, and how fast everything has to go so that the agents are busy but not
// drowned. Pure: everything follows from the terms and a seed.
//
// 1. A customer follows from the seed and its number alone: its gateway and its agent know the same one without talking.
// 2. Every wait ends: each customer has a patience. 3. Ids carry the run's own id, so that no two runs share one.

import type { Alternative, Preference } from '../core/requirement.ts';
import { Prng } from '../lib/prng.ts';
import type { Room } from './demo-facts.ts';

/** What a demo run is asked to be. */
export interface DemoTerms {
  /** Names the run; part of every id. */
  readonly runId: string;
  readonly seed: number;
  readonly agentCount: number;
  /** Contacts a second. */
  readonly ratePerS: number;
  readonly seconds: number;
}

/** The demo's policy as a policy file. Times are shorter than a real centre's, since everything goes faster here. */
export const demoPolicy = `# The policy of \`cordboard demo\`: a contact centre in fast motion.
channels:
  voice: { cost: 70, limit: 1, offer: { timeout: 2s }, wrapUp: 30s }
  chat: { cost: 30, limit: 3, offer: { timeout: 2s }, wrapUp: 30s }
segments:
  platinum: { headStart: 2s, clockRate: 2 }
  gold: { headStart: 1s, clockRate: 1.5 }
value: { scale: 1000, seconds: 1s }
queues:
  billing:
    when: { intent: "billing.*" }
    requires: [{ all: [{ skill: billing, level: 2 }] }]
    serviceLevel: { within: 1s, target: 0.8 }
  support:
    when: { intent: "support.*" }
    requires: [{ all: [{ skill: support, level: 2 }] }]
    serviceLevel: { within: 1s, target: 0.8 }
  sales:
    when: { intent: "sales.*" }
    requires: [{ all: [{ skill: sales, level: 2 }] }]
    serviceLevel: { within: 1s, target: 0.8 }
    clockRate: 1.2
  general:
    serviceLevel: { within: 1s, target: 0.8 }
fit: { secondsPerLevel: 100ms, affinity: 1s, breadth: 50ms }
readiness: { idleRate: 0.05, idleCap: 1m, loadSeconds: 1s }
presence: { grace: 10s, missesBeforeBusy: 1, declineCoolDown: 2s }
forget: 1h
`;

/** What the policy above says, as the agents of the demo know it. */
const COST_BY_CHANNEL = { voice: 70, chat: 30 } as const;
const LIMIT_BY_CHANNEL = { voice: 1, chat: 3 } as const;
const CAPACITY = 100;
const SKILL_BY_QUEUE: Readonly<Record<string, string>> = { billing: 'billing', support: 'support', sales: 'sales' };
const SKILL_LEVEL = 2;
const SPANISH_LEVEL = 3;

/** Answered within this time of the submit is in time. */
export const SERVICE_LEVEL_MS = 1_000;
export const SEGMENTS = ['platinum', 'gold', 'default'] as const;
export type Segment = (typeof SEGMENTS)[number];
export type Channel = keyof typeof COST_BY_CHANNEL;

/** An agent to be put into the directory. */
export interface AgentProfile {
  readonly id: string;
  readonly name: string;
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
}

const FIRST_NAMES = 'Ana Ben Chloé Dmitri Elif Femi Grace Hiro Ines Jonas Kofi Lena Mateo Noor Olga Priya'.split(' ');
const TOPICS = ['billing', 'support', 'sales'] as const;

/** The agents of a run. Three in five serve voice only, one in four chat only, the others both; with fewer than twelve all serve both. */
export function agentProfiles(terms: DemoTerms): AgentProfile[] {
  const { agentCount, runId } = terms;
  const prng = new Prng(terms.seed);
  return Array.from({ length: agentCount }, (_, index) => {
    const first = TOPICS[index % TOPICS.length] ?? 'billing';
    const second = TOPICS[(index + 1) % TOPICS.length] ?? 'billing';
    const third = TOPICS[(index + 2) % TOPICS.length] ?? 'billing';
    const skills: Record<string, number> = { [first]: 7 + prng.below(3), [second]: 4 + prng.below(3) };
    const few = agentCount < 12;
    if (few || prng.chance(0.3)) skills[third] = 2 + prng.below(2);
    if (index % 5 === 0) skills.es = 4 + prng.below(6);
    if (index % 4 === 1) skills.vip = 1 + prng.below(9);
    const place = (index * 7) % 20;
    const limits: Record<string, number> = few || place >= 17 ? {} : place < 12 ? { chat: 0 } : { voice: 0 };
    const name = `${FIRST_NAMES[index % FIRST_NAMES.length]} ${index + 1}`;
    return { id: `demo-${runId}-a${index + 1}`, name, skills, capacity: CAPACITY, limits };
  });
}

/** The room of an agent, for the verdict. */
export function roomOf(agent: AgentProfile): Room {
  return {
    capacity: agent.capacity,
    limitByChannel: { ...LIMIT_BY_CHANNEL, ...agent.limits },
    costByChannel: COST_BY_CHANNEL,
  };
}

/** Whether the agent has what the contact and its queue require, straight from the definition. */
export function hasSkills(agent: AgentProfile, queue: string, requires: readonly Alternative[]): boolean {
  const has = (skill: string, level: number): boolean => (agent.skills[skill] ?? 0) >= level;
  const topic = SKILL_BY_QUEUE[queue];
  if (topic !== undefined && !has(topic, SKILL_LEVEL)) return false;
  return requires.length === 0 || requires.some(({ all }) => all.every(({ skill, level }) => has(skill, level)));
}

/** How long things take, milliseconds on average. */
export interface Pace {
  /** From the offer to the answer. */
  readonly answerMs: number;
  /** A conversation by voice; by chat it takes twice as long. */
  readonly talkMs: number;
  readonly wrapUpMs: number;
  /** How long a patient customer waits. */
  readonly patienceMs: number;
  /** Share of the agents' usable room that the traffic fills. */
  readonly occupancy: number;
}

const OCCUPANCY = 0.85;
const CHAT_SHARE = 0.4;
const CHAT_FACTOR = 2;

/**
 * The pace at which traffic fills about 85 % of the agents' room. Room used by a contact = cost × time held (answer, talk, wrap-up); room there
 * is = what each kind of agent can fill of it. Held for a quarter of the run at most, so that a run ends: then the occupancy is lower.
 */
export function paceOf(terms: DemoTerms): Pace {
  const usable = terms.agentCount < 12 ? CAPACITY : 0.6 * 70 + 0.25 * 90 + 0.15 * 100;
  const unitsPerContact = (1 - CHAT_SHARE) * COST_BY_CHANNEL.voice + CHAT_SHARE * COST_BY_CHANNEL.chat * CHAT_FACTOR;
  const wantedMs = (1000 * OCCUPANCY * usable * terms.agentCount) / (unitsPerContact * terms.ratePerS);
  const heldMs = Math.min(wantedMs, (1000 * terms.seconds) / 4);
  return {
    answerMs: Math.min(80, heldMs * 0.1),
    talkMs: heldMs * 0.8,
    wrapUpMs: heldMs - Math.min(80, heldMs * 0.1) - heldMs * 0.8,
    patienceMs: Math.min(8 * heldMs, 20_000),
    occupancy: (OCCUPANCY * heldMs) / wantedMs,
  };
}

/** One customer: what it wants and how it behaves. */
export interface Customer {
  readonly contactId: string;
  readonly channel: Channel;
  readonly segment: Segment;
  readonly intent: string;
  readonly customerId: string;
  readonly language: string;
  readonly value: number;
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
  readonly preferredAgents: readonly string[];
  /** It leaves when nobody has answered by then. */
  readonly patienceMs: number;
  readonly talkMs: number;
  readonly wrapUpMs: number;
  /** Who ends the conversation. */
  readonly endedBy: 'customer' | 'agent';
}

const CONTACT_NUMBER = /-c(\d+)$/;

/** The customer behind a contact of this run. */
export function customerOf(terms: DemoTerms, pace: Pace, contactId: string): Customer {
  return customer(terms, pace, Number(CONTACT_NUMBER.exec(contactId)?.[1] ?? 0));
}

/** The customer of a number, from 1. */
export function customer(terms: DemoTerms, pace: Pace, number: number): Customer {
  const prng = new Prng(Math.imul(terms.seed, 31) + Math.imul(number, 0x9e3779b1));
  const channel = prng.chance(CHAT_SHARE) ? 'chat' : 'voice';
  const segment = SEGMENTS[prng.chance(0.1) ? 0 : prng.chance(0.33) ? 1 : 2] ?? 'default';
  const topic = prng.chance(0.35) ? 'billing' : prng.chance(0.55) ? 'support' : 'sales';
  const spanish = prng.chance(0.08);
  const patient = prng.chance(0.88);
  const factor = channel === 'chat' ? CHAT_FACTOR : 1;
  return {
    contactId: `demo-${terms.runId}-c${number}`,
    channel,
    segment,
    intent: prng.chance(0.03) ? 'other' : `${topic}.${prng.chance(0.5) ? 'question' : 'change'}`,
    customerId: `customer-${prng.below(10_000)}`,
    language: spanish ? 'es' : 'en',
    value: prng.below(segment === 'platinum' ? 2_000 : 800),
    requires: spanish ? [{ all: [{ skill: 'es', level: SPANISH_LEVEL }] }] : [],
    prefers: segment === 'platinum' ? [{ skill: 'vip', secondsPerLevel: 0.2 }] : [],
    preferredAgents: prng.chance(0.1) ? [`demo-${terms.runId}-a${1 + prng.below(terms.agentCount)}`] : [],
    patienceMs: pace.patienceMs * (patient ? prng.between(0.5, 1) : prng.between(0.005, 0.05)),
    talkMs: factor * aroundMs(prng, pace.talkMs),
    wrapUpMs: factor * aroundMs(prng, pace.wrapUpMs),
    endedBy: prng.chance(0.5) ? 'customer' : 'agent',
  };
}

/** What an agent does about one offer. */
export interface Reaction {
  readonly answer: 'accept' | 'decline' | 'miss';
  readonly afterMs: number;
}

/** Nearly always accepts; declines some; lets one in four hundred pass. */
export function reactionTo(pace: Pace, prng: Prng): Reaction {
  const afterMs = pace.answerMs * prng.between(0.4, 1.6);
  const answer = prng.chance(0.0025) ? 'miss' : prng.chance(0.015) ? 'decline' : 'accept';
  return { answer, afterMs };
}

/** Of the given mean, not too far from it: the mean of two exponential times, at most four times the mean. */
function aroundMs(prng: Prng, meanMs: number): number {
  return Math.min(4 * meanMs, prng.exponential(meanMs / 2) + prng.exponential(meanMs / 2));
}
