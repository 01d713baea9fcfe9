// Offers that the router accepts itself, contacts that agents take and supervisors give: over real sockets, in both sub-protocols.
import { filter, firstValueFrom, type Observable } from 'rxjs';
import t, { type Test } from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { ClientOptions } from '../../src/client/client.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { SupervisorClient } from '../../src/client/supervisor-client.ts';
import { RealRouter } from './real-router.ts';

const POLICY = `
channels:
  voice: { cost: 50, limit: 2 }
  bot: { cost: 1, limit: 9, offer: { autoAccept: true } }
queues: { general: {} }
presence: { declineReasons: { lunch: { coolDown: 1h } }, offersPerMinute: 500 }
agents: { cid: { mayPull: true } }
`;

function first<T>(stream$: Observable<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return firstValueFrom(stream$.pipe(filter(fits)));
}

interface World {
  readonly router: RealRouter;
  readonly gateway: GatewayClient;
  readonly ana: AgentClient;
  readonly ben: AgentClient;
  readonly boss: SupervisorClient;
}

async function autoAccepted(t: Test, { gateway, ana }: World): Promise<void> {
  const offered = first(ana.offers$);
  const told = first(ana.contacts$);
  const submitted = await gateway.submit({ id: 'b1', channel: 'bot' });
  t.match(submitted, { state: 'ASSIGNED', agentId: 'ana' });
  const offer = await offered;
  t.match(offer, { autoAccepted: true, contact: { id: 'b1', state: 'ASSIGNED' } });
  t.match(await told, { id: 'b1', state: 'ASSIGNED' });
  t.match(await ana.accept(offer.id), { id: 'b1', state: 'ASSIGNED' }, 'to accept it again does no harm');
  await ana.complete('b1');
}

async function declined(t: Test, { gateway, ana }: World): Promise<void> {
  const offered = first(ana.offers$);
  await gateway.submit({ id: 'v1', channel: 'voice' });
  const offer = await offered;
  t.equal(offer.autoAccepted, false);
  t.match(await ana.decline(offer.id, { reason: 'lunch' }), { id: 'v1', state: 'QUEUED' });
}

async function pulled(t: Test, { gateway, ana, ben }: World): Promise<void> {
  await ana.setPresence('BUSY');
  await gateway.submit({ id: 'v2', channel: 'voice' });
  await gateway.submit({ id: 'v3', channel: 'voice', tier: 1 });
  const page = await ben.listWaiting({ limit: 2 });
  t.same(
    page.contacts.map(({ id }) => id),
    ['v3', 'v1'],
  );
  t.equal(page.next, 'v1');
  const { contacts, next } = await ben.listWaiting({ afterId: page.next });
  t.same([contacts.map(({ id }) => id), next], [['v2'], '']);
  t.match(await ben.pull('v3'), { id: 'v3', state: 'ASSIGNED', agentId: 'ben' });
  t.match(await ben.pull('v3'), { id: 'v3', state: 'ASSIGNED' });
  await t.rejects(ana.listWaiting(), { code: 'PERMISSION_DENIED', reason: 'PULL_NOT_ALLOWED' });
  await t.rejects(ana.pull('v1'), { reason: 'PULL_NOT_ALLOWED', code: 'PERMISSION_DENIED' });
  await ben.pull('v1');
  await t.rejects(ben.pull('v2'), { reason: 'NOT_ELIGIBLE', message: /no room/ });
  t.match(await ben.complete('v3'), { state: 'COMPLETED' });
}

async function assigned(t: Test, { boss, ana }: World): Promise<void> {
  const told = first(ana.contacts$);
  t.match(await boss.assign('v2', 'ana'), { id: 'v2', state: 'ASSIGNED', agentId: 'ana' });
  t.match(await told, { id: 'v2', state: 'ASSIGNED' });
  await t.rejects(boss.assign('v2', 'ben'), { code: 'FAILED_PRECONDITION', reason: 'CONTACT_ANSWERED' });
  await t.rejects(boss.assign('v2', 'nobody'), { code: 'NOT_FOUND', reason: 'NO_SUCH_AGENT' });
  t.match(await ana.end('v2'), { state: 'COMPLETED' });
}

async function overHttp(t: Test, { gateway, router }: World): Promise<void> {
  await gateway.submit({ id: 'v4', channel: 'voice' });
  const headers = { authorization: `Bearer ${await router.token('agent', 'ben')}` };
  const response = await fetch(`${router.url}/v1/contacts`, { headers });
  t.match(await response.json(), { contacts: [{ id: 'v4', state: 'QUEUED' }] });
}

const PARTS: Readonly<Record<string, (t: Test, world: World) => Promise<void>>> = {
  '[OFF14] an offer that the router accepts itself': autoAccepted,
  '[OFF15] a decline with a reason': declined,
  '[PULL1, PULL2, PULL5] an agent looks for work and takes it': pulled,
  '[PULL6, PULL8] a supervisor gives a contact to an agent': assigned,
  '[PULL1] over HTTP an agent sees what it may take': overHttp,
};

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`over ${subProtocol}`, async (t) => {
    const router = await RealRouter.start(t.testdir(), POLICY);
    t.teardown(() => router.stop());
    await router.putAgent('ana', {});
    await router.putAgent('ben', {}, { mayPull: true });
    const options = async (role: 'gateway' | 'agent' | 'supervisor', id: string): Promise<ClientOptions> => {
      return { url: router.url, token: await router.token(role, id), subProtocol };
    };
    const gateway = new GatewayClient(await options('gateway', 'web'));
    const ana = new AgentClient(await options('agent', 'ana'));
    const ben = new AgentClient(await options('agent', 'ben'));
    const boss = new SupervisorClient(await options('supervisor', 'sue'));
    for (const client of [gateway, ana, ben, boss]) await client.connect();
    t.teardown(() => {
      for (const client of [gateway, ana, ben, boss]) client.close();
    });
    await ana.setPresence('AVAILABLE');
    t.match(await ben.setPresence('BUSY'), { mayPull: true });

    const world = { router, gateway, ana, ben, boss };
    for (const [part, run] of Object.entries(PARTS)) await t.test(part, (t) => run(t, world));
  });
}
