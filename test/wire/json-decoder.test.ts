// Strict JSON: tables of bad input for every kind of field and option, each with the path and the message of its refusal; and what absent
// fields become.
import t from 'tap';
import { decodeJson, decodeJsonAnswer } from '../../src/wire/json-decoder.ts';
import type { WireName } from '../../src/wire/messages.ts';

/** A body, the path of its fault, and what the refusal says: expected …, found …. */
type BadInput = readonly [body: string, path: string, message: string];

function refusalOf(name: WireName, body: string | Uint8Array) {
  const decoded = decodeJson(name, body);
  return 'refusal' in decoded ? decoded.refusal : undefined;
}

function checkAll(name: WireName, cases: readonly BadInput[], reason = 'INVALID_FIELD'): void {
  t.test(`[LIM1, WIRE2] ${name}: ${cases.length} bad inputs (${reason})`, async (t) => {
    for (const [body, path, message] of cases) {
      t.same(refusalOf(name, body), { code: 'INVALID_ARGUMENT', reason, message, path }, body.slice(0, 100));
    }
  });
}

/** A submit whose contact has the fields too. */
function contact(fields: string): string {
  return `{"contact":{"id":"c1","channel":"voice",${fields}}}`;
}

const ID = '[A-Za-z0-9._:~-]{1,128}';
const INT_0_9 = 'expected a whole number from 0 to 9';

checkAll('Submit', [
  // Wrong types and coercion, kind by kind.
  [contact('"tier":"5"'), 'contact.tier', `${INT_0_9}, found the text "5"`],
  [contact('"tier":1.5'), 'contact.tier', `${INT_0_9}, found the number 1.5`],
  [contact('"tier":true'), 'contact.tier', `${INT_0_9}, found true`],
  [contact('"tier":null'), 'contact.tier', `${INT_0_9}, found null`],
  [contact('"tier":[5]'), 'contact.tier', `${INT_0_9}, found a list of 1`],
  [contact('"tier":{}'), 'contact.tier', `${INT_0_9}, found an object`],
  [contact('"intent":5'), 'contact.intent', 'expected text of at most 128 characters, found the number 5'],
  [contact('"intent":false'), 'contact.intent', 'expected text of at most 128 characters, found false'],
  [contact('"intent":null'), 'contact.intent', 'expected text of at most 128 characters, found null'],
  [contact('"direction":1'), 'contact.direction', 'expected one of INBOUND, OUTBOUND, found the number 1'],
  [contact('"direction":null'), 'contact.direction', 'expected one of INBOUND, OUTBOUND, found null'],
  [contact('"requires":{}'), 'contact.requires', 'expected a list of at most 16 items, found an object'],
  [contact('"requires":null'), 'contact.requires', 'expected a list of at most 16 items, found null'],
  [contact('"requires":[[]]'), 'contact.requires[0]', 'expected an object, found a list of 0'],
  [contact('"attributes":"{}"'), 'contact.attributes', 'expected an object, found the text "{}"'],
  [contact('"attributes":[]'), 'contact.attributes', 'expected an object, found a list of 0'],
  [contact('"attributes":null'), 'contact.attributes', 'expected an object, found null'],
  ['{"contact":"c1"}', 'contact', 'expected an object, found the text "c1"'],
  ['{"contact":null}', 'contact', 'expected an object, found null'],
  ['[]', '', 'expected an object, found a list of 0'],
  ['null', '', 'expected an object, found null'],
  // Ranges.
  [contact('"tier":10'), 'contact.tier', `${INT_0_9}, found the number 10`],
  [contact('"tier":-1'), 'contact.tier', `${INT_0_9}, found the number -1`],
  [contact('"tier":1e400'), 'contact.tier', `${INT_0_9}, found the number Infinity`],
  [contact('"value":-0.5'), 'contact.value', 'expected a number from 0 to 1000000000000, found the number -0.5'],
  [
    contact('"value":1e13'),
    'contact.value',
    'expected a number from 0 to 1000000000000, found the number 10000000000000',
  ],
  [contact('"value":-1e999'), 'contact.value', 'expected a number from 0 to 1000000000000, found the number -Infinity'],
  [
    contact('"headStartMs":86400001'),
    'contact.headStartMs',
    'expected a whole number from 0 to 86400000, found the number 86400001',
  ],
  [
    contact('"headStartMs":"86400001"'),
    'contact.headStartMs',
    'expected a whole number from 0 to 86400000, found the number 86400001',
  ],
  [
    contact('"headStartMs":"0x10"'),
    'contact.headStartMs',
    'expected a whole number from 0 to 86400000, found the text "0x10"',
  ],
  [
    contact('"headStartMs":"1.0"'),
    'contact.headStartMs',
    'expected a whole number from 0 to 86400000, found the text "1.0"',
  ],
  [contact('"headStartMs":""'), 'contact.headStartMs', 'expected a whole number from 0 to 86400000, found empty text'],
  [
    contact('"headStartMs":"007"'),
    'contact.headStartMs',
    'expected a whole number from 0 to 86400000, found the text "007"',
  ],
  [
    contact('"version":4294967296'),
    'contact.version',
    'expected a whole number from 0 to 4294967295, found the number 4294967296',
  ],
  // A zero that is written down is not absent.
  [
    contact('"requires":[{"all":[{"skill":"a","level":0}]}]'),
    'contact.requires[0].all[0].level',
    'expected a whole number from 1 to 10, found the number 0',
  ],
  [
    contact('"requires":[{"all":[{"skill":"a"},{"skill":"es","level":11}]}]'),
    'contact.requires[0].all[1].level',
    'expected a whole number from 1 to 10, found the number 11',
  ],
  // Patterns, lengths, counts.
  [
    '{"contact":{"id":"a b","channel":"voice"}}',
    'contact.id',
    `expected text that matches ${ID}, found the text "a b"`,
  ],
  [
    '{"contact":{"id":"a\\n","channel":"voice"}}',
    'contact.id',
    `expected text that matches ${ID}, found the text "a\\n"`,
  ],
  ['{"contact":{"id":"","channel":"voice"}}', 'contact.id', `expected text that matches ${ID}, found empty text`],
  [
    contact(`"preferredAgents":["ana","b/c"]`),
    'contact.preferredAgents[1]',
    `expected text that matches ${ID}, found the text "b/c"`,
  ],
  [
    contact(`"intent":"${'x'.repeat(129)}"`),
    'contact.intent',
    'expected text of at most 128 characters, found text of 129 characters',
  ],
  [
    contact(`"intent":"${'😀'.repeat(129)}"`),
    'contact.intent',
    'expected text of at most 128 characters, found text of 129 characters',
  ],
  [
    contact(`"preferredAgents":[${Array(33).fill('"a"').join()}]`),
    'contact.preferredAgents',
    'expected a list of at most 32 items, found a list of 33',
  ],
  [
    contact(`"requires":[${Array(17).fill('{}').join()}]`),
    'contact.requires',
    'expected a list of at most 16 items, found a list of 17',
  ],
  [
    contact(`"requires":[{"all":[${Array(17).fill('{"skill":"a"}').join()}]}]`),
    'contact.requires[0].all',
    'expected a list of at most 16 items, found a list of 17',
  ],
  [
    contact('"intent":"\\ud800"'),
    'contact.intent',
    'expected text of at most 128 characters, found text with half a surrogate pair',
  ],
  [
    contact('"attributes":{"a":["ok","\\ud800"]}'),
    'contact.attributes.a[1]',
    'expected text, found text with half a surrogate pair',
  ],
  [
    contact('"attributes":{"\\udc00":1}'),
    'contact.attributes["\\udc00"]',
    'expected text, found text with half a surrogate pair',
  ],
  // Names of enums.
  [contact('"direction":"INWARD"'), 'contact.direction', 'expected one of INBOUND, OUTBOUND, found the text "INWARD"'],
  [
    contact('"direction":"inbound"'),
    'contact.direction',
    'expected one of INBOUND, OUTBOUND, found the text "inbound"',
  ],
  [contact('"direction":""'), 'contact.direction', 'expected one of INBOUND, OUTBOUND, found empty text'],
  [
    contact('"direction":"DIRECTION_UNSPECIFIED"'),
    'contact.direction',
    'expected one of INBOUND, OUTBOUND, found the text "DIRECTION_UNSPECIFIED"',
  ],
  // What is missing, in the order of the schema, after what is wrong.
  ['{}', 'contact', 'expected an object, found nothing'],
  ['{"contact":{}}', 'contact.id', `expected text that matches ${ID}, found nothing`],
  ['{"contact":{"id":"c1"}}', 'contact.channel', `expected text that matches ${ID}, found nothing`],
  ['{"contact":{"tier":77}}', 'contact.tier', `${INT_0_9}, found the number 77`],
  [
    contact('"prefers":[{"secondsPerLevel":5}]'),
    'contact.prefers[0].skill',
    `expected text that matches ${ID}, found nothing`,
  ],
  // Free objects.
  [
    contact('"attributes":{"a":{"account id":[1,12345678901234567890]}}'),
    'contact.attributes.a["account id"][1]',
    'expected a number of at most 2^53 (as text, if it is an id), found the number 12345678901234567000',
  ],
  [
    contact('"attributes":{"x":1e400}'),
    'contact.attributes.x',
    'expected a number of at most 2^53 (as text, if it is an id), found the number Infinity',
  ],
]);

checkAll(
  'Submit',
  [
    [contact('"colour":"red"'), 'contact.colour', 'Contact has no such field'],
    [contact('"head_start_ms":5'), 'contact.head_start_ms', 'Contact has no such field'],
    [contact('"__proto__":{"tier":5}'), 'contact.__proto__', 'Contact has no such field'],
    [contact('"constructor":1'), 'contact.constructor', 'Contact has no such field'],
    [contact('"a b":1'), 'contact["a b"]', 'Contact has no such field'],
    [contact(`"${'k'.repeat(99)}":1`), `contact["${'k'.repeat(64)}…"]`, 'Contact has no such field'],
    [contact('"requires":[{"all":[],"any":[]}]'), 'contact.requires[0].any', 'Alternative has no such field'],
    ['{"contact":{"id":"c1","channel":"voice"},"when":1}', 'when', 'Submit has no such field'],
  ],
  'UNKNOWN_FIELD',
);

const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{"b":1}${'}'.repeat(levels - 1)}`;

checkAll(
  'Submit',
  [
    [
      contact(`"attributes":${nested(17)}`),
      `contact.attributes${'.a'.repeat(16)}`,
      'expected at most 16 levels, found more',
    ],
    [
      contact(`"attributes":{"a":"${'x'.repeat(8185)}"}`),
      'contact.attributes',
      'expected an object of at most 8192 bytes, found 8193',
    ],
    [
      contact(`"attributes":{"a":"${'ä'.repeat(4100)}"}`),
      'contact.attributes',
      'expected an object of at most 8192 bytes, found 8208',
    ],
  ],
  'ATTRIBUTES_TOO_LARGE',
);

const SKILLS = 'an object of at most 500 entries';
checkAll('Agent', [
  ['{"id":"ana","skills":[]}', 'skills', `expected ${SKILLS}, found a list of 0`],
  ['{"id":"ana","skills":{"es":"9"}}', 'skills.es', 'expected a whole number from 1 to 10, found the text "9"'],
  ['{"id":"ana","skills":{"es":0}}', 'skills.es', 'expected a whole number from 1 to 10, found the number 0'],
  [
    '{"id":"ana","skills":{"es.mx":11}}',
    'skills["es.mx"]',
    'expected a whole number from 1 to 10, found the number 11',
  ],
  ['{"id":"ana","skills":{"e s":9}}', 'skills["e s"]', `expected keys that match ${ID}, found the text "e s"`],
  ['{"id":"ana","skills":{"":9}}', 'skills[""]', `expected keys that match ${ID}, found empty text`],
  [
    `{"id":"ana","skills":{${Array.from({ length: 501 }, (_, i) => `"s${i}":1`).join()}}}`,
    'skills',
    `expected ${SKILLS}, found an object of 501`,
  ],
  ['{"id":"ana","capacity":0}', 'capacity', 'expected a whole number from 1 to 1000000, found the number 0'],
  ['{"name":"Ana"}', 'id', `expected text that matches ${ID}, found nothing`],
]);

checkAll('Watch', [
  ['{"agents":1}', 'agents', 'expected true or false, found the number 1'],
  ['{"agents":"true"}', 'agents', 'expected true or false, found the text "true"'],
  ['{"agents":null}', 'agents', 'expected true or false, found null'],
  ['{"everyMs":0}', 'everyMs', 'expected a whole number from 250 to 60000, found the number 0'],
  ['{"everyMs":"1000"}', 'everyMs', 'expected a whole number from 250 to 60000, found the text "1000"'],
]);

checkAll('SetPresence', [
  ['{}', 'presence', 'expected one of AVAILABLE, BUSY, DRAINING, OFFLINE, found nothing'],
  ['{"presence":"AWAY"}', 'presence', 'expected one of AVAILABLE, BUSY, DRAINING, OFFLINE, found the text "AWAY"'],
  [
    '{"presence":"DRAINING","next":"AWAY"}',
    'next',
    'expected one of AVAILABLE, BUSY, DRAINING, OFFLINE, found the text "AWAY"',
  ],
]);

checkAll('Authenticate', [
  ['{"token":""}', 'token', 'expected text of 1 to 8192 characters, found empty text'],
  ['{}', 'token', 'expected text of 1 to 8192 characters, found nothing'],
]);

checkAll('Subscribe', [
  [
    '{"sinceSeq":9007199254740993}',
    'sinceSeq',
    'expected a whole number from 0 to 9007199254740991, found the number 9007199254740992',
  ],
  [
    '{"sinceSeq":"9007199254740993"}',
    'sinceSeq',
    'expected a whole number from 0 to 9007199254740991, found the number 9007199254740992',
  ],
]);

checkAll('Update', [
  ['{"contactId":"c1"}', 'set', 'expected an object, found nothing'],
  ['{"contactId":"c1","set":{"value":null}}', 'set.value', 'expected a number from 0 to 1000000000000, found null'],
  [
    '{"contactId":"c1","set":{"clear":["segment"]}}',
    'set.clear[0]',
    'expected text that matches requires|prefers, found the text "segment"',
  ],
  [
    '{"contactId":"c1","set":{"clear":["prefers"],"prefers":[{"skill":"vip"}]}}',
    'set.clear[0]',
    'expected the name of a list that is not given as well, found the text "prefers"',
  ],
]);

t.test('what is no JSON is refused with what is wrong', async (t) => {
  t.match(refusalOf('Submit', '{"contact":'), { reason: 'INVALID_FIELD', path: '', message: /^expected JSON, found / });
  t.match(refusalOf('Submit', '{"contact":{"value":NaN}}'), { path: '', message: /^expected JSON, found / });
  t.match(refusalOf('Submit', ''), { path: '', message: /^expected JSON, found / });
  t.match(refusalOf('Submit', Uint8Array.of(0x7b, 0xff, 0x7d)), {
    message: 'expected UTF-8 text, found bytes that are none',
  });
});

t.test('[LIM2, WIRE6] nesting is bounded before anything walks it', async (t) => {
  const deep = `{"contact":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  t.match(refusalOf('Submit', deep), { path: '', message: 'expected JSON of at most 24 levels, found more' });
  const brackets = contact(`"intent":"${'['.repeat(100)}\\"${'{'.repeat(20)}"`);
  t.equal(refusalOf('Submit', brackets), undefined, 'brackets inside of texts do not count');
  t.equal(
    refusalOf('Submit', contact(`"attributes":${nested(16)}`)),
    undefined,
    'sixteen levels of attributes are fine',
  );
});

t.test('[LIM2] a contact is at most 16 KiB, whatever it came in', async (t) => {
  const alternative = `{"all":[${Array.from({ length: 16 }, (_, i) => `{"skill":"${'s'.repeat(60)}${i}"}`).join()}]}`;
  const requires = (count: number): string => contact(`"requires":[${Array(count).fill(alternative).join()}]`);
  t.equal(refusalOf('Submit', requires(14)), undefined);
  t.match(refusalOf('Submit', requires(16)), {
    path: 'contact',
    message: /^expected at most 16384 bytes in binary, found 1[67]\d{3}$/,
  });
});

t.test('lengths count what a person would count', async (t) => {
  t.equal(
    refusalOf('Submit', contact(`"intent":"${'😀'.repeat(128)}"`)),
    undefined,
    '128 characters of two units each',
  );
});

function decodedValue(name: WireName, body: string): unknown {
  const decoded = decodeJson(name, body);
  return 'value' in decoded ? decoded.value : decoded.refusal;
}

t.test('[WIRE3] absent fields have the core’s values; output-only ones are not looked at', async (t) => {
  const body =
    '{"contact":{"id":"c1","channel":"voice","state":77,"position":"first","submittedAt":null,"disposition":[]}}';
  t.strictSame(decodedValue('Submit', body), {
    contact: {
      id: 'c1',
      channel: 'voice',
      direction: 'INBOUND',
      customerId: '',
      journeyId: '',
      intent: '',
      language: '',
      queue: '',
      requires: [],
      prefers: [],
      segment: '',
      value: 0,
      tier: 0,
      headStartMs: 0,
      preferredAgents: [],
      preferredForMs: 0,
      attributes: '',
      dueAt: 0,
      timeZone: '',
      version: 0,
    },
  });
});

t.test('what absent means where it is not empty', async (t) => {
  t.match(decodedValue('Cancel', '{"contactId":"c1"}'), { cause: 'CANCELLED' });
  t.match(decodedValue('Watch', '{}'), { everyMs: 1000, agents: false, queues: [] });
  t.match(decodedValue('List', '{}'), { limit: 100, open: false, afterId: '' });
  t.match(decodedValue('List', '{"limit":0}'), { limit: 100 }, 'where 0 is allowed it means the same');
  t.match(decodedValue('Agent', '{"id":"ana"}'), { capacity: 100, name: '' });
  t.match(decodedValue('Submit', contact('"requires":[{"all":[{"skill":"a"}]}]')), {
    contact: { requires: [{ all: [{ skill: 'a', level: 1 }] }] },
  });
  const end = decodedValue('End', '{"contactId":"c1"}');
  t.strictSame(end, { contactId: 'c1', version: 0 }, 'a message that is absent has no key');
});

t.test('[REQ4] skills to be without: checked like others; an empty list has no key', async (t) => {
  const requires = (text: string): unknown => {
    const value = decodedValue('Submit', contact(`"requires":[${text}]`)) as { contact?: { requires: unknown } };
    return value.contact?.requires ?? value;
  };
  t.strictSame(requires('{"all":[],"without":["b","a"]}'), [{ all: [], without: ['b', 'a'] }]);
  t.strictSame(requires('{"all":[],"without":[]},{}'), [{ all: [] }, { all: [] }]);
  t.match(requires('{"without":["a b"]}'), { path: 'contact.requires[0].without[0]', reason: 'INVALID_FIELD' });
  t.match(requires('{"without":"a"}'), { path: 'contact.requires[0].without', reason: 'INVALID_FIELD' });
  const many = JSON.stringify(Array.from({ length: 17 }, (_, index) => `s${index}`));
  t.match(requires(`{"without":${many}}`), { path: 'contact.requires[0].without', reason: 'INVALID_FIELD' });
});

t.test('[WIRE5] 64-bit fields are read as numbers and as decimal text', async (t) => {
  for (const text of ['1000', '"1000"']) {
    t.match(decodedValue('Submit', contact(`"headStartMs":${text}`)), { contact: { headStartMs: 1000 } });
  }
});

t.test('minus zero is zero', async (t) => {
  t.match(decodedValue('Submit', contact('"value":-0,"tier":-0')), { contact: { value: 0, tier: 0 } });
});

t.test('of a key that is given twice the last value counts', async (t) => {
  t.match(decodedValue('Submit', contact('"tier":3,"tier":4')), { contact: { tier: 4 } });
});

t.test('a patch has only the keys that are present; empty lists are present', async (t) => {
  const set = (text: string) => (decodedValue('PatchContact', `{"set":${text}}`) as { set: unknown }).set;
  t.strictSame(set('{}'), {});
  t.strictSame(set('{"requires":[],"value":0,"intent":""}'), { requires: [], value: 0, intent: '' });
  t.strictSame(set('{"clear":["requires","prefers"]}'), { requires: [], prefers: [] });
  t.strictSame(set('{"clear":["requires"],"requires":[]}'), { requires: [] });
  t.strictSame(set('{"attributes":{}}'), {}, 'attributes without keys change nothing');
  t.strictSame(set('{"attributes":{"a":null}}'), { attributes: '{"a":null}' }, 'null deletes a key');
});

t.test('[WIRE6] free objects come in canonical form, __proto__ being a key like any other', async (t) => {
  const attributes = (text: string) =>
    (decodedValue('Submit', contact(`"attributes":${text}`)) as Submitted).contact.attributes;
  type Submitted = { contact: { attributes: string } };
  t.equal(
    attributes('{ "b" : [ 1.50, {"d":"\\u0041","c":null} ], "a" : true }'),
    '{"a":true,"b":[1.5,{"c":null,"d":"A"}]}',
  );
  t.equal(attributes('{"__proto__":{"polluted":1},"constructor":2}'), '{"__proto__":{"polluted":1},"constructor":2}');
  t.equal(attributes('{}'), '');
  t.notOk('polluted' in {}, 'nothing reached the prototype');
});

t.test('[WIRE6] maps have no prototype, so that __proto__ and constructor are names like any other', async (t) => {
  const agent = decodedValue('Agent', '{"id":"ana","skills":{"__proto__":3,"es":9}}') as {
    skills: Record<string, number>;
  };
  t.same(Object.entries(agent.skills), [
    ['__proto__', 3],
    ['es', 9],
  ]);
  t.equal(Reflect.get(agent.skills, 'constructor'), undefined);
  const empty = decodedValue('Agent', '{"id":"ana"}') as { skills: Record<string, number> };
  t.equal(Reflect.get(empty.skills, 'toString'), undefined);
});

t.test('a client ignores what it does not know of a newer server, and does not check ranges', async (t) => {
  const text =
    '{"push":{"seq":"5","at":7,"news":{},"agent":{"id":"","presence":"ON_MARS","capacity":0,"colour":"red","load":5,"version":1}}}';
  const decoded = decodeJsonAnswer('Frame', text);
  t.match(decoded, {
    value: { push: { seq: 5, at: 7, agent: { id: '', presence: 'ON_MARS', capacity: 0, load: 5 } } },
  });
  t.match(decodeJsonAnswer('Frame', '{"reply":{"id":"x"}}'), { refusal: { path: 'reply.id' } });
});
