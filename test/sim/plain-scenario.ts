// Scenarios for tests, to vary by hand: one channel, one queue, one kind of customer, agents who are always there and answer at once; every
// term of the rank but waiting is zero, so that it is first come, first served. Durations in seconds where a name says so.
import type { QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import type { Alternative } from '../../src/core/requirement.ts';
import type { AgentGroup, ContactTemplate, Distribution, Scenario, Shift, Traffic } from '../../src/sim/scenario.ts';
import { plainPolicy, queuePolicy } from '../core/oracle/policies.ts';

export const SECOND = 1000;
export const HOUR = 3_600_000;

export const ALWAYS: Shift = { fromMs: 0, toMs: 24 * HOUR, periodMs: 24 * HOUR };

export function constant(seconds: number): Distribution {
  return { kind: 'constant', ms: seconds * SECOND };
}

export function exponential(meanSeconds: number): Distribution {
  return { kind: 'exponential', meanMs: meanSeconds * SECOND };
}

/** Any one of these skills. */
export function anyOf(...skills: string[]): Alternative[] {
  return skills.map((skill) => ({ all: [{ skill, level: 1 }] }));
}

export function template(changes: Partial<ContactTemplate> = {}): ContactTemplate {
  return {
    channel: 'voice',
    direction: 'INBOUND',
    intent: '',
    language: '',
    queue: 'main',
    requires: [],
    prefers: [],
    segment: '',
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    ...changes,
  };
}

/** Poisson arrivals, so many a second. */
export function traffic(name: string, perSecond: number, changes: Partial<Traffic> = {}): Traffic {
  return {
    name,
    profile: [{ fromMs: 0, perMs: perSecond / SECOND }],
    periodMs: 24 * HOUR,
    contact: template(),
    handle: exponential(100),
    wrapUp: constant(0),
    patience: undefined,
    ...changes,
  };
}

export function group(id: string, count: number, changes: Partial<AgentGroup> = {}): AgentGroup {
  return {
    id,
    agentIds: Array.from({ length: count }, (_, index) => `${id}-${index + 1}`),
    skills: {},
    capacity: 100,
    limits: {},
    handleFactor: 1,
    shifts: [ALWAYS],
    ...changes,
  };
}

/** A policy that forgets closed contacts soon. Its queue's service level is 80 % within 20 s. */
export function policy(changes: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  return plainPolicy({ forgetMs: 60_000, ...changes });
}

export function queue(name: string, changes: Partial<QueuePolicy> = {}): QueuePolicy {
  return queuePolicy(name, { limits: { waiting: 1_000_000, waitMs: 604_800_000 }, ...changes });
}

export function scenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    policy: policy(),
    traffic: [traffic('all', 0.08)],
    agents: [group('a', 10)],
    answer: { after: constant(0), declineRatio: 0, missRatio: 0 },
    lines: Number.POSITIVE_INFINITY,
    warmUpMs: 0,
    measureMs: HOUR,
    ...changes,
  };
}
