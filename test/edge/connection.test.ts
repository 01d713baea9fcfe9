// The life of a connection without I/O: welcome, requests, tokens, heartbeat, every way down. Sockets and time by hand.
import t from 'tap';
import type { Role } from '../../src/core/commands.ts';
import { refuse } from '../../src/core/refusal.ts';
import type { Push } from '../../src/engine/port.ts';
import type { Frame } from '../../src/wire/messages.ts';
import { agentView, Client, contactPush, contactView, fakeWorld, START } from './fakes.ts';

/** A client that is welcome. */
function welcomed(world: ReturnType<typeof fakeWorld>, role: Role, id: string, options = {}): Client {
  const client = new Client(world.edge, role, id, options);
  const opening = world.port.pending('openSession').at(-1);
  opening?.answer({ ok: role === 'agent' ? { agent: agentView(id), offers: [], contacts: [] } : {} });
  client.take();
  return client;
}

function replyOf(frames: readonly Frame[]): Extract<Frame, { readonly reply: unknown }>['reply'] {
  const reply = frames.flatMap((frame) => ('reply' in frame ? [frame.reply] : []));
  t.equal(reply.length, 1, 'exactly one reply');
  return reply[0] ?? { id: 0, seq: 0, ok: {} };
}

function errorOf(frames: readonly Frame[]): Record<string, unknown> {
  const reply = replyOf(frames);
  return 'error' in reply ? { ...reply.error } : {};
}

for (const subprotocol of ['json', 'proto'] as const) {
  t.test(`[OUT6] ${subprotocol}: the first frame is the welcome, with what the role is told`, async (t) => {
    const world = fakeWorld();
    for (const role of ['gateway', 'agent', 'supervisor', 'admin'] as const) {
      const client = new Client(world.edge, role, `${role}-1`, { subprotocol });
      const [opening] = world.port.pending('openSession');
      const isKnown = role === 'gateway' || role === 'agent';
      t.equal(opening !== undefined, isKnown, `${role}: a session in the core`);
      t.equal(client.socket.isPaused, isKnown, `${role}: nothing is read before the welcome`);
      if (isKnown) t.same(client.take(), [], `${role}: nothing is sent before it is durable`);
      const contact = contactView('c1', { state: 'ASSIGNED', agentId: 'agent-1' });
      opening?.answer(
        { ok: role === 'agent' ? { agent: agentView('agent-1'), offers: [], contacts: [contact] } : {} },
        105,
      );
      t.notOk(client.socket.isPaused);
      const [frame] = client.take();
      const welcome =
        frame !== undefined && 'push' in frame && 'welcome' in frame.push ? frame.push.welcome : undefined;
      t.equal(welcome?.role, role);
      t.equal(welcome?.sessionId, client.connection.sessionId);
      t.equal(welcome?.serverTime, START);
      t.equal(frame !== undefined && 'push' in frame && frame.push.seq, isKnown ? 105 : 100, 'carries its seq');
      t.equal(welcome?.agent?.id, role === 'agent' ? 'agent-1' : undefined);
      t.same(welcome?.contacts?.map(({ id }) => id) ?? [], role === 'agent' ? ['c1'] : []);
    }
  });
}

t.test('[OUT6] a welcome carries at most 100 contacts; the rest follow as pushes, in order', async (t) => {
  const world = fakeWorld();
  const client = new Client(world.edge, 'agent', 'ana');
  const contacts = Array.from({ length: 130 }, (_, i) => contactView(`c${i}`, { state: 'ASSIGNED' }));
  world.port.pending('openSession')[0]?.answer({ ok: { agent: agentView('ana'), offers: [], contacts } }, 200);
  const [first, ...rest] = client.take();
  t.equal(
    first !== undefined && 'push' in first && 'welcome' in first.push && first.push.welcome.contacts?.length,
    100,
  );
  const ids = rest.map((frame) => ('push' in frame && 'contact' in frame.push ? frame.push.contact.id : ''));
  t.same(
    ids,
    contacts.slice(100).map(({ id }) => id),
  );
});

t.test('pushes that come before the welcome wait for it; what it has seen is not told twice', async (t) => {
  const world = fakeWorld();
  const client = new Client(world.edge, 'agent', 'ana');
  const offer = (seq: number): Push => {
    const rank = { total: 1, urgency: 1, fit: 0, readiness: 0 };
    const view = { id: `o${seq}`, contact: contactView(`c${seq}`), expiresAt: START, rank, autoAccepted: false };
    return { to: 'agent', id: 'ana', seq, at: START, kind: 'offer', offer: view };
  };
  world.port.commit(offer(101), offer(102), offer(103));
  t.same(client.take(), []);
  world.port.pending('openSession')[0]?.answer({ ok: { agent: agentView('ana'), offers: [], contacts: [] } }, 102);
  const seqs = client.take().map((frame) => ('push' in frame ? frame.push.seq : 0));
  t.same(seqs, [102, 103], 'welcome, then the push after its seq');
});

t.test('a session that is not opened closes the socket with the code for it', async (t) => {
  const cases = [
    ['NO_SUCH_AGENT', 4403],
    ['ROLE_MAY_NOT', 4403],
    ['DRAINING', 1001],
    ['TOO_MANY_PENDING', 1001],
    ['INTERNAL_FAULT', 1011],
  ] as const;
  for (const [reason, code] of cases) {
    const world = fakeWorld();
    const client = new Client(world.edge, 'agent', 'ana');
    world.port.pending('openSession')[0]?.answer({ error: refuse(reason, 'no') });
    t.equal(client.socket.closedWith?.code, code, reason);
    t.same(world.port.pending('closeSession'), [], `${reason}: there is no session to close`);
    t.equal(world.edge.counters.read().connectionsByRole.agent, 0);
  }
});

t.test('a request becomes a command in the name of the token, and its answer the reply', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  const id = client.send('cancel', { contactId: 'c1', cause: 'ABANDONED', version: 3 });
  const [asked] = world.port.pending('cancel');
  t.same(asked?.what, {
    type: 'cancel',
    actor: { role: 'gateway', id: 'gw' },
    contactId: 'c1',
    cause: 'ABANDONED',
    version: 3,
  });
  t.same(client.take(), [], 'no answer before it is durable');
  asked?.answer({ ok: { contact: contactView('c1', { state: 'ABANDONED' }) } }, 140);
  const reply = replyOf(client.take());
  t.match(reply, { id, seq: 140, ok: { contact: { id: 'c1', state: 'ABANDONED' } } });
});

t.test('an error of the engine names the field under its verb', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  client.send('get', { contactId: 'c1' });
  world.port.pending('get')[0]?.answer({ error: refuse('NO_SUCH_CONTACT', 'there is none', 'contactId') });
  t.match(errorOf(client.take()), { code: 'NOT_FOUND', reason: 'NO_SUCH_CONTACT', path: 'get.contactId' });
  t.equal(world.edge.counters.read().rejectionsByReason.get('NO_SUCH_CONTACT'), 1);
});

t.test(
  '[EDGE2, EDGE8] what has an id is answered, whatever else is wrong with it; nothing reaches the engine',
  async (t) => {
    const cases: [frame: string, reason: string, path: string][] = [
      ['{"id":1}', 'UNKNOWN_VERB', ''],
      ['{"id":1,"borrow":{}}', 'UNKNOWN_VERB', 'borrow'],
      ['{"id":1,"get":{}}', 'INVALID_FIELD', 'get.contactId'],
      ['{"id":1,"get":{"contactId":"c1","more":1}}', 'UNKNOWN_FIELD', 'get.more'],
      ['{"id":1,"get":{"contactId":5}}', 'INVALID_FIELD', 'get.contactId'],
      ['{"id":1,"get":{"contactId":"a b"}}', 'INVALID_FIELD', 'get.contactId'],
      ['{"id":1,"accept":{"offerId":"o1"}}', 'ROLE_MAY_NOT', ''],
      ['{"id":1,"authenticate":{"token":"x"}}', 'TOKEN_INVALID', 'authenticate.token'],
    ];
    for (const [frame, reason, path] of cases) {
      const world = fakeWorld();
      const client = welcomed(world, 'gateway', 'gw');
      client.sendRaw(frame);
      await Promise.resolve();
      await Promise.resolve();
      t.match(errorOf(client.take()), { reason, path: path === '' ? /^/ : path }, frame);
      t.same([...world.port.commands, ...world.port.queries], [], frame);
      t.equal(client.socket.closedWith, undefined);
    }
  },
);

t.test('[EDGE2, EDGE3] what is no request closes 4400, the wrong kind of frame 1003', async (t) => {
  const cases: [subprotocol: 'json' | 'proto', data: string | Uint8Array, code: number][] = [
    ['json', 'hello', 4400],
    ['json', '', 4400],
    ['json', '[]', 4400],
    ['json', '{"get":{"contactId":"c"}}', 4400],
    ['json', '{"id":0,"get":{"contactId":"c"}}', 4400],
    ['json', '{"id":-1}', 4400],
    ['json', '{"id":1.5}', 4400],
    ['json', '{"id":9007199254740993}', 4400],
    ['json', '{"id":"x"}', 4400],
    ['json', new Uint8Array([8, 1]), 1003],
    ['proto', '{"id":1}', 1003],
    ['proto', new Uint8Array([]), 4400],
    ['proto', new Uint8Array([0xff, 0xff, 0xff]), 4400],
    ['proto', new Uint8Array([8, 0]), 4400],
  ];
  for (const [subprotocol, data, code] of cases) {
    const world = fakeWorld();
    const client = welcomed(world, 'gateway', 'gw', { subprotocol });
    client.sendRaw(data);
    t.equal(client.socket.closedWith?.code, code, `${subprotocol}: ${String(data)}`);
    t.equal(world.port.pending('closeSession').length, 1, 'its session ends');
    client.sendRaw(subprotocol === 'json' ? '{"id":1,"get":{"contactId":"c"}}' : new Uint8Array([8, 1]));
    t.same(world.port.pending('get'), [], 'nothing is heard any more');
  }
});

t.test('[LIM4] requests past the rate are refused with the time to wait; only 5 s of them close 4429', async (t) => {
  const agent = { perSecond: 50, burst: 200 };
  const world = fakeWorld();
  t.same(world.edge.limits.rateByRole.agent, agent);
  const client = welcomed(world, 'agent', 'ana');
  for (let i = 0; i < 200; i++) client.send('accept', { offerId: 'o1' });
  t.equal(world.port.pending('accept').length, 200);
  client.take();
  client.send('accept', { offerId: 'o1' });
  t.match(errorOf(client.take()), { code: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_REQUESTS', retryAfterMs: 20 });
  world.timers.pass(20);
  client.send('accept', { offerId: 'o1' });
  t.equal(world.port.pending('accept').length, 201, 'one that waits is heard');
  for (let ms = 0; ms < 4_900; ms += 10) {
    world.timers.pass(10);
    client.send('accept', { offerId: 'o1' });
  }
  t.equal(client.socket.closedWith, undefined, 'not yet');
  world.timers.pass(90);
  client.send('accept', { offerId: 'o1' });
  client.send('accept', { offerId: 'o1' });
  client.send('accept', { offerId: 'o1' });
  client.send('accept', { offerId: 'o1' });
  client.send('accept', { offerId: 'o1' });
  client.send('accept', { offerId: 'o1' });
  t.equal(client.socket.closedWith?.code, 4429);
});

t.test('[LIM4] a gateway may send 10,000 a second, and what is in flight is bounded', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  for (let i = 0; i < 1_001; i++) client.send('get', { contactId: 'c' });
  t.match(errorOf(client.take()), { reason: 'TOO_MANY_REQUESTS', retryAfterMs: 100 });
  t.equal(world.port.pending('get').length, 1_000);
  world.port.pending('get')[0]?.answer({ ok: {} });
  client.take();
  client.send('get', { contactId: 'c' });
  t.equal(world.port.pending('get').length, 1_000, 'an answer makes room for one');
  for (const asked of world.port.pending('get')) asked.answer({ ok: {} });
  for (let i = 0; i < 9_500; i++) {
    client.send('get', { contactId: 'c' });
    world.port.pending('get')[0]?.answer({ ok: {} });
    if (i % 100 === 0) client.take();
  }
  const refused = client.take().filter((frame) => 'reply' in frame && 'error' in frame.reply);
  t.ok(refused.length > 0, 'past 10,000 of one instant');
  t.equal(client.socket.closedWith, undefined);
});

t.test('[TOK1, TOK4] the end of the token closes 4401, a newer one of the same owner moves it', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'agent', 'ana', { expiresAt: START + 10_000 });
  const others = ['agent ben 9', 'gateway ana 9'].map((text) => `${text}99999999999`);
  for (const token of others) {
    client.send('authenticate', { token });
    await new Promise(setImmediate);
    t.match(errorOf(client.take()), { reason: 'NOT_YOURSELF', path: 'authenticate.token' }, token);
  }
  world.timers.pass(9_999);
  client.connection.tick();
  t.equal(client.socket.closedWith, undefined);
  const id = client.send('authenticate', { token: `agent ana ${START + 20_000}` });
  await new Promise(setImmediate);
  t.match(replyOf(client.take()), { id, ok: {} });
  client.send('authenticate', { token: `agent ana ${START + 5_000}` });
  await new Promise(setImmediate);
  client.take();
  world.timers.pass(9_000);
  client.connection.tick();
  t.equal(client.socket.closedWith, undefined, 'an older one does not shorten it');
  world.timers.pass(1_001);
  client.connection.tick();
  t.equal(client.socket.closedWith?.code, 4401);
  t.equal(world.port.pending('closeSession').length, 1);
});

t.test('[EDGE6] a ping every 15 s; a socket that is silent is ended within 30 s', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  const seconds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      world.timers.pass(1_000);
      client.connection.tick();
    }
  };
  seconds(14);
  t.equal(client.socket.pingCount, 0);
  seconds(1);
  t.equal(client.socket.pingCount, 1);
  client.connection.pong();
  seconds(15);
  t.equal(client.socket.pingCount, 2);
  seconds(13);
  t.notOk(client.socket.isTerminated, '28 s after the last sign of life');
  seconds(1);
  t.ok(client.socket.isTerminated);
  t.equal(world.port.pending('closeSession').length, 1, 'its session ends');
  t.equal(world.edge.counters.read().connectionsByRole.gateway, 0);
});

t.test('data is a sign of life too', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  for (let i = 0; i < 10; i++) {
    world.timers.pass(20_000);
    client.send('get', { contactId: 'c' });
    client.connection.tick();
  }
  t.notOk(client.socket.isTerminated);
});

t.test('[EDGE5] replaced 4409, removed 4403: the core knows already, so no session is closed there', async (t) => {
  for (const [kind, code] of [
    ['replaced', 4409],
    ['removed', 4403],
  ] as const) {
    const world = fakeWorld();
    const client = welcomed(world, 'agent', 'ana');
    world.port.commit({ to: 'session', id: client.connection.sessionId, seq: 101, at: START, kind });
    t.equal(client.socket.closedWith?.code, code);
    t.same(world.port.pending('closeSession'), []);
  }
});

t.test('the newest session gets the pushes: the older one is told up to the moment it is replaced', async (t) => {
  const world = fakeWorld();
  const older = welcomed(world, 'agent', 'ana');
  const newer = new Client(world.edge, 'agent', 'ana');
  const changed = (seq: number): Push => ({
    to: 'agent',
    id: 'ana',
    seq,
    at: START,
    kind: 'agent',
    agent: agentView('ana'),
  });
  const replaced: Push = { to: 'session', id: older.connection.sessionId, seq: 102, at: START, kind: 'replaced' };
  world.port.commit(changed(101), replaced, changed(103));
  world.port.pending('openSession')[0]?.answer({ ok: { agent: agentView('ana'), offers: [], contacts: [] } }, 102);
  const seqsOf = (client: Client): number[] => client.take().map((frame) => ('push' in frame ? frame.push.seq : 0));
  t.same(seqsOf(older), [101]);
  t.equal(older.socket.closedWith?.code, 4409);
  t.same(seqsOf(newer), [102, 103]);
});

t.test('a socket that goes while its session is being opened ends the session', async (t) => {
  const world = fakeWorld();
  const client = new Client(world.edge, 'agent', 'ana');
  client.connection.closed();
  t.equal(world.port.pending('closeSession').length, 1);
  world.port.pending('openSession')[0]?.answer({ ok: { agent: agentView('ana'), offers: [], contacts: [] } });
  t.same(client.take(), [], 'no welcome to nobody');
  client.connection.closed();
  t.equal(world.port.pending('closeSession').length, 1, 'once');
});

t.test('[EDGE4] an agent that does not read is closed 4408, and its answers go nowhere', async (t) => {
  const world = fakeWorld({ outboxBytesMax: 10_000 });
  const client = welcomed(world, 'agent', 'ana');
  client.socket.isReading = false;
  client.send('accept', { offerId: 'o1' });
  for (let seq = 101; seq < 140; seq++) {
    const contact = contactView(`c${seq}`, { attributes: JSON.stringify({ text: 'x'.repeat(400) }) });
    world.port.commit({ to: 'agent', id: 'ana', seq, at: START, kind: 'contact', contact });
    if (client.socket.flushWanted) client.connection.flush();
  }
  t.equal(client.socket.closedWith?.code, 4408);
  t.equal(world.edge.counters.read().slowConsumerCount, 1);
  t.equal(world.port.pending('closeSession').length, 1);
  t.ok(client.socket.bufferedBytes < 12_000);
  world.port.pending('accept')[0]?.answer({ ok: {} });
  t.same(
    client.socket.writes.flat().filter((frame) => String(frame).includes('reply')),
    [],
  );
});

t.test('[EDGE7] while draining submissions are refused, the rest goes on', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  world.edge.draining = true;
  client.send('submit', { contact: { id: 'c1', channel: 'voice' } as never });
  t.match(errorOf(client.take()), { code: 'UNAVAILABLE', reason: 'DRAINING' });
  client.send('cancel', { contactId: 'c1' });
  t.equal(world.port.pending('cancel').length, 1);
});

t.test(
  '[OUT1] what is under way is not told, whether it becomes durable or not; who came meanwhile is told too',
  async (t) => {
    const world = fakeWorld();
    const ana = welcomed(world, 'agent', 'ana');
    const push = (seq: number, id: string): Push => {
      return { to: 'agent', id, seq, at: START, kind: 'contact', contact: contactView(`c${seq}`) };
    };
    const steps = world.port.beginCommit(push(101, 'ana'), push(102, 'ben'), push(103, 'ana'));
    t.same(ana.take(), [], 'nothing yet');
    t.same(ana.socket.flushWanted, false);
    const ben = welcomed(world, 'agent', 'ben');
    world.port.endCommit(steps);
    const seqsOf = (client: Client) => client.take().map((frame) => ('push' in frame ? frame.push.seq : 0));
    t.same(seqsOf(ana), [101, 103]);
    t.same(seqsOf(ben), [102], 'nobody had prepared for it');
  },
);

t.test('[OUT1] levels of a full socket are not encoded in advance: they may be replaced', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  client.send('subscribe', { sinceSeq: 0 });
  client.take();
  client.socket.bufferedBytes = client.socket.capacityBytes;
  let isEncoded = false;
  const contact = contactView('c1');
  const watched = new Proxy(contact, {
    get: (target, key) => {
      if (key === 'language') isEncoded = true;
      return Reflect.get(target, key);
    },
  });
  world.port.commit(contactPush(101, watched));
  t.notOk(isEncoded);
  client.socket.bufferedBytes = 0;
  client.connection.flush();
  t.ok(isEncoded);
});

t.test('a gateway that has not subscribed gets no pushes', async (t) => {
  const world = fakeWorld();
  const client = welcomed(world, 'gateway', 'gw');
  world.port.commit(contactPush(101, contactView('c1')));
  t.same(client.take(), []);
});

t.test('[WHO2, WHO3] presence: an agent its own, a supervisor one that it names', async (t) => {
  const cases: [role: Role, agentId: string, outcome: string][] = [
    ['agent', '', 'ana'],
    ['agent', 'ana', 'ana'],
    ['agent', 'ben', 'NOT_YOURSELF'],
    ['supervisor', 'ben', 'ben'],
    ['supervisor', '', 'INVALID_FIELD'],
    ['admin', 'ben', 'ben'],
  ];
  for (const [role, agentId, outcome] of cases) {
    const world = fakeWorld();
    const client = welcomed(world, role, 'ana');
    client.send('setPresence', { presence: 'BUSY', reason: 'lunch', channels: ['chat'], agentId });
    const [asked] = world.port.pending('setPresence');
    if (asked === undefined) t.match(errorOf(client.take()), { reason: outcome, path: 'setPresence.agentId' });
    else t.match(asked.what, { agentId: outcome, presence: 'BUSY', reason: 'lunch', channels: ['chat'] });
    t.equal(asked?.what.agentId ?? outcome, outcome, `${role} for '${agentId}'`);
  }
});
