// What may happen to an ASSIGNED contact without anybody's word: too long a conversation, a lost agent, a lost gateway.
import t from 'tap';
import type { ChannelPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { agentActor, NOON, Stage } from './oracle/stage.ts';

/** c1, which waited 3 s, is with a1. */
function assigned(voice: Partial<ChannelPolicy>): Stage {
  const stage = new Stage(plainPolicy({ channels: { voice: channelPolicy(voice) } }));
  stage.submit('c1');
  stage.wait(3000).works('a1');
  stage.accept('c1');
  return stage;
}

const HOUR = 3_600_000;

t.test('[ASG1] the longest conversation: requeue, end or keep', async (t) => {
  const table = [
    ['requeue', ['contactRequeued c1 a1 TOO_LONG', 'offerMade c1 a1']],
    ['end', ['contactClosed c1 COMPLETED TOO_LONG']],
    ['keep', []],
  ] as const;
  for (const [then, events] of table) {
    const stage = assigned({ assigned: { maxMs: HOUR, agentLostMs: 300_000, then } });
    t.strictSame(stage.tick(HOUR - 1).events, []);
    t.strictSame(stage.tick(1).events, events, then);
  }
  const wrapped = assigned({ wrapUpMs: 1000, assigned: { maxMs: HOUR, agentLostMs: 300_000, then: 'end' } });
  t.strictSame(wrapped.tick(HOUR).events, ['contactEnded c1 a1 TOO_LONG'], 'with wrap-up');
});

t.test('[ASG1] `then` is read when the time comes: a policy may bring the deadline back', async (t) => {
  const rules = (then: 'keep' | 'end') => ({ assigned: { maxMs: HOUR, agentLostMs: 300_000, then } });
  const stage = assigned(rules('keep'));
  t.strictSame(stage.tick(2 * HOUR).events, []);
  t.strictSame(stage.policy(plainPolicy({ channels: { voice: channelPolicy(rules('end')) } })).events, ['policySet']);
  t.strictSame(stage.tick().events, ['contactClosed c1 COMPLETED TOO_LONG'], 'what has passed fires in the next step');
});

t.test('[ASG2] a lost agent, counted from the loss; a resumed session takes the deadline away', async (t) => {
  const table = [
    ['requeue', ['contactRequeued c1 a1 AGENT_LOST']],
    ['end', ['contactClosed c1 COMPLETED AGENT_LOST']],
    ['keep', []],
  ] as const;
  for (const [then, events] of table) {
    const stage = assigned({ assigned: { maxMs: HOUR, agentLostMs: 60_000, then } });
    stage.wait(1000).close('a1');
    t.strictSame(stage.tick(10_000).events, ['presenceSet a1 OFFLINE SESSION_LOST']);
    t.equal(stage.view('c1').state, 'ASSIGNED', 'assigned contacts stay');
    t.strictSame(stage.tick(49_999).events, []);
    t.strictSame(stage.tick(1).events, events, then);
  }
  const stage = assigned({ assigned: { maxMs: HOUR, agentLostMs: 60_000, then: 'requeue' } });
  stage.close('a1');
  stage.wait(59_999).open('a1');
  t.strictSame(stage.tick(1000).events, []);
  t.equal(stage.view('c1').state, 'ASSIGNED');
});

t.test('[ASG3] time ASSIGNED does not count as waiting', async (t) => {
  const stage = assigned({ assigned: { maxMs: HOUR, agentLostMs: 60_000, then: 'requeue' } });
  stage.presence('a1', 'BUSY');
  stage.tick(HOUR);
  t.match(stage.view('c1'), {
    state: 'QUEUED',
    submittedAt: NOON,
    enqueuedAt: stage.now,
    agedFrom: stage.now - 3000,
    agentId: '',
    assignedAt: 0,
  });
  t.equal(stage.run.core.nextDeadline(), stage.now + 604_800_000, 'the wait limit starts anew');
  stage.wait(2000).submit('c2');
  const [made] = stage.presence('a1', 'AVAILABLE').full.slice(-1);
  t.match(made, { type: 'offerMade', contactId: 'c1', urgencyUs: 5_000_000 });
});

t.test('[ASG4, SES5] a lost gateway takes its contacts with it, if the channel says so', async (t) => {
  const stage = new Stage(
    plainPolicy({
      channels: { voice: channelPolicy({ cost: 30, limit: 3, gatewayLost: { afterMs: HOUR, then: 'cancel' } }) },
    }),
  );
  stage.works('a1', { limits: { voice: 2 } });
  stage.openGateway('g0', 'first');
  stage.openGateway('g0', 'second');
  stage.answered('assigned');
  stage.submit('offered');
  stage.submit('queued');
  stage.closeGateway('first');
  stage.tick(2 * HOUR);
  t.equal(stage.state('assigned'), 'ASSIGNED', 'one session is left');
  t.strictSame(stage.closeGateway('second').events, ['sessionLost g0']);
  stage.wait(1000).submit('later');
  t.strictSame(
    stage.tick(HOUR - 1001).events.filter((event) => event.includes('GATEWAY_LOST')),
    [],
  );
  t.strictSame(
    stage.tick(1).events.filter((event) => event.includes('GATEWAY_LOST')),
    [
      'contactClosed assigned COMPLETED GATEWAY_LOST',
      'contactClosed offered CANCELLED GATEWAY_LOST',
      'contactClosed queued CANCELLED GATEWAY_LOST',
    ],
  );
  t.equal(stage.state('later') === 'CANCELLED', false, 'submitted over HTTP after the loss');
});

t.test('[ASG4] another session ends the loss; one that never had a session is never lost; keep', async (t) => {
  const cancels = channelPolicy({ gatewayLost: { afterMs: 60_000, then: 'cancel' } });
  const stage = new Stage(plainPolicy({ channels: { voice: cancels, chat: channelPolicy() } }));
  stage.submit('http', {}, { role: 'gateway', id: 'g9' });
  stage.openGateway('g0', 'first');
  stage.submit('c1');
  stage.submit('c2', { channel: 'chat' });
  stage.closeGateway('first');
  stage.wait(59_999).openGateway('g0', 'second');
  t.strictSame(stage.tick(60_000).events, []);
  stage.closeGateway('second');
  t.strictSame(stage.tick(60_000).events, ['contactClosed c1 CANCELLED GATEWAY_LOST']);
  t.equal(stage.state('c2'), 'QUEUED', 'its channel keeps it');
  t.equal(stage.state('http'), 'QUEUED');
});

t.test('[ROOM4, TIME5] a contact keeps the cost that it was offered at', async (t) => {
  const stage = assigned({ cost: 60, limit: 5 });
  stage.policy(plainPolicy({ channels: { voice: channelPolicy({ cost: 40, limit: 5 }) } }));
  stage.submit('c2');
  t.match(stage.agent('a1'), { load: 100, contacts: ['c1', 'c2'] });
  stage.complete('c1', agentActor('a1'));
  t.equal(stage.agent('a1').load, 40);
});
