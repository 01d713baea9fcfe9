// What an agent must have. A requirement is a list of alternatives; each alternative is a list of (skill, at least level), and perhaps of skills
// that must be lacking. An empty requirement is met by everyone. Here: joining, one canonical form, and whether skills meet it. No policy, no agents.
//
// Invariants: 1. a canonical requirement names a skill once in an alternative, alternatives sorted and distinct, so that equal
// requirements have equal keys. 2. joining never yields more than `ALTERNATIVES_MAX` × `SKILLS_MAX`; it answers undefined instead.

export interface SkillNeed {
  readonly skill: string;
  /** 1 to 10. */
  readonly level: number;
}

/** One way to meet a requirement: all of its skills, and none of those to be without. */
export interface Alternative {
  readonly all: readonly SkillNeed[];
  /** Absent: as empty. */
  readonly without?: readonly string[];
}

/** A skill worth waiting for. */
export interface Preference {
  readonly skill: string;
  readonly secondsPerLevel: number;
}

export const ALTERNATIVES_MAX = 16;
export const SKILLS_MAX = 16;

/** Met by everyone. */
export const NO_REQUIREMENT: readonly Alternative[] = [];

/** Levels by skill of one agent. */
export type Skills = ReadonlyMap<string, number>;

/**
 * The canonical form: a skill once per alternative at its highest level, skills sorted, alternatives sorted and distinct; no `without` where it
 * would be empty. A single alternative that asks for nothing is the same as none; beside others it stays, since they still count for fit.
 */
export function canonicalRequirement(requires: readonly Alternative[]): readonly Alternative[] {
  const byKey = new Map<string, Alternative>();
  for (const alternative of requires) {
    const canonical = joinAlternatives(alternative, NOTHING);
    byKey.set(alternativeKey(canonical), canonical);
  }
  if (byKey.size === 1 && byKey.has('')) return [];
  return [...byKey.keys()].sort().map((key) => byKey.get(key) as Alternative);
}

/**
 * Both requirements at once: the cross product of their alternatives, the higher level for a skill named twice, canonical.
 * Undefined when it would exceed ALTERNATIVES_MAX alternatives or SKILLS_MAX skills in one.
 */
export function joinRequirements(
  left: readonly Alternative[],
  right: readonly Alternative[],
): readonly Alternative[] | undefined {
  const lefts = canonicalRequirement(left);
  const rights = canonicalRequirement(right);
  if (lefts.length * rights.length > ALTERNATIVES_MAX * ALTERNATIVES_MAX) return undefined;
  const joined =
    lefts.length === 0
      ? rights
      : rights.length === 0
        ? lefts
        : canonicalRequirement(lefts.flatMap((one) => rights.map((other) => joinAlternatives(one, other))));
  return isTooLarge(joined) ? undefined : joined;
}

/** More than any requirement may have. */
export function isTooLarge(requirement: readonly Alternative[]): boolean {
  return (
    requirement.length > ALTERNATIVES_MAX || requirement.some((alternative) => skillCount(alternative) > SKILLS_MAX)
  );
}

/** Skills that the alternative names, to have or to be without. */
export function skillCount({ all, without }: Alternative): number {
  return all.length + (without === undefined ? 0 : without.length);
}

/** Text that is equal exactly for equal canonical requirements. Skill names hold no space, comma, bar or exclamation mark. */
export function requirementKey(requirement: readonly Alternative[]): string {
  let key = '';
  for (const alternative of requirement) key += `${alternativeKey(alternative)}|`;
  return key;
}

/** Whether the skills meet every need of the alternative, and lack what they are to be without. */
export function meetsAlternative(skills: Skills, alternative: Alternative): boolean {
  for (const need of alternative.all) {
    const level = skills.get(need.skill);
    if (level === undefined || level < need.level) return false;
  }
  const { without } = alternative;
  if (without !== undefined) for (const skill of without) if (skills.has(skill)) return false;
  return true;
}

/** Whether the skills meet any of the alternatives; an empty requirement is met by everyone. */
export function meets(skills: Skills, requirement: readonly Alternative[]): boolean {
  return requirement.length === 0 || requirement.some((alternative) => meetsAlternative(skills, alternative));
}

/** What the skills lack of the alternative that they come nearest to: fewest skills, then fewest levels. */
export function lackOf(skills: Skills, requirement: readonly Alternative[]): string {
  let nearest: { readonly lacks: readonly string[]; readonly levels: number } | undefined;
  for (const { all, without = [] } of requirement) {
    const needs = all.filter(({ skill, level }) => (skills.get(skill) ?? 0) < level);
    const lacks = [
      ...needs.map(({ skill, level }) => `${skill} ≥ ${level}`),
      ...without.filter((skill) => skills.has(skill)).map((skill) => `no ${skill}`),
    ];
    const levels = needs.reduce((sum, { skill, level }) => sum + level - (skills.get(skill) ?? 0), 0);
    const isNearer =
      nearest === undefined ||
      lacks.length < nearest.lacks.length ||
      (lacks.length === nearest.lacks.length && levels < nearest.levels);
    if (isNearer) nearest = { lacks, levels };
  }
  return (nearest?.lacks ?? []).join(' and ');
}

const NOTHING: Alternative = { all: [] };

function alternativeKey(alternative: Alternative): string {
  let key = '';
  for (const need of alternative.all) key += `${need.skill} ${need.level},`;
  if (alternative.without !== undefined) for (const skill of alternative.without) key += `!${skill},`;
  return key;
}

function joinAlternatives(one: Alternative, other: Alternative): Alternative {
  const levels = new Map<string, number>();
  for (const need of [...one.all, ...other.all]) {
    levels.set(need.skill, Math.max(need.level, levels.get(need.skill) ?? 0));
  }
  const all = [...levels.keys()].sort().map((skill) => ({ skill, level: levels.get(skill) as number }));
  const without = [...new Set([...(one.without ?? []), ...(other.without ?? [])])].sort();
  return without.length === 0 ? { all } : { all, without };
}
