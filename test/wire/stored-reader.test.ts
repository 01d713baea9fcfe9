// The quick readers of stored messages against the strict decoder: what our encoder wrote they read, equally; of anything else they say so.
import { deepStrictEqual, notDeepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { Prng } from '../../src/lib/prng.ts';
import type { PlainObject } from '../../src/wire/absent.ts';
import { messageReader } from '../../src/wire/proto-decoder.ts';
import { messageWriter } from '../../src/wire/proto-encoder.ts';
import { Reader, Writer } from '../../src/wire/protobuf-runtime.ts';
import { Report } from '../../src/wire/report.ts';
import { type Message, messageNamed } from '../../src/wire/schema.ts';
import { IRREGULAR, StoredCursor } from '../../src/wire/stored-cursor.ts';
import { storedReader } from '../../src/wire/stored-reader.ts';
import { messageArbitrary, SEED } from './arbitrary.ts';

/** Those with maps or packed lists: few of a kind, read by the strict decoder. */
const STRICT_ONLY = ['AgentPut', 'QueueFlowRecord', 'AgentRecord'];

const stored = ['Event', 'StateRecord'].flatMap((name) =>
  messageNamed(name).fields.flatMap((field) => (field.kind === 'message' ? [field.message] : [])),
);
const quick = stored.filter(({ name }) => !STRICT_ONLY.includes(name));

function encoded(message: Message, object: PlainObject): Uint8Array {
  const writer = Writer.create();
  messageWriter(message)(object, writer);
  return writer.finish();
}

/** What the quick reader makes of it; IRREGULAR if it is nothing for it. */
function readQuickly(message: Message, bytes: Uint8Array): PlainObject | typeof IRREGULAR {
  const read = storedReader(message);
  if (read === undefined) return IRREGULAR;
  try {
    return read(new StoredCursor(bytes, 0), bytes.length);
  } catch (error) {
    if (error === IRREGULAR) return IRREGULAR;
    throw error;
  }
}

/** What the strict decoder makes of it; undefined if it refuses. */
function readStrictly(message: Message, bytes: Uint8Array): PlainObject | undefined {
  const report = new Report(bytes.length);
  const object = messageReader(message, 'stored')(new Reader(bytes), bytes.length, report);
  return report.failed ? undefined : object;
}

t.test('every stored message has a quick reader but those with maps or packed lists', async (t) => {
  t.same(
    stored.filter((message) => storedReader(message) === undefined).map(({ name }) => name),
    STRICT_ONLY,
  );
});

for (const message of quick) {
  t.test(`${message.name}: what was encoded is read, with its keys in the order of the schema`, async () => {
    const order = message.fields.filter(({ optional }) => !optional).map(({ name }) => name);
    fc.assert(
      fc.property(messageArbitrary(message.name, 'any'), (object) => {
        const found = readQuickly(message, encoded(message, object));
        deepStrictEqual(found, object);
        deepStrictEqual(Object.keys(found as PlainObject).slice(0, order.length), order);
      }),
      { numRuns: 150, seed: SEED },
    );
  });
}

t.test('what is damaged is read as the strict decoder reads it, or left to it', async (t) => {
  const random = new Prng(SEED);
  let left = 0;
  let read = 0;
  for (const message of quick) {
    for (const object of fc.sample(messageArbitrary(message.name, 'any'), { numRuns: 40, seed: SEED })) {
      const bytes = encoded(message, object);
      if (bytes.length === 0) continue;
      for (let i = 0; i < 30; i++) {
        const damaged = Uint8Array.from(bytes.subarray(0, i % 3 === 0 ? random.below(bytes.length) : bytes.length));
        if (i % 3 !== 0) damaged[random.below(bytes.length)] = random.below(256);
        const found = readQuickly(message, damaged);
        if (found === IRREGULAR) left++;
        else {
          read++;
          deepStrictEqual(
            found,
            readStrictly(message, damaged),
            `${message.name} ${Buffer.from(damaged).toString('hex')}`,
          );
        }
      }
    }
  }
  t.ok(left > 1000 && read > 1000, `${left} left to the strict decoder, ${read} read`);
});

t.test('an unusual form is left to the strict decoder', async (t) => {
  const message = messageNamed('OfferMade');
  const text = (writer: Writer, field: number, value: string) => writer.uint32((field << 3) | 2).string(value);
  const forms: Record<string, (writer: Writer) => unknown> = {
    'fields in another order': (writer) => text(text(writer, 2, 'ana'), 1, 'c1'),
    'a field twice': (writer) => text(text(writer, 1, 'c1'), 1, 'c2'),
    'an unknown field': (writer) => text(writer, 90, 'x'),
    'an integer that is not exact': (writer) => writer.uint32(3 << 3).bytes(new Uint8Array(0)) && writer.uint32(4 << 3),
    'bytes that are no UTF-8': (writer) => writer.uint32((1 << 3) | 2).bytes(Uint8Array.of(0x63, 0xff)),
  };
  for (const [name, write] of Object.entries(forms)) {
    const writer = Writer.create();
    write(writer);
    t.equal(readQuickly(message, writer.finish()), IRREGULAR, name);
  }
});

t.test('every exact integer is read', async () => {
  const message = messageNamed('OfferMade');
  const amounts = { expiresAt: 0, deadline: 0, cost: 0, fitUs: 0, readinessUs: 0, idleUs: 0 };
  const template = { contactId: '', agentId: '', ...amounts, runnersUp: [] };
  const edges = [7, 14, 21, 28, 35, 42, 49].flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]);
  for (const edge of [...edges, Number.MAX_SAFE_INTEGER]) {
    for (const urgencyUs of [edge, -edge]) {
      const found = readQuickly(message, encoded(message, { ...template, urgencyUs }));
      deepStrictEqual(found, { ...template, urgencyUs });
    }
  }
});

t.test('what contacts require alike is one list, also under another field', async (t) => {
  const message = messageNamed('ContactClassified');
  const classified = (contactId: string, skill: string): PlainObject => ({
    contactId,
    queue: 'billing',
    segment: 'gold',
    requirement: [{ all: [{ skill, level: 3 }] }],
    clockRate: 1000,
    headStartUs: 0,
    waitUntil: 0,
  });
  const read = (object: PlainObject): PlainObject => readQuickly(message, encoded(message, object)) as PlainObject;
  const [one, other, third] = [
    read(classified('c1', 'es')),
    read(classified('c2', 'es')),
    read(classified('c3', 'fr')),
  ];
  t.equal(one.requirement, other.requirement);
  notDeepStrictEqual(one.requirement, third.requirement);
  const record = messageNamed('ContactUpdated');
  const [updated] = fc.sample(messageArbitrary('ContactUpdated', 'any'), { numRuns: 1, seed: SEED });
  const bytes = encoded(record, { ...updated, requires: one.requirement, prefers: [] });
  t.equal((readQuickly(record, bytes) as PlainObject).requires, one.requirement);
});
