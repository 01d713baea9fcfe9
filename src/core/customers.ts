// The profiles of customers: what a contact of theirs takes from it that its submit does not say.
//
// Invariants: 1. at most CUSTOMERS_MAX. 2. a profile is never changed: a put replaces it, in its place among the others. 3. texts that many
// profiles have in common are one string.

import type { ContactDraft } from './commands.ts';
import type { CustomerPut } from './events.ts';
import type { State } from './state.ts';
import type { CustomerRecord } from './state-records.ts';
import type { Customer } from './views.ts';

export const CUSTOMERS_MAX = 1_000_000;

/** Names of segments, languages, time zones and owners are few; beyond this many they are kept as they come. */
const SHARED_MAX = 10_000;

export class Customers {
  readonly #byId = new Map<string, Customer>();
  readonly #shared = new Map<string, string>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Customer | undefined {
    return this.#byId.get(id);
  }

  put({ customerId: id, name, segment, value, owner, language, timeZone }: CustomerPut): void {
    const version = (this.#byId.get(id)?.version ?? 0) + 1;
    this.#keep({ id, name, segment, value, owner, language, timeZone, version });
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  /** In the order in which they were put first. */
  *records(): Generator<CustomerRecord> {
    for (const customer of this.#byId.values()) yield { kind: 'customer', ...customer };
  }

  restore(record: CustomerRecord): void {
    this.#keep(record);
  }

  #keep({ id, name, segment, value, owner, language, timeZone, version }: Customer): void {
    this.#byId.set(id, {
      id,
      name,
      segment: this.#share(segment),
      value,
      owner: this.#share(owner),
      language: this.#share(language),
      timeZone: this.#share(timeZone),
      version,
    });
  }

  #share(text: string): string {
    const known = this.#shared.get(text);
    if (known !== undefined) return known;
    if (this.#shared.size < SHARED_MAX) this.#shared.set(text, text);
    return text;
  }
}

/** The draft with what its customer's profile says where it says nothing itself. A segment that the policy does not have is passed over. */
export function withProfile({ customers, policy }: State, draft: ContactDraft): ContactDraft {
  const customer = customers.get(draft.customerId);
  if (customer === undefined) return draft;
  const isKnown = policy !== undefined && Object.hasOwn(policy.segments, customer.segment);
  return {
    ...draft,
    segment: draft.segment === '' && isKnown ? customer.segment : draft.segment,
    value: draft.value === 0 ? customer.value : draft.value,
    language: draft.language === '' ? customer.language : draft.language,
    timeZone: draft.timeZone || customer.timeZone,
  };
}
