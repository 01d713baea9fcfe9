// Offers: pending, then accepted, declined, missed or revoked; cool-downs; misses in a row.
import t from 'tap';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { agentActor, GATEWAY, needs, Stage } from './oracle/stage.ts';

const half = (presence: Partial<ResolvedPolicy['presence']> = {}): ResolvedPolicy =>
  plainPolicy({
    channels: { voice: channelPolicy({ cost: 50, limit: 2 }) },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000, ...presence },
  });

t.test('[OFF1] an offer’s id is "o" and the seq of its event', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  const { full } = stage.submit('c1');
  const seq = stage.run.core.seq;
  t.match(full.at(-1), { type: 'offerMade', contactId: 'c1', agentId: 'a1' });
  t.equal(stage.offerOf('c1'), `o${seq}`);
  const { offers } = stage.open('a1').ok;
  t.match(offers, [{ id: `o${seq}`, contact: { id: 'c1', state: 'OFFERED' }, expiresAt: stage.now + 20_000 }]);
});

t.test('[OFF2] accept is refused at expiresAt, decline is not', async (t) => {
  for (const [ms, accepted, declined] of [
    [19_999, 'ok', 'ok'],
    [20_000, 'OFFER_EXPIRED', 'ok'],
    [20_499, 'OFFER_EXPIRED', 'ok'],
  ] as const) {
    for (const [verb, wanted] of [
      ['accept', accepted],
      ['decline', declined],
    ] as const) {
      const stage = new Stage();
      stage.works('a1');
      stage.submit('c1');
      t.equal(stage.wait(ms)[verb]('c1').result, wanted, `${verb} after ${ms} ms`);
    }
  }
});

t.test('[OFF3] an offer is missed 500 ms after expiresAt', async (t) => {
  const stage = new Stage(half({ missesBeforeBusy: 0 }));
  stage.works('a1');
  stage.submit('c1');
  t.equal(stage.run.core.nextDeadline(), stage.now + 20_500);
  t.strictSame(stage.tick(20_499).events, []);
  const { events, full } = stage.tick(1);
  t.strictSame(events, ['offerMissed c1 a1']);
  t.match(full, [{ coolDownUntil: stage.now + 30_000 }]);
  t.equal(stage.view('c1').state, 'QUEUED');
});

t.test('[OFF3] with no cool-down the sole agent gets it again in the same step', async (t) => {
  const stage = new Stage(half({ missesBeforeBusy: 0, declineCoolDownMs: 0 }));
  stage.works('a1');
  stage.submit('c1');
  t.strictSame(stage.tick(20_500).events, ['offerMissed c1 a1', 'offerMade c1 a1']);
  t.strictSame(stage.decline('c1').events, ['offerDeclined c1 a1', 'offerMade c1 a1']);
});

t.test('[OFF4] an accepted contact is ASSIGNED, and the misses start anew', async (t) => {
  const stage = new Stage(half({ missesBeforeBusy: 2, declineCoolDownMs: 0 }));
  stage.works('a1');
  stage.submit('c1');
  stage.tick(20_500);
  stage.wait(1);
  t.strictSame(stage.accept('c1').events, ['offerAccepted c1 a1']);
  t.match(stage.view('c1'), { state: 'ASSIGNED', agentId: 'a1', assignedAt: stage.now });
  stage.submit('c2');
  t.strictSame(stage.tick(20_500).events, ['offerMissed c2 a1', 'offerMade c2 a1'], 'the first miss since the accept');
  t.strictSame(stage.tick(20_500).events, ['offerMissed c2 a1', 'presenceSet a1 BUSY MISSED_OFFER']);
});

t.test('[OFF5, OFF6] a declined contact waits out the cool-down, then the sole agent gets it again', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.wait(1000);
  t.strictSame(stage.decline('c1').events, ['offerDeclined c1 a1']);
  t.strictSame(stage.submit('c2').events, ['contactSubmitted c2', 'offerMade c2 a1'], 'another contact may come');
  stage.decline('c2');
  t.strictSame(stage.tick(29_999).events, []);
  t.strictSame(stage.tick(1).events, ['coolDownEnded c1 a1', 'coolDownEnded c2 a1', 'offerMade c1 a1']);
});

t.test('[OFF6] a cool-down lasts over an offer to another agent and ends with the contact', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.decline('c1');
  t.strictSame(stage.works('a2').events, ['presenceSet a2 AVAILABLE AGENT', 'offerMade c1 a2']);
  stage.wait(1000).decline('c1');
  t.strictSame(stage.tick(29_000).events, ['coolDownEnded c1 a1', 'offerMade c1 a1']);
  stage.cancel('c1', 'ABANDONED');
  t.equal(
    stage.run.core.nextDeadline(),
    Math.ceil((stage.now + 3_600_000) / 60_000) * 60_000,
    'only forgetting is left',
  );
});

t.test('[OFF7] the last allowed miss makes BUSY and revokes the other offers without penalty', async (t) => {
  const stage = new Stage(half());
  stage.works('a1');
  stage.submit('c1');
  stage.wait(1000).submit('c2');
  t.strictSame(stage.tick(19_500).events, [
    'offerMissed c1 a1',
    'offerRevoked c2 a1 AGENT_BUSY',
    'presenceSet a1 BUSY MISSED_OFFER',
  ]);
  t.match(stage.agent('a1'), { presence: 'BUSY', reason: 'MISSED_OFFER', contacts: [], load: 0 });
  t.strictSame(stage.presence('a1', 'AVAILABLE').events, ['presenceSet a1 AVAILABLE AGENT', 'offerMade c2 a1']);
});

t.test('[OFF7] misses are counted in a row: two, none allowed, presence between them', async (t) => {
  const missTwice = (missesBeforeBusy: number, between: (stage: Stage) => void): string => {
    const stage = new Stage(half({ missesBeforeBusy, declineCoolDownMs: 0 }));
    stage.works('a1');
    stage.submit('c1');
    stage.tick(20_500);
    between(stage);
    stage.tick(20_500);
    return stage.agent('a1').presence;
  };
  const nothing = (): void => undefined;
  t.equal(missTwice(1, nothing), 'BUSY');
  t.equal(missTwice(2, nothing), 'BUSY');
  t.equal(missTwice(3, nothing), 'AVAILABLE');
  t.equal(missTwice(0, nothing), 'AVAILABLE');
  t.equal(
    missTwice(2, (stage) => stage.presence('a1', 'AVAILABLE', { channels: ['voice'] })),
    'AVAILABLE',
    'a presence that is set starts the count anew',
  );
  t.equal(
    missTwice(2, (stage) => stage.presence('a1', 'AVAILABLE')),
    'BUSY',
    'the same presence again does not',
  );
});

t.test('[OFF7] a DRAINING agent that misses its offer is not made BUSY', async (t) => {
  const stage = new Stage(half());
  stage.works('a1');
  stage.submit('c1');
  stage.presence('a1', 'DRAINING');
  t.strictSame(stage.tick(20_500).events, ['offerMissed c1 a1', 'presenceSet a1 OFFLINE DRAINED']);
});

t.test('[OFF8] answers to offers that are not pending', async (t) => {
  const cases: [name: string, reason: string, ask: (stage: Stage, offer: string) => string][] = [
    ['another agent’s', 'NO_SUCH_OFFER', (stage, offer) => stage.acceptOffer(offer, 'a2').result],
    ['of a later number', 'NO_SUCH_OFFER', (stage) => stage.acceptOffer('o9999', 'a1').result],
    ['of number 0', 'NO_SUCH_OFFER', (stage) => stage.acceptOffer('o0', 'a1').result],
    ['of no agent', 'NO_SUCH_OFFER', (stage, offer) => stage.declineOffer(offer, 'nobody').result],
    [
      'revoked',
      'OFFER_NOT_PENDING',
      (stage, offer) => {
        stage.presence('a1', 'BUSY');
        return stage.acceptOffer(offer, 'a1').result;
      },
    ],
    [
      'declined, now accepted',
      'OFFER_NOT_PENDING',
      (stage, offer) => {
        stage.decline('c1');
        return stage.acceptOffer(offer, 'a1').result;
      },
    ],
    [
      'accepted, now declined',
      'OFFER_NOT_PENDING',
      (stage, offer) => {
        stage.accept('c1');
        return stage.declineOffer(offer, 'a1').result;
      },
    ],
    [
      'missed',
      'OFFER_EXPIRED',
      (stage, offer) => {
        stage.tick(20_500);
        return stage.acceptOffer(offer, 'a1').result;
      },
    ],
    ['an event that was no offer', 'OFFER_NOT_PENDING', (stage) => stage.acceptOffer('o1', 'a1').result],
  ];
  for (const [name, reason, ask] of cases) {
    const stage = new Stage();
    stage.works('a1');
    stage.submit('c1');
    t.equal(ask(stage, stage.offerOf('c1')), reason, name);
  }
});

t.test('[OFF9] the same answer again tells how the contact stands', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  const offer = stage.offerOf('c1');
  stage.accept('c1');
  const again = stage.acceptOffer(offer, 'a1');
  t.strictSame([again.result, again.events], ['ok', []]);
  t.match(again.ok.contact, { id: 'c1', state: 'ASSIGNED' });
  stage.complete('c1', agentActor('a1'));
  t.match(stage.acceptOffer(offer, 'a1').ok.contact, { state: 'COMPLETED' });
  stage.submit('c2');
  const second = stage.offerOf('c2');
  stage.decline('c2');
  const declinedAgain = stage.declineOffer(second, 'a1');
  t.strictSame([declinedAgain.result, declinedAgain.events], ['ok', []]);
  t.match(declinedAgain.ok.contact, { id: 'c2', state: 'QUEUED' });
});

t.test('[OFF10, LINE3, ROOM6] a revoked offer leaves no trace: rank kept, no cool-down, offered on', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.wait(1000).submit('c2');
  t.strictSame(stage.presence('a1', 'BUSY').events, ['offerRevoked c1 a1 AGENT_BUSY', 'presenceSet a1 BUSY AGENT']);
  t.match(stage.view('c1'), { state: 'QUEUED', agentId: '', position: 1 });
  t.strictSame(stage.presence('a1', 'AVAILABLE').events, ['presenceSet a1 AVAILABLE AGENT', 'offerMade c1 a1']);
});

t.test('[OFF11] what can revoke an offer', async (t) => {
  const skilled = { skills: { a: 5 } };
  const causes: [reason: string, cause: (stage: Stage) => string[]][] = [
    ['CONTACT_CANCELLED', (stage) => stage.cancel('c1', 'CANCELLED').events],
    ['REQUIREMENT_CHANGED', (stage) => stage.update('c1', { requires: [needs('a', 6)] }).events],
    ['AGENT_BUSY', (stage) => stage.presence('a1', 'BUSY').events],
    ['AGENT_OFFLINE', (stage) => stage.presence('a1', 'OFFLINE').events],
    ['AGENT_CHANGED', (stage) => stage.putAgent('a1', { skills: { a: 4 } }).events],
    [
      'POLICY_CHANGED',
      (stage) => stage.policy(plainPolicy({ channels: { voice: channelPolicy({ limit: 0 }) } })).events,
    ],
    ['ENGINE_RESTARTED', (stage) => stage.act({ type: 'restart', graceMs: 0 }).events],
    ['CLOCK_STALLED', (stage) => stage.wait(20_000).act({ type: 'withdrawStalled', firstSeq: 1, lastSeq: 99 }).events],
  ];
  for (const [reason, cause] of causes) {
    const stage = new Stage();
    stage.works('a1', skilled);
    stage.submit('c1', { requires: [needs('a', 5)] });
    const told = cause(stage).filter((event) => event.startsWith('offerRevoked'));
    t.strictSame(told, [`offerRevoked c1 a1 ${reason}`]);
  }
});

t.test('[OFF12] time OFFERED counts as waiting', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.wait(10_000).decline('c1');
  stage.wait(5000).works('a2');
  const made = stage.run.journal.at(-1)?.event;
  t.match(made, { type: 'offerMade', contactId: 'c1', agentId: 'a2', urgencyUs: 15_000_000 });
  t.match(stage.view('c1'), { submittedAt: stage.now - 15_000, agedFrom: stage.now - 15_000 });
});

t.test('[ROOM5] an agent may hold several pending offers, each holding room', async (t) => {
  const stage = new Stage(half());
  stage.works('a1');
  for (const id of ['c1', 'c2', 'c3']) stage.submit(id);
  t.match(stage.agent('a1'), { load: 100, contacts: ['c1', 'c2'] });
  t.equal(stage.view('c3').state, 'QUEUED');
  t.strictSame(stage.cancel('c1', 'ABANDONED').events.slice(-1), ['offerMade c3 a1']);
  t.equal(stage.cancel('c1', 'ABANDONED', { by: GATEWAY }).result, 'ok');
});
