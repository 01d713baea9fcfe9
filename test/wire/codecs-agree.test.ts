// Both sub-protocols carry the same: random requests, frames and bodies through JSON and protobuf come out equal to what went in.
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import type { PlainObject } from '../../src/wire/absent.ts';
import { decodeJson, decodeJsonAnswer } from '../../src/wire/json-decoder.ts';
import { encodeJson } from '../../src/wire/json-encoder.ts';
import type { AnswerName, Frame, RequestEnvelope, SentTypes, WireName } from '../../src/wire/messages.ts';
import { decodeProto, decodeProtoAnswer } from '../../src/wire/proto-decoder.ts';
import { encodeProto } from '../../src/wire/proto-encoder.ts';
import { decodeFrame, decodeRequest, encodeFrame, encodeRequest, type Subprotocol } from '../../src/wire/request.ts';
import { messageNamed } from '../../src/wire/schema.ts';
import { messageArbitrary, SEED } from './arbitrary.ts';

const SUBPROTOCOLS: readonly Subprotocol[] = ['json', 'proto'];
const VERBS = messageNamed('Request').oneofs.get('verb') ?? [];

t.test('[WIRE1] a request comes out of both sub-protocols as it went in', async () => {
  fc.assert(
    fc.property(messageArbitrary('Request', 'request'), (object) => {
      const { id, ...verbs } = object as unknown as RequestEnvelope;
      const [[verb, body] = ['', {}]] = Object.entries(verbs);
      for (const subprotocol of SUBPROTOCOLS) {
        const frame = encodeRequest(subprotocol, id, verb as 'submit', body as never);
        deepStrictEqual(decodeRequest(subprotocol, frame), { kind: 'request', id, verb, body });
      }
    }),
    { numRuns: 1000, seed: SEED },
  );
});

t.test('[WIRE1] a frame comes out of both sub-protocols as it went in', async () => {
  fc.assert(
    fc.property(messageArbitrary('Frame', 'any'), (object) => {
      const frame = object as unknown as Frame;
      for (const subprotocol of SUBPROTOCOLS) {
        deepStrictEqual(decodeFrame(subprotocol, encodeFrame(subprotocol, frame)), { value: frame });
      }
    }),
    { numRuns: 500, seed: SEED },
  );
});

const BODIES: readonly WireName[] = [
  'Agent',
  'Customer',
  'PatchContact',
  'Submit',
  'ContactsQuery',
  'AgentsQuery',
  'ExplainQuery',
  'CancelQuery',
];
for (const name of BODIES) {
  t.test(`[WIRE1] ${name} of a request comes out of both codecs as it went in`, async () => {
    fc.assert(
      fc.property(messageArbitrary(name, 'request'), (object) => {
        const plain = object as unknown as SentTypes[typeof name];
        deepStrictEqual(decodeJson(name, encodeJson(name, plain)), { value: plain });
        deepStrictEqual(decodeProto(name, encodeProto(name, plain)), { value: plain });
      }),
      { numRuns: 300, seed: SEED },
    );
  });
}

const ANSWERS: readonly AnswerName[] = ['Ok', 'Refusal'];
for (const name of ANSWERS) {
  t.test(`[WIRE1] ${name} comes out of both codecs as it went in`, async () => {
    fc.assert(
      fc.property(messageArbitrary(name, 'any'), (object) => {
        const plain = object as unknown as SentTypes[typeof name];
        deepStrictEqual(decodeJsonAnswer(name, encodeJson(name, plain)), { value: plain });
        deepStrictEqual(decodeProtoAnswer(name, encodeProto(name, plain)), { value: plain });
      }),
      { numRuns: 200, seed: SEED },
    );
  });
}

t.test('JSON is JSON: what is written parses to what was written', async () => {
  fc.assert(
    fc.property(messageArbitrary('Frame', 'any'), (object) => {
      const text = encodeJson('Frame', object as unknown as Frame);
      const parsed = JSON.parse(text) as PlainObject;
      deepStrictEqual(Object.keys(parsed), Object.keys(object));
    }),
    { numRuns: 200, seed: SEED },
  );
});

t.test('every verb of the schema is in the types, and the other way round', async (t) => {
  const typed: Record<keyof import('../../src/wire/messages.ts').RequestBodies, true> = {
    submit: true,
    update: true,
    cancel: true,
    end: true,
    get: true,
    explain: true,
    list: true,
    subscribe: true,
    setPresence: true,
    accept: true,
    decline: true,
    complete: true,
    requeue: true,
    transfer: true,
    consult: true,
    watch: true,
    authenticate: true,
    callback: true,
    retry: true,
    pull: true,
    assign: true,
    putCustomer: true,
    getCustomer: true,
    removeCustomer: true,
  };
  t.same([...VERBS].sort(), Object.keys(typed).sort());
});
