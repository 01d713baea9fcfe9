// Openings in a simulation: its weeks begin with the run. No time zone, no holidays, no changes of the clocks: a plan is about a plain week.

import type { ResolvedHours } from '../core/hours.ts';
import type { ResolvedPolicy } from '../core/policy.ts';
import { assemble } from './assemble.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The openings of the policy's calendars, `startMs` being midnight of a Monday. */
export function runHours(policy: ResolvedPolicy, startMs: number, untilMs: number): ResolvedHours[] {
  return Object.entries(policy.calendars ?? {}).map(([calendar, { weekly }]) => {
    const spans: [number, number][] = [];
    // The Sunday before may reach into the first Monday.
    for (let day = -1; startMs + day * DAY_MS < untilMs; day++) {
      const midnight = startMs + day * DAY_MS;
      for (const [from, until] of weekly[(day + 7) % 7] ?? []) {
        spans.push([midnight + from * MINUTE_MS, midnight + until * MINUTE_MS]);
      }
    }
    return { calendar, from: startMs, until: untilMs, openings: assemble(spans, startMs, untilMs) };
  });
}
