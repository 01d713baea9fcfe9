// Clients while their router goes and comes back: on its own journal, and on one that has never heard of them.
import { filter, firstValueFrom, type Observable } from 'rxjs';
import t, { type Test } from 'tap';
import { AgentClient } from '../../src/client/agent-client.ts';
import { GatewayClient } from '../../src/client/gateway-client.ts';
import { Cable, RealRouter } from './real-router.ts';

const BACKOFF = { baseMs: 20, maxMs: 100 };

function first<T>(stream$: Observable<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return firstValueFrom(stream$.pipe(filter(fits)));
}

/** A router that can go and come back behind one address; tokens are asked for anew on every connection. */
class Place {
  readonly #test: Test;
  readonly cable: Cable;
  router: RealRouter;

  private constructor(test: Test, router: RealRouter, cable: Cable) {
    this.#test = test;
    this.router = router;
    this.cable = cable;
  }

  static async open(t: Test, directory: string): Promise<Place> {
    const router = await RealRouter.start(directory);
    await router.putAgent('ana', { billing: 5 });
    const place = new Place(t, router, await Cable.to(router.url));
    t.teardown(async () => {
      await place.router.stop();
      await place.cable.close();
    });
    return place;
  }

  /** Stops the router as a signal would, and starts one on the directory. */
  async restart(directory: string): Promise<void> {
    await this.router.stop();
    this.#test.pass('the router has stopped');
    this.router = await RealRouter.start(directory);
    this.cable.leadTo(this.router.url);
  }

  gateway(): GatewayClient {
    const token = (): Promise<string> => this.router.token('gateway', 'gateway-1');
    return new GatewayClient({ url: this.cable.url, token, backoff: BACKOFF });
  }

  agent(): AgentClient {
    const token = (): Promise<string> => this.router.token('agent', 'ana');
    return new AgentClient({ url: this.cable.url, token, backoff: BACKOFF, subProtocol: 'proto' });
  }
}

t.test('on its own journal: everything goes on [RST1, OUT5, EDGE7]', async (t) => {
  const directory = t.testdir();
  const place = await Place.open(t, directory);
  const gateway = place.gateway();
  const agent = place.agent();
  await Promise.all([gateway.connect(), agent.connect()]);
  await gateway.subscribe();
  await agent.setPresence('AVAILABLE');
  const held = first(agent.offers$, ({ contact }) => contact.id === 'held');
  await gateway.submit({ id: 'held', channel: 'chat', intent: 'billing.q' });
  await agent.accept((await held).id);
  const offered = first(agent.offers$, ({ contact }) => contact.id === 'offered');
  await gateway.submit({ id: 'offered', channel: 'chat', intent: 'billing.q' });
  const offer = await offered;

  const closed: number[] = [];
  gateway.state$.subscribe((state) => {
    if (state.phase === 'waiting') closed.push(state.because.code);
  });
  const back = first(agent.welcome$);
  const revoked = first(agent.revoked$);
  const offeredAgain = first(agent.offers$, ({ contact }) => contact.id === 'offered');
  await place.restart(directory);
  t.match(await back, { agent: { presence: 'AVAILABLE' }, contacts: [{ id: 'held', state: 'ASSIGNED' }] });
  t.match(await revoked, { offerId: offer.id, reason: 'CONNECTION_LOST' });
  t.equal(closed[0], 1001);
  const again = await offeredAgain;
  t.not(again.id, offer.id);
  const done = first(gateway.contacts$, ({ id, state }) => id === 'offered' && state === 'COMPLETED');
  await agent.accept(again.id);
  await agent.complete('offered');
  await done;
  t.match(await agent.complete('held'), { state: 'COMPLETED' });
  agent.close();
  gateway.close();
});

t.test('on another journal: the gateway is told that it missed something [OUT5]', async (t) => {
  const directory = t.testdir({ old: {}, new: {} });
  const place = await Place.open(t, `${directory}/old`);
  const gateway = place.gateway();
  await gateway.connect();
  for (let n = 0; n < 30; n += 1) await gateway.submit({ id: `old-${n}`, channel: 'chat' });
  await gateway.subscribe();
  const resynced = first(gateway.resync$);
  const { lastSeq } = gateway;
  await place.restart(`${directory}/new`);
  const resync = await resynced;
  t.match(resync, { afterSeq: lastSeq, openCount: 0 });
  t.ok(resync.listedSeq < lastSeq);
  const pushed = first(gateway.contacts$, ({ id, state }) => id === 'new-1' && state === 'CANCELLED');
  await gateway.submit({ id: 'new-1', channel: 'chat' });
  await gateway.cancel('new-1');
  await pushed;
  gateway.close();
});
