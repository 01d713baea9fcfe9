// A report as text for a terminal: what became of the contacts of each traffic, the service levels, the agents by group, the warnings.
//
// Invariants: 1. every figure that has a half width is shown with it. 2. names stand as they are: they hold no control characters.

import { type Table, textTable } from '../lib/text-table.ts';
import type { Report, TrafficReport } from './report.ts';
import { countText, figureText, NOTHING, type Unit } from './report-text.ts';
import type { AgentGroup } from './scenario.ts';

/** The groups of a scenario: a report knows single agents only. */
export type Groups = readonly Pick<AgentGroup, 'id' | 'agentIds'>[];

/** What a group came to. */
export interface GroupFigures {
  readonly id: string;
  readonly count: number;
  /** Mean, least and most over its agents; null where none was there. */
  readonly occupancy: number | null;
  readonly occupancyLeast: number | null;
  readonly occupancyMost: number | null;
  readonly handled: number;
}

/** The groups in their order. */
export function groupFigures(report: Report, groups: Groups): GroupFigures[] {
  return groups.map(({ id, agentIds }) => {
    let handled = 0;
    let sum = 0;
    let present = 0;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const agentId of agentIds) {
      const agent = Object.hasOwn(report.agents, agentId) ? report.agents[agentId] : undefined;
      handled += agent?.handled ?? 0;
      const occupancy = agent?.occupancy ?? null;
      if (occupancy === null) continue;
      present += 1;
      sum += occupancy;
      least = Math.min(least, occupancy);
      most = Math.max(most, occupancy);
    }
    const [occupancy, occupancyLeast, occupancyMost] =
      present === 0 ? [null, null, null] : [sum / present, least, most];
    return { id, count: agentIds.length, occupancy, occupancyLeast, occupancyMost, handled };
  });
}

/** The traffics in their order, then the total if there are several. */
export function rowsOf(report: Report): [name: string, row: TrafficReport][] {
  const rows = Object.entries(report.traffic);
  return rows.length === 1 ? rows : [...rows, ['total', report.total]];
}

/** The whole report. */
export function reportTable(report: Report, groups: Groups): string {
  return [
    runLine(report),
    ...reportTables(report, groups).flatMap((table) => ['', ...textTable(table)]),
    '',
    LEGEND,
    ...report.warnings.map((warning) => `Warning: ${warning}`),
    '',
  ].join('\n');
}

/** What the signs of the tables mean. */
export const LEGEND =
  '± half width of the 95 % confidence interval. Waits are those of all contacts that were not blocked.';

/** Contacts, service levels, agents. */
export function reportTables(report: Report, groups: Groups): [contacts: Table, serviceLevels: Table, agents: Table] {
  const rows = rowsOf(report);
  return [contactTable(rows), serviceLevelTable(rows), agentTable(report, groups)];
}

/** One line that tells one run from another. */
export function runLine({ seed, hash, events, wallSeconds }: Report): string {
  return `seed ${seed}, ${countText(events)} events in ${figureText(wallSeconds, 'seconds')}, hash ${hash}`;
}

function contactTable(rows: readonly [string, TrafficReport][]): Table {
  const isAny = (key: 'expired' | 'stillWaiting'): boolean => rows.some(([, row]) => row[key] > 0);
  const [expired, stillWaiting] = [isAny('expired'), isAny('stillWaiting')];
  const head = ['traffic', 'arrivals', 'answered', 'abandoned', 'blocked'];
  if (expired) head.push('expired');
  if (stillWaiting) head.push('still waiting');
  head.push('waited at all', 'mean wait', 'speed of answer', 'p50', 'p95', 'p99', 'in line');
  return {
    head,
    rows: rows.map(([name, row]) => [
      name,
      countText(row.arrivals),
      countText(row.answered),
      figureText(row.abandonRatio, 'share', row.ci95.abandonRatio),
      figureText(row.blockedRatio, 'share', row.ci95.blockedRatio),
      ...(expired ? [countText(row.expired)] : []),
      ...(stillWaiting ? [countText(row.stillWaiting)] : []),
      figureText(row.probabilityOfWait, 'share', row.ci95.probabilityOfWait),
      figureText(row.waitSecondsMean, 'seconds', row.ci95.waitSecondsMean),
      figureText(row.speedOfAnswerSeconds, 'seconds', row.ci95.speedOfAnswerSeconds),
      ...([row.waitSeconds.p50, row.waitSeconds.p95, row.waitSeconds.p99] as const).map(secondsText),
      figureText(row.queueLengthMean, 'contacts', row.ci95.queueLengthMean),
    ]),
  };
}

function secondsText(value: number | null): string {
  return figureText(value, 'seconds');
}

function serviceLevelTable(rows: readonly [string, TrafficReport][]): Table {
  const unit: Unit = 'share';
  return {
    head: ['service level', 'within', 'of arrivals', 'less short abandons', 'not waiting longer'],
    rows: rows.map(([name, { serviceLevel, ci95 }]) => [
      name,
      serviceLevel.withinSeconds === null ? NOTHING : `${serviceLevel.withinSeconds} s`,
      figureText(serviceLevel.ofArrivals, unit, ci95.serviceLevel.ofArrivals),
      figureText(serviceLevel.ofArrivalsLessShortAbandons, unit, ci95.serviceLevel.ofArrivalsLessShortAbandons),
      figureText(serviceLevel.notWaitingLonger, unit, ci95.serviceLevel.notWaitingLonger),
    ]),
  };
}

function agentTable(report: Report, groups: Groups): Table {
  return {
    head: ['agents', 'count', 'occupancy', 'least', 'most', 'handled'],
    rows: groupFigures(report, groups).map(({ id, count, occupancy, occupancyLeast, occupancyMost, handled }) => [
      id,
      countText(count),
      figureText(occupancy, 'share'),
      figureText(occupancyLeast, 'share'),
      figureText(occupancyMost, 'share'),
      countText(handled),
    ]),
  };
}
