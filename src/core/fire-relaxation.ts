// What happens when a `relax` step is due, and when conditions that did not hold are tested again.
//
// Invariants: 1. a step never fails: that everything can be joined was checked when the contact came (relaxation.ts). 2. a test that fails is
// journalled, so that a copy knows what has been tested; a failed test of many costs one event and a look at each step that somebody waits in.

import { assert } from '../lib/assert.ts';
import { isHandedOver, stageAtEntry, withStage } from './bots.ts';
import { waitsFrom } from './calling.ts';
import { classify, classifyRelaxed, isRefusal } from './classify.ts';
import { type Contact, classificationOf } from './contact.ts';
import { newcomersWaitMs } from './estimated-wait.ts';
import type { RelaxedClassification } from './events.ts';
import type { Queue } from './names.ts';
import type { RelaxStep, ResolvedPolicy } from './policy.ts';
import { afterStep, isPending, nextNumber, openEligibilityOf, stepsOf } from './relaxation.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** The contact's next step is due. */
export function fireRelax(step: Step, contact: Contact): void {
  const number = nextNumber(contact.relaxation);
  const relax = stepsOf(contact.queue.policy)[number - 1];
  assert(relax !== undefined, 'a contact waits for a step that there is');
  const isHeld = holds(step.state, contact.queue, relax, step.now);
  const isCounted = step.state.recountedSeq === step.state.seq;
  if (isHeld) relaxContact(step, contact, relax, number);
  else step.emit({ type: 'relaxationsTested', contactIds: [contact.id] });
  // Neither has touched an agent.
  if (isCounted) step.state.recountedSeq = step.state.seq;
}

/** What waits for a condition is tested, queue by queue and step by step; where it holds all go on, in order of arrival. */
export function testRelaxations(step: Step): void {
  const { state } = step;
  let hasFailed = false;
  for (const queue of state.queueList) {
    for (const [index, relax] of stepsOf(queue.policy).entries()) {
      if ((queue.pendingByStep[index] ?? 0) === 0) continue;
      const isHeld = holds(state, queue, relax, step.now);
      const isCounted = state.recountedSeq === state.seq;
      if (isHeld) relaxPending(step, queue, relax, index + 1);
      else hasFailed = true;
      if (isCounted) state.recountedSeq = state.seq;
    }
  }
  if (hasFailed) step.emit({ type: 'relaxationsTested', contactIds: [] });
}

function relaxPending(step: Step, queue: Queue, relax: RelaxStep, number: number): void {
  const pending = [...queue.waiting].filter(({ relaxation }) => isPending(relaxation, number));
  pending.sort((a, b) => a.ordinal - b.ordinal);
  for (const contact of pending) relaxContact(step, contact, relax, number);
}

/** Agents whom this step has touched are not counted anew before it settles: whoever asks for the count has it done. */
function holds(state: State, queue: Queue, { if: condition }: RelaxStep, now: number): boolean {
  if (condition === undefined) return true;
  if (state.recountedSeq !== state.seq) for (const agent of state.dirty.agents) state.supplies.recount(agent);
  state.recountedSeq = state.seq;
  const { agentsAvailable, estimatedWaitAboveMs } = condition;
  if (agentsAvailable !== undefined && queue.agentsAvailable > agentsAvailable) return false;
  if (estimatedWaitAboveMs === undefined) return true;
  return (newcomersWaitMs(queue, state.estimate, now) ?? 0) > estimatedWaitAboveMs;
}

function relaxContact(step: Step, contact: Contact, relax: RelaxStep, number: number): void {
  const { state } = step;
  const target = relax.overflowTo === undefined ? undefined : state.queues.get(relax.overflowTo);
  const policy = state.policy as ResolvedPolicy;
  const to =
    target === undefined
      ? classifyRelaxed(
          state.requirements,
          policy,
          contact.queue.policy,
          contact,
          waitsFrom(contact.calling, contact.enqueuedAt),
          afterStep(contact.relaxation, number),
        )
      : classify(state.requirements, policy, target.policy, contact, step.now);
  const staged = isRefusal(to) ? to : stagedAt(step, contact, to, target);
  const type = 'contactRelaxed';
  const contactId = contact.id;
  if (isRefusal(staged)) {
    step.emitOf(contact, { type, contactId, step: number, from: '', ...passedOver(contact, number) });
  } else {
    const from = target === undefined ? '' : contact.queue.name;
    step.emitOf(contact, { type, contactId, step: number, from, ...staged });
  }
}

/** In its own queue it keeps its stage, fitted to what it asks now; in another one it begins anew, unless it was handed over. */
function stagedAt(
  { state, now }: Step,
  { stage }: Contact,
  placed: RelaxedClassification,
  target: Queue | undefined,
): RelaxedClassification {
  if (target === undefined || isHandedOver(stage)) {
    return withStage(state.requirements, placed, stage);
  }
  const begun = stageAtEntry(state.requirements, target.policy, placed.requirement, now);
  return begun === undefined ? placed : { ...placed, stage: begun };
}

/** A contact that was with an agent when the policy changed, and came back: no place for it was checked then. It stays as it is. */
function passedOver(contact: Contact, number: number): RelaxedClassification {
  const { grantedUs } = contact.relaxation ?? { grantedUs: 0 };
  const relaxation = { ...afterStep(contact.relaxation, number), grantedUs, eligibility: openEligibilityOf(contact) };
  return { ...classificationOf(contact), relaxation };
}
