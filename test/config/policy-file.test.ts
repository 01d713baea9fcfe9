// Policy files that are good: every default, every key, JSON, aliases, odd names. The bad ones: policy-faults.test.ts.
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';

function policyOf(text: string): ResolvedPolicy {
  const result = parsePolicy(text);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

const LEAST = 'channels: { voice: {} }\nqueues: { all: {} }\n';

t.test('[CLI7] every default', async (t) => {
  t.same(policyOf(LEAST), {
    channels: {
      voice: {
        cost: 100,
        limit: 1,
        offerTimeoutMs: 20_000,
        wrapUpMs: 0,
        assigned: { maxMs: 8 * 3_600_000, agentLostMs: 300_000, then: 'requeue' },
        gatewayLost: { afterMs: 300_000, then: 'keep' },
      },
    },
    segments: { default: { headStartMs: 0, clockRate: 1 } },
    value: { scale: 1000, headStartMs: 0 },
    queues: [
      {
        name: 'all',
        requires: [],
        serviceLevel: { withinMs: 20_000, target: 0.8 },
        clockRate: 1,
        headStartMs: 0,
        limits: { waiting: 50_000, waitMs: 7 * 86_400_000 },
      },
    ],
    fit: { perLevelMs: 3_000, affinityMs: 30_000, breadthMs: 500 },
    readiness: { idleRate: 50, idleCapMs: 600_000, loadMs: 20_000 },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
    forgetMs: 3_600_000,
    estimate: { minutes: 10, answersMin: 5 },
    explain: { runnersUp: 0 },
    agents: {},
  });
});

const WHOLE = `
channels:
  voice: { cost: 50, limit: 2, offer: { timeout: 500ms, autoAccept: true }, wrapUp: 1m,
           assigned: { max: 2h, agentLost: 0s, then: end }, gatewayLost: { after: 1s, then: cancel } }
  chat: { yieldsTo: [voice], exclusive: true }
segments:
  platinum: { headStart: 2m, clockRate: 1.2345 }
value: { scale: 0.5, seconds: 10s }
queues:
  first:
    when: { intent: "billing.*", channel: [voice, "ch*"], direction: INBOUND, segment: default, gatewayId: g1,
            language: [es], customerId: "c*" }
    requires: [{ all: [{ skill: a, level: 3 }, { skill: b }] }, { all: [] }]
    serviceLevel: { within: 5s, target: 1 }
    clockRate: 0
    headStart: 24h
    limits: { waiting: 0, wait: 1h }
  "2": {}
fit: { secondsPerLevel: 1s, affinity: 2s, breadth: 3ms }
readiness: { idleRate: 0.0126, idleCap: 4s, loadSeconds: 5s }
presence: { grace: 6s, missesBeforeBusy: 0, declineCoolDown: 7s, offersPerMinute: 600,
            declineReasons: { lunch: { coolDown: 0s } } }
forget: 0s
agents: { ana: { name: Ana, skills: { a: 7 }, capacity: 200, limits: { voice: 0 }, mayPull: true }, bot: {} }
`;

t.test('every key', async (t) => {
  const policy = policyOf(WHOLE);
  t.same(policy.channels, {
    voice: {
      cost: 50,
      limit: 2,
      offerTimeoutMs: 500,
      autoAccept: true,
      wrapUpMs: 60_000,
      assigned: { maxMs: 7_200_000, agentLostMs: 0, then: 'end' },
      gatewayLost: { afterMs: 1_000, then: 'cancel' },
    },
    chat: { ...policyOf(LEAST).channels.voice, yieldsTo: ['voice'], exclusive: true },
  });
  t.same(policy.segments, {
    default: { headStartMs: 0, clockRate: 1 },
    platinum: { headStartMs: 120_000, clockRate: 1.2345 },
  });
  t.same(policy.value, { scale: 0.5, headStartMs: 10_000 });
  t.same(policy.queues[0], {
    name: 'first',
    when: {
      intent: ['billing.*'],
      channel: ['voice', 'ch*'],
      direction: ['INBOUND'],
      segment: ['default'],
      gatewayId: ['g1'],
      language: ['es'],
      customerId: ['c*'],
    },
    requires: [
      {
        all: [
          { skill: 'a', level: 3 },
          { skill: 'b', level: 1 },
        ],
      },
      { all: [] },
    ],
    serviceLevel: { withinMs: 5_000, target: 1 },
    clockRate: 0,
    headStartMs: 86_400_000,
    limits: { waiting: 0, waitMs: 3_600_000 },
  });
  t.same(
    policy.queues.map(({ name }) => name),
    ['first', '2'],
    'queues keep the order of the file, whatever their names are',
  );
  t.same(policy.fit, { perLevelMs: 1_000, affinityMs: 2_000, breadthMs: 3 });
  t.same(policy.readiness, { idleRate: 13, idleCapMs: 4_000, loadMs: 5_000 }, 'the idle rate is in thousandths');
  t.same(policy.presence, {
    graceMs: 6_000,
    missesBeforeBusy: 0,
    declineCoolDownMs: 7_000,
    offersPerMinute: 600,
    declineReasons: { lunch: { coolDownMs: 0 } },
  });
  t.equal(policy.forgetMs, 0);
  t.same(policy.agents, {
    ana: { name: 'Ana', skills: { a: 7 }, capacity: 200, limits: { voice: 0 }, mayPull: true },
    bot: { name: '', skills: {}, capacity: 100, limits: {} },
  });
});

t.test('[CLI7] requirements of segments, and what an agent is to be without', async (t) => {
  const { segments, queues } = policyOf(
    `${LEAST}segments: { gold: { requires: [{ without: [x] }, { all: [{ skill: a }], without: [] }] }, free: { requires: [] } }`,
  );
  t.strictSame(segments, {
    default: { headStartMs: 0, clockRate: 1 },
    gold: {
      headStartMs: 0,
      clockRate: 1,
      requires: [{ all: [], without: ['x'] }, { all: [{ skill: 'a', level: 1 }] }],
    },
    free: { headStartMs: 0, clockRate: 1 },
  });
  t.strictSame(queues[0]?.requires, []);
});

t.test('[CLI7, RLX10] steps of relax', async (t) => {
  const steps =
    '[{ after: 30s, requires: [] }, { after: 1m, headStart: 5s, if: { agentsAvailable: 2, estimatedWaitAbove: 2m } }, { after: 2m, overflowTo: all }]';
  const { queues } = policyOf(`channels: { voice: {} }\nqueues: { all: { relax: ${steps} }, none: { relax: [] } }`);
  t.strictSame(queues[0]?.relax, [
    { afterMs: 30_000, requires: [] },
    { afterMs: 60_000, if: { agentsAvailable: 2, estimatedWaitAboveMs: 120_000 }, headStartMs: 5_000 },
    { afterMs: 120_000, overflowTo: 'all' },
  ]);
  t.notOk(Object.hasOwn(queues[1] ?? {}, 'relax'));
});

t.test('[CLI7, CBK3, ATT2, RLX11] callbacks', async (t) => {
  const { queues } = policyOf(
    'channels: { voice: {} }\nqueues: { all: { callback: {}, relax: [{ after: 30s, offerCallback: true }] }, none: {} }',
  );
  t.strictSame(queues[0]?.callback, { withinMs: 86_400_000, attempts: 3, spacingMs: 1_800_000 });
  t.strictSame(queues[0]?.relax, [{ afterMs: 30_000, offerCallback: true }]);
  t.notOk(Object.hasOwn(queues[1] ?? {}, 'callback'));
  const hours = policyOf(
    'channels: { voice: {} }\ncalendars: { c: { timeZone: UTC, weekly: {} } }\nqueues: { all: { contactHours: c }, none: {} }',
  );
  t.equal(hours.queues[0]?.contactHours, 'c');
  t.notOk(Object.hasOwn(hours.queues[1] ?? {}, 'contactHours'));
});

t.test('JSON is read like YAML, and a resolved policy survives JSON', async (t) => {
  const json =
    '{"channels": {"voice": {"offer": {"timeout": "5s"}}}, "queues": {"all": {"when": {"channel": "voice"}}}}';
  const yaml = 'channels: { voice: { offer: { timeout: 5s } } }\nqueues: { all: { when: { channel: voice } } }';
  t.same(policyOf(json), policyOf(yaml));
  const policy = policyOf(WHOLE);
  t.same(JSON.parse(JSON.stringify(policy)), policy);
});

t.test('source and hash are those of the text', async (t) => {
  const result = parsePolicy(LEAST);
  if ('faults' in result) throw new Error('refused');
  t.equal(result.source, LEAST);
  t.match(result.hash, /^[0-9a-f]{64}$/);
  const other = parsePolicy(`${LEAST}# a comment is a change`);
  t.not('hash' in other && other.hash, result.hash);
});

t.test('anchors and aliases', async (t) => {
  const policy = policyOf(`
channels: { voice: &human { wrapUp: 1m }, chat: *human }
queues:
  one: { requires: &es [{ all: [{ skill: es }] }] }
  two: { requires: *es }`);
  t.equal(policy.channels.chat?.wrapUpMs, 60_000);
  t.same(policy.queues[1]?.requires, [{ all: [{ skill: 'es', level: 1 }] }]);
});

t.test('names that JavaScript knows are names like any other', async (t) => {
  const policy = policyOf('channels: { __proto__: { cost: 7 }, constructor: {} }\nqueues: { toString: {} }');
  t.same(Object.keys(policy.channels), ['__proto__', 'constructor']);
  t.equal(Object.getOwnPropertyDescriptor(policy.channels, '__proto__')?.value.cost, 7);
  t.equal(Object.getPrototypeOf(policy.channels), Object.prototype);
});

t.test('[CLI7, HRS3] calendars and the hours of queues', async (t) => {
  const { calendars, queues } = policyOf(`
channels: { voice: {} }
calendars:
  office: { timeZone: Europe/Madrid, weekly: { mon: 09:00-18:00, sat: ["22:00-06:00", 00:00-24:00] },
            holidays: [2026-12-25, { date: 2026-12-24, hours: 09:00-13:00 }] }
queues:
  a: { when: { intent: a }, hours: office, closed: { then: overflow, overflowTo: b } }
  b: { closed: { then: refuse } }
`);
  t.strictSame(calendars, {
    office: {
      timeZone: 'Europe/Madrid',
      weekly: [
        [[540, 1080]],
        [],
        [],
        [],
        [],
        [
          [1320, 1800],
          [0, 1440],
        ],
        [],
      ],
      holidays: [
        { date: '2026-12-25', hours: [] },
        { date: '2026-12-24', hours: [[540, 780]] },
      ],
    },
  });
  t.match(queues, [{ hours: 'office', closed: { then: 'overflow', overflowTo: 'b' } }, { name: 'b' }]);
  t.notOk(
    queues.some((queue) => queue.name === 'b' && ('hours' in queue || 'closed' in queue)),
    'defaults are left out',
  );
});
