// Offers that the router accepts itself, and declines with reasons.
import t from 'tap';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, needs, Stage } from './oracle/stage.ts';

const automatic = (more: Partial<ResolvedPolicy> = {}): ResolvedPolicy =>
  plainPolicy({ channels: { voice: channelPolicy({ cost: 50, limit: 2, autoAccept: true }) }, ...more });

t.test('[OFF13] the offer is accepted with the next event of the same step', async (t) => {
  const stage = new Stage(automatic());
  stage.works('a1');
  stage.wait(1000);
  const { events, full, ok } = stage.submit('c1');
  t.strictSame(events, ['contactSubmitted c1', 'offerMade c1 a1', 'offerAccepted c1 a1']);
  t.match(full, [{}, { autoAccepted: true }, { assignedUntil: stage.now + 28_800_000 }]);
  t.match(ok.contact, { state: 'ASSIGNED', agentId: 'a1', offeredAt: stage.now, assignedAt: stage.now });
  t.match(stage.agent('a1'), { load: 50, contacts: ['c1'] });
});

t.test('[OFF13] the settle goes on with the readiness that the accept gives', async (t) => {
  const readiness = { idleRate: 1000, idleCapMs: 600_000, loadMs: 0 };
  for (const [autoAccept, wanted] of [
    [true, 'a2'],
    [false, 'a1'],
  ] as const) {
    const voice = channelPolicy({ cost: 50, limit: 2, autoAccept });
    const stage = new Stage(plainPolicy({ channels: { voice: { ...voice, cost: 1_000_000 } }, readiness }));
    stage.works('a1');
    stage.wait(10).works('a2');
    stage.wait(1000);
    stage.submit('c1');
    stage.submit('c2');
    const offers = stage.policy(plainPolicy({ channels: { voice }, readiness })).full.filter(isOffer);
    t.match(offers, [
      { contactId: 'c1', agentId: 'a1', readinessUs: 1_010_000 },
      { contactId: 'c2', agentId: wanted, readinessUs: autoAccept ? 1_000_000 : 1_010_000 },
    ]);
  }
});

t.test('[OFF13, RANK1] a pair that was found before an accept changed its agent hides no better one', async (t) => {
  const channels = {
    voice: channelPolicy({ cost: 0, autoAccept: true }),
    chat: channelPolicy(),
  };
  const stage = new Stage(plainPolicy({ channels }));
  stage.works('a0', { capacity: 99 });
  stage.works('a1');
  stage.presence('a1', 'AVAILABLE', { channels: ['voice'] });
  stage.works('a2');
  const dueAt = stage.now + 1000;
  stage.submit('plain', { dueAt });
  stage.submit('chat', { dueAt, channel: 'chat', tier: 9 });
  stage.submit('urgent', { dueAt, tier: 1 });
  const offers = stage.tick(1000).events.filter((event) => event.startsWith('offerMade'));
  t.strictSame(offers, ['offerMade chat a2', 'offerMade urgent a0', 'offerMade plain a1'], 'not plain a2');
});

function isOffer({ type }: { readonly type: string }): boolean {
  return type === 'offerMade';
}

t.test('[OFF13, OFF9, OFF8] for the agent it is an offer that it accepted', async (t) => {
  const stage = new Stage(automatic());
  stage.works('a1');
  stage.submit('c1');
  const again = stage.acceptOffer(stage.offerOf('c1'), 'a1');
  t.equal(again.result, 'ok');
  t.match(again.ok.contact, { id: 'c1', state: 'ASSIGNED' });
  t.strictSame(again.events, []);
  t.equal(stage.declineOffer(stage.offerOf('c1'), 'a1').result, 'OFFER_NOT_PENDING');
  stage.complete('c1', agentActor('a1'));
  t.strictSame(stage.submit('c2').events.slice(1), ['offerMade c2 a1', 'offerAccepted c2 a1']);
});

t.test('[OFF13, OFF7] misses count from it anew', async (t) => {
  const slow = channelPolicy({ cost: 50, limit: 2 });
  const presence = { graceMs: 10_000, missesBeforeBusy: 2, declineCoolDownMs: 60_000 };
  const channels = { voice: slow, chat: { ...slow, autoAccept: true } };
  const stage = new Stage(plainPolicy({ channels, presence }));
  stage.works('a1');
  stage.submit('c1');
  t.strictSame(stage.tick(20_500).events, ['offerMissed c1 a1']);
  stage.submit('c2', { channel: 'chat' });
  stage.submit('c3');
  t.strictSame(stage.tick(20_500).events, ['offerMissed c3 a1'], 'the first since the accept');
  t.equal(stage.agent('a1').presence, 'AVAILABLE');
});

t.test('[OFF14] it is not among the pending offers', async (t) => {
  const stage = new Stage(automatic());
  stage.works('a1');
  stage.submit('c1');
  const { offers, contacts } = stage.open('a1').ok;
  t.strictSame(offers, []);
  t.match(contacts, [{ id: 'c1', state: 'ASSIGNED' }]);
});

t.test('[OFF13, ROOM5] nobody gets more than there is room for', async (t) => {
  const stage = new Stage(automatic());
  stage.works('a1');
  for (const id of ['c1', 'c2', 'c3']) stage.submit(id);
  t.strictSame(stage.agent('a1').contacts, ['c1', 'c2']);
  t.equal(stage.state('c3'), 'QUEUED');
});

t.test('[OFF13, GATE4] an answer within the settle opens a gate for agents that were looked at before', async (t) => {
  const ofA = queuePolicy('a', { requires: [needs('a')], serviceLevel: { withinMs: 500, target: 0.8 } });
  const gate = { reserve: 0, serviceLevelAtLeast: { queue: 'a', ratio: 0.5 }, paceMs: 0 };
  const queues = [ofA, queuePolicy('b', { requires: [needs('b')], gate })];
  const shut = plainPolicy({ channels: { voice: channelPolicy({ cost: 1_000_000 }) }, queues });
  const stage = new Stage(automatic({ queues }));
  stage.works('a1', { skills: { a: 1 } });
  stage.presence('a1', 'BUSY');
  stage.submit('late', { queue: 'a' });
  stage.wait(1000).presence('a1', 'AVAILABLE');
  stage.complete('late', agentActor('a1'));
  stage.works('a2', { skills: { b: 1 } });
  stage.policy(shut);
  stage.submit('cb', { queue: 'b' });
  stage.submit('ca', { queue: 'a' });
  const { events } = stage.policy(automatic({ queues }));
  t.strictSame(events, [
    'policySet',
    'offerMade ca a1',
    'offerAccepted ca a1',
    'offerMade cb a2',
    'offerAccepted cb a2',
  ]);
});

t.test('[OFF15] a decline cools down by its reason', async (t) => {
  const declineReasons = { lunch: { coolDownMs: 300_000 }, now: { coolDownMs: 0 } };
  const presence = { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000, declineReasons };
  for (const [reason, coolDownMs] of [
    ['lunch', 300_000],
    ['Lunch', 30_000],
    ['', 30_000],
    ['toString', 30_000],
    ['now', 0],
  ] as const) {
    const stage = new Stage(plainPolicy({ presence }));
    stage.works('a1');
    stage.submit('c1');
    const { events, full } = stage.act({
      type: 'decline',
      actor: agentActor('a1'),
      offerId: stage.offerOf('c1'),
      reason,
    });
    t.match(full[0], { type: 'offerDeclined', reason, coolDownUntil: stage.now + coolDownMs });
    t.equal(events.length, coolDownMs === 0 ? 2 : 1, 'without a cool-down the sole agent has it again at once');
    if (coolDownMs === 0) continue;
    t.strictSame(stage.tick(coolDownMs - 1).events, []);
    t.strictSame(stage.tick(1).events, ['coolDownEnded c1 a1', 'offerMade c1 a1']);
  }
});
