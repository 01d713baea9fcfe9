// One text for equal content, to tell repeated submits from different ones [SUB4].
import type { ContactDraft } from '../../../src/core/commands.ts';
import { tidyRequirement } from './classify.ts';

/** Equal texts: equal submits. The expected version is no content. */
export function canonicalDraft(draft: ContactDraft): string {
  const {
    version: _version,
    requires,
    preferredAgents,
    prefers,
    dueAt = 0,
    preferredForMs = 0,
    timeZone = '',
    ...rest
  } = draft;
  return JSON.stringify([
    Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1)),
    tidyRequirement(requires),
    prefers.map(({ skill, secondsPerLevel }) => [skill, secondsPerLevel]),
    preferredAgents,
    dueAt,
    preferredForMs,
    timeZone,
  ]);
}
