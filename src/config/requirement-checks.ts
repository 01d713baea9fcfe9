/**
 * What is hardly meant about the requirements of a policy: those that nobody meets, and those that no contact can come with.
 *
 * 1. All of these are warnings: none keeps a policy from taking effect.
 * 2. Beyond so many pairs to compare, a policy is not searched.
 */
import { type Alternative, joinRequirements, meets } from '../core/requirement.ts';
import type { PathSteps } from './fault.ts';
import type { Note } from './policy-checks.ts';
import type { PolicyDraft } from './policy-schema.ts';

const PAIRS_MAX = 1_000_000;
const JOINS_MAX = 10_000;

interface Placed {
  readonly path: PathSteps;
  readonly requires: readonly Alternative[];
}

/** Every requirement of the policy, with its place. */
function* requirementsOf(draft: PolicyDraft): Iterable<Placed> {
  for (const [name, { requires, relax }] of draft.queues) {
    yield { path: ['queues', name, 'requires'], requires };
    for (const [index, step] of relax.entries()) {
      const path = ['queues', name, 'relax', index, 'requires'];
      if (step.requires !== undefined) yield { path, requires: step.requires };
    }
  }
  for (const [name, { requires }] of draft.segments) yield { path: ['segments', name, 'requires'], requires };
}

/** Only of use where the policy has agents: others are in the directory alone. */
export function* unmetRequirements(draft: PolicyDraft): Iterable<Note> {
  const asked = [...requirementsOf(draft)].filter(({ requires }) => requires.length > 0);
  if (draft.agents.size === 0 || draft.agents.size * asked.length > PAIRS_MAX) return;
  for (const { path, requires } of asked) {
    const isMet = [...draft.agents.values()].some(({ skills }) => meets(skills, requires));
    if (!isMet) yield [path, 'no agent of this policy meets this requirement'];
  }
}

/** [REQ1] */
export function* contradictions(draft: PolicyDraft): Iterable<Note> {
  for (const { path, requires } of requirementsOf(draft)) {
    for (const [index, { all, without = [] }] of requires.entries()) {
      const needed = new Set(all.map(({ skill }) => skill));
      const both = without.findIndex((skill) => needed.has(skill));
      if (both === -1) continue;
      yield [[...path, index, 'without', both], `nobody both has ${without[both]} and has it not: no agent meets this`];
    }
  }
}

/** [REQ3] */
export function* segmentsTooLarge(draft: PolicyDraft): Iterable<Note> {
  const segments = [...draft.segments].filter(([, { requires }]) => requires.length > 0);
  const queues = [...draft.queues].flatMap(([name, queue]) =>
    [queue, ...queue.relax].map(({ requires = [] }): [string, readonly Alternative[]] => [name, requires]),
  );
  if (segments.length * queues.length > JOINS_MAX) return;
  for (const [segment, { requires }] of segments) {
    const queue = queues.find(([, other]) => joinRequirements(other, requires) === undefined);
    if (queue === undefined) continue;
    const path = ['segments', segment, 'requires'];
    yield [path, `joined with queue ${queue[0]} it is too large: the segment’s contacts are refused there`];
  }
}
