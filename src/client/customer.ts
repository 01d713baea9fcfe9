// Profiles of customers, as gateways and supervisors put, read and remove them.

import type { Customer } from '../core/views.ts';
import type { RequestBodies, Verb } from '../wire/messages.ts';
import { present } from './client.ts';
import type { Answer, RequestOptions } from './session.ts';

/** A profile to put: its id, and whatever else there is to say. What is left out is empty from then on. */
export type NewCustomer = Pick<Customer, 'id'> & Partial<Customer>;

type Ask = <V extends Verb>(verb: V, body: RequestBodies[V], options?: RequestOptions) => Promise<Answer>;

const EMPTY = { name: '', segment: '', value: 0, owner: '', language: '', timeZone: '', version: 0 };

/** The profile as it is then. With a `version` it is not sent again by itself: a second one would be refused. */
export async function putCustomer(ask: Ask, customer: NewCustomer, options?: RequestOptions): Promise<Customer> {
  const retry = (customer.version ?? 0) === 0;
  const { ok } = await ask('putCustomer', { customer: { ...EMPTY, ...customer } }, { retry, ...options });
  return present(ok, 'customer');
}

export async function getCustomer(ask: Ask, customerId: string, options?: RequestOptions): Promise<Customer> {
  const { ok } = await ask('getCustomer', { customerId }, { retry: true, ...options });
  return present(ok, 'customer');
}

/** The profile as it was. */
export async function removeCustomer(ask: Ask, customerId: string, options?: RequestOptions): Promise<Customer> {
  const { ok } = await ask('removeCustomer', { customerId }, { retry: false, ...options });
  return present(ok, 'customer');
}
