// House rules about docs/SPEC.md: its numbered rules and the tests that cite them.
//
// 1. A rule is a list item that begins with its id: `* [OFF4] an expired offer …`. Two to four capitals, then a number.
// 2. A citation is an id in brackets inside a comment or a literal: `[OFF4]`, or several: `[OFF4, OFF5]`.
import { type Fault, faultsOf, type SourceText } from './source-text.ts';

export const SPEC_PATH = 'docs/SPEC.md';

const DEFINITION = /^\s*[*-] \*{0,2}`?\[([A-Z]{2,4}\d+)\]/gm;
const CITATION = /\[([A-Z]{2,4}\d+(?:\s*,\s*[A-Z]{2,4}\d+)*)\]/g;

/** A rule's id and the line that defines it. */
interface Rule {
  readonly id: string;
  readonly line: number;
}

/** The rules of SPEC.md in order, repeated ids included. */
export function rulesOf(spec: string): Rule[] {
  return [...spec.matchAll(DEFINITION)].map((match) => {
    const start = match.index + match[0].length;
    return { id: match[1] ?? '', line: spec.slice(0, start).split('\n').length };
  });
}

/** [spec ids] Ids are defined once. */
export function definedOnce(spec: string): Fault[] {
  const lineById = new Map<string, number>();
  return rulesOf(spec).flatMap(({ id, line }) => {
    const first = lineById.get(id);
    if (first === undefined) {
      lineById.set(id, line);
      return [];
    }
    return [{ path: SPEC_PATH, line, message: `[${id}] is defined in line ${first} already` }];
  });
}

/** [spec citations] Whatever is cited, in tests or sources, is a rule. */
export function citationsExist(spec: string, files: readonly SourceText[]): Fault[] {
  const defined = new Set(rulesOf(spec).map((rule) => rule.id));
  return files.flatMap((file) =>
    faultsOf(file, 'commentsAndLiterals', CITATION, (match) =>
      idsIn(match)
        .filter((id) => !defined.has(id))
        .map((id) => `[${id}] is cited but ${SPEC_PATH} has no such rule`)
        .join('; '),
    ).filter((fault) => fault.message !== ''),
  );
}

/** [spec coverage] Every rule is cited by a test (files ending in .test.ts). */
export function rulesAreTested(spec: string, files: readonly SourceText[]): Fault[] {
  const tests = files.filter((file) => file.path.startsWith('test/') && file.path.endsWith('.test.ts'));
  const cited = new Set(tests.flatMap((file) => [...file.commentsAndLiterals.matchAll(CITATION)].flatMap(idsIn)));
  return rulesOf(spec)
    .filter(({ id }) => !cited.has(id))
    .map(({ id, line }) => ({ path: SPEC_PATH, line, message: `[${id}] is cited by no test` }));
}

function idsIn(match: RegExpExecArray): string[] {
  return (match[1] ?? '').split(/\s*,\s*/);
}
