// The fields of a customer's profile, as it is put and answered, journalled and kept in a snapshot.
import type { CustomerPut } from '../../src/core/events.ts';
import type { CustomerRecord } from '../../src/core/state-records.ts';
import type { Customer } from '../../src/core/views.ts';
import { allFields } from './all-fields.ts';

const FACTS = ['name', 'segment', 'value', 'owner', 'language', 'timeZone'] as const;

export const customerFields = allFields<Customer>()('id', ...FACTS, 'version');
export const customerRecordFields = allFields<Omit<CustomerRecord, 'kind'>>()('id', ...FACTS, 'version');
export const customerPutFields = allFields<Omit<CustomerPut, 'type'>>()('customerId', ...FACTS);
