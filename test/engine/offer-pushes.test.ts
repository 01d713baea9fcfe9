// Who is told of what about offers that the router accepts itself, and what observers are told of declines.
import t from 'tap';
import type { Push } from '../../src/engine/port.ts';
import { ADMIN, agentActor, draft, GATEWAY, openWorld, POLICY, signIn, VOICE, type World } from './world.ts';

function pushesOf(world: World): Push[] {
  const told: Push[] = [];
  world.engine.committed$.subscribe(({ steps }) => {
    for (const { pushes } of steps) told.push(...pushes);
  });
  return told;
}

t.test('[OFF14] the agent is pushed the offer and its contact, the gateway the contact, ASSIGNED', async (t) => {
  const world = await openWorld({ policy: { ...POLICY, channels: { voice: { ...VOICE, autoAccept: true } } } });
  await signIn(world, 'ana');
  const told = pushesOf(world);
  const { seq } = await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c1') });
  t.match(told, [
    { to: 'agent', kind: 'offer', seq: seq - 1, offer: { id: `o${seq - 1}`, autoAccepted: true } },
    { to: 'agent', kind: 'contact', seq, contact: { id: 'c1', state: 'ASSIGNED', agentId: 'ana' } },
    { to: 'gateway', kind: 'contact', seq, contact: { id: 'c1', state: 'ASSIGNED' } },
  ]);
  t.match(told[0], { offer: { contact: { id: 'c1', state: 'ASSIGNED' } } });
  world.engine.stop();
});

t.test('[OFF14] the pushes of several are in the order of their events', async (t) => {
  const chat = { ...VOICE, cost: 5, limit: 20, autoAccept: true };
  const world = await openWorld({ policy: { ...POLICY, channels: { voice: chat } } });
  for (const id of ['c1', 'c2']) await world.ask({ type: 'submit', actor: GATEWAY, contact: draft(id) });
  const told = pushesOf(world);
  await signIn(world, 'ana');
  const kinds = told.flatMap(({ to, kind }) => (to === 'agent' && kind !== 'agent' ? [kind] : []));
  t.same(kinds, ['offer', 'contact', 'offer', 'contact']);
  world.engine.stop();
});

t.test('[PULL8] the agent is pushed what it is assigned, whoever loses it the end of its offer', async (t) => {
  const world = await openWorld();
  await signIn(world, 'ana');
  const entry = { id: 'ben', name: '', skills: {}, capacity: 100, limits: {}, mayPull: true, version: 0 };
  await world.ask({ type: 'putAgent', actor: ADMIN, agent: entry });
  await world.ask({ type: 'openSession', actor: agentActor('ben'), sessionId: 's3' });
  const busy = { type: 'setPresence', presence: 'BUSY', reason: '', channels: [] } as const;
  await world.ask({ ...busy, actor: agentActor('ben'), agentId: 'ben' });
  const { seq } = await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c1') });
  const told = pushesOf(world);
  const supervisor = { role: 'supervisor', id: 'sue' } as const;
  await world.ask({ type: 'assign', actor: supervisor, contactId: 'c1', agentId: 'ben' });
  t.match(told, [
    { to: 'agent', id: 'ana', kind: 'offerRevoked', offerRevoked: { offerId: `o${seq}`, reason: 'REASSIGNED' } },
    { to: 'agent', id: 'ben', kind: 'contact', contact: { id: 'c1', state: 'ASSIGNED' } },
    { to: 'gateway', kind: 'contact', contact: { id: 'c1', state: 'ASSIGNED', agentId: 'ben' } },
  ]);
  await world.ask({ type: 'complete', actor: agentActor('ben'), contactId: 'c1', version: 0 });
  await world.ask({ ...busy, actor: agentActor('ana'), agentId: 'ana' });
  await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c2') });
  told.length = 0;
  const pulled = await world.ask({ type: 'pull', actor: agentActor('ben'), contactId: 'c2' });
  t.match(pulled, { ok: { contact: { id: 'c2', state: 'ASSIGNED', agentId: 'ben' } } });
  t.same(
    told.map(({ to }) => to),
    ['gateway'],
    'the answer tells the agent',
  );
  world.engine.stop();
});

t.test('[OFF16] observers are told the reason of a decline if the policy names it', async (t) => {
  const declineReasons = { lunch: { coolDownMs: 0 } };
  const world = await openWorld({ policy: { ...POLICY, presence: { ...POLICY.presence, declineReasons } } });
  await signIn(world, 'ana');
  const reasons: unknown[] = [];
  world.engine.committed$.subscribe(({ steps }) => {
    for (const { events, subjects } of steps) {
      for (const [index, event] of events.entries()) {
        if (event.type === 'offerDeclined') reasons.push(subjects[index]?.declineReason);
      }
    }
  });
  let { seq } = await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c1') });
  for (const reason of ['lunch', 'toString']) {
    const answer = await world.ask({ type: 'decline', actor: agentActor('ana'), offerId: `o${seq}`, reason });
    t.match(answer, { ok: { contact: { id: 'c1' } } }, reason);
    seq = answer.seq;
  }
  t.same(reasons, ['lunch', 'other']);
  world.engine.stop();
});

t.test('[FAN3, FAN10, OUT3] each agent is told of its own offer, and that another has the contact', async (t) => {
  const [queue] = POLICY.queues;
  const queues = queue === undefined ? [] : [{ ...queue, fanOut: 3 }];
  const world = await openWorld({ policy: { ...POLICY, queues } });
  await signIn(world, 'ana');
  for (const id of ['ben', 'cleo']) {
    const entry = { id, name: '', skills: {}, capacity: 100, limits: {}, version: 0 };
    await world.ask({ type: 'putAgent', actor: ADMIN, agent: entry });
    await world.ask({ type: 'openSession', actor: agentActor(id), sessionId: `of ${id}` });
    const available = { type: 'setPresence', presence: 'AVAILABLE', reason: '', channels: [] } as const;
    await world.ask({ ...available, actor: agentActor(id), agentId: id });
  }
  const told = pushesOf(world);
  const { seq } = await world.ask({ type: 'submit', actor: GATEWAY, contact: draft('c1') });
  const toAgents = (): Push[] => told.splice(0).filter(({ to }) => to === 'agent');
  const offer = (id: string, at: number): object => ({
    id,
    kind: 'offer',
    seq: at,
    offer: { id: `o${at}`, contact: { id: 'c1', agentId: id, state: 'OFFERED' } },
  });
  t.match(toAgents(), [offer('ana', seq - 2), offer('ben', seq - 1), offer('cleo', seq)]);
  await world.ask({ type: 'update', actor: GATEWAY, contactId: 'c1', set: { intent: 'bill' }, version: 0 });
  const changed = (id: string): object => ({ id, kind: 'contact', contact: { id: 'c1', intent: 'bill' } });
  t.match(toAgents(), [changed('ana'), changed('ben'), changed('cleo')]);
  await world.ask({ type: 'decline', actor: agentActor('ana'), offerId: `o${seq - 2}`, reason: '' });
  t.strictSame(toAgents(), []);
  await world.ask({ type: 'accept', actor: agentActor('cleo'), offerId: `o${seq}` });
  t.match(toAgents(), [
    {
      id: 'ben',
      kind: 'offerRevoked',
      offerRevoked: { offerId: `o${seq - 1}`, contactId: 'c1', reason: 'ACCEPTED_ELSEWHERE' },
    },
  ]);
  world.engine.stop();
});
