// Policy files that are refused, each with every place and word of its faults; what is only warned of; hostile texts.
import fc from 'fast-check';
import t from 'tap';
import type { Fault } from '../../src/config/fault.ts';
import { POLICY_BYTES_MAX, type PolicyResult, parsePolicy } from '../../src/config/policy-file.ts';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';

const LEAST = 'channels: { voice: {} }\nqueues: { all: {} }\n';

/** The faults as `line:column path: message`. */
function faultsOf(result: PolicyResult): string[] {
  return 'faults' in result ? result.faults.map(show) : [];
}

function show({ line, column, path, message }: Fault): string {
  return `${line}:${column} ${path}: ${message}`;
}

/** What replaces `{}` of the channel, the queue or the whole second line, and the faults that this makes. */
const voice = (text: string): string => `channels: { voice: ${text} }\nqueues: { all: {} }`;
const queue = (text: string): string => `channels: { voice: {} }\nqueues:\n  all: { ${text} }`;
const rest = (text: string): string => `${LEAST}${text}`;

/** Five alternatives. */
const ways = (letter: string): string =>
  Array.from({ length: 5 }, (_, index) => `{ all: [{ skill: ${letter}${index} }] }`).join(', ');

const DURATION = 'expected a duration such as 500ms, 20s, 5m, 2h or 3d';
const NAMES = 'expected a name of 1 to 128 letters, digits and . _ : ~ -';

const BAD: readonly (readonly [what: string, text: string, faults: readonly string[]])[] = [
  ['nothing at all', '', ['1:1 : expected an object, found nothing']],
  ['only a comment', '# later\n', ['1:1 : expected an object, found nothing']],
  ['a list', '- voice', ['1:1 : expected an object, found a list']],
  [
    'no channels and no queues',
    '{}',
    [
      '1:1 channels: missing; expected an object by name (1 to 64 names)',
      '1:1 queues: missing; expected an object by name (1 to 1000 names)',
    ],
  ],
  [
    'empty channels and queues',
    'channels: {}\nqueues: {}',
    [
      '1:11 channels: expected an object with 1 to 64 names, found 0',
      '2:9 queues: expected an object with 1 to 1000 names, found 0',
    ],
  ],
  [
    'a list of channels',
    'channels: [voice]\nqueues: { all: { when: { channel: voice } } }',
    ['1:11 channels: expected an object with 1 to 64 names, found a list'],
  ],
  [
    'a channel without a value',
    'channels:\n  voice:\nqueues: { all: {} }',
    ['2:9 channels.voice: expected an object, found nothing; write {} for all defaults'],
  ],
  [
    'a slip of the keyboard',
    queue('serviceLevl: {}'),
    ['3:10 queues.all.serviceLevl: unknown key "serviceLevl"; did you mean serviceLevel?'],
  ],
  [
    'keys of other versions',
    `${voice('{}')}\ncustomers: {}`,
    [
      '3:1 customers: unknown key "customers"; expected one of channels, segments, value, calendars, queues, fit, readiness, presence, direct, estimate, explain, forget, agents',
    ],
  ],
  [
    'a merge key',
    'channels: { voice: &v {}, chat: { <<: *v } }\nqueues: { all: {} }',
    [
      '1:35 channels.chat["<<"]: unknown key "<<"; expected one of cost, limit, yieldsTo, exclusive, offer, wrapUp, assigned, gatewayLost',
    ],
  ],
  [
    'a key that every object of JavaScript has',
    rest('toString: {}'),
    [
      '3:1 toString: unknown key "toString"; expected one of channels, segments, value, calendars, queues, fit, readiness, presence, direct, estimate, explain, forget, agents',
    ],
  ],
  [
    'a gate that looks at a queue that is not there',
    'channels: { v: {} }\nqueues: { a: { onlyWhile: { serviceLevelAtLeast: { queue: b, ratio: 1 } } } }',
    ['2:59 queues.a.onlyWhile.serviceLevelAtLeast.queue: expected a queue (a), found "b"; did you mean a?'],
  ],
  ['a key twice', `${voice('{}')}\nforget: 1h\nforget: 2h`, ['4:1 forget: this key stands here twice']],
  ['a name twice', 'channels: { a: {}, a: {} }\nqueues: { q: {} }', ['1:20 channels.a: this key stands here twice']],
  ['a name with a space', 'channels: { a b: {} }\nqueues: { q: {} }', [`1:13 channels["a b"]: ${NAMES}, found "a b"`]],
  ['an empty name', 'channels: { "": {} }\nqueues: { q: {} }', [`1:13 channels[""]: ${NAMES}, found ""`]],
  [
    'a number in quotes',
    voice('{ cost: "5" }'),
    [
      '1:28 channels.voice.cost: expected a whole number from 0 to 1000000, found the text "5"; write it without quotes',
    ],
  ],
  [
    'numbers out of range',
    voice('{ cost: -1, limit: 1.5 }'),
    [
      '1:28 channels.voice.cost: expected a whole number from 0 to 1000000, found the number -1',
      '1:39 channels.voice.limit: expected a whole number from 0 to 10000, found the number 1.5',
    ],
  ],
  [
    'numbers that are none',
    queue('clockRate: .nan, serviceLevel: { target: .inf }'),
    [
      '3:21 queues.all.clockRate: expected a number from 0 to 20, found the number .nan',
      '3:51 queues.all.serviceLevel.target: expected a number from 0 to 1, found the number .inf',
    ],
  ],
  [
    'a flag',
    voice('{ cost: true }'),
    ['1:28 channels.voice.cost: expected a whole number from 0 to 1000000, found true'],
  ],
  [
    'nothing for a number',
    voice('{ cost: }'),
    ['1:28 channels.voice.cost: expected a whole number from 0 to 1000000, found nothing'],
  ],
  [
    'a bare number of seconds',
    voice('{ wrapUp: 20 }'),
    [`1:30 channels.voice.wrapUp: ${DURATION}, found the number 20; did you mean 20s?`],
  ],
  ['a bare zero', rest('forget: 0'), [`3:9 forget: ${DURATION}, found the number 0; did you mean 0s?`]],
  [
    'half a second, bare',
    rest('fit: { breadth: 0.5 }'),
    [`3:17 fit.breadth: ${DURATION}, found the number 0.5; did you mean 500ms?`],
  ],
  ['a unit nobody knows', rest('forget: 1w'), [`3:9 forget: ${DURATION}, found the text "1w"`]],
  ['a fraction', rest('forget: 1.5h'), [`3:9 forget: ${DURATION}, found the text "1.5h"`]],
  [
    'a head start of over a day',
    queue('headStart: 25h'),
    ['3:21 queues.all.headStart: expected a duration from 0s to 24h, found the text "25h"'],
  ],
  [
    'an offer that nobody can accept',
    voice('{ offer: { timeout: 0s } }'),
    ['1:40 channels.voice.offer.timeout: expected a duration from 100ms to 24h, found the text "0s"'],
  ],
  [
    'a word that is not on the list',
    voice('{ assigned: { then: requeu } }'),
    [
      '1:40 channels.voice.assigned.then: expected one of requeue, end, keep, found the text "requeu"; did you mean requeue?',
    ],
  ],
  [
    'another word',
    voice('{ gatewayLost: { then: requeue } }'),
    ['1:43 channels.voice.gatewayLost.then: expected one of cancel, keep, found the text "requeue"'],
  ],
  [
    'clock rates out of range',
    rest('segments: { p: { clockRate: 21 } }'),
    ['3:29 segments.p.clockRate: expected a number from 0 to 20, found the number 21'],
  ],
  // [RANK4]
  [
    'clock rates that multiply too high',
    'channels: { voice: {} }\nqueues:\n  slow: { clockRate: 2 }\n  fast: { clockRate: 4.5 }\nsegments: { p: { clockRate: 5 }, q: {} }',
    ['4:22 queues.fast.clockRate: expected queue × segment of at most 20, found 4.5 × 5 (segment p) = 22.5'],
  ],
  [
    'requirements',
    queue('requires: [{ all: [{ skill: a, level: 11 }, { level: 2 }, { skill: 5 }] }, {}, { any: [] }]'),
    [
      '3:48 queues.all.requires[0].all[0].level: expected a whole number from 1 to 10, found the number 11',
      '3:54 queues.all.requires[0].all[1].skill: missing; expected a text (1 to 128 letters, digits and . _ : ~ -)',
      '3:77 queues.all.requires[0].all[2].skill: expected a text of 1 to 128 letters, digits and . _ : ~ -, found the number 5; write it in quotes',
      '3:85 queues.all.requires[1].all: missing; expected a list (0 to 16 items)',
      '3:91 queues.all.requires[2].any: unknown key "any"; expected one of all, without',
    ],
  ],
  [
    'too many alternatives',
    queue(`requires: [${Array(17).fill('{ all: [] }').join(', ')}]`),
    ['3:20 queues.all.requires: expected a list of 0 to 16 items, found 17'],
  ],
  [
    'too many skills in an alternative',
    queue(`requires: [{ all: [${Array(17).fill('{ skill: a }').join(', ')}] }]`),
    ['3:28 queues.all.requires[0].all: expected a list of 0 to 16 items, found 17'],
  ],
  [
    'too many skills in one alternative',
    queue(`requires: [{ all: [{ skill: a }], without: [${Array(16).fill('b').join(', ')}] }, { without: [a b] }]`),
    [
      '3:21 queues.all.requires[0]: expected at most 16 skills in `all` and `without` together, found 17',
      '3:117 queues.all.requires[1].without[0]: expected a text of 1 to 128 letters, digits and . _ : ~ -, found the text "a b"',
    ],
  ],
  [
    'relax: steps that do nothing, out of order, with too much or too little',
    queue(
      'relax: [{ after: 20s }, { after: 20s, headStart: 1s }, { after: 30s, overflowTo: all, headStart: 1s }, { after: 10s, requires: [] }]',
    ),
    [
      '3:18 queues.all.relax[0]: expected requires, headStart, offerCallback or overflowTo, found none of them',
      '3:43 queues.all.relax[1].after: expected more than in the step before, 20s, found 20s',
      '3:65 queues.all.relax[2]: expected overflowTo alone: in the other queue nothing of this one counts',
      '3:91 queues.all.relax[2].overflowTo: expected in the last step only',
      '3:122 queues.all.relax[3].after: expected more than in the step before, 30s, found 10s',
    ],
  ],
  [
    'relax: more than 16 steps',
    queue(`relax: [${Array.from({ length: 17 }, (_, i) => `{ after: ${i + 1}s, headStart: 1s }`).join(', ')}]`),
    ['3:17 queues.all.relax: expected a list of 0 to 16 items, found 17'],
  ],
  [
    'relax: a queue that there is not, a condition of nothing',
    queue('relax: [{ after: 1s, if: {}, overflowTo: al }]'),
    [
      '3:35 queues.all.relax[0].if: expected agentsAvailable or estimatedWaitAbove, found neither',
      '3:51 queues.all.relax[0].overflowTo: expected a queue of this policy, found "al"; did you mean all?',
    ],
  ],
  [
    'names in `when` that nothing answers to',
    queue('when: { channel: [voice, voce, "x*"], segment: gold, direction: inbound }'),
    [
      '3:35 queues.all.when.channel[1]: expected a channel (voice), found "voce"; did you mean voice?',
      '3:41 queues.all.when.channel[2]: expected a channel (voice), found "x*"',
      '3:57 queues.all.when.segment: expected a segment (default), found "gold"',
      '3:74 queues.all.when.direction: expected a direction (INBOUND, OUTBOUND), found "inbound"; did you mean INBOUND?',
    ],
  ],
  [
    'fields of `when`',
    queue('when: { intent: 5, language: [], queue: a, customerId: [""], gatewayId: { a: 1 } }'),
    [
      '3:26 queues.all.when.intent: expected a text of 1 to 128 characters, found the number 5; write it in quotes',
      '3:39 queues.all.when.language: expected a list of 1 to 100 items, found 0',
      '3:43 queues.all.when.queue: unknown key "queue"; expected one of channel, intent, language, segment, direction, gatewayId, customerId',
      '3:66 queues.all.when.customerId[0]: expected a text of 1 to 128 characters, found the text ""',
      '3:82 queues.all.when.gatewayId: expected a list of 1 to 100 items, found an object',
    ],
  ],
  [
    'agents',
    rest(
      'agents:\n  ana: { skills: { es: 0, "b c": 5 }, limits: { fax: 1, voice: -1 }, capacity: 0 }\n  "a b": {}\n  "a.b": { name: "" }',
    ),
    [
      '4:24 agents.ana.skills.es: expected a whole number from 1 to 10, found the number 0',
      `4:27 agents.ana.skills["b c"]: ${NAMES}, found "b c"`,
      '4:49 agents.ana.limits.fax: expected a channel (voice), found "fax"',
      '4:64 agents.ana.limits.voice: expected a whole number from 0 to 10000, found the number -1',
      '4:80 agents.ana.capacity: expected a whole number from 1 to 1000000, found the number 0',
      `5:3 agents["a b"]: ${NAMES}, found "a b"`,
      '6:18 agents["a.b"].name: expected a text of 1 to 128 characters, found the text ""',
    ],
  ],
  [
    'bad indentation',
    'channels:\n  voice: {}\n chat: {}\nqueues: {}',
    ['3:1 : All mapping items must start at the same column'],
  ],
  ['tabs', 'channels:\n\tvoice: {}', ['2:1 : Tabs are not allowed as indentation']],
  [
    'a brace left open',
    'channels: { voice: {}',
    ['1:22 : Flow map in block collection must be sufficiently indented and end with a }'],
  ],
  ['two documents', `${LEAST}---\n${LEAST}`, ['3:1 : expected one document, found another one after `---`']],
  ['another YAML', `%YAML 1.1\n---\n${LEAST}`, ['1:1 : expected YAML 1.2, found %YAML 1.1']],
  ['tags', 'channels: { voice: !human {} }\nqueues: { all: {} }', ['1:20 : expected no tags: Unresolved tag: !human']],
  [
    'half a surrogate pair in a name',
    rest('agents: { ana: { name: "x\\uD800" } }'),
    [
      '3:24 agents.ana.name: expected a text of 1 to 128 characters, found the text "x\\ud800" with half a surrogate pair',
    ],
  ],
  [
    'half a surrogate pair in a pattern',
    queue('when: { intent: "\\uDC00*" }'),
    [
      '3:26 queues.all.when.intent: expected a text of 1 to 128 characters, found the text "\\udc00*" with half a surrogate pair',
    ],
  ],
  ['keys that are no text', '? [a]\n: 1', ['1:3 : expected a text as key']],
  ['an alias without an anchor', 'channels: *c', ['1:11 : expected an anchor &c before this alias']],
  ['an alias inside of itself', 'channels: &c { voice: *c }', ['1:23 : the alias *c is a part of what it stands for']],
];

for (const [what, text, faults] of BAD) {
  t.test(`[CLI7] refused: ${what}`, async (t) => t.same(faultsOf(parsePolicy(text)), faults));
}

t.test('[BLD6] a channel yields to others that there are', async (t) => {
  const text =
    'channels: { voice: { yieldsTo: [voice, chta] }, chat: { yieldsTo: [voice], exclusive: yes } }\nqueues: { all: {} }';
  t.same(faultsOf(parsePolicy(text)), [
    '1:33 channels.voice.yieldsTo[0]: expected another channel (chat), found "voice" itself',
    '1:40 channels.voice.yieldsTo[1]: expected another channel (chat), found "chta"; did you mean chat?',
    '1:87 channels.chat.exclusive: expected true or false, found the text "yes"',
  ]);
  t.same(faultsOf(parsePolicy(voice('{ yieldsTo: [chat] }'))), [
    '1:33 channels.voice.yieldsTo[0]: expected nothing, since there is no other channel, found "chat"',
  ]);
});

t.test('a fault inside an alias is told where the text has to change', async (t) => {
  const text = 'channels: { a: &a { cost: x }, b: *a }\nqueues: { q: {} }';
  const words = 'expected a whole number from 0 to 1000000, found the text "x"';
  t.same(faultsOf(parsePolicy(text)), [`1:27 channels.a.cost: ${words}`, `1:27 channels.b.cost: ${words}`]);
});

t.test('hostile texts are refused in bounded time', async (t) => {
  const deep = '1:65 : expected at most 64 levels of nesting';
  t.same(faultsOf(parsePolicy('['.repeat(20_000))), [deep]);
  t.same(faultsOf(parsePolicy('- '.repeat(20_000))), ['1:129 : expected at most 64 levels of nesting']);
  t.same(faultsOf(parsePolicy('{"a":'.repeat(20_000))), ['1:321 : expected at most 64 levels of nesting']);
  t.match(faultsOf(parsePolicy('x'.repeat(POLICY_BYTES_MAX + 1))), [
    `1:1 : expected at most ${POLICY_BYTES_MAX} bytes, found ${POLICY_BYTES_MAX + 1}`,
  ]);
  const bomb = `channels: { voice: &v {} }\nqueues:\n  q0: &q { requires: [${Array(16).fill('{ all: &a [] }').join(', ')}] }\n`;
  const uses = Array.from(
    { length: 999 },
    (_, i) => `  q${i + 1}: { requires: [${Array(16).fill('{ all: *a }').join(', ')}] }\n`,
  );
  t.same(faultsOf(parsePolicy(bomb + uses.join(''))), ['1:1 : expected fewer uses of aliases']);
  const many = Array.from({ length: 1_500 }, (_, i) => `x${i}: 1`).join('\n');
  const faults = faultsOf(parsePolicy(`${LEAST}${many}`));
  t.equal(faults.length, 1_001);
  t.equal(faults.at(-1), '1:1 : and 500 more faults');
});

const WARNED: readonly (readonly [what: string, text: string, warnings: readonly string[]])[] = [
  ['nothing', LEAST, []],
  [
    'an exclusive channel with a limit',
    'channels: { back: { exclusive: true, limit: 2 } }\nqueues: { all: {} }',
    ['1:45 channels.back.limit: an exclusive channel is held one contact at a time, whatever its limit'],
  ],
  [
    'a queue behind one that takes everything',
    'channels: { voice: {} }\nqueues:\n  all: {}\n  sales: { when: { intent: "sales*" } }',
    ['4:3 queues.sales: no contact gets here by matching: all comes first and matches all of them'],
  ],
  [
    'a queue behind a wider one',
    'channels: { v: {}, c: {} }\nqueues:\n  a: { when: { channel: [c, v], intent: "s*" } }\n  b: { when: { intent: ["sal*es", sx] } }\n  c: {}',
    ['4:3 queues.b: no contact gets here by matching: a comes first and matches all of them'],
  ],
  [
    'no queue for everything',
    'channels: { v: {}, c: {} }\nqueues:\n  a: { when: { channel: c } }\n  b: { when: { intent: x } }',
    ['2:1 queues: no queue takes every contact of v: those that match none are refused (NO_QUEUE)'],
  ],
  [
    'queues that share out the channels',
    'channels: { v: {}, c: {} }\nqueues:\n  a: { when: { channel: c } }\n  b: { when: { channel: v, segment: "*" } }',
    [],
  ],
  [
    'a requirement that no agent meets',
    'channels: { v: {} }\nqueues: { a: { requires: [{ all: [{ skill: x, level: 5 }] }, { all: [{ skill: y }] }] } }\nagents: { ana: { skills: { x: 4 } } }',
    ['2:26 queues.a.requires: no agent of this policy meets this requirement'],
  ],
  [
    'a reserve beyond all agents',
    'channels: { v: {} }\nqueues: { a: { reserve: 1 } }\nagents: { ana: {} }',
    ["2:25 queues.a.reserve: the policy's 1 agents alone never leave so many"],
  ],
  [
    'a requirement of a segment that no agent meets',
    'channels: { v: {} }\nqueues: { a: {} }\nsegments: { g: { requires: [{ without: [x] }] } }\nagents: { ana: { skills: { x: 4 } } }',
    ['3:28 segments.g.requires: no agent of this policy meets this requirement'],
  ],
  [
    'a skill to have and to be without',
    'channels: { v: {} }\nqueues: { a: { requires: [{ all: [{ skill: x }], without: [y, x] }] } }',
    ['2:63 queues.a.requires[0].without[1]: nobody both has x and has it not: no agent meets this'],
  ],
  [
    'a segment that asks too much together with a queue',
    `channels: { v: {} }\nqueues: { a: { requires: [${ways('a')}] } }\nsegments: { g: { requires: [${ways('b')}] } }`,
    ['3:28 segments.g.requires: joined with queue a it is too large: the segment’s contacts are refused there'],
  ],
  [
    'relax: in circles, too late, and asking for what nobody has',
    `channels: { v: {} }
agents: { ana: { skills: { x: 4 } } }
queues:
  a: { when: { intent: a }, relax: [{ after: 1m, requires: [{ all: [{ skill: y }] }] }, { after: 2m, overflowTo: b }] }
  b: { when: { intent: b }, limits: { wait: 30s }, relax: [{ after: 30s, overflowTo: c }] }
  c: { relax: [{ after: 1s, if: { agentsAvailable: 0 }, overflowTo: b }] }`,
    [
      '4:60 queues.a.relax[0].requires: no agent of this policy meets this requirement',
      '5:69 queues.b.relax[0].after: the step never applies: by then the contact has expired (limits.wait)',
      '5:86 queues.b.relax[0].overflowTo: contacts may go round and round: b → c → b',
    ],
  ],
  [
    'a preference that outlasts the wait',
    'channels: { voice: {} }\nqueues: { a: { preferredFor: 2m, limits: { wait: 2m } } }',
    ['2:30 queues.a.preferredFor: contacts expire before anybody but their preferred agents may have them'],
  ],
  [
    '[BOT10] a skill that nobody has comes first, to the end of the wait',
    'channels: { voice: {} }\nqueues: { a: { first: bot, firstFor: 2m, limits: { wait: 2m } } }\nagents: { ana: {} }',
    [
      '2:23 queues.a.first: no agent of this policy has the skill bot: its contacts wait for nobody at first',
      '2:38 queues.a.firstFor: contacts expire (limits.wait) before anybody without the skill bot may have them',
    ],
  ],
  [
    '[BOT10] a bot that cannot do what its queue asks',
    'channels: { voice: {} }\nqueues:\n  a: { first: bot, requires: [{ without: [slow] }] }\nagents: { b: { skills: { bot: 1, slow: 1 } }, ana: {} }',
    [
      '3:15 queues.a.first: no agent of this policy with the skill bot meets the queue’s `requires`: its contacts wait for nobody at first',
    ],
  ],
  [
    '[FAN12] offers to several where the router accepts by itself',
    'channels: { voice: {}, chat: { offer: { autoAccept: true } } }\nqueues: { a: { fanOut: 3 }, b: { when: { channel: voice }, fanOut: 2 } }',
    [
      '2:24 queues.a.fanOut: it has no effect on chat: the router accepts the first offer itself (autoAccept)',
      '2:29 queues.b: no contact gets here by matching: a comes first and matches all of them',
    ],
  ],
  [
    'an agent without room for anything',
    'channels: { v: {}, c: { cost: 1 } }\nqueues: { a: {} }\nagents: { ana: { capacity: 50, limits: { c: 0 } }, bob: { capacity: 50 } }',
    ['3:11 agents.ana: the agent can take nothing: its capacity is 50, below the cost of every channel it takes'],
  ],
];

for (const [what, text, warnings] of WARNED) {
  t.test(`warned of: ${what}`, async (t) => {
    const result = parsePolicy(text);
    t.same('warnings' in result ? result.warnings.map(show) : faultsOf(result), warnings);
  });
}

t.test('whatever is done to a policy, reading it ends in a policy or in faults within the text', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'{}[]:,-#&*!|>%@`"\'?\n\t ',
      ': ',
      '- ',
      '\n  ',
      '---\n',
      '*a',
      '&a ',
      '<<: ',
      '.inf',
      'null',
      '0x1',
      '1e400',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  );
  const edit = fc.record({ at: fc.nat(SAMPLE_POLICY.length), cut: fc.nat(8), put: piece });
  const edited = fc
    .array(edit, { minLength: 1, maxLength: 6 })
    .map((edits) =>
      edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), SAMPLE_POLICY),
    );
  fc.assert(
    fc.property(fc.oneof(edited, fc.json(), fc.string({ unit: 'binary' })), (text) => {
      const result = parsePolicy(text);
      const notes = 'faults' in result ? result.faults : result.warnings;
      const lineCount = text.split('\n').length;
      const isPlaced = notes.every(({ line, column }) => line >= 1 && line <= lineCount && column >= 1);
      return isPlaced && notes.every(({ path, message }) => (path + message).isWellFormed());
    }),
    { numRuns: 400 },
  );
});

t.test('whatever a fault quotes, it can be sent in a binary answer', async (t) => {
  const texts = [
    'channels: {"\\uD800": {}}\nqueues: {all: {when: {channel: nix}}}',
    'channels: {voice: {}}\nqueues: {all: {clockRate: 20}}\nsegments: {"\\uD800": {clockRate: 20}}',
    'a: "\\😀"',
    `channels: {voice: {cost: "a${'😀'.repeat(50)}"}}\nqueues: {all: {}}`,
  ];
  for (const text of texts) {
    const result = parsePolicy(text);
    t.ok('faults' in result && result.faults.every(({ path, message }) => (path + message).isWellFormed()), text);
  }
});
