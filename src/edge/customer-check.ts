// What the schema cannot say of a customer's profile.

import { isTimeZoneAsWritten, TIME_ZONE_EXPECTED } from '../config/time-zone.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Customer } from '../core/views.ts';

/** Undefined: there is such a time zone, or none is given. */
export function customerRefusal({ timeZone }: Customer): Refusal | undefined {
  if (timeZone === '' || isTimeZoneAsWritten(timeZone)) return undefined;
  return refuse('INVALID_FIELD', `expected ${TIME_ZONE_EXPECTED}, found ${timeZone}`, 'timeZone');
}
