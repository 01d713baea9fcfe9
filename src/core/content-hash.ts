// The hash by which a repeated submit is told from another contact of the same id: of what was submitted, in one canonical form.
//
// 1. Fields in one order, each apart, so that none runs into the next. 2. What is journalled with it is compared with it for as long as the
// contact is remembered: changing the form makes every retry in flight look like another contact.

import { Hash128 } from '../lib/hash128.ts';
import type { ContactDraft } from './commands.ts';
import type { Alternative } from './requirement.ts';

export class ContentHash {
  readonly #hash = new Hash128();

  /** 32 hex digits; `requirement` is the canonical form of the draft's. */
  of(draft: ContactDraft, requirement: readonly Alternative[]): string {
    const hash = this.#hash.reset();
    hash.text(draft.channel).text(draft.direction).text(draft.queue).text(draft.segment);
    hash.number(draft.value).number(draft.tier).number(draft.headStartMs);
    hash.text(draft.customerId).text(draft.journeyId).text(draft.intent).text(draft.language).text(draft.attributes);
    hash.number(requirement.length);
    for (const { all, without } of requirement) {
      hash.number(all.length);
      for (const { skill, level } of all) hash.text(skill).number(level);
      // A negative count is no count of anything else: whoever excludes nothing keeps the hash of old.
      if (without === undefined) continue;
      hash.number(-without.length);
      for (const skill of without) hash.text(skill);
    }
    hash.number(draft.prefers.length);
    for (const { skill, secondsPerLevel } of draft.prefers) hash.text(skill).number(secondsPerLevel);
    for (const agentId of draft.preferredAgents) hash.text(agentId);
    // What is not given leaves no trace, so that older hashes hold.
    if (draft.timeZone !== undefined && draft.timeZone !== '') hash.text('timeZone').text(draft.timeZone);
    if (draft.dueAt !== undefined && draft.dueAt !== 0) hash.text('dueAt').number(draft.dueAt);
    // Fields that came later count only where they are given: contacts without them keep their hash.
    if (draft.preferredForMs !== undefined && draft.preferredForMs !== 0) {
      hash.text('preferredForMs').number(draft.preferredForMs);
    }
    return hash.hex();
  }
}
