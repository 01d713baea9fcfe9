// `cordboard staff` as a process: the plan as a table, as JSON and as CSV; what is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cordboard } from './run-cordboard.ts';

// Processes are slow to start where much else runs.
t.setTimeout(240_000);

const SCENARIO = `
policy:
  channels: { voice: {} }
  queues: { sales: {} }
  fit: { secondsPerLevel: 0s, breadth: 0s }
traffic:
  - name: calls
    profile: [{ at: 0h, rate: 0 per 1h }, { at: 1h, rate: 60 per 1h }]
    period: 2h
    contact: { channel: voice, requires: [{ all: [{ skill: sales }] }] }
    handle: { exponential: 180s }
    patience: { exponential: 120s }
agents:
  - { id: sellers, count: 7, skills: { sales: 5 } }
  - { id: others }
`;

t.test('[STF1] the plan as a table and as CSV', async (t) => {
  const directory = t.testdir({ 'day.yaml': SCENARIO });
  const csv = join(directory, 'plan.csv');
  const args = ['staff', join(directory, 'day.yaml'), '--target', '0.8/20s', '--interval', '1h', '--csv', csv];
  const { exitCode, stdout, stderr } = cordboard(args);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  t.match(stdout, /^The fewest agents that answer 80\.0 % of the arrivals of each queue within 20 s, seed 1$/m);
  t.match(stdout, /^0:00 +1:00 +0 +0 +– +–$/m);
  t.match(stdout, /^1:00 +2:00 +5 +0 +8\d\.\d+ ± \d+\.\d+ % +8\d\.\d %$/m);
  t.match(stdout, 'Agent hours in the period: sellers 5.0, others 0.0');
  const rows = readFileSync(csv, 'utf8').trimEnd().split('\r\n');
  t.equal(rows[0], 'from,to,group,agents,sales searched,sales worked');
  t.match(rows[3], /^1:00,2:00,sellers,5,0\.8\d\d\d,0\.8\d\d\d$/);
  t.equal(rows.length, 5);
});

t.test('[STF1] the plan as JSON', async (t) => {
  const directory = t.testdir({ 'day.yaml': SCENARIO });
  const args = [
    'staff',
    join(directory, 'day.yaml'),
    '--target',
    '.9/10s',
    '--interval',
    '1h',
    '--seed',
    '4',
    '--json',
  ];
  const { exitCode, stdout } = cordboard(args);
  t.equal(exitCode, 0);
  const { seed, target, intervals, worked, warnings } = JSON.parse(stdout);
  t.match({ seed, target }, { seed: 4, target: { level: 0.9, withinSeconds: 10 } });
  t.same(intervals[0].agents, { sellers: 0, others: 0 });
  t.same(intervals[1].agents, { sellers: 6, others: 0 });
  t.ok(intervals[1].serviceLevel.sales.ofArrivals >= 0.9);
  t.ok(worked.ofArrivals.sales > 0.87);
  t.same(warnings, []);
});

t.test('[STF1] what is refused', async (t) => {
  const nobody = SCENARIO.replace('skills: { sales: 5 }', 'skills: { sale: 5 }');
  const directory = t.testdir({ 'day.yaml': SCENARIO, 'nobody.yaml': nobody, 'bad.yaml': 'traffic: 1\n' });
  const file = (name: string): string => join(directory, name);
  const target = ['--target', '0.8/20s'];
  const refused = (args: readonly string[], exitCode: number, text: RegExp): void => {
    t.match(cordboard(['staff', ...args]), { exitCode, stdout: '', stderr: text });
  };
  refused(target, 2, /missing required argument 'FILE'/);
  refused([file('day.yaml')], 2, /--target: missing; expected a level between 0 and 1 and a time, such as 0\.8\/20s/);
  refused([file('day.yaml'), '--target', '80/20'], 2, /--target: expected a level .*, found "80\/20"/);
  refused([file('none.yaml'), ...target], 2, /cannot read .*none\.yaml/);
  refused([file('bad.yaml'), ...target], 2, /bad\.yaml:1:10 traffic: expected a list/);
  refused([file('nobody.yaml'), ...target], 2, /nobody\.yaml: traffic calls: no group of agents may serve it/);
  refused([file('day.yaml'), ...target, '--csv', file('no/such/plan.csv')], 1, /cannot write .*plan\.csv/);
});
