// Who may serve what, and whether the agents are enough.
import t from 'tap';
import { checkLoad, meanMs, meanRate, placementOf, presentShare } from '../../src/sim/offered-load.ts';
import { type Scenario, WORLD_GATEWAY_ID } from '../../src/sim/scenario.ts';
import { goodScenario } from '../config/scenario-texts.ts';

const POLICY = `policy:
  channels:
    voice: {}
    chat: { cost: 30, limit: 3 }
    note: { cost: 0, limit: 2 }
    mail: { cost: 50, limit: 2, yieldsTo: [voice] }
    back: { cost: 20, exclusive: true }
  queues:
    es: { when: { language: es }, requires: [{ all: [{ skill: es, level: 5 }] }] }
    web: { when: { gatewayId: world, intent: "web*" } }
    rest: { when: { language: en } }
`;

/** A scenario of traffics `[name, contacts an hour, what its contact says, more]` with handle times of 6 minutes: 10 an hour are one agent's work. */
async function scenarioOf(
  traffics: readonly (readonly [name: string, perHour: number, contact: string, more?: string])[],
  agents: string,
  rest = '',
): Promise<Scenario> {
  const lines = traffics.map(
    ([name, perHour, contact, more = '']) =>
      `  - { name: ${name}, rate: ${perHour} per 1h, contact: { ${contact} }, handle: { exponential: 6m }${more} }\n`,
  );
  const { scenario } = await goodScenario(`${POLICY}traffic:\n${lines.join('')}agents: [${agents}]\n${rest}`);
  return scenario;
}

const check = (scenario: Scenario): ReturnType<typeof checkLoad> => checkLoad(scenario, WORLD_GATEWAY_ID);

const EN = 'channel: voice, language: en';
const ES = 'channel: voice, language: es';

t.test('[SIM15] a traffic that no agent may serve, without a way out, is a fault', async (t) => {
  const { faults, warnings } = check(
    await scenarioOf(
      [
        ['en', 5, EN],
        ['es', 5, ES],
      ],
      '{ id: a, skills: { es: 4 } }',
    ),
  );
  t.same(faults, [
    {
      path: ['traffic', 1],
      message:
        'no agent may serve it (queue es and the contact ask es 5), and its customers neither lose patience nor run into `lines`: expected an agent who may',
    },
  ]);
  t.same(warnings, []);
  const noLimit = check(await scenarioOf([['en', 5, EN]], '{ id: a, limits: { voice: 0 } }'));
  t.match(noLimit.faults[0]?.message, /ask for a free place of its channel/);
  const tooSmall = check(await scenarioOf([['en', 5, EN]], '{ id: a, capacity: 99 }'));
  t.equal(tooSmall.faults.length, 1, 'capacity below the cost');
});

t.test('[SIM15, RLX2] who may serve it after some step, or in another queue, may serve it', async (t) => {
  const served = async (steps: string): Promise<boolean> => {
    const text = `policy:
  channels: { voice: {} }
  segments: { default: { requires: [{ without: [trainee] }] } }
  queues: { es: { requires: [{ all: [{ skill: es }] }], relax: ${steps} }, rest: { relax: [{ after: 1m, overflowTo: es }] } }
traffic: [{ name: es, rate: 1 per 1h, contact: { channel: voice, queue: es }, handle: { constant: 1m } }]
agents: [{ id: a, skills: { fr: 1 } }, { id: b, skills: { es: 9, trainee: 1 } }]
`;
    return check((await goodScenario(text)).scenario).faults.length === 0;
  };
  t.notOk(await served('[]'));
  t.notOk(await served('[{ after: 1m, headStart: 1m }]'));
  t.ok(await served('[{ after: 1m, requires: [{ all: [{ skill: fr }] }] }]'));
  t.ok(await served('[{ after: 1m, overflowTo: rest }]'));
});

t.test('[SIM15] with patience or lines it is a warning', async (t) => {
  const traffics = [
    ['es', 5, ES, ', patience: { constant: 10s }'],
    ['en', 5, EN],
  ] as const;
  const { faults, warnings } = check(await scenarioOf(traffics, '{ id: a }'));
  t.same(faults, []);
  t.same(warnings, [
    'es: no agent may serve it (queue es and the contact ask es 5); all of its customers leave or are blocked',
  ]);
  const lined = check(await scenarioOf([['es', 5, ES]], '{ id: a }', 'lines: 10\n'));
  t.equal(lined.warnings.length, 1);
});

t.test('[SIM15] a contact that no queue takes, or that asks too much, is a fault', async (t) => {
  const { faults } = check(await scenarioOf([['fr', 5, 'channel: voice, language: fr']], '{ id: a }'));
  t.same(faults, [
    {
      path: ['traffic', 0, 'contact'],
      message: 'no queue of the policy takes this contact: name one, or let one match',
    },
  ]);
  const needs = Array.from({ length: 16 }, (_, n) => `{ skill: s${n} }`).join(', ');
  const much = check(await scenarioOf([['es', 5, `${ES}, requires: [{ all: [${needs}] }]`]], '{ id: a }'));
  t.match(much.faults, [{ message: 'joined with what queue es requires, it requires too much' }]);
});

t.test('the queue is the one that the core takes', async (t) => {
  const scenario = await scenarioOf(
    [
      ['web', 1, 'channel: voice, intent: web.x'],
      ['es', 1, `${EN}, queue: es`],
    ],
    '{ id: a }',
    'lines: 9\n',
  );
  const queues = scenario.traffic.map(({ contact }) => {
    const placement = placementOf(scenario.policy, contact, WORLD_GATEWAY_ID);
    return typeof placement === 'string' ? placement : placement.queue.name;
  });
  t.same(queues, ['web', 'es']);
});

const SPANISH = '{ id: es, count: 4, skills: { es: 7 } }';
const ENGLISH = '{ id: en, count: 4 }';

/** Contacts an hour, agents, and what the warning begins with; '' for none. */
const LOADS: readonly (readonly [
  what: string,
  traffics: Parameters<typeof scenarioOf>[0],
  agents: string,
  warning: string,
  rest?: string,
])[] = [
  ['less than the agents can do', [['en', 39, EN]], ENGLISH, ''],
  [
    'all that they can do',
    [['en', 40, EN]],
    ENGLISH,
    'unstable: en brings 100.0 % of what those who may serve it (en) can carry',
  ],
  ['more', [['en', 60, EN]], ENGLISH, 'unstable: en brings 150 % of what'],
  ['far more', [['en', 900, EN]], ENGLISH, 'unstable: en brings far more than all of what'],
  [
    'one skill short, the other idle',
    [
      ['en', 5, EN],
      ['es', 41, ES],
    ],
    `${SPANISH}, ${ENGLISH}`,
    'unstable: es brings 102.5 % of what those who may serve it (es)',
  ],
  [
    'what one cannot do the other does',
    [
      ['en', 55, EN],
      ['es', 20, ES],
    ],
    `${SPANISH}, ${ENGLISH}`,
    '',
  ],
  [
    'both short together',
    [
      ['en', 61, EN],
      ['es', 20, ES],
    ],
    `${SPANISH}, ${ENGLISH}`,
    'unstable: en, es bring 101.3 % of what those who may serve it (es, en)',
  ],
  [
    'shifts count',
    [['en', 25, EN]],
    ENGLISH.replace('4 }', '4, shift: { from: 8h, to: 20h } }'),
    'unstable: en brings 125 %',
  ],
  ['fast agents', [['en', 79, EN]], ENGLISH.replace('4 }', '4, handleFactor: 0.5 }'), ''],
  ['slow agents', [['en', 21, EN]], ENGLISH.replace('4 }', '4, handleFactor: 2 }'), 'unstable: en brings 105.0 %'],
  ['three chats at once', [['chat', 119, 'channel: chat, language: en']], ENGLISH, ''],
  ['more than three', [['chat', 121, 'channel: chat, language: en']], ENGLISH, 'unstable: chat brings 100.8 %'],
  [
    'chats and calls share the agents',
    [
      ['en', 20, EN],
      ['chat', 72, 'channel: chat, language: en'],
    ],
    ENGLISH,
    'unstable: en, chat bring 104.0 %',
  ],
  [
    'what costs nothing has its limit',
    [
      ['note', 82, 'channel: note, language: en'],
      ['en', 39, EN],
    ],
    ENGLISH,
    'unstable: note brings 102.5 %',
  ],
  [
    '… and takes no room',
    [
      ['note', 79, 'channel: note, language: en'],
      ['en', 39, EN],
    ],
    ENGLISH,
    '',
  ],
  [
    'what yields is carried beside calls',
    [
      ['en', 39, EN],
      ['mail', 79, 'channel: mail, language: en'],
    ],
    ENGLISH,
    '',
  ],
  ['… within what it costs', [['mail', 82, 'channel: mail, language: en']], ENGLISH, 'unstable: mail brings 102.5 %'],
  [
    'an exclusive contact is held alone, whatever the limit',
    [['back', 41, 'channel: back, language: en']],
    ENGLISH.replace('4 }', '4, limits: { back: 5 } }'),
    'unstable: back brings 102.5 %',
  ],
  ['patience settles it', [['en', 60, EN, ', patience: { exponential: 1m }']], ENGLISH, ''],
  ['lines settle it', [['en', 60, EN]], ENGLISH, '', 'lines: 8\n'],
  [
    'time until the answer counts',
    [['en', 39, EN]],
    ENGLISH,
    'unstable: en brings 102.',
    'answer: { after: { constant: 18s } }\n',
  ],
  ['offers in vain count', [['en', 39, EN]], ENGLISH, 'unstable: en brings 102.9 %', 'answer: { miss: 0.5 }\n'],
];

for (const [what, traffics, agents, warning, rest] of LOADS) {
  t.test(`[SIM15] load: ${what}`, async (t) => {
    const { faults, warnings } = check(await scenarioOf(traffics, agents, rest));
    t.same(faults, []);
    if (warning === '') t.same(warnings, []);
    else t.ok(warnings.length === 1 && warnings[0]?.startsWith(warning), JSON.stringify(warnings));
  });
}

t.test('means', async (t) => {
  const { scenario } = await goodScenario(`${POLICY}traffic:
  - name: a
    profile: [{ at: 0h, rate: 0 per 1h }, { at: 6h, rate: 10 per 1h }, { at: 12h, rate: 30 per 1h }]
    contact: { ${EN} }
    handle: { constant: 1s }
agents: [{ id: a, shift: [{ from: 0h, to: 3h }, { from: 9h, to: 12h }] }]
`);
  const [traffic] = scenario.traffic;
  const [group] = scenario.agents;
  t.equal(traffic && meanRate(traffic) * 3_600_000, (6 * 10 + 12 * 30) / 24);
  t.equal(group && presentShare(group), 0.25);
  t.equal(meanMs({ kind: 'constant', ms: 50 }, 30), 30);
  t.equal(meanMs({ kind: 'empirical', valuesMs: [10, 20, 60] }), 30);
  t.equal(meanMs({ kind: 'empirical', valuesMs: [10, 20, 60] }, 30), 20);
  t.equal(meanMs({ kind: 'exponential', meanMs: 100 }), 100);
  const cut = meanMs({ kind: 'exponential', meanMs: 100 }, 100);
  t.ok(Math.abs(cut - 100 * (1 - Math.exp(-1))) < 1e-9, 'E min(X, b) = m (1 − e^(−b/m))');
  t.equal(meanMs({ kind: 'lognormal', meanMs: 100, cv: 1 }), 100);
  t.equal(meanMs({ kind: 'lognormal', meanMs: 100, cv: 1 }, 200), 0, 'the least that can be said');
});
