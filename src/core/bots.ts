// Who is first in a queue with `first`: agents with that skill (bots), for a while; and nobody of them any more once one has handed the contact
// over. What a contact's stage is, when one begins, and what follows from it for who is eligible.
//
// Invariants: 1. a stage carries what it makes of the requirement, so that nothing is derived from a policy when it is folded. 2. nothing here is
// reached for contacts of queues without `first`, but for a look at whether there is a stage. 3. the skill of a stage counts in no limit of
// requirements: a stage never makes one too large.

import type { Agent } from './agent.ts';
import type { Contact } from './contact.ts';
import type { ContactTransferred, RelaxedClassification, Stage } from './events.ts';
import type { FirstPolicy, QueuePolicy } from './policy.ts';
import { openEligibilityOf } from './relaxation.ts';
import { type Alternative, requirementKey } from './requirement.ts';
import type { RequirementCache } from './requirement-cache.ts';

type Requirement = readonly Alternative[];
type StageFacts = Omit<Stage, 'eligibility'>;

/** A contact that enters the queue's line now, with what it asks of agents; undefined: all who meet that may have it. */
export function stageAtEntry(
  requirements: RequirementCache,
  { first }: QueuePolicy,
  requirement: Requirement,
  now: number,
): Stage | undefined {
  if (first === undefined) return undefined;
  return stageOf(requirements, beginning(first, now), requirement);
}

/** The classification with the stage, fitted to what it asks now. */
export function withStage(
  requirements: RequirementCache,
  placed: RelaxedClassification,
  stage: StageFacts | undefined,
): RelaxedClassification {
  if (stage === undefined) return placed;
  return { ...placed, stage: stageOf(requirements, stage, openEligibilityOf(placed)) };
}

function stageOf(requirements: RequirementCache, { skill, until, handedOverBy }: StageFacts, base: Requirement): Stage {
  const asked = handedOverBy === '' ? withSkill(base, skill) : withoutSkill(base, skill);
  return { skill, until, handedOverBy, eligibility: requirements.form(asked).canonical };
}

function withSkill(base: Requirement, skill: string): Requirement {
  if (base.length === 0) return [{ all: [{ skill, level: 1 }] }];
  return base.map((alternative) => {
    const { all } = alternative;
    return all.some((need) => need.skill === skill)
      ? alternative
      : { ...alternative, all: [...all, { skill, level: 1 }] };
  });
}

function withoutSkill(base: Requirement, skill: string): Requirement {
  if (base.length === 0) return [{ all: [], without: [skill] }];
  return base.map(({ all, without = [] }) => ({
    all,
    without: without.includes(skill) ? without : [...without, skill],
  }));
}

/** The stage under another policy's queue of the same name: one that runs goes on by its terms, none begins. */
export function stageUnder(
  { stage, enqueuedAt }: Pick<Contact, 'stage' | 'enqueuedAt'>,
  { first }: QueuePolicy,
): StageFacts | undefined {
  if (stage === undefined || isHandedOver(stage)) return stage;
  return first === undefined ? undefined : beginning(first, enqueuedAt);
}

/** Where a contact goes that was taken or given away. */
export interface Way {
  readonly queue: QueuePolicy;
  /** What it asks there. */
  readonly requirement: Requirement;
  /** Whom it was with; undefined: it waited. */
  readonly giver: Agent | undefined;
  /** Whether that was the giver's own doing. */
  readonly byGiver: boolean;
  /** Whom it is for; undefined: whoever may have it. */
  readonly receiver: Agent | undefined;
  readonly now: number;
}

/** What an event tells of a contact on its way. */
export type Arrival = Pick<ContactTransferred, 'stage' | 'handedOverFrom'>;

const OPEN_TO_ALL: Arrival = {};

/** The contact's stage where it goes, and whether it is handed over by that. */
export function stageOnWay(requirements: RequirementCache, contact: Contact, way: Way): Arrival {
  const own = contact.queue.policy.first;
  const target = way.queue.first;
  if (contact.stage === undefined && own === undefined && target === undefined) return OPEN_TO_ALL;
  const { requirement, giver } = way;
  const skill = handedOverSkill(contact, way);
  if (skill !== undefined && giver !== undefined) {
    const stage = stageOf(requirements, { skill, until: 0, handedOverBy: giver.id }, requirement);
    return { stage, handedOverFrom: contact.queue.name };
  }
  const stage = isHandedOver(contact.stage) ? contact.stage : stageThere(contact, way);
  return stage === undefined ? OPEN_TO_ALL : { stage: stageOf(requirements, stage, requirement) };
}

function stageThere(contact: Contact, { queue, giver, receiver, now }: Way): StageFacts | undefined {
  const { first } = queue;
  if (first === undefined || receiver !== undefined) return undefined;
  // Bots do not come first again after a person.
  const isPersons = giver !== undefined && !giver.skills.has(first.skill) && contact.queue.name === queue.name;
  return isPersons ? undefined : beginning(first, now);
}

function beginning({ skill, forMs }: FirstPolicy, at: number): StageFacts {
  return { skill, until: at + forMs, handedOverBy: '' };
}

/** Whether it is for agents without the skill from then on. */
export function isHandedOver<T extends StageFacts>(stage: T | undefined): stage is T {
  return stage !== undefined && stage.handedOverBy !== '';
}

/** The skill by which its agent hands the contact over now; undefined: it does not. */
function handedOverSkill(
  { stage, queue }: Contact,
  { giver, byGiver, receiver, queue: target }: Way,
): string | undefined {
  if (giver === undefined || !byGiver) return undefined;
  const skills = isHandedOver(stage) ? [stage.skill] : [queue.policy.first?.skill, target.first?.skill];
  const skill = skills.find((one) => one !== undefined && giver.skills.has(one));
  return skill === undefined || receiver?.skills.has(skill) ? undefined : skill;
}

/** Whether the agent who has or had it last keeps it from people: it has the skill, and nobody has handed the contact over. */
export function isSelfServed({ queue, stage, agentId }: Contact, agents: ReadonlyMap<string, Agent>): boolean {
  const { first } = queue.policy;
  if (first === undefined || isHandedOver(stage)) return false;
  return agents.get(agentId)?.skills.has(first.skill) ?? false;
}

/** Equal in what they say. */
export function isSameStage(a: Stage | undefined, b: Stage | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.skill === b.skill &&
    a.until === b.until &&
    a.handedOverBy === b.handedOverBy &&
    requirementKey(a.eligibility) === requirementKey(b.eligibility)
  );
}
