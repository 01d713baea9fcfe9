// Staffing: single-skill cases against Erlang's minimum, cases that the first guess gets wrong, several skills, whole plans.
import t from 'tap';
import { fewestAgents } from '../../src/sim/erlang.ts';
import type { AgentGroup, Scenario, Traffic } from '../../src/sim/scenario.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { type StaffPlan, staff } from '../../src/sim/staff.ts';
import { demandOf, meanRateBetween, staffTraffics } from '../../src/sim/staff-demand.ts';
import { type IntervalStaff, searchInterval } from '../../src/sim/staff-search.ts';
import { staffCsv, staffJson, staffText } from '../../src/sim/staff-table.ts';
import { agentIdsOf } from '../../src/sim/staff-trial.ts';
import { HOUR_MS, policyOf, queue, VOICE } from './recorded-day.ts';

const TARGET = { level: 0.8, withinMs: 20_000 };
const HANDLE_MS = 180_000;

interface TrafficTerms {
  readonly queue?: string;
  /** Erlangs. */
  readonly load: number;
  readonly patienceMs?: number;
  readonly skills?: readonly string[];
  readonly tier?: number;
  readonly profile?: Traffic['profile'];
}

function traffic(
  name: string,
  { queue: into = name, load, patienceMs, skills = [], tier = 0, profile }: TrafficTerms,
): Traffic {
  const requires = skills.length === 0 ? [] : [{ all: skills.map((skill) => ({ skill, level: 1 })) }];
  return {
    name,
    profile: profile ?? [{ fromMs: 0, perMs: load / HANDLE_MS }],
    periodMs: 4 * HOUR_MS,
    contact: {
      channel: 'voice',
      direction: 'INBOUND',
      intent: '',
      language: '',
      queue: into,
      requires,
      prefers: [],
      segment: 'default',
      value: 0,
      tier,
      headStartMs: 0,
      preferredAgents: [],
    },
    handle: { kind: 'exponential', meanMs: HANDLE_MS },
    wrapUp: { kind: 'constant', ms: 0 },
    patience: patienceMs === undefined ? undefined : { kind: 'exponential', meanMs: patienceMs },
  };
}

function group(id: string, ...skills: readonly string[]): AgentGroup {
  return {
    id,
    agentIds: [`${id}-1`, `${id}-2`],
    skills: Object.fromEntries(skills.map((skill) => [skill, 5])),
    capacity: 100,
    limits: {},
    handleFactor: 1,
    shifts: [{ fromMs: 0, toMs: 24 * HOUR_MS, periodMs: 24 * HOUR_MS }],
  };
}

function scenario(traffics: readonly Traffic[], agents: readonly AgentGroup[], more: Partial<Scenario> = {}): Scenario {
  const queues = [...new Set(traffics.map(({ contact }) => contact.queue))].map((name) => queue(name));
  return {
    policy: policyOf(queues, { channels: { voice: { ...VOICE, wrapUpMs: 0 } }, forgetMs: 1000 }),
    traffic: traffics,
    agents,
    answer: { after: { kind: 'constant', ms: 0 }, declineRatio: 0, missRatio: 0 },
    lines: Number.POSITIVE_INFINITY,
    warmUpMs: 0,
    measureMs: HOUR_MS,
    ...more,
  };
}

function demand(given: Scenario): ReturnType<typeof demandOf> {
  const placed = staffTraffics(given);
  if ('faults' in placed) throw new Error(placed.faults.join('; '));
  return demandOf(placed.traffics, 0, HOUR_MS);
}

function searched(given: Scenario, seed = 1): IntervalStaff {
  return searchInterval(given, demand(given), TARGET, seed);
}

/** A run of its own, on other customers: share of the queue's arrivals answered in time. */
function independentLevel(given: Scenario, counts: readonly number[], name: string): number {
  const perMs = given.traffic.reduce((sum, { profile }) => sum + (profile[0]?.perMs ?? 0), 0);
  const agents = given.agents.map((one, index) => ({ ...one, agentIds: agentIdsOf(one, counts[index] ?? 0) }));
  const measureMs = 60_000 / perMs;
  const report = simulate({ ...given, agents, warmUpMs: measureMs / 10, measureMs }, { seed: 99 });
  return report.traffic[name]?.serviceLevel.ofArrivals ?? Number.NaN;
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
    const found = searched(scenario([traffic('q', { load, ...(patienceMs && { patienceMs }) })], [group('a')]));
    const queueOfTheory = {
      arrivalRate: load / HANDLE_MS,
      meanHandle: HANDLE_MS,
      meanPatience: patienceMs ?? Number.POSITIVE_INFINITY,
    };
    t.same(found.counts, [fewestAgents(queueOfTheory, TARGET.level, TARGET.withinMs)]);
    t.same(found.beyondHelp, []);
  });
}

t.test(
  '[STF1] a first guess that is too high is lowered: customers who all wait just long enough need fewer',
  async (t) => {
    const patience = { kind: 'constant', ms: 25_000 } as const;
    const given = scenario([{ ...traffic('q', { load: 10 }), patience }], [group('a')]);
    const { counts, guess } = searched(given);
    t.ok((counts[0] ?? 0) < (guess[0] ?? 0), `${counts} after ${guess}`);
    t.ok(independentLevel(given, counts, 'q') > TARGET.level - 0.01);
    t.ok(independentLevel(given, [(counts[0] ?? 0) - 1], 'q') < TARGET.level);
  },
);

t.test('[STF1] a first guess that is too low is raised: who comes last must be served too', async (t) => {
  const first = traffic('first', { load: 8, tier: 1 });
  const given = scenario([first, traffic('last', { load: 1 })], [group('a')]);
  const { counts, guess, levels } = searched(given);
  t.ok((counts[0] ?? 0) > (guess[0] ?? 0), `${counts} after ${guess}`);
  for (const [name, { meets }] of levels) t.ok(meets, name);
  t.ok(independentLevel(given, counts, 'last') > TARGET.level - 0.01);
  t.ok(independentLevel(given, [(counts[0] ?? 0) - 1], 'last') < TARGET.level);
});

t.test('[STF1] two skills: every queue meets the target, and no group can lose an agent', async (t) => {
  const given = scenario(
    [
      traffic('en', { load: 6, skills: ['en'], patienceMs: 300_000 }),
      traffic('de', { load: 4, skills: ['de'] }),
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
  for (const name of ['en', 'de', 'both']) {
    t.ok(independentLevel(given, counts, name) > TARGET.level - 0.015, `${name} with all of them`);
  }
  for (const [index, { id }] of given.agents.entries()) {
    const fewer = counts.map((count, other) => (other === index ? count - 1 : count));
    const worst = Math.min(...['en', 'de', 'both'].map((name) => independentLevel(given, fewer, name)));
    t.ok(worst < TARGET.level + 0.005, `one ${id} less: ${worst}`);
  }
  t.same(searched(given), searched(given), 'the same seed, the same agents');
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

t.test('[STF1] a queue that no number of agents helps is named, and the others are planned', async (t) => {
  const impatient = { ...traffic('hasty', { load: 2 }), patience: { kind: 'constant', ms: 0 } } as const;
  const given = scenario([impatient, traffic('q', { load: 5, skills: ['s'] })], [group('a'), group('b', 's')], {
    answer: { after: { kind: 'constant', ms: 1000 }, declineRatio: 0, missRatio: 0 },
  });
  const { counts, beyondHelp } = searched(given);
  t.same(beyondHelp, ['hasty']);
  t.ok((counts[1] ?? 0) >= 7, `${counts}`);
  const { warnings } = planOf(given);
  t.match(warnings, ['queue hasty: no number of agents meets the target']);
});

function planOf(given: Scenario, intervalMs = 2 * HOUR_MS): StaffPlan {
  const result = staff(given, { target: TARGET, intervalMs, seed: 1 });
  if ('faults' in result) throw new Error(result.faults.join('; '));
  return result.plan;
}

t.test('[STF1] a plan follows the profile, interval by interval, and is worked as a whole', async (t) => {
  const profile = [
    { fromMs: 0, perMs: 0 },
    { fromMs: HOUR_MS, perMs: 3 / HANDLE_MS },
    { fromMs: 2 * HOUR_MS, perMs: 10 / HANDLE_MS },
    { fromMs: 3 * HOUR_MS, perMs: 3 / HANDLE_MS },
  ];
  const given = scenario([traffic('q', { load: 0, profile, patienceMs: 120_000 })], [group('a')]);
  const fractions: number[] = [];
  const request = { target: TARGET, intervalMs: HOUR_MS, seed: 1 };
  const result = staff(given, { ...request, onProgress: (fraction) => fractions.push(fraction) });
  if ('faults' in result) return t.fail('no plan');
  const { plan } = result;
  const counts = plan.intervals.map(
    ({
      staff: {
        counts: [count],
      },
    }) => count,
  );
  t.same(counts, [0, 5, 12, 5]);
  t.equal(plan.intervals[1]?.staff, plan.intervals[3]?.staff, 'equal intervals are searched once');
  t.equal(plan.intervals[0]?.worked.get('q'), null);
  for (const { worked } of plan.intervals.slice(1)) {
    const level = worked.get('q') ?? 0;
    t.ok(level > 0.75 && level < 0.95, `${level}`);
  }
  t.same(plan.warnings, []);
  t.same(
    [...fractions].sort((a, b) => a - b),
    fractions,
    'progress goes forward',
  );
  t.match(staffText(plan, request), /^2:00 +3:00 +12 /m);
  t.match(staffText(plan, request), 'Agent hours in the period: a 22.0');
  const [head, ...rows] = staffCsv(plan).trimEnd().split('\r\n');
  t.equal(head, 'from,to,group,agents,q searched,q worked');
  t.equal(rows[0], '0:00,1:00,a,0,,');
  t.match(rows[2], /^2:00,3:00,a,12,0\.8\d\d\d,0\.8\d\d\d$/);
  const json = JSON.parse(staffJson(plan, request));
  t.match(json, { seed: 1, target: { level: 0.8, withinSeconds: 20 }, intervalSeconds: 3600, periodSeconds: 14_400 });
  t.match(json.intervals[2], { from: '2:00', fromSeconds: 7200, agents: { a: 12 }, beyondHelp: [] });
});

t.test('[STF1] intervals that are all alike are one row', async (t) => {
  const plan = planOf(scenario([traffic('q', { load: 1, patienceMs: 60_000 })], [group('a,"b"')]), HOUR_MS);
  const text = staffText(plan, { target: TARGET, intervalMs: HOUR_MS, seed: 1 });
  t.match(text, /^0:00 +4:00 +\d+ /m);
  t.equal(staffCsv(plan).trimEnd().split('\r\n').length, 5);
  t.match(staffCsv(plan), '0:00,1:00,"a,""b""",');
});

t.test('[STF1] where an interval leaves contacts behind, the worked plan says so', async (t) => {
  // Half an hour of far more than the next interval has agents for, and customers who wait for ever.
  const profile = [
    { fromMs: 0, perMs: 1 / HANDLE_MS },
    { fromMs: HOUR_MS, perMs: 12 / HANDLE_MS },
    { fromMs: 1.5 * HOUR_MS, perMs: 1 / HANDLE_MS },
  ];
  const { intervals, warnings } = planOf(scenario([traffic('q', { load: 0, profile })], [group('a')]), 2 * HOUR_MS);
  t.equal(intervals.length, 2);
  t.match(warnings, [/^queue q: when the plan is worked, [12] intervals? fall/]);
});

t.test('[STF1] what cannot be planned is refused', async (t) => {
  const request = { target: TARGET, intervalMs: HOUR_MS, seed: 1 };
  const nobody = scenario([traffic('q', { load: 1, skills: ['x'] })], [group('a')]);
  t.same(staff(nobody, request), { faults: ['traffic q: no group of agents may serve it'] });
  const profile = [
    { fromMs: 0, perMs: 0.001 },
    { fromMs: HOUR_MS, perMs: 0.002 },
  ];
  const uneven = { ...traffic('p', { load: 1, profile }), periodMs: 3 * HOUR_MS };
  t.match(staff(scenario([traffic('q', { load: 1 }), uneven], [group('a')]), request), {
    faults: [/^traffic p: expected a period that divides the longest one \(14400 s\), found 10800 s$/],
  });
  const fine = { ...request, intervalMs: 1000 };
  t.match(staff(scenario([traffic('q', { load: 1 })], [group('a')]), fine), {
    faults: [/^expected at most 2016 intervals/],
  });
});

t.test('[STF1] the mean rate of an interval', async (t) => {
  const profile = [
    { fromMs: 0, perMs: 1 },
    { fromMs: 100, perMs: 3 },
  ];
  const given = { ...traffic('q', { load: 1, profile }), periodMs: 200 };
  t.equal(meanRateBetween(given, 0, 100), 1);
  t.equal(meanRateBetween(given, 50, 150), 2);
  t.equal(meanRateBetween(given, 150, 250), 2);
  t.equal(meanRateBetween(given, 0, 1000), 2);
});
