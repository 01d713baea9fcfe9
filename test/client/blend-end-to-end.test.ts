// Blending over real sockets, in both sub-protocols: a call beside an e-mail, and BUSY after this one.
import { filter, firstValueFrom, type Observable } from 'rxjs';
import t from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { Offer } from '../../src/client/contact.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { SupervisorClient } from '../../src/client/supervisor-client.ts';
import { RealRouter } from './real-router.ts';

function first<T>(stream$: Observable<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return firstValueFrom(stream$.pipe(filter(fits)));
}

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[BLD1, BLD5, PRES4, PRES7, PRES8] an agent's day on ${subProtocol}`, async (t) => {
    const router = await RealRouter.start(t.testdir());
    t.teardown(() => router.stop());
    await router.putAgent('ana', {});
    const { url } = router;
    const gateway = new GatewayClient({ url, subProtocol, token: await router.token('gateway', 'web') });
    const agent = new AgentClient({ url, subProtocol, token: await router.token('agent', 'ana') });
    const boss = new SupervisorClient({ url, subProtocol, token: await router.token('supervisor', 'boss') });
    await Promise.all([gateway.connect(), agent.connect(), boss.connect()]);
    await agent.setPresence('AVAILABLE');
    const offered = (id: string): Promise<Offer> => first(agent.offers$, ({ contact }) => contact.id === id);

    const mail = offered('mail-1');
    await gateway.submit({ id: 'mail-1', channel: 'email', queue: 'general' });
    await agent.accept((await mail).id);
    const call = offered('call-1');
    await gateway.submit({ id: 'call-1', channel: 'voice', queue: 'general' });
    await agent.accept((await call).id);

    const draining = await agent.busyAfterThis('lunch');
    t.match(draining, {
      presence: 'DRAINING',
      next: 'BUSY',
      nextReason: 'lunch',
      load: 200,
      contacts: ['mail-1', 'call-1'],
    });
    await gateway.submit({ id: 'call-2', channel: 'voice', queue: 'general' });
    await agent.complete('mail-1');
    const busy = first(agent.agent$, ({ presence }) => presence === 'BUSY');
    await agent.complete('call-1');
    const told = await busy;
    t.match(told, { presence: 'BUSY', reason: 'lunch', load: 0 });
    t.notOk('next' in told, 'nothing is next any more');
    t.match(await gateway.get('call-2'), { state: 'QUEUED' });

    const back = offered('call-2');
    await agent.setPresence('AVAILABLE');
    await back;
    t.match(await boss.setPresence('ana', 'DRAINING', { next: 'BUSY', reason: 'meeting' }), { nextReason: 'meeting' });
    await t.rejects(agent.setPresence('AVAILABLE', { next: 'BUSY' }), {
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_FIELD',
      path: 'setPresence.next',
    });
    for (const client of [gateway, agent, boss]) client.close();
  });
}
