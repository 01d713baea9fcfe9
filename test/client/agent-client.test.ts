// The agent's and the supervisor's client over fake sockets.
import t from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { ClientOptions } from '../../src/client/client.ts';
import { type Feed, SupervisorClient } from '../../src/client/supervisor-client.ts';
import { FakeClock, FakeNetwork, settled } from './fake-world.ts';

function world() {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const options: ClientOptions = {
    url: 'ws://router/v1/connect',
    token: 'T',
    openSocket: network.open,
    clock,
    random: () => 0.5,
    backoff: { baseMs: 100 },
  };
  const reconnect = async (welcome: object): Promise<void> => {
    network.last.drop(1006);
    await clock.advance(1_000);
    network.last.welcome(welcome);
  };
  return { clock, network, options, reconnect };
}

const offer = (id: string, contactId: string) => ({
  id,
  contact: { id: contactId, channel: 'voice', attributes: { a: 1 } },
  expiresAt: 9,
});

async function agent(welcome: object = {}) {
  const { network, options, reconnect } = world();
  const client = new AgentClient(options);
  const offered: string[] = [];
  const revoked: string[] = [];
  client.offers$.subscribe(({ id }) => offered.push(id));
  client.revoked$.subscribe(({ offerId, reason }) => revoked.push(`${offerId} ${reason}`));
  const connecting = client.connect();
  await settled();
  network.last.welcome(welcome);
  return { client, network, offered, revoked, reconnect, welcomed: await connecting };
}

t.test('offers, revocations, contacts and the agent itself are streams', async (t) => {
  const { client, network, offered, revoked } = await agent();
  const told: unknown[] = [];
  client.contacts$.subscribe((contact) => told.push([contact.id, contact.state, contact.attributes]));
  client.agent$.subscribe(({ presence, reason }) => told.push([presence, reason]));
  network.last.push(5, { offer: offer('o5', 'c1') });
  network.last.push(6, { offerRevoked: { offerId: 'o5', contactId: 'c1', reason: 'MISSED' } });
  network.last.push(6, { agent: { id: 'ana', presence: 'BUSY', reason: 'MISSED_OFFER' } });
  network.last.push(7, { contact: { id: 'c2', state: 'WRAP_UP', attributes: { a: 1 } } });
  t.same(offered, ['o5']);
  t.same(revoked, ['o5 MISSED']);
  t.same(told, [
    ['BUSY', 'MISSED_OFFER'],
    ['c2', 'WRAP_UP', { a: 1 }],
  ]);
  client.close();
});

t.test('the welcome of a resumed session brings its offers as offers', async (t) => {
  const { client, offered, welcomed } = await agent({
    offers: [offer('o5', 'c1')],
    contacts: [{ id: 'c2', attributes: { b: 2 } }],
    agent: { id: 'ana', presence: 'AVAILABLE' },
  });
  t.same(offered, ['o5']);
  t.match(welcomed, {
    agent: { presence: 'AVAILABLE' },
    offers: [{ id: 'o5', contact: { attributes: { a: 1 } } }],
    contacts: [{ id: 'c2', attributes: { b: 2 } }],
  });
  client.close();
});

t.test('after a lost connection: new offers come, known ones do not come twice, ended ones are revoked', async (t) => {
  const { client, network, offered, revoked, reconnect } = await agent();
  for (const id of ['o1', 'o2', 'o3', 'o4']) network.last.push(1, { offer: offer(id, `c${id}`) });
  const accepted = client.accept('o3');
  network.last.push(9, { offerRevoked: { offerId: 'o4', contactId: 'co4', reason: 'CONTACT_CANCELLED' } });
  await reconnect({ offers: [offer('o2', 'co2'), offer('o9', 'co9')] });
  t.same(offered, ['o1', 'o2', 'o3', 'o4', 'o9']);
  t.same(revoked, ['o4 CONTACT_CANCELLED', 'o1 CONNECTION_LOST'], 'of o3 the answer to the accept tells');
  t.same(network.last.verbs(), ['accept']);
  network.last.answer(network.last.last('accept').id, { contact: { id: 'co3', state: 'ASSIGNED' } });
  t.match(await accepted, { id: 'co3', state: 'ASSIGNED' });
  client.close();
});

t.test('verbs and their bodies', async (t) => {
  const { client, network } = await agent();
  const asks: [() => Promise<unknown>, string, object][] = [
    [() => client.setPresence('AVAILABLE'), 'setPresence', { presence: 'AVAILABLE' }],
    [
      () => client.setPresence('BUSY', { reason: 'lunch', channels: ['voice'] }),
      'setPresence',
      { presence: 'BUSY', reason: 'lunch', channels: ['voice'] },
    ],
    [
      () => client.busyAfterThis('lunch', { channels: ['voice'] }),
      'setPresence',
      { presence: 'DRAINING', reason: 'lunch', next: 'BUSY', channels: ['voice'] },
    ],
    [() => client.accept('o1'), 'accept', { offerId: 'o1' }],
    [() => client.decline('o1', { reason: 'no time' }), 'decline', { offerId: 'o1', reason: 'no time' }],
    [() => client.end('c1'), 'end', { contactId: 'c1' }],
    [
      () => client.complete('c1', { disposition: { reasons: ['x'] }, version: 4 }),
      'complete',
      { contactId: 'c1', disposition: { reasons: ['x'] }, version: 4 },
    ],
  ];
  for (const [ask, verb, body] of asks) {
    const answer = ask();
    const request = network.last.last(verb);
    t.match(request.body, body, verb);
    network.last.answer(request.id, { contact: { id: 'c1' }, agent: { id: 'ana', presence: 'AVAILABLE' } });
    await answer;
  }
  client.close();
});

t.test('presence is not declared again by itself', async (t) => {
  const { client, network, reconnect } = await agent();
  const lost = t.rejects(client.setPresence('AVAILABLE'), { code: 'CONNECTION_LOST' });
  await reconnect({});
  await lost;
  t.same(network.last.sent, []);
  client.close();
});

t.test('a supervisor’s watch goes on after a lost connection', async (t) => {
  const { network, options, reconnect } = world();
  const client = new SupervisorClient(options);
  const feeds: Feed[] = [];
  client.feed$.subscribe((feed) => feeds.push(feed));
  const connecting = client.connect();
  await settled();
  network.last.welcome();
  await connecting;
  const watching = client.watch({ queues: ['billing'], agents: true, everyMs: 250 });
  t.match(network.last.last('watch').body, { queues: ['billing'], agents: true, everyMs: 250 });
  network.last.answer(1, {});
  await watching;
  network.last.push(4, { feed: { queues: [{ name: 'billing', waiting: 3 }] } });
  t.match(feeds, [{ queues: [{ name: 'billing', waiting: 3 }], agents: [] }]);
  await reconnect({});
  t.match(network.last.last('watch').body, { queues: ['billing'], agents: true, everyMs: 250 });
  network.last.drop(4403, 'gone');
  t.equal(client.state.phase, 'closed');
});

t.test('a supervisor’s verbs', async (t) => {
  const { network, options } = world();
  const client = new SupervisorClient(options);
  const connecting = client.connect();
  await settled();
  network.last.welcome();
  await connecting;
  const asks: [() => Promise<unknown>, string, object][] = [
    [
      () => client.setPresence('ana', 'BUSY', { reason: 'meeting' }),
      'setPresence',
      { presence: 'BUSY', reason: 'meeting', agentId: 'ana' },
    ],
    [() => client.cancel('c1'), 'cancel', { contactId: 'c1', cause: 'CANCELLED' }],
    [() => client.end('c1'), 'end', { contactId: 'c1' }],
    [() => client.complete('c1'), 'complete', { contactId: 'c1' }],
    [() => client.get('c1'), 'get', { contactId: 'c1' }],
    [() => client.list(), 'list', { open: false }],
  ];
  for (const [ask, verb, body] of asks) {
    const answer = ask();
    const request = network.last.last(verb);
    t.match(request.body, body, verb);
    network.last.answer(request.id, { contact: { id: 'c1' }, agent: { id: 'ana' } });
    await answer;
  }
  client.close();
});
