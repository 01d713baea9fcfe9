// Canonical and joined requirements, remembered: the same few requirements come with contact after contact, and equal ones should be one
// object. Found by a hash of how they are written, since to write a key first would cost more than all the rest. Only saves time: what it
// answers is what requirement.ts would.
//
// Invariant: at most ENTRIES_MAX ways of writing are remembered, none with more than NEEDS_MAX needs; then all are forgotten.

import {
  type Alternative,
  canonicalRequirement,
  isTooLarge,
  joinRequirements,
  NO_REQUIREMENT,
  requirementKey,
  skillCount,
} from './requirement.ts';

const ENTRIES_MAX = 4_096;
const NEEDS_MAX = 32;

type Requirement = readonly Alternative[];

/** One way of writing a requirement. */
export interface Form {
  readonly written: Requirement;
  readonly canonical: Requirement;
}

const NOTHING_REQUIRED: Form = { written: NO_REQUIREMENT, canonical: NO_REQUIREMENT };

export class RequirementCache {
  readonly #formsByHash = new Map<number, Form[]>();
  /** By the very object that a form has. */
  readonly #formByWritten = new Map<Requirement, Form>();
  readonly #canonicalByKey = new Map<string, Requirement>();
  readonly #joined = new Map<Requirement, Map<Requirement, Requirement | undefined>>();

  /** The canonical form; equal requirements get the same object. */
  canonical(requires: Requirement): Requirement {
    return (this.#formByWritten.get(requires) ?? this.form(requires)).canonical;
  }

  /** How it is written, the same object for all that are written alike, and its canonical form. */
  form(requires: Requirement): Form {
    if (requires.length === 0) return NOTHING_REQUIRED;
    const hash = hashOf(requires);
    const forms = this.#formsByHash.get(hash);
    if (forms !== undefined) {
      for (const form of forms) if (isWrittenLike(form.written, requires)) return form;
    }
    return this.#learn(requires, hash);
  }

  /** Both at once; undefined when that would be too large. */
  joined(left: Requirement, right: Requirement): Requirement | undefined {
    const one = this.canonical(left);
    const other = this.canonical(right);
    const only = one.length === 0 ? other : other.length === 0 ? one : undefined;
    if (only !== undefined) return isTooLarge(only) ? undefined : only;
    let joinedByOther = this.#joined.get(one);
    if (joinedByOther === undefined) {
      joinedByOther = new Map();
      if (isSmall(one)) this.#joined.set(one, joinedByOther);
    }
    if (joinedByOther.has(other)) return joinedByOther.get(other);
    const joined = joinRequirements(one, other);
    const result = joined === undefined ? undefined : this.canonical(joined);
    if (isSmall(other)) joinedByOther.set(other, result);
    return result;
  }

  #learn(written: Requirement, hash: number): Form {
    const canonical = canonicalRequirement(written);
    if (!isSmall(written)) return { written, canonical };
    if (this.#formByWritten.size >= ENTRIES_MAX) this.#forget();
    const form = { written, canonical: this.#oneOf(canonical) };
    const forms = this.#formsByHash.get(hash) ?? [];
    this.#formsByHash.set(hash, forms);
    forms.push(form);
    this.#formByWritten.set(written, form);
    return form;
  }

  #oneOf(canonical: Requirement): Requirement {
    if (canonical.length === 0) return NO_REQUIREMENT;
    const key = requirementKey(canonical);
    const one = this.#canonicalByKey.get(key) ?? canonical;
    this.#canonicalByKey.set(key, one);
    return one;
  }

  #forget(): void {
    this.#formsByHash.clear();
    this.#canonicalByKey.clear();
    this.#joined.clear();
    this.#formByWritten.clear();
  }
}

function isSmall(requirement: Requirement): boolean {
  let count = 0;
  for (const alternative of requirement) count += skillCount(alternative);
  return count <= NEEDS_MAX;
}

/** 32 bits, in the manner of FNV-1a. */
function hashOf(requires: Requirement): number {
  let hash = 0x811c9dc5 | 0;
  for (const { all, without } of requires) {
    for (const { skill, level } of all) hash = Math.imul(hashText(hash, skill) ^ level, 0x01000193);
    if (without !== undefined) for (const skill of without) hash = Math.imul(hashText(hash, skill) ^ 0x21, 0x01000193);
    hash = Math.imul(hash ^ 0x7c, 0x01000193);
  }
  return hash;
}

function hashText(hash: number, text: string): number {
  let next = hash;
  for (let index = 0; index < text.length; index++) next = Math.imul(next ^ text.charCodeAt(index), 0x01000193);
  return next;
}

/** The same alternatives in the same order and words; an absent `without` is an empty one. */
export function isWrittenLike(a: Requirement, b: Requirement): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (!isSameAlternative(a[index] as Alternative, b[index] as Alternative)) return false;
  }
  return true;
}

function isSameAlternative({ all: a, without: c }: Alternative, { all: b, without: d }: Alternative): boolean {
  if (a.length !== b.length || !isSameList(c, d)) return false;
  for (let index = 0; index < a.length; index++) {
    const one = a[index];
    const other = b[index];
    if (one?.skill !== other?.skill || one?.level !== other?.level) return false;
  }
  return true;
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === b) return true;
  if ((a?.length ?? 0) !== (b?.length ?? 0)) return false;
  return a === undefined || a.every((skill, index) => skill === b?.[index]);
}
