// The oracle's decisions on profiles of customers. Written from SPEC [CUS2] to [CUS5].
import type { Command } from '../../../src/core/commands.ts';
import { found, policyOf } from './model.ts';
import { canonicalText } from './picture.ts';
import { refused, type Verdict, type World } from './world.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

export function decidePutCustomer(world: World, { customer }: CommandOf<'putCustomer'>): Verdict {
  const { state } = world;
  const before = state.customers.find(({ id }) => id === customer.id);
  if (customer.version !== 0 && customer.version !== (before?.version ?? 0)) return refused('VERSION_MISMATCH');
  const isKnown = customer.segment === '' || Object.hasOwn(policyOf(state).segments, customer.segment);
  if (!isKnown) return refused('UNKNOWN_SEGMENT');
  if (before === undefined && state.customers.length >= 1_000_000) return refused('TOO_MANY_CUSTOMERS');
  const { id: customerId, version: _version, ...facts } = customer;
  const same =
    before !== undefined &&
    canonicalText({ ...before, ...customer }) === canonicalText({ ...before, version: customer.version });
  if (!same) world.emit({ type: 'customerPut', customerId, ...facts });
  return { kind: 'customer', customer: shown(world, customerId) };
}

export function decideRemoveCustomer(world: World, { customerId }: CommandOf<'removeCustomer'>): Verdict {
  if (!world.state.customers.some(({ id }) => id === customerId)) return refused('NO_SUCH_CUSTOMER');
  const customer = shown(world, customerId);
  world.emit({ type: 'customerRemoved', customerId });
  return { kind: 'customer', customer };
}

function shown({ state }: World, customerId: string): object {
  const { kind: _kind, ...customer } = found(
    state.customers.find(({ id }) => id === customerId),
    `customer ${customerId}`,
  );
  return customer;
}
