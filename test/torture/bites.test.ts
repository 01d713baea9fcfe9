// Does torture notice? Ten classic bugs, each planted in a copy of the source tree: each must be found, and the copy without one must pass
// where they fail.
//
// Relaxations have no deadlines yet: the bug of one too many or too few is planted in when deadlines are due.
import t from 'tap';
import { BUGS, plant } from './bugs.ts';
import { newTally, runSeed } from './campaign.ts';
import { loadProduct } from './product.ts';

/** Of the core, over as many seeds as it takes. */
const STEPS_MAX = 25_000;
const FIRST_SEED = 1;

t.setTimeout(240_000);

for (const [name, edits] of Object.entries(BUGS)) {
  t.test(`[TOR2] found: ${name}`, async (t) => {
    const tree = plant(edits);
    t.teardown(() => tree.remove());
    const product = await loadProduct(tree.source);
    const tally = newTally();
    for (let seed = FIRST_SEED; tally.coreSteps < STEPS_MAX; seed++) {
      const failure = await runSeed(product, seed, tally);
      if (failure === undefined) continue;
      const [what] = failure.message.split('\n', 1);
      t.comment(`after ${tally.coreSteps + failure.coreSteps} steps of the core, ${tally.seeds + 1} seeds: ${what}`);
      t.pass(`seed ${seed}, step ${failure.step}`);
      return;
    }
    t.fail(`not found in ${tally.coreSteps} steps of the core`);
  });
}
