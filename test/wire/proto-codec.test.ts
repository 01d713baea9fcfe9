// Binary frames: the bytes of protobufjs's own code, the same refusals as JSON, and bytes that are wrong in every way.
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { cordboard } from '../../src/wire/generated/schema.js';
import type { Frame, WireName } from '../../src/wire/messages.ts';
import { decodeProto, decodeProtoAnswer } from '../../src/wire/proto-decoder.ts';
import { encodeProto } from '../../src/wire/proto-encoder.ts';
import { Writer } from '../../src/wire/protobuf-runtime.ts';
import { messageArbitrary, SEED } from './arbitrary.ts';

const { v1 } = cordboard;

t.test('a frame has the bytes of protobufjs', async () => {
  fc.assert(
    fc.property(messageArbitrary('Frame', 'any'), (object) => {
      const frame = object as unknown as Frame;
      deepStrictEqual(
        Buffer.from(encodeProto('Frame', frame)),
        Buffer.from(v1.Frame.encode(v1.Frame.fromObject(object)).finish()),
      );
    }),
    { numRuns: 500, seed: SEED },
  );
});

function decoded(name: WireName, bytes: Uint8Array) {
  return decodeProto(name, bytes);
}

/** A class of protobufjs's static code, as far as it is needed here. */
interface StaticType {
  encode(message: object): { finish(): Uint8Array };
}

/** The bytes of a message given in the terms of protobufjs, which checks nothing. */
function bytesOf(name: string, object: object): Uint8Array {
  const types = v1 as unknown as Readonly<Record<string, StaticType>>;
  return types[name]?.encode(object).finish() ?? new Uint8Array();
}

/** The refusal of a message given in the terms of protobufjs, which checks nothing. */
function refusalOf(name: WireName, object: object) {
  const result = decoded(name, bytesOf(name, object));
  return 'refusal' in result ? result.refusal : undefined;
}

const ID = '[A-Za-z0-9._:~-]{1,128}';
const base = { id: 'c1', channel: 'voice' };

const REFUSED: readonly [name: WireName, object: object, path: string, message: string][] = [
  ['Submit', {}, 'contact', 'expected an object, found nothing'],
  ['Submit', { contact: {} }, 'contact.id', `expected text that matches ${ID}, found nothing`],
  [
    'Submit',
    { contact: { id: 'a b', channel: 'x' } },
    'contact.id',
    `expected text that matches ${ID}, found the text "a b"`,
  ],
  [
    'Submit',
    { contact: { ...base, tier: 10 } },
    'contact.tier',
    'expected a whole number from 0 to 9, found the number 10',
  ],
  [
    'Submit',
    { contact: { ...base, value: Number.NaN } },
    'contact.value',
    'expected a number from 0 to 1000000000000, found the number NaN',
  ],
  [
    'Submit',
    { contact: { ...base, value: Infinity } },
    'contact.value',
    'expected a number from 0 to 1000000000000, found the number Infinity',
  ],
  [
    'Submit',
    { contact: { ...base, requires: [{ all: [] }, { all: [{ skill: 'es', level: 11 }] }] } },
    'contact.requires[1].all[0].level',
    'expected a whole number from 1 to 10, found the number 11',
  ],
  [
    'Submit',
    { contact: { ...base, preferredAgents: Array(33).fill('a') } },
    'contact.preferredAgents',
    'expected a list of at most 32 items, found a list of 33',
  ],
  [
    'Submit',
    { contact: { ...base, direction: 7 } },
    'contact.direction',
    'expected one of INBOUND, OUTBOUND, found the number 7',
  ],
  ['Submit', { contact: { ...base, attributes: '[]' } }, 'contact.attributes', 'expected an object, found a list of 0'],
  [
    'Agent',
    { id: 'ana', skills: { 'e s': 1 } },
    'skills["e s"]',
    `expected keys that match ${ID}, found the text "e s"`,
  ],
  ['Agent', { id: 'ana', skills: { es: 0 } }, 'skills.es', 'expected a whole number from 1 to 10, found the number 0'],
  ['SetPresence', {}, 'presence', 'expected one of AVAILABLE, BUSY, DRAINING, OFFLINE, found nothing'],
  ['Watch', { everyMs: 100 }, 'everyMs', 'expected a whole number from 250 to 60000, found the number 100'],
  [
    'Update',
    { contactId: 'c1', set: { clear: ['prefers'], prefers: [{ skill: 'vip' }] } },
    'set.clear[0]',
    'expected the name of a list that is not given as well, found the text "prefers"',
  ],
];

t.test('[WIRE7] binary frames are refused as JSON is', async (t) => {
  for (const [name, object, path, message] of REFUSED)
    t.match(refusalOf(name, object), { reason: 'INVALID_FIELD', path, message });
  t.match(refusalOf('Submit', { contact: { ...base, attributes: '{"a":' } }), {
    path: 'contact.attributes',
    message: /^expected JSON/,
  });
  t.match(refusalOf('Submit', { contact: { ...base, attributes: `{"a":"${'x'.repeat(9000)}"}` } }), {
    reason: 'ATTRIBUTES_TOO_LARGE',
    path: 'contact.attributes',
  });
  const deep = `${'['.repeat(500)}${']'.repeat(500)}`;
  t.match(refusalOf('Submit', { contact: { ...base, attributes: `{"a":${deep}}` } }), { path: 'contact.attributes' });
});

t.test('zeros are absent, and absent means the same as in JSON', async (t) => {
  const level = decoded(
    'Submit',
    v1.Submit.encode({ contact: { ...base, requires: [{ all: [{ skill: 'a', level: 0 }] }] } }).finish(),
  );
  t.match(level, { value: { contact: { direction: 'INBOUND', requires: [{ all: [{ skill: 'a', level: 1 }] }] } } });
  t.match(decoded('Watch', new Uint8Array()), { value: { queues: [], agents: false, everyMs: 1000 } });
  const zeros = Writer.create()
    .uint32((3 << 3) | 0)
    .uint32(5000)
    .uint32((3 << 3) | 0)
    .uint32(0)
    .finish();
  t.match(decoded('Watch', zeros), { value: { everyMs: 1000 } }, 'a zero that comes last counts');
});

t.test('a patch tells an empty list from none by `clear`', async (t) => {
  const set = { requires: [], segment: '' };
  const bytes = encodeProto('PatchContact', { set, version: 3 });
  t.strictSame(decoded('PatchContact', bytes), { value: { set, version: 3 } });
  t.strictSame(v1.PatchContact.decode(bytes).set?.clear, ['requires']);
});

t.test('[WIRE2, WIRE3] output-only and unknown fields are passed over', async (t) => {
  const bytes = bytesOf('Contact', { ...base, state: 99, agentId: '\u0000', position: 5 });
  const unknown = Writer.create()
    .uint32((200 << 3) | 2)
    .string('new')
    .uint32((201 << 3) | 5)
    .fixed32(1)
    .finish();
  const contact = Buffer.concat([bytes, unknown]);
  const submit = Writer.create()
    .uint32((1 << 3) | 2)
    .bytes(contact)
    .finish();
  const result = decoded('Submit', submit);
  t.match(result, { value: { contact: { id: 'c1', channel: 'voice' } } });
  t.notOk('value' in result && 'state' in Object(Reflect.get(result.value, 'contact')));
});

t.test('[WIRE6] bytes that are wrong are refused with their path', async (t) => {
  const text = (bytes: number[]) =>
    Writer.create()
      .uint32((1 << 3) | 2)
      .bytes(Uint8Array.from(bytes))
      .finish();
  const refusal = (name: WireName, bytes: Uint8Array) => {
    const result = decoded(name, bytes);
    return 'refusal' in result ? result.refusal : undefined;
  };
  t.match(refusal('Get', text([0xff, 0xfe])), { path: 'contactId', message: /^no valid encoding: / }, 'no UTF-8');
  t.match(refusal('Get', text([0xed, 0xa0, 0x80])), { path: 'contactId' }, 'half a surrogate pair');
  t.match(refusal('Get', Uint8Array.of(0x0a, 0x05, 0x61)), { path: 'contactId' }, 'cut short');
  t.match(refusal('Get', Uint8Array.of(0x00)), { message: /^no valid encoding/ }, 'field number 0');
  t.match(
    refusal('Get', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
    { message: /^no valid encoding/ },
    'an endless tag',
  );
  t.match(refusal('Get', Uint8Array.of(0x0b)), { message: /^no valid encoding/ }, 'a group that never ends');
  t.match(refusal('Get', new Uint8Array(5000).fill(0x0b)), { message: /^no valid encoding/ }, 'groups without end');
  const sinceSeq = (value: number[]) => Uint8Array.from([0x08, ...value]);
  const ones = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  t.match(
    refusal('Subscribe', sinceSeq(ones)),
    { path: 'sinceSeq', message: /^expected a whole number/ },
    'a negative number',
  );
  const tooLarge = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
  t.match(refusal('Subscribe', sinceSeq(tooLarge)), { path: 'sinceSeq', message: /found 9007199254740992$/ }, '2^53');
  const longer = Writer.create()
    .uint32((1 << 3) | 2)
    .uint32(50)
    .raw(Uint8Array.of(0x0a, 1, 0x63))
    .finish();
  t.match(refusal('Submit', longer), { path: 'contact', message: 'no valid encoding: it is cut short' });
});

t.test('an inner message cannot read past its end', async (t) => {
  // A contact of four bytes whose id claims five: the next field's bytes must not become part of it.
  const bytes = Uint8Array.of(0x0a, 0x04, 0x0a, 0x05, 0x61, 0x62, 0x63, 0x64, 0x65);
  t.match(decoded('Submit', bytes), { refusal: { path: 'contact.id' } });
});

t.test('a client takes what a newer server says', async (t) => {
  const bytes = bytesOf('Frame', { push: { seq: 1, at: 2, agent: { id: 'ana', presence: 77 } } });
  t.match(decodeProtoAnswer('Frame', bytes), {
    value: { push: { agent: { id: 'ana', presence: '77', capacity: 0 } } },
  });
  t.match(decodeProtoAnswer('Frame', bytes.subarray(0, 4)), { refusal: { reason: 'INVALID_FIELD' } });
});
