// Decides what is asked about the profiles of customers. A refusal emits nothing.

import type { Command, Outcome } from './commands.ts';
import { CUSTOMERS_MAX } from './customers.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Step } from './step.ts';
import type { Customer } from './views.ts';

type Asked<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function noSuchCustomer(): Refusal {
  return refuse('NO_SUCH_CUSTOMER', 'there is no profile of such a customer', 'customerId');
}

export function decidePutCustomer(step: Step, { customer: draft }: Asked<'putCustomer'>): Outcome {
  const { customers, policy } = step.state;
  const present = customers.get(draft.id);
  const version = present?.version ?? 0;
  if (draft.version > 0 && draft.version !== version) {
    return { error: refuse('VERSION_MISMATCH', `it is at version ${version}, not ${draft.version}`, 'version') };
  }
  if (draft.segment !== '' && !Object.hasOwn(policy?.segments ?? {}, draft.segment)) {
    return { error: refuse('UNKNOWN_SEGMENT', `the policy has no segment ${draft.segment}`, 'segment') };
  }
  if (present === undefined && customers.size >= CUSTOMERS_MAX) {
    return { error: refuse('TOO_MANY_CUSTOMERS', `there are ${CUSTOMERS_MAX} profiles already`) };
  }
  if (present !== undefined && isSameProfile(present, draft)) return { ok: { customer: present } };
  const { id: customerId, version: _, ...profile } = draft;
  step.emit({ type: 'customerPut', customerId, ...profile });
  const customer = customers.get(customerId);
  return customer === undefined ? { error: noSuchCustomer() } : { ok: { customer } };
}

function isSameProfile(one: Customer, other: Customer): boolean {
  return (
    one.name === other.name &&
    one.segment === other.segment &&
    one.value === other.value &&
    one.owner === other.owner &&
    one.language === other.language &&
    one.timeZone === other.timeZone
  );
}

export function decideRemoveCustomer(step: Step, { customerId }: Asked<'removeCustomer'>): Outcome {
  const customer = step.state.customers.get(customerId);
  if (customer === undefined) return { error: noSuchCustomer() };
  step.emit({ type: 'customerRemoved', customerId });
  return { ok: { customer } };
}
