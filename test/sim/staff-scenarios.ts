// Scenarios for tests of staffing: one channel, exponential handle times of three minutes, as many groups and kinds of traffic as a test asks for.

import type { AgentGroup, Scenario, Traffic } from '../../src/sim/scenario.ts';
import { HOUR_MS, policyOf, queue, VOICE } from './recorded-day.ts';

export const TARGET = { level: 0.8, withinMs: 20_000 };
export const HANDLE_MS = 180_000;

interface TrafficTerms {
  readonly queue?: string;
  /** Erlangs. */
  readonly load: number;
  readonly patienceMs?: number;
  readonly skills?: readonly string[];
  readonly tier?: number;
  readonly profile?: Traffic['profile'];
}

export function traffic(
  name: string,
  { queue: into = name, load, patienceMs, skills = [], tier = 0, profile }: TrafficTerms,
): Traffic {
  const requires = skills.length === 0 ? [] : [{ all: skills.map((skill) => ({ skill, level: 1 })) }];
  return {
    name,
    profile: profile ?? [{ fromMs: 0, perMs: load / HANDLE_MS }],
    periodMs: 4 * HOUR_MS,
    contact: {
      channel: 'voice',
      direction: 'INBOUND',
      intent: '',
      language: '',
      queue: into,
      requires,
      prefers: [],
      segment: 'default',
      value: 0,
      tier,
      headStartMs: 0,
      preferredAgents: [],
    },
    handle: { kind: 'exponential', meanMs: HANDLE_MS },
    wrapUp: { kind: 'constant', ms: 0 },
    patience: patienceMs === undefined ? undefined : { kind: 'exponential', meanMs: patienceMs },
  };
}

export function group(id: string, ...skills: readonly string[]): AgentGroup {
  return {
    id,
    agentIds: [`${id}-1`, `${id}-2`],
    skills: Object.fromEntries(skills.map((skill) => [skill, 5])),
    capacity: 100,
    limits: {},
    handleFactor: 1,
    shifts: [{ fromMs: 0, toMs: 24 * HOUR_MS, periodMs: 24 * HOUR_MS }],
  };
}

export function scenario(
  traffics: readonly Traffic[],
  agents: readonly AgentGroup[],
  more: Partial<Scenario> = {},
): Scenario {
  const queues = [...new Set(traffics.map(({ contact }) => contact.queue))].map((name) => queue(name));
  return {
    policy: policyOf(queues, { channels: { voice: { ...VOICE, wrapUpMs: 0 } }, forgetMs: 1000 }),
    traffic: traffics,
    agents,
    answer: { after: { kind: 'constant', ms: 0 }, declineRatio: 0, missRatio: 0 },
    lines: Number.POSITIVE_INFINITY,
    warmUpMs: 0,
    measureMs: HOUR_MS,
    ...more,
  };
}
