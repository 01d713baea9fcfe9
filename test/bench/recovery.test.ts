// The recovery benchmark in small: that what it makes is recovered, that it says what it should, and leaves nothing behind. Never how fast.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { resultIn, runSuite } from './suite-run.ts';

const METRICS = [
  ...['startMs', 'startRecoveryMs', 'emptyStartMs'],
  ...['replayEventsPerS', 'recoveryMs', 'recoveryCpuMs', 'decodeEventUs', 'applyEventUs', 'restoreRecordUs'],
  ...['appendEventsPerS1', 'appendP99Ms1', 'appendEventsPerS100', 'appendP99Ms100'],
  ...['durableP50Ms500', 'durableP99Ms500', 'durableMaxMs500', 'commitMaxMs500'],
  ...['snapshotMs', 'snapshotP99Ms', 'snapshotP99Ratio'],
];

t.test('in small: every part says its figures, the waiting contacts are there again, nothing stays', async (t) => {
  const folder = t.testdir({ runs: {} });
  const file = join(folder, 'result.json');
  const ended = await runSuite([
    'recovery',
    '--small',
    '--seed',
    '7',
    '--json',
    file,
    '--folder',
    join(folder, 'runs'),
  ]);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.match(result, { suite: 'recovery', params: { small: true, seed: 7, events: 4000 }, hash: /^[0-9a-f]{16}$/ });
  t.strictSame(Object.keys(result.metrics).toSorted(), METRICS.toSorted());
  for (const name of METRICS) t.ok((result.metrics[name] ?? Number.NaN) > 0, `${name} is ${result.metrics[name]}`);
  t.match(
    ended.stdout,
    /^start with 4000 events behind the snapshot and 500 waiting, .* wanted ≤ 3000 ms: (not )?reached$/m,
  );
  t.match(ended.stdout, /^replay: \d+ events\/s; wanted ≥ 500000: (not )?reached$/m);
  t.match(ended.stdout, /^a write of 4 KiB is durable in /m, 'what the disk can do');
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), result);
  t.strictSame(readdirSync(join(folder, 'runs')), [], 'journals and logs are gone');
});

t.test('one part alone: the same seed has the same hash, another seed another one', async (t) => {
  const replay = async (seed: string): Promise<string> => {
    const ended = await runSuite(['recovery', '--small', '--only', 'replay', '--seed', seed]);
    t.equal(ended.status, 0, ended.stderr);
    return resultIn(ended).hash;
  };
  const hash = await replay('7');
  t.equal(await replay('7'), hash);
  t.not(await replay('8'), hash);
});

t.test('a signal ends the run, its part and its folder', async (t) => {
  const folder = t.testdir({});
  const args = ['--small', '--only', 'durable', '--seconds', '60', '--folder', folder];
  const ended = await runSuite(['recovery', ...args], { endAt: 'events/s for 60 s' });
  t.equal(ended.status, 143, ended.stderr);
  t.strictSame(readdirSync(folder), []);
});

t.test('a part that there is not is refused', async (t) => {
  const ended = await runSuite(['recovery', '--only', 'some']);
  t.equal(ended.status, 2);
  t.match(ended.stderr, /Allowed choices are start, replay, append, durable, snapshot/);
});
