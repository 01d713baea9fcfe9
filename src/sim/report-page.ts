// A report, or a comparison of two, as one HTML page: plots, tables, warnings. It needs nothing but itself, and works without scripts.
//
// Invariants: 1. every text that comes from outside is escaped, and a policy of the page forbids whatever would come from elsewhere.
// 2. tables say what the plots show, and are those of the terminal. 3. readable in light and dark.

import type { Table } from '../lib/text-table.ts';
import type { Comparison } from './compare.ts';
import { COMPARE_LEGEND, compareNotes, compareTables, type Side } from './compare-table.ts';
import { escapeHtml, type Mark, type PlotRow, plot, ROWS_MAX } from './plot.ts';
import type { TrafficReport } from './report.ts';
import { groupFigures, LEGEND, reportTables, rowsOf, runLine } from './report-table.ts';
import { figureText } from './report-text.ts';

/** The page of one run. */
export function reportPage(side: Side): string {
  const { report, groups } = side;
  const warnings = report.warnings.map((warning) => `Warning: ${warning}`);
  const [contacts, serviceLevels, agents] = reportTables(report, groups);
  return page(side.name, [
    `<h1>${escapeHtml(side.name)}</h1>`,
    `<p class="run">${escapeHtml(runLine(report))}</p>`,
    noteList(warnings),
    section('Service level', serviceLevelPlot([side]), [serviceLevels]),
    section('Waits', waitPlot([side]), [contacts]),
    section('Agents', occupancyPlot([side]), [agents]),
    `<p class="legend">${escapeHtml(LEGEND)}</p>`,
  ]);
}

/** The page of two runs side by side. */
export function comparePage(a: Side, b: Side, comparison: Comparison): string {
  const sides = [a, b];
  const tables = compareTables(a, b, comparison);
  const agents = tables.slice(-1);
  const key = sides.map(
    ({ name, report }, index) =>
      `<li><span class="side-${index}"><svg viewBox="0 0 12 12" class="key"><rect class="bar" width="12" height="12" rx="2"/></svg></span> ` +
      `${index === 0 ? 'A' : 'B'} ${escapeHtml(name)}: <span class="run">${escapeHtml(runLine(report))}</span></li>`,
  );
  return page(`${a.name} and ${b.name}`, [
    `<h1>${escapeHtml(a.name)} and ${escapeHtml(b.name)}</h1>`,
    `<ul class="sides">${key.join('')}</ul>`,
    noteList(compareNotes(a, b, comparison)),
    section('Service level', serviceLevelPlot(sides), []),
    section('Waits', waitPlot(sides), []),
    section('Differences', '', tables.slice(0, -1)),
    section('Agents', occupancyPlot(sides), agents),
    `<p class="legend">${escapeHtml(COMPARE_LEGEND)}</p>`,
  ]);
}

/** Rows by name over all sides, each with the marks of those sides that have it. */
function rowsByName<T>(
  sides: readonly Side[],
  of: (side: Side) => readonly (readonly [name: string, value: T])[],
  markOf: (value: T, side: 0 | 1, prefix: string) => Mark,
): PlotRow[] {
  const marks = new Map<string, Mark[]>();
  for (const [index, side] of sides.entries()) {
    const prefix = sides.length === 1 ? '' : index === 0 ? 'A ' : 'B ';
    for (const [name, value] of of(side)) {
      const row = marks.get(name) ?? [];
      row.push(markOf(value, index === 0 ? 0 : 1, `${prefix}${name}: `));
      marks.set(name, row);
    }
  }
  return [...marks].map(([label, row]) => ({ label, marks: row }));
}

const trafficsOf = ({ report }: Side): [string, TrafficReport][] => rowsOf(report);

const percents = (value: number): string => `${Math.round(value * 100)} %`;

function serviceLevelPlot(sides: readonly Side[]): string {
  const rows = rowsByName(sides, trafficsOf, ({ serviceLevel, ci95 }, side, prefix): Mark => {
    const level = serviceLevel.ofArrivals;
    const half = ci95.serviceLevel.ofArrivals;
    return {
      side,
      bar: level ?? undefined,
      range: level === null || half === null ? undefined : [level - half, level + half],
      dots: [],
      title: `${prefix}${figureText(level, 'share', half)}`,
    };
  });
  return figure(
    'Answered in time, of all arrivals; the thin line is the 95 % confidence interval.',
    plot('Service level by traffic', rows, { most: 1, text: percents }),
    rows.length,
  );
}

function waitPlot(sides: readonly Side[]): string {
  let most = 0;
  const rows = rowsByName(sides, trafficsOf, ({ waitSeconds, waitSecondsMean, ci95 }, side, prefix): Mark => {
    const dots = [waitSeconds.p50, waitSeconds.p95, waitSeconds.p99].filter((value) => value !== null);
    most = Math.max(most, ...dots);
    const texts = dots.map((value) => figureText(value, 'seconds')).join(', ');
    const mean = figureText(waitSecondsMean, 'seconds', ci95.waitSecondsMean);
    return {
      side,
      bar: waitSecondsMean ?? undefined,
      range: dots.length === 3 ? [Math.min(...dots), Math.max(...dots)] : undefined,
      dots,
      title: `${prefix}mean ${mean}; half wait at most, 95 % and 99 %: ${texts}`,
    };
  });
  return figure(
    'The bar is the mean wait; the dots are how long half, 95 % and 99 % of the contacts wait at most.',
    plot('Waits by traffic', rows, { most, text: (value) => figureText(value, 'seconds') }),
    rows.length,
  );
}

function occupancyPlot(sides: readonly Side[]): string {
  const rows = rowsByName(
    sides,
    ({ report, groups }) => groupFigures(report, groups).map((group) => [group.id, group] as const),
    ({ occupancy, occupancyLeast, occupancyMost }, side, prefix): Mark => ({
      side,
      bar: occupancy ?? undefined,
      range: occupancyLeast === null || occupancyMost === null ? undefined : [occupancyLeast, occupancyMost],
      dots: [],
      title: `${prefix}${figureText(occupancy, 'share')}`,
    }),
  );
  return figure(
    'Occupancy by group of agents: the mean; the thin line goes from the least to the most busy agent.',
    plot('Occupancy by group of agents', rows, { most: 1, text: percents }),
    rows.length,
  );
}

function figure(caption: string, svg: string, rowCount: number): string {
  const more = rowCount > ROWS_MAX ? ` The first ${ROWS_MAX} of ${rowCount}.` : '';
  return `<figure>${svg}<figcaption>${escapeHtml(`${caption}${more}`)}</figcaption></figure>`;
}

function section(title: string, drawing: string, tables: readonly Table[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>${drawing}${tables.map(tableText).join('')}</section>`;
}

function tableText({ head, rows }: Table): string {
  const heads = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const lines = rows.map(([first = '', ...cells]) => {
    const rest = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(first)}</th>${rest}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

function noteList(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2329; --soft: #5b6670; --paper: #ffffff; --line: #d6dce2; --a: #2f6fb0; --b: #b9571c; --note: #fff4d6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --soft: #9aa6b2; --paper: #14181c; --line: #333c45; --a: #6ea8e6; --b: #f0a06b; --note: #3a3115; }
}
body { margin: 2rem auto; padding: 0 1rem; max-width: 60rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.run, .legend, figcaption { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.notes { background: var(--note); border-radius: 4px; padding: .6rem 1rem .6rem 2rem; overflow-wrap: anywhere; }
.sides { list-style: none; padding: 0; }
figure { margin: 0 0 1rem; }
svg { width: 100%; height: auto; display: block; font: 12px system-ui, sans-serif; }
svg.key { width: .8rem; display: inline-block; }
svg text { fill: var(--ink); }
svg .tick { fill: var(--soft); }
svg .grid { stroke: var(--line); }
.side-0 { --side: var(--a); }
.side-1 { --side: var(--b); }
.bar { fill: var(--side); fill-opacity: .55; }
.range { stroke: var(--side); stroke-width: 1.5; }
.dot { fill: var(--paper); stroke: var(--side); stroke-width: 2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; font-size: .88rem; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 600; }
tbody th { font-weight: 500; }
`;

function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body.filter((part) => part !== '').join('\n')}
</body>
</html>
`;
}
