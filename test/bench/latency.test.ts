// The latency suite in small: that it measures what it says, verifies its lives and leaves nothing behind. Never how fast.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const MAIN = join(import.meta.dirname, '../../bench/main.ts');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Result {
  readonly suite: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly hash: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Runs the benchmark; `onProgress` sees stderr as it comes, and may end it with a signal. */
async function bench(args: string[], onProgress?: (text: string, end: () => void) => void): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    onProgress?.(stderr, () => child.kill('SIGTERM'));
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

function resultIn({ stdout }: Ended): Result {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

/** What every run has, whatever its frames are. */
const METRICS = [
  ...['bare', 'committing', 'router'].flatMap((name) =>
    ['P50Ms50', 'P99Ms50', 'P999Ms50', 'MaxMs50'].map((of) => name + of),
  ),
  'p50Ratio50',
  'p99Ratio50',
  'loadLateP99Ms50',
  'heldPerS',
  'heldP99Ms',
];

t.test('in JSON: every life is whole, frames are counted, the outcome depends on the seed alone', async (t) => {
  const folder = t.testdir({ runs: {} });
  const file = join(folder, 'result.json');
  const ended = await bench(['latency', '--small', '--seed', '7', '--json', file, '--folder', join(folder, 'runs')]);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.strictSame(Object.keys(result), ['suite', 'params', 'hash', 'metrics']);
  t.match(result, { suite: 'latency', params: { seed: 7, subprotocol: 'json', agents: 12 }, hash: /^[0-9a-f]{16}$/ });
  for (const name of METRICS) t.ok((result.metrics[name] ?? Number.NaN) > 0, `${name} is ${result.metrics[name]}`);
  const { framesPerLife = 0 } = result.metrics;
  // Where agents are short, because the machine is slow, the gateway is also told that its contact waits.
  t.ok(
    framesPerLife >= 13 && framesPerLife <= 14,
    `${framesPerLife}: requests, replies, the offer, pushes to the gateway`,
  );
  t.equal(result.metrics.heldPerS, 100);
  t.match(ended.stdout, /^seed 7, json, poisson arrivals, 12 agents/m);
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), result);
  t.strictSame(readdirSync(join(folder, 'runs')), [], 'journals and logs are gone');
});

t.test('in protobuf, without a subscription', async (t) => {
  const folder = t.testdir({});
  const args = ['latency', '--small', '--seed', '7', '--proto', '--no-subscribe', '--no-search', '--folder', folder];
  const ended = await bench(args);
  t.equal(ended.status, 0, ended.stderr);
  const result = resultIn(ended);
  t.equal(result.metrics.framesPerLife, 9, 'four requests, four replies, the offer');
  t.notHas(result.metrics, { heldPerS: Number });
});

t.test('a signal ends the run, its processes and its folder', async (t) => {
  const folder = t.testdir({});
  let isEnding = false;
  const ended = await bench(['latency', '--small', '--seconds', '60', '--folder', folder], (text, end) => {
    if (isEnding || !text.includes('round 1')) return;
    isEnding = true;
    end();
  });
  t.equal(ended.status, 143, ended.stderr);
  t.strictSame(readdirSync(folder), []);
});

t.test('a suite that there is not is refused with a list of those that there are', async (t) => {
  const ended = await bench(['latencies']);
  t.equal(ended.status, 2);
  t.equal(ended.stdout, '');
  t.match(ended.stderr, /there is no suite "latencies"; suites: latency, simulator\n$/);
});
