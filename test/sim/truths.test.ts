// What queueing theory says exactly must come out: mean service 100 s, so that the core's whole milliseconds do not matter. Each figure lies within four
// standard errors (batch means) of the truth, and the errors are small enough that being wrong would show.
//
// CORDBOARD_LONG=1 (`npm run test:long`) runs 5 million contacts a model instead of 150 thousand.
import t, { type Test } from 'tap';
import { STUDENT_T } from '../../src/sim/batch-means.ts';
import { RATIOS, type RatioName } from '../../src/sim/measures.ts';
import { RandomStream } from '../../src/sim/random-stream.ts';
import type { TrafficReport } from '../../src/sim/report.ts';
import type { Scenario } from '../../src/sim/scenario.ts';
import { simulate } from '../../src/sim/simulate.ts';
import {
  anyOf,
  constant,
  exponential,
  group,
  HOUR,
  policy,
  queue,
  SECOND,
  scenario,
  template,
  traffic,
} from './plain-scenario.ts';

const { CORDBOARD_LONG } = process.env;
const isLong = CORDBOARD_LONG === '1';
const CONTACTS = isLong ? 5_000_000 : 150_000;
const LAW_CONTACTS = isLong ? 1_000_000 : 40_000;

type Truths = Partial<Record<RatioName, number>>;

/** Runs it for about so many contacts, after a warm-up of twenty hours. */
function run(changes: Partial<Scenario>, seed: number, contacts = CONTACTS): ReturnType<typeof simulate> {
  const model = scenario({ policy: policy({ queues: [queue('main')] }), ...changes });
  const perMs = model.traffic.reduce((sum, { profile }) => sum + (profile[0]?.perMs ?? 0), 0);
  return simulate({ ...model, warmUpMs: 20 * HOUR, measureMs: contacts / perMs }, { seed });
}

function figure(report: TrafficReport, name: RatioName): { value: number; error: number } {
  const all = { ...report, ...report.serviceLevel };
  const halfWidths = { ...report.ci95, ...report.ci95.serviceLevel };
  const value = all[name];
  const halfWidth = halfWidths[name];
  if (value === null || halfWidth === null) throw new Error(`${name} has no value`);
  return { value, error: halfWidth / STUDENT_T };
}

/** `noticed`: the relative deviation that four standard errors must be below, so that one would be seen. */
function holds(t: Test, report: TrafficReport, truths: Truths, noticed: number): void {
  for (const name of Object.keys(RATIOS) as RatioName[]) {
    const truth = truths[name];
    if (truth === undefined) continue;
    const { value, error } = figure(report, name);
    const z = (value - truth) / error;
    t.ok(Math.abs(z) < 4, `${name} ${value.toPrecision(6)}, truth ${truth}, z ${z.toFixed(2)}`);
    const relative = (4 * error) / truth;
    t.ok(relative < (isLong ? noticed / 5 : noticed), `${name}: ${(100 * relative).toFixed(1)} % off would be seen`);
    t.ok(error > 0, `${name} varies`);
  }
}

function model(name: string, changes: Partial<Scenario>, truths: Truths, noticed: number, seed: number): void {
  t.test(`[SIM16] ${name}`, async (t) => holds(t, run(changes, seed).total, truths, noticed));
}

model(
  'Erlang C, ten agents, load 8',
  { traffic: [traffic('all', 0.08)], agents: [group('a', 10)] },
  { probabilityOfWait: 0.40918015, waitSecondsMean: 20.459008, ofArrivals: 0.72572, queueLengthMean: 1.6367206 },
  0.25,
  1,
);

model(
  'Erlang C, 100 in 30 minutes, 180 s, 14 agents',
  { traffic: [traffic('all', 100 / 1800, { handle: exponential(180) })], agents: [group('a', 14)] },
  { probabilityOfWait: 0.174132, waitSecondsMean: 7.836, ofArrivals: 0.88835 },
  0.4,
  2,
);

model(
  'Erlang A, load 10, ten agents, patience of twice the service',
  { traffic: [traffic('all', 0.1, { patience: exponential(200) })] },
  {
    probabilityOfWait: 0.619655,
    abandonRatio: 0.103913,
    waitSecondsMean: 20.7826,
    ofArrivals: 0.572023,
    ofArrivalsLessShortAbandons: 0.601748,
    notWaitingLonger: 0.621421,
  },
  0.1,
  3,
);

for (const handle of [exponential(100), constant(100)]) {
  model(
    `Erlang B, five lines, load 3, ${handle.kind} service`,
    { traffic: [traffic('all', 0.03, { handle })], agents: [group('a', 5)], lines: 5 },
    { blockedRatio: 0.11005435 },
    0.1,
    4,
  );
}

t.test('[SIM16] strict order by tier', async (t) => {
  const rates = [0.02, 0.03, 0.03];
  const truths = [5.114752, 10.229504, 40.918015];
  const report = run(
    {
      traffic: rates.map((rate, index) => traffic(`t${index}`, rate, { contact: template({ tier: 9 - index }) })),
    },
    5,
  );
  for (const [index, waitSecondsMean] of truths.entries()) {
    holds(t, trafficOf(report, `t${index}`), { waitSecondsMean }, 0.35);
  }
});

t.test('[SIM16] accumulating order by clock rate: of the segment, of the queue', async (t) => {
  const queues = [queue('slow'), queue('fast', { clockRate: 3 })];
  const byQueue = [template({ queue: 'slow' }), template({ queue: 'fast' })];
  const segments = { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 0, clockRate: 3 } };
  const bySegment = [template({ segment: 'default' }), template({ segment: 'gold' })];
  const runs: readonly Partial<Scenario>[] = [
    { policy: policy({ queues }), traffic: twoTraffics(byQueue) },
    { policy: policy({ segments }), traffic: twoTraffics(bySegment) },
  ];
  for (const [index, changes] of runs.entries()) {
    const report = run({ agents: [group('a', 5)], ...changes }, 6 + index);
    holds(t, trafficOf(report, 't0'), { waitSecondsMean: 75.560803 }, 0.3);
    holds(t, trafficOf(report, 't1'), { waitSecondsMean: 35.261708 }, 0.3);
  }
});

function twoTraffics(contacts: readonly Scenario['traffic'][number]['contact'][]): Scenario['traffic'] {
  return contacts.map((contact, index) => traffic(`t${index}`, 0.02, { contact }));
}

function trafficOf(report: ReturnType<typeof simulate>, name: string): TrafficReport {
  const one = report.traffic[name];
  if (one === undefined) throw new Error(`there is no traffic ${name}`);
  return one;
}

/** First come, first served, by whoever has idled longest. */
const LONGEST_IDLE = policy({ queues: [queue('main')], readiness: { idleRate: 1000, idleCapMs: 600_000, loadMs: 0 } });

function skilled(id: string, ...skills: string[]): Scenario['agents'][number] {
  return group(id, 1, { skills: Object.fromEntries(skills.map((skill) => [skill, 5])) });
}

function needing(rate: number, ...skills: string[]): Scenario['traffic'] {
  return skills.map((skill) => traffic(skill, rate, { contact: template({ requires: anyOf(skill) }) }));
}

model(
  'longest idle, the W model of Adan and Weiss',
  {
    policy: LONGEST_IDLE,
    agents: [skilled('a', 's0'), skilled('b', 's0', 's1'), skilled('c', 's1')],
    traffic: needing(0.012, 's0', 's1'),
  },
  { waitSecondsMean: 143.633277, probabilityOfWait: 0.7089983 },
  0.25,
  8,
);

model(
  'longest idle, the chain of three agents with two skills each',
  {
    policy: LONGEST_IDLE,
    agents: [skilled('a', 's0', 's1'), skilled('b', 's1', 's2'), skilled('c', 's2', 's0')],
    traffic: needing(0.008, 's0', 's1', 's2'),
  },
  { waitSecondsMean: 124.867725, probabilityOfWait: 0.68571429 },
  0.25,
  9,
);

t.test('[SIM16] a model that is wrong by a little is found out', async (t) => {
  // Conversations five seconds longer: load 8.4 instead of 8.
  const { total } = run({ traffic: [traffic('all', 0.08, { handle: exponential(105) })] }, 1, 150_000);
  const truths = { probabilityOfWait: 0.40918015, waitSecondsMean: 20.459008, ofArrivals: 0.72572 };
  for (const [name, truth] of Object.entries(truths)) {
    const { value, error } = figure(total, name as RatioName);
    t.ok(Math.abs(value - truth) > 4 * error, `${name} ${value.toFixed(4)} is not ${truth}`);
  }
});

/** Any rank rule that keeps nobody waiting beside a free agent: weights at random, every agent able to serve everybody. */
function randomRule(seed: number): Partial<Scenario> {
  const random = new RandomStream(seed, 'rule');
  const up = (to: number): number => random.uniform() * to;
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(up(choices.length))] as T;
  const rate = (): number => one([0, 0.5, 1, 3, 10, up(20)]);
  const headStartMs = (): number => one([0, 30, up(600)]) * SECOND;
  const names = ['q0', 'q1', 'q2'];
  const segments = {
    default: { headStartMs: 0, clockRate: 1 },
    gold: { headStartMs: Math.round(headStartMs()), clockRate: one([1, 0.1, 1 / 3, 1.9]) },
  };
  return {
    policy: policy({
      queues: names.map((name) =>
        queue(name, {
          requires: anyOf('x', 'y'),
          clockRate: Math.min(10, rate()),
          headStartMs: Math.round(headStartMs()),
        }),
      ),
      segments,
      value: { scale: 100, headStartMs: Math.round(headStartMs()) },
      fit: { perLevelMs: one([0, 3000]), affinityMs: one([0, 30_000]), breadthMs: one([0, 500]) },
      readiness: { idleRate: one([0, 50, 1000]), idleCapMs: 600_000, loadMs: one([0, 10_000]) },
    }),
    traffic: Array.from({ length: 4 }, (_, index) =>
      traffic(`t${index}`, 0.02, {
        contact: template({
          queue: one(names),
          segment: one(['', 'gold']),
          value: up(200),
          tier: one([0, 0, 0, 1, 5]),
          headStartMs: Math.round(headStartMs()),
          prefers: one([[], [{ skill: 'y', secondsPerLevel: up(20) }]]),
          preferredAgents: one([[], ['a-1'], ['b-1', 'b-2']]),
        }),
      }),
    ),
    agents: [group('a', 5, { skills: { x: 3 } }), group('b', 5, { skills: { x: 1 + Math.floor(up(9)), y: 7 } })],
  };
}

t.test('[SIM16] conservation law: whatever the weights, the mean wait of all is that of Erlang C', async (t) => {
  let squares = 0;
  for (let seed = 101; seed <= 120; seed++) {
    const { total } = run(randomRule(seed), seed, LAW_CONTACTS);
    const truth = 20.459008;
    const { value, error } = figure(total, 'waitSecondsMean');
    const z = (value - truth) / error;
    squares += z * z;
    t.ok(Math.abs(z) < 4, `rule ${seed}: mean wait ${value.toFixed(3)}, truth ${truth}, z ${z.toFixed(2)}`);
    t.ok((4 * error) / truth < (isLong ? 0.15 : 0.6), `rule ${seed}: the error is ${error.toFixed(3)}`);
  }
  const spread = Math.sqrt(squares / 20);
  t.ok(spread > 0.5 && spread < 1.6, `the deviations are as large as their errors say: ${spread.toFixed(2)} times`);
});
