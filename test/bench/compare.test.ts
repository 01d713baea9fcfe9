// Comparing revisions, on a small repository made for it whose one suite obeys the contract: what is found, and that nothing stays.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const MAIN = join(import.meta.dirname, '../../bench/main.ts');
const PACKAGE = { name: 'sample', type: 'module', scripts: { bench: 'exec node bench/main.js' } };

/**
 * A bench with the suites given, all of which answer at once; `speed` and `hash` are told, `only` names a figure of its own. It
 * counts its runs in a file outside, so that the order of runs can be seen, and never ends if `--hang` is among its options.
 */
function sampleBench(suites: readonly string[], only: string, speed: number, hash: string): string {
  return `
import { appendFileSync, writeFileSync } from 'node:fs';
const [suite, ...options] = process.argv.slice(2);
const suites = ${JSON.stringify(suites)};
if (suite === undefined) {
  process.stderr.write('bench: no suite given; suites: ' + [...suites, 'compare'].join(', ') + '\\n');
  process.exit(2);
}
if (options.includes('--fail')) {
  process.stderr.write('it failed on purpose\\n');
  process.exit(1);
}
if (options.includes('--hang')) {
  process.stderr.write('hanging as ' + process.pid + '\\n');
  setInterval(() => undefined, 1_000);
} else {
  const log = options[options.indexOf('--log') + 1];
  appendFileSync(log, ${JSON.stringify(`${only} `)} + options.slice(0, 2).join(' ') + '\\n');
  const metrics = { speed: ${speed}, zero: 0, ${JSON.stringify(only)}: 1 };
  const file = options[options.indexOf('--json') + 1];
  writeFileSync(file, JSON.stringify({ suite, params: {}, hash: ${JSON.stringify(hash)}, metrics }) + '\\n');
}
`;
}

function git(folder: string, ...args: string[]): string {
  const who = ['-c', 'user.name=sample', '-c', 'user.email=sample@example.org', '-c', 'core.hooksPath=/dev/null'];
  return execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

/** Two commits: `before` has one suite at speed 100, the present one has two at speed 150. */
function sampleRepository(t: Test): { readonly folder: string; readonly log: string; readonly tmp: string } {
  const root = t.testdir({ tmp: {}, repository: { bench: {}, node_modules: { '.bin': {} } } });
  const folder = join(root, 'repository');
  mkdirSync(join(folder, 'bench'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(PACKAGE));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: 'sample', lockfileVersion: 3, packages: {} }),
  );
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n');
  git(folder, 'init', '--quiet', '--initial-branch=main');
  for (const [message, bench] of [
    ['before', sampleBench(['sample'], 'old', 100, 'aa')],
    ['now', sampleBench(['sample', 'fresh'], 'new', 150, 'aa')],
  ] as const) {
    writeFileSync(join(folder, 'bench/main.js'), bench);
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', message);
  }
  return { folder, log: join(root, 'runs.log'), tmp: join(root, 'tmp') };
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function compare(
  folder: string,
  tmp: string,
  args: readonly string[],
  onProgress?: (text: string, end: () => void) => void,
): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', TMPDIR: tmp };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'compare', ...args], {
    cwd: folder,
    env,
  });
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

/** Neither folders nor worktrees are left. */
function isClean(t: Test, folder: string, tmp: string): void {
  t.strictSame(
    readdirSync(tmp).filter((name) => name.startsWith('cordboard-')),
    [],
  );
  t.equal(git(folder, 'worktree', 'list').split('\n').length, 1);
  t.equal(git(folder, 'status', '--porcelain'), '');
}

t.test('runs in turns, the ratio of each figure, what one revision lacks, the same hash again', async (t) => {
  const { folder, log, tmp } = sampleRepository(t);
  const args = ['HEAD~1', 'sample', 'fresh', '--small', '--seed', '7', '--pairs', '2', '--with', `--log ${log}`];
  const ended = await compare(folder, tmp, args);
  t.equal(ended.status, 0, ended.stderr);
  const result = JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '');
  t.strictSame(Object.keys(result), ['suite', 'params', 'hash', 'metrics']);
  const commit = git(folder, 'rev-parse', 'HEAD~1');
  t.match(result, {
    suite: 'compare',
    params: { small: true, seed: 7, commit, suites: ['sample', 'fresh'], pairs: 2 },
  });
  t.strictSame(result.metrics, { 'sample.speed': 1.5 }, 'this tree over the other');
  t.match(ended.stdout, /^speed +150 +100 +1\.500 +1\.500 +1\.500$/m);
  t.match(ended.stdout, /^only here: new$/m);
  t.match(ended.stdout, /^only there: old$/m);
  t.match(ended.stdout, /^without a ratio, since 0 is among them: zero$/m);
  t.match(ended.stdout, /^sample: hashes are equal: aa$/m);
  t.match(ended.stdout, /^fresh: the other revision has no such suite$/m);
  const options = '--seed 7';
  t.strictSame(
    readFileSync(log, 'utf8').trim().split('\n'),
    ['new', 'old', 'new', 'old'].map((who) => `${who} ${options}`),
  );
  isClean(t, folder, tmp);

  const again = await compare(folder, tmp, args);
  t.equal(JSON.parse(again.stdout.trimEnd().split('\n').at(-1) ?? '').hash, result.hash);
});

t.test(
  'what is not committed is measured; another lock file means packages of its own; hashes that differ are told',
  async (t) => {
    const { folder, log, tmp } = sampleRepository(t);
    writeFileSync(join(folder, 'bench/main.js'), sampleBench(['sample'], 'newest', 300, 'bb'));
    const lock = { name: 'sample', version: '2.0.0', lockfileVersion: 3, packages: {} };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const ended = await compare(folder, tmp, ['HEAD', '--pairs', '1', '--with', `--log ${log}`]);
    t.equal(ended.status, 0, ended.stderr);
    t.match(ended.stderr, /package-lock\.json differs: npm ci for the other revision/);
    t.match(ended.stdout, /^here: [0-9a-f]{10} with what is not committed$/m);
    t.match(ended.stdout, /^speed +300 +150 +2\.000 /m);
    t.match(ended.stdout, /^sample: hashes are not equal: here bb, there aa$/m);
    t.equal(git(folder, 'worktree', 'list').split('\n').length, 1);
  },
);

t.test('a suite that fails ends it, and nothing stays', async (t) => {
  const { folder, tmp } = sampleRepository(t);
  const ended = await compare(folder, tmp, ['HEAD~1', 'sample', '--with', '--fail']);
  t.equal(ended.status, 1);
  t.match(ended.stderr, /sample in .* ended with 1: it failed on purpose/);
  isClean(t, folder, tmp);
});

t.test('a signal ends it, what it started, and nothing stays', async (t) => {
  const { folder, tmp } = sampleRepository(t);
  let pid = 0;
  const ended = await compare(folder, tmp, ['HEAD~1', 'sample', '--with', '--hang'], (text, end) => {
    const found = /hanging as (\d+)\n/.exec(text)?.[1];
    if (found === undefined || pid !== 0) return;
    pid = Number(found);
    end();
  });
  t.equal(ended.status, 143, ended.stderr);
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'the suite that was running is gone');
  isClean(t, folder, tmp);
});

t.test('a revision or a suite that there is not is refused', async (t) => {
  const { folder, tmp } = sampleRepository(t);
  const noRevision = await compare(folder, tmp, ['no-such-revision']);
  t.equal(noRevision.status, 1);
  t.match(noRevision.stderr, /there is no revision no-such-revision/);
  const noSuite = await compare(folder, tmp, ['HEAD~1', 'stale']);
  t.equal(noSuite.status, 1);
  t.match(noSuite.stderr, /there is no suite stale; suites: sample, fresh/);
  isClean(t, folder, tmp);
});
