// Who may do what, cell by cell, through real sockets and real requests and down to the real engine: for every verb and
// every route, what each role gets. `own`: served for what is its own, NOT_FOUND for others'.
import t from 'tap';
import type { Role } from '../../src/core/commands.ts';
import { rolesByVerb } from '../../src/edge/permissions.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RequestBodies, Verb } from '../../src/wire/messages.ts';
import { routes } from '../../src/wire/routes.ts';
import { type LiveClient, type LiveEdge, startEdge, tokenOf } from './live-edge.ts';
import { ask, startEngine } from './memory-router.ts';

/** `-`: not by its role; `ok`; or the reason of the core's refusal. */
type Cell =
  | '-'
  | 'ok'
  | 'NO_SUCH_CONTACT'
  | 'NO_SUCH_OFFER'
  | 'NOT_YOURSELF'
  | 'PULL_NOT_ALLOWED'
  | 'CONTACT_ANSWERED'
  | 'NO_CALLBACK';
type Row = readonly [gateway: Cell, agent: Cell, supervisor: Cell, admin: Cell];

const ROLES: readonly Role[] = ['gateway', 'agent', 'supervisor', 'admin'];

interface Ids {
  /** A contact of the asking gateway, or held by the asking agent; and one of somebody else. */
  readonly own: string;
  readonly others: string;
  readonly ownOffer: string;
  readonly othersOffer: string;
  readonly agentId: string;
  readonly fresh: string;
}

type BodyOf = { readonly [V in Verb]?: (ids: Ids) => object };

const onOwn: { readonly [V in Verb]: Row } = {
  submit: ['ok', '-', '-', 'ok'],
  update: ['ok', 'ok', '-', 'ok'],
  // Agents take back consults of their own only.
  cancel: ['ok', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  end: ['ok', 'ok', 'ok', 'ok'],
  get: ['ok', '-', 'ok', 'ok'],
  // Agents may look for work where the directory lets them.
  list: ['ok', 'PULL_NOT_ALLOWED', 'ok', 'ok'],
  explain: ['ok', 'ok', 'ok', 'ok'],
  subscribe: ['ok', '-', '-', 'ok'],
  setPresence: ['-', 'ok', 'ok', 'ok'],
  // An admin may, but no offer is ever made to one.
  accept: ['-', 'ok', '-', 'NO_SUCH_OFFER'],
  decline: ['-', 'ok', '-', 'NO_SUCH_OFFER'],
  complete: ['-', 'ok', 'ok', 'ok'],
  requeue: ['-', 'ok', 'ok', 'ok'],
  transfer: ['-', 'ok', 'ok', 'ok'],
  // The contact is with an agent, and INBOUND.
  callback: ['CONTACT_ANSWERED', '-', 'CONTACT_ANSWERED', 'CONTACT_ANSWERED'],
  retry: ['NO_CALLBACK', 'NO_CALLBACK', 'NO_CALLBACK', 'NO_CALLBACK'],
  consult: ['-', 'ok', '-', '-'],
  watch: ['-', '-', 'ok', 'ok'],
  authenticate: ['ok', 'ok', 'ok', 'ok'],
  pull: ['-', 'PULL_NOT_ALLOWED', '-', '-'],
  assign: ['-', '-', 'ok', 'ok'],
  putCustomer: ['ok', '-', 'ok', 'ok'],
  getCustomer: ['ok', '-', 'ok', 'ok'],
  removeCustomer: ['ok', '-', 'ok', 'ok'],
};

/** What is somebody else's: supervisors and admins as above, gateways and agents see nothing of it. */
const onOthers: { readonly [V in Verb]?: Row } = {
  update: ['NO_SUCH_CONTACT', 'NO_SUCH_CONTACT', '-', 'ok'],
  cancel: ['NO_SUCH_CONTACT', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  end: ['NO_SUCH_CONTACT', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  get: ['NO_SUCH_CONTACT', '-', 'ok', 'ok'],
  explain: ['NO_SUCH_CONTACT', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  complete: ['-', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  requeue: ['-', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  transfer: ['-', 'NO_SUCH_CONTACT', 'ok', 'ok'],
  callback: ['NO_SUCH_CONTACT', '-', 'CONTACT_ANSWERED', 'CONTACT_ANSWERED'],
  retry: ['NO_SUCH_CONTACT', 'NO_SUCH_CONTACT', 'NO_CALLBACK', 'NO_CALLBACK'],
  consult: ['-', 'NO_SUCH_CONTACT', '-', '-'],
  setPresence: ['-', 'NOT_YOURSELF', 'ok', 'ok'],
  accept: ['-', 'NO_SUCH_OFFER', '-', 'NO_SUCH_OFFER'],
  decline: ['-', 'NO_SUCH_OFFER', '-', 'NO_SUCH_OFFER'],
  assign: ['-', '-', 'CONTACT_ANSWERED', 'CONTACT_ANSWERED'],
};

const bodies: BodyOf = {
  submit: ({ fresh }) => ({ contact: { id: fresh, channel: 'chat' } }),
  update: ({ own }) => ({ contactId: own, set: { attributes: '{"a":1}' } }),
  cancel: ({ own }) => ({ contactId: own, cause: 'ABANDONED' }),
  end: ({ own }) => ({ contactId: own }),
  get: ({ own }) => ({ contactId: own }),
  explain: ({ own }) => ({ contactId: own }),
  list: () => ({}),
  subscribe: () => ({ sinceSeq: 0 }),
  setPresence: ({ agentId }) => ({ presence: 'AVAILABLE', agentId }),
  accept: ({ ownOffer }) => ({ offerId: ownOffer }),
  decline: ({ ownOffer }) => ({ offerId: ownOffer }),
  complete: ({ own }) => ({ contactId: own }),
  pull: ({ own }) => ({ contactId: own }),
  assign: ({ own }) => ({ contactId: own, agentId: 'ana' }),
  requeue: ({ own }) => ({ contactId: own }),
  transfer: ({ own }) => ({ contactId: own, to: { queue: 'billing' } }),
  callback: ({ own }) => ({ contactId: own }),
  retry: ({ own }) => ({ contactId: own }),
  consult: ({ own, fresh }) => ({ contactId: own, consultId: fresh, to: { queue: 'billing' } }),
  watch: () => ({ queues: [], agents: true, everyMs: 60_000 }),
  putCustomer: ({ fresh }) => ({ customer: { id: fresh } }),
  getCustomer: () => ({ customerId: 'kim' }),
  removeCustomer: () => ({ customerId: 'kim' }),
};

/** A site with agents ana and ben at work, each with an assigned contact and a pending offer; gateways web and pbx. */
class Site {
  readonly engine: Engine;
  readonly live: LiveEdge;
  readonly #clients = new Map<string, LiveClient>();
  #count = 0;

  constructor(engine: Engine, live: LiveEdge) {
    this.engine = engine;
    this.live = live;
  }

  async client(role: Role, id: string): Promise<LiveClient> {
    const known = this.#clients.get(id);
    if (known !== undefined) return known;
    const client = await this.live.connect(role, id);
    this.#clients.set(id, client);
    return client;
  }

  /** A contact of the gateway: assigned to the agent, or offered to it. Answers contact and offer. */
  async place(gatewayId: string, agentId: string, isAccepted: boolean): Promise<[contactId: string, offerId: string]> {
    const agent = await this.client('agent', agentId);
    await agent.ask('setPresence', { presence: 'AVAILABLE' });
    const contactId = this.fresh();
    // Of the two agents only this one can get it.
    const requires = [{ all: [{ skill: agentId === 'ana' ? 'billing' : 'sales' }] }];
    const contact = { id: contactId, channel: 'chat', requires } as never;
    await (await this.client('gateway', gatewayId)).ask('submit', { contact });
    for (;;) {
      const push = await agent.nextPush('offer');
      if (!('offer' in push) || push.offer.contact.id !== contactId) continue;
      if (isAccepted) await agent.ask('accept', { offerId: push.offer.id });
      return [contactId, push.offer.id];
    }
  }

  fresh(): string {
    return `c${++this.#count}`;
  }
}

/** Who asks, by role; the one that owns things in this test. */
const NAMES: Readonly<Record<Role, string>> = { gateway: 'web', agent: 'ana', supervisor: 'sue', admin: 'root' };

async function idsFor(site: Site, verb: Verb): Promise<Ids> {
  const isOfferVerb = verb === 'accept' || verb === 'decline';
  const [others, othersOffer] = await site.place('pbx', 'ben', !isOfferVerb);
  const [own, ownOffer] = await site.place('web', 'ana', !isOfferVerb);
  return { own, others, ownOffer, othersOffer, agentId: '', fresh: site.fresh() };
}

/** A customer with a profile. */
async function putKim(engine: Engine): Promise<void> {
  const profile = { name: '', segment: '', value: 0, owner: '', language: '', timeZone: '', version: 0 };
  await ask(engine, { type: 'putCustomer', actor: { role: 'admin', id: 'root' }, customer: { id: 'kim', ...profile } });
}

async function cellOf(client: LiveClient, verb: Verb, body: object): Promise<string> {
  const reply = await client.ask(verb, body as Partial<RequestBodies[Verb]>);
  if ('ok' in reply) return 'ok';
  return reply.error.reason === 'ROLE_MAY_NOT' ? '-' : reply.error.reason;
}

for (const verb of Object.keys(onOwn) as Verb[]) {
  t.test(`[WHO1, WHO2, WHO3, WHO4, WHO5] over the socket: ${verb}`, async (t) => {
    const engine = await startEngine(t);
    const site = new Site(engine, await startEdge(t, engine));
    for (const [index, role] of ROLES.entries()) {
      const client = await site.client(role, NAMES[role]);
      const ids = await idsFor(site, verb);
      await putKim(engine);
      const isAgent = role === 'agent';
      const named = { ...ids, agentId: isAgent ? '' : 'ana' };
      const own = verb === 'authenticate' ? { token: await tokenOf(role, NAMES[role]) } : (bodies[verb]?.(named) ?? {});
      t.equal(await cellOf(client, verb, own), onOwn[verb][index], `${role}: its own`);
      const row = onOthers[verb];
      if (row === undefined) continue;
      const others = { ...named, own: ids.others, ownOffer: ids.othersOffer, agentId: 'ben' };
      t.equal(await cellOf(client, verb, bodies[verb]?.(others) ?? {}), row[index], `${role}: somebody else's`);
    }
  });
}

/** Status for each role, and for what is somebody else's gateway's where that differs. */
const byRoute: Readonly<
  Record<string, { readonly own: readonly number[]; readonly others?: readonly number[]; readonly none: number }>
> = {
  submit: { own: [201, 403, 403, 201], none: 401 },
  list: { own: [200, 403, 200, 200], none: 401 },
  get: { own: [200, 403, 200, 200], others: [404, 403, 200, 200], none: 401 },
  explain: { own: [200, 404, 200, 200], others: [404, 404, 200, 200], none: 401 },
  // Nobody has answered it; an agent does not even hear of it.
  update: { own: [200, 404, 403, 200], others: [404, 404, 403, 200], none: 401 },
  cancel: { own: [200, 404, 200, 200], others: [404, 404, 200, 200], none: 401 },
  requeue: { own: [403, 404, 409, 409], none: 401 },
  transfer: { own: [403, 404, 200, 200], none: 401 },
  // Its queue makes no callbacks; nobody has answered it.
  callback: { own: [409, 403, 409, 409], others: [404, 403, 409, 409], none: 401 },
  retry: { own: [409, 404, 409, 409], others: [404, 404, 409, 409], none: 401 },
  consult: { own: [403, 404, 403, 403], none: 401 },
  putAgent: { own: [403, 403, 403, 200], none: 401 },
  getAgent: { own: [403, 403, 200, 200], none: 401 },
  removeAgent: { own: [403, 403, 403, 200], none: 401 },
  getAgents: { own: [403, 403, 200, 200], none: 401 },
  putCustomer: { own: [200, 403, 200, 200], none: 401 },
  getCustomer: { own: [200, 403, 200, 200], none: 401 },
  removeCustomer: { own: [200, 403, 200, 200], none: 401 },
  getQueues: { own: [403, 403, 200, 200], none: 401 },
  closeQueue: { own: [403, 403, 200, 200], none: 401 },
  openQueue: { own: [403, 403, 200, 200], none: 401 },
  getPolicy: { own: [403, 403, 403, 200], none: 401 },
  putPolicy: { own: [403, 403, 403, 200], none: 401 },
  getMetrics: { own: [403, 403, 200, 200], none: 401 },
  getOpenapi: { own: [403, 403, 200, 200], none: 401 },
  getDocs: { own: [403, 403, 200, 200], none: 401 },
  getHealth: { own: [200, 200, 200, 200], none: 200 },
  getReadiness: { own: [200, 200, 200, 200], none: 200 },
};

const ID_OF_PATH = [
  ['queues', 'billing'],
  ['customers', 'kim'],
] as const;

t.test('[WHO1, WHO3, WHO4, WHO5] over HTTP: every route', async (t) => {
  const engine = await startEngine(t);
  const live = await startEdge(t, engine);
  const site = new Site(engine, live);
  const { policy } = await new Promise<{ policy: { source: string } }>((resolve) =>
    engine.query({ type: 'policy' }, (reply) => resolve(('ok' in reply ? reply.ok : {}) as never)),
  );
  t.same(routes.map(({ operation }) => operation).sort(), Object.keys(byRoute).sort(), 'each route has its row');
  for (const { operation, method, path } of routes) {
    const row = byRoute[operation];
    for (const [index, role] of [...ROLES, undefined].entries()) {
      for (const [gatewayId, status] of [
        ['web', row?.own[index]],
        ['pbx', row?.others?.[index]],
      ] as const) {
        const expected = role === undefined ? row?.none : status;
        if (expected === undefined) continue;
        const contactId = site.fresh();
        const contact = { id: contactId, channel: 'chat' } as never;
        await ask(engine, {
          type: 'submit',
          actor: { role: 'gateway', id: gatewayId },
          contact: { ...EMPTY, ...(contact as object) },
        });
        const agent = { id: 'cid', name: '', skills: {}, capacity: 100, limits: {}, version: 0 };
        await ask(engine, { type: 'putAgent', actor: { role: 'admin', id: 'root' }, agent });
        await putKim(engine);
        const sent: Readonly<Record<string, [type: string, body: string]>> = {
          submit: ['application/json', JSON.stringify({ contact: { id: site.fresh(), channel: 'chat' } })],
          update: ['application/json', '{"set":{"tier":1}}'],
          requeue: ['application/json', '{}'],
          transfer: ['application/json', '{"to":{"queue":"billing"}}'],
          callback: ['application/json', '{}'],
          retry: ['application/json', '{"disposition":{"outcome":"busy"}}'],
          consult: ['application/json', '{"consultId":"k1","to":{"queue":"billing"}}'],
          putAgent: ['application/json', '{"name":"Cid"}'],
          putCustomer: ['application/json', '{"name":"Kim"}'],
          closeQueue: ['application/json', '{"reason":"drill"}'],
          putPolicy: ['text/yaml', policy.source],
        };
        const [type, body] = sent[operation] ?? [];
        const id = path.includes('contacts')
          ? contactId
          : (ID_OF_PATH.find(([part]) => path.includes(part))?.[1] ?? 'cid');
        const response = await live.fetch(path.replace('{id}', id), {
          method,
          // Not as a local peer, who needs no token for some.
          headers: { via: '1.1 proxy', ...(type === undefined ? {} : { 'content-type': type }) },
          ...(role === undefined ? {} : { role, id: NAMES[role] }),
          ...(body === undefined ? {} : { body }),
        });
        t.equal(response.status, expected, `${method} ${path} as ${role ?? 'nobody'}, contact of ${gatewayId}`);
        await response.body?.cancel();
      }
    }
  }
});

const EMPTY = {
  direction: 'INBOUND',
  customerId: '',
  journeyId: '',
  intent: '',
  language: '',
  queue: '',
  requires: [],
  prefers: [],
  segment: '',
  value: 0,
  tier: 0,
  headStartMs: 0,
  preferredAgents: [],
  attributes: '',
  version: 0,
  id: '',
  channel: '',
} as const;

t.test('a route that does what a verb does takes the roles that the verb takes', async (t) => {
  const shared = routes.filter(({ operation }) => operation in rolesByVerb);
  t.same(
    shared.map(({ operation }) => operation),
    [
      'submit',
      'list',
      'get',
      'explain',
      'update',
      'cancel',
      'requeue',
      'transfer',
      'consult',
      'callback',
      'retry',
      'putCustomer',
      'getCustomer',
      'removeCustomer',
    ],
  );
  for (const { operation, access } of shared) {
    t.same(access.kind === 'token' && access.roles, rolesByVerb[operation as Verb], operation);
  }
});
