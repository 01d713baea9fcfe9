// A plan as text for a terminal, as CSV for a spreadsheet, as JSON for programs.
//
// Invariants: 1. times are counted from the start of the period, `9:30` in a day, `2d 9:30` beyond it. 2. CSV is RFC 4180: commas, CRLF, quotes
// where they are needed; a level is a share of 1 with four decimals, empty where nobody came.

import { type Table, textTable } from '../lib/text-table.ts';
import { figureText } from './report-text.ts';
import type { StaffInterval, StaffPlan, StaffRequest } from './staff.ts';

const HOUR_MS = 3_600_000;

/** The plan for people: a row for each interval; equal ones that follow each other are one row. */
export function staffText(plan: StaffPlan, { target, seed }: StaffRequest): string {
  const { groups, queues, worked, workedPeriods, warnings } = plan;
  const within = `${target.withinMs / 1000} s`;
  const workedText = queues.map((queue) => `${queue} ${figureText(worked.get(queue) ?? null, 'share')}`).join(', ');
  return [
    `The fewest agents that answer ${figureText(target.level, 'share')} of the arrivals of each queue within ${within}, seed ${seed}`,
    '',
    ...textTable(planTable(plan)),
    '',
    `Agent hours in the period: ${groups.map((group, index) => `${group} ${agentHours(plan, index)}`).join(', ')}`,
    `Worked as planned, ${workedPeriods} periods: ${workedText}`,
    'searched: the interval by itself, as if its rates had always been. worked: the whole plan, one interval after the other.',
    ...warnings.map((warning) => `Warning: ${warning}`),
    '',
  ].join('\n');
}

function planTable({ groups, queues, intervals }: StaffPlan): Table {
  const head = ['from', 'to', ...groups, ...queues.flatMap((queue) => [`${queue} searched`, 'worked'])];
  const rows = runsOf(intervals).map(({ first, last }) => [
    timeText(first.fromMs),
    endText(last.toMs),
    ...groups.map((_, index) => `${first.staff.counts[index] ?? 0}`),
    ...queues.flatMap((queue) => {
      const found = first.staff.levels.get(queue);
      const searched = figureText(found?.level ?? null, 'share', found?.halfWidth ?? null);
      return [searched, figureText(first.worked.get(queue) ?? null, 'share')];
    }),
  ]);
  return { head, rows };
}

/** Rows: all of the period where it was searched as one, one for intervals after each other in which nobody comes, else one an interval. */
function runsOf(intervals: readonly StaffInterval[]): { first: StaffInterval; last: StaffInterval }[] {
  const [first] = intervals;
  const last = intervals.at(-1);
  if (first !== undefined && last !== undefined && intervals.every(({ staff }) => staff === first.staff)) {
    return [{ first, last }];
  }
  const runs: { first: StaffInterval; last: StaffInterval }[] = [];
  for (const interval of intervals) {
    const run = runs.at(-1);
    if (run?.last.staff === interval.staff && interval.staff.levels.size === 0) run.last = interval;
    else runs.push({ first: interval, last: interval });
  }
  return runs;
}

function agentHours({ intervals }: StaffPlan, group: number): string {
  const ms = intervals.reduce((sum, { fromMs, toMs, staff }) => sum + (toMs - fromMs) * (staff.counts[group] ?? 0), 0);
  return (ms / HOUR_MS).toFixed(1);
}

/** The plan as CSV: a row for each interval and group, the levels of the queues repeated in each. */
export function staffCsv({ groups, queues, intervals }: StaffPlan): string {
  const head = [
    'from',
    'to',
    'group',
    'agents',
    ...queues.flatMap((queue) => [`${queue} searched`, `${queue} worked`]),
  ];
  const rows = intervals.flatMap(({ fromMs, toMs, staff, worked }) =>
    groups.map((group, index) => [
      timeText(fromMs),
      endText(toMs),
      group,
      `${staff.counts[index] ?? 0}`,
      ...queues.flatMap((queue) => [shareText(staff.levels.get(queue)?.level), shareText(worked.get(queue))]),
    ]),
  );
  return [head, ...rows].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** The plan as `--json` prints it. */
export function staffJson(plan: StaffPlan, { target, intervalMs, seed }: StaffRequest): string {
  const { groups, queues, intervals, worked, workedPeriods, periodMs, warnings } = plan;
  const byGroup = (counts: readonly number[]): Record<string, number> =>
    Object.fromEntries(groups.map((group, index) => [group, counts[index] ?? 0]));
  const value = {
    seed,
    target: { level: target.level, withinSeconds: target.withinMs / 1000 },
    intervalSeconds: intervalMs / 1000,
    periodSeconds: periodMs / 1000,
    intervals: intervals.map((interval) => ({
      from: timeText(interval.fromMs),
      fromSeconds: interval.fromMs / 1000,
      toSeconds: interval.toMs / 1000,
      agents: byGroup(interval.staff.counts),
      firstGuess: byGroup(interval.staff.guess),
      serviceLevel: Object.fromEntries(
        queues.map((queue) => {
          const found = interval.staff.levels.get(queue);
          const searched = { ofArrivals: found?.level ?? null, ci95: found?.halfWidth ?? null };
          return [queue, { ...searched, worked: interval.worked.get(queue) ?? null }];
        }),
      ),
      beyondHelp: interval.staff.beyondHelp,
    })),
    worked: { periods: workedPeriods, ofArrivals: Object.fromEntries(worked) },
    warnings,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The end of a day is 24:00 of it, not the beginning of the next. */
function endText(ms: number): string {
  const isMidnight = ms > 0 && ms % (24 * HOUR_MS) === 0;
  return isMidnight ? clockText(ms / (24 * HOUR_MS) - 1, 24 * HOUR_MS) : timeText(ms);
}

function timeText(ms: number): string {
  return clockText(Math.floor(ms / (24 * HOUR_MS)), ms % (24 * HOUR_MS));
}

function clockText(day: number, ms: number): string {
  const [minutes, seconds] = [Math.floor(ms / 60_000), Math.floor(ms / 1000) % 60];
  const two = (count: number): string => String(count).padStart(2, '0');
  const clock = `${Math.floor(minutes / 60)}:${two(minutes % 60)}${seconds === 0 ? '' : `:${two(seconds)}`}`;
  return day === 0 ? clock : `${day}d ${clock}`;
}

function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? '' : share.toFixed(4);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
