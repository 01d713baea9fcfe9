// The simulator's benchmark in small: that it runs, finds about what the formulas say, and gives the same hash again. Never how fast.
import t from 'tap';
import { type Ended, resultIn, runSuite } from './suite-run.ts';

/** The suite, with these options. */
function run(...args: string[]): Promise<Ended> {
  return runSuite(['simulator', ...args]);
}

t.test('in small: a row for each case, one JSON object at the end, the same hash again', async (t) => {
  const first = await run('--small', '--seed', '7');
  t.equal(first.status, 0, first.stderr);
  const result = resultIn(first);
  t.match(result, { suite: 'simulator', params: { seed: 7, contacts: 3000, tries: 1 }, hash: /^[0-9a-f]{16}$/ });
  const cases = ['erlangC10', 'erlangC14', 'erlangA10', 'erlangB5', 'erlangBConstant5'];
  for (const name of cases) {
    t.ok((result.metrics[`${name}ContactsPerS`] ?? 0) > 0, name);
    const [, found, exact] = new RegExp(`^${name} .* P\\(\\w+\\) (\\S+) +(\\S+)$`, 'm').exec(first.stdout) ?? [];
    t.ok(Math.abs(Number(found) - Number(exact)) < 0.08, `${name}: ${found}, exact ${exact}`);
  }
  t.equal(resultIn(await run('--small', '--seed', '7')).hash, result.hash);
});

t.test('wrong usage is told', async (t) => {
  const ended = await run('--contacts', 'many');
  t.equal(ended.status, 2);
  t.match(ended.stderr, /expected a whole number from 1/);
});
