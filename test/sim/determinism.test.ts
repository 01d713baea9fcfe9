// One seed, one run: the hashes and figures below are the same on every platform and version, and change only when the router, the world or the
// random numbers do. A change of them is a change of what every seed means: say why in the commit.
import t from 'tap';
import type { Scenario } from '../../src/sim/scenario.ts';
import { Simulation, simulate } from '../../src/sim/simulate.ts';
import { channelPolicy } from '../core/oracle/policies.ts';
import {
  anyOf,
  constant,
  exponential,
  group,
  HOUR,
  policy,
  queue,
  scenario,
  template,
  traffic,
} from './plain-scenario.ts';

/** A bit of everything: two channels, three traffics, four groups, shifts, declines and misses, patience, lines, limits, wrap-up. */
const BUSY: Scenario = scenario({
  policy: policy({
    channels: {
      voice: channelPolicy({ wrapUpMs: 60_000 }),
      chat: channelPolicy({ cost: 40, limit: 2, assigned: { maxMs: 600_000, agentLostMs: 60_000, then: 'requeue' } }),
    },
    segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 30_000, clockRate: 2 } },
    queues: [
      queue('main', { requires: anyOf('x'), limits: { waiting: 30, waitMs: 300_000 } }),
      queue('chat', { requires: anyOf('y'), clockRate: 0.5 }),
    ],
    fit: { perLevelMs: 3000, affinityMs: 30_000, breadthMs: 500 },
    readiness: { idleRate: 50, idleCapMs: 600_000, loadMs: 20_000 },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
  }),
  traffic: [
    traffic('calls', 0.05, { patience: exponential(180), wrapUp: { kind: 'lognormal', meanMs: 20_000, cv: 0.5 } }),
    traffic('gold', 0.02, {
      contact: template({ segment: 'gold', value: 500, preferredAgents: ['a-1'] }),
      patience: constant(240),
      handle: { kind: 'lognormal', meanMs: 120_000, cv: 1.2 },
    }),
    traffic('chats', 0, {
      profile: [
        { fromMs: 0, perMs: 1e-5 },
        { fromMs: HOUR, perMs: 3e-5 },
      ],
      periodMs: 3 * HOUR,
      contact: template({ channel: 'chat', queue: 'chat', prefers: [{ skill: 'x', secondsPerLevel: 2.5 }] }),
      handle: { kind: 'empirical', valuesMs: [30_000, 90_000, 700_000] },
    }),
  ],
  agents: [
    group('a', 6, { skills: { x: 3 } }),
    group('b', 3, { skills: { x: 1, y: 8 }, handleFactor: 1.2 }),
    group('c', 3, { skills: { y: 2 }, shifts: [{ fromMs: HOUR, toMs: 2.5 * HOUR, periodMs: 3 * HOUR }] }),
    group('d', 1, { skills: { y: 9 }, limits: { chat: 1 } }),
  ],
  answer: { after: exponential(4), declineRatio: 0.05, missRatio: 0.02 },
  lines: 60,
  warmUpMs: HOUR,
  measureMs: 20 * HOUR,
});

const PLAIN: Scenario = scenario({ measureMs: 100 * HOUR });

t.test('[SIM2] the same scenario and seed give the same events for ever', async (t) => {
  const hashes = [
    [BUSY, 1],
    [BUSY, 2],
    [PLAIN, 1],
  ] as const;
  const got = hashes.map(([model, seed]) => {
    const { hash, events } = simulate(model, { seed });
    return `${hash} ${events}`;
  });
  t.strictSame(got, [
    '46c8fda8d25daba78de19a0d868a8397 33139',
    'dd9a7d7fd0a344a71fe4df373ce62997 33341',
    'b5b2d2e8d06e0b49bc65e38fe33112e0 121427',
  ]);
});

t.test('[SIM2] … and the same figures, in one go or by slices', async (t) => {
  const whole = simulate(BUSY, { seed: 7 });
  const sliced = new Simulation(BUSY, { seed: 7 });
  while (!sliced.advance(13));
  t.strictSame(sliced.report().report, whole);
  const { total } = whole;
  t.strictSame(
    [total.arrivals, total.answered, total.abandoned, total.blocked, total.expired],
    [6743, 5353, 1381, 0, 9],
  );
  t.equal(total.waitSecondsMean, 88.32349924143557);
  t.not(simulate(BUSY, { seed: 8 }).hash, whole.hash);
});

t.test('[SIM3] a change in one place draws nothing else anew', async (t) => {
  const arrivalsOf = (model: Scenario): string[] => {
    const seen: string[] = [];
    simulate(model, { seed: 5, onContact: ({ traffic: name, atMs }) => seen.push(`${name} ${atMs}`) });
    return seen.sort();
  };
  const before = arrivalsOf({ ...BUSY, measureMs: HOUR });
  const [calls, ...others] = BUSY.traffic;
  if (calls === undefined) throw new Error('there are calls');
  const more = { ...BUSY, measureMs: HOUR, agents: [...BUSY.agents, group('e', 2, { skills: { x: 1 } })], lines: 100 };
  const common = Math.min(before.length, arrivalsOf(more).length);
  t.ok(common > 300);
  t.strictSame(arrivalsOf(more).slice(0, 50), before.slice(0, 50), 'with another staff');
  const slower = arrivalsOf({ ...BUSY, measureMs: HOUR, traffic: [{ ...calls, handle: constant(500) }, ...others] });
  t.strictSame(slower.slice(0, 50), before.slice(0, 50), 'with longer conversations');
});
