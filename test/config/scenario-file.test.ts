// Scenario files that are good: every default, every key, files beside them. The bad ones: scenario-faults.test.ts.
import t from 'tap';
import { goodScenario } from './scenario-texts.ts';

const LEAST = `
policy: { channels: { voice: {} }, queues: { all: {} } }
traffic:
  - { name: gold, rate: 100 per 30m, contact: { channel: voice }, handle: { exponential: 180s } }
agents: [{ id: ana }]
`;

t.test('[SIM15] every default', async (t) => {
  const { scenario, warnings } = await goodScenario(LEAST);
  t.same(warnings, []);
  const { policy, ...rest } = scenario;
  t.equal(policy.forgetMs, 1_000, 'shorter than in a policy file');
  t.same(policy.presence, { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 }, 'as in a policy file');
  t.same(rest, {
    traffic: [
      {
        name: 'gold',
        profile: [{ fromMs: 0, perMs: 100 / 1_800_000 }],
        periodMs: 86_400_000,
        contact: {
          channel: 'voice',
          direction: 'INBOUND',
          intent: '',
          language: '',
          queue: '',
          requires: [],
          prefers: [],
          segment: 'default',
          value: 0,
          tier: 0,
          headStartMs: 0,
          preferredAgents: [],
        },
        handle: { kind: 'exponential', meanMs: 180_000 },
        wrapUp: { kind: 'constant', ms: 0 },
        patience: undefined,
      },
    ],
    agents: [
      {
        id: 'ana',
        agentIds: ['ana'],
        skills: {},
        capacity: 100,
        limits: {},
        handleFactor: 1,
        shifts: [{ fromMs: 0, toMs: 86_400_000, periodMs: 86_400_000 }],
      },
    ],
    answer: { after: { kind: 'constant', ms: 0 }, declineRatio: 0, missRatio: 0 },
    lines: Number.POSITIVE_INFINITY,
    warmUpMs: 3_600_000,
    measureMs: 360_000_000,
  });
});

const WHOLE = `
policyFile: ../policies/p.yaml
traffic:
  - name: gold
    profile: [{ at: 0h, rate: 0 per 1s }, { at: 8h, rate: 2.5 per 1m }]
    period: 7d
    contact:
      channel: chat
      direction: OUTBOUND
      intent: billing.refund
      language: es
      queue: second
      requires: [{ all: [{ skill: a, level: 3 }] }]
      prefers: [{ skill: b, secondsPerLevel: 1.5 }]
      segment: gold
      value: 100
      tier: 3
      headStart: 10s
      preferredAgents: [a-2]
    handle: { lognormal: { mean: 3m, cv: 1.2 } }
    wrapUp: { empirical: data/wraps.csv }
    patience: { constant: 30s }
  - { name: rest, rate: 1 per 1h, contact: { channel: chat }, handle: { empirical: data/wraps.csv }, patience: none }
agents:
  - { id: a, count: 2, skills: { a: 5 }, capacity: 50, limits: { chat: 2 }, handleFactor: 1.25, shift: { from: 8h, to: 16h } }
  - { id: b, count: 1, shift: [{ from: 0h, to: 6h }, { from: 22h, to: 24h }], period: 2d }
answer: { after: { exponential: 2s }, decline: 0.1, miss: 0.05 }
lines: 120
run: { warmUp: 0s, measure: 30d }
`;

const FILES = {
  'policies/p.yaml': `
channels: { chat: { wrapUp: 10m, limit: 3 } }
segments: { gold: {} }
queues: { first: {}, second: {} }
forget: 2h
agents: { ana: {} }
`,
  'plans/data/wraps.csv': 'seconds\n20\n1m\n10\n',
};

t.test('[SIM15] every key', async (t) => {
  const { scenario, warnings } = await goodScenario(WHOLE, FILES);
  t.same(warnings, []);
  t.equal(scenario.policy.forgetMs, 7_200_000, 'what the policy writes counts');
  t.same(scenario.policy.agents, {}, 'who answers is said by the scenario');
  const [gold, rest] = scenario.traffic;
  const empirical = { kind: 'empirical', valuesMs: [10_000, 20_000, 60_000] };
  t.same(gold, {
    name: 'gold',
    profile: [
      { fromMs: 0, perMs: 0 },
      { fromMs: 28_800_000, perMs: 2.5 / 60_000 },
    ],
    periodMs: 7 * 86_400_000,
    contact: {
      channel: 'chat',
      direction: 'OUTBOUND',
      intent: 'billing.refund',
      language: 'es',
      queue: 'second',
      requires: [{ all: [{ skill: 'a', level: 3 }] }],
      prefers: [{ skill: 'b', secondsPerLevel: 1.5 }],
      segment: 'gold',
      value: 100,
      tier: 3,
      headStartMs: 10_000,
      preferredAgents: ['a-2'],
    },
    handle: { kind: 'lognormal', meanMs: 180_000, cv: 1.2 },
    wrapUp: empirical,
    patience: { kind: 'constant', ms: 30_000 },
  });
  t.same(rest?.handle, empirical, 'one file for two distributions');
  t.equal(rest?.patience, undefined);
  t.same(scenario.agents, [
    {
      id: 'a',
      agentIds: ['a-1', 'a-2'],
      skills: { a: 5 },
      capacity: 50,
      limits: { chat: 2 },
      handleFactor: 1.25,
      shifts: [{ fromMs: 28_800_000, toMs: 57_600_000, periodMs: 86_400_000 }],
    },
    {
      id: 'b',
      agentIds: ['b-1'],
      skills: {},
      capacity: 100,
      limits: {},
      handleFactor: 1,
      shifts: [
        { fromMs: 0, toMs: 21_600_000, periodMs: 172_800_000 },
        { fromMs: 79_200_000, toMs: 86_400_000, periodMs: 172_800_000 },
      ],
    },
  ]);
  t.same(scenario.answer, { after: { kind: 'exponential', meanMs: 2_000 }, declineRatio: 0.1, missRatio: 0.05 });
  t.match({ ...scenario }, { lines: 120, warmUpMs: 0, measureMs: 30 * 86_400_000 });
});

t.test('JSON, and aliases', async (t) => {
  const { scenario } = await goodScenario(
    JSON.stringify({
      policy: { channels: { voice: {} }, queues: { all: {} } },
      traffic: [{ name: 'a', rate: '1 per 1s', contact: { channel: 'voice' }, handle: { constant: '1s' } }],
      agents: [{ id: 'x', count: 3 }],
    }),
  );
  t.equal(scenario.agents[0]?.agentIds.length, 3);
  const aliased = await goodScenario(`
policy: { channels: { voice: {} }, queues: { all: {} } }
traffic:
  - { name: a, rate: 1 per 1s, contact: &c { channel: voice }, handle: &h { constant: 1s } }
  - { name: b, rate: 1 per 1s, contact: *c, handle: *h }
agents: [{ id: x }]
`);
  t.same(aliased.scenario.traffic[1]?.contact, aliased.scenario.traffic[0]?.contact);
});

t.test('names that JavaScript knows are names like any other', async (t) => {
  const { scenario } = await goodScenario(`
policy: { channels: { constructor: {} }, segments: { toString: {} }, queues: { valueOf: {} } }
traffic:
  - { name: __proto__, rate: 1 per 1s, contact: { channel: constructor, segment: toString, queue: valueOf }, handle: { constant: 1s } }
agents: [{ id: hasOwnProperty, skills: { __proto__: 7 } }]
`);
  t.equal(scenario.traffic[0]?.name, '__proto__');
  t.same(Object.keys(scenario.agents[0]?.skills ?? {}), ['__proto__']);
});

const WARNED: readonly (readonly [what: string, from: string, to: string, warning: string])[] = [
  [
    'a wrap-up that the policy cuts',
    'handle: { exponential: 180s }',
    'handle: { exponential: 180s }, wrapUp: { exponential: 30s }',
    '4:106 traffic[0].wrapUp: some are longer than channels.voice.wrapUp of the policy, 1m; what is longer is cut',
  ],
  [
    'a conversation that the policy ends',
    '{ exponential: 180s }',
    '{ lognormal: { mean: 2h, cv: 3 } }',
    '4:75 traffic[0].handle: some are longer than channels.voice.assigned.max of the policy, 8h; then it is back in line',
  ],
  [
    'answers that come too late',
    'agents:',
    'answer: { after: { constant: 20s } }\nagents:',
    '5:18 answer.after: some are longer than channels.voice.offer.timeout of the policy, 20s; an offer that is not answered until then runs out',
  ],
];

for (const [what, from, to, warning] of WARNED) {
  t.test(`warned of: ${what}`, async (t) => {
    const text = LEAST.replace('voice: {}', 'voice: { wrapUp: 1m }').replace(from, to);
    const { warnings } = await goodScenario(text);
    t.same(
      warnings.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`),
      [warning],
    );
  });
}
