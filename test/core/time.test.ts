// Steps, deadlines, replay: what a step is made of, when deadlines fire, and that the state is the fold of the events.
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import { hashRecords } from '../../src/core/state-hash.ts';
import type { HeaderRecord } from '../../src/core/state-records.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, draft, GATEWAY, NOON, Stage } from './oracle/stage.ts';

t.test('[TIME1] a step fires what is due, decides, settles once', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.wait(20_500);
  t.strictSame(stage.works('a2').events, ['presenceSet a2 AVAILABLE AGENT', 'offerMade c1 a2']);
  stage.wait(30_000);
  t.strictSame(stage.presence('a1', 'AVAILABLE').events, [
    'offerMissed c1 a2',
    'presenceSet a2 BUSY MISSED_OFFER',
    'coolDownEnded c1 a1',
    'presenceSet a1 AVAILABLE AGENT',
    'offerMade c1 a1',
  ]);
});

t.test('[TIME2] deadlines fire by due, then ordinal, then kind', async (t) => {
  const presence = { graceMs: 20_500, missesBeforeBusy: 0, declineCoolDownMs: 20_500 };
  const stage = new Stage(plainPolicy({ channels: { voice: channelPolicy({ cost: 50, limit: 2 }) }, presence }));
  stage.submit('c0');
  stage.works('a1');
  stage.works('a2');
  stage.decline('c0');
  stage.submit('c1');
  stage.close('a2');
  const { events } = stage.tick(20_500);
  t.strictSame(events.slice(0, 4), [
    'offerRevoked c0 a2 AGENT_OFFLINE',
    'coolDownEnded c0 a1',
    'presenceSet a2 OFFLINE SESSION_LOST',
    'offerMissed c1 a1',
  ]);
});

t.test('[TIME2, TIME5] two deadlines of one contact at one instant: in the order of their kinds', async (t) => {
  const assigned = { maxMs: 60_000, agentLostMs: 20_000, then: 'requeue' } as const;
  const stage = new Stage(plainPolicy({ channels: { voice: channelPolicy({ assigned }) } }));
  stage.works('a1');
  stage.answered('c1');
  stage.wait(40_000).close('a1');
  t.ok(
    stage.tick(20_000).events.includes('contactRequeued c1 a1 TOO_LONG'),
    'the longest conversation before the lost agent',
  );
  const waits = new Stage(plainPolicy({ queues: [queuePolicy('main', { limits: { waiting: 9, waitMs: 35_000 } })] }));
  waits.works('a1');
  waits.submit('c1');
  waits.wait(5000).decline('c1');
  t.strictSame(
    waits.tick(30_000).events,
    ['contactClosed c1 EXPIRED WAITED_TOO_LONG'],
    'the wait limit before the cool-down',
  );
});

t.test('[TIME3] everything in a step happens at its instant, however late it comes', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  const { full } = stage.tick(1_000_000);
  t.match(full, [{ type: 'offerMissed', coolDownUntil: NOON + 1_030_000 }, { type: 'presenceSet' }]);
  t.equal(stage.run.core.at, NOON + 1_000_000);
});

t.test('[TIME4] nextDeadline: nothing fires before it, a step at it fires', async (t) => {
  const stage = new Stage();
  t.equal(stage.run.core.nextDeadline(), Number.POSITIVE_INFINITY);
  stage.works('a1');
  stage.submit('c1');
  for (let steps = 0; steps < 20 && Number.isFinite(stage.run.core.nextDeadline()); steps++) {
    const due = stage.run.core.nextDeadline();
    t.strictSame(stage.tick(due - 1 - stage.now).events, []);
    t.not(stage.tick(1).events.length, 0, `due at ${due - NOON}`);
    t.ok(stage.run.core.nextDeadline() > stage.now, 'after a tick it lies ahead');
  }
  t.equal(stage.run.core.nextDeadline(), Number.POSITIVE_INFINITY, 'all is over and forgotten');
});

t.test('[TIME7] a refused command changes nothing, but what was due has happened', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  const hash = stage.run.core.stateHash();
  t.equal(stage.submit('c2', { channel: 'fax' }).result, 'UNKNOWN_CHANNEL');
  t.equal(stage.run.core.stateHash(), hash);
  const { result, events } = stage.wait(20_500).submit('c2', { channel: 'fax' });
  t.strictSame([result, events], ['UNKNOWN_CHANNEL', ['offerMissed c1 a1', 'presenceSet a1 BUSY MISSED_OFFER']]);
});

t.test('[TIME8, TIME9] replay and records give the same state and the same future', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.submit('c2');
  stage.decline('c1');
  const copies = [stage.run.replayed(), Core.fromRecords(stage.run.core.records())];
  const command = { type: 'submit', actor: GATEWAY, contact: draft('c3') } as const;
  const { events } = stage.run.core.step(command, stage.now + 31_000);
  for (const copy of copies) {
    t.strictSame(copy.step(command, stage.now + 31_000).events, events);
    t.equal(copy.stateHash(), stage.run.core.stateHash());
    t.equal(copy.nextDeadline(), stage.run.core.nextDeadline());
  }
  t.throws(() => stage.run.core.step({ type: 'tick' }, stage.now), 'time does not go back');
});

t.test('[TIME10] default values are no part of the hash', async (t) => {
  const header: HeaderRecord = {
    kind: 'header',
    seq: 7,
    at: 5,
    epoch: 1,
    lastOrdinal: 0,
    lastReadyOrdinal: 0,
    policy: '',
    policySource: '',
    policyFileHash: '',
    graceFloor: 0,
    relaxTestedAt: 0,
  };
  const hash = hashRecords([header]);
  const more = { ...header, newNumber: 0, newText: '', newFlag: false, newList: [], newMap: {}, newMissing: undefined };
  t.equal(hashRecords([more]), hash);
  t.not(hashRecords([{ ...header, lastOrdinal: 1 }]), hash);
  t.match(hash, /^[0-9a-f]{32}$/);
});

t.test('[REF1] before the first policy everything but a policy and a tick is refused', async (t) => {
  const core = new Core();
  const outcome = core.step({ type: 'openSession', actor: agentActor('a1'), sessionId: 's' }, NOON).outcome;
  t.match(outcome, { error: { reason: 'STARTING', code: 'UNAVAILABLE' } });
  t.match(core.step({ type: 'tick' }, NOON).outcome, { ok: {} });
});
