// The steps of a queue's `relax`, from nothing but the facts [RLX1]–[RLX9]: which are due, which wait for a condition, and what a contact is after them.
import type { ContactChanges } from '../../../src/core/commands.ts';
import type { Classification, Relaxation, RelaxedClassification } from '../../../src/core/events.ts';
import type { QueuePolicy, RelaxStep, ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Alternative } from '../../../src/core/requirement.ts';
import { clockRateOf, headStartUsOf, isTooLarge, joinRequirements, requirementOf } from './classify.ts';
import { type OracleContact, type OracleState, policyOf, queueOf, waitMsIn } from './model.ts';

/** A step with its number. */
export interface Numbered extends RelaxStep {
  readonly number: number;
}

export function stepsOf(queue: QueuePolicy): Numbered[] {
  return (queue.relax ?? []).map((step, index) => ({ ...step, number: index + 1 }));
}

function hasApplied(contact: Pick<OracleContact, 'relaxation'>, number: number): boolean {
  return Math.floor((contact.relaxation?.applied ?? 0) / 2 ** (number - 1)) % 2 === 1;
}

/** The step that the contact comes to next by itself. */
export function nextStep(state: OracleState, contact: OracleContact): Numbered | undefined {
  const reached = contact.relaxation?.reached ?? 0;
  return stepsOf(queueOf(policyOf(state), contact.queue)).find(({ number }) => number === reached + 1);
}

/** Steps that were due, have not applied, and after which none has. */
export function pendingSteps(state: OracleState, contact: OracleContact): Numbered[] {
  const reached = contact.relaxation?.reached ?? 0;
  const steps = stepsOf(queueOf(policyOf(state), contact.queue));
  return steps.filter(({ number }) => {
    const laterApplied = steps.some((later) => later.number >= number && hasApplied(contact, later.number));
    return number <= reached && !laterApplied;
  });
}

/** Those in line that wait for a condition. */
export function pendingContacts(state: OracleState): OracleContact[] {
  return state.contacts.filter((contact) => contact.state === 'QUEUED' && pendingSteps(state, contact).length > 0);
}

/** Contacts in line that wait for a condition are tested then. */
export function nextTest(state: OracleState): number {
  let at = 0;
  while (at <= state.relaxTestedAt) at = (Math.floor(state.relaxTestedAt / 10_000) + 1) * 10_000;
  return at;
}

/** What the policy makes of an open contact with these changes; undefined when its requirement becomes too large. */
export function classifyAgain(
  policy: ResolvedPolicy,
  contact: OracleContact,
  changed: Pick<ContactChanges, 'requires' | 'segment' | 'value' | 'headStartMs'>,
  progress: Pick<Relaxation, 'applied' | 'reached'> | undefined,
): RelaxedClassification | undefined {
  const claim = { ...contact, ...changed };
  const from = contact.state === 'SCHEDULED' ? contact.dueAt : contact.enqueuedAt;
  const placed = classifyIn(policy, contact.queue, claim, from + contact.waitShiftMs);
  if (placed === undefined) return undefined;
  const { applied = 0, reached = 0 } = progress ?? {};
  return relaxed(policy, placed, claim.requires, progress === undefined ? undefined : { applied, reached });
}

/** What the policy makes of a contact in the queue, which it entered then; undefined when its requirement is too large, now or after some step. */
export function classifyIn(
  policy: ResolvedPolicy,
  queue: string,
  {
    requires,
    segment,
    value,
    headStartMs,
    callbackAt,
  }: Pick<OracleContact, 'requires' | 'segment' | 'value' | 'headStartMs' | 'callbackAt'>,
  enqueuedAt: number,
): Classification | undefined {
  const requirement = requirementOf(policy, queue, segment, requires);
  if (isTooLargeLater(policy, queue, segment, requires)) return undefined;
  return {
    queue,
    segment,
    requirement,
    clockRate: clockRateOf(policy, queue, segment),
    headStartUs: headStartUsOf(policy, queue, { segment, value, headStartMs }),
    waitUntil: enqueuedAt + waitMsIn(policy, queue, { callbackAt }),
  };
}

/** The classification with what the steps that applied make of it. */
export function relaxed(
  policy: ResolvedPolicy,
  placed: Classification,
  requires: readonly Alternative[],
  progress: Pick<Relaxation, 'applied' | 'reached'> | undefined,
): RelaxedClassification {
  if (progress === undefined) return placed;
  const queue = queueOf(policy, placed.queue);
  const steps = stepsOf(queue).filter(({ number }) => hasApplied({ relaxation: { ...NONE, ...progress } }, number));
  const required = steps.findLast((step) => step.requires !== undefined)?.requires ?? queue.requires;
  const ofSegment = policy.segments[placed.segment]?.requires ?? [];
  const eligibility = joinRequirements(joinRequirements(required, ofSegment), requires);
  let grantedUs = 0;
  for (const { headStartMs = 0 } of steps) grantedUs += headStartMs * 1000;
  const relaxation = { ...progress, grantedUs, eligibility: progress.applied === 0 ? [] : eligibility };
  return { ...placed, headStartUs: placed.headStartUs + grantedUs, relaxation };
}

const NONE: Relaxation = { applied: 0, reached: 0, grantedUs: 0, eligibility: [] };

/** Whether some step, of this queue or of those that it leads to, would make the joined requirement too large. */
export function isTooLargeLater(
  policy: ResolvedPolicy,
  queueName: string,
  segment: string,
  requires: readonly Alternative[],
  seen: readonly string[] = [],
): boolean {
  if (seen.includes(queueName)) return false;
  const queue = queueOf(policy, queueName);
  const ofSegment = policy.segments[segment]?.requires ?? [];
  const asked = [
    queue.requires,
    ...stepsOf(queue).flatMap((step) => (step.requires === undefined ? [] : [step.requires])),
  ];
  for (const required of asked) {
    const first = joinRequirements(required, ofSegment);
    if (isTooLarge(first) || isTooLarge(joinRequirements(first, requires))) return true;
  }
  const next = stepsOf(queue).findLast((step) => step.overflowTo !== undefined)?.overflowTo;
  return next !== undefined && isTooLargeLater(policy, next, segment, requires, [...seen, queueName]);
}
