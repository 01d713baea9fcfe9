// What the policy makes of a contact: its queue, its joined requirement, its clock rate and head starts. Values or a refusal; nothing changes.

import { type Calling, waitLimitMs } from './calling.ts';
import type { ContactDraft } from './commands.ts';
import type { Classification, ContactClassified, RelaxedClassification } from './events.ts';
import type { Queue } from './names.ts';
import type { ResolvedPolicy } from './policy.ts';
import type { MatchFacts } from './queue-match.ts';
import { type Refusal, refuse } from './refusal.ts';
import { fitsAtEveryStep, grantedUs, joinAll, type Progress, relaxedRequires } from './relaxation.ts';
import { ALTERNATIVES_MAX, type Alternative, SKILLS_MAX } from './requirement.ts';
import type { RequirementCache } from './requirement-cache.ts';
import type { State } from './state.ts';

const CLOCK_RATE_MAX = 20_000;

/** What classification looks at. */
export interface Claim {
  readonly segment: string;
  readonly requires: readonly Alternative[];
  readonly value: number;
  readonly headStartMs: number;
  /** Of one whose customer is called; absent: nothing. */
  readonly calling?: Calling | undefined;
}

/** The queue that takes the contact: the one it names, else the first that matches. */
export function chooseQueue(state: State, draft: ContactDraft, segment: string, gatewayId: string): Queue | Refusal {
  if (draft.queue !== '') {
    const named = state.queues.get(draft.queue);
    return named ?? refuse('UNKNOWN_QUEUE', `the policy has no queue ${draft.queue}`, 'contact.queue');
  }
  let facts: MatchFacts | undefined;
  for (const queue of state.queueList) {
    if (queue.policy.when === undefined) return queue;
    facts ??= factsOf(draft, segment, gatewayId);
    if (queue.matches(facts)) return queue;
  }
  return refuse('NO_QUEUE', 'no queue of the policy takes this contact: name one, or let one match', 'contact.queue');
}

function factsOf(
  { channel, intent, language, direction, customerId }: ContactDraft,
  segment: string,
  gatewayId: string,
): MatchFacts {
  return { channel, intent, language, segment, direction, gatewayId, customerId };
}

/** The contact's place by the policy: `waitUntil` counts from `enqueuedAt`, or from when its wait limit does. */
export function classify(
  requirements: RequirementCache,
  policy: ResolvedPolicy,
  queue: { readonly name: string } & ResolvedPolicy['queues'][number],
  claim: Claim,
  enqueuedAt: number,
): Classification | Refusal {
  const segment = Object.hasOwn(policy.segments, claim.segment) ? policy.segments[claim.segment] : undefined;
  if (segment === undefined) return refuse('UNKNOWN_SEGMENT', `the policy has no segment ${claim.segment}`, 'segment');
  const required =
    segment.requires === undefined ? queue.requires : requirements.joined(queue.requires, segment.requires);
  const requirement = required === undefined ? undefined : requirements.joined(required, claim.requires);
  if (requirement === undefined) return tooLarge(queue.name, claim.segment);
  if (
    queue.relax !== undefined &&
    !fitsAtEveryStep(requirements, policy, queue, [segment.requires ?? [], claim.requires])
  ) {
    return tooLarge(queue.name, claim.segment);
  }
  const worth = policy.value.scale > 0 ? Math.min(1, claim.value / policy.value.scale) : 0;
  const headStartMs = queue.headStartMs + segment.headStartMs + claim.headStartMs;
  return {
    queue: queue.name,
    segment: claim.segment,
    requirement,
    clockRate: Math.min(CLOCK_RATE_MAX, Math.round(queue.clockRate * segment.clockRate * 1000)),
    headStartUs: headStartMs * 1000 + Math.round(worth * policy.value.headStartMs * 1000),
    waitUntil: enqueuedAt + (claim.calling === undefined ? queue.limits.waitMs : waitLimitMs(queue, claim.calling)),
  };
}

/** The same of a contact that has come so far through the queue's `relax` steps; undefined: not begun. */
export function classifyRelaxed(
  requirements: RequirementCache,
  policy: ResolvedPolicy,
  queue: ResolvedPolicy['queues'][number],
  claim: Claim,
  enqueuedAt: number,
  progress: Progress | undefined,
): RelaxedClassification | Refusal {
  const placed = classify(requirements, policy, queue, claim, enqueuedAt);
  if (progress === undefined || isRefusal(placed)) return placed;
  const { applied, reached } = progress;
  const required = relaxedRequires(queue, applied);
  const eligibility = joinAll(requirements, required, [policy.segments[claim.segment]?.requires ?? [], claim.requires]);
  if (eligibility === undefined) return tooLarge(queue.name, claim.segment);
  const granted = grantedUs(queue, applied);
  const headStartUs = placed.headStartUs + granted;
  const relaxation = { applied, reached, grantedUs: granted, eligibility: applied === 0 ? [] : eligibility };
  return { ...placed, headStartUs, relaxation };
}

/** The event that puts a contact there. Written out: to put it together by spreading costs three times as much, and a policy may move all who wait. */
export function contactClassified(contactId: string, to: RelaxedClassification): ContactClassified {
  if (to.relaxation !== undefined || to.stage !== undefined) return { type: 'contactClassified', contactId, ...to };
  const { queue, segment, requirement, clockRate, headStartUs, waitUntil } = to;
  return { type: 'contactClassified', contactId, queue, segment, requirement, clockRate, headStartUs, waitUntil };
}

function tooLarge(queue: string, segment: string): Refusal {
  return refuse(
    'REQUIREMENT_TOO_LARGE',
    `joined with queue ${queue} and segment ${segment} it has more than ${ALTERNATIVES_MAX} alternatives or ${SKILLS_MAX} skills in one`,
    'requires',
  );
}

export function isRefusal(value: object): value is Refusal {
  return 'reason' in value && 'code' in value;
}
