/**
 * The contact centre of the growth suite: agents each with its own skills, 1,000 demand classes, contacts of them.
 *
 * 1. An agent has 5 of the 500 skills at levels 1 to 10, no two agents the same. A demand class asks for one of two skills at level 1 to 4, and
 *    every third prefers another skill: an agent may serve about 17 classes, a class has about 17 agents in every thousand.
 * 2. Contacts differ in segment (three clock rates), value, tier and customer: every term of the rank is on.
 * 3. Unserveable demand classes ask for skills that nobody has.
 */
import type { ContactDraft } from '../../src/core/commands.ts';
import type { Alternative, Preference } from '../../src/core/requirement.ts';
import { Prng } from '../../src/lib/prng.ts';
import { INTENTS, SEGMENTS, VALUE_SCALE } from '../core/policy.ts';
import type { Recruit } from '../core/staff.ts';

export interface CentreSize {
  readonly skills: number;
  readonly demands: number;
}

export interface Demand {
  /** From 0; unserveable ones come behind the others. */
  readonly index: number;
  readonly requires: readonly Alternative[];
  readonly prefers: readonly Preference[];
}

const SKILLS_PER_AGENT = 5;
const LEVEL_MAX = 10;
const LEVELS_ASKED = 4;
const TIER_SHARE = 0.05;

export class Centre {
  readonly demands: readonly Demand[];
  readonly unserveable: readonly Demand[];
  readonly #size: CentreSize;
  readonly #seed: number;

  constructor(size: CentreSize, seed: number) {
    this.#size = size;
    this.#seed = seed;
    const random = new Prng(seed);
    const level = (): number => 1 + random.below(LEVELS_ASKED);
    this.demands = Array.from({ length: size.demands }, (_, index) => {
      const first = need(skillName(index % size.skills), level());
      const second = need(skillName(anotherThan(index % size.skills, size.skills, random)), level());
      const prefers = index % 3 > 0 ? [] : [{ skill: skillName(random.below(size.skills)), secondsPerLevel: 2 }];
      return { index, requires: [first, second], prefers };
    });
    this.unserveable = this.demands.map(({ index }) => {
      const requires = [need(`nobody-${index}`, 1), need(`nobody-${index + 1}`, 2)];
      return { index: size.demands + index, requires, prefers: [] };
    });
  }

  /** The first so many agents, each with skills of its own; number `n` has id `agent-n`. */
  recruits(count: number): Recruit[] {
    const random = new Prng(this.#seed + 1);
    const seen = new Set<string>();
    return Array.from({ length: count }, (_, index) => {
      for (;;) {
        const skills = this.#drawSkills(random);
        const key = JSON.stringify(skills);
        if (seen.has(key)) continue;
        seen.add(key);
        return { id: `agent-${index}`, skills };
      }
    });
  }

  /** By index of the demand class: the agents who may serve it. */
  ableByDemand(recruits: readonly Recruit[]): readonly (readonly Recruit[])[] {
    const demandsBySkill = new Map<string, { readonly demand: Demand; readonly level: number }[]>();
    for (const demand of this.demands) {
      for (const { skill, level } of demand.requires.flatMap(({ all }) => all)) {
        const known = demandsBySkill.get(skill) ?? [];
        known.push({ demand, level });
        demandsBySkill.set(skill, known);
      }
    }
    const able: Set<Recruit>[] = this.demands.map(() => new Set());
    for (const recruit of recruits) {
      for (const [skill, level] of Object.entries(recruit.skills)) {
        for (const asked of demandsBySkill.get(skill) ?? []) {
          if (level >= asked.level) able[asked.demand.index]?.add(recruit);
        }
      }
    }
    return able.map((recruitsOf) => [...recruitsOf]);
  }

  #drawSkills(random: Prng): Record<string, number> {
    const levels = new Map<number, number>();
    while (levels.size < SKILLS_PER_AGENT) levels.set(random.below(this.#size.skills), 1 + random.below(LEVEL_MAX));
    return Object.fromEntries([...levels].sort(([a], [b]) => a - b).map(([skill, level]) => [skillName(skill), level]));
  }
}

/** A contact of the demand class. */
export function draftOf(
  id: string,
  { requires, prefers }: Omit<Demand, 'index'>,
  preferredAgents: readonly string[],
  random: Prng,
): ContactDraft {
  return {
    id,
    channel: 'voice',
    direction: 'INBOUND',
    customerId: `customer-${random.below(1_000_000)}`,
    journeyId: '',
    intent: INTENTS[random.below(INTENTS.length)] ?? '',
    language: 'en',
    queue: '',
    requires,
    prefers,
    segment: SEGMENTS[random.below(SEGMENTS.length)] ?? '',
    value: random.below(VALUE_SCALE),
    tier: random.chance(TIER_SHARE) ? 1 : 0,
    headStartMs: 0,
    preferredAgents,
    attributes: '',
    version: 0,
  };
}

export function need(skill: string, level: number): Alternative {
  return { all: [{ skill, level }] };
}

function skillName(index: number): string {
  return `skill-${index}`;
}

function anotherThan(index: number, count: number, random: Prng): number {
  return (index + 1 + random.below(count - 1)) % count;
}
