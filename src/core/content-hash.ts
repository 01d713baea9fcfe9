// The hash by which a repeated submit is told from another contact of the same id: of what was submitted, in one canonical form.
//
// 1. Fields in one order, free texts with their lengths, so that none runs into the next. 2. What is journalled with it is compared with it for
// as long as the contact is remembered: changing the form makes every retry in flight look like another contact.
// 3. A run of equal drafts, as gateways without customer data and simulators send them, is hashed once.

import { hash128 } from '../lib/hash128.ts';
import type { ContactDraft } from './commands.ts';
import { type Alternative, requirementKey } from './requirement.ts';

export class ContentHash {
  #last: ContactDraft | undefined = undefined;
  #requirement: readonly Alternative[] = [];
  #hash = '';

  /** 32 hex digits; `requirement` is the canonical form of the draft's. */
  of(draft: ContactDraft, requirement: readonly Alternative[]): string {
    if (this.#last === undefined || requirement !== this.#requirement || !isLike(draft, this.#last)) {
      this.#hash = hash128(canonicalText(draft, requirement));
      this.#requirement = requirement;
    }
    this.#last = draft;
    return this.#hash;
  }
}

function canonicalText(draft: ContactDraft, requirement: readonly Alternative[]): string {
  let lists = requirementKey(requirement);
  for (const { skill, secondsPerLevel } of draft.prefers) lists += `${skill} ${secondsPerLevel};`;
  for (const agentId of draft.preferredAgents) lists += `${agentId},`;
  const { customerId, journeyId, intent, language, attributes } = draft;
  const named = `${draft.channel} ${draft.direction} ${draft.queue} ${draft.segment} ${draft.value} ${draft.tier} ${draft.headStartMs}`;
  const free = `${customerId.length}:${customerId} ${journeyId.length}:${journeyId} ${intent.length}:${intent} ${language.length}:${language}`;
  return `${named} ${lists} ${free} ${attributes}`;
}

/** Whether all but the id is plainly the same; lists count as the same only if they are the same or have nothing in them. */
function isLike(a: ContactDraft, b: ContactDraft): boolean {
  return (
    a.customerId === b.customerId &&
    a.attributes === b.attributes &&
    a.journeyId === b.journeyId &&
    a.intent === b.intent &&
    a.channel === b.channel &&
    a.segment === b.segment &&
    a.queue === b.queue &&
    a.value === b.value &&
    a.tier === b.tier &&
    a.headStartMs === b.headStartMs &&
    a.language === b.language &&
    a.direction === b.direction &&
    isSameList(a.prefers, b.prefers) &&
    isSameList(a.preferredAgents, b.preferredAgents)
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}
