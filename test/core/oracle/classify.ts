// What a policy makes of a contact: queue, joined requirement, clock rate, head starts. Written from SPEC [REQ1]–[REQ4], [QUE1]–[QUE4],
// [RANK4], [RANK5] in plain loops.
import type { QueueMatch, ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Alternative, SkillNeed } from '../../../src/core/requirement.ts';

/** Fields that `when` may name. */
export interface Matchable {
  readonly channel: string;
  readonly intent: string;
  readonly language: string;
  readonly segment: string;
  readonly direction: string;
  readonly gatewayId: string;
  readonly customerId: string;
}

/** Whether the text matches a pattern in which `*` stands for any text. */
export function matchesGlob(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] !== '*') return text !== '' && pattern[0] === text[0] && matchesGlob(rest, text.slice(1));
  for (let cut = 0; cut <= text.length; cut++) {
    if (matchesGlob(rest, text.slice(cut))) return true;
  }
  return false;
}

export function matchesWhen(when: QueueMatch | undefined, contact: Matchable): boolean {
  if (when === undefined) return true;
  for (const [field, patterns] of Object.entries(when)) {
    const text = contact[field as keyof Matchable];
    if (!patterns.some((pattern) => matchesGlob(pattern, text))) return false;
  }
  return true;
}

/** One alternative with each skill once, at the highest level named, by name. */
export function tidyAlternative(alternative: Alternative): Alternative {
  const names = [...new Set(alternative.all.map(({ skill }) => skill))].sort();
  const levelsOf = (name: string): number[] =>
    alternative.all.filter(({ skill }) => skill === name).map(({ level }) => level || 1);
  const all: SkillNeed[] = names.map((skill) => ({ skill, level: Math.max(...levelsOf(skill)) }));
  const without = [...new Set(alternative.without)].sort();
  return without.length === 0 ? { all } : { all, without };
}

/** The requirement in one form: alternatives tidy, each once, in one order; a single empty alternative is none. */
export function tidyRequirement(requirement: readonly Alternative[]): Alternative[] {
  const byText: Record<string, Alternative> = {};
  for (const alternative of requirement.map(tidyAlternative)) byText[JSON.stringify(alternative)] = alternative;
  const texts = Object.keys(byText).sort();
  if (texts.length === 1 && texts[0] === '{"all":[]}') return [];
  return texts.map((text) => byText[text] ?? { all: [] });
}

/** [REQ2]. */
export function joinRequirements(left: readonly Alternative[], right: readonly Alternative[]): Alternative[] {
  if (left.length === 0) return tidyRequirement(right);
  if (right.length === 0) return tidyRequirement(left);
  const joined: Alternative[] = [];
  for (const one of left) {
    for (const other of right) {
      const without = [...(one.without ?? []), ...(other.without ?? [])];
      joined.push({ all: [...one.all, ...other.all], without });
    }
  }
  return tidyRequirement(joined);
}

/** What queue, segment and contact ask together [REQ2]. */
export function requirementOf(
  policy: ResolvedPolicy,
  queueName: string,
  segment: string,
  requires: readonly Alternative[],
): Alternative[] {
  const queue = policy.queues.find(({ name }) => name === queueName);
  const required = joinRequirements(queue?.requires ?? [], policy.segments[segment]?.requires ?? []);
  return joinRequirements(required, requires);
}

/** [REQ3]. */
export function isTooLarge(requirement: readonly Alternative[]): boolean {
  const sizeOf = ({ all, without = [] }: Alternative): number => all.length + without.length;
  return requirement.length > 16 || requirement.some((alternative) => sizeOf(alternative) > 16);
}

/** What head starts and clock rate come from. */
export interface Ageing {
  readonly segment: string;
  readonly value: number;
  readonly headStartMs: number;
}

/** [RANK4]: thousandths. */
export function clockRateOf(policy: ResolvedPolicy, queueName: string, segment: string): number {
  const queue = policy.queues.find(({ name }) => name === queueName);
  return Math.min(20_000, Math.round((queue?.clockRate ?? 0) * (policy.segments[segment]?.clockRate ?? 0) * 1000));
}

/** [RANK5]: microseconds. */
export function headStartUsOf(policy: ResolvedPolicy, queueName: string, contact: Ageing): number {
  const queue = policy.queues.find(({ name }) => name === queueName);
  const valueUs = Math.round(policy.value.headStartMs * 1000 * Math.min(1, contact.value / policy.value.scale));
  const grantedMs =
    (queue?.headStartMs ?? 0) + (policy.segments[contact.segment]?.headStartMs ?? 0) + contact.headStartMs;
  return grantedMs * 1000 + valueUs;
}

/** Equal texts: equal requirements. */
export function requirementText(requirement: readonly Alternative[]): string {
  return JSON.stringify(tidyRequirement(requirement));
}
