// Which contacts a queue takes: globs by field, `*` standing for any run of characters and nothing else being special. No regular expression
// is made of a glob: with several stars one would backtrack for minutes over a hostile intent of 128 characters.

import { globMatches } from '../lib/glob.ts';
import type { MatchField, QueueMatch } from './policy.ts';

/** What globs are held against. */
export type MatchFacts = Readonly<Record<MatchField, string>>;
export type QueueMatcher = (facts: MatchFacts) => boolean;

/** One test for the whole `when`; without one every contact matches. */
export function compileMatch(when: QueueMatch | undefined): QueueMatcher {
  const tests = Object.entries(when ?? {}).map(([field, globs]) => ({
    field: field as MatchField,
    globs: globs ?? [],
  }));
  return (facts) => {
    for (const { field, globs } of tests) if (!matchesOne(globs, facts[field])) return false;
    return true;
  };
}

function matchesOne(globs: readonly string[], text: string): boolean {
  for (const glob of globs) if (globMatches(glob, text)) return true;
  return false;
}
