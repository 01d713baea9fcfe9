// Comparisons: what a difference is, how sure it is, and that both hold in runs of the real world.
import t from 'tap';
import { BATCHES, STUDENT_T } from '../../src/sim/batch-means.ts';
import { compare } from '../../src/sim/compare.ts';
import { compareTable, differenceText } from '../../src/sim/compare-table.ts';
import type { BatchSums } from '../../src/sim/measures.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { type BatchedReport, simulateWithBatches } from '../../src/sim/simulate.ts';
import { goodScenario } from '../config/scenario-texts.ts';
import { SAMPLE_GROUPS, sampleReport, sampleTraffic } from './sample-report.ts';

const EMPTY: BatchSums = {
  arrivals: 0,
  answered: 0,
  abandoned: 0,
  blocked: 0,
  expired: 0,
  stillWaiting: 0,
  waited: 0,
  waitSeconds: 0,
  answerSeconds: 0,
  answeredWithin: 0,
  abandonedWithin: 0,
  waitedLonger: 0,
  lineSeconds: 0,
  spanSeconds: 10,
};

/** A run whose batches have so many contacts each, waiting so long each. */
function runOf(
  traffics: Readonly<Record<string, (batch: number) => readonly [arrivals: number, waitEach: number]>>,
): BatchedReport {
  const batches = Object.entries(traffics).map(([name, of]): [string, BatchSums[]] => [
    name,
    Array.from({ length: BATCHES }, (_, batch) => {
      const [arrivals, wait] = of(batch);
      return { ...EMPTY, arrivals, answered: arrivals, waitSeconds: arrivals * wait, answerSeconds: arrivals * wait };
    }),
  ]);
  const traffic = Object.fromEntries(batches.map(([name]) => [name, sampleTraffic()]));
  return {
    report: sampleReport({ traffic }),
    batches: { traffic: Object.fromEntries(batches), total: batches[0]?.[1] ?? [] },
  };
}

t.test('[CMP1] what both have in common leaves no trace in the error', async (t) => {
  // Waits differ tenfold from batch to batch, but B is always 2 s longer.
  const a = runOf({ gold: (batch) => [100, 10 + 10 * (batch % 10)] });
  const b = runOf({ gold: (batch) => [100, 12 + 10 * (batch % 10)] });
  const { waitSecondsMean } = compare(a, b).traffic.gold ?? {};
  t.match(waitSecondsMean, { differs: true });
  t.ok(Math.abs((waitSecondsMean?.difference ?? 0) - 2) < 1e-9);
  t.ok((waitSecondsMean?.halfWidth ?? 1) < 1e-9);
});

t.test('[CMP1] the error is that of paired differences, with the t of the batches', async (t) => {
  const a = runOf({ gold: () => [100, 10] });
  const b = runOf({ gold: (batch) => [100, 10 + (batch % 2)] });
  const { waitSecondsMean } = compare(a, b).traffic.gold ?? {};
  t.ok(Math.abs((waitSecondsMean?.difference ?? 0) - 0.5) < 1e-9);
  // Every batch is half a second off the mean.
  const expected = STUDENT_T * Math.sqrt((BATCHES * 0.25) / (BATCHES * (BATCHES - 1)));
  t.ok(Math.abs((waitSecondsMean?.halfWidth ?? 0) - expected) < 1e-12);
});

t.test('[CMP1] batches count by their contacts, as in the reported figure', async (t) => {
  const a = runOf({ gold: (batch) => [batch === 0 ? 1000 : 10, batch === 0 ? 20 : 5] });
  const b = runOf({ gold: () => [10, 5] });
  const { waitSecondsMean } = compare(a, b).traffic.gold ?? {};
  const reported = (1000 * 20 + 29 * 50) / (1000 + 290);
  t.ok(Math.abs((waitSecondsMean?.difference ?? 0) - (5 - reported)) < 1e-9);
});

t.test('[CMP1] the same run twice differs by nothing', async (t) => {
  const run = runOf({ gold: (batch) => [100 + batch, batch] });
  t.same(compare(run, run).total.waitSecondsMean, { difference: 0, halfWidth: 0, differs: false });
});

t.test('where there is nothing to divide by, and where there is too little', async (t) => {
  const none = runOf({ gold: () => [0, 0] });
  const some = runOf({ gold: (batch) => [batch < 9 ? 5 : 0, 1] });
  t.same(compare(none, some).traffic.gold?.waitSecondsMean, { difference: null, halfWidth: null, differs: false });
  const other = runOf({ gold: (batch) => [batch < 9 ? 5 : 0, 2] });
  t.same(compare(some, other).traffic.gold?.waitSecondsMean, { difference: 1, halfWidth: null, differs: false });
});

t.test('traffics that only one has', async (t) => {
  const a = runOf({ gold: () => [10, 1], old: () => [10, 1] });
  const b = runOf({ gold: () => [10, 1], new: () => [10, 1], __proto__: () => [10, 1] });
  const comparison = compare(a, b);
  t.same(Object.keys(comparison.traffic), ['gold']);
  const text = compareTable(
    { name: 'a.yaml', report: a.report, groups: SAMPLE_GROUPS },
    { name: 'b.yaml', report: b.report, groups: [{ id: 'a', agentIds: ['a-1'] }] },
    comparison,
  );
  t.match(text, 'Only A has old; they count in its total.');
  t.match(text, 'Only B has new');
  t.match(text, /^total +A +B +B − A$/m);
  t.match(text, /^a +2 +1 +75\.0 % +70\.0 % +19,001 +9,000$/m);
  t.match(text, /^b +1 +– +– +– +0 +–$/m);
});

t.test('differences of shares are points, not shares', async (t) => {
  t.equal(differenceText(0.0746, 0.009, 'share'), '+7.46 ± 0.90 pp');
  t.equal(differenceText(-1.5, 0.2, 'seconds'), '-1.50 ± 0.20 s');
  t.equal(differenceText(null, null, 'share'), '–');
});

const SCENARIO = `
policy: { channels: { voice: {} }, queues: { all: {} } }
traffic:
  - { name: gold, rate: 288 per 1h, contact: { channel: voice }, handle: { exponential: 100s }, patience: { exponential: 200s } }
agents: [{ id: a, count: 8 }]
run: { warmUp: 1h, measure: 40h }
`;

t.test('[CMP1] one more agent: sure on common random numbers, and the same customers', async (t) => {
  const eight = (await goodScenario(SCENARIO)).scenario;
  const nine = (await goodScenario(SCENARIO.replace('count: 8', 'count: 9'))).scenario;
  const run = (scenario: Scenario, seed: number): BatchedReport => simulateWithBatches(scenario, { seed });
  const [a, b] = [run(eight, 3), run(nine, 3)];
  t.equal(a.report.total.arrivals, b.report.total.arrivals, 'the same customers');
  const { waitSecondsMean, abandonRatio, serviceLevel } = compare(a, b).total;
  t.match(
    { waitSecondsMean, abandonRatio, level: serviceLevel.ofArrivals },
    {
      waitSecondsMean: { differs: true },
      abandonRatio: { differs: true },
      level: { differs: true },
    },
  );
  const by = (b.report.total.waitSecondsMean ?? 0) - (a.report.total.waitSecondsMean ?? 0);
  t.ok(Math.abs((waitSecondsMean.difference ?? 0) - by) < 1e-9, 'the difference of the reported figures');
  const apart = Math.hypot(a.report.total.ci95.waitSecondsMean ?? 0, b.report.total.ci95.waitSecondsMean ?? 0);
  t.ok((waitSecondsMean.halfWidth ?? 1) < 0.7 * apart, 'surer than two runs on customers of their own');
});

t.test('[CMP1] the intervals hold the true difference, about nineteen times of twenty', async (t) => {
  const short = SCENARIO.replace('measure: 40h', 'measure: 10h');
  const eight = (await goodScenario(short)).scenario;
  const nine = (await goodScenario(short.replace('count: 8', 'count: 9'))).scenario;
  const found = Array.from({ length: 40 }, (_, index) => {
    const seed = 100 + index;
    const { total } = compare(simulateWithBatches(eight, { seed }), simulateWithBatches(nine, { seed }));
    const { difference, halfWidth } = total.waitSecondsMean;
    return { difference: difference ?? Number.NaN, halfWidth: halfWidth ?? Number.NaN };
  });
  // Forty runs together are six times surer than one: their mean stands for the truth.
  const truth = found.reduce((sum, { difference }) => sum + difference, 0) / found.length;
  const held = found.filter(({ difference, halfWidth }) => Math.abs(difference - truth) <= halfWidth).length;
  t.ok(held >= 34 && held <= 40, `${held} of 40`);
  const widest = Math.max(...found.map(({ halfWidth }) => halfWidth));
  t.ok(truth < 0 && widest < Math.abs(truth), `and they are narrow: ${truth} ± ${widest} at most`);
});
