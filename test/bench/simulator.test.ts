// The simulator's benchmark in small: that it runs, finds about what the formulas say, and gives the same hash again. Never how fast.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';

const MAIN = join(import.meta.dirname, '../../bench/main.ts');

function run(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const options = { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' } } as const;
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'simulator', ...args], options);
}

t.test('in small: a row for each case, one JSON object at the end, the same hash again', async (t) => {
  const first = run('--small', '--seed', '7');
  t.equal(first.status, 0, first.stderr);
  const result = JSON.parse(first.stdout.trimEnd().split('\n').at(-1) ?? '');
  t.match(result, { suite: 'simulator', params: { seed: 7, contacts: 3000, tries: 1 }, hash: /^[0-9a-f]{16}$/ });
  const cases = ['erlangC10', 'erlangC14', 'erlangA10', 'erlangB5', 'erlangBConstant5'];
  for (const name of cases) {
    t.ok(result.metrics[`${name}ContactsPerS`] > 0, name);
    const [, found, exact] = new RegExp(`^${name} .* P\\(\\w+\\) (\\S+) +(\\S+)$`, 'm').exec(first.stdout) ?? [];
    t.ok(Math.abs(Number(found) - Number(exact)) < 0.08, `${name}: ${found}, exact ${exact}`);
  }
  t.equal(JSON.parse(run('--small', '--seed', '7').stdout.trimEnd().split('\n').at(-1) ?? '').hash, result.hash);
});

t.test('wrong usage is told', async (t) => {
  const ended = run('--contacts', 'many');
  t.equal(ended.status, 2);
  t.match(ended.stderr, /expected a whole number from 1/);
});
