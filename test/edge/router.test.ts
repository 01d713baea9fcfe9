// From a gateway's socket to an agent's and back, through the real edge and the real engine: the same suite on both
// sub-protocols, and on one socket of each.
import t from 'tap';
import type { ContactDraft } from '../../src/core/commands.ts';
import type { Subprotocol } from '../../src/wire/request.ts';
import { LiveClient, startEdge, tokenOf } from './live-edge.ts';
import { startEngine } from './memory-router.ts';

function draft(id: string, changes: Partial<ContactDraft> = {}): ContactDraft {
  return { id, channel: 'chat', intent: 'billing.late', attributes: '{"plan":"gold"}', ...changes } as ContactDraft;
}

const pairs: [gateway: Subprotocol, agent: Subprotocol][] = [
  ['json', 'json'],
  ['proto', 'proto'],
  ['json', 'proto'],
];

for (const [ofGateway, ofAgent] of pairs) {
  t.test(`gateway on ${ofGateway}, agent on ${ofAgent}: a contact's whole life`, async (t) => {
    const engine = await startEngine(t);
    const live = await startEdge(t, engine);
    const agent = await live.connect('agent', 'ana', { subprotocol: ofAgent });
    const gateway = await live.connect('gateway', 'web', { subprotocol: ofGateway });
    t.match(await gateway.ask('subscribe', { sinceSeq: 0 }), { ok: { seq: Number } });
    t.match(await agent.ask('setPresence', { presence: 'AVAILABLE' }), { ok: { agent: { presence: 'AVAILABLE' } } });

    const submitted = await gateway.ask('submit', { contact: draft('c1') });
    t.match(submitted, {
      ok: { contact: { id: 'c1', gatewayId: 'web', queue: 'billing', attributes: '{"plan":"gold"}' } },
    });
    const offered = await agent.nextPush('offer');
    const offer = 'offer' in offered ? offered.offer : undefined;
    t.match(offer, { contact: { id: 'c1', state: 'OFFERED' }, rank: { total: Number } });
    t.equal(offer?.id, `o${offered.seq}`);
    const accepted = await agent.ask('accept', { offerId: offer?.id ?? '' });
    t.match(accepted, { ok: { contact: { state: 'ASSIGNED', agentId: 'ana' } } });
    const ended = await agent.ask('end', { contactId: 'c1' });
    t.match(ended, { ok: { contact: { state: 'WRAP_UP' } } });
    const disposition = { reasons: ['late'], outcome: 'paid', notes: '', attributes: '{"sum":5}' };
    const completed = await agent.ask('complete', { contactId: 'c1', disposition });
    t.match(completed, { ok: { contact: { state: 'COMPLETED', disposition } } });
    const again = await agent.ask('complete', { contactId: 'c1', disposition });
    t.match(again, { ok: { contact: { state: 'COMPLETED' } } }, 'a retry gets the same');

    const states: string[] = [];
    for (let last = ''; last !== 'COMPLETED'; ) {
      const push = await gateway.nextPush('contact');
      last = 'contact' in push ? push.contact.state : '';
      states.push(last);
    }
    t.same(states, ['OFFERED', 'ASSIGNED', 'WRAP_UP', 'COMPLETED'], 'levels: one a step');
    t.match(await gateway.ask('get', { contactId: 'c1' }), { ok: { contact: { state: 'COMPLETED', disposition } } });
    t.match(await gateway.ask('list', { limit: 10 }), { ok: { contacts: [{ id: 'c1' }] } });
  });

  t.test(`gateway on ${ofGateway}, agent on ${ofAgent}: what is refused says so on both`, async (t) => {
    const engine = await startEngine(t);
    const live = await startEdge(t, engine);
    const agent = await live.connect('agent', 'ben', { subprotocol: ofAgent });
    const gateway = await live.connect('gateway', 'web', { subprotocol: ofGateway });
    const other = await live.connect('gateway', 'pbx', { subprotocol: ofGateway });
    await gateway.ask('submit', { contact: draft('c1') });
    const refusals: [reply: Promise<object>, expected: object][] = [
      [
        gateway.ask('submit', { contact: draft('c1', { intent: 'else' }) }),
        { code: 'ALREADY_EXISTS', reason: 'CONTACT_DIFFERS' },
      ],
      [
        gateway.ask('submit', { contact: draft('c2', { channel: 'fax' }) }),
        { reason: 'UNKNOWN_CHANNEL', path: 'submit.contact.channel' },
      ],
      [
        gateway.ask('submit', { contact: draft('c2', { tier: 10 }) }),
        { reason: 'INVALID_FIELD', path: 'submit.contact.tier' },
      ],
      [other.ask('get', { contactId: 'c1' }), { code: 'NOT_FOUND', reason: 'NO_SUCH_CONTACT', path: 'get.contactId' }],
      [other.ask('cancel', { contactId: 'c1' }), { reason: 'NO_SUCH_CONTACT' }],
      [agent.ask('end', { contactId: 'c1' }), { reason: 'NO_SUCH_CONTACT' }],
      [agent.ask('accept', { offerId: 'o999999' }), { reason: 'NO_SUCH_OFFER', path: 'accept.offerId' }],
      [agent.ask('setPresence', { presence: 'BUSY', agentId: 'ana' }), { reason: 'NOT_YOURSELF' }],
      [agent.ask('get', { contactId: 'c1' }), { code: 'PERMISSION_DENIED', reason: 'ROLE_MAY_NOT' }],
      [
        gateway.ask('subscribe', { sinceSeq: 999_999 }),
        { code: 'OUT_OF_RANGE', reason: 'RESYNC', path: 'subscribe.sinceSeq' },
      ],
    ];
    for (const [reply, error] of refusals) t.match(await reply, { error }, JSON.stringify(error));
    const listed = await other.ask('list', {});
    t.same('ok' in listed && listed.ok.contacts, [], 'not a trace');
  });
}

t.test('[EDGE5, OUT6] an agent that comes back finds what it had; the newer session replaces the older', async (t) => {
  const engine = await startEngine(t);
  const live = await startEdge(t, engine);
  const gateway = await live.connect('gateway', 'web');
  const first = await live.connect('agent', 'ana');
  await first.ask('setPresence', { presence: 'AVAILABLE' });
  await gateway.ask('submit', { contact: draft('c1') });
  const offered = await first.nextPush('offer');
  await first.ask('accept', { offerId: 'offer' in offered ? offered.offer.id : '' });
  await gateway.ask('submit', { contact: draft('c2') });
  await first.nextPush('offer');
  const headers = { authorization: `Bearer ${await tokenOf('agent', 'ana')}` };
  const second = new LiveClient(live.address.socketUrl, 'proto', { headers });
  t.teardown(() => second.webSocket.terminate());
  const frame = await second.next();
  t.equal(await first.closed, 4409);
  const welcome = 'push' in frame && 'welcome' in frame.push ? frame.push.welcome : undefined;
  t.match(welcome, {
    role: 'agent',
    agent: { id: 'ana', presence: 'AVAILABLE', connected: true },
    offers: [{ contact: { id: 'c2' } }],
    contacts: [{ id: 'c1', state: 'ASSIGNED' }],
  });
  t.match(await second.ask('accept', { offerId: welcome?.offers?.[0]?.id ?? '' }), {
    ok: { contact: { state: 'ASSIGNED' } },
  });
  t.equal(live.edge.counts().connectionsByRole.agent, 1);
});

t.test('[OUT5] a gateway that was away catches up from the seq it knows', async (t) => {
  const engine = await startEngine(t);
  const live = await startEdge(t, engine);
  const gateway = await live.connect('gateway', 'web');
  const known = await gateway.ask('submit', { contact: draft('c0') });
  gateway.webSocket.terminate();
  await gateway.closed;
  const admin = await live.connect('admin', 'root');
  const other = await live.connect('gateway', 'web');
  for (let i = 1; i <= 250; i++) await other.ask('submit', { contact: draft(`c${i}`) });
  await admin.ask('cancel', { contactId: 'c7' });
  const back = await live.connect('gateway', 'web');
  t.match(await back.ask('subscribe', { sinceSeq: known.seq }), { ok: { seq: Number } });
  const states = new Map<string, string>();
  while (states.size < 250) {
    const push = await back.nextPush('contact');
    if ('contact' in push) states.set(push.contact.id, push.contact.state);
  }
  t.notOk(states.has('c0'), 'it had not changed');
  t.equal(states.get('c7'), 'CANCELLED');
  await other.ask('submit', { contact: draft('c251') });
  const live251 = await back.nextPush('contact');
  t.equal('contact' in live251 && live251.contact.id, 'c251', 'and goes on live');
});

t.test(
  '[OUT8, EDGE5] a supervisor sees queues and agents change, and removing an agent ends its session',
  async (t) => {
    const engine = await startEngine(t);
    const live = await startEdge(t, engine);
    const put = await live.fetch('/v1/agents/cid', {
      method: 'PUT',
      role: 'admin',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Cid"}',
    });
    t.equal(put.status, 200);
    const supervisor = await live.connect('supervisor', 'sue');
    await supervisor.ask('watch', { queues: ['billing'], agents: true, everyMs: 250 });
    const all = await supervisor.nextPush('feed');
    t.match(all, {
      feed: { queues: [{ name: 'billing', waiting: 0 }], agents: [{ id: 'ana' }, { id: 'ben' }, { id: 'cid' }] },
    });
    const agent = await live.connect('agent', 'cid');
    const changed = await supervisor.nextPush('feed');
    t.match(changed, { feed: { agents: [{ id: 'cid', connected: true }] } });
    const removed = await live.fetch('/v1/agents/cid', { method: 'DELETE', role: 'admin' });
    t.equal(removed.status, 200);
    t.equal(await agent.closed, 4403);
  },
);

t.test('[EDGE10] what goes in over HTTP comes out at sockets', async (t) => {
  const engine = await startEngine(t);
  const live = await startEdge(t, engine);
  const gateway = await live.connect('gateway', 'web');
  await gateway.ask('subscribe', { sinceSeq: 0 });
  const body = JSON.stringify({
    contact: { id: 'h1', channel: 'voice', intent: 'billing', attributes: { a: [1, { b: null }] } },
  });
  const post = (): Promise<Response> =>
    live.fetch('/v1/contacts', {
      method: 'POST',
      role: 'gateway',
      id: 'web',
      headers: { 'content-type': 'application/json' },
      body,
    });
  const created = await post();
  t.equal(created.status, 201);
  const seq = Number(created.headers.get('cordboard-seq'));
  t.match(await created.json(), { contact: { id: 'h1', state: 'QUEUED', attributes: { a: [1, { b: null }] } } });
  t.equal((await post()).status, 200, 'a retry');
  const push = await gateway.nextPush('contact');
  t.equal('contact' in push && push.contact.id, 'h1');
  t.equal(push.seq, seq);
  const got = await live.fetch('/v1/contacts/h1', { role: 'gateway', id: 'web' });
  t.match(await got.json(), { contact: { id: 'h1', position: 1 } });
  t.equal((await live.fetch('/v1/contacts/h1', { role: 'gateway', id: 'pbx' })).status, 404);
});
