/**
 * What can be said of calendars and closed queues only with the whole policy at hand (policy-checks.ts): names that nothing answers to, and,
 * as warnings, overflows that lead nowhere and calendars that never open.
 */
import type { PathSteps } from './fault.ts';
import { nearest } from './nearest.ts';
import type { PolicyDraft } from './policy-schema.ts';

type Note = readonly [path: PathSteps, message: string, at?: 'key'];

/** Calendars and queues that are named and not there; an overflow without its queue. */
export function* unknownHours({ calendars, queues }: PolicyDraft): Iterable<Note> {
  for (const [name, { hours, closed, contactHours }] of queues) {
    const path = ['queues', name];
    if (contactHours !== undefined && !calendars.has(contactHours)) {
      yield [[...path, 'contactHours'], unknown('a calendar', contactHours, [...calendars.keys()])];
    }
    if (hours !== undefined && !calendars.has(hours)) {
      yield [[...path, 'hours'], unknown('a calendar', hours, [...calendars.keys()])];
    }
    const { overflowTo } = closed;
    if (overflowTo === undefined) {
      if (closed.then === 'overflow') yield [[...path, 'closed'], 'missing overflowTo; expected the name of a queue'];
    } else if (closed.then !== 'overflow') {
      yield [[...path, 'closed', 'overflowTo'], 'expected only with `then: overflow`'];
    } else if (!queues.has(overflowTo)) {
      yield [[...path, 'closed', 'overflowTo'], unknown('a queue', overflowTo, [...queues.keys()])];
    }
  }
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const some = known.length <= 10 ? known.join(', ') : `${known.slice(0, 10).join(', ')}, …`;
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `expected ${what} (${some || 'there is none'}), found ${JSON.stringify(name)}${hint}`;
}

/** Overflows in a circle, to a queue of the same hours, or to itself. */
export function* vainOverflows({ queues }: PolicyDraft): Iterable<Note> {
  for (const [name, { hours, closed }] of queues) {
    if (closed.overflowTo === undefined) continue;
    const path = ['queues', name, 'closed', 'overflowTo'];
    const next = queues.get(closed.overflowTo);
    if (isInCircle(queues, name))
      yield [path, 'overflows in a circle: where all of it is closed, contacts are refused'];
    else if (hours !== undefined && next?.hours === hours) {
      yield [path, `${closed.overflowTo} is closed at the same hours (${hours})`];
    }
  }
}

/** Whether following the overflows from the queue leads back to it. */
function isInCircle(queues: PolicyDraft['queues'], name: string): boolean {
  const seen = new Set<string>();
  let at = queues.get(name)?.closed.overflowTo;
  while (at !== undefined && at !== name && !seen.has(at)) {
    seen.add(at);
    at = queues.get(at)?.closed.overflowTo;
  }
  return at === name;
}

/** Without an opening in the week or on a holiday. */
export function* calendarsNeverOpen({ calendars }: PolicyDraft): Iterable<Note> {
  for (const [name, { weekly, holidays }] of calendars) {
    const isOpenOnHolidays = holidays.some((holiday) => holiday.hours.length > 0);
    const isOpenInWeek = Object.values(weekly).some((openings) => openings.length > 0);
    if (!isOpenOnHolidays && !isOpenInWeek) yield [['calendars', name], 'this calendar never opens', 'key'];
  }
}
