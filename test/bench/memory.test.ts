// The memory benchmark in small: that it fills, counts and says what it should, and leaves nothing behind. Never how much anything holds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { resultIn, runSuite } from './suite-run.ts';

const WAITING = ['Engine', 'Core', 'Restored', 'Served'].map((way) => `waitingBytes${way}`);
const TOMBSTONES = ['tombstoneBytesCore', 'tombstoneBytesEngine'];

t.test('in small: every part says its figures, goals are named, nothing stays', async (t) => {
  const folder = t.testdir({ runs: {} });
  const file = join(folder, 'result.json');
  const ended = await runSuite(['memory', '--small', '--seed', '7', '--json', file, '--folder', join(folder, 'runs')]);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.match(result, { suite: 'memory', params: { small: true, seed: 7 }, hash: /^[0-9a-f]{16}$/ });
  const names = [...WAITING, ...TOMBSTONES, 'agentBytesHeap'];
  for (const name of names) t.ok((result.metrics[name] ?? Number.NaN) > 0, `${name} is ${result.metrics[name]}`);
  for (const way of ['Core', 'Engine']) t.type(result.metrics[`growthBytesPerLife${way}`], 'number');
  t.match(ended.stdout, /^a waiting contact in core and engine: \d+ bytes; wanted ≤ 1024: (not )?reached$/m);
  t.match(ended.stdout, /^a connected agent: \d+ bytes; wanted ≤ 25600: (not )?reached$/m);
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), result);
  t.strictSame(readdirSync(join(folder, 'runs')), [], 'journals and logs are gone');
});

t.test('one part alone: the same seed has the same hash, another seed another one', async (t) => {
  const lives = async (seed: string): Promise<string> => {
    const ended = await runSuite(['memory', '--small', '--only', 'lives', '--lives', '800', '--seed', seed]);
    t.equal(ended.status, 0, ended.stderr);
    return resultIn(ended).hash;
  };
  const hash = await lives('7');
  t.equal(await lives('7'), hash);
  t.not(await lives('8'), hash);
});

t.test('a signal ends the run, its router and its folder', async (t) => {
  const folder = t.testdir({});
  const args = ['--small', '--only', 'served', '--served', '5000000', '--folder', folder];
  const ended = await runSuite(['memory', ...args], { endAt: 'contacts submitted' });
  t.equal(ended.status, 143, ended.stderr);
  t.strictSame(readdirSync(folder), []);
});

t.test('a part that there is not is refused', async (t) => {
  const ended = await runSuite(['memory', '--only', 'some']);
  t.equal(ended.status, 2);
  t.match(ended.stderr, /Allowed choices are waiting, served, agents, lives/);
});
