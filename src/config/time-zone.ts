// Names of time zones as people write them: in policies, and in the profiles of customers.

import { isTimeZone, isWrittenTimeZone } from '../hours/openings.ts';

/** What else a name is expected to be. */
export const TIME_ZONE_EXPECTED = 'a time zone of the IANA database such as Europe/Madrid';

/** The name, if this process's time-zone database has it. */
export function parseTimeZone(text: string): string | undefined {
  return /^[A-Za-z0-9_+/-]{1,64}$/.test(text) && isTimeZone(text) ? text : undefined;
}

/** The same, in the very letters of the database: contacts take it over. */
export function isTimeZoneAsWritten(text: string): boolean {
  return isWrittenTimeZone(text);
}
