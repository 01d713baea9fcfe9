// Restarts and stalls: what was nobody's fault has no penalty, and what was due meanwhile happens once.
import t from 'tap';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { type Acted, Stage } from './oracle/stage.ts';

const restart = (stage: Stage): Acted => stage.act({ type: 'restart', graceMs: 60_000 });

t.test('[RST1, TIME6] offers are revoked without penalty, however late, and sessions are lost', async (t) => {
  const stage = new Stage();
  stage.openGateway('g0', 'z');
  stage.openGateway('g0', 'b');
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1');
  stage.submit('c2');
  stage.wait(3_600_000);
  t.strictSame(restart(stage).events, [
    'restarted',
    'offerRevoked c1 a1 ENGINE_RESTARTED',
    'offerRevoked c2 a2 ENGINE_RESTARTED',
    'sessionLost a1',
    'sessionLost a2',
    'sessionLost g0',
    'sessionLost g0',
  ]);
  t.equal(stage.view('c1').position, 1, 'its place in line is kept');
  t.strictSame(stage.open('a2').events, ['sessionOpened a2', 'offerMade c1 a2'], 'no cool-down; presence is kept');
});

t.test('[RST2] nobody counts as lost before 60 s have passed', async (t) => {
  const assigned = { maxMs: 28_800_000, agentLostMs: 20_000, then: 'requeue' } as const;
  const gatewayLost = { afterMs: 5000, then: 'cancel' } as const;
  const stage = new Stage(
    plainPolicy({ channels: { voice: channelPolicy({ assigned }), chat: channelPolicy({ gatewayLost }) } }),
  );
  stage.openGateway('g0', 'one');
  stage.openGateway('g1', 'two');
  stage.works('a1');
  stage.works('a2');
  for (const id of ['c1', 'c2']) stage.answered(id);
  stage.submit('c3', { channel: 'chat' }, { role: 'gateway', id: 'g1' });
  stage.close('a1');
  stage.closeGateway('two', 'g1');
  stage.wait(30_000);
  t.match(restart(stage).full, [
    { graceUntil: stage.now + 60_000 },
    { subjectId: 'a2', graceUntil: stage.now + 60_000 },
    {},
  ]);
  t.strictSame(stage.tick(59_999).events, []);
  t.strictSame(stage.tick(1).events, [
    'contactClosed c3 CANCELLED GATEWAY_LOST',
    'presenceSet a1 OFFLINE SESSION_LOST',
    'presenceSet a2 OFFLINE SESSION_LOST',
    'contactRequeued c1 a1 AGENT_LOST',
    'contactRequeued c2 a2 AGENT_LOST',
  ]);
});

t.test('[RST2] a longer grace of the policy’s stays longer', async (t) => {
  const stage = new Stage(plainPolicy({ presence: { graceMs: 300_000, missesBeforeBusy: 1, declineCoolDownMs: 0 } }));
  stage.works('a1');
  t.match(restart(stage).full, [{ graceUntil: stage.now + 60_000 }, { graceUntil: stage.now + 300_000 }]);
});

t.test('[RST2, TIME2] other deadlines that passed meanwhile fire once, in order', async (t) => {
  const stage = new Stage(plainPolicy({ channels: { voice: channelPolicy({ wrapUpMs: 10_000 }) }, forgetMs: 20_000 }));
  stage.works('a1');
  stage.answered('c1');
  stage.end('c1', { role: 'agent', id: 'a1' });
  stage.submit('c2');
  stage.wait(5000).cancel('c2', 'ABANDONED');
  stage.wait(3_600_000);
  t.strictSame(restart(stage).events, [
    'restarted',
    'sessionLost a1',
    'contactClosed c1 COMPLETED WRAP_UP_OVER',
    'tombstonesForgotten',
  ]);
  t.strictSame(
    stage.tick(80_000).events,
    ['tombstonesForgotten', 'presenceSet a1 OFFLINE SESSION_LOST'],
    'c1 was closed by the restart’s clock',
  );
});

t.test('[RST3] stalled offers are revoked, in order; those that still run are not', async (t) => {
  const voice = channelPolicy({ cost: 10, limit: 9 });
  const chat = channelPolicy({ cost: 10, offerTimeoutMs: 60_000 });
  const stage = new Stage(plainPolicy({ channels: { voice, chat } }));
  stage.works('a1');
  stage.submit('before');
  const firstSeq = stage.run.core.seq + 1;
  stage.submit('c1');
  stage.submit('slow', { channel: 'chat' });
  stage.submit('c2');
  const lastSeq = stage.run.core.seq;
  stage.submit('after');
  stage.wait(20_000);
  const { events } = stage.act({ type: 'withdrawStalled', firstSeq, lastSeq });
  t.strictSame(events, [
    'offerRevoked c1 a1 CLOCK_STALLED',
    'offerRevoked c2 a1 CLOCK_STALLED',
    'offerMade c1 a1',
    'offerMade c2 a1',
  ]);
});
