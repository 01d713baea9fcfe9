/**
 * The policy that the suites of the core route by: every term of the rank is on, three segments with clock rates and head starts of their own.
 *
 * 1. Queues require nothing: what a contact needs, it brings, so that a suite says how many demand classes there are.
 * 2. Limits are so wide that no suite runs into them.
 */
import type { ChannelPolicy, QueuePolicy, RelaxStep, ResolvedPolicy } from '../../src/core/policy.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The segments, by clock rate and head start. */
export const SEGMENTS = ['default', 'gold', 'platinum'] as const;

/** Largest value that a contact counts with. */
export const VALUE_SCALE = 1000;

/** Names of the intents that the queues take; the last queue takes everything. */
export const INTENTS = ['billing.invoice', 'sales.upgrade', 'claims.open', 'support.outage'] as const;

export interface PolicyChoice {
  /** 0: a contact is complete when it ends. */
  readonly wrapUpMs: number;
  /** How long closed contacts are remembered. */
  readonly forgetMs: number;
  /** The longest conversation; 8 hours unless given. */
  readonly assignedMaxMs?: number;
  /** How long an offer waits for its answer; 20 s unless given. */
  readonly offerTimeoutMs?: number;
  /** Multiplies the clock rates of the queues. */
  readonly clockRate?: number;
  /** Of every queue; none unless given. */
  readonly relax?: readonly RelaxStep[];
}

export function benchPolicy(choice: PolicyChoice): ResolvedPolicy {
  const { wrapUpMs, forgetMs, clockRate = 1, assignedMaxMs = 8 * HOUR_MS, offerTimeoutMs = 20_000, relax } = choice;
  const voice: ChannelPolicy = {
    cost: 100,
    limit: 1,
    offerTimeoutMs,
    wrapUpMs,
    assigned: { maxMs: assignedMaxMs, agentLostMs: 5 * MINUTE_MS, then: 'requeue' },
    gatewayLost: { afterMs: 5 * MINUTE_MS, then: 'keep' },
  };
  return {
    channels: { voice },
    segments: {
      default: { headStartMs: 0, clockRate: 1 },
      gold: { headStartMs: 30_000, clockRate: 1.5 },
      platinum: { headStartMs: 2 * MINUTE_MS, clockRate: 2 },
    },
    value: { scale: VALUE_SCALE, headStartMs: 30_000 },
    queues: [
      queue('billing', 'billing.*', clockRate),
      queue('sales', 'sales.*', clockRate),
      queue('claims', 'claims.*', clockRate),
      queue('support', undefined, clockRate),
    ].map((made) => (relax === undefined ? made : { ...made, relax })),
    fit: { perLevelMs: 3_000, affinityMs: 30_000, breadthMs: 1_000 },
    readiness: { idleRate: 500, idleCapMs: 10 * MINUTE_MS, loadMs: 10_000 },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
    forgetMs,
    agents: {},
  };
}

function queue(name: string, intent: string | undefined, clockRate: number): QueuePolicy {
  const facts = {
    name,
    requires: [],
    serviceLevel: { withinMs: 20_000, target: 0.8 },
    clockRate,
    headStartMs: 0,
    limits: { waiting: 10_000_000, waitMs: 7 * 24 * HOUR_MS },
  };
  return intent === undefined ? facts : { ...facts, when: { intent: [intent] } };
}
