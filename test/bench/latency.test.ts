// The latency suite in small: that it measures what it says, verifies its lives and leaves nothing behind. Never how fast.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { agentsOf } from '../../bench/latency/centre.ts';
import { FEATURES_POLICY, withFeatures } from '../../bench/latency/features.ts';
import { parsePolicy } from '../../src/config/policy-file.ts';
import { resultIn, runSuite, type SuiteResult } from './suite-run.ts';

/** Of rounds at a rate, in a setting. */
function roundMetrics(suffix: string): string[] {
  return [
    ...['bare', 'committing', 'router'].flatMap((name) =>
      ['P50Ms50', 'P99Ms50', 'P999Ms50', 'MaxMs50'].map((of) => name + of),
    ),
    'p50Ratio50',
    'p99Ratio50',
    'p50RatioBare50',
    'p99RatioBare50',
    'loadLateP99Ms50',
  ].map((name) => name + suffix);
}

const SEARCH_METRICS = [
  'heldPerS',
  'heldP50Ms',
  'heldP99Ms',
  'p50RatioHeld',
  'p99RatioHeld',
  'heldLoadBusy',
  'bareHeldPerS',
];

t.test('everything: two settings, watchers, searches; the outcome depends on the seed alone', async (t) => {
  const folder = t.testdir({ runs: {} });
  const file = join(folder, 'result.json');
  const args = ['latency', '--small', '--seed', '7', '--folder', join(folder, 'runs')];
  const ended = await runSuite([...args, '--json', file]);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.strictSame(Object.keys(result), ['suite', 'params', 'hash', 'metrics']);
  const params = { small: true, seed: 7, settings: ['json-12', 'proto-24'], rates: [50], rounds: [1] };
  t.match(result, { suite: 'latency', params, hash: /^[0-9a-f]{16}$/ });
  const watched = ['p50Ratio50Watched', 'p99Ratio50Watched', 'p99Ratio50WatchedPooled'];
  for (const name of [...roundMetrics(''), ...roundMetrics('ProtoAgents24'), ...watched, ...SEARCH_METRICS]) {
    t.ok((result.metrics[name] ?? Number.NaN) > 0, `${name} is ${result.metrics[name]}`);
  }
  for (const name of ['framesPerLife', 'framesPerLifeProtoAgents24']) {
    const { [name]: frames = 0 } = result.metrics;
    // Where agents are short, because the machine is slow, the gateway is also told that its contact waits.
    t.ok(frames >= 13 && frames <= 14, `${name} is ${frames}: requests, replies, the offer, pushes to the gateway`);
  }
  t.equal(result.metrics.heldPerS, 100);
  t.match(ended.stdout, /^== JSON, 12 agents$/m);
  t.match(ended.stdout, /^they saw [1-9]\d* feeds with [1-9]\d* rows of agents, and made [1-9]\d* scrapes, /m);
  t.match(ended.stdout, /^p99, watched \/ alone: \S+, wanted ≤ 1\.1: (?:not )?reached$/m);
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), result);
  t.strictSame(readdirSync(join(folder, 'runs')), [], 'journals and logs are gone');
});

t.test('one setting: rates that are named, in protobuf, without a subscription; the same hash again', async (t) => {
  const folder = t.testdir({});
  const options = [
    '--proto',
    '--rates',
    '40,60',
    '--agents',
    '13',
    '--no-subscribe',
    '--no-search',
    '--folder',
    folder,
  ];
  const run = async (): Promise<SuiteResult> => {
    const ended = await runSuite(['latency', '--small', '--seed', '7', ...options]);
    t.equal(ended.status, 0, ended.stderr);
    return resultIn(ended);
  };
  const result = await run();
  t.match(result.params, { settings: ['proto-13'], rates: [40, 60], rounds: [1, 1] });
  t.equal(result.metrics.framesPerLifeProtoAgents13, 9, 'four requests, four replies, the offer');
  for (const rate of [40, 60]) t.ok((result.metrics[`p99Ratio${rate}ProtoAgents13`] ?? 0) > 0);
  const others = Object.keys(result.metrics).filter((name) => /^held|Watched/.test(name));
  t.strictSame(others, [], 'neither search nor watchers');
  t.equal((await run()).hash, result.hash);
});

t.test('a policy that uses everything beside one that uses nothing', async (t) => {
  const folder = t.testdir({});
  const ended = await runSuite(['latency', '--small', '--seed', '7', '--features', '--no-search', '--folder', folder]);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.match(result.params, { settings: ['json-12'], rates: [], features: { ratePerS: 50, pairs: 1, profiles: 20 } });
  for (const name of ['p50Ratio50Featured', 'p99Ratio50Featured', 'p99Ratio50FeaturedPooled']) {
    t.ok((result.metrics[name] ?? Number.NaN) > 0, `${name} is ${result.metrics[name]}`);
  }
  t.match(ended.stdout, /^all used /m);
  t.strictSame(readdirSync(folder), [], 'journals and logs are gone');
});

t.test('the policy that uses everything is one, and names all that there is', async (t) => {
  const parsed = parsePolicy(FEATURES_POLICY);
  t.notOk('faults' in parsed, 'no faults');
  if ('faults' in parsed) return;
  const { queues, channels, calendars, explain, estimate } = parsed.policy;
  const keys = new Set(queues.flatMap((queue) => Object.keys(queue)));
  for (const key of ['relax', 'lastAgent', 'preferOwner', 'gate', 'hours', 'closed', 'first', 'when'])
    t.ok(keys.has(key), key);
  t.ok(calendars !== undefined && estimate !== undefined && explain?.runnersUp === 3);
  t.ok(Object.values(channels).some(({ yieldsTo = [] }) => yieldsTo.includes('voice')));
  const skills = agentsOf(12, 1).map(({ skills }) => Object.keys(skills).length);
  t.strictSame(
    withFeatures(agentsOf(12, 1)).map((agent) => Object.keys(agent.skills).length - 1),
    skills,
  );
});

t.test('a signal ends the run, its processes and its folder', async (t) => {
  const folder = t.testdir({});
  const ended = await runSuite(['latency', '--small', '--seconds', '60', '--folder', folder], { endAt: 'round 1' });
  t.equal(ended.status, 143, ended.stderr);
  t.strictSame(readdirSync(folder), []);
});

t.test('a suite that there is not is refused with a list of those that there are', async (t) => {
  const ended = await runSuite(['latencies']);
  t.equal(ended.status, 2);
  t.equal(ended.stdout, '');
  t.match(
    ended.stderr,
    /there is no suite "latencies"; suites: latency, simulator, memory, recovery, core, growth, peers, compare\n$/,
  );
});
