// Profiles of customers over real sockets, in both sub-protocols: what a contact takes from its customer's, and its owner.
import { filter, firstValueFrom } from 'rxjs';
import t from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { SupervisorClient } from '../../src/client/supervisor-client.ts';
import { RealRouter } from './real-router.ts';

const POLICY = `
channels: { voice: {} }
segments: { platinum: { headStart: 2m } }
queues:
  advice: { when: { segment: platinum, language: es }, preferOwner: true, preferredFor: 1m }
  rest: {}
`;

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[CUS1, CUS2, CUS4, CUS6, AFF9] a customer with a profile, on ${subProtocol}`, async (t) => {
    const directory = t.testdir();
    const before = await RealRouter.start(directory, POLICY);
    await before.putAgent('ana', {});
    await before.putAgent('ben', {});
    const token = await before.token('supervisor', 'boss');
    const boss = new SupervisorClient({ url: before.url, subProtocol, token });
    await boss.connect();
    const profile = { name: 'Kim', segment: 'platinum', value: 12.5, owner: 'ana', language: 'es' };
    t.match(await boss.putCustomer({ id: '+49 30 1', ...profile }), { ...profile, timeZone: '', version: 1 });
    await t.rejects(boss.putCustomer({ id: '+49 30 1', version: 7 }), {
      code: 'FAILED_PRECONDITION',
      reason: 'VERSION_MISMATCH',
    });
    t.match(await boss.putCustomer({ id: 'lee' }), { version: 1 });
    t.match(await boss.removeCustomer('lee'), { id: 'lee' });
    boss.close();
    await before.stop();

    const router = await RealRouter.start(directory, POLICY);
    t.teardown(() => router.stop());
    const { url } = router;
    const gateway = new GatewayClient({ url, subProtocol, token: await router.token('gateway', 'web') });
    const ana = new AgentClient({ url, subProtocol, token: await router.token('agent', 'ana') });
    const ben = new AgentClient({ url, subProtocol, token: await router.token('agent', 'ben') });
    await Promise.all([gateway.connect(), ana.connect(), ben.connect()]);
    t.match(await gateway.getCustomer('+49 30 1'), { ...profile, version: 1 }, 'it lasts over a restart');
    await t.rejects(gateway.getCustomer('lee'), { code: 'NOT_FOUND', reason: 'NO_SUCH_CUSTOMER' });

    await ana.setPresence('BUSY');
    await ben.setPresence('AVAILABLE');
    const contact = await gateway.submit({ id: 'call-1', channel: 'voice', customerId: '+49 30 1' });
    const { name: _, owner, ...taken } = profile;
    t.match(contact, { ...taken, queue: 'advice', state: 'QUEUED', preferredAgents: [owner] }, 'held for its owner');
    const offered = firstValueFrom(ana.offers$.pipe(filter((offer) => offer.contact.id === 'call-1')));
    await ana.setPresence('AVAILABLE');
    await ana.accept((await offered).id);
    t.match(await gateway.putCustomer({ id: '+49 30 1', name: 'Kim' }), { segment: '', version: 2 });
    const plain = await gateway.submit({ id: 'call-2', channel: 'voice', customerId: '+49 30 1' });
    t.match(plain, { queue: 'rest', segment: 'default', state: 'OFFERED', agentId: 'ben' });
    t.match(await gateway.removeCustomer('+49 30 1'), { name: 'Kim', version: 2 });
    for (const client of [gateway, ana, ben]) client.close();
  });
}
