// Whole plans: intervals that follow a profile, what is worked and what is searched, text, CSV and JSON, what is refused.
import t from 'tap';
import type { Scenario } from '../../src/sim/scenario.ts';
import { type StaffPlan, staff } from '../../src/sim/staff.ts';
import { meanRateBetween } from '../../src/sim/staff-demand.ts';
import { staffCsv, staffJson, staffText } from '../../src/sim/staff-table.ts';
import { HOUR_MS } from './recorded-day.ts';
import { group, HANDLE_MS, scenario, TARGET, traffic } from './staff-scenarios.ts';

t.test('[STF1] a queue that no number of agents helps is named, and the others are planned', async (t) => {
  const impatient = { ...traffic('hasty', { load: 2 }), patience: { kind: 'constant', ms: 0 } } as const;
  const given = scenario([impatient, traffic('q', { load: 5, skills: ['s'] })], [group('a'), group('b', 's')], {
    answer: { after: { kind: 'constant', ms: 1000 }, declineRatio: 0, missRatio: 0 },
  });
  const { intervals, warnings } = planOf(given);
  const [first] = intervals;
  t.same(first?.staff.beyondHelp, ['hasty']);
  t.ok((first?.staff.counts[1] ?? 0) >= 7, `${first?.staff.counts}`);
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
