// The peers' suite in small: that every peer handles every contact, in its order, that what is not there is named, and that nothing stays
// behind. Never how fast. A peer that is not installed here is skipped by the suite, and then so by this test.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Ended, resultIn, runSuite, type SuiteRun } from './suite-run.ts';

/** The suite of the peers. */
function peers(args: readonly string[], run: SuiteRun = {}): Promise<Ended> {
  return runSuite(['peers', ...args], run);
}

/** Commands of processes that have the folder in them; nothing where there is no /proc. */
function processesIn(folder: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      const file = `/proc/${pid}/cmdline`;
      return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
    })
    .filter((command) => command.includes(folder));
}

const TITLES: Readonly<Record<string, string>> = {
  bullmqAlways: 'BullMQ, fsync always',
  bullmqEverysec: 'BullMQ, fsync everysec',
  graphile: 'graphile-worker',
  linear: 'linear-scan router',
  polled: 'polled SQL router',
  cordboardClient: 'cordboard, client library',
  cordboard: 'cordboard',
};

t.test('every peer that is there handles every contact, and a filled queue in its order', async (t) => {
  const folder = t.testdir({ runs: {} });
  const file = join(folder, 'result.json');
  const ended = await peers(['--small', '--seed', '7', '--json', file, '--folder', join(folder, 'runs')]);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.strictSame(Object.keys(result), ['suite', 'params', 'hash', 'metrics']);
  t.match(result, { suite: 'peers', params: { small: true, seed: 7, agents: 6 }, hash: /^[0-9a-f]{16}$/ });
  for (const [name, title] of Object.entries(TITLES)) {
    const skipped = new RegExp(`^${title}: skipped, (.+)$`, 'm').exec(ended.stdout)?.[1];
    if (skipped !== undefined) {
      t.match(skipped, /^(there is no|no user)/, `${name}: ${skipped}`);
      t.notOk(`${name}P50Ms50` in result.metrics, `${name} was skipped and has no figures`);
      continue;
    }
    t.match(ended.stdout, new RegExp(`^${title}: a filled queue is emptied by priority.*: yes$`, 'm'));
    for (const figure of ['P50Ms50', 'P99Ms50', 'P999Ms50', 'MaxMs50', 'OwnedP99Ms50', 'HeldPerS']) {
      t.ok((result.metrics[name + figure] ?? 0) > 0, `${name}${figure} is ${result.metrics[name + figure]}`);
    }
  }
  if ('bullmqAlwaysHeldPerS' in result.metrics) {
    for (const ratio of ['rateRatioBullmq', 'p99RatioBullmq']) t.ok((result.metrics[ratio] ?? 0) > 0, ratio);
  }
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), result);
  t.strictSame(readdirSync(join(folder, 'runs')), [], 'journals and databases are gone');
  t.strictSame(processesIn(folder), [], 'so are servers');
});

t.test('what is not installed is skipped by name; the same seed has the same hash', async (t) => {
  const folder = t.testdir({});
  const args = ['--small', '--no-search', '--peers', 'bullmqAlways,linear', '--folder', folder];
  // A path on which there is nothing.
  const nowhere = { PATH: join(folder, 'nowhere') };
  const first = await peers([...args, '--seed', '7'], { env: nowhere });
  t.equal(first.status, 0, first.stderr);
  t.match(first.stdout, /^BullMQ, fsync always: skipped, there is no redis-server$/m);
  const { hash, metrics } = resultIn(first);
  t.notOk('bullmqAlwaysP50Ms50' in metrics || 'p99RatioBullmq' in metrics || 'linearHeldPerS' in metrics);
  t.equal(resultIn(await peers([...args, '--seed', '7'], { env: nowhere })).hash, hash);
  t.not(resultIn(await peers([...args, '--seed', '8'], { env: nowhere })).hash, hash);
});

t.test('a signal ends the run, its servers and its folder', async (t) => {
  const folder = t.testdir({});
  const args = ['--small', '--peers', 'bullmqEverysec,linear', '--seconds', '60', '--folder', folder];
  const ended = await peers(args, { endAt: 'round 1' });
  t.equal(ended.status, 143, ended.stderr);
  t.strictSame(readdirSync(folder), []);
  t.strictSame(processesIn(folder), []);
});

t.test('wrong usage is told', async (t) => {
  const ended = await peers(['--peers', 'kafka']);
  t.equal(ended.status, 2);
  t.match(ended.stderr, /there is no peer "kafka": bullmqAlways, /);
});
