// Figures and reports as text.
import t from 'tap';
import { groupFigures, reportTable } from '../../src/sim/report-table.ts';
import { figureText, type Unit } from '../../src/sim/report-text.ts';
import { NOBODY, SAMPLE_GROUPS, sampleReport, sampleTraffic } from './sample-report.ts';

const FIGURES: readonly (readonly [value: number | null, unit: Unit, halfWidth: number | null, text: string])[] = [
  [null, 'seconds', null, '–'],
  [null, 'share', 0.1, '–'],
  [7.8361, 'seconds', null, '7.84 s'],
  [7.8361, 'seconds', 0.214, '7.84 ± 0.21 s'],
  [7.8361, 'seconds', 0.00001, '7.836 ± 0.000 s'],
  [7.8361, 'seconds', 3, '7.8 ± 3.0 s'],
  [1234.5, 'seconds', 30, '1,235 ± 30 s'],
  [1234.5, 'seconds', null, '1,235 s'],
  [0, 'seconds', null, '0 s'],
  [0.0009, 'seconds', null, '0.001 s'],
  [0.17413, 'share', null, '17.4 %'],
  [0.17413, 'share', 0.0123, '17.4 ± 1.2 %'],
  [0.17413, 'share', 0, '17.4 %'],
  [1, 'share', null, '100.0 %'],
  [0.4353, 'contacts', 0.031, '0.435 ± 0.031'],
  [-0.00001, 'share', 0.01, '0.0 ± 1.0 %'],
  [-1234.5, 'seconds', null, '-1,235 s'],
];

for (const [value, unit, halfWidth, text] of FIGURES) {
  t.test(`${value} ${unit} ± ${halfWidth}: ${text}`, async (t) => t.equal(figureText(value, unit, halfWidth), text));
}

t.test('differences have a sign, but for none', async (t) => {
  t.equal(figureText(0.0746, 'share', 0.009, true), '+7.46 ± 0.90 %');
  t.equal(figureText(-0.5, 'seconds', 0.1, true), '-0.50 ± 0.10 s');
  t.equal(figureText(0.00001, 'seconds', 0.1, true), '0.00 ± 0.10 s');
});

t.test('[SIM14] agents by group', async (t) => {
  t.same(groupFigures(sampleReport(), [...SAMPLE_GROUPS, { id: 'gone', agentIds: ['toString'] }]), [
    { id: 'a', count: 2, occupancy: 0.75, occupancyLeast: 0.7, occupancyMost: 0.8, handled: 19_001 },
    { id: 'b', count: 1, occupancy: null, occupancyLeast: null, occupancyMost: null, handled: 0 },
    { id: 'gone', count: 1, occupancy: null, occupancyLeast: null, occupancyMost: null, handled: 0 },
  ]);
});

t.test('[SIM11] [SIM12] the whole report, of one traffic', async (t) => {
  t.equal(
    reportTable(sampleReport(), SAMPLE_GROUPS),
    `seed 7, 1,994,101 events in 7.07 s, hash 0123456789abcdef0123456789abcdef

traffic  arrivals  answered      abandoned  blocked  waited at all      mean wait  speed of answer  p50     p95    p99        in line
gold       20,013    19,001  5.00 ± 0.40 %    0.0 %   17.4 ± 1.2 %  7.84 ± 0.21 s    6.50 ± 0.25 s  0 s  54.2 s  102 s  0.435 ± 0.031

service level  within     of arrivals  less short abandons  not waiting longer
gold             20 s  88.83 ± 0.94 %       90.00 ± 0.90 %      91.00 ± 0.80 %

agents  count  occupancy   least    most  handled
a           2     75.0 %  70.0 %  80.0 %   19,001
b           1          –       –       –        0

± half width of the 95 % confidence interval. Waits are those of all contacts that were not blocked.
`,
  );
});

t.test('[SIM10] of several: with a total, what expired and what still waits, and warnings', async (t) => {
  const report = sampleReport({
    traffic: { gold: sampleTraffic({ expired: 3, stillWaiting: 12 }), rest: NOBODY },
    total: sampleTraffic({ expired: 3, stillWaiting: 12 }),
    warnings: ['unstable: gold'],
  });
  const lines = reportTable(report, SAMPLE_GROUPS).split('\n');
  t.match(lines[2], /^traffic .* blocked +expired +still waiting +waited at all/);
  t.match(lines[3], /^gold .* 0\.0 % +3 +12 +17\.4 ± 1\.2 %/);
  t.match(lines[4], /^rest +0 +0 +– +– +0 +0 +– +– +– +– +– +– +0$/);
  t.match(lines[5], /^total/);
  t.match(lines[9], /^rest +– +– +– +–$/);
  t.equal(lines.at(-2), 'Warning: unstable: gold');
});
