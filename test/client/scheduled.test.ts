// A scheduled contact through the clients and a real router, in both sub-protocols, over a restart in between.
import { filter, firstValueFrom } from 'rxjs';
import t from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { Contact } from '../../src/client/contact.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { RealRouter } from './real-router.ts';

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[SCH1, SCH3, SCH5] ${subProtocol}: promised, kept, and cancelled`, async (t) => {
    const directory = t.testdir();
    const before = await RealRouter.start(directory);
    await before.putAgent('ana', {});
    const submitter = new GatewayClient({ url: before.url, token: await before.token('gateway', 'web'), subProtocol });
    await submitter.connect();
    const dueAt = Date.now() + 1500;
    const promised = await submitter.submit({ id: 'c1', channel: 'chat', direction: 'OUTBOUND', dueAt });
    t.match(promised, { state: 'SCHEDULED', dueAt, queue: 'general', enqueuedAt: 0, direction: 'OUTBOUND' });
    const later = await submitter.submit({ id: 'c2', channel: 'chat', dueAt: Date.now() + 86_400_000 });
    t.equal(later.state, 'SCHEDULED');
    t.match(await submitter.cancel('c2', 'CANCELLED'), { state: 'CANCELLED', dueAt: later.dueAt });
    t.match(await submitter.get('c2'), { state: 'CANCELLED', dueAt: later.dueAt });
    await t.rejects(submitter.submit({ id: 'c3', channel: 'chat', dueAt: Date.now() + 400 * 86_400_000 }), {
      reason: 'INVALID_FIELD',
      code: 'INVALID_ARGUMENT',
      path: /dueAt$/,
    });
    submitter.close();
    await before.stop();

    const router = await RealRouter.start(directory);
    t.teardown(() => router.stop());
    const gateway = new GatewayClient({ url: router.url, token: await router.token('gateway', 'web'), subProtocol });
    const agent = new AgentClient({ url: router.url, token: await router.token('agent', 'ana'), subProtocol });
    await Promise.all([gateway.connect(), agent.connect()]);
    const offered = firstValueFrom(agent.offers$.pipe(filter(({ contact }) => contact.id === 'c1')));
    await agent.setPresence('AVAILABLE');
    const { contact, id } = await offered;
    t.ok(Date.now() >= dueAt - 50, 'not before its time');
    t.match(contact, { dueAt, state: 'OFFERED' });
    t.ok(contact.enqueuedAt >= dueAt && contact.agedFrom === contact.enqueuedAt);
    const answered: Contact = await agent.accept(id);
    t.equal(answered.state, 'ASSIGNED');
    await agent.complete('c1');
    gateway.close();
    agent.close();
  });
}
