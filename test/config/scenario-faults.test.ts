// Scenario files that are refused, each with every place and word of its faults; hostile texts.
import fc from 'fast-check';
import t from 'tap';
import { readScenario } from '../../src/config/scenario-file.ts';
import { faultsOf, scenarioOf } from './scenario-texts.ts';

const POLICY = 'policy: { channels: { voice: {}, chat: { wrapUp: 1m } }, queues: { all: {} } }\n';
const REST = ', contact: { channel: voice }, handle: { constant: 1s } }\n';

/** A scenario with something more in its traffic (line 3, from column 88 on). */
const traffic = (more: string): string =>
  `${POLICY}traffic:\n  - { name: a, rate: 1 per 1s, contact: { channel: voice }, handle: { constant: 1s }${more} }\nagents: [{ id: x }]\n`;
/** With rates of its own, on line 3. */
const rates = (text: string): string => `${POLICY}traffic:\n  - { name: a, ${text}${REST}agents: [{ id: x }]\n`;
/** With agents of its own, on line 4. */
const agents = (text: string): string => traffic('').replace('{ id: x }', text);
const RATE = 'expected a rate such as 100 per 30m, 0.5 per 1s or 12 per 1h, at most 10000 a second';
const KINDS = 'expected one of { constant: … }, { exponential: … }, { lognormal: … }, { empirical: … }';

const BAD: readonly (readonly [what: string, text: string, faults: readonly string[]])[] = [
  ['nothing at all', '', ['1:1 : expected an object, found nothing']],
  ['a list', '- a', ['1:1 : expected an object, found a list']],
  [
    'nothing in it',
    '{}',
    [
      '1:1 traffic: missing; expected a list (1 to 1000 items)',
      '1:1 agents: missing; expected a list (1 to 1000 items)',
      '1:1 policy: missing; expected a policy, or a policyFile',
    ],
  ],
  [
    'no traffic, no agents',
    `${POLICY}traffic: []\nagents: []\n`,
    [
      '2:10 traffic: expected a list of 1 to 1000 items, found 0',
      '3:9 agents: expected a list of 1 to 1000 items, found 0',
    ],
  ],
  [
    'an unknown key',
    `${traffic('')}line: 5\nseed: 1\n`,
    [
      '5:1 line: unknown key "line"; did you mean lines?',
      '6:1 seed: unknown key "seed"; expected one of policy, policyFile, traffic, agents, answer, lines, run',
    ],
  ],
  [
    'an unknown key of a traffic',
    traffic(', patients: none'),
    ['3:87 traffic[0].patients: unknown key "patients"; did you mean patience?'],
  ],
  [
    'a rate of nothing',
    rates('rate: 0 per 30m'),
    ['3:22 traffic[0].rate: expected a rate above 0: nothing would ever arrive'],
  ],
  [
    'a profile of nothing',
    rates('profile: [{ at: 0h, rate: 0 per 30m }, { at: 8h, rate: 0 per 1h }]'),
    ['3:25 traffic[0].profile: expected a rate above 0: nothing would ever arrive'],
  ],
  ['a rate with a slash', rates('rate: 100/30m'), [`3:22 traffic[0].rate: ${RATE}, found the text "100/30m"`]],
  ['a rate without its time', rates('rate: 5'), [`3:22 traffic[0].rate: ${RATE}, found the number 5`]],
  ['a rate an hour', rates('rate: 5 per hour'), [`3:22 traffic[0].rate: ${RATE}, found the text "5 per hour"`]],
  ['a negative rate', rates('rate: -5 per 30m'), [`3:22 traffic[0].rate: ${RATE}, found the text "-5 per 30m"`]],
  [
    'a huge rate',
    rates('rate: 1000000000000 per 1s'),
    [`3:22 traffic[0].rate: ${RATE}, found the text "1000000000000 per 1s"`],
  ],
  [
    'neither rate nor profile',
    rates('period: 24h'),
    ['3:5 traffic[0].rate: missing; expected a rate, or a profile of rates'],
  ],
  [
    'both rate and profile',
    rates('rate: 1 per 1s, profile: [{ at: 0s, rate: 1 per 1s }]'),
    ['3:41 traffic[0].profile: expected a rate or a profile, found both'],
  ],
  [
    'a profile out of order',
    rates('profile: [{ at: 1h, rate: 1 per 1s }, { at: 30m, rate: 1 per 1s }, { at: 24h, rate: 1 per 1h }]'),
    [
      '3:32 traffic[0].profile[0].at: expected 0s, found 1h',
      '3:60 traffic[0].profile[1].at: expected later than the step before (1h), found 30m',
      '3:89 traffic[0].profile[2].at: expected earlier than the end of the period (1d), found 1d',
    ],
  ],
  ['a bare duration', traffic(', patience: 30s'), [`3:97 traffic[0].patience: ${KINDS}, none, found the text "30s"`]],
  ['no wrap-up is a constant', traffic(', wrapUp: none'), [`3:95 traffic[0].wrapUp: ${KINDS}, found the text "none"`]],
  [
    'a distribution that there is not',
    traffic(', patience: { exponentail: 30s }'),
    ['3:99 traffic[0].patience.exponentail: unknown key "exponentail"; did you mean exponential?'],
  ],
  [
    'two distributions',
    traffic(', patience: { exponential: 30s, constant: 3s }'),
    [`3:97 traffic[0].patience: ${KINDS}, none, found 2 of them`],
  ],
  ['no distribution', traffic(', patience: {}'), [`3:97 traffic[0].patience: ${KINDS}, none, found an empty object`]],
  [
    'an exponential of nothing',
    traffic(', patience: { exponential: 0s }'),
    ['3:112 traffic[0].patience.exponential: expected a duration from 1ms to 30d, found the text "0s"'],
  ],
  [
    'half a lognormal',
    traffic(', patience: { lognormal: { mean: 30s, cv: -1 } }'),
    ['3:127 traffic[0].patience.lognormal.cv: expected a number from 0 to 100, found the number -1'],
  ],
  [
    'a wrap-up on a channel that has none',
    traffic(', wrapUp: { exponential: 3s }'),
    [
      '3:95 traffic[0].wrapUp: expected none: channel voice has no wrap-up (its wrapUp is 0s); set channels.voice.wrapUp in the policy to the longest that it may take',
    ],
  ],
  [
    'both policies',
    `${traffic('')}policyFile: p.yaml\n`,
    ['5:13 policyFile: expected policy or policyFile, found both'],
  ],
  ['no policy', traffic('').slice(POLICY.length), ['1:1 policy: missing; expected a policy, or a policyFile']],
  [
    'a policy file that is not there',
    `policyFile: nope.yaml\n${traffic('').slice(POLICY.length)}`,
    ['1:13 policyFile: cannot read plans/nope.yaml'],
  ],
  [
    'faults in the policy',
    traffic('').replace('voice: {}', 'voice: { cots: 3 }').replace('all: {}', 'all: { when: { channel: vioce } }'),
    [
      '1:32 policy.channels.voice.cots: unknown key "cots"; did you mean cost?',
      '1:101 policy.queues.all.when.channel: expected a channel (voice, chat), found "vioce"; did you mean voice?',
    ],
  ],
  [
    'names that the policy does not have',
    traffic('').replace('channel: voice', 'channel: voise, segment: gold, queue: al, preferredAgents: [y]'),
    [
      '3:52 traffic[0].contact.channel: expected a channel of the policy, found "voise"; did you mean voice?',
      '3:68 traffic[0].contact.segment: expected a segment of the policy, found "gold"; there is default',
      '3:81 traffic[0].contact.queue: expected a queue of the policy, found "al"; did you mean all?',
      '3:103 traffic[0].contact.preferredAgents[0]: expected an agent of this scenario, found "y"; did you mean x?',
    ],
  ],
  [
    'a traffic twice',
    `${POLICY}traffic:\n  - { name: a, rate: 1 per 1s${REST}  - { name: a, rate: 1 per 1s${REST}agents: [{ id: x }]\n`,
    ['4:13 traffic[1].name: expected names that are there once, and a is there twice'],
  ],
  [
    'an agent twice, a limit of no channel',
    agents('{ id: x, count: 2 }, { id: x-2, limits: { fax: 1 } }'),
    [
      '4:37 agents[1].id: expected ids that are there once, and x-2 is there twice',
      '4:57 agents[1].limits.fax: expected a channel of the policy, found "fax"; there is voice, chat',
    ],
  ],
  [
    'a shift backwards',
    agents('{ id: x, shift: { from: 22h, to: 6h } }'),
    [
      '4:43 agents[0].shift.to: expected later than 22h (from), found 6h; over midnight write two shifts, such as [{ from: 22h, to: 24h }, { from: 0h, to: 6h }]',
    ],
  ],
  [
    'shifts on top of each other, and beyond the period',
    agents('{ id: y, shift: [{ from: 1h, to: 3h }, { from: 2h, to: 30h }] }'),
    [
      '4:26 agents[0].shift: expected shifts within the period (1d), found 2h to 30h',
      '4:26 agents[0].shift: expected shifts that do not overlap, found 1h to 3h and 2h to 30h',
    ],
  ],
  [
    'too many agents',
    agents('{ id: x, count: 60000 }, { id: y, count: 60000 }'),
    ['4:9 agents: expected at most 100000 agents, found 120000'],
  ],
  [
    'no agent at all',
    agents('{ id: x, count: 0 }'),
    ['4:26 agents[0].count: expected a whole number from 1 to 100000, found the number 0'],
  ],
  [
    'an id that grows too long',
    agents(`{ id: ${'x'.repeat(127)}, count: 10 }`),
    [`4:16 agents[0].id: expected ids of at most 128 characters, and ${'x'.repeat(127)}-10 has 130`],
  ],
  [
    'offers that nobody accepts',
    `${traffic('')}answer: { decline: 0.6, miss: 0.5 }\n`,
    ['5:9 answer: expected decline and miss of at most 0.99 together, found 1.1: nothing would be answered'],
  ],
  [
    'no time, no lines',
    `${traffic('')}run: { measure: 0s }\nlines: 0\n`,
    [
      '5:17 run.measure: expected a duration from 1s to 3650d, found the text "0s"',
      '6:8 lines: expected a whole number from 1 to 10000000, found the number 0',
    ],
  ],
  [
    'a file of durations that is not there',
    traffic(', patience: { empirical: nofile.csv }'),
    ['3:110 traffic[0].patience.empirical: cannot read plans/nofile.csv'],
  ],
];

for (const [what, text, faults] of BAD) {
  t.test(`[SIM15] refused: ${what}`, async (t) => t.same(await faultsOf(text), faults));
}

t.test('[SIM15] faults in files beside it are told with their file', async (t) => {
  const text = `policyFile: p.yaml\n${traffic(', patience: { empirical: p.csv }').slice(POLICY.length)}`;
  const files = {
    'plans/p.yaml': 'channels: { voice: {} }\nqueues: { all: { requires: 3 } }\n',
    'plans/p.csv': '1\nx,\n',
  };
  t.same(await faultsOf(text, files), [
    'plans/p.yaml:2:28 queues.all.requires: expected a list of 0 to 16 items, found the number 3',
    'plans/p.csv:2:1 : expected one duration of at most 30d, such as 180s or 180 (seconds), found "x,"',
  ]);
});

t.test('a text that cannot be read is a failure', async (t) => {
  const result = await readScenario('s.yaml', async () => ({ failure: 'cannot read s.yaml' }));
  t.same(result, { failure: 'cannot read s.yaml' });
});

t.test('aliases that multiply end in a fault, soon', async (t) => {
  const lists = Array.from({ length: 12 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`);
  const group = '{ id: x, skills: { a: 1 } }';
  const bomb = `${POLICY}l0: &l0 [${group}]\n${lists.join('\n')}\ntraffic: *l12\nagents: *l12\n`;
  t.ok((await faultsOf(bomb)).length > 0);
  const many = `${POLICY}traffic:\n${'  - &t { name: a }\n'.repeat(1)}${'  - *t\n'.repeat(999)}agents: [${'&g { id: x }'}]\n`;
  t.ok((await faultsOf(many)).length > 0);
});

t.test('whatever the text, there is a result and no exception', async (t) => {
  const pieces = [
    ': ',
    '[',
    ']',
    '{',
    '}',
    '- ',
    '&a ',
    '*a',
    '\n',
    ' ',
    '"',
    "'",
    '#',
    '---',
    'traffic',
    'policy',
    'agents',
    '1s',
    '1 per 1s',
    'empirical',
    '\ud800',
  ];
  const noise = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 40 });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(noise, fc.nat(300), async (parts, at) => {
      const good = traffic('');
      const result = await scenarioOf(good.slice(0, at) + parts.join('') + good.slice(at));
      if (!('faults' in result)) return 'scenario' in result;
      refused += 1;
      return result.faults.length > 0;
    }),
    { numRuns: 400, seed: 20_260_311 },
  );
  t.ok(refused > 200, `${refused} of 400 are refused`);
});
