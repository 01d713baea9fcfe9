// A customer who hangs up and is called, through the clients and a real router, in both sub-protocols, over a restart in between.
import { filter, firstValueFrom } from 'rxjs';
import t from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { ClientOptions } from '../../src/client/client.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { RealRouter } from './real-router.ts';

const POLICY = `
channels: { voice: {} }
queues:
  plain: { when: { intent: plain } }
  service: { callback: { within: 1h, attempts: 2, spacing: 1s } }
`;

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[RLX11, CBK1, EST3] ${subProtocol}: offered with the estimate, and taken`, async (t) => {
    const policy = `
channels: { voice: {} }
estimate: { answers: 1 }
queues:
  service:
    callback: {}
    relax: [{ after: 300ms, offerCallback: true }]
`;
    const router = await RealRouter.start(t.testdir(), policy);
    t.teardown(() => router.stop());
    await router.putAgent('ana', {});
    const token = await router.token('gateway', 'web');
    const gateway = new GatewayClient({ url: router.url, token, subProtocol });
    const agent = new AgentClient({ url: router.url, token: await router.token('agent', 'ana'), subProtocol });
    await Promise.all([gateway.connect(), agent.connect()]);
    await gateway.subscribe();
    // One who waits a moment and is answered: from then on there is an estimate.
    await gateway.submit({ id: 'c0', channel: 'voice' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const first = firstValueFrom(agent.offers$);
    await agent.setPresence('AVAILABLE');
    await agent.accept((await first).id);
    const told = firstValueFrom(gateway.contacts$.pipe(filter(({ callbackOffered }) => callbackOffered === true)));
    await gateway.submit({ id: 'c1', channel: 'voice' });
    const offered = await told;
    t.match(offered, { id: 'c1', state: 'QUEUED', position: 1, relaxedSteps: 1 });
    t.ok((offered.estimatedWaitMs ?? 0) >= 50, `${offered.estimatedWaitMs}`);
    const called = await gateway.callback('c1');
    t.match(called, { direction: 'OUTBOUND', relaxedSteps: 1 });
    t.equal(called.callbackOffered, undefined);
    gateway.close();
    agent.close();
  });
}

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[DNC1, DNC2, DNC7] ${subProtocol}: not at night`, async (t) => {
    // Between eight and nine in the morning somewhere; nobody calls before noon there.
    const hour = new Date().getUTCHours();
    const zoneAt = (wanted: number): string => {
      const east = ((((wanted - hour) % 24) + 36) % 24) - 12;
      return `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
    };
    const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => `${day}: 12:00-20:00`).join(', ');
    const policy = `
channels: { voice: {} }
calendars: { decent: { timeZone: UTC, weekly: { ${week} } } }
queues: { calls: { contactHours: decent } }
`;
    const directory = t.testdir();
    const before = await RealRouter.start(directory, policy);
    const token = await before.token('gateway', 'web');
    const gateway = new GatewayClient({ url: before.url, token, subProtocol });
    await gateway.connect();
    const call = { channel: 'voice', direction: 'OUTBOUND' } as const;
    const [morning, afternoon] = [zoneAt(8), zoneAt(15)];
    const early = await gateway.submit({ id: 'c1', ...call, timeZone: morning });
    t.match(early, { state: 'SCHEDULED', timeZone: morning });
    t.ok(early.dueAt > Date.now() + 2 * 3_600_000 && early.dueAt < Date.now() + 5 * 3_600_000);
    t.match(await gateway.submit({ id: 'c2', ...call, timeZone: afternoon }), { state: 'QUEUED' });
    await t.rejects(gateway.submit({ id: 'c3', ...call, timeZone: 'Mars' }), {
      reason: 'INVALID_FIELD',
      code: 'INVALID_ARGUMENT',
      path: /contact\.timeZone$/,
    });
    gateway.close();
    await before.stop();
    const router = await RealRouter.start(directory, policy);
    t.teardown(() => router.stop());
    const again = new GatewayClient({ url: router.url, token: await router.token('gateway', 'web'), subProtocol });
    await again.connect();
    t.match(await again.get('c1'), { state: 'SCHEDULED', dueAt: early.dueAt, timeZone: morning });
    t.match(await again.submit({ id: 'c1', ...call, timeZone: morning }), { version: early.version }, 'asked again');
    again.close();
  });
}

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[CBK1, CBK2, ATT1, ATT2] ${subProtocol}: hung up, called, not reached, called again`, async (t) => {
    const directory = t.testdir();
    const optionsOf = async (router: RealRouter, role: 'gateway' | 'agent', id: string): Promise<ClientOptions> => ({
      url: router.url,
      token: await router.token(role, id),
      subProtocol,
    });
    const before = await RealRouter.start(directory, POLICY);
    await before.putAgent('ana', {});
    const submitter = new GatewayClient(await optionsOf(before, 'gateway', 'web'));
    await submitter.connect();
    const { agedFrom } = await submitter.submit({ id: 'c1', channel: 'voice' });
    await submitter.submit({ id: 'c2', channel: 'voice', intent: 'plain' });
    const called = await submitter.callback('c1');
    t.match(called, { state: 'QUEUED', direction: 'OUTBOUND', agedFrom });
    t.ok(called.callbackAt >= agedFrom);
    t.match(await submitter.callback('c1'), { version: called.version }, 'asked again');
    await t.rejects(submitter.callback('c2'), { reason: 'NO_CALLBACK', code: 'FAILED_PRECONDITION' });
    await submitter.cancel('c2');
    submitter.close();
    await before.stop();

    const router = await RealRouter.start(directory, POLICY);
    t.teardown(() => router.stop());
    const gateway = new GatewayClient(await optionsOf(router, 'gateway', 'web'));
    const agent = new AgentClient(await optionsOf(router, 'agent', 'ana'));
    await Promise.all([gateway.connect(), agent.connect()]);
    await gateway.subscribe();
    const first = firstValueFrom(agent.offers$);
    await agent.setPresence('AVAILABLE');
    const offer = await first;
    t.match(offer.contact, { id: 'c1', direction: 'OUTBOUND', callbackAt: called.callbackAt, agedFrom });
    await agent.accept(offer.id);
    const again = firstValueFrom(agent.offers$.pipe(filter(({ id }) => id !== offer.id)));
    const told = firstValueFrom(gateway.contacts$.pipe(filter(({ state }) => state === 'SCHEDULED')));
    const scheduled = await agent.retry('c1', { disposition: { outcome: 'no answer' } });
    t.match(scheduled, { state: 'SCHEDULED', attempts: 1, disposition: { outcome: 'no answer' } });
    t.match(await told, { id: 'c1', attempts: 1, dueAt: scheduled.dueAt });
    const second = await again;
    t.ok(Date.now() >= scheduled.dueAt - 50, 'not before its time');
    await agent.accept(second.id);
    t.match(await gateway.retry('c1'), { state: 'EXPIRED', attempts: 2, agentId: 'ana' });
    t.match(await gateway.get('c1'), { state: 'EXPIRED', attempts: 2, callbackAt: called.callbackAt });
    gateway.close();
    agent.close();
  });
}
