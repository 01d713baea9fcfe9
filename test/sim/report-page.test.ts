// The page of a report: whole, self-contained, escaped; its plots within their frame.
import t, { type Test } from 'tap';
import type { Comparison, Difference, Differences } from '../../src/sim/compare.ts';
import { escapeHtml, type PlotRow, plot, ROWS_MAX } from '../../src/sim/plot.ts';
import { comparePage, reportPage } from '../../src/sim/report-page.ts';
import { NOBODY, SAMPLE_GROUPS, sampleReport, sampleTraffic } from './sample-report.ts';

const EVIL = `<script>alert("1")</script>&'`;
const VOID = new Set(['meta', '!doctype']);

/** Whether every element is closed in its order; elements of their own (`/>`) count as closed. */
function checkNesting(t: Test, html: string): void {
  const open: string[] = [];
  for (const [, slash, name = '', attributes] of html.matchAll(/<(\/?)([a-z!][a-z0-9]*)((?:"[^"]*"|[^"<>])*)>/gi)) {
    if (VOID.has(name.toLowerCase()) || attributes?.endsWith('/')) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) t.fail(`</${name}> closes nothing`);
  }
  t.same(open, [], 'every element is closed');
}

function checkPage(t: Test, html: string): void {
  checkNesting(t, html);
  t.match(html, /^<!doctype html>/);
  t.match(html, "default-src 'none'; style-src 'unsafe-inline'");
  t.notMatch(
    html,
    /<script|<link|<img|<iframe|@import|url\(|src=|href=|\son\w+=/i,
    'nothing from elsewhere, nothing that runs',
  );
  t.notMatch(html, /NaN|Infinity|undefined|null/, 'only figures');
  t.match(html, 'prefers-color-scheme: dark');
}

t.test('[SIM13] the page of a report has its plots, its tables and its warnings', async (t) => {
  const report = sampleReport({
    traffic: { gold: sampleTraffic(), rest: NOBODY },
    warnings: ['unstable: gold & rest'],
  });
  const html = reportPage({ name: 'monday.yaml', report, groups: SAMPLE_GROUPS });
  checkPage(t, html);
  t.equal(html.match(/<svg /g)?.length, 3, 'service level, waits, occupancy');
  t.match(html, '<title>gold: 88.83 ± 0.94 %</title>', 'with its interval');
  t.match(html, 'Warning: unstable: gold &amp; rest');
  for (const text of ['monday.yaml', '20,013', '88.83 ± 0.94 %', '75.0 %', '7.84 ± 0.21 s']) t.match(html, text);
});

t.test('every name is escaped', async (t) => {
  const report = sampleReport({ traffic: { [EVIL]: sampleTraffic() }, warnings: [EVIL] });
  const side = { name: EVIL, report, groups: [{ id: EVIL, agentIds: ['a-1'] }] };
  const html = reportPage(side);
  checkPage(t, html);
  t.notOk(html.includes(EVIL));
  t.ok(html.includes(escapeHtml(EVIL)));
  t.equal(escapeHtml(EVIL), '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
});

const SOME: Difference = { difference: 0.0746, halfWidth: 0.009, differs: true };
const NONE: Difference = { difference: null, halfWidth: null, differs: false };

function differences(each: Difference): Differences {
  return {
    probabilityOfWait: each,
    waitSecondsMean: each,
    speedOfAnswerSeconds: each,
    abandonRatio: each,
    blockedRatio: NONE,
    serviceLevel: { ofArrivals: each, ofArrivalsLessShortAbandons: each, notWaitingLonger: each },
    queueLengthMean: each,
  };
}

t.test('[CMP1] the page of a comparison', async (t) => {
  const a = { name: EVIL, report: sampleReport({ warnings: ['first'] }), groups: SAMPLE_GROUPS };
  const b = {
    name: 'b.yaml',
    report: sampleReport({ traffic: { gold: sampleTraffic(), new: NOBODY } }),
    groups: SAMPLE_GROUPS,
  };
  const comparison: Comparison = { traffic: { gold: differences(SOME) }, total: differences(NONE) };
  const html = comparePage(a, b, comparison);
  checkPage(t, html);
  for (const text of [
    '+7.46 ± 0.90 pp',
    'Warning: A: first',
    'Only B has new',
    'A gold: 88.83',
    'B gold: 88.83',
    '<td>*</td>',
  ])
    t.ok(html.includes(text), text);
});

t.test('a plot keeps within its frame', async (t) => {
  const values = [0, 1e-9, 0.3, 1, 1.4, 1e9];
  for (const most of values) {
    const rows: PlotRow[] = values.map((value, index) => ({
      label: 'x'.repeat(10 * index),
      marks: [
        {
          side: index % 2 === 0 ? 0 : 1,
          bar: value,
          range: [value - 1, value * 2],
          dots: [value],
          title: String(value),
        },
      ],
    }));
    const svg = plot('about', rows, { most, text: (value) => value.toPrecision(3) });
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
    const within = (pattern: RegExp, bound: number | undefined): boolean =>
      [...svg.matchAll(pattern)].every(([, at]) => Number(at) >= 0 && Number(at) <= (bound ?? -1));
    t.ok(within(/ c?x[12]?="([^"]*)"/g, width) && within(/ c?y[12]?="([^"]*)"/g, height), `axis to ${most}`);
    t.ok(within(/ width="([^"]*)"/g, width));
    const ticks = svg.match(/class="tick"/g)?.length ?? 0;
    t.ok(ticks >= 2 && ticks <= 10, `${ticks} ticks`);
  }
});

t.test('a plot of nothing, of too much, and of long names', async (t) => {
  t.equal(plot('about', [], { most: 1, text: String }), '');
  const rows: PlotRow[] = Array.from({ length: ROWS_MAX + 5 }, (_, index) => ({ label: `row ${index}`, marks: [] }));
  const svg = plot('about', rows, { most: 1, text: String });
  t.match(svg, `>row ${ROWS_MAX - 1}<`);
  t.notMatch(svg, `>row ${ROWS_MAX}<`);
  const long = plot('about', [{ label: 'a'.repeat(40), marks: [] }], { most: 1, text: String });
  t.match(long, `<title>${'a'.repeat(40)}</title>${'a'.repeat(23)}…</text>`);
});
