// What a queue's `relax` steps make of a contact: which have applied, which wait for their condition, and what follows for who is eligible.
// Facts and arithmetic only; when steps are due and what is journalled is in fire-relaxation.ts.
//
// Invariants: 1. steps only go forward: whatever lies before the last that applied never applies any more. 2. nothing here is reached for
// contacts of queues without steps.

import type { Classification, Relaxation, RelaxedClassification, Stage } from './events.ts';
import type { QueuePolicy, RelaxStep, ResolvedPolicy } from './policy.ts';
import { ALTERNATIVES_MAX, type Alternative, SKILLS_MAX, skillCount } from './requirement.ts';
import { isWrittenLike, type RequirementCache } from './requirement-cache.ts';

/** Tests of what waits for its condition are made at whole multiples of this. */
const TEST_GRAIN_MS = 10_000;

type Requirement = readonly Alternative[];

/** What decides who is eligible. */
export interface Relaxed {
  readonly requirement: Requirement;
  readonly relaxation?: Relaxation | undefined;
  readonly stage?: Stage | undefined;
}

/** Which steps have been due, and which of them applied. */
export type Progress = Pick<Relaxation, 'applied' | 'reached'>;

export const NO_PROGRESS: Progress = { applied: 0, reached: 0 };

/** What an agent must have to be offered it. */
export function eligibilityOf(contact: Relaxed): Requirement {
  return contact.stage === undefined ? openEligibilityOf(contact) : contact.stage.eligibility;
}

/** The same as if it had no stage (bots.ts). */
export function openEligibilityOf({ requirement, relaxation }: Relaxed): Requirement {
  return relaxation === undefined || relaxation.applied === 0 ? requirement : relaxation.eligibility;
}

/** The same where it differs from the requirement by which it fits; undefined: it does not. */
export function relaxedEligibilityOf(contact: Relaxed): Requirement | undefined {
  if (contact.relaxation === undefined && contact.stage === undefined) return undefined;
  const eligibility = eligibilityOf(contact);
  return isWrittenLike(eligibility, contact.requirement) ? undefined : eligibility;
}

/** Number of the last step that applied; 0: none. */
export function lastApplied({ applied }: Pick<Relaxation, 'applied'>): number {
  return 32 - Math.clz32(applied);
}

/** Number of the step that comes due next. */
export function nextNumber(relaxation: Relaxation | undefined): number {
  return (relaxation?.reached ?? 0) + 1;
}

/** Whether the step has been due and waits for its condition. */
export function isPending(relaxation: Relaxation | undefined, number: number): boolean {
  return relaxation !== undefined && number <= relaxation.reached && number > lastApplied(relaxation);
}

/** The progress after the step has applied. */
export function afterStep(relaxation: Relaxation | undefined, number: number): Progress {
  const { applied, reached } = relaxation ?? NO_PROGRESS;
  return { applied: applied | (1 << (number - 1)), reached: Math.max(reached, number) };
}

/** The first whole ten seconds after the instant. */
export function nextTestAfter(at: number): number {
  return (Math.floor(at / TEST_GRAIN_MS) + 1) * TEST_GRAIN_MS;
}

/** What the queue itself asks for after the steps that applied. */
export function relaxedRequires(queue: QueuePolicy, applied: number): Requirement {
  let { requires } = queue;
  for (const [index, step] of stepsOf(queue).entries()) {
    if (step.requires !== undefined && (applied & (1 << index)) !== 0) requires = step.requires;
  }
  return requires;
}

/** Head starts of the steps that applied, microseconds. */
export function grantedUs(queue: QueuePolicy, applied: number): number {
  let grantedMs = 0;
  for (const [index, { headStartMs = 0 }] of stepsOf(queue).entries()) {
    if ((applied & (1 << index)) !== 0) grantedMs += headStartMs;
  }
  return grantedMs * 1000;
}

/** Whether a step that applied offers its customer a callback. */
export function offersCallback(queue: QueuePolicy, { applied }: Pick<Relaxation, 'applied'>): boolean {
  return stepsOf(queue).some(({ offerCallback }, index) => offerCallback === true && (applied & (1 << index)) !== 0);
}

export function stepsOf(queue: QueuePolicy): readonly RelaxStep[] {
  return queue.relax ?? [];
}

/** Whether two policies do the same with contacts that wait. */
export function hasSameSteps(one: QueuePolicy, other: QueuePolicy): boolean {
  if (one.relax === other.relax) return true;
  return JSON.stringify(stepsOf(one)) === JSON.stringify(stepsOf(other));
}

/**
 * Whether what the queue asks for stays within bounds, joined with these, whatever step of it or of the queues that it overflows to applies: no
 * step must ever fail.
 */
export function fitsAtEveryStep(
  requirements: RequirementCache,
  policy: ResolvedPolicy,
  queue: QueuePolicy,
  joinedWith: readonly Requirement[],
): boolean {
  const seen: string[] = [];
  for (
    let at: QueuePolicy | undefined = queue;
    at !== undefined && !seen.includes(at.name);
    at = overflowOf(policy, at)
  ) {
    seen.push(at.name);
    if (!fits(requirements, at.requires, joinedWith)) return false;
    for (const { requires } of stepsOf(at)) {
      if (requires !== undefined && !fits(requirements, requires, joinedWith)) return false;
    }
  }
  return true;
}

function fits(requirements: RequirementCache, requires: Requirement, joinedWith: readonly Requirement[]): boolean {
  return isSurelySmall(requires, joinedWith) || joinAll(requirements, requires, joinedWith) !== undefined;
}

/** Joined, there are at most as many alternatives as the product of them, with as many skills as the sum of the most of each. */
function isSurelySmall(requires: Requirement, joinedWith: readonly Requirement[]): boolean {
  let alternatives = Math.max(1, requires.length);
  let skills = skillsAtMost(requires);
  for (const other of joinedWith) {
    alternatives *= Math.max(1, other.length);
    skills += skillsAtMost(other);
  }
  return alternatives <= ALTERNATIVES_MAX && skills <= SKILLS_MAX;
}

function skillsAtMost(requires: Requirement): number {
  let most = 0;
  for (const alternative of requires) most = Math.max(most, skillCount(alternative));
  return most;
}

/** All of them joined; undefined when that would be too large. */
export function joinAll(
  requirements: RequirementCache,
  requires: Requirement,
  joinedWith: readonly Requirement[],
): Requirement | undefined {
  let joined: Requirement | undefined = requirements.joined(requires, []);
  for (const other of joinedWith) joined = joined === undefined ? undefined : requirements.joined(joined, other);
  return joined;
}

function overflowOf(policy: ResolvedPolicy, queue: QueuePolicy): QueuePolicy | undefined {
  const target = stepsOf(queue).at(-1)?.overflowTo;
  return target === undefined ? undefined : policy.queues.find(({ name }) => name === target);
}

/** Equal in what they say. */
export function isSameRelaxation(a: Relaxation | undefined, b: Relaxation | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.applied === b.applied &&
    a.reached === b.reached &&
    a.grantedUs === b.grantedUs &&
    isWrittenLike(a.eligibility, b.eligibility)
  );
}

/** The classification with what was relaxed, if anything was. */
export function withRelaxation(placed: Classification, relaxation: Relaxation | undefined): RelaxedClassification {
  return relaxation === undefined ? placed : { ...placed, relaxation };
}
