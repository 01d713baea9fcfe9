// Events through the journal's bytes: every event of the schema with every field, equal after the way there and back; the bytes are those
// of protobufjs's own code; what is not known is refused by name.
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import type { CoreEvent } from '../../src/core/events.ts';
import { AssertionFailure } from '../../src/lib/assert.ts';
import { decodeEvents, EventEncoder, encodeEvents } from '../../src/wire/event-codec.ts';
import { cordboard } from '../../src/wire/generated/schema.js';
import type { TimedEvent } from '../../src/wire/messages.ts';
import { Writer } from '../../src/wire/protobuf-runtime.ts';
import { messageNamed } from '../../src/wire/schema.ts';
import { messageArbitrary, SEED } from './arbitrary.ts';

const { EventBatch } = cordboard.v1;
const arms = messageNamed('Event').fields.filter((field) => field.kind === 'message');
const at = fc.oneof(fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }), fc.constant(0));

/** Random events of one type, with the type's name in front. */
function eventArbitrary(type: string, messageName: string): fc.Arbitrary<CoreEvent> {
  return messageArbitrary(messageName, 'any').map((fields) => ({ type, ...fields }) as unknown as CoreEvent);
}

for (const arm of arms) {
  t.test(`[WIRE8] ${arm.name} comes back as it was, in the bytes of protobufjs`, async () => {
    fc.assert(
      fc.property(at, eventArbitrary(arm.name, arm.message.name), (instant, event) => {
        const bytes = encodeEvents([{ at: instant, event }]);
        deepStrictEqual(decodeEvents(bytes), [{ at: instant, event }]);
        const batch = EventBatch.fromObject({ events: [{ at: instant, [event.type]: event }] });
        deepStrictEqual(Buffer.from(bytes), Buffer.from(EventBatch.encode(batch).finish()));
      }),
      { numRuns: 150, seed: SEED },
    );
  });
}

const accepted: CoreEvent = {
  type: 'offerAccepted',
  contactId: 'c1',
  agentId: 'ana',
  assignedUntil: 1_760_000_000_000,
};
const closed: CoreEvent = {
  type: 'contactClosed',
  contactId: 'c1',
  state: 'COMPLETED',
  cause: 'AGENT',
  endedNow: false,
};

t.test('a batch keeps its order, and an encoder starts anew after finish', async (t) => {
  const batches = fc.array(fc.tuple(at, fc.oneof(...arms.map((arm) => eventArbitrary(arm.name, arm.message.name)))), {
    maxLength: 30,
  });
  const encoder = new EventEncoder();
  fc.assert(
    fc.property(batches, (pairs) => {
      const batch: TimedEvent[] = pairs.map(([at, event]) => ({ at, event }));
      for (const { at, event } of batch) encoder.add(at, event);
      deepStrictEqual(encoder.count, batch.length);
      const { byteLength } = encoder;
      const bytes = encoder.finish();
      deepStrictEqual(bytes.length, byteLength);
      deepStrictEqual(decodeEvents(bytes), batch);
      deepStrictEqual([encoder.count, encoder.byteLength], [0, 0]);
    }),
    { numRuns: 100, seed: SEED },
  );
  t.equal(encoder.finish().length, 0, 'an empty batch has no bytes');
  t.same(decodeEvents(new Uint8Array()), []);
});

t.test('what finish gave does not change with later events', async (t) => {
  const encoder = new EventEncoder();
  encoder.add(1, accepted);
  const bytes = encoder.finish();
  const copy = Uint8Array.from(bytes);
  encoder.add(2, closed);
  encoder.finish();
  t.same(Buffer.from(bytes), Buffer.from(copy));
});

t.test('a large event goes through, and the encoder lives on', async (t) => {
  const encoder = new EventEncoder();
  const policy: CoreEvent = {
    type: 'policySet',
    resolved: 'x'.repeat(3_000_000),
    source: 'ä'.repeat(9),
    fileHash: '',
    by: '',
    changes: ['fit.perLevelMs: 0 → 3000'],
  };
  encoder.add(1, policy);
  t.same(decodeEvents(encoder.finish()), [{ at: 1, event: policy }]);
  encoder.add(2, accepted);
  t.same(decodeEvents(encoder.finish()), [{ at: 2, event: accepted }]);
});

t.test('an absent disposition has no key', async (t) => {
  const [back] = decodeEvents(encodeEvents([{ at: 1, event: closed }]));
  t.notOk(back !== undefined && 'disposition' in back.event);
});

t.test('what could not be read again is never written', async (t) => {
  const encode = (event: object) => () => encodeEvents([{ at: 1, event: event as CoreEvent }]);
  const broken: [name: string, event: object][] = [
    ['an unknown event', { type: 'contactVanished' }],
    ['half a surrogate pair', { ...accepted, contactId: '\ud800' }],
    ['half a surrogate pair in a long text', { ...accepted, contactId: `${'x'.repeat(200)}\udc00` }],
    ['a fraction', { ...accepted, assignedUntil: 0.5 }],
    ['an integer that is not exact', { ...accepted, assignedUntil: 2 ** 53 }],
    ['no number', { ...accepted, assignedUntil: Number.NaN }],
    ['an unknown enum name', { ...closed, cause: 'BOREDOM' }],
  ];
  for (const [name, event] of broken) t.throws(encode(event), AssertionFailure, name);
  t.throws(() => encodeEvents([{ at: 1.5, event: accepted }]), AssertionFailure, 'an instant that is none');
});

/** A batch of one event whose content the callback writes. */
function batchOf(write: (writer: Writer) => void): Uint8Array {
  const writer = Writer.create()
    .uint32((1 << 3) | 2)
    .fork();
  write(writer);
  return writer.ldelim().finish();
}

t.test('[RST7] what a newer version wrote is refused as such', async (t) => {
  const newer = { name: 'WireFailure', code: 'newer' };
  t.throws(
    () =>
      decodeEvents(
        batchOf((w) =>
          w
            .uint32((99 << 3) | 2)
            .fork()
            .ldelim(),
        ),
      ),
    newer,
    'an unknown event',
  );
  const unknownField = batchOf((w) =>
    w
      .uint32((6 << 3) | 2)
      .fork()
      .uint32((90 << 3) | 0)
      .uint32(1)
      .ldelim(),
  );
  t.throws(() => decodeEvents(unknownField), { ...newer, message: /event 0 of a commit.*OfferAccepted.*90/ });
  t.throws(
    () =>
      decodeEvents(
        Writer.create()
          .uint32((7 << 3) | 0)
          .uint32(1)
          .finish(),
      ),
    newer,
    'beside the events',
  );
});

t.test('an enum value that is not known is refused where the field may be absent, too', async (t) => {
  const set = { type: 'presenceSet', agentId: 'a', presence: 'DRAINING', reason: '', channels: [], cause: 'AGENT' };
  const event = (next: object): TimedEvent => ({ at: 1, event: { ...set, ...next } as unknown as CoreEvent });
  const bytes = encodeEvents([event({ next: 'BUSY', nextReason: 'tea' })]);
  t.strictSame(decodeEvents(bytes), [event({ next: 'BUSY', nextReason: 'tea' })]);
  t.strictSame(decodeEvents(encodeEvents([event({})])), [event({})]);
  const place = bytes.findIndex((byte, index) => byte === ((6 << 3) | 0) && bytes[index + 1] === 2);
  bytes[place + 1] = 77;
  t.throws(() => decodeEvents(bytes), { name: 'WireFailure' });
});

t.test('broken bytes are refused as such', async (t) => {
  const broken = { name: 'WireFailure', code: 'broken' };
  const bytes = encodeEvents([
    { at: 1, event: accepted },
    { at: 2, event: closed },
  ]);
  for (let length = 1; length < bytes.length; length++) {
    if (decodes(bytes.subarray(0, length))) t.ok(length < bytes.length / 2 + 10, 'only a whole first event decodes');
  }
  t.throws(() => decodeEvents(bytes.subarray(0, bytes.length - 1)), { ...broken, message: /^event 1 of a commit/ });
  t.throws(() => decodeEvents(batchOf((w) => w.uint32(8).int64(5))), broken, 'an instant without an event');
  const noEnum = batchOf((w) =>
    w
      .uint32((12 << 3) | 2)
      .fork()
      .uint32((1 << 3) | 2)
      .string('c1')
      .ldelim(),
  );
  t.throws(() => decodeEvents(noEnum), { ...broken, message: /state: expected one of QUEUED.*found nothing/ });
});

function decodes(bytes: Uint8Array): boolean {
  try {
    decodeEvents(bytes);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'WireFailure') return false;
    throw error;
  }
}
