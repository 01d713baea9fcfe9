// Real sockets before a fake port: every handshake and its answer, every close code, slow readers, dead peers, the drain.
import { once } from 'node:events';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import WebSocket from 'ws';
import { refuse } from '../../src/core/refusal.ts';
import type { EdgeOptions } from '../../src/edge/edge.ts';
import { defaultLimits, type EdgeLimits } from '../../src/edge/limits.ts';
import { realTimers } from '../../src/edge/timers.ts';
import { FakePort } from './fake-port.ts';
import { agentView, contactPush, contactView } from './fakes.ts';
import { LiveClient, type LiveEdge, startEdge, tokenOf } from './live-edge.ts';

interface Site {
  readonly port: FakePort;
  readonly live: LiveEdge;
}

/** A fake port that opens every session and leaves the rest to the test. */
async function site(t: Test, limits: Partial<EdgeLimits> = {}, options: Partial<EdgeOptions> = {}): Promise<Site> {
  const port = new FakePort();
  port.answers = (asked) => {
    if (asked.type !== 'openSession') return asked.type === 'closeSession' ? { ok: {} } : undefined;
    return asked.actor.role === 'gateway'
      ? { ok: {} }
      : { ok: { agent: agentView(asked.actor.id), offers: [], contacts: [] } };
  };
  return { port, live: await startEdge(t, port, { limits, ...options }) };
}

/** What a handshake comes to: an HTTP status with the reason in its body, or the close code behind it. */
async function handshake(url: string, entries: string[], headers: Record<string, string>): Promise<string> {
  const webSocket = new WebSocket(url, entries, { headers });
  const refused = once(webSocket, 'unexpected-response').then(async ([request, response]) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    request.destroy();
    const { error } = JSON.parse(Buffer.concat(chunks).toString());
    return `${response.statusCode} ${error.reason}`;
  });
  const closed = once(webSocket, 'close').then(([code]) => `${webSocket.protocol} ${code}`);
  const welcome = once(webSocket, 'message').then(() => `${webSocket.protocol} welcome`);
  for (const promise of [refused, closed, welcome]) promise.catch(() => undefined);
  webSocket.on('error', () => undefined);
  const outcome = await Promise.race([refused, closed, welcome]);
  webSocket.terminate();
  return outcome;
}

t.test('[EDGE1, EDGE9, TOK1, TOK2] each handshake gets its documented answer', async (t) => {
  const { live } = await site(t, {}, { allowedOrigins: ['https://desk.example.com'] });
  const url = live.address.socketUrl;
  const good = await tokenOf('gateway', 'web');
  const json = 'cordboard.v1.json';
  const bearer = { authorization: `Bearer ${good}` };
  const cases: [url: string, entries: string[], headers: Record<string, string>, expected: string][] = [
    [url, [json], bearer, `${json} welcome`],
    [url, ['cordboard.v1.proto', `bearer.${good}`], {}, 'cordboard.v1.proto welcome'],
    [url, [`bearer.${good}`, json], {}, `${json} welcome`],
    [url, [json], {}, `${json} 4401`],
    [url, [json], { authorization: 'Bearer x.y.z' }, `${json} 4401`],
    [url, [json, 'bearer.x'], {}, `${json} 4401`],
    [url, [json], { authorization: `Bearer ${await tokenOf('gateway', 'web', 1_000)}x` }, `${json} 4401`],
    [url, [], bearer, '400 INVALID_FIELD'],
    [url, ['graphql-ws'], bearer, '400 INVALID_FIELD'],
    [url, [`bearer.${good}`], {}, '400 INVALID_FIELD'],
    [`${url}?token=${good}`, [json], {}, '400 UNKNOWN_FIELD'],
    [`${url}?x=1`, [json], bearer, '400 UNKNOWN_FIELD'],
    [`${url}/x`, [json], bearer, '404 NO_SUCH_ROUTE'],
    [url.replace('/v1/connect', '/'), [json], bearer, '404 NO_SUCH_ROUTE'],
    [url, [json], { ...bearer, origin: 'https://desk.example.com' }, `${json} welcome`],
    [url, [json], { ...bearer, origin: live.address.httpUrl }, `${json} welcome`],
    [url, [json], { ...bearer, origin: 'https://evil.example.com' }, '403 ORIGIN_NOT_ALLOWED'],
    [url, [json], { ...bearer, origin: 'null' }, '403 ORIGIN_NOT_ALLOWED'],
  ];
  for (const [target, entries, headers, expected] of cases) {
    t.equal(await handshake(target, entries, headers), expected, `${expected}: ${entries} ${Object.keys(headers)}`);
  }
  t.equal(live.edge.counts().rejectionsByReason.get('ORIGIN_NOT_ALLOWED'), 2);
});

t.test('a broken handshake is answered in plain HTTP', async (t) => {
  const { live } = await site(t);
  const base = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Protocol: cordboard.v1.json'];
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const version = 'Sec-WebSocket-Version: 13';
  const cases: [method: string, lines: string[], status: number][] = [
    ['GET', [version], 400],
    ['GET', ['Sec-WebSocket-Key: short', version], 400],
    ['GET', [key], 400],
    ['GET', [key, 'Sec-WebSocket-Version: 7'], 400],
    ['POST', [key, version], 405],
  ];
  for (const [method, lines, status] of cases) {
    const socket = connect(live.address.portNumber, '127.0.0.1');
    socket.write([`${method} /v1/connect HTTP/1.1`, ...base, ...lines, '', ''].join('\r\n'));
    const [chunk] = await once(socket, 'data');
    t.match(String(chunk), new RegExp(`^HTTP/1.1 ${status} `), lines.join());
    socket.destroy();
  }
});

t.test('before the router is ready, and when keys cannot be had', async (t) => {
  const tokens = { verify: async () => ({ refusal: refuse('KEYS_UNAVAILABLE', 'no keys now') }) };
  const { port, live } = await site(t, {}, { tokens });
  const entries = ['cordboard.v1.json'];
  t.equal(await handshake(live.address.socketUrl, entries, {}), 'cordboard.v1.json 1013');
  t.equal((await live.fetch('/v1/queues', { role: 'admin' })).status, 503);
  port.ready = false;
  t.equal(await handshake(live.address.socketUrl, entries, {}), '503 STARTING');
});

t.test('a peer that goes while its token is verified takes nothing with it', async (t) => {
  const verifying = Promise.withResolvers<void>();
  const tokens = {
    verify: async () => {
      await verifying.promise;
      return { ok: { role: 'gateway' as const, id: 'web', expiresAt: Date.now() + 60_000 } };
    },
  };
  const { port, live } = await site(t, {}, { tokens });
  const socket = connect(live.address.portNumber, '127.0.0.1');
  const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Protocol: cordboard.v1.json'];
  const keys = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];
  socket.write(['GET /v1/connect HTTP/1.1', ...lines, ...keys, '', ''].join('\r\n'));
  await once(socket, 'connect');
  socket.resetAndDestroy();
  await live.fetch('/healthz');
  verifying.resolve();
  await live.fetch('/healthz');
  t.same(port.pending('openSession'), []);
  t.equal(live.edge.counts().connectionsByRole.gateway, 0);
});

t.test('[EDGE2, EDGE3, LIM3] frames that break WebSocket, or the limits, close with the code for it', async (t) => {
  const { live } = await site(t);
  const text = (length: number): string => {
    const frame = '{"id":1,"get":{"contactId":"c"},"x":""}';
    return frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
  };
  const send: [name: string, code: number, send: (client: LiveClient) => void][] = [
    ['binary on the JSON sub-protocol', 1003, (client) => client.webSocket.send(Buffer.from('{}'))],
    ['bad UTF-8', 1007, (client) => client.webSocket.send(Buffer.from([0x7b, 0xff]), { binary: false })],
    ['a frame over 64 KiB', 1009, (client) => client.webSocket.send(text(65_537))],
    [
      'many fragments over 64 KiB',
      1009,
      (client) => {
        for (let i = 0; i < 20; i++) client.webSocket.send('x'.repeat(5_000), { fin: false });
      },
    ],
    [
      'a frame in crumbs',
      1008,
      (client) => {
        for (let i = 0; i < 17_000; i++) client.webSocket.send('', { fin: false });
      },
    ],
    [
      'a flood of pings',
      1006,
      (client) => Reflect.get(client.webSocket, '_socket').write(Buffer.from('898000000000'.repeat(5_000), 'hex')),
    ],
    [
      'an unmasked frame',
      1002,
      (client) => Reflect.get(client.webSocket, '_socket').write(Buffer.from([0x81, 0x02, 0x7b, 0x7d])),
    ],
    [
      'a reserved opcode',
      1002,
      (client) => Reflect.get(client.webSocket, '_socket').write(Buffer.from([0x83, 0x80, 0, 0, 0, 0])),
    ],
    ['no JSON', 4400, (client) => client.webSocket.send('hello')],
    ['no id', 4400, (client) => client.webSocket.send('{"get":{"contactId":"c"}}')],
  ];
  for (const [name, code, act] of send) {
    const client = await live.connect('gateway', 'web');
    act(client);
    t.equal(await client.closed, code, name);
  }
  const client = await live.connect('gateway', 'web');
  client.webSocket.send(text(65_536));
  const frame = await client.next();
  t.match(frame, { reply: { error: { reason: 'UNKNOWN_FIELD' } } }, 'one of exactly 64 KiB is read');
  const proto = await live.connect('gateway', 'web', { subprotocol: 'proto' });
  proto.webSocket.send('{"id":1}');
  t.equal(await proto.closed, 1003, 'text on the protobuf sub-protocol');
});

t.test('[EDGE5] who is not or no longer wanted is closed with the code for it', async (t) => {
  const { port, live } = await site(t);
  const answers = port.answers;
  port.answers = (asked) =>
    asked.type === 'openSession' ? { error: refuse('NO_SUCH_AGENT', `no ${'x'.repeat(200)}`) } : answers(asked);
  const headers = { authorization: `Bearer ${await tokenOf('agent', 'nobody')}` };
  t.equal(await new LiveClient(live.address.socketUrl, 'json', { headers }).closed, 4403, 'not in the directory');
  port.answers = answers;
  for (const [kind, code] of [
    ['replaced', 4409],
    ['removed', 4403],
  ] as const) {
    const webSocket = new LiveClient(live.address.socketUrl, 'json', { headers });
    const frame = await webSocket.next();
    const id = 'push' in frame && 'welcome' in frame.push ? frame.push.welcome.sessionId : '';
    port.commit({ to: 'session', id, seq: port.seq + 1, at: Date.now(), kind });
    t.equal(await webSocket.closed, code, kind);
  }
});

t.test('[TOK1] a token that ends closes 4401', async (t) => {
  let aheadMs = 0;
  const timers = { ...realTimers, now: () => Date.now() + aheadMs };
  const { live } = await site(t, {}, { timers });
  const [short, long] = [await live.connect('gateway', 'a', { ttlMs: 60_000 }), await live.connect('gateway', 'b')];
  aheadMs = 61_000;
  await long.ask('authenticate', { token: 'x' });
  aheadMs = 63_000;
  t.equal(await short.closed, 4401);
  t.equal(long.webSocket.readyState, WebSocket.OPEN);
});

t.test('[LIM4] a client that goes on past its rate is closed 4429', async (t) => {
  const rate = { perSecond: 1, burst: 1 };
  const rateByRole = { gateway: rate, agent: rate, supervisor: rate, admin: rate };
  const { live } = await site(t, { rateByRole, ignoredRateMs: 200 });
  const client = await live.connect('gateway', 'web');
  const sending = setInterval(() => client.send('get', { contactId: 'c' }), 10);
  t.equal(await client.closed, 4429);
  clearInterval(sending);
});

t.test('[EDGE6] a peer that does not answer pings is ended', async (t) => {
  const { port, live } = await site(t, { pingEveryMs: 500, silenceMaxMs: 2_000 });
  const headers = { authorization: `Bearer ${await tokenOf('gateway', 'web')}` };
  const dead = new LiveClient(live.address.socketUrl, 'json', { headers, autoPong: false });
  const lively = await live.connect('gateway', 'web');
  t.equal(await dead.closed, 1006);
  t.equal(lively.webSocket.readyState, WebSocket.OPEN, 'one that answers stays');
  t.ok(port, 'its session was closed');
  t.equal(live.edge.counts().connectionsByRole.gateway, 1);
});

/** Lets the event loop turn, so that sockets read and write. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

t.test('[EDGE4] an agent that does not read is closed 4408; its offers are in the next welcome', async (t) => {
  const { port, live } = await site(t);
  const agent = await live.connect('agent', 'ana');
  agent.webSocket.pause();
  const attributes = JSON.stringify({ text: 'x'.repeat(8_000) });
  let count = 0;
  while (live.edge.counts().slowConsumerCount === 0 && count < 10_000) {
    const contact = contactView(`c${count++}`, { attributes });
    port.commit({ to: 'agent', id: 'ana', seq: port.seq + 1, at: Date.now(), kind: 'contact', contact });
    await turn();
  }
  t.equal(live.edge.counts().slowConsumerCount, 1, `after ${count} pushes of 8 KB`);
  t.equal(live.edge.counts().connectionsByRole.agent, 0, 'its session has ended at once');
  agent.webSocket.resume();
  t.equal(await agent.closed, 4408);
});

t.test(
  '[OUT4, EDGE4] a gateway that does not read gets the newest state of each contact when it reads again',
  async (t) => {
    const { port, live } = await site(t);
    const gateway = await live.connect('gateway', 'gw');
    await gateway.ask('subscribe', { sinceSeq: 0 });
    const bystander = await live.connect('gateway', 'gw');
    await bystander.ask('subscribe', { sinceSeq: 0 });
    gateway.webSocket.pause();
    const attributes = JSON.stringify({ text: 'x'.repeat(8_000) });
    for (let version = 1; version <= 100; version++) {
      for (let i = 0; i < 40; i++)
        port.commit(contactPush(port.seq + 1, contactView(`c${i}`, { version, attributes })));
      await turn();
    }
    t.equal(live.edge.counts().slowConsumerCount, 0, '32 MB of changes');
    gateway.webSocket.resume();
    const newest = new Map<string, number>();
    let [count, last] = [0, 0];
    while ([...newest.values()].filter((version) => version === 100).length < 40) {
      const push = await gateway.nextPush('contact');
      if ('contact' in push) newest.set(push.contact.id, push.contact.version);
      t.ok(push.seq > last);
      last = push.seq;
      count += 1;
    }
    t.ok(count < 3_000, `${count} of 4,000 changes`);
    port.commit(contactPush(port.seq + 1, contactView('c0', { version: 101 })));
    const live101 = await gateway.nextPush('contact');
    t.equal('contact' in live101 && live101.contact.version, 101, 'and goes on live');
  },
);

t.test('frames of one tick leave in one write', async (t) => {
  const { port, live } = await site(t);
  const socket = connect(live.address.portNumber, '127.0.0.1');
  const token = await tokenOf('agent', 'ana');
  const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Protocol: cordboard.v1.json'];
  const keys = [
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    `Authorization: Bearer ${token}`,
  ];
  socket.write(['GET /v1/connect HTTP/1.1', ...lines, ...keys, '', ''].join('\r\n'));
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  while (!received.includes('welcome')) await turn();
  received = '';
  let chunkCount = 0;
  socket.on('data', () => {
    chunkCount += 1;
  });
  const pushes = [1, 2, 3, 4, 5].map((i) => contactView(`c${i}`));
  port.commit(
    ...pushes.map((contact, i) => ({ to: 'agent', id: 'ana', seq: 101 + i, at: 1, kind: 'contact', contact }) as const),
  );
  while (!received.includes('"c5"')) await turn();
  t.equal(chunkCount, 1);
  socket.destroy();
});

t.test(
  '[EDGE7] the drain: submissions are refused, what was asked is answered, sockets close 1001, nothing is left',
  async (t) => {
    const { port, live } = await site(t);
    const [gateway, agent, supervisor] = [
      await live.connect('gateway', 'web'),
      await live.connect('agent', 'ana'),
      await live.connect('supervisor', 'sue'),
    ];
    const asked = gateway.ask('cancel', { contactId: 'c1' });
    while (port.pending('cancel').length === 0) await turn();
    const drained = live.edge.drain(3_000);
    const refused = gateway.ask('submit', { contact: { id: 'c2', channel: 'voice' } as never });
    t.match(await refused, { error: { code: 'UNAVAILABLE', reason: 'DRAINING' } });
    port.pending('cancel')[0]?.answer({ ok: { contact: contactView('c1') } });
    port.pending('queues')[0]?.answer({ ok: { queues: [] } });
    t.match(await asked, { ok: { contact: { id: 'c1' } } }, 'what was asked before');
    t.same(await Promise.all([gateway.closed, agent.closed, supervisor.closed]), [1001, 1001, 1001]);
    await drained;
    t.equal(live.edge.drain(1), live.edge.drain(1), 'once');
    await t.rejects(live.fetch('/healthz'), 'nobody listens');
    t.same(live.edge.counts().connectionsByRole, { gateway: 0, agent: 0, supervisor: 0, admin: 0 });
  },
);

t.test('the drain ends in time, whatever clients and engine do', async (t) => {
  const { live } = await site(t);
  const deaf = await live.connect('gateway', 'web');
  deaf.webSocket.pause();
  const halfRequest = connect(live.address.portNumber, '127.0.0.1');
  halfRequest.on('error', () => undefined);
  halfRequest.write('POST /v1/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n');
  await once(halfRequest, 'connect');
  const unanswered = live.fetch('/v1/queues', { role: 'supervisor' }).catch(() => 'cut off');
  await turn();
  await live.edge.drain(400);
  halfRequest.destroy();
  t.equal(await unanswered, 'cut off');
});

t.test('what any client may send never ends the process', async (t) => {
  const { live } = await site(t, {
    rateByRole: { ...defaultLimits.rateByRole, gateway: { perSecond: 1e6, burst: 1e6 } },
  });
  let seed = 20_251_122;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  const samples = [
    '{"id":1,"submit":{"contact":{"id":"c1","channel":"voice","requires":[{"all":[{"skill":"a"}]}],"attributes":{"a":[1]}}}}',
    '{"id":2,"subscribe":{"sinceSeq":5}}',
    '{"id":3,"list":{"open":true}}',
  ];
  for (const subprotocol of ['json', 'proto'] as const) {
    let client = await live.connect('gateway', 'web', { subprotocol });
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(samples[random(samples.length)] ?? '');
      for (let i = random(6); i >= 0; i--) bytes[random(bytes.length)] = random(256);
      client.webSocket.send(subprotocol === 'json' ? bytes.toString() : bytes.subarray(random(bytes.length)));
      if (random(4) > 0) continue;
      await turn();
      if (client.webSocket.readyState !== WebSocket.OPEN)
        client = await live.connect('gateway', 'web', { subprotocol });
    }
    client.webSocket.terminate();
  }
  const raw = connect(live.address.portNumber, '127.0.0.1');
  raw.on('error', () => undefined);
  raw.end(Buffer.from(Array.from({ length: 5_000 }, () => random(256))));
  const after = await live.connect('gateway', 'web');
  t.match(await after.ask('subscribe', { sinceSeq: 0 }), { ok: {} });
});
