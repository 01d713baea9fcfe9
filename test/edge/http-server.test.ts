// The HTTP server around the routes: what is open to whom, the document and its page, CORS, rates, what is no HTTP.
import { connect } from 'node:net';
import t from 'tap';
import { fakeSite, type LiveEdge } from './live-edge.ts';

t.test('[EDGE11] health, readiness, metrics, the document and its page', async (t) => {
  const { port, live } = await fakeSite(t);
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

t.test('[EDGE11] what local peers may is no more than that: not forwarded, not under a foreign name', async (t) => {
  const { live } = await fakeSite(t);
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

t.test(
  'an address that is taken, or origins that are none, end the start by name and leave nothing running',
  async (t) => {
    const { port, live } = await fakeSite(t);
    const taken = { portNumber: live.address.portNumber };
    await t.rejects(fakeSite(t, taken), { name: 'EdgeFailure', code: 'LISTEN_FAILED', message: /127\.0\.0\.1:\d+/ });
    await t.rejects(fakeSite(t, { allowedOrigins: ['desk'] }), { name: 'EdgeFailure', code: 'BAD_OPTIONS' });
    t.ok(port.committed$.observed, 'the first one goes on');
  },
);

t.test('what is no HTTP is answered in our own words, and the socket ends', async (t) => {
  const { live } = await fakeSite(t, { limits: { requestTimeoutMs: 100 } });
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
  const { live } = await fakeSite(t);
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

t.test('[EDGE9] CORS by the same list as sockets', async (t) => {
  const { port, live } = await fakeSite(t, { allowedOrigins: ['https://desk.example.com'] });
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
  const { port, live } = await fakeSite(t, {
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
