/**
 * The contact centre of the core suite: 1,000 agents in 200 supply classes, contacts of 300 demand classes.
 *
 * 1. 50 skills, 4 to an agent, each held by 16 supply classes; 6 demand classes to a skill. Every set of skills has agents in proportion to
 *    the work that asks for it, so that 99 % occupancy is one that lasts (Hall's condition: k skills have at least 20 k of 1,000 agents, and 19.8 k
 *    contacts at work).
 * 2. Levels asked for are below all levels that agents have: they decide who fits better, not who may serve.
 * 3. Contacts are drawn before the run, and come round again when the core has long forgotten them: ids are free by then.
 */
import type { ContactDraft } from '../../src/core/commands.ts';
import type { Alternative, Preference } from '../../src/core/requirement.ts';
import { Prng } from '../../src/lib/prng.ts';
import { INTENTS, SEGMENTS, VALUE_SCALE } from './policy.ts';
import type { Recruit } from './staff.ts';

export const AGENT_COUNT = 1_000;
export const SUPPLY_CLASS_COUNT = 200;
export const DEMAND_CLASS_COUNT = 300;

const SKILL_COUNT = 50;
const SKILLS_PER_CLASS = 4;
const LEVEL_MIN = 3;
const LEVEL_MAX = 10;

/** How far apart the skills of a class are, so that no two classes have the same four. */
const STRIDES = [
  [0, 1, 3, 7],
  [0, 5, 13, 22],
  [0, 9, 20, 31],
  [0, 15, 17, 29],
] as const;

/** What a demand class asks for. */
interface Demand {
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
}

/** The agents; number `n` has id `agent-n`. */
export function recruits(seed: number): Recruit[] {
  const random = new Prng(seed);
  const classes = Array.from({ length: SUPPLY_CLASS_COUNT }, (_, index) => {
    const stride = STRIDES[Math.floor(index / SKILL_COUNT)] ?? STRIDES[0];
    const skills: Record<string, number> = {};
    for (const offset of stride) {
      skills[skillName(index + offset)] = LEVEL_MIN + random.below(LEVEL_MAX - LEVEL_MIN + 1);
    }
    if (Object.keys(skills).length !== SKILLS_PER_CLASS) throw new Error('a supply class with too few skills');
    return skills;
  });
  return Array.from({ length: AGENT_COUNT }, (_, index) => ({
    id: `agent-${index}`,
    skills: classes[index % SUPPLY_CLASS_COUNT] ?? {},
  }));
}

/** So many contacts, each of a demand class drawn from all 300; number `n` has id `contact-n`. */
export function contacts(count: number, seed: number): ContactDraft[] {
  const random = new Prng(seed + 1);
  const demands = Array.from({ length: DEMAND_CLASS_COUNT }, (_, index) => demandOf(index));
  return Array.from({ length: count }, (_, index) => {
    const demand = demands[random.below(demands.length)] as Demand;
    return {
      id: `contact-${index}`,
      channel: 'voice',
      direction: 'INBOUND',
      customerId: `customer-${random.below(1_000_000)}`,
      journeyId: '',
      intent: INTENTS[random.below(INTENTS.length)] ?? '',
      language: 'en',
      queue: '',
      requires: demand.requires,
      prefers: demand.prefers,
      segment: SEGMENTS[random.below(SEGMENTS.length)] ?? '',
      value: random.below(VALUE_SCALE),
      tier: random.chance(0.02) ? 1 : 0,
      headStartMs: 0,
      preferredAgents: [],
      attributes: '{"ani":"+34911234567","dnis":"+34900100200","verified":true}',
      version: 0,
    };
  });
}

/** The number at the end of an id. */
export function numberOf(id: string): number {
  let number = 0;
  let place = 1;
  for (let index = id.length - 1; index >= 0; index--) {
    const digit = id.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) break;
    number += digit * place;
    place *= 10;
  }
  return number;
}

function skillName(index: number): string {
  return `skill-${index % SKILL_COUNT}`;
}

/** Six ways of asking for a skill: at three levels, with another preferred, or another instead, or both preferred. */
function demandOf(index: number): Demand {
  const skill = skillName(index);
  const next = skillName(index + 11);
  const other = skillName(index + 23);
  const at = (name: string, level: number): Alternative => ({ all: [{ skill: name, level }] });
  const worth = (name: string, secondsPerLevel: number): Preference => ({ skill: name, secondsPerLevel });
  switch (Math.floor(index / SKILL_COUNT)) {
    case 0:
      return { requires: [at(skill, 1)], prefers: [] };
    case 1:
      return { requires: [at(skill, 2)], prefers: [] };
    case 2:
      return { requires: [at(skill, 3)], prefers: [] };
    case 3:
      return { requires: [at(skill, 1)], prefers: [worth(next, 2)] };
    case 4:
      return { requires: [at(skill, 2), at(next, 3)], prefers: [] };
    default:
      return { requires: [at(skill, 3)], prefers: [worth(next, 1), worth(other, 2)] };
  }
}
