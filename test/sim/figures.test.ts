// The figures of a run: what is counted, over what, and how sure they are.
import t from 'tap';
import { BATCHES, STUDENT_T } from '../../src/sim/batch-means.ts';
import { type BatchSums, halfWidthOf, ratioOf } from '../../src/sim/measures.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { simulate, simulateWithBatches } from '../../src/sim/simulate.ts';
import { Exponential } from '../../src/sim/variate.ts';
import { WaitHistogram } from '../../src/sim/wait-histogram.ts';
import {
  constant,
  exponential,
  group,
  HOUR,
  policy,
  queue,
  SECOND,
  scenario,
  template,
  traffic,
} from './plain-scenario.ts';
import { type Line, runScript } from './scripted.ts';

const ONE = [group('a', 1)];

t.test('[SIM10] counted is who arrives within the measured period, whenever the answer comes', async (t) => {
  const facts = { agents: ONE, warmUpMs: 100 * SECOND, measureMs: 1000 * SECOND };
  const { report, outcomes } = runScript(facts, [
    [50, 100],
    [120, 10],
    [1095, 20],
    [1099.999, 30],
    [1100, 10],
    [1100.5, 10],
  ]);
  t.match(report.total, { arrivals: 3, answered: 3, stillWaiting: 0, waitSecondsMean: (30 + 0 + 15.001) / 3 });
  t.strictSame(
    outcomes.map(({ recordedId, isCounted }) => [recordedId, isCounted]),
    [
      ['c1', false],
      ['c2', true],
      ['c3', true],
      ['c4', true],
      ['c5', false],
      ['c6', false],
    ],
  );
  t.strictSame(report.warnings, []);
});

t.test(
  '[SIM10] who is still in line a tenth of the period later is still waiting, and a warning says so',
  async (t) => {
    const facts = { agents: ONE, warmUpMs: 100 * SECOND, measureMs: 1000 * SECOND };
    const { report, told } = runScript(facts, [
      [1000, 5000],
      [1050, 10],
      [1150, 10],
    ]);
    t.strictSame(told, ['c1 answered 0 a-1', 'c2 stillWaiting 150', 'c3 stillWaiting 50']);
    t.match(report.total, { arrivals: 2, answered: 1, stillWaiting: 1, probabilityOfWait: 0.5, waitSecondsMean: 75 });
    t.strictSame(report.warnings, [
      'c: 1 contact was still waiting at the end; the waits so far are counted, the true ones are longer',
    ]);
  },
);

/** One agent, four lines: answered after 0 s, left after 15, answered after 40, left after 30, blocked, answered after 15. */
const SIX: readonly Line[] = [
  [0, 100],
  [50, 1, { patienceMs: 15_000 }],
  [60, 10],
  [61, 1, { patienceMs: 30_000 }],
  [62, 1],
  [95, 10],
];

t.test('[SIM11] what the figures are ratios of', async (t) => {
  const { total, traffic: byName } = runScript({ agents: ONE, lines: 4, measureMs: 1000 * SECOND }, SIX).report;
  t.match(total, {
    arrivals: 6,
    answered: 3,
    abandoned: 2,
    blocked: 1,
    expired: 0,
    probabilityOfWait: 4 / 5,
    waitSecondsMean: 100 / 5,
    speedOfAnswerSeconds: 55 / 3,
    abandonRatio: 2 / 5,
    blockedRatio: 1 / 6,
  });
  t.strictSame(total.waitSeconds, { p50: 15, p95: 40, p99: 40 });
  t.ok(Math.abs(total.queueLengthMean - 0.1) < 1e-12);
  t.strictSame(byName.c, total);
});

t.test('[SIM12] three service levels; a wait of just that long is within', async (t) => {
  const facts = { agents: ONE, lines: 4, measureMs: 1000 * SECOND };
  t.match(runScript(facts, SIX).report.total.serviceLevel, {
    withinSeconds: 20,
    ofArrivals: 2 / 6,
    ofArrivalsLessShortAbandons: 2 / 5,
    notWaitingLonger: 4 / 6,
  });
  const queues = [queue('main', { serviceLevel: { withinMs: 15_000, target: 0.8 } })];
  t.match(runScript({ ...facts, policy: policy({ queues }) }, SIX).report.total.serviceLevel, {
    withinSeconds: 15,
    ofArrivals: 2 / 6,
    ofArrivalsLessShortAbandons: 2 / 5,
    notWaitingLonger: 4 / 6,
  });
  // Late in a run an instant has few binary places left; a patience of just the time is within all the same.
  const late = { agents: [group('a', 0)], measureMs: 3_000_000 * SECOND };
  const lines = Array.from({ length: 100 }, (_, index): Line => [2_900_000 + index / 7, 1, { patienceMs: 20_000 }]);
  t.equal(runScript(late, lines).report.total.serviceLevel.notWaitingLonger, 1);
});

t.test('[SIM12] totals over queues of different times say so, and add up what was within each', async (t) => {
  const queues = [queue('main'), queue('quick', { serviceLevel: { withinMs: 5000, target: 0.8 } })];
  const quick = { contact: template({ queue: 'quick' }) };
  const model = scenario({
    policy: policy({ queues }),
    traffic: [traffic('one', 0.04), traffic('two', 0.04, quick)],
    measureMs: 100 * HOUR,
  });
  const { total, traffic: by } = simulate(model, { seed: 1 });
  t.equal(total.serviceLevel.withinSeconds, null);
  t.equal(by.one?.serviceLevel.withinSeconds, 20);
  t.equal(by.two?.serviceLevel.withinSeconds, 5);
  const within = ['one', 'two'].reduce((sum, name) => {
    return sum + (by[name]?.serviceLevel.ofArrivals ?? 0) * (by[name]?.arrivals ?? 0);
  }, 0);
  t.ok(Math.abs((total.serviceLevel.ofArrivals ?? 0) - within / total.arrivals) < 1e-12);
});

t.test('[SIM11] nothing to divide by is null', async (t) => {
  const { total } = runScript({ agents: ONE }, []).report;
  t.match(total, {
    arrivals: 0,
    probabilityOfWait: null,
    waitSecondsMean: null,
    speedOfAnswerSeconds: null,
    waitSeconds: { p50: null, p95: null, p99: null },
    abandonRatio: null,
    blockedRatio: null,
    serviceLevel: { withinSeconds: null, ofArrivals: null, ofArrivalsLessShortAbandons: null, notWaitingLonger: null },
    queueLengthMean: 0,
    ci95: { waitSecondsMean: null, serviceLevel: { ofArrivals: null }, queueLengthMean: 0 },
  });
});

t.test('[SIM11] the line’s length over time is what Little’s law says', async (t) => {
  const model: Scenario = scenario({
    traffic: [traffic('all', 0.1, { patience: exponential(200) })],
    warmUpMs: 10 * HOUR,
    measureMs: 100 * HOUR,
  });
  const { total } = simulate(model, { seed: 3 });
  const perSecond = total.arrivals / (100 * 3600);
  const little = perSecond * (total.waitSecondsMean ?? 0);
  t.ok(Math.abs(total.queueLengthMean / little - 1) < 1e-3, `${total.queueLengthMean}, ${little}`);
});

function sums(changes: Partial<BatchSums>): BatchSums {
  const nothing = { arrivals: 0, answered: 0, abandoned: 0, blocked: 0, expired: 0, stillWaiting: 0, waited: 0 };
  const times = { waitSeconds: 0, answerSeconds: 0, lineSeconds: 0, spanSeconds: 60 };
  return { ...nothing, ...times, answeredWithin: 0, abandonedWithin: 0, waitedLonger: 0, ...changes };
}

t.test('[SIM13] the interval covers the truth nineteen times out of twenty', async (t) => {
  const random = new RandomStream(8, 'coverage');
  const waits = new Exponential(30, random);
  let covered = 0;
  const runs = 2000;
  for (let run = 0; run < runs; run++) {
    const batches = Array.from({ length: BATCHES }, () => {
      const arrivals = 20 + Math.floor(random.uniform() * 60);
      let waitSeconds = 0;
      for (let one = 0; one < arrivals; one++) waitSeconds += waits.next();
      return sums({ arrivals, waitSeconds });
    });
    const all = batches.reduce((sum, batch) => {
      return sums({ arrivals: sum.arrivals + batch.arrivals, waitSeconds: sum.waitSeconds + batch.waitSeconds });
    });
    const mean = ratioOf('waitSecondsMean', all) ?? 0;
    if (Math.abs(mean - 30) <= (halfWidthOf('waitSecondsMean', batches) ?? 0)) covered++;
  }
  const error = Math.sqrt((0.95 * 0.05) / runs);
  t.ok(Math.abs(covered / runs - 0.95) < 4 * error, `${covered} of ${runs}`);
});

t.test('[SIM13] the formula, by hand', async (t) => {
  const batches = Array.from({ length: BATCHES }, (_, index) => {
    return sums({ arrivals: 10, waitSeconds: index % 2 === 0 ? 90 : 110 });
  });
  // Residuals ±10 about 100, batches of 10: √(30 · 100 / (30 · 29)) / 10.
  const wanted = (STUDENT_T * Math.sqrt((30 * 100) / (30 * 29))) / 10;
  t.ok(Math.abs((halfWidthOf('waitSecondsMean', batches) ?? 0) - wanted) < 1e-12);
  const few = batches.map((batch, index) => (index < 9 ? batch : sums({})));
  t.equal(halfWidthOf('waitSecondsMean', few), null, 'nine batches with contacts are too few');
  const enough = batches.map((batch, index) => (index < 10 ? batch : sums({})));
  t.ok((halfWidthOf('waitSecondsMean', enough) ?? 0) > 0);
});

t.test('[SIM13] batches are equal parts of the measured period, by arrival', async (t) => {
  const lines = Array.from({ length: BATCHES * 4 }, (_, index): Line => [100 + index * 10, 1]);
  const model = { agents: [group('a', 30)], warmUpMs: 100 * SECOND, measureMs: BATCHES * 40 * SECOND };
  t.equal(runScript(model, lines).report.total.arrivals, BATCHES * 4, 'who arrives at an edge is in the later one');
  const { report, batches } = simulateWithBatches(scenario({ ...model, traffic: [traffic('x', 0.1)] }), { seed: 1 });
  t.equal(batches.total.length, BATCHES);
  t.ok(batches.total.every(({ spanSeconds }) => spanSeconds === 40));
  t.equal(
    batches.total.reduce((sum, { arrivals }) => sum + arrivals, 0),
    report.total.arrivals,
  );
  t.strictSame(batches.traffic.x, batches.total);
});

t.test('[SIM14] occupancy is busy time over time signed in, both within the measured period', async (t) => {
  const shifts = [{ fromMs: 0, toMs: 500 * SECOND, periodMs: Number.POSITIVE_INFINITY }];
  const facts = { warmUpMs: 100 * SECOND, measureMs: 1000 * SECOND };
  const { agents, total } = runScript(
    { ...facts, agents: [group('a', 1, { shifts }), group('b', 1, { shifts: [] })] },
    [
      [50, 70],
      [200, 100],
      [490, 60],
    ],
  ).report;
  t.strictSame(agents, { 'a-1': { occupancy: 180 / 450, handled: 2 }, 'b-1': { occupancy: null, handled: 0 } });
  t.equal(total.answered, 2);
  const ends = runScript({ ...facts, agents: ONE }, [[1000, 5000]]).report;
  t.strictSame(ends.agents, { 'a-1': { occupancy: 0.1, handled: 1 } }, 'what goes on is cut at the end');
  const after = runScript({ ...facts, agents: ONE }, [
    [1000, 150],
    [1090, 10],
  ]).report;
  t.strictSame(after.agents, { 'a-1': { occupancy: 0.1, handled: 1 } }, 'what ends later too');
});

t.test('[SIM14] all together they carry the load that was offered', async (t) => {
  const model = scenario({ traffic: [traffic('all', 0.08)], warmUpMs: 10 * HOUR, measureMs: 100 * HOUR });
  const { agents, total } = simulate(model, { seed: 2 });
  const busy = Object.values(agents).reduce((sum, { occupancy }) => sum + (occupancy ?? 0), 0);
  const handled = Object.values(agents).reduce((sum, one) => sum + one.handled, 0);
  t.ok(Math.abs(busy / ((100 * total.arrivals) / (100 * 3600)) - 1) < 0.02, `${busy} Erlangs`);
  t.ok(Math.abs(handled - total.arrivals) < 50);
});

t.test('[SIM11] percentiles: exact up to 16 seconds, to 0.013 % above, in bounded memory', async (t) => {
  const histogram = new WaitHistogram();
  t.equal(histogram.percentileMs(0.5), null);
  for (let ms = 1; ms <= 4000; ms++) histogram.record(ms);
  t.equal(histogram.percentileMs(0.5), 2000);
  t.equal(histogram.percentileMs(0.95), 3800);
  t.equal(histogram.percentileMs(1), 4000);
  const random = new RandomStream(4, 'waits');
  for (let index = 0; index < 2000; index++) {
    const ms = Math.floor(10 ** (random.uniform() * 12));
    const one = new WaitHistogram();
    one.record(ms);
    const got = one.percentileMs(0.5) ?? 0;
    if (Math.abs(got - ms) > ms * 1.3e-4) return t.fail(`${ms} kept as ${got}`);
  }
  const both = new WaitHistogram();
  const long = new WaitHistogram();
  long.record(1e10);
  both.addAll(long);
  both.addAll(histogram);
  t.equal(both.count, 4001);
  t.equal(both.percentileMs(0.5), 2001);
});

t.test('[SIM10] progress is told, and never goes back', async (t) => {
  const seen: number[] = [];
  const model = scenario({ traffic: [traffic('all', 0.08, { handle: constant(90) })], measureMs: 250 * HOUR });
  simulate(model, { seed: 1, onProgress: (fraction) => seen.push(fraction) });
  t.ok(seen.length > 1 && seen.every((fraction, index) => fraction <= 1 && fraction >= (seen[index - 1] ?? 0)));
});
