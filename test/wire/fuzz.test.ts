// Whatever bytes arrive, decoding returns: random bytes, and valid frames that were damaged. The seed is fixed; a failure names its case.
import t from 'tap';
import type { Refusal } from '../../src/core/refusal.ts';
import { Prng } from '../../src/lib/prng.ts';
import { decodeEvents, encodeEvents } from '../../src/wire/event-codec.ts';
import { decodeFrame, decodeRequest, encodeFrame, encodeRequest, type Subprotocol } from '../../src/wire/request.ts';
import { decodeContact, decodeRecords, encodeRecords } from '../../src/wire/state-codec.ts';
import { SEED } from './arbitrary.ts';

const CASES = 12_000;

const submit = {
  contact: {
    id: 'c1',
    channel: 'voice',
    direction: 'INBOUND',
    customerId: 'Grüße 😀',
    journeyId: '',
    intent: 'billing',
    language: 'es',
    queue: '',
    requires: [{ all: [{ skill: 'billing', level: 3 }] }],
    prefers: [{ skill: 'vip', secondsPerLevel: 2.5 }],
    segment: '',
    value: 5,
    tier: 1,
    headStartMs: 1000,
    preferredAgents: ['ana'],
    attributes: '{"a":{"b":[1,null,"x"]}}',
    version: 0,
  },
} as const;
const set = { requires: [], attributes: '{"a":null}', tier: 3 };
const disposition = { reasons: ['fee'], outcome: 'ok', notes: 'n', attributes: '{"x":1}' };

function seedFrames(subprotocol: Subprotocol): Uint8Array[] {
  return [
    encodeRequest(subprotocol, 7, 'submit', submit),
    encodeRequest(subprotocol, 8, 'update', { contactId: 'c1', set, version: 2 }),
    encodeRequest(subprotocol, 9, 'end', { contactId: 'c1', disposition, version: 0 }),
    encodeRequest(subprotocol, 10, 'setPresence', {
      presence: 'BUSY',
      reason: 'lunch',
      channels: ['voice'],
      agentId: '',
    }),
    encodeFrame(subprotocol, { reply: { id: 1, seq: 5, ok: { next: 'c9', seq: 4 } } }),
  ].map((frame) => Buffer.from(frame));
}

/** A copy of the bytes with one to four damages: bits flipped, bytes replaced, pieces cut out, doubled or cut off. */
function damaged(bytes: Uint8Array, random: Prng): Uint8Array {
  let result = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0 && result.length > 0; count--) {
    const at = random.below(result.length);
    const end = Math.min(result.length, at + 1 + random.below(8));
    const byte = result[at] ?? 0;
    switch (random.below(6)) {
      case 0:
        result[at] = byte ^ (1 << random.below(8));
        break;
      case 1:
        result[at] = random.below(256);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at), result.subarray(end)]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, end), result.subarray(at)]);
        break;
      case 4:
        result = result.subarray(0, at);
        break;
      default:
        result[at] = '{}[]",:\\0\xff'.charCodeAt(random.below(10)) & 255;
    }
  }
  return result;
}

/** Encodes a refusal as both sub-protocols would send it: what a client sent may be quoted in it. */
function sayRefusal(id: number, error: Refusal): void {
  for (const subprotocol of ['json', 'proto'] as const) encodeFrame(subprotocol, { reply: { id, seq: 1, error } });
}

for (const subprotocol of ['json', 'proto'] as const) {
  t.test(`[WIRE6] ${CASES} damaged ${subprotocol} frames: every one is answered`, async (t) => {
    const random = new Prng(SEED);
    const frames = seedFrames(subprotocol);
    const kinds: Record<string, number> = { request: 0, refused: 0, notARequest: 0 };
    for (let i = 0; i < CASES; i++) {
      const bytes = damaged(frames[i % frames.length] ?? new Uint8Array(), random);
      try {
        const decoded = decodeRequest(subprotocol, bytes);
        kinds[decoded.kind] = (kinds[decoded.kind] ?? 0) + 1;
        if (decoded.kind === 'refused') sayRefusal(decoded.id, decoded.refusal);
        decodeFrame(subprotocol, bytes);
      } catch (error) {
        t.fail(`case ${i} of seed ${SEED}: ${Buffer.from(bytes).toString('hex')}`, { error });
      }
    }
    for (const kind of Object.keys(kinds)) t.ok((kinds[kind] ?? 0) > 100, `${kinds[kind]} ${kind}`);
  });
}

t.test(`[WIRE6] ${CASES} frames of random bytes: every one is answered`, async (t) => {
  const random = new Prng(SEED + 1);
  for (let i = 0; i < CASES; i++) {
    const bytes = Uint8Array.from({ length: random.below(60) }, () => random.below(256));
    try {
      decodeRequest('json', bytes);
      decodeRequest('proto', bytes);
      decodeFrame('json', bytes);
      decodeFrame('proto', bytes);
    } catch (error) {
      t.fail(`case ${i} of seed ${SEED + 1}: ${Buffer.from(bytes).toString('hex')}`, { error });
    }
  }
  t.pass('none threw');
});

t.test('[WIRE6] free objects that are no JSON are refused in words that binary frames can carry', async (t) => {
  const pieces = ['{', '}', '"', ':', ',', '1', 'a', '\\', '\\ud800', '😀', '\u2028', 'é'];
  const random = new Prng(SEED + 3);
  for (let i = 0; i < CASES; i++) {
    const attributes = Array.from({ length: random.below(30) }, () => pieces[random.below(pieces.length)]).join('');
    const body = { contactId: 'c1', disposition: { ...disposition, attributes }, version: 0 };
    const decoded = decodeRequest('proto', encodeRequest('proto', 7, 'complete', body) as Uint8Array);
    if (decoded.kind !== 'refused') continue;
    try {
      sayRefusal(decoded.id, decoded.refusal);
    } catch (error) {
      t.fail(`case ${i} of seed ${SEED + 3}: ${attributes}`, { error });
    }
  }
  t.pass('all could be said');
});

t.test('stored bytes that are damaged are read or refused as a WireFailure', async (t) => {
  const random = new Prng(SEED + 2);
  const events = encodeEvents([
    { at: 5, event: { type: 'offerDeclined', contactId: 'c1', agentId: 'ana', reason: 'r', coolDownUntil: 7 } },
    {
      at: 6,
      event: {
        type: 'contactClosed',
        contactId: 'c1',
        state: 'COMPLETED',
        cause: 'AGENT',
        endedNow: true,
        disposition,
      },
    },
  ]);
  const [chunk = new Uint8Array()] = encodeRecords([
    { kind: 'gateway', id: 'g', ordinal: 1, sessionIds: ['s'], lostAt: 0, forgottenSeq: 0 },
  ]);
  for (let i = 0; i < 5000; i++) {
    for (const read of [
      () => decodeEvents(damaged(events, random)),
      () => [...decodeRecords([damaged(chunk, random)])],
      () => decodeContact(damaged(chunk, random)),
    ]) {
      try {
        read();
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'WireFailure')
          t.fail(`case ${i} of seed ${SEED + 2}`, { error });
      }
    }
  }
  t.pass('nothing else was thrown');
});
