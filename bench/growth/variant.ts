/**
 * What kind of contacts a stage has: the plain ones, and those that could make a decision dearer.
 *
 * 1. A further kind is a further entry here and in the lists of params.ts: stages ask only for what stands here.
 */
import type { Prng } from '../../src/lib/prng.ts';
import type { Recruit } from '../core/staff.ts';
import type { Demand } from './centre.ts';

export const VARIANTS = ['plain', 'unserveable', 'affinity', 'strangers', 'relaxing'] as const;

/**
 * `unserveable`: 90 % of the waiting contacts ask for what nobody has. `affinity`: 20 % name one to three preferred agents, who may serve
 * them. `strangers`: 20 % name such agents whether they may serve them or not. `relaxing`: what waits takes two steps of relaxation on its way.
 */
export type Variant = (typeof VARIANTS)[number];

/** What stands in the names of figures, and in tables. */
export const VARIANT_TITLES: Readonly<Record<Variant, string>> = {
  plain: '',
  unserveable: ', 90 % unserveable',
  affinity: ', 20 % with preferred agents',
  strangers: ', 20 % with preferred agents of any skills',
  relaxing: ', relaxed twice while they wait',
};

export const UNSERVEABLE_SHARE = 0.9;
const AFFINITY_SHARE = 0.2;
const PREFERRED_MAX = 3;

/** Whether a contact names preferred agents. */
export function hasAffinity(variant: Variant, random: Prng): boolean {
  return (variant === 'affinity' || variant === 'strangers') && random.chance(AFFINITY_SHARE);
}

/** One to three agents for a contact of the demand class. */
export function preferredFor(
  variant: Variant,
  demand: Demand,
  recruits: readonly Recruit[],
  able: readonly (readonly Recruit[])[],
  random: Prng,
): string[] {
  const from = variant === 'strangers' ? recruits : (able[demand.index] ?? []);
  if (from.length === 0) return [];
  const count = 1 + random.below(PREFERRED_MAX);
  return [...new Set(Array.from({ length: count }, () => from[random.below(from.length)]?.id ?? ''))];
}
