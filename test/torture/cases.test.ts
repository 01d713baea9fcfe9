// Histories that failed once: each file in cases/ says why it was kept, and holds from now on. `npm run torture -- … --save FILE` writes such a
// file when something fails; its `why` is then put into words.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readCase } from './campaign.ts';
import { torture } from './machine.ts';
import { loadProduct } from './product.ts';

const CASES = join(import.meta.dirname, 'cases');

for (const name of readdirSync(CASES).sort()) {
  const { why, history } = readCase(join(CASES, name));
  t.test(`[TOR3] ${name}: ${why}`, async (t) => {
    const { moves, lives } = await torture(await loadProduct(), history);
    t.equal(moves, history.moves.length, `all of its moves, in ${lives} lives`);
  });
}
