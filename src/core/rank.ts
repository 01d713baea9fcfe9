// The rank rule in integers: every term in microseconds of waiting. Its parts come from here only, for the indexes and for explanations.
//
//   urgency   = headStartUs + clockRate · (now − agedFrom)        thousandths × milliseconds = microseconds
//             = key + clockRate · (now − epoch),  key constant while the contact waits
//   fit       = levels of the best satisfied alternative and of preferred skills − breadth, + affinity
//   readiness = idleRate · min(now − readySince, idleCap) − round(load part)
//
// Invariant: idle and load parts never rise within one instant as an agent takes more work: settle stands on that.

import type { Agent } from './agent.ts';
import { loadFor } from './blend.ts';
import type { Channel } from './names.ts';
import type { FitPolicy, ReadinessPolicy } from './policy.ts';
import { type Alternative, meets, meetsAlternative, type Preference, type Skills } from './requirement.ts';

/** The policy's numbers, in the units of the rule. */
export interface RankTerms {
  readonly perLevelUs: number;
  readonly affinityUs: number;
  readonly breadthUs: number;
  /** Thousandths. */
  readonly idleRate: number;
  readonly idleCapMs: number;
  readonly loadUs: number;
}

export const ZERO_TERMS: RankTerms = {
  perLevelUs: 0,
  affinityUs: 0,
  breadthUs: 0,
  idleRate: 0,
  idleCapMs: 0,
  loadUs: 0,
};

export function rankTerms(fit: FitPolicy, readiness: ReadinessPolicy): RankTerms {
  return {
    perLevelUs: fit.perLevelMs * 1000,
    affinityUs: fit.affinityMs * 1000,
    breadthUs: fit.breadthMs * 1000,
    idleRate: readiness.idleRate,
    idleCapMs: readiness.idleCapMs,
    loadUs: readiness.loadMs * 1000,
  };
}

/** What counts of a contact's waiting. */
interface Ageing {
  readonly headStartUs: number;
  /** Thousandths. */
  readonly clockRate: number;
  readonly agedFrom: number;
}

/** What waiting is worth at `now`, microseconds. */
export function urgencyUs({ headStartUs, clockRate, agedFrom }: Ageing, now: number): number {
  return headStartUs + clockRate * (now - agedFrom);
}

/** The constant part of it: urgency less clockRate · (now − epoch). Lines are ordered by it. */
export function urgencyKey({ headStartUs, clockRate, agedFrom }: Ageing, epoch: number): number {
  return headStartUs - clockRate * (agedFrom - epoch);
}

/** What fit is of: who is eligible goes by the requirement, how well one suits by the original, the same object unless it was relaxed. */
interface Fitted {
  readonly requirement: readonly Alternative[];
  readonly original: readonly Alternative[];
  readonly prefers: readonly Preference[];
}

/**
 * Fit of the skills for the demand, microseconds, without affinity: over the satisfied alternatives the best of levels minus breadth, plus
 * the preferred skills' levels. Undefined when no alternative is met.
 *
 * Where the requirement was relaxed, skills that meet it and none of the original's alternatives fit by the one of these that is best for them.
 */
export function fitUs(demand: Fitted, skills: Skills, terms: RankTerms): number | undefined {
  let best = bestAlternativeUs(demand, skills, terms, true);
  if (demand.original !== demand.requirement) {
    if (!meets(skills, demand.requirement)) return undefined;
    best ??= bestAlternativeUs(demand, skills, terms, false);
  }
  if (best === undefined) return undefined;
  for (const preference of demand.prefers) {
    best += Math.round(preference.secondsPerLevel * 1e6) * (skills.get(preference.skill) ?? 0);
  }
  return best;
}

/** Over the original's alternatives, those that are met or all of them. */
function bestAlternativeUs(
  { original, prefers }: Fitted,
  skills: Skills,
  terms: RankTerms,
  mustMeet: boolean,
): number | undefined {
  let best: number | undefined;
  for (const alternative of original.length === 0 ? EVERYONE : original) {
    if (mustMeet && !meetsAlternative(skills, alternative)) continue;
    const fit = alternativeFitUs(alternative, prefers, skills, terms);
    if (best === undefined || fit > best) best = fit;
  }
  return best;
}

/** The alternative of the original that the fit comes from; undefined when there is none. */
export function bestAlternative(demand: Fitted, skills: Skills, terms: RankTerms): Alternative | undefined {
  const { original, prefers } = demand;
  const met = original.filter((alternative) => meetsAlternative(skills, alternative));
  let best: Alternative | undefined;
  let bestUs = Number.NEGATIVE_INFINITY;
  for (const alternative of met.length > 0 ? met : original) {
    const fit = alternativeFitUs(alternative, prefers, skills, terms);
    if (fit <= bestUs) continue;
    best = alternative;
    bestUs = fit;
  }
  return best;
}

/** What idling since it became ready is worth, microseconds. */
export function idleUs(readySince: number, now: number, terms: RankTerms): number {
  return terms.idleRate * Math.min(now - readySince, terms.idleCapMs);
}

/** What the load that the agent carries costs with a contact of the channel, microseconds. */
export function loadUs(agent: Agent, channel: Channel, terms: RankTerms): number {
  return loadPartUs(agent, loadFor(agent, channel), terms);
}

/** What such a load costs, microseconds. */
export function loadPartUs(agent: Agent, load: number, terms: RankTerms): number {
  return Math.round((terms.loadUs * load) / agent.capacity);
}

const EVERYONE: readonly Alternative[] = [{ all: [] }];

function alternativeFitUs(
  alternative: Alternative,
  prefers: readonly Preference[],
  skills: Skills,
  terms: RankTerms,
): number {
  let levels = 0;
  let usedCount = 0;
  for (const need of alternative.all) {
    const level = skills.get(need.skill);
    if (level === undefined) continue;
    levels += level;
    usedCount++;
  }
  for (const [index, { skill }] of prefers.entries()) {
    if (!skills.has(skill) || alternative.all.some((need) => need.skill === skill)) continue;
    if (prefers.findIndex((preference) => preference.skill === skill) === index) usedCount++;
  }
  return terms.perLevelUs * levels - terms.breadthUs * (skills.size - usedCount);
}
