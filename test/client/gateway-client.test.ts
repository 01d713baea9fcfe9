// The gateway's client over fake sockets: what is sent for each verb, and a subscription that survives its connections.
import t from 'tap';
import type { Contact } from '../../src/client/contact.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import type { Resync } from '../../src/client/subscription.ts';
import { FakeClock, FakeNetwork, settled } from './fake-world.ts';

const BACKOFF = { baseMs: 100, maxMs: 1_000, laterMs: 5_000, stableMs: 3_000 };

async function connected() {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const client = new GatewayClient({
    url: 'http://router:1',
    token: 'T',
    openSocket: network.open,
    clock,
    random: () => 0.5,
    backoff: BACKOFF,
  });
  const welcome = client.connect();
  await settled();
  network.last.welcome();
  await welcome;
  const contacts: Contact[] = [];
  const resyncs: Resync[] = [];
  client.contacts$.subscribe((contact) => contacts.push(contact));
  client.resync$.subscribe((resync) => resyncs.push(resync));
  const ids = () => contacts.map(({ id }) => id);
  /** Loses the connection and brings it back. */
  const reconnect = async (): Promise<void> => {
    network.last.drop(1006);
    await clock.advance(1_000);
    network.last.welcome();
  };
  return { clock, network, client, contacts, ids, resyncs, reconnect };
}

t.test('addresses: an origin gets the path, http becomes ws', async (t) => {
  const { network, client } = await connected();
  t.equal(network.last.target.url, 'ws://router:1/v1/connect');
  client.close();
});

t.test('connect answers the welcome, again and again', async (t) => {
  const { client } = await connected();
  t.match(await client.connect(), { sessionId: 's', role: 'gateway', offers: [], contacts: [] });
  client.close();
});

t.test('connect fails when the session ends before its welcome', async (t) => {
  const network = new FakeNetwork();
  const client = new GatewayClient({
    url: 'http://router:1',
    token: 'T',
    openSocket: network.open,
    clock: new FakeClock(),
  });
  const connecting = client.connect();
  await settled();
  network.last.drop(4401, 'the token has expired');
  await t.rejects(connecting, { code: 'CLOSED', message: 'closed with 4401: the token has expired' });
});

t.test('verbs and their bodies', async (t) => {
  const { network, client } = await connected();
  const asks: [() => Promise<unknown>, string, object][] = [
    [
      () =>
        client.submit({ id: 'c1', channel: 'voice', intent: 'billing.q', attributes: { plan: 'gold', n: [1, null] } }),
      'submit',
      {
        contact: {
          id: 'c1',
          channel: 'voice',
          intent: 'billing.q',
          attributes: { plan: 'gold', n: [1, null] },
          direction: 'INBOUND',
        },
      },
    ],
    [
      () => client.update('c1', { tier: 3, attributes: { plan: null } }, { version: 2 }),
      'update',
      { contactId: 'c1', set: { tier: 3, attributes: { plan: null } }, version: 2 },
    ],
    [() => client.cancel('c1'), 'cancel', { contactId: 'c1', cause: 'CANCELLED' }],
    [() => client.cancel('c1', 'ABANDONED'), 'cancel', { contactId: 'c1', cause: 'ABANDONED' }],
    [
      () => client.end('c1', { disposition: { outcome: 'solved', attributes: { a: 1 } } }),
      'end',
      { contactId: 'c1', disposition: { outcome: 'solved', attributes: { a: 1 } } },
    ],
    [() => client.end('c1'), 'end', { contactId: 'c1', disposition: undefined }],
    [() => client.get('c1'), 'get', { contactId: 'c1' }],
    [() => client.list({ open: true, afterId: 'c0', limit: 5 }), 'list', { open: true, afterId: 'c0', limit: 5 }],
  ];
  for (const [ask, verb, body] of asks) {
    const answer = ask();
    const request = network.last.last(verb);
    t.match(request.body, body, verb);
    network.last.answer(request.id, { contact: { id: 'c1', state: 'QUEUED' } });
    await answer;
  }
  client.close();
});

t.test('answers: attributes are objects, pages are whole', async (t) => {
  const { network, client } = await connected();
  const got = client.get('c1');
  const disposition = { reasons: ['r'], attributes: { b: 2 } };
  const view = { id: 'c1', state: 'COMPLETED', attributes: { a: [1] }, position: 3, disposition };
  network.last.answer(network.last.last('get').id, { contact: view });
  t.match(await got, {
    id: 'c1',
    attributes: { a: [1] },
    position: 3,
    disposition: { reasons: ['r'], attributes: { b: 2 } },
  });
  const listed = client.list();
  network.last.answer(network.last.last('list').id, { contacts: [{ id: 'c1' }], seq: 8, next: 'c1' }, 9);
  t.match(await listed, { contacts: [{ id: 'c1', attributes: {} }], seq: 8, next: 'c1' });
  client.close();
});

t.test('which verbs are sent again by themselves', async (t) => {
  const { network, client, reconnect } = await connected();
  const update = client.update('c1', { tier: 1 });
  const lost = t.rejects(update, { code: 'CONNECTION_LOST' });
  const kept = [
    client.submit({ id: 'c1', channel: 'voice' }),
    client.cancel('c1'),
    client.end('c1'),
    client.get('c1'),
    client.list(),
  ];
  const unkept = t.rejects(client.get('c2', { retry: false }), { code: 'CONNECTION_LOST' });
  await reconnect();
  await Promise.all([lost, unkept]);
  t.same(network.last.verbs(), ['submit', 'cancel', 'end', 'get', 'list']);
  for (const { id } of network.last.sent) network.last.answer(id, { contact: { id: 'c1' } });
  await Promise.all(kept);
  client.close();
});

t.test('a subscription from now goes on where it was', async (t) => {
  const { network, client, ids, resyncs, reconnect } = await connected();
  const subscribed = client.subscribe();
  t.same(network.last.last('subscribe').body, { sinceSeq: 0 });
  network.last.answer(1, { seq: 40 }, 41);
  t.equal(await subscribed, 40);
  t.equal(client.lastSeq, 40);
  await reconnect();
  t.same(network.last.last('subscribe').body, { sinceSeq: 39 }, 'one before, since pushes of a seq may be several');
  network.last.answer(network.last.last('subscribe').id, { seq: 60 });
  network.last.push(55, { contact: { id: 'c1', state: 'ASSIGNED' } });
  await settled();
  t.equal(client.lastSeq, 55, 'what the answer saw has not been pushed yet: only pushes count');
  await reconnect();
  t.same(network.last.last('subscribe').body, { sinceSeq: 54 });
  t.same(ids(), ['c1']);
  t.same(resyncs, []);
  client.close();
});

t.test('without a subscription nothing is subscribed after a reconnection', async (t) => {
  const { network, client, reconnect } = await connected();
  await reconnect();
  t.same(network.last.sent, []);
  client.close();
});

t.test('a first subscription that is too far back is the caller’s business', async (t) => {
  const { network, client, reconnect } = await connected();
  const refused = t.rejects(client.subscribe(5), { reason: 'RESYNC', code: 'OUT_OF_RANGE' });
  network.last.refuse(1, { code: 'OUT_OF_RANGE', reason: 'RESYNC', message: 'too far' });
  await refused;
  await reconnect();
  t.same(network.last.sent, []);
  client.close();
});

t.test('RESYNC: the open contacts are listed, the subscription goes on from there, and it is told', async (t) => {
  const { network, client, ids, resyncs, reconnect } = await connected();
  const subscribed = client.subscribe();
  network.last.answer(1, { seq: 40 });
  await subscribed;
  await reconnect();
  const socket = network.last;
  socket.refuse(socket.last('subscribe').id, { code: 'OUT_OF_RANGE', reason: 'RESYNC', message: 'too far' });
  await settled();
  t.match(socket.last('list').body, { open: true, limit: 200 });
  socket.answer(socket.last('list').id, { contacts: [{ id: 'c1' }, { id: 'c2' }], seq: 900, next: 'c2' });
  await settled();
  t.match(socket.last('list').body, { open: true, afterId: 'c2' });
  socket.answer(socket.last('list').id, { contacts: [{ id: 'c3' }], seq: 905 });
  await settled();
  t.same(socket.last('subscribe').body, { sinceSeq: 900 });
  t.same(resyncs, []);
  socket.answer(socket.last('subscribe').id, { seq: 910 });
  await settled();
  t.same(ids(), ['c1', 'c2', 'c3']);
  t.same(resyncs, [{ afterSeq: 40, listedSeq: 900, openCount: 3 }]);
  t.equal(client.lastSeq, 900);
  client.close();
});

t.test(
  'a resumption that is refused for now is tried again, one that is lost waits for the next connection',
  async (t) => {
    const { clock, network, client, reconnect } = await connected();
    const subscribed = client.subscribe(7);
    network.last.answer(1, { seq: 40 });
    await subscribed;
    t.equal(client.lastSeq, 7);
    await reconnect();
    network.last.refuse(network.last.last('subscribe').id, {
      code: 'UNAVAILABLE',
      reason: 'STARTING',
      message: 'wait',
    });
    await clock.advance(1_000);
    t.same(network.last.verbs(), ['subscribe', 'subscribe']);
    await reconnect();
    t.same(network.last.verbs(), ['subscribe'], 'the attempt of the lost connection is void');
    client.close();
    await settled();
    t.equal(clock.timerCount, 0);
  },
);

t.test('streams complete when the client is closed', async (t) => {
  const { client } = await connected();
  let completed = 0;
  const complete = (): void => {
    completed += 1;
  };
  client.contacts$.subscribe({ complete });
  client.resync$.subscribe({ complete });
  client.welcome$.subscribe({ complete });
  client.pushes$.subscribe({ complete });
  client.state$.subscribe({ complete });
  client.close();
  t.equal(completed, 5);
});
