// Text that no encoder can write (half a surrogate pair), and names that every object of JavaScript has, from clients to the
// real engine and back: the first never gets in, the second are names like any other.
import t, { type Test } from 'tap';
import { type LiveEdge, startEdge } from './live-edge.ts';
import { startEngine } from './memory-router.ts';

const HALF = '\ud800';
const JSON_BODY = { 'content-type': 'application/json' };
const PROTOBUF = 'application/x-protobuf';

async function site(t: Test): Promise<LiveEdge> {
  return startEdge(t, await startEngine(t));
}

async function putPolicy(live: LiveEdge, body: string, accept = 'application/json'): Promise<Response> {
  const headers = { accept, 'content-type': 'application/yaml' };
  return live.fetch('/v1/policy', { method: 'PUT', role: 'admin', headers, body });
}

t.test('[WIRE6] half a surrogate pair is refused with its path, in every text that a client may send', async (t) => {
  const live = await site(t);
  const contact = { id: 'c1', channel: 'voice' };
  const texts = ['customerId', 'journeyId', 'intent', 'language', 'queue', 'segment', 'id', 'channel'];
  const cases: [role: 'gateway' | 'agent' | 'supervisor', verb: string, body: object, path: string][] = [
    ...texts.map((name): (typeof cases)[number] => [
      'gateway',
      'submit',
      { contact: { ...contact, [name]: HALF } },
      `submit.contact.${name}`,
    ]),
    ['gateway', 'submit', { contact: { ...contact, preferredAgents: [HALF] } }, 'submit.contact.preferredAgents[0]'],
    [
      'gateway',
      'submit',
      { contact: { ...contact, requires: [{ all: [{ skill: HALF }] }] } },
      'submit.contact.requires[0].all[0].skill',
    ],
    ['gateway', 'submit', { contact: { ...contact, attributes: { a: [HALF] } } }, 'submit.contact.attributes.a[0]'],
    ['gateway', 'update', { contactId: 'c1', set: { attributes: { [HALF]: 1 } } }, 'update.set.attributes["\\ud800"]'],
    ['gateway', 'update', { contactId: 'c1', set: { intent: HALF } }, 'update.set.intent'],
    ['gateway', 'cancel', { contactId: HALF }, 'cancel.contactId'],
    ['agent', 'setPresence', { presence: 'BUSY', reason: HALF }, 'setPresence.reason'],
    ['agent', 'decline', { offerId: 'o1', reason: HALF }, 'decline.reason'],
    ['agent', 'complete', { contactId: 'c1', disposition: { notes: HALF } }, 'complete.disposition.notes'],
    ['agent', 'complete', { contactId: 'c1', disposition: { outcome: HALF } }, 'complete.disposition.outcome'],
    ['agent', 'end', { contactId: 'c1', disposition: { reasons: ['', HALF] } }, 'end.disposition.reasons[1]'],
    ['supervisor', 'watch', { queues: [HALF] }, 'watch.queues[0]'],
  ];
  const clients = {
    gateway: await live.connect('gateway', 'web'),
    agent: await live.connect('agent', 'ana'),
    supervisor: await live.connect('supervisor', 'sam'),
  };
  for (const [role, verb, body, path] of cases) {
    const { webSocket } = clients[role];
    webSocket.send(JSON.stringify({ id: 9, [verb]: body }));
    t.match(await clients[role].next(), { reply: { id: 9, error: { code: 'INVALID_ARGUMENT', path } } }, path);
  }
  for (const [body, path] of [
    [{ name: HALF }, 'name'],
    [{ skills: { [HALF]: 1 } }, 'skills["\\ud800"]'],
  ] as const) {
    const init = { method: 'PUT', role: 'admin', headers: JSON_BODY, body: JSON.stringify(body) } as const;
    const put = await live.fetch('/v1/agents/bob', init);
    t.match(await put.json(), { error: { reason: 'INVALID_FIELD', path } }, path);
  }
});

t.test('[WIRE6] what a refusal quotes of broken JSON can be said in a binary frame', async (t) => {
  const live = await site(t);
  const agent = await live.connect('agent', 'ana', { subprotocol: 'proto' });
  const disposition = { reasons: [], outcome: '', notes: '', attributes: '😀' };
  const reply = await agent.ask('complete', { contactId: 'c1', disposition });
  t.match(reply, { error: { reason: 'INVALID_FIELD', path: 'complete.disposition.attributes' } });
  const init = { method: 'POST', role: 'gateway', headers: { ...JSON_BODY, accept: PROTOBUF }, body: '😀' } as const;
  t.equal((await live.fetch('/v1/contacts', init)).status, 400);
  t.match(await agent.ask('setPresence', { presence: 'AVAILABLE' }), { ok: {} }, 'the connection lives');
});

t.test('[POL1, WIRE6] a policy with half a surrogate pair is refused, whatever its answer is encoded in', async (t) => {
  const live = await site(t);
  const least = 'channels: {voice: {}}\nqueues: {all: {}}\n';
  const named = await putPolicy(live, `${least}agents: {ana: {name: "x\\uD800"}}`);
  t.equal(named.status, 400);
  t.match(await named.json(), { error: { reason: 'INVALID_POLICY', path: 'agents.ana.name' } });
  for (const text of [
    'channels: {"\\uD800": {}}\nqueues: {all: {when: {channel: nix}}}',
    'channels: {voice: {}}\nqueues: {all: {clockRate: 20}}\nsegments: {"\\uD800": {clockRate: 20}}',
    'a: "\\😀"',
  ]) {
    t.equal((await putPolicy(live, text, PROTOBUF)).status, 400, text);
  }
  t.equal((await live.fetch('/v1/agents/ana', { role: 'admin' })).status, 200, 'the policy in force stays');
});

t.test('[WIRE6] __proto__ and constructor are names like any other, from the policy to the wallboard', async (t) => {
  const live = await site(t);
  const policy = `
channels: { __proto__: { limit: 2, cost: 10 }, constructor: { limit: 2, cost: 10 } }
segments: { __proto__: { headStart: 5s } }
queues:
  __proto__: { when: { intent: __proto__ }, requires: [{ all: [{ skill: __proto__, level: 2 }] }] }
  constructor: {}
agents:
  __proto__: { skills: { __proto__: 3, constructor: 4 }, limits: { __proto__: 1, constructor: 1 } }
`;
  t.equal((await putPolicy(live, policy)).status, 200);
  const agent = await live.connect('agent', '__proto__');
  await agent.ask('setPresence', { presence: 'AVAILABLE', channels: ['__proto__'] });
  const gateway = await live.connect('gateway', 'constructor');
  const named = { id: '__proto__', channel: '__proto__', intent: '__proto__', segment: '__proto__' };
  const attributes = '{"__proto__":{"a":1}}';
  t.match(await gateway.ask('submit', { contact: { ...named, attributes } as never }), {
    ok: { contact: { id: '__proto__', queue: '__proto__', segment: '__proto__', agentId: '__proto__' } },
  });
  t.match(await gateway.ask('submit', { contact: { id: 'constructor', channel: 'constructor' } as never }), {
    ok: { contact: { queue: 'constructor', state: 'QUEUED' } },
  });
  const { offer } = (await agent.nextPush('offer')) as { readonly offer: { readonly id: string } };
  t.match(await agent.ask('accept', { offerId: offer.id }), { ok: { contact: { state: 'ASSIGNED', attributes } } });
  const queues = await live.fetch('/v1/queues', { role: 'supervisor' });
  t.match(await queues.json(), {
    queues: [
      { name: '__proto__', assigned: 1 },
      { name: 'constructor', waiting: 1 },
    ],
  });
  for (const name of ['toString', 'valueOf']) {
    t.match(await gateway.ask('submit', { contact: { id: 'c1', channel: name } as never }), {
      error: { reason: 'UNKNOWN_CHANNEL', path: 'submit.contact.channel' },
    });
    t.equal((await live.fetch(`/v1/agents/${name}`, { role: 'supervisor' })).status, 404);
    t.match(await gateway.ask('get', { contactId: name }), { error: { reason: 'NO_SUCH_CONTACT' } });
  }
  t.equal(Reflect.get({}, 'a'), undefined, 'no prototype was touched');
});

t.test('[EDGE10] a byte order mark is passed over in every body; other encodings are refused', async (t) => {
  const live = await site(t);
  const send = async (method: string, path: string, body: string | Uint8Array<ArrayBuffer>): Promise<number> =>
    (await live.fetch(path, { method, role: 'admin', headers: JSON_BODY, body })).status;
  const submit = '{"contact":{"id":"c1","channel":"voice"}}';
  const policy = '{"channels":{"voice":{}},"queues":{"billing":{},"other":{}}}';
  t.equal(await send('POST', '/v1/contacts', `\ufeff${submit}`), 201);
  t.equal(await send('PUT', '/v1/agents/bob', '\ufeff{"name":"Bob"}'), 200);
  t.equal(await send('PUT', '/v1/policy', `\ufeff${policy}`), 200);
  for (const [method, path, text] of [
    ['POST', '/v1/contacts', submit],
    ['PUT', '/v1/agents/bob', '{"name":"Bob"}'],
    ['PUT', '/v1/policy', policy],
  ] as const) {
    t.equal(await send(method, path, Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le'))), 400, path);
  }
});
