// The clients against a real router over real sockets, in both sub-protocols, with the token in either place.
import { filter, firstValueFrom, type Observable } from 'rxjs';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { ClientOptions } from '../../src/client/client.ts';
import type { Contact } from '../../src/client/contact.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import type { OpenSocket } from '../../src/client/socket.ts';
import { SupervisorClient } from '../../src/client/supervisor-client.ts';
import { Cable, RealRouter } from './real-router.ts';

const withHeader: OpenSocket = ({ url, subProtocol, token }) =>
  new WebSocket(url, subProtocol, { headers: { authorization: `Bearer ${token}` } });

const WAYS: Record<string, Pick<ClientOptions, 'subProtocol' | 'openSocket'>> = {
  'json, the platform’s socket': {},
  'proto, the platform’s socket': { subProtocol: 'proto' },
  'json, ws with a header': { openSocket: withHeader },
  'proto, ws with a header': { subProtocol: 'proto', openSocket: withHeader },
};
const BACKOFF = { baseMs: 20, maxMs: 100 };

/** The first value that fits. */
function first<T>(stream$: Observable<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return firstValueFrom(stream$.pipe(filter(fits)));
}

const inState = (state: Contact['state']) => (contact: Contact) => contact.state === state;

function suite(name: string, way: Pick<ClientOptions, 'subProtocol' | 'openSocket'>): void {
  t.test(name, async (t) => {
    const router = await RealRouter.start(t.testdir());
    t.teardown(() => router.stop());
    await router.putAgent('ana', { billing: 5, es: 4 });
    const options = async (role: 'gateway' | 'agent' | 'supervisor', id: string): Promise<ClientOptions> => {
      const token = await router.token(role, id);
      return { url: router.url, token, backoff: BACKOFF, ...way };
    };
    const world: World = {
      router,
      gateway: async (id, more = {}) => new GatewayClient({ ...(await options('gateway', id)), ...more }),
      agent: async (id, more = {}) => new AgentClient({ ...(await options('agent', id)), ...more }),
      supervisor: async (id) => new SupervisorClient(await options('supervisor', id)),
    };
    for (const [part, run] of Object.entries(PARTS)) await t.test(part, (t) => run(t, world));
  });
}

interface World {
  readonly router: RealRouter;
  readonly gateway: (id: string, more?: Partial<ClientOptions>) => Promise<GatewayClient>;
  readonly agent: (id: string, more?: Partial<ClientOptions>) => Promise<AgentClient>;
  readonly supervisor: (id: string) => Promise<SupervisorClient>;
}

async function aLife(t: Test, { gateway: newGateway, agent: newAgent }: World): Promise<void> {
  const gateway = await newGateway('gateway-1');
  const agent = await newAgent('ana');
  const states: string[] = [];
  gateway.contacts$.subscribe(({ state }) => states.push(state));
  const welcome = await agent.connect();
  t.match(welcome, {
    role: 'agent',
    agent: { id: 'ana', presence: 'OFFLINE', connected: true },
    offers: [],
    contacts: [],
  });
  t.match(await gateway.connect(), { role: 'gateway' });
  t.equal(typeof (await gateway.subscribe()), 'number');
  t.match(await agent.setPresence('AVAILABLE'), { id: 'ana', presence: 'AVAILABLE', capacity: 100 });

  const offered = first(agent.offers$);
  const attributes = { plan: 'gold', history: [1, null, { a: 'ü' }] };
  const requires = [{ all: [{ skill: 'es', level: 3 }] }];
  const submitted = await gateway.submit({ id: 'life-1', channel: 'voice', intent: 'billing.q', requires, attributes });
  t.match(submitted, { id: 'life-1', gatewayId: 'gateway-1', queue: 'billing', segment: 'default', attributes });
  const offer = await offered;
  t.match(offer, { contact: { id: 'life-1', state: 'OFFERED', agentId: 'ana', attributes, requires } });
  t.ok(offer.expiresAt > offer.contact.offeredAt);
  t.match(await agent.accept(offer.id), { id: 'life-1', state: 'ASSIGNED', agentId: 'ana' });
  const explanation = await gateway.explain('life-1');
  t.match(explanation, { state: 'ASSIGNED', offer: { offerId: offer.id, agentId: 'ana', approximate: false } });
  t.match(await agent.explain('life-1'), { offer: explanation.offer }, 'so may who has it');

  const told = first(agent.contacts$);
  t.match(await gateway.end('life-1'), { state: 'WRAP_UP' });
  t.match(await told, { id: 'life-1', state: 'WRAP_UP', attributes });
  const disposition = { reasons: ['invoice'], outcome: 'solved', attributes: { score: 5 } };
  const closed = first(gateway.contacts$, inState('COMPLETED'));
  t.match(await agent.complete('life-1', { disposition }), { state: 'COMPLETED' });
  t.match(await closed, { id: 'life-1', disposition });
  t.match(await gateway.get('life-1'), { state: 'COMPLETED', disposition, attributes });
  t.equal(states.at(-1), 'COMPLETED');
  agent.close();
  gateway.close();
}

async function refusals(t: Test, { gateway: newGateway, agent: newAgent }: World): Promise<void> {
  const gateway = await newGateway('gateway-1');
  const agent = await newAgent('ana');
  await Promise.all([gateway.connect(), agent.connect()]);
  await t.rejects(gateway.submit({ id: 'r1', channel: 'pigeon' }), {
    name: 'CordboardError',
    code: 'INVALID_ARGUMENT',
    reason: 'UNKNOWN_CHANNEL',
    path: /channel/,
  });
  await t.rejects(gateway.submit({ id: 'r1', channel: 'voice', tier: 10 }), {
    reason: 'INVALID_FIELD',
    code: 'INVALID_ARGUMENT',
    path: /^submit\.contact\.tier$/,
  });
  const requires = [{ all: [{ skill: 'nobody has it', level: 1 }] }];
  await t.rejects(gateway.submit({ id: 'r1', channel: 'voice', requires }), {
    code: 'INVALID_ARGUMENT',
    path: /requires\[0\]\.all\[0\]\.skill$/,
  });
  // Of these, what a sub-protocol cannot say is refused before it is sent, in the same way.
  for (const wrong of [
    { tier: 1.5 },
    { value: Number.NaN },
    { value: Number.POSITIVE_INFINITY },
    { customerId: '\ud800' },
  ]) {
    await t.rejects(gateway.submit({ id: 'r1', channel: 'voice', ...wrong }), {
      name: 'CordboardError',
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_FIELD',
    });
  }
  await t.rejects(gateway.get('r-none'), { code: 'NOT_FOUND', reason: 'NO_SUCH_CONTACT' });
  await t.rejects(agent.accept('o999999999'), { code: 'NOT_FOUND', reason: 'NO_SUCH_OFFER' });
  const draft = { id: 'r2', channel: 'chat', requires: [{ all: [{ skill: 'none', level: 1 }] }] };
  const known = await gateway.submit(draft);
  t.same(await gateway.submit(draft), known, 'the same again is answered with the contact as it stands');
  await t.rejects(gateway.submit({ ...draft, tier: 1 }), { code: 'ALREADY_EXISTS', reason: 'CONTACT_DIFFERS' });
  t.match(await gateway.update('r2', { tier: 2, attributes: { a: 1 } }), { tier: 2, attributes: { a: 1 }, version: 2 });
  await t.rejects(gateway.update('r2', { tier: 3 }, { version: 1 }), {
    code: 'FAILED_PRECONDITION',
    reason: 'VERSION_MISMATCH',
  });
  t.match(await gateway.update('r2', { attributes: { a: null, b: [2] }, prefers: [] }), { attributes: { b: [2] } });
  const prefers = [{ skill: 'vip', secondsPerLevel: 0.5 }];
  t.match(await gateway.update('r2', { prefers }), { prefers });
  t.same((await gateway.update('r2', { tier: 1 })).prefers, prefers, 'what is absent stays');
  t.same((await gateway.update('r2', { prefers: [] })).prefers, [], 'what is empty is emptied');
  t.match(await gateway.get('r2'), { state: 'QUEUED', position: 1 });
  t.match(await gateway.list({ open: true }), { contacts: [{ id: 'r2' }], next: '' });
  t.match(await gateway.cancel('r2', 'ABANDONED'), { state: 'ABANDONED' });
  t.match(await gateway.cancel('r2', 'ABANDONED'), { state: 'ABANDONED' }, 'and again');
  agent.close();
  gateway.close();
}

async function lostConnections(t: Test, { router, gateway: newGateway, agent: newAgent }: World): Promise<void> {
  const cable = await Cable.to(router.url);
  const gateway = await newGateway('gateway-2', { url: cable.url });
  const elsewhere = await newGateway('gateway-2');
  const agent = await newAgent('ana', { url: cable.url });
  await Promise.all([gateway.connect(), agent.connect(), elsewhere.connect()]);
  await gateway.subscribe();
  await agent.setPresence('AVAILABLE');

  const offered = first(agent.offers$);
  await gateway.submit({ id: 'lost-1', channel: 'voice', intent: 'billing.q' });
  const offer = await offered;
  const unserved = [{ all: [{ skill: 'none', level: 1 }] }];
  const ids = Array.from({ length: 20 }, (_, n) => `lost-batch-${n}`);
  const batch = ids.map((id) => gateway.submit({ id, channel: 'chat', requires: unserved }));
  const declared = agent.setPresence('AVAILABLE').then(
    () => 'answered',
    (error: Error) => error.name,
  );
  cable.cut();
  t.equal(await declared, 'ConnectionLost');
  const gone = first(agent.revoked$);
  const resumed = first(gateway.contacts$, inState('CANCELLED'));
  t.match(await elsewhere.cancel('lost-1'), { state: 'CANCELLED' });
  const between = gateway.get('lost-1');
  cable.mend();

  t.match(await gone, { offerId: offer.id, contactId: 'lost-1', reason: 'CONNECTION_LOST' });
  t.match(await resumed, { id: 'lost-1' }, 'the subscription goes on from where it was');
  t.match(await between, { state: 'CANCELLED' });
  t.same(
    (await Promise.all(batch)).map(({ id }) => id),
    ids,
    'submits were sent again',
  );
  const { contacts } = await gateway.list({ open: true });
  t.same(contacts.map(({ id }) => id).sort(), [...ids].sort(), 'each is there once');
  await Promise.all(ids.map((id) => gateway.cancel(id)));
  for (const client of [gateway, elsewhere, agent]) client.close();
  await cable.close();
}

async function manyCuts(t: Test, { router, gateway: newGateway, agent: newAgent }: World): Promise<void> {
  const cable = await Cable.to(router.url);
  const gateway = await newGateway('gateway-3', { url: cable.url });
  const agent = await newAgent('ana', { url: cable.url });
  const closedBy = new Map<string, string>();
  gateway.contacts$.subscribe(({ id, state }) => closedBy.set(id, state));
  agent.offers$.subscribe(async ({ id, contact }) => {
    // An offer that was revoked when the connection was lost comes again.
    const accepted = await agent.accept(id).catch(() => undefined);
    // The gateway may see the last one closed, and the test end, before this is answered.
    if (accepted !== undefined) await agent.complete(contact.id).catch(() => undefined);
  });
  agent.welcome$.subscribe(({ agent: self }) => {
    if (self?.presence !== 'AVAILABLE') agent.setPresence('AVAILABLE').catch(() => undefined);
  });
  await Promise.all([gateway.connect(), agent.connect()]);
  await gateway.subscribe();
  const count = 60;
  const all = first(
    gateway.contacts$,
    () => closedBy.size === count && [...closedBy.values()].every((state) => state === 'COMPLETED'),
  );
  for (let n = 0; n < count; n += 1) {
    const submitted = gateway.submit({ id: `cut-${n}`, channel: 'chat', intent: 'billing.q' });
    if (n % 12 === 7) {
      cable.cut();
      cable.mend();
    }
    t.equal((await submitted).id, `cut-${n}`);
  }
  await all;
  t.same(new Set(closedBy.values()), new Set(['COMPLETED']));
  for (const client of [gateway, agent]) client.close();
  await cable.close();
}

async function whoMayConnect(t: Test, { router, gateway: newGateway, agent: newAgent }: World): Promise<void> {
  const older = await newAgent('ana');
  await older.connect();
  const replaced = first(older.state$, ({ phase }) => phase === 'closed');
  const newer = await newAgent('ana');
  await newer.connect();
  t.match(await replaced, { because: { code: 4409 } });
  newer.close();
  const stranger = await newAgent('nobody');
  await t.rejects(stranger.connect(), { code: 'CLOSED', message: /4403/ });
  const expired = await router.token('gateway', 'gateway-1', 7_200_000);
  const late = await newGateway('gateway-1', { token: expired });
  await t.rejects(late.connect(), { code: 'CLOSED', message: /4401/ });
  const fresh = await router.token('gateway', 'gateway-1');
  const tokens = [expired, fresh];
  const renewed = await newGateway('gateway-1', { token: () => tokens.shift() ?? fresh });
  t.match(await renewed.connect(), { role: 'gateway' });
  renewed.close();
}

async function idleConnections(t: Test, { gateway: newGateway }: World): Promise<void> {
  const questions = Promise.withResolvers<void>();
  let sentCount = 0;
  const openSocket: OpenSocket = (target) => {
    const socket = withHeader(target);
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      sentCount += 1;
      if (sentCount === 3) questions.resolve();
      send(data);
    };
    return socket;
  };
  const gateway = await newGateway('gateway-1', { silenceMs: 20, openSocket });
  const phases: string[] = [];
  gateway.state$.subscribe(({ phase }) => phases.push(phase));
  await gateway.connect();
  await questions.promise;
  t.same(phases, ['idle', 'authorizing', 'connecting', 'open'], 'it was asked twice, answered, and nothing was lost');
  gateway.close();
}

async function supervision(
  t: Test,
  { gateway: newGateway, agent: newAgent, supervisor: newSupervisor }: World,
): Promise<void> {
  const gateway = await newGateway('gateway-1');
  const agent = await newAgent('ana');
  const supervisor = await newSupervisor('eve');
  await Promise.all([gateway.connect(), agent.connect(), supervisor.connect()]);
  await agent.setPresence('AVAILABLE');
  const agents = first(supervisor.feed$, (feed) =>
    feed.agents.some(({ id, presence }) => id === 'ana' && presence === 'AVAILABLE'),
  );
  const queues = first(supervisor.feed$, (feed) =>
    feed.queues.some(({ name, waiting }) => name === 'general' && waiting === 1),
  );
  await supervisor.watch({ agents: true, everyMs: 250 });
  await agents;
  await gateway.submit({ id: 'super-1', channel: 'chat', requires: [{ all: [{ skill: 'none', level: 1 }] }] });
  await queues;
  t.match(await supervisor.get('super-1'), { state: 'QUEUED', gatewayId: 'gateway-1' });
  t.match(await supervisor.cancel('super-1'), { state: 'CANCELLED' });
  const changed = first(agent.agent$);
  t.match(await supervisor.setPresence('ana', 'BUSY', { reason: 'meeting' }), { presence: 'BUSY', reason: 'meeting' });
  t.match(await changed, { presence: 'BUSY', reason: 'meeting' });
  t.ok((await supervisor.list({ limit: 2 })).contacts.length > 0);
  for (const client of [gateway, agent, supervisor]) client.close();
}

async function handOver(
  t: Test,
  { router, gateway: newGateway, agent: newAgent, supervisor: newSupervisor }: World,
): Promise<void> {
  await router.putAgent('ben', { billing: 5, es: 4 });
  const gateway = await newGateway('gateway-1');
  const ana = await newAgent('ana');
  const ben = await newAgent('ben');
  const supervisor = await newSupervisor('eve');
  await Promise.all([gateway.connect(), ana.connect(), ben.connect(), supervisor.connect()]);
  await ana.setPresence('AVAILABLE');
  const toAna = first(ana.offers$);
  await gateway.submit({ id: 'give-1', channel: 'voice', journeyId: 'j1', attributes: { a: 1 } });
  await ana.accept((await toAna).id);
  await ben.setPresence('AVAILABLE');

  const toBen = first(ben.offers$);
  const sent = await ana.transfer('give-1', { agentId: 'ben' });
  t.match(sent, { id: 'give-1', preferredAgents: ['ben'], preferredForMs: 120_000, attributes: { a: 1 } });
  t.match(await ana.transfer('give-1', { agentId: 'ben' }), { id: 'give-1' }, 'a retry');
  await t.rejects(ana.transfer('give-1', { queue: 'billing' }), { code: 'NOT_FOUND', reason: 'NO_SUCH_CONTACT' });
  await t.rejects(supervisor.transfer('give-1', { queue: 'none' }), {
    code: 'INVALID_ARGUMENT',
    reason: 'UNKNOWN_QUEUE',
    path: 'transfer.to.queue',
  });
  await t.rejects(supervisor.transfer('give-1', {}), {
    code: 'INVALID_ARGUMENT',
    reason: 'INVALID_FIELD',
    path: 'transfer.to',
  });
  t.match(await ben.accept((await toBen).id), { state: 'ASSIGNED', agentId: 'ben', journeyId: 'j1' });

  const taken = first(ben.contacts$);
  t.match(await supervisor.requeue('give-1', { resetAge: true }), { id: 'give-1', state: 'QUEUED', agentId: '' });
  t.match(await taken, { id: 'give-1', state: 'QUEUED' }, 'ben is told');
  t.match(await supervisor.transfer('give-1', { requires: [{ all: [{ skill: 'none', level: 1 }] }] }), {
    state: 'QUEUED',
  });
  t.match(await supervisor.cancel('give-1'), { state: 'CANCELLED' });

  const asked = first(ana.offers$, ({ contact }) => contact.id === 'warm-1');
  await ben.setPresence('BUSY');
  await gateway.submit({ id: 'warm-1', channel: 'voice', journeyId: 'j2', attributes: { asked: 'name' } });
  await ana.accept((await asked).id);
  await ben.setPresence('AVAILABLE');
  const refused = first(ben.offers$, ({ contact }) => contact.id === 'warm-0');
  t.match(await ana.consult('warm-1', 'warm-0', { agentId: 'ben' }), { id: 'warm-0', consultedBy: 'ana' });
  await refused;
  t.match(await ana.takeBack('warm-0'), { id: 'warm-0', state: 'CANCELLED' });
  const consulted = first(ben.offers$, ({ contact }) => contact.id === 'warm-2');
  const answered = first(ana.contacts$, ({ id, state }) => id === 'warm-2' && state === 'ASSIGNED');
  t.match(await ana.consult('warm-1', 'warm-2', { agentId: 'ben' }), {
    journeyId: 'j2',
    attributes: { asked: 'name' },
  });
  t.match(await gateway.get('warm-2'), { state: 'OFFERED', gatewayId: 'gateway-1' }, "it is the gateway's");
  await ben.accept((await consulted).id);
  t.match(await answered, { agentId: 'ben', consultedBy: 'ana' }, 'ana is told');
  const handed = first(ben.contacts$, ({ id }) => id === 'warm-1');
  t.match(await ana.transfer('warm-1', { consultId: 'warm-2' }), { state: 'ASSIGNED', agentId: 'ben' });
  t.match(await handed, { id: 'warm-1', state: 'ASSIGNED', agentId: 'ben' });
  t.match(await gateway.get('warm-2'), { state: 'COMPLETED' });
  t.match(await ben.complete('warm-1'), { state: 'COMPLETED' });
  for (const client of [gateway, ana, ben, supervisor]) client.close();
}

const PARTS: Record<string, (t: Test, world: World) => Promise<void>> = {
  'a contact from its submit to its close [WIRE1]': aLife,
  'refusals say what and where': refusals,
  'lost connections are resumed [OUT5, SUB2]': lostConnections,
  'life goes on through many cuts [SES2]': manyCuts,
  'who may connect [EDGE5, SES4, SES6, TOK1]': whoMayConnect,
  'an idle connection is asked whether it lives [TOK4]': idleConnections,
  'a supervisor sees and acts [OUT8, WHO3]': supervision,
  'contacts are handed over [XFR3, XFR9, XFR10, XFR13, XFR15, AFF6, WHO2]': handOver,
};

for (const [name, way] of Object.entries(WAYS)) suite(name, way);
