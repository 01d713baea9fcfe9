// What happens when a step of `relax` is due, and when conditions are tested again [RLX1], [RLX8].
import type { Classification, ContactRelaxed, Relaxation, Stage } from '../../../src/core/events.ts';
import type { RelaxStep } from '../../../src/core/policy.ts';
import { stageAtEntry, withStage } from './bots.ts';
import { estimateOf } from './line-pace.ts';
import { type OracleContact, type OracleState, policyOf, queueOf } from './model.ts';
import { agentsAvailable } from './picture.ts';
import { eligibilityOf } from './rank.ts';
import { classifyAgain, classifyIn, type Numbered, nextStep, pendingContacts, pendingSteps, stepsOf } from './relax.ts';
import type { World } from './world.ts';

function holds(state: OracleState, queue: string, step: RelaxStep): boolean {
  const { agentsAvailable: atMost, estimatedWaitAboveMs: above } = step.if ?? {};
  const available = agentsAvailable(state, queue);
  if (atMost !== undefined && available > atMost) return false;
  if (above === undefined) return true;
  const waiting = state.contacts.filter((contact) => contact.queue === queue && contact.state === 'QUEUED').length;
  const waitMs = waiting === 0 && available > 0 ? 0 : estimateOf(state, queue, waiting + 1, state.now);
  return waitMs !== undefined && waitMs > above;
}

/** The contact's next step is due. */
export function reachStep(world: World, contact: OracleContact): void {
  const step = nextStep(world.state, contact);
  if (step === undefined) return;
  if (holds(world.state, contact.queue, step)) applyStep(world, contact, step);
  else world.emit({ type: 'relaxationsTested', contactIds: [contact.id] });
}

/** Queue by queue, step by step, by arrival. */
export function testPending(world: World): void {
  const { state } = world;
  let isAnyLeft = false;
  for (const { name } of policyOf(state).queues) {
    for (const step of stepsOf(queueOf(policyOf(state), name))) {
      const waiting = pendingContacts(state)
        .filter((contact) => contact.queue === name)
        .filter((contact) => pendingSteps(state, contact).some(({ number }) => number === step.number))
        .sort((one, other) => one.ordinal - other.ordinal);
      if (waiting.length === 0) continue;
      if (holds(state, name, step)) for (const contact of waiting) applyStep(world, contact, step);
      else isAnyLeft = true;
    }
  }
  if (isAnyLeft) world.emit({ type: 'relaxationsTested', contactIds: [] });
}

function applyStep(world: World, contact: OracleContact, step: Numbered): void {
  const policy = policyOf(world.state);
  const { applied, reached } = contact.relaxation ?? { applied: 0, reached: 0 };
  const progress = { applied: applied + 2 ** (step.number - 1), reached: Math.max(reached, step.number) };
  const event = { type: 'contactRelaxed', contactId: contact.id, step: step.number } as const;
  if (step.overflowTo !== undefined) {
    const there = classifyIn(policy, step.overflowTo, contact, world.now);
    if (there === undefined) passOver(world, contact, event, progress);
    else world.emit({ ...event, from: contact.queue, ...there, ...stageThere(world, contact, there) });
    return;
  }
  const here = classifyAgain(policy, contact, {}, progress);
  if (here === undefined) passOver(world, contact, event, progress);
  else world.emit({ ...event, from: '', ...withStage(here, contact.stage) });
}

/** [BOT1], [BOT5]: where it overflowed to. */
function stageThere(
  { state, now }: World,
  { stage }: OracleContact,
  there: Classification,
): { readonly stage?: Stage } {
  if (stage === undefined || stage.handedOverBy === '') return stageAtEntry(policyOf(state), there, now);
  const { stage: kept } = withStage(there, stage);
  return kept === undefined ? {} : { stage: kept };
}

/** Too large for a contact that was with an agent when the policy changed: nothing of it changes but the count [RLX9]. */
function passOver(
  world: World,
  contact: OracleContact,
  event: Pick<ContactRelaxed, 'type' | 'contactId' | 'step'>,
  progress: Pick<Relaxation, 'applied' | 'reached'>,
): void {
  const { queue, segment, requirement, clockRate, headStartUs, waitUntil } = contact;
  const { stage, ...open } = contact;
  const eligibility = eligibilityOf(open);
  const relaxation = { ...progress, grantedUs: contact.relaxation?.grantedUs ?? 0, eligibility };
  const facts = {
    queue,
    segment,
    requirement,
    clockRate,
    headStartUs,
    waitUntil,
    relaxation,
    ...(stage === undefined ? {} : { stage }),
  };
  world.emit({ ...event, from: '', ...facts });
}
