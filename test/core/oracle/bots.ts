// Who is first in a queue with `first`, from nothing but the facts [BOT1]–[BOT6]: the stage that a contact comes to, and what it makes of a requirement.
import type { Classification, ContactTransferred, RelaxedClassification, Stage } from '../../../src/core/events.ts';
import type { QueuePolicy, ResolvedPolicy } from '../../../src/core/policy.ts';
import type { Alternative } from '../../../src/core/requirement.ts';
import { tidyRequirement } from './classify.ts';
import { agentOf, type OracleContact, type OracleState, policyOf, queueOf } from './model.ts';

type StageFacts = Omit<Stage, 'eligibility'>;

/** [BOT1]: of a contact that enters the queue's line then. */
export function stageAtEntry(
  policy: ResolvedPolicy,
  placed: Pick<Classification, 'queue' | 'requirement'>,
  at: number,
): { readonly stage?: Stage } {
  const facts = startOf(queueOf(policy, placed.queue), at);
  return facts === undefined ? {} : { stage: stageOf(facts, placed.requirement) };
}

function startOf({ first }: QueuePolicy, at: number): StageFacts | undefined {
  return first === undefined ? undefined : { skill: first.skill, until: at + first.forMs, handedOverBy: '' };
}

/** [BOT2]: every alternative with the skill; [BOT5]: every one without it. However large it becomes. */
function stageOf(facts: StageFacts, base: readonly Alternative[]): Stage {
  const { skill } = facts;
  const alternatives = base.length === 0 ? [{ all: [] }] : base;
  const eligibility = alternatives.map(({ all, without = [] }) =>
    facts.handedOverBy === '' ? { all: [...all, { skill, level: 1 }], without } : { all, without: [...without, skill] },
  );
  return { ...facts, eligibility: tidyRequirement(eligibility) };
}

/** The classification with the contact's stage, by what it asks now. */
export function withStage(placed: RelaxedClassification, stage: StageFacts | undefined): RelaxedClassification {
  if (stage === undefined) return placed;
  const { relaxation, requirement } = placed;
  const base = relaxation !== undefined && relaxation.applied > 0 ? relaxation.eligibility : requirement;
  const { skill, until, handedOverBy } = stage;
  return { ...placed, stage: stageOf({ skill, until, handedOverBy }, base) };
}

/** [BOT7]: under a policy that takes effect now. */
export function stageUnder(
  policy: ResolvedPolicy,
  { stage, queue, enqueuedAt }: OracleContact,
): StageFacts | undefined {
  if (stage === undefined || stage.handedOverBy !== '') return stage;
  return startOf(queueOf(policy, queue), enqueuedAt);
}

/** What is done with a contact that is given away or taken. */
export interface Way {
  readonly byAgent: boolean;
  readonly queue: string;
  readonly requirement: readonly Alternative[];
  /** '': nobody in particular. */
  readonly toAgentId: string;
  readonly now: number;
}

/** [BOT4], [BOT5], [BOT6]. */
export function stageOnWay(
  state: OracleState,
  contact: OracleContact,
  { byAgent, queue, requirement, toAgentId, now }: Way,
): Pick<ContactTransferred, 'stage' | 'handedOverFrom'> {
  const policy = policyOf(state);
  const giverId = contact.state === 'ASSIGNED' ? contact.agentId : '';
  const hasSkill = (agentId: string, skill: string): boolean =>
    agentId !== '' && Object.hasOwn(agentOf(state, agentId).skills, skill);
  const wasHandedOver = contact.stage !== undefined && contact.stage.handedOverBy !== '';
  const target = queueOf(policy, queue).first?.skill;
  const named = wasHandedOver ? [contact.stage?.skill] : [queueOf(policy, contact.queue).first?.skill, target];
  if (byAgent) {
    for (const skill of named) {
      if (skill === undefined || !hasSkill(giverId, skill)) continue;
      if (hasSkill(toAgentId, skill)) break;
      return {
        stage: stageOf({ skill, until: 0, handedOverBy: giverId }, requirement),
        handedOverFrom: contact.queue,
      };
    }
  }
  if (contact.stage !== undefined && wasHandedOver) {
    const { skill, until, handedOverBy } = contact.stage;
    return { stage: stageOf({ skill, until, handedOverBy }, requirement) };
  }
  const start = startOf(queueOf(policy, queue), now);
  const isPersons = giverId !== '' && contact.queue === queue && !hasSkill(giverId, target ?? '');
  if (start === undefined || toAgentId !== '' || isPersons) return {};
  return { stage: stageOf(start, requirement) };
}
