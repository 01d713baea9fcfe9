/**
 * What is hardly meant about `first`: a skill that no agent of the policy has, and a time after which nobody is left to have the contact.
 *
 * 1. All of these are warnings: the directory may have the agents that the policy lacks.
 */
import { meets } from '../core/requirement.ts';
import type { Note } from './policy-checks.ts';
import type { PolicyDraft } from './policy-schema.ts';

/** Beyond this many pairs to compare, a policy is not searched. */
const PAIRS_MAX = 1_000_000;

/** Only of use where the policy has agents: others are in the directory alone. */
export function* nobodyFirst({ agents, queues }: PolicyDraft): Iterable<Note> {
  if (agents.size === 0) return;
  const asking = [...queues].filter(([, { first }]) => first !== '');
  if (agents.size * asking.length > PAIRS_MAX) return;
  for (const [name, { first, requires }] of asking) {
    const has = [...agents.values()].filter(({ skills }) => skills.has(first));
    if (has.some(({ skills }) => meets(skills, requires))) continue;
    const who = has.length === 0 ? `has the skill ${first}` : `with the skill ${first} meets the queue’s \`requires\``;
    yield [['queues', name, 'first'], `no agent of this policy ${who}: its contacts wait for nobody at first`];
  }
}

export function* firstToTheEnd({ queues }: PolicyDraft): Iterable<Note> {
  for (const [name, { first, firstFor, limits }] of queues) {
    if (first === '' || firstFor < limits.wait) continue;
    yield [
      ['queues', name, 'firstFor'],
      `contacts expire (limits.wait) before anybody without the skill ${first} may have them`,
    ];
  }
}
