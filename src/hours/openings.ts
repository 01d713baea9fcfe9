// From calendars, written in the wall clock of a time zone, to openings in epoch milliseconds. The one place that knows time zones.
//
// 1. An opening belongs to the day on which it begins; a holiday replaces those of its date. 2. A time that a change of the clocks skips stands
// for the one as much later, one that comes twice for the first (RFC 5545; Temporal's `compatible`). 3. What is resolved depends on the
// time-zone database of this process: it is journalled, so that nobody resolves it twice.

import { Temporal } from 'temporal-polyfill';
import type { ResolvedHours } from '../core/hours.ts';
import type { CalendarPolicy, DayInterval, ResolvedPolicy } from '../core/policy.ts';
import { assemble } from './assemble.ts';

/** How far ahead hours are resolved. */
export const HORIZON_MS = 60 * 86_400_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Whether the time-zone database has the name, written like this: names in other letters would be as many as anybody likes. */
export function isWrittenTimeZone(name: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId === name;
  } catch {
    return false;
  }
}

/** Whether the time-zone database has the name. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The openings of the policy's calendars from an instant on; those of a time zone that is not known here are left out. */
export function resolveHours(policy: ResolvedPolicy, from: number): ResolvedHours[] {
  const known = Object.entries(policy.calendars ?? {}).filter(([, { timeZone }]) => isTimeZone(timeZone));
  return known.map(([calendar, rule]) => {
    const zone = zoneOf(rule.timeZone);
    const until = from + HORIZON_MS;
    return { calendar, from, until, openings: openingsOf(rule, zone, from, until) };
  });
}

/** The openings of the calendars by which customers are called, in each of the time zones; those that are not known here are left out. */
export function resolveContactHours(policy: ResolvedPolicy, zones: readonly string[], from: number): ResolvedHours[] {
  const until = from + HORIZON_MS;
  const calendars = contactCalendars(policy);
  return zones.filter(isTimeZone).flatMap((timeZone) => {
    const zone = zoneOf(timeZone);
    return calendars.map(([calendar, rule]) => {
      return { calendar, timeZone, from, until, openings: openingsOf(rule, zone, from, until) };
    });
  });
}

/** The calendars that some queue's `contactHours` name. */
export function contactCalendars({ queues, calendars = {} }: ResolvedPolicy): [name: string, rule: CalendarPolicy][] {
  const named = new Set(queues.map(({ contactHours }) => contactHours));
  return Object.entries(calendars).filter(([name]) => named.has(name));
}

function openingsOf({ weekly, holidays }: CalendarPolicy, zone: Zone, from: number, until: number): number[] {
  const hoursByDate = new Map(holidays.map(({ date, hours }) => [date, hours]));
  const spans: [number, number][] = [];
  // An opening of the day before may last until now, and the day that it is here may have begun elsewhere.
  const last = zone.dateOf(until);
  for (let day = zone.dateOf(from).subtract({ days: 2 }); Temporal.PlainDate.compare(day, last) <= 0; ) {
    const hours: readonly DayInterval[] = hoursByDate.get(day.toString()) ?? weekly[day.dayOfWeek - 1] ?? [];
    for (const [begin, end] of hours) spans.push([zone.instantOf(day, begin), zone.instantOf(day, end)]);
    day = day.add({ days: 1 });
  }
  return assemble(spans, from, until);
}

/** By name: as many as the time-zone database has, and each day is looked up once. */
const zoneByName = new Map<string, Zone>();

function zoneOf(name: string): Zone {
  const zone = zoneByName.get(name) ?? new Zone(name);
  zoneByName.set(name, zone);
  return zone;
}

/** A time zone, with the days that were looked up in it. */
class Zone {
  readonly #name: string;
  readonly #days = new Map<string, { readonly start: number; readonly isPlain: boolean }>();

  constructor(name: string) {
    this.#name = name;
  }

  dateOf(at: number): Temporal.PlainDate {
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.#name).toPlainDate();
  }

  /** The instant of so many minutes, up to two days of them, on the day's wall clock. */
  instantOf(date: Temporal.PlainDate, minute: number): number {
    if (minute >= 1440) return this.instantOf(date.add({ days: 1 }), minute - 1440);
    const { start, isPlain } = this.#day(date);
    if (isPlain) return start + minute * MINUTE_MS;
    const time = { hour: Math.floor(minute / 60), minute: minute % 60 };
    return date.toPlainDateTime(time).toZonedDateTime(this.#name).epochMilliseconds;
  }

  /** A day of 24 hours has no change of the clocks in it. */
  #day(date: Temporal.PlainDate): { readonly start: number; readonly isPlain: boolean } {
    const key = date.toString();
    const known = this.#days.get(key);
    if (known !== undefined) return known;
    const start = this.#midnight(date);
    const day = { start, isPlain: this.#midnight(date.add({ days: 1 })) - start === DAY_MS };
    this.#days.set(key, day);
    return day;
  }

  #midnight(date: Temporal.PlainDate): number {
    return date.toPlainDateTime().toZonedDateTime(this.#name).epochMilliseconds;
  }
}
