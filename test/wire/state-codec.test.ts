// Snapshots and the archive: records and contacts come back as they were; chunks can be kept apart; what is not known is refused.
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import type { StateRecord } from '../../src/core/state-records.ts';
import type { ContactView } from '../../src/core/views.ts';
import { cordboard } from '../../src/wire/generated/schema.js';
import { Writer } from '../../src/wire/protobuf-runtime.ts';
import { messageNamed } from '../../src/wire/schema.ts';
import { CHUNK_BYTES, decodeContact, decodeRecords, encodeContact, encodeRecords } from '../../src/wire/state-codec.ts';
import { plainPolicy, queuePolicy } from '../core/oracle/policies.ts';
import { Stage } from '../core/oracle/stage.ts';
import { messageArbitrary, SEED } from './arbitrary.ts';

const arms = messageNamed('StateRecord').fields.filter((field) => field.kind === 'message');
const record = fc.oneof(
  ...arms.map((arm) =>
    messageArbitrary(arm.message.name, 'any').map(
      (fields) => ({ kind: arm.name, ...fields }) as unknown as StateRecord,
    ),
  ),
);

t.test('[WIRE8] records come back as they were, in order', async () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      deepStrictEqual([...decodeRecords([...encodeRecords(records)])], records);
    }),
    { numRuns: 300, seed: SEED },
  );
});

t.test('[WIRE8, FAN1] so does a contact with several pending offers', async (t) => {
  const policy = plainPolicy({ queues: [queuePolicy('main', { fanOut: 3 })], explain: { runnersUp: 2 } });
  const stage = new Stage(policy);
  for (const id of ['a1', 'a2', 'a3']) stage.works(id);
  stage.wait(1000).submit('c1');
  stage.declineOffer(stage.offerOf('c1'), 'a3');
  stage.wait(1000).works('a4');
  const records = [...stage.run.core.records()];
  const { fan } = records.find(({ kind }) => kind === 'contact') as Extract<StateRecord, { kind: 'contact' }>;
  t.match(fan, {
    others: [
      { agentId: 'a2', reasons: { runnersUp: [{}] } },
      { agentId: 'a4', madeAt: stage.now },
    ],
  });
  const read = [...decodeRecords([...encodeRecords(records)])];
  t.equal(Core.fromRecords(read).stateHash(), stage.run.core.stateHash());
});

t.test('a record has the bytes of protobufjs behind its length', async () => {
  fc.assert(
    fc.property(record, (one) => {
      const { StateRecord } = cordboard.v1;
      const message = StateRecord.fromObject({ [one.kind]: one });
      const expected = Writer.create().bytes(StateRecord.encode(message).finish()).finish();
      deepStrictEqual(Buffer.concat([...encodeRecords([one])]), Buffer.from(expected));
    }),
    { numRuns: 200, seed: SEED },
  );
});

function gateway(ordinal: number): StateRecord {
  return { kind: 'gateway', id: `gateway-${ordinal}`, ordinal, sessionIds: ['a', 'b'], lostAt: 0, forgottenSeq: 0 };
}

t.test('chunks are about 256 KiB and hold whole records', async (t) => {
  const records = Array.from({ length: 40_000 }, (_, i) => gateway(i));
  const chunks = [...encodeRecords(records)];
  t.ok(chunks.length > 2, `${chunks.length} chunks`);
  for (const chunk of chunks.slice(0, -1)) t.ok(chunk.length >= CHUNK_BYTES && chunk.length < CHUNK_BYTES + 100);
  // Not with t.same, which takes minutes for so many objects.
  deepStrictEqual(
    chunks.flatMap((chunk) => [...decodeRecords([chunk])]),
    records,
  );
  t.same([...encodeRecords([])], [], 'nothing gives no chunk');
});

t.test('records are made and read as they are asked for', async (t) => {
  let made = 0;
  function* endless(): Generator<StateRecord> {
    for (;;) yield gateway(made++);
  }
  const [first] = encodeRecords(endless());
  t.ok(first !== undefined && made < 20_000, 'one chunk was encoded, not all');
  const [record] = decodeRecords([first ?? new Uint8Array()]);
  t.same(record, gateway(0));
});

t.test('lists of numbers are read packed and one by one', async (t) => {
  const flow = Writer.create()
    .uint32((1 << 3) | 2)
    .string('billing');
  for (const value of [1, 300, 0]) flow.uint32((3 << 3) | 0).uint32(value);
  flow
    .uint32((3 << 3) | 2)
    .fork()
    .uint32(7)
    .uint32(8)
    .ldelim();
  const record = Writer.create()
    .uint32((2 << 3) | 2)
    .bytes(flow.finish())
    .finish();
  t.match(
    [...decodeRecords([Writer.create().bytes(record).finish()])],
    [{ kind: 'queueFlow', answered: [1, 300, 0, 7, 8] }],
  );
});

t.test('what cannot be read throws, by name', async (t) => {
  const [chunk = new Uint8Array()] = encodeRecords([gateway(1), gateway(2)]);
  const read = (bytes: Uint8Array) => () => [...decodeRecords([bytes])];
  t.throws(read(chunk.subarray(0, chunk.length - 1)), { code: 'broken', message: /^record 1 of a snapshot/ });
  const unknownRecord = Writer.create()
    .fork()
    .uint32((60 << 3) | 2)
    .string('x')
    .ldelim()
    .finish();
  t.throws(read(unknownRecord), { code: 'newer', message: /record of number 60/ });
  const unknownField = Writer.create()
    .fork()
    .uint32((4 << 3) | 2)
    .fork()
    .uint32(50 << 3)
    .uint32(1)
    .ldelim()
    .ldelim();
  t.throws(read(unknownField.finish()), { code: 'newer', message: /GatewayRecord has a field 50/ });
});

t.test('[WIRE8] a contact comes back from the archive as it was', async () => {
  fc.assert(
    fc.property(messageArbitrary('Contact', 'any'), (object) => {
      const contact = object as unknown as ContactView;
      deepStrictEqual(decodeContact(encodeContact(contact)), contact);
    }),
    { numRuns: 300, seed: SEED },
  );
});

t.test('an archived contact that cannot be read throws, by name', async (t) => {
  t.throws(() => decodeContact(Uint8Array.of(0x0a, 5, 1)), { code: 'broken', message: /^an archived contact, id/ });
  t.throws(
    () =>
      decodeContact(
        Writer.create()
          .uint32(90 << 3)
          .uint32(1)
          .finish(),
      ),
    { code: 'newer' },
  );
});
