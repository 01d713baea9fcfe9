// What the test suite runs of torture: so many seeds from a fixed one on. The count is fixed, not the time.

import type { Test } from 'tap';
import { caseText, failureText, newTally, runSeed, smallerCase, tallyText } from './campaign.ts';
import { history } from './moves.ts';
import { loadProduct } from './product.ts';
import { EXPECTED } from './sightings.ts';

/** Fails with the seed, the step, the command that repeats it and the smaller history [TOR3]. */
export async function tortureSeeds(t: Test, first: number, count: number): Promise<void> {
  t.comment(`seeds ${first} to ${first + count - 1}; again: npm run torture -- --seed ${first}`);
  const product = await loadProduct();
  const tally = newTally();
  const startedMs = performance.now();
  for (let seed = first; seed < first + count; seed++) {
    const failure = await runSeed(product, seed, tally);
    if (failure === undefined) continue;
    t.comment(failureText(seed, failure));
    t.comment(caseText(await smallerCase(product, history(seed), failure)));
    t.fail(`seed ${seed} failed at step ${failure.step}`);
    return;
  }
  t.comment(tallyText(tally, (performance.now() - startedMs) / 1000));
  for (const sighting of EXPECTED)
    t.ok(tally.sightings.count(sighting) > 0, `${tally.sightings.count(sighting)} times ${sighting}`);
}
