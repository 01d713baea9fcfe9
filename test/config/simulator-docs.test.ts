// docs/SIMULATOR.md says what the code does: every key, the scenario that it shows and what comes of it.
import t from 'tap';
import { distributionReference, scenarioReference } from './scenario-reference.ts';
import { blocksOf, SIMULATOR_PAGE, samples } from './simulator-samples.ts';

t.test('[SIM15] every key of scenario files, and every distribution', async (t) => {
  t.ok(
    SIMULATOR_PAGE.includes(`\n${scenarioReference()}\n`),
    'as `node test/config/scenario-reference.ts` prints them',
  );
  t.ok(
    SIMULATOR_PAGE.includes(`\n${distributionReference()}\n`),
    'as `node test/config/scenario-reference.ts` prints them',
  );
});

t.test('[SIM2] [CMP1] its scenario and the one with two more agents give what it shows', async (t) => {
  t.same(blocksOf('text'), await samples(), 'as `node test/config/simulator-samples.ts` prints them');
});

t.test('links within the page lead somewhere', async (t) => {
  const titles = [...SIMULATOR_PAGE.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
  const anchors = titles.map((title) => title.toLowerCase().replaceAll(' ', '-'));
  const targets = [...SIMULATOR_PAGE.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target ?? '');
  t.ok(targets.length > 5);
  for (const target of targets) t.ok(anchors.includes(target), `#${target}`);
});
