// Contacts that are held for the agents they prefer, and agents who are remembered.
import t from 'tap';
import type { ContactDraft } from '../../src/core/commands.ts';
import { LastAgents } from '../../src/core/last-agents.ts';
import type { QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

function queues(changes: Partial<QueuePolicy>): Partial<ResolvedPolicy> {
  return { queues: [queuePolicy('main', changes)] };
}

/** a1 is at work and busy with c0, a2 is free; c1 is submitted with these. */
function waiting(facts: Partial<ContactDraft>, changes: Partial<ResolvedPolicy> = {}): Stage {
  const stage = new Stage(plainPolicy(changes));
  stage.works('a1');
  stage.answered('c0');
  stage.works('a2');
  stage.submit('c1', facts);
  return stage;
}

const HELD = { preferredAgents: ['a1'], preferredForMs: 30_000 };

t.test('[AFF1, AFF2, ROOM1] preferred agents who are signed in hold the contact', async (t) => {
  const stage = waiting(HELD);
  t.equal(stage.view('c1').state, 'QUEUED', 'though a2 is free');
  t.strictSame(stage.complete('c0', agentActor('a1')).events, ['contactClosed c0 COMPLETED AGENT', 'offerMade c1 a1']);
  t.equal(waiting({ preferredForMs: 30_000 }).view('c1').agentId, 'a2', 'without preferred agents it is nothing');
  t.equal(waiting({ preferredAgents: ['a1'] }).view('c1').agentId, 'a2', 'without a time too');
  t.equal(waiting({ ...HELD, preferredAgents: ['nobody', 'a1'] }).view('c1').agentId, '', 'any of them');
  t.equal(waiting({ ...HELD, preferredAgents: ['nobody'] }).view('c1').agentId, 'a2');
  t.equal(waiting({ ...HELD, preferredAgents: ['a2', 'a1'] }).view('c1').agentId, 'a2');
});

t.test('[AFF1] the queue says it for contacts that do not, once and for all', async (t) => {
  const byQueue = waiting({ preferredAgents: ['a1'] }, queues({ preferredForMs: 10_000 }));
  t.equal(byQueue.view('c1').state, 'QUEUED');
  byQueue.policy(plainPolicy());
  t.equal(byQueue.view('c1').state, 'QUEUED', 'a policy changes nothing of it');
  t.strictSame(byQueue.tick(10_000).events, ['preferenceEnded c1', 'offerMade c1 a2']);
  const own = waiting(HELD, queues({ preferredForMs: 10_000 }));
  t.strictSame(own.tick(10_000).events, [], 'its own word goes first');
});

t.test('[AFF4] the end is a deadline, and then it is open to all', async (t) => {
  const stage = waiting(HELD);
  t.strictSame(stage.tick(29_999).events, []);
  t.strictSame(stage.tick(1).events, ['preferenceEnded c1', 'offerMade c1 a2']);
  const open = waiting({ ...HELD, preferredAgents: ['nobody'], requires: [needs('x')] });
  t.strictSame(open.tick(30_000).events, ['preferenceEnded c1'], 'also of one that nobody holds');
  const offered = waiting(HELD, { channels: { voice: channelPolicy({ offerTimeoutMs: 60_000 }) } });
  offered.complete('c0', agentActor('a1'));
  t.strictSame(offered.tick(30_000).events, ['preferenceEnded c1'], 'and of one that is offered');
  t.equal(offered.view('c1').agentId, 'a1');
});

t.test('[AFF2, AFF3] whoever signs out lets go, whoever signs in within the time holds again', async (t) => {
  const stage = waiting(HELD);
  t.strictSame(stage.presence('a1', 'OFFLINE').events, ['presenceSet a1 OFFLINE AGENT', 'offerMade c1 a2']);
  stage.presence('a1', 'BUSY');
  t.equal(stage.view('c1').agentId, 'a2', 'a pending offer stands');
  stage.decline('c1');
  stage.works('a3');
  t.equal(stage.view('c1').state, 'QUEUED', 'it is held again, though a3 is free');
  t.strictSame(stage.close('a1').events, ['sessionLost a1', 'offerMade c1 a3'], 'a lost session lets go too');
});

t.test('[AFF3] presence and room play no part', async (t) => {
  const stage = waiting(HELD);
  stage.presence('a1', 'BUSY', { reason: 'lunch' });
  t.equal(stage.view('c1').state, 'QUEUED');
  stage.presence('a1', 'DRAINING');
  t.equal(stage.view('c1').state, 'QUEUED');
});

t.test('[AFF2] who declined it, or cannot serve it, does not hold it', async (t) => {
  const stage = waiting(HELD);
  stage.complete('c0', agentActor('a1'));
  t.strictSame(stage.decline('c1').events, ['offerDeclined c1 a1', 'offerMade c1 a2']);
  const unable = new Stage();
  unable.works('a1');
  unable.works('a2', { skills: { es: 5 } });
  unable.submit('c1', { ...HELD, requires: [needs('es')] });
  t.equal(unable.view('c1').agentId, 'a2');
  unable.decline('c1');
  unable.works('a3', { skills: { es: 1 } });
  unable.decline('c1');
  unable.putAgent('a1', { skills: { es: 1 } });
  t.equal(unable.view('c1').agentId, 'a1', 'it can now');
});

t.test('[AFF2] held again when the cool-down of the only one ends within the time', async (t) => {
  const stage = waiting(
    { preferredAgents: ['a1'], preferredForMs: 60_000 },
    { presence: { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 5000 } },
  );
  stage.complete('c0', agentActor('a1'));
  stage.decline('c1');
  stage.decline('c1');
  stage.presence('a1', 'BUSY');
  t.strictSame(stage.tick(5000).events, ['coolDownEnded c1 a1', 'coolDownEnded c1 a2']);
  t.equal(stage.view('c1').state, 'QUEUED', 'a2 is free, and does not get it');
});

t.test('[AFF5] an accept ends it: what comes back is open to all', async (t) => {
  const stage = waiting(HELD);
  stage.complete('c0', agentActor('a1'));
  stage.accept('c1');
  t.strictSame(stage.requeue('c1', agentActor('a1')).events, ['contactRequeued c1 a1 AGENT', 'offerMade c1 a2']);
  t.strictSame(
    stage.tick(30_000).events.filter((event) => event.startsWith('preference')),
    [],
  );
});

t.test('[AFF6] a transfer to an agent is held for it', async (t) => {
  const stage = waiting({});
  t.equal(stage.view('c1').agentId, 'a2');
  stage.accept('c1');
  stage.works('a3');
  const { full } = stage.transfer('c1', agentActor('a2'), { agentId: 'a1' });
  t.match(full[0], {
    to: 'ONE_AGENT',
    preferredAgents: ['a1'],
    preferredForMs: 120_000,
    preferredUntil: stage.now + 120_000,
  });
  t.match(stage.view('c1'), { state: 'QUEUED', preferredAgents: ['a1'], preferredForMs: 120_000 });
  t.strictSame(stage.transfer('c1', SUPERVISOR, { queue: 'main' }).events.length, 1, 'other transfers leave that');
  t.strictSame(stage.tick(120_000).events, ['coolDownEnded c1 a2', 'preferenceEnded c1', 'offerMade c1 a2']);
  stage.accept('c1');
  stage.transfer('c1', SUPERVISOR, { agentId: 'a1', holdMs: 1000 });
  t.strictSame(stage.tick(1000).events, ['preferenceEnded c1', 'offerMade c1 a3']);
});

t.test('[AFF6] the policy says how long, and that it is not held at all', async (t) => {
  const direct = { holdMs: 5000, rememberMs: 604_800_000 };
  const stage = waiting({}, { direct });
  t.match(stage.transfer('c1', SUPERVISOR, { agentId: 'a1' }).full[1], { preferredUntil: stage.now + 5000 });
  const none = waiting({}, { direct: { ...direct, holdMs: 0 } });
  t.equal(none.transfer('c1', SUPERVISOR, { agentId: 'a1' }).events.at(-1), 'offerMade c1 a2');
});

t.test('[AFF6, AFF2] one who is away does not keep it waiting', async (t) => {
  const stage = waiting({});
  stage.accept('c1');
  stage.works('a3');
  stage.putAgent('away');
  t.equal(stage.transfer('c1', agentActor('a2'), { agentId: 'away' }).events.at(-1), 'offerMade c1 a3');
});

/** a1 answered a contact of customer cy and journey jy, and is free again; a2 is free for longer. */
function remembered(lastAgent: 'customer' | 'journey', changes: Partial<ResolvedPolicy> = {}): Stage {
  const stage = new Stage(plainPolicy({ ...queues({ lastAgent, preferredForMs: 30_000 }), ...changes }));
  stage.works('a1');
  stage.answered('c0', { customerId: 'cy', journeyId: 'jy' });
  stage.works('a2');
  stage.wait(1000).complete('c0', agentActor('a1'));
  return stage;
}

t.test('[AFF7] who answered the customer, or within the journey, last is preferred', async (t) => {
  const byCustomer = remembered('customer');
  byCustomer.submit('c1', { customerId: 'cy', preferredAgents: ['a2', 'a1'] });
  t.match(byCustomer.view('c1'), { preferredAgents: ['a1', 'a2'] });
  t.equal(byCustomer.submit('c1', { customerId: 'cy', preferredAgents: ['a2', 'a1'] }).result, 'ok', 'no content');
  byCustomer.submit('c2', { customerId: 'cz', journeyId: 'jy' });
  t.match(byCustomer.view('c2'), { preferredAgents: [] });
  const byJourney = remembered('journey');
  byJourney.presence('a1', 'BUSY');
  byJourney.submit('c1', { customerId: 'cz', journeyId: 'jy' });
  t.match(byJourney.view('c1'), { state: 'QUEUED', preferredAgents: ['a1'] }, 'and holds it');
  byJourney.submit('c2', { customerId: 'cy' });
  t.match(byJourney.view('c2'), { agentId: 'a2', preferredAgents: [] });
});

t.test('[AFF7] not after `direct.remember`, and not who has left', async (t) => {
  const direct = { holdMs: 120_000, rememberMs: 10_000 };
  const stage = remembered('customer', { direct });
  stage.wait(9000).submit('c1', { customerId: 'cy' });
  t.match(stage.view('c1'), { preferredAgents: ['a1'] });
  stage.wait(1).submit('c2', { customerId: 'cy' });
  t.match(stage.view('c2'), { preferredAgents: [] });
  const left = remembered('customer');
  left.presence('a1', 'OFFLINE');
  left.removeAgent('a1');
  left.submit('c1', { customerId: 'cy' });
  t.match(left.view('c1'), { preferredAgents: [] });
});

t.test('[AFF8] remembered while a queue asks for it', async (t) => {
  const stage = remembered('customer');
  stage.policy(plainPolicy(queues({ lastAgent: 'customer' })));
  t.equal([...stage.run.core.records()].filter(({ kind }) => kind === 'lastAgent').length, 1);
  stage.policy(plainPolicy(queues({ lastAgent: 'journey' })));
  t.equal([...stage.run.core.records()].filter(({ kind }) => kind === 'lastAgent').length, 0);
  stage.policy(plainPolicy(queues({ lastAgent: 'customer' })));
  stage.submit('c1', { customerId: 'cy' });
  t.match(stage.view('c1'), { preferredAgents: [] }, 'forgotten meanwhile');
});

t.test('[AFF2, RST1, TIME9] after a restart nobody is signed in, and who comes back holds again', async (t) => {
  const stage = waiting({ ...HELD, requires: [needs('x')] });
  stage.run.startShadows();
  stage.act({ type: 'restart', graceMs: 60_000 });
  stage.putAgent('a1', { skills: { x: 1 } });
  stage.open('a1');
  stage.putAgent('a2', { skills: { x: 1 } });
  stage.open('a2');
  t.equal(stage.view('c1').state, 'QUEUED', 'a1 has c0 and holds c1');
  stage.run.finish(true);
  t.strictSame(stage.tick(30_000).events, ['preferenceEnded c1', 'offerMade c1 a2']);
});

t.test('[AFF8] of each scope the latest 100 000 are kept', async (t) => {
  const policy = plainPolicy({ queues: [queuePolicy('main', { lastAgent: 'customer' })] });
  const last = LastAgents.under(policy, undefined);
  for (let index = 0; index <= 100_000; index++) {
    last?.restore({ kind: 'lastAgent', scope: 'CUSTOMER', id: `c${index}`, agentId: 'a1', at: index });
    if (index === 99_998) last?.restore({ kind: 'lastAgent', scope: 'CUSTOMER', id: 'c0', agentId: 'a2', at: index });
  }
  t.strictSame(
    ['c0', 'c1', 'c2', 'c100000'].map((id) => last?.find('customer', id, 0)),
    ['a2', undefined, 'a1', 'a1'],
    'the one whose answer lies furthest back went',
  );
  t.equal([...(last?.records() ?? [])].length, 100_000);
});

t.test('[AFF2, RLX2] a relaxation can make it held', async (t) => {
  const relax = [{ afterMs: 10_000, requires: [] }];
  const stage = new Stage(plainPolicy(queues({ requires: [needs('es')], relax })));
  stage.works('a1');
  stage.presence('a1', 'BUSY');
  stage.works('a2');
  stage.submit('c1', { preferredAgents: ['a1'], preferredForMs: 30_000 });
  t.strictSame(stage.tick(10_000).events, ['contactRelaxed c1 1']);
  t.equal(stage.view('c1').state, 'QUEUED', 'a1 can serve it now, and holds it');
  t.strictSame(stage.tick(20_000).events, ['preferenceEnded c1', 'offerMade c1 a2']);
});

t.test('[AFF2, GATE3] a held contact waits at the gate too', async (t) => {
  const stage = new Stage(plainPolicy(queues({ gate: { reserve: 0, paceMs: 10_000 } })));
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1');
  stage.accept('c1');
  stage.submit('c2', { preferredAgents: ['a2'], preferredForMs: 30_000 });
  t.equal(stage.view('c2').state, 'QUEUED');
  t.strictSame(stage.complete('c1', agentActor('a1')).events, ['contactClosed c1 COMPLETED AGENT']);
  t.strictSame(stage.tick(10_000).events, ['offerMade c2 a2']);
});
