// Every handshake and what it gets, judged from the request alone.
import type { IncomingHttpHeaders } from 'node:http';
import t from 'tap';
import { refuse } from '../../src/core/refusal.ts';
import { bearerOfHeader, judgeHandshake } from '../../src/edge/handshake.ts';
import { OriginList } from '../../src/edge/origins.ts';

const JSON_ENTRY = { 'sec-websocket-protocol': 'cordboard.v1.json' };
const HOST = { host: 'router:8750' };

t.test('[EDGE1, EDGE9, TOK2] handshakes', async (t) => {
  const cases: [target: string, headers: IncomingHttpHeaders, expected: string, why: string][] = [
    ['/v1/connect', { ...JSON_ENTRY, authorization: 'Bearer abc' }, 'json abc', 'token in the header'],
    ['/v1/connect', { ...JSON_ENTRY, authorization: 'bearer  abc ' }, 'json abc', 'in any case'],
    ['/v1/connect', { 'sec-websocket-protocol': 'cordboard.v1.proto, bearer.abc' }, 'proto abc', 'token as an entry'],
    ['/v1/connect', { 'sec-websocket-protocol': 'bearer.a.b.c,cordboard.v1.json' }, 'json a.b.c', 'in any order'],
    [
      '/v1/connect',
      { 'sec-websocket-protocol': 'x, cordboard.v1.proto, cordboard.v1.json' },
      'proto ',
      "the client's first",
    ],
    ['/v1/connect', { ...JSON_ENTRY }, 'json ', 'no token: decided behind the handshake'],
    ['/v1/connect', { ...JSON_ENTRY, authorization: 'Basic abc' }, 'json ', 'another scheme'],
    ['/v1/connect', { 'sec-websocket-protocol': 'cordboard.v1.json, bearer.a, bearer.b' }, 'json ', 'two tokens'],
    [
      '/v1/connect',
      { 'sec-websocket-protocol': 'cordboard.v1.json, bearer.b', authorization: 'Bearer a' },
      'json a',
      'the header before the entry',
    ],
    ['/v1/connect', {}, '400 INVALID_FIELD', 'no sub-protocol'],
    ['/v1/connect', { 'sec-websocket-protocol': 'bearer.abc' }, '400 INVALID_FIELD', 'nothing but a token'],
    ['/v1/connect', { 'sec-websocket-protocol': 'cordboard.v2.json' }, '400 INVALID_FIELD', 'another version'],
    ['/v1/connect', { 'sec-websocket-protocol': 'CORDBOARD.V1.JSON' }, '400 INVALID_FIELD', 'another case'],
    ['/v1/connect?token=abc', JSON_ENTRY, '400 UNKNOWN_FIELD token', 'a token in the URL'],
    ['/v1/connect?x=1&Access_Token=abc', JSON_ENTRY, '400 UNKNOWN_FIELD Access_Token', 'a token in the URL'],
    ['/v1/connect?x=1', JSON_ENTRY, '400 UNKNOWN_FIELD x', 'an unknown parameter'],
    ['/v1/connect?', JSON_ENTRY, 'json ', 'an empty query'],
    ['/v1/connect/', JSON_ENTRY, '404 NO_SUCH_ROUTE', 'another path'],
    ['/', JSON_ENTRY, '404 NO_SUCH_ROUTE', 'another path'],
    ['', JSON_ENTRY, '404 NO_SUCH_ROUTE', 'no path'],
    ['/v1/CONNECT', JSON_ENTRY, '404 NO_SUCH_ROUTE', 'another case'],
    ['/v1/connect', { ...JSON_ENTRY, ...HOST, origin: 'http://router:8750' }, 'json ', 'a page of the router'],
    ['/v1/connect', { ...JSON_ENTRY, ...HOST, origin: 'https://desk' }, 'json ', 'a page of the list'],
    ['/v1/connect', { ...JSON_ENTRY, ...HOST, origin: 'http://evil' }, '403 ORIGIN_NOT_ALLOWED', 'another page'],
  ];
  const origins = new OriginList(['https://desk']);
  for (const [target, headers, expected, why] of cases) {
    const judged = judgeHandshake(target, headers, origins, undefined);
    const text =
      'refusal' in judged
        ? `${judged.status} ${judged.refusal.reason} ${judged.refusal.path}`.trim()
        : `${judged.subprotocol} ${judged.token}`;
    t.equal(text, expected, `${why}: ${target}`);
  }
  const draining = judgeHandshake('/v1/connect', JSON_ENTRY, origins, refuse('DRAINING', 'down'));
  t.match(draining, { status: 503, refusal: { reason: 'DRAINING' } });
});

t.test('tokens of headers', async (t) => {
  const cases: [header: string | undefined, token: string | undefined][] = [
    [undefined, undefined],
    ['Bearer x.y.z', 'x.y.z'],
    ['Bearer', ''],
    ['Bearer ', ''],
    ['Bearer a b', ''],
    ['', ''],
  ];
  for (const [header, token] of cases) t.equal(bearerOfHeader(header), token, String(header));
});
