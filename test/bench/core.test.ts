// The core's benchmark in small: that it runs, that all forms decide alike, that it gives the same hash again. Never how fast.
import t from 'tap';
import { TimerHeap } from '../../bench/core/timer-heap.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type Ended, resultIn, runSuite } from './suite-run.ts';

/** The suite, with these options. */
function run(...args: string[]): Promise<Ended> {
  return runSuite(['core', ...args]);
}

t.test('in small: every figure, one JSON object at the end, the same hash again', async (t) => {
  const first = await run('--small', '--seed', '7');
  t.equal(first.status, 0, first.stderr);
  const result = resultIn(first);
  t.match(result, { suite: 'core', params: { seed: 7, agents: 1000, demandClasses: 300 }, hash: /^[0-9a-f]{16}$/ });
  for (const occupancy of [85, 99]) {
    for (const form of ['', 'Step', 'Encoded', 'Stub']) {
      t.ok((result.metrics[`livesPerSecond${form}${occupancy}`] ?? 0) > 0, `lives ${form} ${occupancy}`);
      t.ok((result.metrics[`cpuUsPerLife${form}${occupancy}`] ?? 0) > 0, `CPU ${form} ${occupancy}`);
    }
    for (const share of ['P50', 'P99', 'P999', 'Max']) {
      t.ok((result.metrics[`command${occupancy}${share}Us`] ?? 0) > 0, `command ${occupancy} ${share}`);
      t.ok(
        (result.metrics[`commandStep${occupancy}${share}Us`] ?? 0) > 0,
        `command with pictures ${occupancy} ${share}`,
      );
    }
    const bytes = result.metrics[`bytesPerLife${occupancy}`] ?? 0;
    t.ok((result.metrics[`bytesPerLifeEncoded${occupancy}`] ?? 0) > bytes && bytes > 500, 'encoding allocates too');
  }
  const again = resultIn(await run('--small', '--seed', '7'));
  t.equal(again.hash, result.hash);
});

t.test('one form at one occupancy, with a profile', async (t) => {
  const folder = t.testdir();
  const { status, stdout, stderr } = await run(
    '--small',
    '--form',
    'perform',
    '--occupancy',
    '90',
    '--profile',
    folder,
  );
  t.equal(status, 0, stderr);
  t.match(stdout, /core-perform-90\.cpuprofile: \d+ ms at work/);
  t.match(stdout, /% +\d+ ms {2}src\/core/);
  t.ok((resultIn({ stdout }).metrics.livesPerSecond90 ?? 0) > 0);
});

t.test('wrong usage is told', async (t) => {
  const ended = await run('--form', 'quick');
  t.equal(ended.status, 2);
  t.match(ended.stderr, /Allowed choices are perform, step, encoded, stub/);
});

t.test('timers come in order of their instants, then of their agents', async (t) => {
  const random = new Prng(7);
  const timers = new TimerHeap();
  const pending: (readonly [atMs: number, agent: number])[] = [];
  const taken: (readonly [atMs: number, agent: number])[] = [];
  const expected: (readonly [atMs: number, agent: number])[] = [];
  t.equal(timers.next, Number.POSITIVE_INFINITY);
  for (let index = 0; index < 5_000; index++) {
    if (pending.length < 900 && random.chance(0.6)) {
      const timer = [random.below(50), random.below(1_000)] as const;
      if (pending.some(([atMs, agent]) => atMs === timer[0] && agent === timer[1])) continue;
      pending.push(timer);
      timers.add(...timer);
    } else if (pending.length > 0) {
      pending.sort(([atMs, agent], [otherMs, other]) => atMs - otherMs || agent - other);
      expected.push(pending.shift() ?? [-1, -1]);
      const { next } = timers;
      taken.push([next, timers.take()]);
    }
  }
  t.ok(taken.length > 1_000);
  t.same(taken, expected);
});
