// The cap on the offers that an agent is made in a minute: a sliding window over their instants.
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { agentActor, Stage } from './oracle/stage.ts';

function capped(offersPerMinute: number, autoAccept = false): ResolvedPolicy {
  const voice = channelPolicy({ cost: 1, limit: 100, offerTimeoutMs: 3_600_000 });
  return plainPolicy({
    channels: { voice: autoAccept ? { ...voice, autoAccept } : voice },
    presence: {
      graceMs: 10_000,
      missesBeforeBusy: 1,
      declineCoolDownMs: 30_000,
      ...(offersPerMinute === 0 ? {} : { offersPerMinute }),
    },
  });
}

t.test('[OFF17, ROOM1] who was made so many offers gets the next when the first is 60 s old', async (t) => {
  const stage = new Stage(capped(2));
  stage.works('a1');
  stage.submit('c1');
  stage.wait(20_000);
  t.strictSame(stage.submit('c2').events, ['contactSubmitted c2', 'offerMade c2 a1']);
  stage.wait(10_000);
  t.strictSame(stage.submit('c3').events, ['contactSubmitted c3']);
  t.strictSame(stage.submit('c4').events, ['contactSubmitted c4']);
  t.equal(stage.run.core.nextDeadline(), stage.now + 30_000);
  t.strictSame(stage.tick(29_999).events, []);
  t.strictSame(stage.tick(1).events, ['offerMade c3 a1']);
  t.equal(stage.run.core.nextDeadline(), stage.now + 20_000, 'the offer of c2 is 60 s old then');
  t.strictSame(stage.tick(20_000).events, ['offerMade c4 a1']);
});

t.test('[OFF17] others take over, and the agent’s answers change nothing', async (t) => {
  const stage = new Stage(capped(1));
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1');
  stage.accept('c1');
  stage.complete('c1', agentActor('a1'));
  t.strictSame(stage.submit('c2').events.slice(1), ['offerMade c2 a2']);
  t.strictSame(stage.decline('c2').events, ['offerDeclined c2 a2']);
  t.strictSame(stage.submit('c3').events.slice(1), [], 'both are capped');
});

t.test('[OFF17] accepts of the router’s own count', async (t) => {
  const stage = new Stage(capped(1, true));
  stage.works('a1');
  stage.submit('c1');
  t.strictSame(stage.submit('c2').events, ['contactSubmitted c2']);
  t.strictSame(stage.tick(60_000).events, ['offerMade c2 a1', 'offerAccepted c2 a1']);
});

t.test('[OFF17, QUE9] who is capped is not available, but eligible', async (t) => {
  const stage = new Stage(capped(1));
  stage.works('a1');
  const counts = (): unknown => stage.ask({ type: 'queues' }).queues;
  t.match(counts(), [{ agentsAvailable: 1, agentsEligible: 1 }]);
  stage.submit('c1');
  t.match(counts(), [{ agentsAvailable: 0, agentsEligible: 1 }]);
  stage.tick(60_000);
  t.match(counts(), [{ agentsAvailable: 1, agentsEligible: 1 }]);
});

t.test('[OFF18] presence, sessions and restarts change nothing', async (t) => {
  const stage = new Stage(capped(1));
  stage.works('a1');
  stage.submit('c1');
  stage.presence('a1', 'BUSY');
  stage.wait(1000).close('a1');
  stage.act({ type: 'restart', graceMs: 60_000 });
  stage.open('a1');
  t.strictSame(stage.presence('a1', 'AVAILABLE').events, ['presenceSet a1 AVAILABLE AGENT']);
  t.strictSame(stage.tick(58_999).events, []);
  t.strictSame(stage.tick(1).events, ['offerMade c1 a1']);
});

t.test('[OFF18] a copy of the state knows who is capped, and until when', async (t) => {
  const stage = new Stage(capped(2));
  stage.works('a1');
  for (const id of ['c1', 'c2', 'c3']) stage.submit(id);
  const copy = Core.fromRecords(stage.run.core.records());
  t.equal(copy.nextDeadline(), stage.run.core.nextDeadline());
  t.strictSame(copy.step({ type: 'tick' }, stage.now + 59_999).events, []);
  t.match(copy.step({ type: 'tick' }, stage.now + 60_000).events, [{ type: 'offerMade', contactId: 'c3' }]);
});

t.test('[OFF18, RST6] the end of a cap counts while no deadline fires', async (t) => {
  const stage = new Stage(capped(1));
  stage.works('a1');
  stage.submit('c1');
  stage.submit('c2');
  stage.wait(60_000);
  const { events } = stage.run.step({ type: 'tick' }, stage.now, 'hold');
  t.match(events, [{ type: 'offerMade', contactId: 'c2', agentId: 'a1' }]);
});

t.test('[OFF18] a policy’s cap counts the offers that are known', async (t) => {
  const stage = new Stage(capped(3));
  stage.works('a1');
  for (const id of ['c1', 'c2', 'c3']) stage.submit(id);
  t.strictSame(stage.submit('c4').events, ['contactSubmitted c4']);
  t.strictSame(stage.policy(capped(5)).events, ['policySet', 'offerMade c4 a1'], 'four of five');
  stage.policy(capped(2));
  stage.policy(capped(3));
  t.strictSame(stage.submit('c5').events.slice(1), ['offerMade c5 a1'], 'two were kept');
  t.strictSame(stage.submit('c6').events, ['contactSubmitted c6']);
  stage.policy(capped(0));
  t.strictSame(stage.policy(capped(1)).events, ['policySet'], 'c6 was offered without a cap, and nothing is kept');
  t.equal(stage.view('c6').state, 'OFFERED');
  t.strictSame(stage.submit('c7').events.slice(1), ['offerMade c7 a1']);
});
