// Relaxation end to end: a policy put over HTTP, a gateway and agents over real sockets, and time that really passes.
import { filter, firstValueFrom } from 'rxjs';
import t from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { ClientOptions } from '../../src/client/client.ts';
import type { Contact } from '../../src/client/contact.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { RealRouter } from './real-router.ts';

const POLICY = `
channels: { voice: {} }
segments:
  gold: { requires: [{ without: [trainee] }] }
queues:
  billing:
    when: { intent: "billing.*" }
    requires: [{ all: [{ skill: billing, level: 5 }] }]
    relax:
      - { after: 200ms, requires: [{ all: [{ skill: billing, level: 2 }] }] }
      - { after: 400ms, if: { agentsAvailable: 0 }, overflowTo: general }
  general: {}
`;

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[RLX1, RLX4, REQ1] over real sockets, ${subProtocol}`, async (t) => {
    const router = await RealRouter.start(t.testdir());
    t.teardown(() => router.stop());
    const put = await fetch(`${router.url}/v1/policy`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await router.token('admin', 'root')}`, 'content-type': 'application/yaml' },
      body: POLICY,
    });
    t.ok(put.ok, await put.text());
    await router.putAgent('tim', { billing: 9, trainee: 1 });
    await router.putAgent('ben', { billing: 3 });
    const options = async (role: 'gateway' | 'agent', id: string): Promise<ClientOptions> => ({
      url: router.url,
      token: await router.token(role, id),
      subProtocol,
    });
    const gateway = new GatewayClient(await options('gateway', 'gateway-1'));
    const [tim, ben] = [new AgentClient(await options('agent', 'tim')), new AgentClient(await options('agent', 'ben'))];
    await Promise.all([gateway.connect(), tim.connect(), ben.connect()]);
    await gateway.subscribe();
    await Promise.all([tim.setPresence('AVAILABLE'), ben.setPresence('AVAILABLE')]);
    const told = (fits: (contact: Contact) => boolean): Promise<Contact> =>
      firstValueFrom(gateway.contacts$.pipe(filter(fits)));

    const offered = firstValueFrom(ben.offers$);
    const gold = { id: 'gold-1', channel: 'voice', segment: 'gold', intent: 'billing.due' };
    t.match(
      await gateway.submit(gold),
      { state: 'QUEUED', queue: 'billing' },
      'tim is a trainee, ben knows too little',
    );
    const offer = await offered;
    t.match(offer.contact, { id: 'gold-1', relaxedSteps: 1, agentId: 'ben' });
    await ben.accept(offer.id);
    t.match(await gateway.get('gold-1'), { state: 'ASSIGNED', relaxedSteps: 1 });

    await tim.setPresence('BUSY', { reason: 'lunch' });
    const moved = told(({ id, queue }) => id === 'gold-2' && queue === 'general');
    t.match(await gateway.submit({ ...gold, id: 'gold-2', intent: 'billing.late' }), { queue: 'billing' });
    const contact = await moved;
    t.match(contact, { state: 'QUEUED', agedFrom: contact.submittedAt });
    t.ok(contact.enqueuedAt >= contact.submittedAt + 400);
    t.notOk(Object.hasOwn(contact, 'relaxedSteps'));
    for (const client of [gateway, tim, ben]) client.close();
  });
}
