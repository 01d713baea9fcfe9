// The command `simulate` as a process: what goes to stdout, what to stderr, exit codes, and how a run is ended.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ProgressLine } from '../../src/cli/progress-line.ts';
import { cordboard } from './run-cordboard.ts';

// Processes are slow to start where much else runs.
t.setTimeout(240_000);

const SCENARIO = `policy: { channels: { voice: {} }, queues: { all: {} } }
traffic:
  - { name: gold, rate: 100 per 30m, contact: { channel: voice }, handle: { exponential: 180s } }
agents: [{ id: a, count: 14 }]
run: { warmUp: 1h, measure: 30h }
`;

const FOLDER = t.testdir({
  'a.yaml': SCENARIO,
  'b.yaml': SCENARIO.replace('count: 14', 'count: 16'),
  'longer.yaml': SCENARIO.replace('30h', '60h'),
  'unstable.yaml': SCENARIO.replace('count: 14', 'count: 9'),
  'endless.yaml': SCENARIO.replace('100 per 30m', '900 per 30m')
    .replace('count: 14', 'count: 120')
    .replace('30h', '3650d'),
});
const file = (name: string): string => join(FOLDER, name);

t.test('[SIM2] a table, and the same run again for the same seed', async (t) => {
  const { exitCode, stdout, stderr } = cordboard(['simulate', file('a.yaml')]);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  t.match(stdout, /^seed 1, [\d,]+ events in [\d.]+ s, hash [0-9a-f]{32}\n/);
  t.match(stdout, /^gold +[\d,]+ +[\d,]+ +0\.0 % /m);
  t.match(stdout, /^a +14 +\d\d\.\d %/m);
  const hashOf = (text: string): string | undefined => /[0-9a-f]{32}/.exec(text)?.[0];
  const again = cordboard(['simulate', '-', '--seed', '1'], {}, SCENARIO);
  t.equal(hashOf(again.stdout), hashOf(stdout), 'from standard input too');
  const other = cordboard(['simulate', file('a.yaml')], { CORDBOARD_SEED: '2' });
  t.not(hashOf(other.stdout), hashOf(stdout));
});

t.test('[SIM10] JSON has the keys that users count on', async (t) => {
  const { exitCode, stdout } = cordboard(['simulate', file('a.yaml'), '--json', '--seed', '5']);
  t.equal(exitCode, 0);
  const report = JSON.parse(stdout);
  t.same(Object.keys(report), ['seed', 'hash', 'events', 'wallSeconds', 'traffic', 'total', 'agents', 'warnings']);
  const named = [
    ...['arrivals', 'answered', 'abandoned', 'blocked', 'expired', 'probabilityOfWait', 'waitSecondsMean'],
    ...['speedOfAnswerSeconds', 'waitSeconds', 'abandonRatio', 'serviceLevel', 'queueLengthMean', 'ci95'],
  ];
  for (const row of [report.traffic.gold, report.total]) {
    for (const key of named) t.ok(key in row, key);
    t.same(Object.keys(row.waitSeconds), ['p50', 'p95', 'p99']);
    const levels = ['ofArrivals', 'ofArrivalsLessShortAbandons', 'notWaitingLonger'];
    t.same(Object.keys(row.serviceLevel), ['withinSeconds', ...levels]);
    t.same(Object.keys(row.ci95.serviceLevel), levels);
  }
  t.same(
    Object.keys(report.agents),
    Array.from({ length: 14 }, (_, index) => `a-${index + 1}`),
  );
  t.same(Object.keys(report.agents['a-1']), ['occupancy', 'handled']);
  t.ok(report.wallSeconds > 0);
  const byVariable = cordboard(['simulate', file('a.yaml'), '--seed', '5'], { CORDBOARD_JSON: 'true' });
  t.same({ ...JSON.parse(byVariable.stdout), wallSeconds: 0 }, { ...report, wallSeconds: 0 }, '[CLI1] CORDBOARD_JSON');
});

t.test('[CMP1] two scenarios: a table, JSON, a page', async (t) => {
  const page = file('page.html');
  const { exitCode, stdout, stderr } = cordboard([
    'simulate',
    file('a.yaml'),
    '--compare',
    file('b.yaml'),
    '--html',
    page,
  ]);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  t.match(stdout, /^gold +A +B +B − A$/m);
  t.match(stdout, /^mean wait .* ± .* s +-.* ± .* s +\*$/m, 'two more agents shorten the wait, surely');
  t.match(readFileSync(page, 'utf8'), /^<!doctype html>[\s\S]*<h1>a\.yaml and b\.yaml<\/h1>/);
  const json = JSON.parse(cordboard(['simulate', file('a.yaml'), '--compare', file('b.yaml'), '--json']).stdout);
  t.same(Object.keys(json), ['a', 'b', 'difference']);
  t.equal(json.a.total.arrivals, json.b.total.arrivals, 'the same customers');
  const { difference, halfWidth, differs } = json.difference.traffic.gold.waitSecondsMean;
  t.ok(difference < 0 && halfWidth > 0 && differs);
});

t.test('[CMP1] scenarios of different length are not compared', async (t) => {
  t.same(cordboard(['simulate', file('a.yaml'), '--compare', file('longer.yaml')]), {
    exitCode: 2,
    stdout: '',
    stderr: `cordboard: ${file('longer.yaml')}: run: expected warmUp and measure as in ${file('a.yaml')}, with which it is compared\n`,
  });
});

t.test('[SIM15] an unstable scenario runs, with a warning', async (t) => {
  const { exitCode, stdout } = cordboard(['simulate', file('unstable.yaml')]);
  t.equal(exitCode, 0);
  t.match(stdout, /^Warning: unstable: gold brings 111 % of what those who may serve it \(a\) can carry/m);
});

t.test('[SIM15] faults: every one a line, of both scenarios, and nothing runs', async (t) => {
  writeFileSync(file('bad.yaml'), SCENARIO.replace('count: 14', 'cuont: 14').replace('100 per 30m', '100/30m'));
  writeFileSync(
    file('nobody.yaml'),
    SCENARIO.replace('{ all: {} }', '{ all: { requires: [{ all: [{ skill: es }] }] } }'),
  );
  const { exitCode, stdout, stderr } = cordboard(['simulate', file('bad.yaml'), '--compare', file('nobody.yaml')]);
  t.match({ exitCode, stdout }, { exitCode: 2, stdout: '' });
  t.same(stderr.split('\n'), [
    `cordboard: ${file('bad.yaml')}:3:25 traffic[0].rate: expected a rate such as 100 per 30m, 0.5 per 1s or 12 per 1h, at most 10000 a second, found the text "100/30m"`,
    `cordboard: ${file('bad.yaml')}:4:19 agents[0].cuont: unknown key "cuont"; did you mean count?`,
    `cordboard: ${file('nobody.yaml')}:3:5 traffic[0]: no agent may serve it (queue all and the contact ask es 1), and its customers neither lose patience nor run into \`lines\`: expected an agent who may`,
    '',
  ]);
});

t.test('[SIM15] files that are none', async (t) => {
  mkdirSync(file('folder.yaml'));
  writeFileSync(file('latin1.yaml'), Buffer.from('traffic: caf\xe9', 'latin1'));
  writeFileSync(file('long.yaml'), `# ${'x'.repeat(4 * 1024 * 1024)}\n${SCENARIO}`);
  const refused: readonly (readonly [name: string, message: string])[] = [
    [
      'nowhere.yaml',
      `cannot read ${file('nowhere.yaml')}: ENOENT: no such file or directory, open '${file('nowhere.yaml')}'`,
    ],
    ['folder.yaml', `cannot read ${file('folder.yaml')}: EISDIR: illegal operation on a directory, read`],
    ['latin1.yaml', `${file('latin1.yaml')}: expected UTF-8, found other bytes`],
    ['long.yaml', `${file('long.yaml')}: expected at most 4194304 bytes`],
  ];
  for (const [name, message] of refused) {
    t.same(cordboard(['simulate', file(name)]), { exitCode: 2, stdout: '', stderr: `cordboard: ${message}\n` });
  }
});

t.test('a page that cannot be written is told before the run', async (t) => {
  for (const page of [FOLDER, file('no/such/page.html')]) {
    const { exitCode, stdout, stderr } = cordboard(['simulate', file('endless.yaml'), '--html', page]);
    t.match({ exitCode, stdout }, { exitCode: 1, stdout: '' });
    t.ok(stderr.startsWith(`cordboard: cannot write ${page}: `), stderr);
  }
});

t.test('a signal ends a long run at once; until then a terminal sees how far it is', async (t) => {
  const main = join(import.meta.dirname, '../../src/main.ts');
  // stderr counts as a terminal here.
  const terminal = ['--import', 'data:text/javascript,process.stderr.isTTY=true'];
  const child = spawn(process.execPath, [...terminal, main, 'simulate', file('endless.yaml')]);
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    if (err.includes('simulating: ')) child.kill('SIGINT');
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...ended) => resolve(ended));
  });
  t.same({ code, signal, out }, { code: 130, signal: null, out: '' });
  const [nothing, line, ...rest] = err.split('\r\u001b[K');
  t.match(line, /^simulating: \d+ %/);
  t.same([nothing, rest.at(-1)], ['', ''], 'the line is taken away');
});

t.test('the progress line', async (t) => {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY: true, write: (text: string) => written.push(text) };
  const line = new ProgressLine(stream, 'simulating', () => now);
  const at = (ms: number, fraction: number): void => {
    now = ms;
    line.update(fraction);
  };
  at(500, 0.1);
  t.same(written, [], 'a short run needs none');
  line.clear();
  t.same(written, []);
  at(1_000, 0.005);
  at(1_100, 0.2);
  at(2_000, 0.5);
  at(40_000, 0.01);
  at(80_000, 0.1);
  at(86_400_000, 0.5);
  t.same(
    written.map((text) => text.replace('\r\u001b[K', '')),
    [
      'simulating: 0 %',
      'simulating: 50 %, 2 s to go',
      'simulating: 1 %',
      'simulating: 10 %, 12 min to go',
      'simulating: 50 %, 24 h to go',
    ],
  );
  line.clear();
  line.clear();
  t.equal(written.at(-1), '\r\u001b[K');
  t.equal(written.length, 6, 'cleared once');
  const none = new ProgressLine({ write: () => t.fail('no terminal, no line') }, 'simulating', () => 1e9);
  none.update(0.5);
});
