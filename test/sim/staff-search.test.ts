// The search of one interval: single-skill cases against Erlang's minimum, cases that the first guess gets wrong, several skills.
import t from 'tap';
import { fewestAgents } from '../../src/sim/erlang.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { demandOf, staffTraffics } from '../../src/sim/staff-demand.ts';
import { type IntervalStaff, searchInterval } from '../../src/sim/staff-search.ts';
import { agentIdsOf } from '../../src/sim/staff-trial.ts';
import { HOUR_MS, VOICE } from './recorded-day.ts';
import { group, HANDLE_MS, scenario, TARGET, traffic } from './staff-scenarios.ts';

function demand(given: Scenario): ReturnType<typeof demandOf> {
  const placed = staffTraffics(given);
  if ('faults' in placed) throw new Error(placed.faults.join('; '));
  return demandOf(placed.traffics, 0, HOUR_MS);
}

function searched(given: Scenario, seed = 1): IntervalStaff {
  return searchInterval(given, demand(given), TARGET, seed);
}

/** A run of its own, on other customers: share of the arrivals of each traffic answered in time. */
function independentLevels(given: Scenario, counts: readonly number[]): ReadonlyMap<string, number> {
  const perMs = given.traffic.reduce((sum, { profile }) => sum + (profile[0]?.perMs ?? 0), 0);
  const agents = given.agents.map((one, index) => ({ ...one, agentIds: agentIdsOf(one, counts[index] ?? 0) }));
  const measureMs = 30_000 / perMs;
  const report = simulate({ ...given, agents, warmUpMs: measureMs / 10, measureMs }, { seed: 99 });
  return new Map(
    Object.entries(report.traffic).map(([name, { serviceLevel }]) => [name, serviceLevel.ofArrivals ?? Number.NaN]),
  );
}

for (const [load, patienceMs] of [
  [1, undefined],
  [6, undefined],
  [14, undefined],
  [3, 120_000],
  [8, 120_000],
  [16, 120_000],
] as const) {
  t.test(`[STF1] one skill, load ${load}, patience ${patienceMs ?? 'endless'}: Erlang's minimum`, async (t) => {
    const given = scenario([traffic('q', { load, ...(patienceMs && { patienceMs }) })], [group('a')]);
    const found = searched(given);
    const queueOfTheory = {
      arrivalRate: load / HANDLE_MS,
      meanHandle: HANDLE_MS,
      meanPatience: patienceMs ?? Number.POSITIVE_INFINITY,
    };
    t.same(found.counts, [fewestAgents(queueOfTheory, TARGET.level, TARGET.withinMs)]);
    t.same(found.beyondHelp, []);
    if (load === 1) t.same(searched(given), found, 'the same seed, the same result');
  });
}

t.test('[STF1] a first guess that is too high is lowered: two groups that do the same work are one', async (t) => {
  const given = scenario([traffic('q', { load: 6 })], [group('a'), group('b')]);
  const { counts, guess } = searched(given);
  t.same(guess, [5, 5], 'each for half of the load');
  t.equal((counts[0] ?? 0) + (counts[1] ?? 0), 9, 'together as many as one group would need');
});

t.test('[STF1] a first guess that is too low is raised: who comes last must be served too', async (t) => {
  const first = traffic('first', { load: 8, tier: 1 });
  const given = scenario([first, traffic('last', { load: 1 })], [group('a')]);
  const { counts, guess, levels } = searched(given);
  t.ok((counts[0] ?? 0) > (guess[0] ?? 0), `${counts} after ${guess}`);
  for (const [name, { meets }] of levels) t.ok(meets, name);
  t.ok((independentLevels(given, counts).get('last') ?? 0) > TARGET.level - 0.02);
  t.ok((independentLevels(given, [(counts[0] ?? 0) - 1]).get('last') ?? 1) < TARGET.level);
});

t.test('[STF1] two skills: every queue meets the target, and no group can lose an agent', async (t) => {
  const given = scenario(
    [
      traffic('en', { load: 3, skills: ['en'], patienceMs: 300_000 }),
      traffic('de', { load: 2, skills: ['de'] }),
      traffic('both', { load: 2, skills: ['en', 'de'] }),
    ],
    [group('anglo', 'en'), group('german', 'de'), group('bilingual', 'en', 'de')],
  );
  const { counts, levels } = searched(given);
  for (const [name, { meets }] of levels) t.ok(meets, name);
  t.ok(
    counts.every((count) => count > 0),
    `${counts}`,
  );
  const all = independentLevels(given, counts);
  for (const [name, level] of all) t.ok(level > TARGET.level - 0.02, `${name} with all of them: ${level}`);
  for (const [index, { id }] of given.agents.entries()) {
    const fewer = counts.map((count, other) => (other === index ? count - 1 : count));
    const worst = Math.min(...independentLevels(given, fewer).values());
    t.ok(worst < TARGET.level + 0.01, `one ${id} less: ${worst}`);
  }
});

t.test(
  '[STF1] agents who take several contacts at once, or longer than others, count as what they can do',
  async (t) => {
    const channels = { voice: { ...VOICE, wrapUpMs: 0, cost: 50, limit: 2 } };
    const base = scenario([traffic('q', { load: 10, patienceMs: 120_000 })], [group('a')]);
    const both = { ...base, policy: { ...base.policy, channels } };
    t.same(searched(base).counts, [12]);
    t.same(searched(both).counts, [6]);
    const slow = { ...base, agents: [{ ...group('a'), handleFactor: 2 }] };
    const queueOfTheory = { arrivalRate: 10 / HANDLE_MS, meanHandle: 2 * HANDLE_MS, meanPatience: 120_000 };
    t.same(searched(slow).counts, [fewestAgents(queueOfTheory, TARGET.level, TARGET.withinMs)]);
  },
);
