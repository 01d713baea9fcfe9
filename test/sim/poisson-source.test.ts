// Arrivals of a traffic: Poisson, with a rate that changes at its instants and repeats.
import t, { type Test } from 'tap';
import type { Arrival } from '../../src/sim/arrival.ts';
import { PoissonSource } from '../../src/sim/poisson-source.ts';
import type { RateStep } from '../../src/sim/scenario.ts';
import { constant, exponential, HOUR, template, traffic } from './plain-scenario.ts';

function until(source: PoissonSource, endMs: number): Arrival[] {
  const arrivals: Arrival[] = [];
  for (let next = source.next(); next !== undefined && next.atMs < endMs; next = source.next()) arrivals.push(next);
  return arrivals;
}

function steps(...profile: [fromHours: number, perHour: number][]): RateStep[] {
  return profile.map(([fromHours, perHour]) => ({ fromMs: fromHours * HOUR, perMs: perHour / HOUR }));
}

function near(t: Test, count: number, wanted: number): void {
  t.ok(Math.abs(count - wanted) < 4.5 * Math.sqrt(wanted), `${count} of ${wanted}`);
}

t.test('[SIM4] a constant rate: exponential intervals, as many as likely', async (t) => {
  const arrivals = until(new PoissonSource(traffic('all', 1), 1), 100 * HOUR);
  near(t, arrivals.length, 360_000);
  let squares = 0;
  for (const [index, { atMs }] of arrivals.entries()) squares += (atMs - (arrivals[index - 1]?.atMs ?? 0)) ** 2;
  // The mean square of an exponential interval of 1000 ms is twice its square, with standard deviation √20 times.
  const ratio = squares / arrivals.length / 1e6;
  t.ok(Math.abs(ratio - 2) < (4.5 * Math.sqrt(20)) / Math.sqrt(360_000), `${ratio}`);
});

t.test('[SIM4] each step of a profile has its own rate, in every period', async (t) => {
  const profile = steps([0, 100], [8, 2000], [12, 0], [20, 600]);
  const arrivals = until(new PoissonSource(traffic('all', 1, { profile, periodMs: 24 * HOUR }), 2), 240 * HOUR);
  const hours = arrivals.map(({ atMs }) => Math.floor((atMs / HOUR) % 24));
  const counted = (from: number, to: number): number => hours.filter((hour) => hour >= from && hour < to).length;
  near(t, counted(0, 8), 10 * 800);
  near(t, counted(8, 12), 10 * 8000);
  t.equal(counted(12, 20), 0);
  near(t, counted(20, 24), 10 * 2400);
  near(
    t,
    arrivals.filter(({ atMs }) => atMs % (24 * HOUR) >= 8 * HOUR && atMs % (24 * HOUR) < 8.05 * HOUR).length,
    1000,
  );
  near(t, arrivals.filter(({ atMs }) => atMs % (24 * HOUR) < 0.5 * HOUR).length, 500);
});

t.test('[SIM4] in its own time the process is Poisson across changes of rate', async (t) => {
  // Two contacts an hour and a thousand take turns every six minutes: most intervals of the slow hours end at a change.
  const profile = steps([0, 2], [0.1, 1000]);
  const source = new PoissonSource(traffic('all', 1, { profile, periodMs: 0.2 * HOUR }), 3);
  const arrivals = until(source, 2000 * HOUR);
  const spent = arrivals.map(({ atMs }) => {
    const periods = Math.floor(atMs / (0.2 * HOUR));
    const phase = atMs / HOUR - periods * 0.2;
    return periods * 100.2 + Math.min(phase, 0.1) * 2 + Math.max(0, phase - 0.1) * 1000;
  });
  const intervals = spent.map((value, index) => value - (spent[index - 1] ?? 0));
  near(t, arrivals.length, 2000 * 501);
  for (const [limit, share] of [
    [0.1, 1 - Math.exp(-0.1)],
    [1, 1 - Math.exp(-1)],
    [3, 1 - Math.exp(-3)],
  ] as const) {
    const found = intervals.filter((interval) => interval < limit).length;
    t.ok(Math.abs(found - share * intervals.length) < 4.5 * Math.sqrt(intervals.length * share * (1 - share)));
  }
});

t.test('[SIM4] a profile of nothing brings nobody', async (t) => {
  t.equal(new PoissonSource(traffic('all', 0), 1).next(), undefined);
  t.equal(new PoissonSource(traffic('all', 1, { profile: steps([0, 0], [8, 0]) }), 1).next(), undefined);
});

t.test('[SIM3] what a customer brings does not depend on what else is drawn', async (t) => {
  const facts = { contact: template({ tier: 3 }), wrapUp: exponential(30), patience: exponential(60) };
  const one = until(new PoissonSource(traffic('all', 0.5, facts), 9), 20 * HOUR);
  const sure = until(new PoissonSource(traffic('all', 0.5, { ...facts, patience: undefined }), 9), 20 * HOUR);
  const fixed = until(new PoissonSource(traffic('all', 0.5, { ...facts, handle: constant(5) }), 9), 20 * HOUR);
  const faster = until(new PoissonSource(traffic('all', 1, facts), 9), 10 * HOUR);
  t.ok(one.length > 30_000 && one.length === sure.length && one.length === fixed.length);
  for (const [index, arrival] of one.slice(0, 1000).entries()) {
    t.strictSame(sure[index], { ...arrival, patienceMs: Number.POSITIVE_INFINITY });
    t.strictSame(fixed[index], { ...arrival, handleMs: 5000 });
    t.ok(Math.abs((faster[index]?.atMs ?? 0) * 2 - arrival.atMs) < 1e-3, 'the same intervals, on a faster clock');
    t.equal(faster[index]?.patienceMs, arrival.patienceMs);
  }
  const other = until(new PoissonSource(traffic('else', 0.5, facts), 9), HOUR);
  t.not(other[0]?.atMs, one[0]?.atMs, 'another traffic has customers of its own');
});
