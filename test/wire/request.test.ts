// Frames from clients: what has an id is answered, whatever else is wrong with it.
import t from 'tap';
import { Writer } from '../../src/wire/protobuf-runtime.ts';
import { decodeFrame, decodeRequest, encodeFrame, encodeRequest } from '../../src/wire/request.ts';

const VERBS =
  'one of submit, update, cancel, end, get, list, subscribe, setPresence, accept, decline, complete, watch, authenticate, requeue, transfer, pull, assign, explain, callback, retry, putCustomer, getCustomer, removeCustomer, consult';
('one of submit, update, cancel, end, get, list, subscribe, setPresence, accept, decline, complete, watch, authenticate, requeue, transfer');

t.test('a request by both sub-protocols', async (t) => {
  const request = { kind: 'request', id: 7, verb: 'accept', body: { offerId: 'o12' } };
  t.same(decodeRequest('json', '{"id":7,"accept":{"offerId":"o12"}}'), request);
  t.same(decodeRequest('json', Buffer.from('{"id":"7","accept":{"offerId":"o12"}}')), request, 'bytes; the id as text');
  t.same(decodeRequest('proto', encodeRequest('proto', 7, 'accept', { offerId: 'o12' })), request);
});

t.test('JSON without a usable id is no request', async (t) => {
  const id = 'expected an id, a whole number from 1 to 9007199254740991, found ';
  const cases: [data: string | Uint8Array, message: string | RegExp][] = [
    ['', /^expected JSON/],
    ['{', /^expected JSON/],
    ['{"id":1,}', /^expected JSON/],
    [Uint8Array.of(0xff), 'expected UTF-8 text'],
    ['[]', 'expected an object, found a list of 0'],
    ['null', 'expected an object, found null'],
    ['"id"', 'expected an object, found the text "id"'],
    ['{}', `${id}nothing`],
    ['{"id":0}', `${id}the number 0`],
    ['{"id":-1}', `${id}the number -1`],
    ['{"id":1.5}', `${id}the number 1.5`],
    ['{"id":9007199254740992}', `${id}the number 9007199254740992`],
    ['{"id":"1e3"}', `${id}the text "1e3"`],
    ['{"id":null}', `${id}null`],
    ['{"id":true}', `${id}true`],
    ['{"id":[1]}', `${id}a list of 1`],
    ['{"accept":{"offerId":"o1"}}', `${id}nothing`],
    ['['.repeat(60_000) + ']'.repeat(60_000), 'expected an object, found a list of 1'],
  ];
  for (const [data, message] of cases)
    t.match(decodeRequest('json', data), { kind: 'notARequest', message }, String(data).slice(0, 40));
});

t.test('JSON with an id is refused with that id', async (t) => {
  const cases: [text: string, refusal: object][] = [
    ['{"id":7}', { reason: 'UNKNOWN_VERB', path: '', message: `expected ${VERBS}, found none` }],
    ['{"id":7,"borrow":{}}', { reason: 'UNKNOWN_VERB', path: 'borrow', message: `expected ${VERBS}` }],
    ['{"id":7,"__proto__":{}}', { reason: 'UNKNOWN_VERB', path: '__proto__' }],
    ['{"id":7,"constructor":{}}', { reason: 'UNKNOWN_VERB', path: 'constructor' }],
    ['{"id":7,"set Presence":{}}', { reason: 'UNKNOWN_VERB', path: '["set Presence"]' }],
    [
      '{"id":7,"get":{"contactId":"c"},"trace":1}',
      { reason: 'UNKNOWN_FIELD', path: 'trace', message: 'Request has no such field' },
    ],
    [
      '{"id":7,"submit":{},"cancel":{}}',
      { reason: 'INVALID_FIELD', path: 'cancel', message: `expected ${VERBS}, found both submit and cancel` },
    ],
    ['{"id":7,"get":null}', { reason: 'INVALID_FIELD', path: 'get', message: 'expected an object, found null' }],
    ['{"id":7,"accept":{"offerId":5}}', { reason: 'INVALID_FIELD', path: 'accept.offerId' }],
    [
      `{"id":7,"get":${'['.repeat(9_000)}${']'.repeat(9_000)}}`,
      { path: '', message: 'expected JSON of at most 24 levels, found more' },
    ],
  ];
  for (const [text, refusal] of cases) {
    t.match(
      decodeRequest('json', text),
      { kind: 'refused', id: 7, refusal: { code: 'INVALID_ARGUMENT', ...refusal } },
      text.slice(0, 60),
    );
  }
});

const idOnly = Writer.create().uint32(8).uint64(7).finish();

t.test('binary frames without a usable id are no requests', async (t) => {
  t.match(decodeRequest('proto', new Uint8Array()), { kind: 'notARequest', message: /^expected an id/ });
  t.match(decodeRequest('proto', 'text'), { kind: 'notARequest', message: 'expected bytes, found text' });
  t.match(decodeRequest('proto', Uint8Array.of(8, 0)), { kind: 'notARequest' });
  t.match(decodeRequest('proto', Uint8Array.of(8, 0xff)), { kind: 'notARequest', message: /^no valid encoding/ });
  t.match(
    decodeRequest(
      'proto',
      Writer.create()
        .uint32(8)
        .uint64(2 ** 53)
        .finish(),
    ),
    { kind: 'notARequest' },
  );
  t.match(decodeRequest('proto', Buffer.from('{"id":1}')), { kind: 'notARequest' });
});

t.test('binary frames with an id are refused with that id', async (t) => {
  const refused = (bytes: Uint8Array, refusal: object) =>
    t.match(decodeRequest('proto', bytes), { kind: 'refused', id: 7, refusal });
  refused(idOnly, { reason: 'UNKNOWN_VERB', path: '' });
  const unknown = Writer.create()
    .uint32((90 << 3) | 2)
    .string('requeue')
    .finish();
  refused(Buffer.concat([idOnly, unknown]), {
    reason: 'UNKNOWN_VERB',
    path: '',
    message: `expected ${VERBS}, found none`,
  });
  const get = Writer.create()
    .uint32((6 << 3) | 2)
    .fork()
    .uint32(10)
    .string('c1')
    .ldelim()
    .finish();
  const list = Writer.create()
    .uint32((7 << 3) | 2)
    .fork()
    .ldelim()
    .finish();
  refused(Buffer.concat([idOnly, get, list]), { path: 'list', message: `expected ${VERBS}, found both get and list` });
  refused(Buffer.concat([idOnly, get.subarray(0, 3)]), { path: '', message: /^no valid encoding/ });
  refused(Buffer.concat([idOnly, Uint8Array.of((6 << 3) | 2, 1, 10)]), {
    path: 'get.contactId',
    message: /^no valid encoding/,
  });
  t.match(
    decodeRequest('proto', Buffer.concat([get, idOnly])),
    { kind: 'request', id: 7, verb: 'get' },
    'the id may come last',
  );
  t.match(
    decodeRequest('proto', Buffer.concat([idOnly, unknown, get])),
    { kind: 'request' },
    'unknown fields are ignored',
  );
});

t.test('frames from the server', async (t) => {
  const error = { code: 'NOT_FOUND', reason: 'NO_SUCH_CONTACT', message: 'no', path: '', retryAfterMs: 0 } as const;
  const frame = { reply: { id: 1, seq: 2, error } };
  t.equal(
    Buffer.from(encodeFrame('json', frame)).toString(),
    '{"reply":{"id":1,"seq":2,"error":{"code":"NOT_FOUND","reason":"NO_SUCH_CONTACT","message":"no","retryAfterMs":0}}}',
  );
  t.same(decodeFrame('json', encodeFrame('json', frame)), { value: frame });
  t.same(decodeFrame('proto', encodeFrame('proto', frame)), { value: frame });
  t.match(decodeFrame('proto', '{}'), { refusal: { message: 'expected bytes, found text' } });
  t.match(decodeFrame('json', '{"reply":'), { refusal: { message: /^expected JSON/ } });
});
