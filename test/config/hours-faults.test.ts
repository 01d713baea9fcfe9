// Calendars and closed queues in policy files: what is refused, each with every place and word of its faults, and what is only warned of.
import t from 'tap';
import type { Fault } from '../../src/config/fault.ts';
import { parsePolicy } from '../../src/config/policy-file.ts';

const LEAST = 'channels: { voice: {} }\nqueues: { all: {} }\n';
const HOURS = 'expected hours such as 09:00-18:00 or 22:00-06:00';

const rest = (text: string): string => `${LEAST}${text}`;

function show({ line, column, path, message }: Fault): string {
  return `${line}:${column} ${path}: ${message}`;
}

const BAD: readonly (readonly [what: string, text: string, faults: readonly string[]])[] = [
  [
    'calendars that are none',
    rest(
      'calendars: { o: { timeZone: Europe/Madird, weekly: { mon: 9-18, tue: ["18:00-18:00", "24:00-25:00"], wed: 09:00-24:01 }, holidays: [2026-02-30, { date: 25.12.2026, hours: x }] } }',
    ),
    [
      '3:29 calendars.o.timeZone: expected a time zone of the IANA database such as Europe/Madrid, found the text "Europe/Madird"',
      `3:59 calendars.o.weekly.mon: ${HOURS}, found the text "9-18"`,
      `3:71 calendars.o.weekly.tue[0]: ${HOURS}, found the text "18:00-18:00"`,
      `3:86 calendars.o.weekly.tue[1]: ${HOURS}, found the text "24:00-25:00"`,
      `3:107 calendars.o.weekly.wed: ${HOURS}, found the text "09:00-24:01"`,
      '3:133 calendars.o.holidays[0]: expected a date such as 2026-12-25, found the text "2026-02-30"',
      '3:153 calendars.o.holidays[1].date: expected a date such as 2026-12-25, found the text "25.12.2026"',
      `3:172 calendars.o.holidays[1].hours: ${HOURS}, found the text "x"`,
    ],
  ],
  [
    'hours and overflows that lead nowhere',
    'channels: { v: {} }\ncalendars: { office: { timeZone: UTC, weekly: { mon: 09:00-10:00 } } }\nqueues:\n  a: { hours: ofice }\n  b: { closed: { then: overflow } }\n  c: { closed: { then: overflow, overflowTo: aa } }\n  d: { closed: { overflowTo: a } }',
    [
      '4:15 queues.a.hours: expected a calendar (office), found "ofice"; did you mean office?',
      '5:16 queues.b.closed: missing overflowTo; expected the name of a queue',
      '6:46 queues.c.closed.overflowTo: expected a queue (a, b, c, d), found "aa"; did you mean a?',
      '7:30 queues.d.closed.overflowTo: expected only with `then: overflow`',
    ],
  ],
  [
    '[DNC8] contact hours of no calendar',
    'channels: { v: {} }\ncalendars: { office: { timeZone: UTC, weekly: { mon: 09:00-10:00 } } }\nqueues:\n  a: { contactHours: ofice }',
    ['4:22 queues.a.contactHours: expected a calendar (office), found "ofice"; did you mean office?'],
  ],
];

for (const [what, text, faults] of BAD) {
  t.test(`[CLI7, HRS3] refused: ${what}`, async (t) => {
    const result = parsePolicy(text);
    t.strictSame('faults' in result ? result.faults.map(show) : [], faults);
  });
}

const WARNED: readonly (readonly [what: string, text: string, warnings: readonly string[]])[] = [
  [
    'overflow to a queue of the same hours',
    'channels: { v: {} }\ncalendars: { o: { timeZone: UTC, weekly: { mon: 09:00-10:00 } } }\nqueues:\n  a: { when: { intent: a }, hours: o, closed: { then: overflow, overflowTo: b } }\n  b: { hours: o }',
    ['4:77 queues.a.closed.overflowTo: b is closed at the same hours (o)'],
  ],
  [
    'overflow in a circle',
    'channels: { v: {} }\nqueues:\n  a: { when: { intent: a }, closed: { then: overflow, overflowTo: b } }\n  b: { closed: { then: overflow, overflowTo: a } }',
    [
      '3:67 queues.a.closed.overflowTo: overflows in a circle: where all of it is closed, contacts are refused',
      '4:46 queues.b.closed.overflowTo: overflows in a circle: where all of it is closed, contacts are refused',
    ],
  ],
  [
    'a calendar that never opens',
    `${LEAST}calendars: { o: { timeZone: UTC, holidays: 2026-12-25 } }`,
    ['3:14 calendars.o: this calendar never opens'],
  ],
];

for (const [what, text, warnings] of WARNED) {
  t.test(`warned of: ${what}`, async (t) => {
    const result = parsePolicy(text);
    t.strictSame('warnings' in result ? result.warnings.map(show) : result.faults.map(show), warnings);
  });
}
