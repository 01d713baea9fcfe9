/**
 * Calendars in a policy: a time zone, openings by weekday, holidays. Part of the grammar of policy files (policy-schema.ts).
 *
 * 1. An opening is read as minutes of the day's wall clock; one whose end is not behind its begin ends on the next day.
 * 2. Names of time zones are those that the time-zone database of this process has.
 */
import { isMap } from 'yaml';
import type { DayInterval } from '../core/policy.ts';
import { object, oneOrMany, parsed, type Spec } from './spec.ts';
import { parseTimeZone, TIME_ZONE_EXPECTED } from './time-zone.ts';

const DAY_MINUTES = 1440;

/** `09:00-18:00`, `22:00-06:00`, `00:00-24:00`. */
function parseInterval(text: string): DayInterval | undefined {
  const match = /^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(text);
  if (match === null) return undefined;
  const [from, until] = [minuteOf(match[1], match[2]), minuteOf(match[3], match[4])];
  if (from >= DAY_MINUTES || until > DAY_MINUTES || from === until) return undefined;
  return [from, until > from ? until : until + DAY_MINUTES];
}

function minuteOf(hour: string | undefined, minute: string | undefined): number {
  return Number(hour) * 60 + Number(minute);
}

function parseDate(text: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined;
}

const interval: Spec<DayInterval> = parsed<DayInterval>({
  about: 'From when until when; an end at or before the begin is of the next day.',
  kind: 'a text',
  range: 'such as 09:00-18:00',
  expected: 'hours such as 09:00-18:00 or 22:00-06:00',
  otherwise: [0, DAY_MINUTES],
  parse: parseInterval,
});

const openings = (about: string): Spec<readonly DayInterval[]> =>
  oneOrMany({ about, of: interval, fallback: [], most: 24 });

const date = parsed({
  about: 'The day.',
  kind: 'a text',
  range: 'such as 2026-12-25',
  expected: 'a date such as 2026-12-25',
  otherwise: '2000-01-01',
  parse: parseDate,
});

export interface Holiday {
  readonly date: string;
  readonly hours: readonly DayInterval[];
}

const holidayObject = object<Holiday>('A day with openings of its own; its date alone: closed all day.', {
  date,
  hours: openings('Openings that begin on that day; none: closed.'),
});

const holiday: Spec<Holiday> = {
  ...holidayObject,
  kind: 'a date or an object',
  read: (value, path, reading) =>
    isMap(value) ? holidayObject.read(value, path, reading) : { date: date.read(value, path, reading), hours: [] },
};

const timeZone = parsed({
  about: 'Whose wall clock the hours are told in.',
  kind: 'a text',
  range: 'such as Europe/Madrid',
  expected: TIME_ZONE_EXPECTED,
  otherwise: 'UTC',
  parse: parseTimeZone,
});

export const calendar = object('When the queues of this calendar are open.', {
  timeZone,
  weekly: object('Openings of a plain week, by the day on which they begin.', {
    mon: openings('Monday; none: closed.'),
    tue: openings('Tuesday.'),
    wed: openings('Wednesday.'),
    thu: openings('Thursday.'),
    fri: openings('Friday.'),
    sat: openings('Saturday.'),
    sun: openings('Sunday.'),
  }),
  holidays: oneOrMany<Holiday>({
    about: 'Days that are not like others; each replaces the openings that begin on it.',
    of: holiday,
    fallback: [],
    most: 1_000,
  }),
});

/** A calendar as the file says it. */
export type Calendar = typeof calendar extends Spec<infer T> ? T : never;
