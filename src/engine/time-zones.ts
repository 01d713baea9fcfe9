// The time zones that contacts name: whether this process knows them, and whether their hours were resolved lately.
//
// Invariant: what is remembered is bounded by the time-zone database: names that it does not have are asked for each time.

import { hoursKey } from '../core/hours.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { State } from '../core/state.ts';
import { contactCalendars, isWrittenTimeZone } from '../hours/openings.ts';

export class TimeZones {
  readonly #known = new Set<string>();

  /** Why a contact cannot have the time zone; undefined: it can. */
  refusalOf(timeZone: string): Refusal | undefined {
    if (this.#known.has(timeZone)) return undefined;
    if (!isWrittenTimeZone(timeZone)) {
      const found = JSON.stringify(timeZone);
      return refuse('INVALID_FIELD', `expected a time zone of the IANA database, found ${found}`, 'contact.timeZone');
    }
    this.#known.add(timeZone);
    return undefined;
  }

  /** Whether some calendar by which customers are called was not resolved for the time zone after that instant. */
  areStale({ policy, hours }: Readonly<State>, timeZone: string, since: number): boolean {
    if (policy === undefined) return false;
    return contactCalendars(policy).some(([calendar]) => {
      const resolved = hours.get(hoursKey({ calendar, timeZone }));
      return resolved === undefined || resolved.from <= since;
    });
  }
}
