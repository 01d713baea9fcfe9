// `npm run torture` from outside: what it prints and how it exits; that one seed gives one run, and that a failure is made smaller.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BUGS, plant } from './bugs.ts';
import type { TortureCase } from './campaign.ts';
import { torture } from './machine.ts';
import { history } from './moves.ts';
import { loadProduct } from './product.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

t.setTimeout(240_000);

function run(...args: readonly string[]): { readonly code: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout + stderr };
}

t.test('help, and what is no option', async (t) => {
  const help = run('--help');
  t.equal(help.code, 0);
  for (const option of ['--seed', '--minutes', '--steps', '--case', '--save']) t.match(help.out, option);
  t.equal(run('--seed', 'x').code, 2);
});

t.test('[TOR1] one seed, one run', async (t) => {
  const product = await loadProduct();
  const [{ sightings: _one, ...one }, { sightings: _other, ...other }] = [
    await torture(product, history(11)),
    await torture(product, history(11)),
  ];
  t.same(one, other);
  t.ok(one.events > 0, `${one.events} events, hash ${one.hash}`);
  const again = run('--seed', '11', '--steps', `${one.moves}`);
  t.equal(again.code, 0, again.out);
});

t.test('[TOR3] a failure is repeated by the command that it prints, and is made smaller', async (t) => {
  const tree = plant(BUGS['capacity leak on decline'] ?? []);
  t.teardown(() => tree.remove());
  const saved = join(tree.source, 'smaller.json');
  const source = ['--source', tree.source];
  const failed = run(...source, '--seed', '1', '--minutes', '3', '--save', saved);
  t.equal(failed.code, 1, failed.out);
  const [, seed = '', steps = ''] = /again: npm run torture -- --seed (\d+) --steps (\d+)/.exec(failed.out) ?? [];
  const again = run(...source, '--seed', seed, '--steps', steps);
  t.equal(again.code, 1);
  t.match(again.out, `seed ${seed} failed at step ${steps},`, 'at the same step');
  const { why, history: smaller } = JSON.parse(readFileSync(saved, 'utf8')) as TortureCase;
  t.match(why, 'differ', 'why it failed');
  t.ok(smaller.moves.length < Number(steps) / 2, `${smaller.moves.length} moves are left of ${steps}`);
  t.equal(run(...source, '--case', saved).code, 1, 'it fails');
  t.equal(run('--case', saved).code, 0, 'where there is no bug, it holds');
});
