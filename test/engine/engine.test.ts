// The engine over the memory journal: nothing leaves before it is durable, time stands for deadlines while commits stall, back-pressure.
import t from 'tap';
import type { CommittedBatch, Reply } from '../../src/engine/port.ts';
import { ADMIN, agentActor, draft, GATEWAY, openWorld, POLICY, settled, signIn, VOICE } from './world.ts';

function submit(id: string) {
  return { type: 'submit', actor: GATEWAY, contact: draft(id) } as const;
}

t.test('[OUT1] [OUT2] replies and pushes leave when their events are durable, pushes first', async (t) => {
  const world = await openWorld();
  await signIn(world, 'ana');
  const seen: string[] = [];
  world.engine.committed$.subscribe((batch: CommittedBatch) => {
    for (const step of batch.steps) for (const push of step.pushes) seen.push(`${push.kind} ${push.to} ${push.seq}`);
  });
  world.valve.close();
  world.engine.execute(submit('c1'), (reply) => seen.push(`reply ${reply.seq}`));
  world.engine.query({ type: 'get', actor: GATEWAY, contactId: 'c1' }, (reply) => seen.push(`read ${reply.seq}`));
  await settled();
  t.same(seen, [], 'nothing leaves while the commit is under way');
  const { seq } = world.core;
  world.valve.open();
  await settled();
  t.same(seen, [`offer agent ${seq}`, `contact gateway ${seq}`, `reply ${seq}`, `read ${seq}`]);
  world.engine.stop();
});

t.test('[OUT1] an answer shows what was decided, whatever happened until it left', async (t) => {
  const world = await openWorld();
  world.valve.close();
  const replies: Reply[] = [];
  world.engine.execute(submit('c1'), (reply) => replies.push(reply));
  world.engine.execute({ type: 'cancel', actor: GATEWAY, contactId: 'c1', cause: 'ABANDONED', version: 0 }, (reply) =>
    replies.push(reply),
  );
  world.valve.open();
  await settled();
  t.match(replies, [{ ok: { contact: { state: 'QUEUED' } } }, { ok: { contact: { state: 'ABANDONED' } } }]);
  world.engine.stop();
});

t.test('[LIM6] past maxPending submissions are refused, accepts and presence go on', async (t) => {
  const world = await openWorld({ maxPending: 3 });
  await signIn(world, 'ana');
  const offered = await world.ask(submit('c1'));
  t.match(offered, { ok: { contact: { state: 'OFFERED' } } });
  world.valve.close();
  const replies: Reply[] = [];
  const hear = (reply: Reply): void => {
    replies.push(reply);
  };
  for (const id of ['c2', 'c3', 'c4']) world.engine.execute(submit(id), hear);
  world.engine.execute(submit('c5'), hear);
  world.engine.execute({ type: 'accept', actor: agentActor('ana'), offerId: `o${offered.seq}` }, hear);
  const busy = { type: 'setPresence', presence: 'BUSY', reason: 'tea', channels: [] } as const;
  world.engine.execute({ ...busy, actor: agentActor('ana'), agentId: 'ana' }, hear);
  world.valve.open();
  await settled();
  const refused = replies.filter((reply) => 'error' in reply);
  t.match(refused, [{ error: { code: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_PENDING', retryAfterMs: 100 } }]);
  t.equal(refused.length, 1);
  t.match(replies.at(-1), { ok: { agent: { presence: 'BUSY' } } });
  world.engine.stop();
});

t.test(
  '[RST6] [RST3] no deadline fires while commits stall; offers that never left are revoked without penalty',
  async (t) => {
    const world = await openWorld();
    await signIn(world, 'ana');
    world.valve.close();
    const replies: Reply[] = [];
    world.engine.execute(submit('c1'), (reply) => replies.push(reply));
    await settled();
    world.clock.advance(60_000);
    world.engine.execute({ type: 'tick' }, () => undefined);
    await settled();
    t.equal(world.core.state.offers.size, 1, 'the offer is pending though its time is over');
    const reasons: string[] = [];
    world.engine.committed$.subscribe(({ steps }) => {
      for (const { events } of steps) for (const event of events) reasons.push(event.type);
    });
    world.valve.open();
    await settled();
    t.match(replies, [{ ok: { contact: { state: 'OFFERED' } } }]);
    t.same(reasons, ['contactSubmitted', 'offerMade', 'offerRevoked', 'offerMade'], 'revoked, and offered again');
    t.equal(world.core.state.agents.get('ana')?.missesInRow, 0);
    world.engine.stop();
  },
);

t.test('[JRN4] a journal that fails ends the engine: nothing is answered any more', async (t) => {
  const world = await openWorld();
  world.valve.break(new Error('disk gone'));
  const replies: Reply[] = [];
  world.engine.execute(submit('c1'), (reply) => replies.push(reply));
  await settled();
  world.engine.execute(submit('c2'), (reply) => replies.push(reply));
  world.engine.query({ type: 'queues' }, (reply) => replies.push(reply));
  await settled();
  t.same(replies, []);
  t.equal(world.failures.length, 1);
  t.equal(world.engine.ready, false);
});

t.test('[EDGE7] draining refuses submissions and lets everything else finish', async (t) => {
  const world = await openWorld();
  await signIn(world, 'ana');
  const offered = await world.ask(submit('c1'));
  await world.engine.drain();
  t.match(await world.ask(submit('c2')), { error: { code: 'UNAVAILABLE', reason: 'DRAINING' } });
  t.match(await world.ask({ type: 'accept', actor: agentActor('ana'), offerId: `o${offered.seq}` }), {
    ok: { contact: { state: 'ASSIGNED' } },
  });
  world.engine.stop();
});

t.test('[TOMB2] a closed contact is answered whole, and repeats see it', async (t) => {
  const world = await openWorld();
  await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c1', { attributes: '{"a":1}' }) });
  const cancel = { type: 'cancel', actor: GATEWAY, contactId: 'c1', cause: 'CANCELLED', version: 0 } as const;
  const whole = { ok: { contact: { id: 'c1', state: 'CANCELLED', attributes: '{"a":1}' } } };
  t.match(await world.ask(cancel), whole);
  t.match(await world.ask(cancel), whole);
  t.match(await world.query({ type: 'get', actor: GATEWAY, contactId: 'c1' }), whole);
  t.match(await world.query({ type: 'get', actor: { role: 'gateway', id: 'other' }, contactId: 'c1' }), {
    error: { reason: 'NO_SUCH_CONTACT' },
  });
  world.engine.stop();
});

t.test('[OUT3] agents are told of changes that others made, not of their own', async (t) => {
  const world = await openWorld({
    policy: { ...POLICY, channels: { voice: { ...VOICE, wrapUpMs: 5000 } } },
  });
  await signIn(world, 'ana');
  const offered = await world.ask(submit('c1'));
  const told: string[] = [];
  world.engine.committed$.subscribe(({ steps }) => {
    for (const { pushes } of steps) {
      for (const push of pushes) if (push.to === 'agent') told.push(push.kind);
    }
  });
  await world.ask({ type: 'accept', actor: agentActor('ana'), offerId: `o${offered.seq}` });
  t.same(told, [], 'its own accept');
  await world.ask({ type: 'end', actor: GATEWAY, contactId: 'c1', version: 0 });
  t.same(told, ['contact'], 'the customer hung up');
  await world.ask({ type: 'complete', actor: agentActor('ana'), contactId: 'c1', version: 0 });
  t.same(told, ['contact'], 'its own complete');
  const away = { type: 'setPresence', presence: 'BUSY', reason: 'meeting', channels: [] } as const;
  await world.ask({ ...away, actor: ADMIN, agentId: 'ana' });
  t.same(told, ['contact', 'agent'], 'an admin set its presence');
  world.engine.stop();
});

t.test(
  'what is kept of a closed contact is a picture of its own: what was told drags its encoding along',
  async (t) => {
    const world = await openWorld();
    await world.ask(submit('c1'));
    const told: unknown[] = [];
    world.engine.committed$.subscribe(({ steps }) => {
      for (const { pushes } of steps) for (const push of pushes) if (push.kind === 'contact') told.push(push.contact);
    });
    await world.ask({ type: 'cancel', actor: GATEWAY, contactId: 'c1', cause: 'ABANDONED', version: 0 });
    const kept = await world.query({ type: 'get', actor: GATEWAY, contactId: 'c1' });
    t.equal(told.length, 1);
    t.same('ok' in kept && kept.ok.contact, told[0]);
    t.not('ok' in kept && kept.ok.contact, told[0]);
    world.engine.stop();
  },
);
