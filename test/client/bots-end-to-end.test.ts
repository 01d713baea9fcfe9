// Bots first, over real sockets: what a bot asked is not asked again, and a bot has hundreds of contacts at once.
import { filter, firstValueFrom, type Observable } from 'rxjs';
import t, { type Test } from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import type { Contact } from '../../src/client/contact.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { RealRouter } from './real-router.ts';

const POLICY = `
channels:
  ivr: { cost: 1, limit: 1 }
queues:
  ivr:
    when: { channel: ivr }
    first: bot
    firstFor: 1h
agents:
  bot-1: { name: Assistant, skills: { bot: 1 }, capacity: 500, limits: { ivr: 500 } }
  ana:   { name: Ana, skills: { billing: 7 } }
`;
const COUNT = 200;

function first<T>(stream$: Observable<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return firstValueFrom(stream$.pipe(filter(fits)));
}

/** A router, its gateway, a bot and a person, both at work. */
async function start(t: Test, subProtocol: 'json' | 'proto') {
  const router = await RealRouter.start(t.testdir(), POLICY, { agentBurst: '1000' });
  const optionsOf = async (role: 'gateway' | 'agent', id: string) => {
    return { url: router.url, token: await router.token(role, id), subProtocol };
  };
  const gateway = new GatewayClient(await optionsOf('gateway', 'gateway-1'));
  const bot = new AgentClient(await optionsOf('agent', 'bot-1'));
  const ana = new AgentClient(await optionsOf('agent', 'ana'));
  await Promise.all([gateway.connect(), bot.connect(), ana.connect()]);
  await Promise.all([bot.setPresence('AVAILABLE'), ana.setPresence('AVAILABLE')]);
  t.teardown(async () => {
    for (const client of [gateway, bot, ana]) client.close();
    await router.stop();
  });
  const metrics = async (): Promise<string> => await (await fetch(`${router.url}/metrics`)).text();
  return { gateway, bot, ana, metrics };
}

for (const subProtocol of ['json', 'proto'] as const) {
  t.test(`[BOT1, BOT5, BOT8, BOT9] nothing is asked twice: ${subProtocol}`, async (t) => {
    const { gateway, bot, ana, metrics } = await start(t, subProtocol);
    const toBot = first(bot.offers$);
    const toAna = first(ana.offers$);
    await gateway.submit({ id: 'c1', channel: 'ivr', journeyId: 'j1', attributes: { line: 7 } });
    const offered = await toBot;
    t.match(offered.contact, { id: 'c1', queue: 'ivr', journeyId: 'j1', attributes: { line: 7 } });
    await t.rejects(bot.update('c1', { intent: 'early' }), {
      code: 'FAILED_PRECONDITION',
      reason: 'CONTACT_NOT_ANSWERED',
    });
    await bot.accept(offered.id);
    const asked = { account: 'A-17', verified: true };
    t.match(await bot.update('c1', { intent: 'billing.due', attributes: asked }), {
      attributes: { ...asked, line: 7 },
    });
    await t.rejects(bot.update('c1', { tier: 9 } as never), {
      code: 'FAILED_PRECONDITION',
      reason: 'CONTACT_ANSWERED',
      path: 'update.set.tier',
    });
    await t.rejects(ana.update('c1', { intent: 'hers' }), { code: 'NOT_FOUND', reason: 'NO_SUCH_CONTACT' });
    t.match(await bot.requeue('c1'), { handedOverBy: 'bot-1' });

    const { id, contact } = await toAna;
    t.match(contact, {
      id: 'c1',
      journeyId: 'j1',
      intent: 'billing.due',
      attributes: { ...asked, line: 7 },
      handedOverBy: 'bot-1',
      submittedAt: offered.contact.submittedAt,
      agedFrom: Number,
    });
    await ana.accept(id);
    t.match(await ana.complete('c1'), { state: 'COMPLETED', handedOverBy: 'bot-1' });
    t.match(await gateway.get('c1'), { state: 'COMPLETED', handedOverBy: 'bot-1', attributes: asked });

    const again = first(bot.offers$);
    await gateway.submit({ id: 'c2', channel: 'ivr' });
    await bot.accept((await again).id);
    const done: Contact = await bot.complete('c2');
    t.notOk('handedOverBy' in done && done.handedOverBy);
    const text = await metrics();
    t.match(text, /^cordboard_self_service_total\{queue="ivr",outcome="contained"\} 1$/m);
    t.match(text, /^cordboard_self_service_total\{queue="ivr",outcome="handed_over"\} 1$/m);
  });
}

t.test(`[BOT1] a bot has ${COUNT} contacts at once`, async (t) => {
  const { gateway, bot } = await start(t, 'json');
  const held: Promise<Contact>[] = [];
  const all = new Promise<void>((resolve) => {
    bot.offers$.subscribe(({ id }) => {
      if (held.push(bot.accept(id)) === COUNT) resolve();
    });
  });
  for (let index = 0; index < COUNT; index++) await gateway.submit({ id: `many-${index}`, channel: 'ivr' });
  await all;
  const contacts = await Promise.all(held);
  t.equal(contacts.filter(({ state, agentId }) => state === 'ASSIGNED' && agentId === 'bot-1').length, COUNT);
  await bot.setPresence('BUSY', { reason: 'full' });
  const { contacts: page } = await gateway.list({ open: true, limit: 500 });
  t.equal(page.filter(({ state }) => state === 'ASSIGNED').length, COUNT, 'all of them stay');
  for (const { id } of contacts) await bot.complete(id);
  t.match(await gateway.list({ open: true }), { contacts: [] });
});
