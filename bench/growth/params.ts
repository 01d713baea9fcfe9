/** What a run of the growth suite is told; with `small` everything is so small that it can stand among the tests. */
import type { CentreSize } from './centre.ts';
import type { Variant } from './variant.ts';

export interface GrowthParams {
  readonly seed: number;
  readonly centre: CentreSize;
  /** Sizes, smallest first: idle agents; waiting contacts. */
  readonly agents: readonly number[];
  readonly waiting: readonly number[];
  /** The kinds beside the plain one, at the largest sizes. */
  readonly arrivalVariants: readonly Variant[];
  readonly waitingVariants: readonly Variant[];
  /** Agents who work while contacts wait. */
  readonly crew: number;
  readonly samples: number;
  /** Before the samples of each stage, untimed. */
  readonly warm: number;
  readonly firstUses: number;
  /** How many classes the agents of the upkeep stage serve. */
  readonly served: readonly number[];
  readonly upkeepSamples: number;
  readonly upkeepCrew: number;
  readonly otherDemands: number;
  /** In line when an agent signs in, and when the policy changes. */
  readonly stepWaiting: number;
  readonly signIns: number;
  readonly policyChanges: number;
  readonly oracleAgents: readonly number[];
  readonly oracleWaiting: readonly number[];
  readonly oracleCrew: number;
  readonly oracleSamples: number;
}

export const FULL: Omit<GrowthParams, 'seed'> = {
  centre: { skills: 500, demands: 1_000 },
  agents: [1_000, 10_000, 100_000],
  waiting: [1_000, 10_000, 100_000, 1_000_000],
  arrivalVariants: ['unserveable', 'affinity'],
  waitingVariants: ['unserveable', 'affinity', 'strangers', 'relaxing'],
  crew: 1_000,
  samples: 50_000,
  warm: 20_000,
  firstUses: 500,
  served: [1, 20, 200],
  upkeepSamples: 5_000,
  upkeepCrew: 200,
  otherDemands: 500,
  stepWaiting: 100_000,
  signIns: 300,
  policyChanges: 4,
  oracleAgents: [100, 1_000],
  oracleWaiting: [100, 1_000],
  oracleCrew: 50,
  oracleSamples: 50,
};

export const SMALL: Omit<GrowthParams, 'seed'> = {
  centre: { skills: 40, demands: 60 },
  agents: [50, 200],
  waiting: [100, 400],
  arrivalVariants: ['unserveable', 'affinity'],
  waitingVariants: ['unserveable', 'affinity', 'strangers', 'relaxing'],
  crew: 40,
  samples: 300,
  warm: 100,
  firstUses: 10,
  served: [1, 5],
  upkeepSamples: 20,
  upkeepCrew: 10,
  otherDemands: 20,
  stepWaiting: 400,
  signIns: 5,
  policyChanges: 1,
  oracleAgents: [20, 40],
  oracleWaiting: [20, 40],
  oracleCrew: 10,
  oracleSamples: 10,
};
