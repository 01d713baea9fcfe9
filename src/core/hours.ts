// When queues are open: openings of calendars as they were resolved outside, and closures by a person's word. The core knows instants only,
// never a time zone: what a time-zone database says differs from version to version, and a replay must not.
//
// Invariants: 1. openings lie apart, ascending, within [from, until). 2. an instant that no resolved hours cover counts as open: a router
// that has lost its calendar must not send customers away. 3. nothing here costs anything where a queue has neither hours nor a closure.

import { assert } from '../lib/assert.ts';
import type { Queue } from './names.ts';
import type { State } from './state.ts';

/** What a calendar's weeks and holidays come to, in epoch milliseconds. */
export interface ResolvedHours {
  readonly calendar: string;
  /** In which its wall clock is read; absent: the calendar's own. */
  readonly timeZone?: string;
  /** What is told of: instants from the one up to the other, this one not in it. */
  readonly from: number;
  readonly until: number;
  /** Begin and end of each opening in turn; an end is not in it. */
  readonly openings: readonly number[];
}

/** A queue closed by a person's word. */
export interface Closure {
  /** 0: until it is taken back. */
  readonly until: number;
  readonly reason: string;
  readonly by: string;
}

/** Which hours. */
export type HoursFacts = Pick<ResolvedHours, 'calendar' | 'timeZone'>;

/** Names of calendars have no spaces. */
export function hoursKey({ calendar, timeZone = '' }: HoursFacts): string {
  return timeZone === '' ? calendar : `${calendar} ${timeZone}`;
}

interface ClosureFacts extends Closure {
  readonly queue: string;
  readonly closed: boolean;
}

/** Whether the queue takes contacts at the instant. */
export function isOpen(queue: Queue, now: number): boolean {
  const { closure, hours } = queue;
  if (closure !== undefined && isClosure(closure, now)) return false;
  if (hours === undefined || !covers(hours, now)) return true;
  // After an even number of begins and ends it is closed.
  return boundariesThrough(hours.openings, now) % 2 === 1;
}

function isClosure({ until }: Closure, now: number): boolean {
  return until === 0 || now < until;
}

function covers(hours: ResolvedHours, now: number): boolean {
  return now >= hours.from && now < hours.until;
}

/** How many begins and ends lie at or before the instant. */
function boundariesThrough(openings: readonly number[], now: number): number {
  let low = 0;
  let high = openings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((openings[middle] as number) <= now) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first instant, `at` or later, within an opening, or that nothing is told of. */
export function openInstantOf(hours: ResolvedHours, at: number): number {
  if (!covers(hours, at)) return at;
  const passed = boundariesThrough(hours.openings, at);
  return passed % 2 === 1 ? at : (hours.openings[passed] ?? hours.until);
}

/** The end of the opening in which `at` lies; 0: it lies in none, or that is not known. */
export function openingEndOf(hours: ResolvedHours, at: number): number {
  if (!covers(hours, at)) return 0;
  const passed = boundariesThrough(hours.openings, at);
  const end = passed % 2 === 1 ? (hours.openings[passed] ?? 0) : 0;
  return end < hours.until ? end : 0;
}

/** When a queue that is closed at `now` opens next; 0: that is not known. */
export function opensAt(queue: Queue, now: number): number {
  const { closure, hours } = queue;
  let at = now;
  if (closure !== undefined && isClosure(closure, now)) {
    if (closure.until === 0) return 0;
    at = closure.until;
  }
  if (hours === undefined || !covers(hours, at)) return at;
  const passed = boundariesThrough(hours.openings, at);
  return passed % 2 === 1 ? at : (hours.openings[passed] ?? 0);
}

/** When a queue that is open at `now` closes by its calendar; 0: that is not known. */
export function closesAt({ hours }: Queue, now: number): number {
  if (hours === undefined || !covers(hours, now)) return 0;
  const end = hours.openings[boundariesThrough(hours.openings, now)] ?? 0;
  return end < hours.until ? end : 0;
}

/** The openings of the calendar from now on. */
export function applyHours(state: State, { calendar, timeZone, from, until, openings }: ResolvedHours): void {
  const hours = { calendar, ...(timeZone === undefined ? {} : { timeZone }), from, until, openings };
  state.hours.set(hoursKey(hours), hours);
  if (timeZone === undefined)
    for (const queue of state.queueList) if (queue.policy.hours === calendar) queue.hours = hours;
}

/** A new policy comes with hours of its own: those of the last one no longer count. */
export function forgetHours(state: State): void {
  if (state.hours.size === 0) return;
  state.hours.clear();
  for (const queue of state.queueList) queue.hours = undefined;
}

/** Closes the queue, or takes that back. */
export function applyClosure(state: State, { queue: name, closed, until, reason, by }: ClosureFacts): void {
  const queue = state.queues.get(name);
  assert(queue !== undefined, `the policy has queue ${name}`);
  queue.closure = closed ? { until, reason, by } : undefined;
}
