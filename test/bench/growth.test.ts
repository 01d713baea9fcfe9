// The growth benchmark in small: that it runs, that the oracle chooses as the core does (the suite fails where it does not), that it gives the same
// hash again. Never how fast.
import t from 'tap';
import { Centre } from '../../bench/growth/centre.ts';
import { meets } from '../../src/core/requirement.ts';
import { type Ended, resultIn, runSuite } from './suite-run.ts';

/** The suite, with these options. */
function run(...args: string[]): Promise<Ended> {
  return runSuite(['growth', ...args]);
}

t.test('in small: every figure, one JSON object at the end, the same hash again', async (t) => {
  const first = await run('--small', '--seed', '7');
  t.equal(first.status, 0, first.stderr);
  const result = resultIn(first);
  t.match(result, { suite: 'growth', params: { seed: 7, agents: [50, 200] }, hash: /^[0-9a-f]{16}$/ });
  const names = [
    ...['Agents', 'Waiting'].flatMap((of) => [
      `choiceMedianRatio${of}`,
      `commandMedianRatio${of}`,
      `choiceP99Ratio${of}`,
      `commandP99Ratio${of}`,
      `commandUnserveableRatio${of}`,
      `commandAffinityRatio${of}`,
    ]),
    'commandStrangersRatioWaiting',
    'commandRelaxingRatioWaiting',
    'commandAgents200P99Us',
    'commandWaiting400P50Us',
    'firstUseAgents200P50Us',
    'upkeep5IsFreeAgainP50Us',
    'signInP99Us',
    'policyChangeMs',
  ];
  for (const name of names) t.ok((result.metrics[name] ?? 0) > 0, name);
  t.match(first.stdout, /policy that moves all: 401 events in one step/);
  t.match(first.stdout, /^40 waiting, oracle/m);
  const again = resultIn(await run('--small', '--seed', '7'));
  t.equal(again.hash, result.hash);
});

t.test('a part alone', async (t) => {
  const { status, stdout, stderr } = await run('--small', '--only', 'waiting', '--plain', '--samples', '50');
  t.equal(status, 0, stderr);
  const { metrics } = resultIn({ stdout });
  t.ok((metrics.choiceMedianRatioWaiting ?? 0) > 0);
  t.notOk('choiceMedianRatioAgents' in metrics);
  t.notOk('commandUnserveableRatioWaiting' in metrics);
});

t.test('wrong usage is told', async (t) => {
  const ended = await run('--only', 'fast');
  t.equal(ended.status, 2);
  t.match(ended.stderr, /Allowed choices are agents, waiting, upkeep, steps, oracle/);
});

t.test('agents differ in their skills, and those who may serve a demand class are those who meet it', async (t) => {
  const centre = new Centre({ skills: 40, demands: 60 }, 7);
  const recruits = centre.recruits(200);
  t.equal(new Set(recruits.map(({ skills }) => JSON.stringify(skills))).size, 200);
  const able = centre.ableByDemand(recruits);
  for (const demand of centre.demands) {
    const expected = recruits.filter(({ skills }) => meets(new Map(Object.entries(skills)), demand.requires));
    t.same(
      able[demand.index]?.map(({ id }) => id),
      expected.map(({ id }) => id),
      `demand class ${demand.index}`,
    );
  }
});
