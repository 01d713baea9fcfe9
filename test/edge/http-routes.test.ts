// The routes over real requests, before a fake port: what they ask the engine, bodies, queries, refusals.
import t from 'tap';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';
import type { Role } from '../../src/core/commands.ts';
import { refuse } from '../../src/core/refusal.ts';
import { encodeProto } from '../../src/wire/proto-encoder.ts';
import { agentView, contactView } from './fakes.ts';
import { fakeSite, type LiveEdge } from './live-edge.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

interface Case {
  readonly route: string;
  readonly role?: Role;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
  /** What the engine is asked, in part. */
  readonly asked?: object;
}

const body = (value: object): string => JSON.stringify(value);

/** A request, and the status and (in part) the body of its answer. */
const SERVED: readonly [Case, status: number, answer: object][] = [
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
  [{ route: 'PUT /v1/agents/ana', role: 'admin', body: body({ id: 'ana' }), asked: { agent: { id: 'ana' } } }, 200, {}],
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
  [
    {
      route: 'PUT /v1/queues/billing/closure',
      role: 'supervisor',
      body: body({ until: 1_760_000_000_000, reason: 'drill' }),
      asked: { type: 'closeQueue', queue: 'billing', until: 1_760_000_000_000, reason: 'drill' },
    },
    200,
    {},
  ],
  [
    {
      route: 'PUT /v1/queues/billing/closure',
      role: 'admin',
      body: '{}',
      asked: { type: 'closeQueue', until: 0, reason: '' },
    },
    200,
    {},
  ],
  [
    { route: 'DELETE /v1/queues/billing/closure', role: 'supervisor', asked: { type: 'openQueue', queue: 'billing' } },
    200,
    {},
  ],
];

t.test('[EDGE10] routes ask the engine in the name of the token', async (t) => {
  const { port, live } = await fakeSite(t);
  const contact = contactView('c1');
  const agent = agentView('ana');
  port.answers = (asked) => {
    if (asked.type === 'submit') return { ok: { contact, created: asked.contact.id === 'c1' } };
    if (asked.type === 'list') return { ok: { contacts: [contact], next: 'c1', seq: 77 } };
    if (asked.type === 'agents') return { ok: { agents: [agent] } };
    if (asked.type === 'queues') return { ok: { queues: [] } };
    return { ok: asked.type.includes('gent') ? { agent } : { contact } };
  };
  for (const [{ route, role, body: sent, asked }, status, answer] of SERVED) {
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

const submit = (contact: object): string => JSON.stringify({ contact });

/** A request, and the status, reason and path of its refusal. */
const REFUSED: readonly [Case, status: number, reason: string, path: string][] = [
  [{ route: 'POST /v1/contacts', role: 'gateway', body: '{' }, 400, 'INVALID_FIELD', ''],
  [{ route: 'POST /v1/contacts', role: 'gateway', body: '' }, 400, 'INVALID_FIELD', ''],
  [{ route: 'POST /v1/contacts', role: 'gateway' }, 400, 'INVALID_FIELD', ''],
  [{ route: 'POST /v1/contacts', role: 'gateway', body: '[]' }, 400, 'INVALID_FIELD', ''],
  [{ route: 'POST /v1/contacts', role: 'gateway', body: new Uint8Array([0x7b, 0xff]) }, 400, 'INVALID_FIELD', ''],
  [{ route: 'POST /v1/contacts', role: 'gateway', body: submit({ id: 'c' }) }, 400, 'INVALID_FIELD', 'contact.channel'],
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
  [{ route: 'PUT /v1/queues/a/closure', role: 'admin', body: '{"until":-1}' }, 400, 'INVALID_FIELD', 'until'],
  [{ route: 'PUT /v1/queues/a%20b/closure', role: 'admin', body: '{}' }, 400, 'INVALID_FIELD', 'id'],
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
  [{ route: 'GET /v1/contacts/c1/explained', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
  [{ route: 'POST /v1/queues', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
  [{ route: 'GET /v1/connect', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
  [{ route: 'GET /', role: 'admin' }, 404, 'NO_SUCH_ROUTE', ''],
];

t.test(
  '[EDGE8, EDGE10, TOK1] refusals: each names its field, with the status of its code; nothing reaches the engine',
  async (t) => {
    const { port, live } = await fakeSite(t);
    for (const [sent, status, reason, path] of REFUSED) {
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
  },
);

t.test('refusals of the engine come with their status and the client’s own words', async (t) => {
  const { port, live } = await fakeSite(t);
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
  const { port, live } = await fakeSite(t);
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

t.test('[POL1, LIM3] the policy: text out and in, refused whole with every fault', async (t) => {
  const { port, live } = await fakeSite(t);
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
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const untyped = await live.fetch('/v1/policy', { method: 'PUT', role: 'admin', headers: form, body: SAMPLE_POLICY });
  t.match(await untyped.json(), { error: { message: 'expected content-type application/yaml or application/json' } });
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
