// Calendars in their time zones, held against instants that were worked out by hand; and the plain weeks of simulations.
import t from 'tap';
import type { CalendarPolicy, DayInterval } from '../../src/core/policy.ts';
import { assemble } from '../../src/hours/assemble.ts';
import {
  HORIZON_MS,
  isTimeZone,
  isWrittenTimeZone,
  resolveContactHours,
  resolveHours,
} from '../../src/hours/openings.ts';
import { runHours } from '../../src/hours/run-hours.ts';
import { calendarPolicy, plainPolicy, queuePolicy } from '../core/oracle/policies.ts';

const DAY_MS = 86_400_000;

/** The first openings of a calendar after an instant, in UTC, up to so many days after it. */
function openingsOf(changes: Partial<CalendarPolicy>, from: string, days: number): string[] {
  const policy = plainPolicy({ calendars: { office: calendarPolicy(changes) } });
  const [hours] = resolveHours(policy, Date.parse(from));
  const last = Date.parse(from) + days * DAY_MS;
  const texts = (hours?.openings ?? []).filter((at) => at < last).map((at) => new Date(at).toISOString().slice(5, 16));
  return texts.flatMap((text, index) => (index % 2 === 0 ? [`${text} ${texts[index + 1] ?? ''}`] : []));
}

/** The same openings every day. */
function daily(...hours: DayInterval[]): CalendarPolicy['weekly'] {
  return Array.from({ length: 7 }, () => hours);
}

t.test('[HRS3] weekdays by the wall clock of the time zone', async (t) => {
  t.strictSame(openingsOf({}, '2026-11-20T12:00:00Z', 3.5), ['11-20T12:00 11-20T17:00', '11-23T08:00 11-23T17:00']);
  const tokyo = { timeZone: 'Asia/Tokyo', weekly: daily([0, 1440]) };
  t.strictSame(openingsOf(tokyo, '2026-11-20T12:00:00Z', 60), ['11-20T12:00 '], 'all day, every day: one opening');
});

t.test('[HRS3] over midnight, and holidays', async (t) => {
  const night = { weekly: [[], [], [], [], [[1320, 1800]], [[1320, 1800]], []] as CalendarPolicy['weekly'] };
  t.strictSame(openingsOf(night, '2026-11-21T02:00:00Z', 2), ['11-21T02:00 11-21T05:00', '11-21T21:00 11-22T05:00']);
  const holidays = [
    { date: '2026-11-20', hours: [[60, 120]] as const },
    { date: '2026-11-21', hours: [] },
  ];
  t.strictSame(
    openingsOf({ ...night, holidays }, '2026-11-19T23:00:00Z', 8.5),
    ['11-20T00:00 11-20T01:00', '11-27T21:00 11-28T05:00'],
    'a holiday replaces what begins on it',
  );
  const before = { ...night, holidays: holidays.slice(1) };
  t.strictSame(
    openingsOf(before, '2026-11-20T12:00:00Z', 3.5),
    ['11-20T21:00 11-21T05:00'],
    'not what began before it',
  );
});

t.test('[HRS3] changes of the clocks', async (t) => {
  const spring = '2026-03-28T12:00:00Z';
  const autumn = '2026-10-24T12:00:00Z';
  const at = (from: string, ...hours: DayInterval[]): string[] => openingsOf({ weekly: daily(...hours) }, from, 1);
  t.strictSame(at(spring, [60, 240]), ['03-29T00:00 03-29T02:00'], 'two hours, from one to four');
  t.strictSame(at(autumn, [60, 240]), ['10-24T23:00 10-25T03:00'], 'four hours');
  t.strictSame(at(spring, [150, 240]), ['03-29T01:30 03-29T02:00'], 'half past two is half past three');
  t.strictSame(at(spring, [150, 180]), [], 'half an hour that is not there');
  t.strictSame(at(spring, [60, 150]), ['03-29T00:00 03-29T01:30'], 'an end that is skipped comes later too');
  t.strictSame(at(autumn, [150, 240]), ['10-25T00:30 10-25T03:00'], 'the first half past two');
  t.strictSame(at(autumn, [60, 150]), ['10-24T23:00 10-25T00:30']);
});

t.test('[HRS3] a time zone that nobody knows gives no hours', async (t) => {
  const calendars = { office: calendarPolicy({ timeZone: 'Mars/Olympus' }), other: calendarPolicy() };
  const hours = resolveHours(plainPolicy({ calendars }), Date.parse('2026-11-20T12:00:00Z'));
  t.strictSame(
    hours.map(({ calendar }) => calendar),
    ['other'],
  );
  t.ok(isTimeZone('Europe/Madrid'));
  t.notOk(isTimeZone('Europe/Madird'));
  t.strictSame(resolveHours(plainPolicy(), 0), [], 'no calendars, no hours');
});

t.test('[HRS3, HRS4] apart, ascending, within sixty days', async (t) => {
  t.strictSame(assemble([], 0, 9), []);
  const spans = [
    [5, 7],
    [1, 3],
    [7, 8],
    [2, 2],
    [9, 4],
    [2, 4],
  ] as const;
  t.strictSame(assemble(spans, 0, 99), [1, 4, 5, 8]);
  t.strictSame(assemble(spans, 2, 6), [2, 4, 5, 6]);
  const from = Date.parse('2026-11-20T12:00:00Z');
  const [hours] = resolveHours(plainPolicy({ calendars: { office: calendarPolicy() } }), from);
  t.match(hours, { calendar: 'office', from, until: from + HORIZON_MS });
  const { openings = [] } = hours ?? {};
  t.ok(openings.every((at, index) => at >= from && at <= from + HORIZON_MS && at > (openings[index - 1] ?? 0)));
  t.equal(openings.length, 86, '43 weekdays, a part of the last one');
});

t.test('[SIM17] a run’s week begins on Monday at midnight', async (t) => {
  const night = calendarPolicy({ weekly: [[[540, 1080]], [], [], [], [], [], [[1320, 1800]]] });
  const holidays = [{ date: '1970-01-02', hours: [] }];
  const [hours] = runHours(plainPolicy({ calendars: { night: { ...night, holidays } } }), DAY_MS, 9 * DAY_MS);
  const inHours = hours?.openings.map((at) => (at - DAY_MS) / 3_600_000);
  t.strictSame(inHours, [0, 6, 9, 18, 166, 174, 177, 186]);
  t.match(hours, { from: DAY_MS, until: 9 * DAY_MS });
});

t.test('[DNC1, HRS3] one calendar in other time zones, on their own days', async (t) => {
  const calendars = {
    decent: calendarPolicy({ holidays: [{ date: '2026-11-24', hours: [] }] }),
    other: calendarPolicy(),
  };
  const policy = plainPolicy({ queues: [queuePolicy('main', { contactHours: 'decent' })], calendars });
  const from = Date.parse('2026-11-22T12:00:00Z');
  const resolved = resolveContactHours(policy, ['Asia/Tokyo', 'nowhere', 'America/Lima'], from);
  t.strictSame(
    resolved.map(({ calendar, timeZone }) => [calendar, timeZone]),
    [
      ['decent', 'Asia/Tokyo'],
      ['decent', 'America/Lima'],
    ],
  );
  const texts = resolved.map(({ openings }) =>
    openings.slice(0, 4).map((at) => new Date(at).toISOString().slice(5, 16)),
  );
  t.strictSame(texts, [
    ['11-23T00:00', '11-23T09:00', '11-25T00:00', '11-25T09:00'],
    ['11-23T14:00', '11-23T23:00', '11-25T14:00', '11-25T23:00'],
  ]);
  t.strictSame(resolveContactHours(plainPolicy({ calendars }), ['Asia/Tokyo'], from), [], 'which nobody asks for');
});

t.test('[DNC7] names as they are written', async (t) => {
  for (const name of ['Europe/Madrid', 'UTC', 'America/Argentina/Buenos_Aires']) t.ok(isWrittenTimeZone(name), name);
  for (const name of ['europe/madrid', 'EUROPE/MADRID', 'Mars', '', 'x y']) t.notOk(isWrittenTimeZone(name), name);
});
