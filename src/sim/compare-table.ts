// A comparison as text: for each traffic the figures of both runs, their difference, and a mark where it is more than chance.

import { type Table, textTable } from '../lib/text-table.ts';
import type { Comparison, Difference, Differences } from './compare.ts';
import type { Report, TrafficReport } from './report.ts';
import { type Groups, groupFigures, runLine } from './report-table.ts';
import { countText, figureText, NOTHING, type Unit } from './report-text.ts';

/** One of the two. */
export interface Side {
  /** How it is called: the name of its file. */
  readonly name: string;
  readonly report: Report;
  readonly groups: Groups;
}

/** A figure that has an error, where it is found in a report and in differences. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit: Unit;
  of(row: TrafficReport): number | null;
  halfWidth(row: TrafficReport): number | null;
  difference(row: Differences): Difference;
}

/** In the order in which they are told. */
export const COMPARED: readonly ComparedFigure[] = [
  {
    name: 'service level',
    unit: 'share',
    of: (row) => row.serviceLevel.ofArrivals,
    halfWidth: (row) => row.ci95.serviceLevel.ofArrivals,
    difference: (row) => row.serviceLevel.ofArrivals,
  },
  {
    name: '… less short abandons',
    unit: 'share',
    of: (row) => row.serviceLevel.ofArrivalsLessShortAbandons,
    halfWidth: (row) => row.ci95.serviceLevel.ofArrivalsLessShortAbandons,
    difference: (row) => row.serviceLevel.ofArrivalsLessShortAbandons,
  },
  {
    name: '… not waiting longer',
    unit: 'share',
    of: (row) => row.serviceLevel.notWaitingLonger,
    halfWidth: (row) => row.ci95.serviceLevel.notWaitingLonger,
    difference: (row) => row.serviceLevel.notWaitingLonger,
  },
  ...(
    [
      ['waited at all', 'share', 'probabilityOfWait'],
      ['mean wait', 'seconds', 'waitSecondsMean'],
      ['speed of answer', 'seconds', 'speedOfAnswerSeconds'],
      ['abandoned', 'share', 'abandonRatio'],
      ['blocked', 'share', 'blockedRatio'],
      ['in line', 'contacts', 'queueLengthMean'],
    ] as const
  ).map(
    ([name, unit, key]): ComparedFigure => ({
      name,
      unit,
      of: (row) => row[key],
      halfWidth: (row) => row.ci95[key],
      difference: (row) => row[key],
    }),
  ),
];

/** The whole comparison. */
export function compareTable(a: Side, b: Side, comparison: Comparison): string {
  return [
    `A ${a.name}: ${runLine(a.report)}`,
    `B ${b.name}: ${runLine(b.report)}`,
    ...compareTables(a, b, comparison).flatMap((table) => ['', ...textTable(table)]),
    '',
    COMPARE_LEGEND,
    ...compareNotes(a, b, comparison),
    '',
  ].join('\n');
}

/** What the signs of the tables mean. */
export const COMPARE_LEGEND =
  '± half width of the 95 % confidence interval; * the difference is more than chance; pp: points of a hundred.';

/** What else there is to say: traffics that only one of them has, and the warnings of both. */
export function compareNotes(a: Side, b: Side, comparison: Comparison): string[] {
  const mutual = Object.keys(comparison.traffic);
  return [
    ...aloneLines('A', a, mutual),
    ...aloneLines('B', b, mutual),
    ...a.report.warnings.map((warning) => `Warning: A: ${warning}`),
    ...b.report.warnings.map((warning) => `Warning: B: ${warning}`),
  ];
}

/** Each traffic that both have, the total, the agents. */
export function compareTables(a: Side, b: Side, comparison: Comparison): Table[] {
  const mutual = Object.keys(comparison.traffic);
  const ofTraffic = mutual.flatMap((name) => {
    const [first, second, differences] = [a.report.traffic[name], b.report.traffic[name], comparison.traffic[name]];
    return first && second && differences ? [figureTable(name, first, second, differences)] : [];
  });
  const isTotalNews = mutual.length !== 1 || !isOnly(a) || !isOnly(b);
  const total = isTotalNews ? [figureTable('total', a.report.total, b.report.total, comparison.total)] : [];
  return [...ofTraffic, ...total, agentTable(a, b)];
}

function isOnly({ report }: Side): boolean {
  return Object.keys(report.traffic).length === 1;
}

function figureTable(name: string, a: TrafficReport, b: TrafficReport, differences: Differences): Table {
  const arrivals = ['arrivals', countText(a.arrivals), countText(b.arrivals), signedText(b.arrivals - a.arrivals), ''];
  const compared = COMPARED.map((figure) => {
    const { difference, halfWidth, differs } = figure.difference(differences);
    return [
      figure.name,
      figureText(figure.of(a), figure.unit, figure.halfWidth(a)),
      figureText(figure.of(b), figure.unit, figure.halfWidth(b)),
      differenceText(difference, halfWidth, figure.unit),
      differs ? '*' : '',
    ];
  });
  return { head: [name, 'A', 'B', 'B − A', ''], rows: [arrivals, ...compared] };
}

/** `+1.20 ± 0.15 s`; shares in points of a hundred. */
export function differenceText(difference: number | null, halfWidth: number | null, unit: Unit): string {
  return figureText(difference, unit, halfWidth, true).replace(' %', ' pp');
}

function signedText(count: number): string {
  return count > 0 ? `+${countText(count)}` : countText(count);
}

function agentTable(a: Side, b: Side): Table {
  const [first, second] = [a, b].map(({ report, groups }) => groupFigures(report, groups));
  const ids = [...new Set([...(first ?? []), ...(second ?? [])].map(({ id }) => id))];
  return {
    head: ['agents', 'count A', 'count B', 'occupancy A', 'occupancy B', 'handled A', 'handled B'],
    rows: ids.map((id) => {
      const both = [first, second].map((figures) => figures?.find((group) => group.id === id));
      return [
        id,
        ...both.map((group) => (group === undefined ? NOTHING : countText(group.count))),
        ...both.map((group) => figureText(group?.occupancy ?? null, 'share')),
        ...both.map((group) => (group === undefined ? NOTHING : countText(group.handled))),
      ];
    }),
  };
}

function aloneLines(letter: string, { report }: Side, mutual: readonly string[]): string[] {
  const alone = Object.keys(report.traffic).filter((name) => !mutual.includes(name));
  return alone.length === 0 ? [] : [`Only ${letter} has ${alone.join(', ')}; they count in its total.`];
}
