// Canonical and joined requirements, remembered: the same few requirements come with contact after contact, and equal ones should be one
// object with one key. Only saves time: what it answers is what requirement.ts would.
//
// Invariant: at most ENTRIES_MAX are remembered of each kind, none with a longer key than KEY_MAX; then all are forgotten.

import {
  type Alternative,
  canonicalRequirement,
  isTooLarge,
  joinRequirements,
  NO_REQUIREMENT,
  requirementKey,
} from './requirement.ts';

const ENTRIES_MAX = 4_096;
const KEY_MAX = 512;

export class RequirementCache {
  readonly #canonical = new Map<string, readonly Alternative[]>();
  readonly #joined = new Map<string, readonly Alternative[] | undefined>();

  /** The canonical form; equal requirements get the same object. */
  canonical(requires: readonly Alternative[]): readonly Alternative[] {
    if (requires.length === 0) return NO_REQUIREMENT;
    const key = requirementKey(requires);
    const known = this.#canonical.get(key);
    if (known !== undefined) return known;
    const canonical = canonicalRequirement(requires);
    if (canonical.length === 0) return NO_REQUIREMENT;
    if (key.length > KEY_MAX) return canonical;
    if (this.#canonical.size >= ENTRIES_MAX) this.#canonical.clear();
    // Its own key too, so that every way of writing it leads to one object.
    const one = this.#canonical.get(requirementKey(canonical)) ?? canonical;
    this.#canonical.set(requirementKey(canonical), one);
    this.#canonical.set(key, one);
    return one;
  }

  /** Both at once; undefined when that would be too large. */
  joined(left: readonly Alternative[], right: readonly Alternative[]): readonly Alternative[] | undefined {
    const one = this.canonical(left);
    const other = this.canonical(right);
    const only = one.length === 0 ? other : other.length === 0 ? one : undefined;
    if (only !== undefined) return isTooLarge(only) ? undefined : only;
    const key = `${requirementKey(one)}&${requirementKey(other)}`;
    if (this.#joined.has(key)) return this.#joined.get(key);
    const joined = joinRequirements(one, other);
    if (key.length > KEY_MAX) return joined;
    if (this.#joined.size >= ENTRIES_MAX) this.#joined.clear();
    this.#joined.set(key, joined === undefined ? undefined : this.canonical(joined));
    return this.#joined.get(key);
  }
}
