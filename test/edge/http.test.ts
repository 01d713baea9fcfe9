// The HTTP side over real requests, before a fake port: routes, bodies, queries, refusals, what is open and what is not.
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';
import type { Role } from '../../src/core/commands.ts';
import { refuse } from '../../src/core/refusal.ts';
import { encodeProto } from '../../src/wire/proto-encoder.ts';
import { FakePort } from './fake-port.ts';
import { agentView, contactView } from './fakes.ts';
import { type LiveEdge, startEdge } from './live-edge.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

async function site(t: Test, options = {}): Promise<{ port: FakePort; live: LiveEdge }> {
  const port = new FakePort();
  return { port, live: await startEdge(t, port, options) };
}

interface Case {
  readonly route: string;
  readonly role?: Role;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
  /** What the engine is asked, in part. */
  readonly asked?: object;
}

t.test('routes ask the engine in the name of the token', async (t) => {
  const { port, live } = await site(t);
  const contact = contactView('c1');
  const agent = agentView('ana');
  port.answers = (asked) => {
    if (asked.type === 'submit') return { ok: { contact, created: asked.contact.id === 'c1' } };
    if (asked.type === 'list') return { ok: { contacts: [contact], next: 'c1', seq: 77 } };
    if (asked.type === 'agents') return { ok: { agents: [agent] } };
    if (asked.type === 'queues') return { ok: { queues: [] } };
    return { ok: asked.type.includes('gent') ? { agent } : { contact } };
  };
  const body = (value: object): string => JSON.stringify(value);
  const cases: [Case, status: number, answer: object][] = [
    [
      {
        route: 'POST /v1/contacts',
        role: 'gateway',
        body: body({ contact: { id: 'c1', channel: 'voice', tier: 2 } }),
        asked: {
          type: 'submit',
          actor: { role: 'gateway', id: 'me' },
          contact: { id: 'c1', channel: 'voice', tier: 2 },
        },
      },
      201,
      { contact: { id: 'c1', state: 'QUEUED', version: 1 } },
    ],
    [
      { route: 'POST /v1/contacts', role: 'admin', body: body({ contact: { id: 'c2', channel: 'voice' } }) },
      200,
      { contact: { id: 'c1' } },
    ],
    [
      {
        route: 'GET /v1/contacts',
        role: 'supervisor',
        asked: { type: 'list', open: false, afterId: '', limit: 100, gatewayId: '', state: '' },
      },
      200,
      { contacts: [{ id: 'c1' }], next: 'c1', seq: 77 },
    ],
    [
      {
        route: 'GET /v1/contacts?state=ASSIGNED&gateway=pbx&after=c7&limit=5&open=true',
        role: 'gateway',
        asked: { type: 'list', open: true, afterId: 'c7', limit: 5, gatewayId: 'pbx', state: 'ASSIGNED' },
      },
      200,
      { contacts: [{ id: 'c1' }] },
    ],
    [
      { route: 'GET /v1/contacts/c1', role: 'gateway', asked: { type: 'get', contactId: 'c1' } },
      200,
      { contact: { id: 'c1' } },
    ],
    [{ route: 'GET /v1/contacts/a%3Ab', role: 'gateway', asked: { type: 'get', contactId: 'a:b' } }, 200, {}],
    [
      {
        route: 'PATCH /v1/contacts/c1',
        role: 'gateway',
        body: body({ set: { tier: 3, requires: [] }, version: 4 }),
        asked: { type: 'update', contactId: 'c1', set: { tier: 3, requires: [] }, version: 4 },
      },
      200,
      { contact: { id: 'c1' } },
    ],
    [
      {
        route: 'DELETE /v1/contacts/c1',
        role: 'supervisor',
        asked: { type: 'cancel', cause: 'CANCELLED', version: 0 },
      },
      200,
      {},
    ],
    [
      {
        route: 'DELETE /v1/contacts/c1?cause=ABANDONED&version=2',
        role: 'gateway',
        asked: { type: 'cancel', cause: 'ABANDONED', version: 2 },
      },
      200,
      { contact: { id: 'c1' } },
    ],
    [
      {
        route: 'PUT /v1/agents/ana',
        role: 'admin',
        body: body({ name: 'Ana', skills: { es: 9 } }),
        asked: { type: 'putAgent', agent: { id: 'ana', name: 'Ana', skills: { es: 9 }, capacity: 100 } },
      },
      200,
      { agent: { id: 'ana' } },
    ],
    [
      { route: 'PUT /v1/agents/ana', role: 'admin', body: ' {\n} ', asked: { type: 'putAgent', agent: { id: 'ana' } } },
      200,
      {},
    ],
    [
      { route: 'PUT /v1/agents/ana', role: 'admin', body: body({ id: 'ana' }), asked: { agent: { id: 'ana' } } },
      200,
      {},
    ],
    [
      {
        route: `PUT /v1/agents/${'x'.repeat(128)}`,
        role: 'admin',
        body: '{}',
        asked: { agent: { id: 'x'.repeat(128) } },
      },
      200,
      {},
    ],
    [
      { route: 'GET /v1/agents/ana', role: 'supervisor', asked: { type: 'agent', agentId: 'ana' } },
      200,
      { agent: { id: 'ana' } },
    ],
    [{ route: 'DELETE /v1/agents/ana', role: 'admin', asked: { type: 'removeAgent', agentId: 'ana' } }, 200, {}],
    [
      {
        route: 'GET /v1/agents?after=ana&limit=7',
        role: 'supervisor',
        asked: { type: 'agents', afterId: 'ana', limit: 7 },
      },
      200,
      { agents: [{ id: 'ana' }] },
    ],
    [{ route: 'GET /v1/queues', role: 'supervisor', asked: { type: 'queues' } }, 200, {}],
  ];
  for (const [{ route, role, body: sent, asked }, status, answer] of cases) {
    let seen: unknown;
    const answers = port.answers;
    port.answers = (what) => {
      seen = what;
      return answers(what);
    };
    const response = await send(live, { route, ...(role && { role }), ...(sent !== undefined && { body: sent }) });
    port.answers = answers;
    t.equal(response.status, status, route);
    t.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
    t.equal(response.headers.get('cordboard-seq'), '100', 'the seq that it saw');
    t.match(await response.json(), answer, route);
    if (asked !== undefined) t.match(seen, asked, route);
  }
});

function send(live: LiveEdge, { route, role, body, type }: Case): Promise<Response> {
  const [method = '', path = ''] = route.split(' ');
  return live.fetch(path, {
    method,
    ...(role === undefined ? {} : { role }),
    ...(body === undefined ? {} : { body, headers: type === undefined ? JSON_TYPE : { 'content-type': type } }),
  });
}

t.test('refusals: each names its field, with the status of its code; nothing reaches the engine', async (t) => {
  const { port, live } = await site(t);
  const submit = (contact: object): string => JSON.stringify({ contact });
  const cases: [Case, status: number, reason: string, path: string][] = [
    [{ route: 'POST /v1/contacts', role: 'gateway', body: '{' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'POST /v1/contacts', role: 'gateway', body: '' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'POST /v1/contacts', role: 'gateway' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'POST /v1/contacts', role: 'gateway', body: '[]' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'POST /v1/contacts', role: 'gateway', body: new Uint8Array([0x7b, 0xff]) }, 400, 'INVALID_FIELD', ''],
    [
      { route: 'POST /v1/contacts', role: 'gateway', body: submit({ id: 'c' }) },
      400,
      'INVALID_FIELD',
      'contact.channel',
    ],
    [
      { route: 'POST /v1/contacts', role: 'gateway', body: submit({ id: 'c', channel: 'v', tier: '5' }) },
      400,
      'INVALID_FIELD',
      'contact.tier',
    ],
    [
      { route: 'POST /v1/contacts', role: 'gateway', body: submit({ id: 'c', channel: 'v', x: 1 }) },
      400,
      'UNKNOWN_FIELD',
      'contact.x',
    ],
    [{ route: 'POST /v1/contacts', role: 'gateway', body: 'x', type: 'text/plain' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'POST /v1/contacts', role: 'gateway', body: 'x', type: 'nonsense' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'POST /v1/contacts', role: 'gateway', body: ' '.repeat(65_537) }, 400, 'INVALID_FIELD', ''],
    [
      { route: 'POST /v1/contacts?x=1', role: 'gateway', body: submit({ id: 'c', channel: 'v' }) },
      400,
      'UNKNOWN_FIELD',
      'x',
    ],
    [{ route: 'GET /v1/contacts?limit=x', role: 'gateway' }, 400, 'INVALID_FIELD', 'limit'],
    [{ route: 'GET /v1/contacts?limit=1001', role: 'gateway' }, 400, 'INVALID_FIELD', 'limit'],
    [{ route: 'GET /v1/contacts?state=NOPE', role: 'gateway' }, 400, 'INVALID_FIELD', 'state'],
    [{ route: 'GET /v1/contacts?open=1', role: 'gateway' }, 400, 'INVALID_FIELD', 'open'],
    [{ route: 'GET /v1/contacts?open=true&open=true', role: 'gateway' }, 400, 'INVALID_FIELD', 'open'],
    [{ route: 'GET /v1/contacts?nope=1', role: 'gateway' }, 400, 'UNKNOWN_FIELD', 'nope'],
    [{ route: 'GET /v1/contacts?__proto__=1', role: 'gateway' }, 400, 'UNKNOWN_FIELD', '__proto__'],
    [{ route: 'GET /v1/contacts/c1?x=1', role: 'gateway' }, 400, 'UNKNOWN_FIELD', 'x'],
    [{ route: 'GET /v1/contacts/a%20b', role: 'gateway' }, 400, 'INVALID_FIELD', 'id'],
    [{ route: 'GET /v1/contacts/a%2Fb', role: 'gateway' }, 400, 'INVALID_FIELD', 'id'],
    [{ route: `GET /v1/contacts/${'x'.repeat(129)}`, role: 'gateway' }, 400, 'INVALID_FIELD', 'id'],
    [{ route: 'GET /v1/contacts/%zz', role: 'gateway' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'DELETE /v1/contacts/c1?cause=BORED', role: 'gateway' }, 400, 'INVALID_FIELD', 'cause'],
    [{ route: 'PATCH /v1/contacts/c1', role: 'gateway', body: '{}' }, 400, 'INVALID_FIELD', 'set'],
    [
      { route: 'PATCH /v1/contacts/c1', role: 'gateway', body: '{"set":{"queue":"x"}}' },
      400,
      'UNKNOWN_FIELD',
      'set.queue',
    ],
    [{ route: 'PUT /v1/agents/ana', role: 'admin', body: '{"id":"ben"}' }, 400, 'INVALID_FIELD', 'id'],
    [{ route: 'PUT /v1/agents/ana', role: 'admin', body: '{"id":5}' }, 400, 'INVALID_FIELD', 'id'],
    [{ route: 'PUT /v1/agents/ana', role: 'admin', body: '"x"' }, 400, 'INVALID_FIELD', ''],
    [{ route: 'PUT /v1/agents/ana', role: 'admin', body: '{"skills":{"es":11}}' }, 400, 'INVALID_FIELD', 'skills.es'],
    [{ route: 'PUT /v1/policy', role: 'admin', body: 'queues: [', type: 'text/yaml' }, 400, 'INVALID_POLICY', ''],
    [
      { route: 'PUT /v1/policy', role: 'admin', body: new Uint8Array([0xff]), type: 'text/yaml' },
      400,
      'INVALID_POLICY',
      '',
    ],
    [{ route: 'GET /v1/contacts/c1' }, 401, 'TOKEN_INVALID', ''],
    [{ route: 'POST /v1/contacts', body: '{' }, 401, 'TOKEN_INVALID', ''],
    [{ route: 'GET /v1/contacts/c1', role: 'agent' }, 403, 'ROLE_MAY_NOT', ''],
    [{ route: 'GET /v1/nope', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
    [{ route: 'GET /v1/contacts/c1/explain', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
    [{ route: 'POST /v1/queues', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
    [{ route: 'GET /v1/connect', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
    [{ route: 'GET /', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
  ];
  for (const [sent, status, reason, path] of cases) {
    const response = await send(live, sent);
    const name = `${sent.route} ${String(sent.body ?? '').slice(0, 60)}`;
    t.equal(response.status, status, name);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    t.equal(error.reason, reason, name);
    t.equal(error.path ?? '', path, name);
    t.ok(String(error.message).length > 5, `${name}: ${error.message}`);
    t.equal(response.headers.has('www-authenticate'), status === 401);
  }
  t.same([...port.commands, ...port.queries], []);
});

t.test('refusals of the engine come with their status and the client’s own words', async (t) => {
  const { port, live } = await site(t);
  const cases = [
    [refuse('NO_SUCH_CONTACT', 'no', 'contactId'), 404, 'id'],
    [refuse('VERSION_MISMATCH', 'no', 'version'), 409, 'version'],
    [refuse('CONTACT_DIFFERS', 'no', 'contact.id'), 409, 'contact.id'],
    [refuse('RESYNC', 'no', 'afterId'), 410, 'after'],
    [refuse('QUEUE_FULL', 'no', '', 1_500), 429, ''],
    [refuse('INTERNAL_FAULT', 'no'), 500, ''],
    [refuse('DRAINING', 'no'), 503, ''],
  ] as const;
  for (const [error, status, path] of cases) {
    port.answers = () => ({ error });
    const response = await live.fetch('/v1/contacts/c1', { role: 'gateway' });
    t.equal(response.status, status, error.reason);
    t.match(await response.json(), { error: { code: error.code, reason: error.reason, ...(path && { path }) } });
    t.equal(response.headers.get('retry-after'), error.reason === 'QUEUE_FULL' ? '2' : null);
  }
  t.equal(live.edge.counts().rejectionsByReason.get('QUEUE_FULL'), 1);
});

t.test('the same messages in protobuf, both ways', async (t) => {
  const { port, live } = await site(t);
  const protobuf = { 'content-type': 'application/x-protobuf', accept: 'application/x-protobuf' };
  port.answers = (asked) =>
    asked.type === 'putAgent' ? { ok: { agent: agentView(asked.agent.id) } } : { error: refuse('NO_QUEUE', 'none') };
  const body = encodeProto('Agent', { ...agentView('ana'), name: 'Ana', skills: { es: 9 } });
  const put = await live.fetch('/v1/agents/ana', { method: 'PUT', role: 'admin', headers: protobuf, body });
  t.equal(put.status, 200);
  t.equal(put.headers.get('content-type'), 'application/x-protobuf');
  t.same(Buffer.from(await put.arrayBuffer()), Buffer.from(encodeProto('Ok', { agent: agentView('ana') })));
  const withoutId = encodeProto('Agent', { ...agentView(''), name: 'Ana' });
  for (const id of ['ana', 'x'.repeat(127), 'x'.repeat(128)]) {
    const response = await live.fetch(`/v1/agents/${id}`, {
      method: 'PUT',
      role: 'admin',
      headers: protobuf,
      body: withoutId,
    });
    t.equal(response.status, 200, `id of ${id.length} characters`);
  }
  const other = await live.fetch('/v1/agents/ben', { method: 'PUT', role: 'admin', headers: protobuf, body });
  t.equal(other.status, 400);
  t.equal(other.headers.get('content-type'), 'application/x-protobuf');
  const broken = await live.fetch('/v1/agents/ben', {
    method: 'PUT',
    role: 'admin',
    headers: protobuf,
    body: new Uint8Array([255]),
  });
  t.equal(broken.status, 400);
});

t.test('the policy: text out and in, refused whole with every fault', async (t) => {
  const { port, live } = await site(t);
  const resolved = { queues: [] } as never;
  port.answers = (asked) => {
    if (asked.type === 'policy') return { ok: { policy: { source: '# mine\nqueues: {}\n', resolved } } };
    return asked.type === 'setPolicy' ? { ok: { seq: 101 } } : undefined;
  };
  const text = await live.fetch('/v1/policy', { role: 'admin' });
  t.equal(text.headers.get('content-type'), 'application/yaml; charset=utf-8');
  t.equal(await text.text(), '# mine\nqueues: {}\n', 'as it was given');
  const json = await live.fetch('/v1/policy', { role: 'admin', headers: { accept: 'application/json' } });
  t.same(await json.json(), { policy: resolved });
  for (const type of ['text/yaml', 'application/yaml', 'application/json']) {
    const put = await live.fetch('/v1/policy', {
      method: 'PUT',
      role: 'admin',
      headers: { 'content-type': type },
      body: SAMPLE_POLICY,
    });
    t.equal(put.status, 200, type);
  }
  const big = `${SAMPLE_POLICY}\n# ${'x'.repeat(200_000)}\n`;
  const large = await live.fetch('/v1/policy', {
    method: 'PUT',
    role: 'admin',
    headers: { 'content-type': 'text/yaml' },
    body: big,
  });
  t.equal(large.status, 200, 'longer than other bodies may be');
  const wrong = SAMPLE_POLICY.replace(/^queues:/m, 'queuess:');
  const refused = await live.fetch('/v1/policy', {
    method: 'PUT',
    role: 'admin',
    headers: { 'content-type': 'text/yaml' },
    body: wrong,
  });
  t.equal(refused.status, 400);
  t.match(await refused.json(), { error: { reason: 'INVALID_POLICY', message: /^line \d+: / } });
});

t.test('health, readiness, metrics, the document and its page', async (t) => {
  const { port, live } = await site(t);
  t.equal((await live.fetch('/healthz')).status, 200);
  t.equal((await live.fetch('/readyz')).status, 200);
  const metrics = await live.fetch('/metrics');
  t.equal(await metrics.text(), 'up 1\n', 'a local peer needs no token');
  t.match(metrics.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  t.match(await (await live.fetch('/openapi.json')).json(), { openapi: '3.1.0', info: { version: '1.2.3' } });
  const page = await live.fetch('/docs');
  t.match(page.headers.get('content-type'), /^text\/html/);
  t.match(page.headers.get('content-security-policy'), /default-src 'self'/);
  const html = await page.text();
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  t.ok(links.length >= 5);
  for (const link of links) {
    t.notMatch(link, /^(?:https?:)?\/\//, 'everything is local');
    t.equal((await live.fetch(new URL(link, 'http://x/docs').pathname)).status, 200, link);
  }
  t.match(await (await live.fetch('/docs/json')).json(), { openapi: '3.1.0' });
  port.ready = false;
  const unready = await live.fetch('/readyz');
  t.equal(unready.status, 503);
  t.match(await unready.json(), { error: { reason: 'STARTING' } });
  t.equal((await live.fetch('/healthz')).status, 200);
  t.equal((await live.fetch('/v1/queues', { role: 'admin' })).status, 503);
});

t.test('what local peers may is no more than that: not forwarded, not under a foreign name', async (t) => {
  const { live } = await site(t);
  const { host } = new URL(live.address.httpUrl);
  const cases: [headers: Record<string, string>, status: number][] = [
    [{}, 200],
    [{ host: 'localhost' }, 200],
    [{ host: '[::1]:8750' }, 200],
    [{ 'x-forwarded-for': '10.0.0.1' }, 401],
    [{ forwarded: 'for=10.0.0.1' }, 401],
    [{ 'x-real-ip': '127.0.0.1' }, 401],
    [{ via: '1.1 proxy' }, 401],
    [{ host: 'evil.example.com' }, 401],
    [{ host: 'localhost.evil.example.com' }, 401],
  ];
  for (const path of ['/metrics', '/openapi.json', '/docs', '/docs/json', '/docs/static/index.css']) {
    for (const [headers, status] of cases) {
      const answer = await rawRequest(live, [
        `GET ${path} HTTP/1.1`,
        ...lines({ host, ...headers }),
        'Connection: close',
        '',
        '',
      ]);
      t.match(answer, new RegExp(`^HTTP/1.1 ${status} `), `${path} ${JSON.stringify(headers)}`);
    }
    for (const [role, status] of [
      ['supervisor', 200],
      ['admin', 200],
      ['agent', 403],
      ['gateway', 403],
    ] as const) {
      const response = await live.fetch(path, { role, headers: { via: '1.1 proxy' } });
      t.equal(response.status, status, `${path} as ${role}`);
    }
  }
});

function lines(headers: Record<string, string>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
}

/** Sends lines as they are and reads until the server closes. */
function rawRequest(live: LiveEdge, request: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(live.address.portNumber, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.write(request.join('\r\n'));
  });
}

t.test('what is no HTTP is answered in our own words, and the socket ends', async (t) => {
  const { live } = await site(t, { limits: { requestTimeoutMs: 100 } });
  const cases: [lines: string[], why: string][] = [
    [['hello', '', ''], 'no request line'],
    [['GET / HTTP/1.1', 'Host: x', `X: ${'y'.repeat(20_000)}`, '', ''], 'headers too long'],
    [
      ['POST /v1/contacts HTTP/1.1', 'Host: x', 'Content-Length: 5', 'Transfer-Encoding: chunked', '', ''],
      'two lengths',
    ],
    [['GET /healthz HTTP/1.1', 'Host: x', 'X: never'], 'headers that never end'],
  ];
  for (const [request, why] of cases) {
    const answer = await rawRequest(live, request);
    t.match(answer, /^HTTP\/1\.1 400 /, why);
    t.match(answer, /"reason":"INVALID_FIELD"/, why);
  }
  t.equal((await live.fetch('/healthz')).status, 200, 'and it goes on');
});

t.test('an upgrade to anything but a WebSocket is served as if it had not been asked for', async (t) => {
  const { live } = await site(t);
  const answer = await rawRequest(live, [
    'GET /healthz HTTP/1.1',
    'Host: x',
    'Connection: close, Upgrade',
    'Upgrade: h2c',
    '',
    '',
  ]);
  t.match(answer, /^HTTP\/1\.1 200 /);
});

t.test('CORS by the same list as sockets', async (t) => {
  const { port, live } = await site(t, { allowedOrigins: ['https://desk.example.com'] });
  port.answers = () => ({ ok: { queues: [] } });
  const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' };
  const cases: [origin: string, allowed: boolean][] = [
    ['https://desk.example.com', true],
    ['https://evil.example.com', false],
    [live.address.httpUrl, true],
    ['null', false],
  ];
  for (const [origin, allowed] of cases) {
    const preflight = await live.fetch('/v1/agents/ana', { method: 'OPTIONS', headers: { origin, ...asked } });
    t.equal(preflight.headers.get('access-control-allow-origin'), allowed ? origin : null, origin);
    const get = await live.fetch('/v1/queues', { role: 'admin', headers: { origin } });
    t.equal(get.status, 200);
    t.equal(get.headers.get('access-control-allow-origin'), allowed ? origin : null, origin);
    t.notOk(get.headers.get('access-control-allow-credentials'));
  }
});

t.test('the rate is the subject’s, whatever it asks through', async (t) => {
  const rate = { perSecond: 1, burst: 3 };
  const { port, live } = await site(t, {
    limits: { rateByRole: { gateway: rate, agent: rate, supervisor: rate, admin: rate } },
  });
  port.answers = () => ({ ok: {} });
  const client = await live.connect('supervisor', 'sue');
  await client.ask('get', { contactId: 'c' });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push((await live.fetch('/v1/queues', { role: 'supervisor', id: 'sue' })).status);
  t.same(statuses.slice(0, 2), [200, 200]);
  t.ok(statuses.includes(429));
  t.equal((await live.fetch('/v1/queues', { role: 'supervisor', id: 'tom' })).status, 200, 'another subject');
});
