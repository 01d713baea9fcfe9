// Who is told of what: pushes of steps in which more happens than was asked for.
import t from 'tap';
import type { ChannelPolicy } from '../../src/core/policy.ts';
import type { Push } from '../../src/engine/port.ts';
import { ADMIN, agentActor, draft, GATEWAY, openWorld, POLICY, settled, signIn, VOICE, type World } from './world.ts';

/** Chats: an agent takes many of them. */
const CHAT: ChannelPolicy = { ...VOICE, cost: 5, limit: 20 };

function pushesTo(world: World, to: Push['to']): Push[] {
  const told: Push[] = [];
  world.engine.committed$.subscribe(({ steps }) => {
    for (const { pushes } of steps) told.push(...pushes.filter((push) => push.to === to));
  });
  return told;
}

/** The ids of the offers that the contacts get. */
async function offersOf(world: World, contactIds: readonly string[]): Promise<string[]> {
  const offers: string[] = [];
  for (const id of contactIds) {
    const reply = await world.ask({ type: 'submit', actor: GATEWAY, contact: draft(id) });
    offers.push(`o${reply.seq}`);
  }
  return offers;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index + 1}`);

t.test('[OUT3] an agent that asks for something is told what time did in the same step', async (t) => {
  const world = await openWorld({ policy: { ...POLICY, channels: { voice: { ...CHAT, wrapUpMs: 5000 } } } });
  await signIn(world, 'ana');
  const actor = agentActor('ana');
  const [first = '', second = ''] = await offersOf(world, ['c1', 'c2']);
  await world.ask({ type: 'accept', actor, offerId: first });
  await world.ask({ type: 'end', actor, contactId: 'c1', version: 0 });
  const told = pushesTo(world, 'agent');
  world.clock.advance(6000);
  t.match(await world.ask({ type: 'accept', actor, offerId: second }), { ok: { contact: { id: 'c2' } } });
  t.match(told, [{ kind: 'contact', contact: { id: 'c1', state: 'COMPLETED' } }], 'the wrap-up of c1 was over');
  await world.ask({ type: 'end', actor, contactId: 'c2', version: 0 });
  world.clock.advance(6000);
  await world.ask({ type: 'complete', actor, contactId: 'c2', version: 0 });
  t.equal(told.length, 1, 'c2 it asked about: the answer tells it');
  world.engine.stop();
});

t.test('[OUT3] what time did is told beside a refusal too', async (t) => {
  const world = await openWorld({ policy: { ...POLICY, channels: { voice: { ...CHAT, wrapUpMs: 5000 } } } });
  await signIn(world, 'ana');
  const actor = agentActor('ana');
  const [offerId = ''] = await offersOf(world, ['c1']);
  await world.ask({ type: 'accept', actor, offerId });
  await world.ask({ type: 'end', actor, contactId: 'c1', version: 0 });
  const told = pushesTo(world, 'agent');
  world.clock.advance(6000);
  const wrong = { type: 'decline', actor, offerId: 'o999', reason: '' } as const;
  t.match(await world.ask(wrong), { error: { reason: 'NO_SUCH_OFFER' } });
  t.match(told, [{ kind: 'contact', contact: { id: 'c1', state: 'COMPLETED' } }]);
  world.engine.stop();
});

t.test('[OUT3] [OFF11] every offer that is revoked is told by its own id, however many go at once', async (t) => {
  const world = await openWorld({ policy: { ...POLICY, channels: { voice: CHAT } } });
  await signIn(world, 'ana');
  const offers = await offersOf(world, numbered(20));
  const told = pushesTo(world, 'agent');
  const busy = { type: 'setPresence', presence: 'BUSY', reason: 'tea', channels: [] } as const;
  await world.ask({ ...busy, actor: agentActor('ana'), agentId: 'ana' });
  const revoked = told.flatMap((push) => (push.kind === 'offerRevoked' ? [push.offerRevoked.offerId] : []));
  t.same(revoked, offers);
  world.engine.stop();
});

t.test('[OUT3] [OFF11] a second offer of the same contact is revoked by its own id', async (t) => {
  const world = await openWorld({ policy: { ...POLICY, presence: { ...POLICY.presence, declineCoolDownMs: 0 } } });
  await signIn(world, 'ana');
  const actor = agentActor('ana');
  const [first = ''] = await offersOf(world, ['c1']);
  const declined = await world.ask({ type: 'decline', actor, offerId: first, reason: '' });
  const told = pushesTo(world, 'agent');
  await world.ask({ type: 'cancel', actor: GATEWAY, contactId: 'c1', cause: 'ABANDONED', version: 0 });
  t.match(told, [{ kind: 'offerRevoked', offerRevoked: { offerId: `o${declined.seq}`, reason: 'CONTACT_CANCELLED' } }]);
  world.engine.stop();
});

t.test('[EDGE5] the sessions of agents that a policy drops are told', async (t) => {
  const entry = { name: '', skills: {}, capacity: 100, limits: {} };
  const world = await openWorld({ policy: { ...POLICY, agents: { ana: entry, ben: entry } } });
  for (const id of ['ana', 'ben']) {
    await world.ask({ type: 'openSession', actor: agentActor(id), sessionId: `session-${id}` });
  }
  const told = pushesTo(world, 'session');
  const policy = { ...POLICY, agents: { ben: entry } };
  const reply = await world.ask({ type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' });
  t.match(told, [{ id: 'session-ana', kind: 'removed', seq: reply.seq }]);
  t.equal(told.length, 1);
  world.engine.stop();
});

t.test('[EDGE5] a newer session of an agent is told to the older one', async (t) => {
  const world = await openWorld();
  await signIn(world, 'ana');
  const told = pushesTo(world, 'session');
  await world.ask({ type: 'openSession', actor: agentActor('ana'), sessionId: 'newer' });
  await world.ask({ type: 'removeAgent', actor: ADMIN, agentId: 'ana' });
  t.match(told, [
    { id: 'session-ana', kind: 'replaced' },
    { id: 'newer', kind: 'removed' },
  ]);
  world.engine.stop();
});

t.test('[OUT4] gateways are told of contacts that changed, and only of those', async (t) => {
  const world = await openWorld();
  await signIn(world, 'ana');
  const [offerId = ''] = await offersOf(world, ['c1']);
  await world.ask({ type: 'decline', actor: agentActor('ana'), offerId, reason: '' });
  const busy = { type: 'setPresence', presence: 'BUSY', reason: 'tea', channels: [] } as const;
  await world.ask({ ...busy, actor: agentActor('ana'), agentId: 'ana' });
  const told = pushesTo(world, 'gateway');
  world.clock.advance(POLICY.presence.declineCoolDownMs);
  await world.ask({ type: 'tick' });
  await settled();
  t.equal(world.core.state.known.get('c1')?.contact?.coolDowns.length, 0, 'its cool-down is over');
  t.same(told, []);
  world.engine.stop();
});

t.test('[OUT4] a disposition that comes after the close is told to the gateway', async (t) => {
  const world = await openWorld({ policy: { ...POLICY, channels: { voice: { ...VOICE, wrapUpMs: 5000 } } } });
  await signIn(world, 'ana');
  const actor = agentActor('ana');
  const [offerId = ''] = await offersOf(world, ['c1']);
  await world.ask({ type: 'accept', actor, offerId });
  await world.ask({ type: 'end', actor, contactId: 'c1', version: 0 });
  world.clock.advance(6000);
  await world.ask({ type: 'tick' });
  const told = pushesTo(world, 'gateway');
  const disposition = { reasons: ['refund'], outcome: 'solved', notes: '', attributes: '' };
  const reply = await world.ask({ type: 'complete', actor, contactId: 'c1', disposition, version: 0 });
  t.match(told, [{ id: 'gw', kind: 'changed', seq: reply.seq }]);
  t.equal(told.length, 1);
  world.engine.stop();
});
