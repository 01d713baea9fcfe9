// Customers who may be called at some hours only, each in the own time zone. Everything here also goes through the oracle.
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import type { ResolvedHours } from '../../src/core/hours.ts';
import type { QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { calendarPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { agentActor, draft, GATEWAY, NOON, Stage, SUPERVISOR } from './oracle/stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OUTBOUND = { direction: 'OUTBOUND' } as const;
const TOKYO = { ...OUTBOUND, timeZone: 'Asia/Tokyo' };
const callback = { withinMs: 24 * HOUR, attempts: 3, spacingMs: 30 * MINUTE };

/** Openings in minutes from noon, told of from an hour before to ten hours after. */
function decent(...minutes: number[]): ResolvedHours {
  const openings = minutes.map((minute) => NOON + minute * MINUTE);
  return { calendar: 'decent', from: NOON - HOUR, until: NOON + 10 * HOUR, openings };
}

function tokyo(...minutes: number[]): ResolvedHours {
  return { ...decent(...minutes), timeZone: 'Asia/Tokyo' };
}

function policyWith(queue: Partial<QueuePolicy> = {}): ResolvedPolicy {
  const calls = queuePolicy('calls', { contactHours: 'decent', callback, ...queue });
  return plainPolicy({ queues: [calls, queuePolicy('plain')], calendars: { decent: calendarPolicy() } });
}

function staged(hours: readonly ResolvedHours[], queue: Partial<QueuePolicy> = {}): Stage {
  return new Stage(policyWith(queue), hours);
}

t.test('[DNC1] within the window of the own time zone', async (t) => {
  const stage = staged([decent(-60, 30), tokyo(20, 40)]);
  stage.works('a1', { mayPull: true });
  t.strictSame(stage.submit('c1', OUTBOUND).events, ['contactSubmitted c1', 'offerMade c1 a1']);
  stage.accept('c1');
  t.strictSame(stage.submit('c2', TOKYO).events, ['contactSubmitted c2']);
  t.match(stage.view('c2'), { state: 'SCHEDULED', dueAt: NOON + 20 * MINUTE, timeZone: 'Asia/Tokyo', agedFrom: 0 });
  t.equal(stage.act({ type: 'pull', actor: agentActor('a1'), contactId: 'c2' }).result, 'CONTACT_NOT_WAITING');
  stage.submit('c3', { timeZone: 'Asia/Tokyo' });
  t.equal(stage.state('c3'), 'QUEUED', 'INBOUND');
  stage.submit('c4', { ...OUTBOUND, timeZone: 'Europe/Rome' });
  t.equal(stage.state('c4'), 'QUEUED', 'of which nothing is known');
  stage.now = NOON + 40 * MINUTE;
  stage.tick();
  t.equal(stage.state('c1'), 'ASSIGNED', 'conversations go on');
});

t.test('[DNC1] an offer that is pending stays', async (t) => {
  const stage = staged([decent(-60, 1)]);
  stage.works('a1');
  stage.wait(MINUTE - 5000).submit('c1', OUTBOUND);
  t.strictSame(stage.tick(5000).events, []);
  t.equal(stage.accept('c1').result, 'ok');
});

t.test('[DNC2] submitted, due, and tried again outside of it', async (t) => {
  const stage = staged([decent(10, 20, 60, 70, 120, 130)]);
  t.match(stage.submit('c1', OUTBOUND).full, [{ dueAt: NOON + 10 * MINUTE, notBefore: NOON }]);
  t.match(stage.submit('c2', { ...OUTBOUND, dueAt: NOON + 30 * MINUTE }).full, [
    { dueAt: NOON + 60 * MINUTE, notBefore: NOON + 30 * MINUTE },
  ]);
  t.equal('notBefore' in (stage.submit('c3', { ...OUTBOUND, dueAt: NOON + 12 * MINUTE }).full[0] ?? {}), false);
  stage.act({ type: 'resolveHours', hours: [decent(15, 20, 60, 70, 120, 130)] });
  t.equal(stage.view('c1').dueAt, NOON + 15 * MINUTE, '[DNC5]');
  stage.now = NOON + 12 * MINUTE;
  t.strictSame(stage.tick().events, ['contactPostponed c3'], 'due, and shut');
  stage.now = NOON + 15 * MINUTE;
  t.strictSame(stage.tick().events, ['contactDue c1', 'contactDue c3']);
  stage.works('a1');
  stage.accept('c1');
  stage.now = NOON + 69 * MINUTE;
  stage.retry('c1', agentActor('a1'));
  t.equal(stage.view('c1').dueAt, NOON + 120 * MINUTE);
});

t.test('[DNC2, SCH7] with hours of the queue besides', async (t) => {
  const hours = [decent(20, 30), { ...decent(5, 25), calendar: 'office' }];
  const calls = queuePolicy('calls', { contactHours: 'decent', hours: 'office', closed: { then: 'schedule' } });
  const calendars = { decent: calendarPolicy(), office: calendarPolicy() };
  const stage = new Stage(plainPolicy({ queues: [calls], calendars }), hours);
  t.match(stage.submit('c1', OUTBOUND).full, [{ dueAt: NOON + 20 * MINUTE, notBefore: NOON + 5 * MINUTE }]);
});

t.test('[DNC3] whatever brings it into line', async (t) => {
  const stage = staged([decent(60, 70)]);
  stage.submit('c1');
  t.strictSame(stage.callback('c1').events, ['callbackRequested c1', 'contactPostponed c1']);
  t.match(stage.view('c1'), { state: 'SCHEDULED', dueAt: NOON + 60 * MINUTE, direction: 'OUTBOUND', agedFrom: NOON });
  stage.submit('c2', { ...OUTBOUND, queue: 'plain' });
  t.strictSame(stage.transfer('c2', SUPERVISOR, { queue: 'calls' }).events, [
    'contactTransferred c2  calls QUEUE SUPERVISOR',
    'contactPostponed c2',
  ]);
  stage.works('a1', { capacity: 200, limits: { voice: 2 } });
  stage.submit('c3');
  stage.callback('c3');
  t.equal(stage.state('c3'), 'OFFERED');
  t.strictSame(stage.decline('c3').events, ['offerDeclined c3 a1', 'contactPostponed c3']);
  stage.submit('c4', { ...OUTBOUND, queue: 'plain' });
  stage.accept('c4');
  t.equal(stage.transfer('c4', agentActor('a1'), { queue: 'calls' }).events.at(-1), 'contactPostponed c4');
  stage.submit('c5');
  stage.callback('c5');
  t.equal(stage.tick(20_500).events.includes('contactPostponed c5'), true, 'a missed offer, as a deadline fires');
});

t.test('[DNC3] an overflow, and calls that end by a restart', async (t) => {
  const relax = [{ afterMs: 1000, overflowTo: 'calls' }];
  const policy = policyWith();
  const [calls, plain] = policy.queues;
  if (calls === undefined || plain === undefined) throw new Error('two queues');
  const stage = new Stage({ ...policy, queues: [calls, { ...plain, relax }] }, [decent(60, 70)]);
  stage.submit('c1', { ...OUTBOUND, queue: 'plain' });
  t.strictSame(stage.tick(1000).events, ['contactRelaxed c1 1 plain→calls', 'contactPostponed c1']);
  stage.works('a1');
  stage.submit('c2');
  stage.callback('c2');
  const restarted = stage.act({ type: 'restart', graceMs: 0 }).events;
  t.strictSame(restarted.slice(0, 2), ['restarted', 'offerRevoked c2 a1 ENGINE_RESTARTED']);
  t.equal(restarted.includes('contactPostponed c2'), true);
});

t.test('[DNC3] no opening is known', async (t) => {
  const stage = staged([decent()]);
  stage.submit('c1', OUTBOUND);
  t.equal(stage.view('c1').dueAt, NOON + 10 * HOUR, 'the end of what is told of');
  stage.now = NOON + 10 * HOUR;
  t.strictSame(stage.tick().events, ['contactDue c1']);
});

t.test('[DNC4] the end of a window', async (t) => {
  const stage = staged([decent(-60, 30, 90, 100)], { relax: [{ afterMs: HOUR, headStartMs: 1 }] });
  for (const id of ['c1', 'c2']) stage.submit(id, OUTBOUND);
  stage.submit('c3');
  t.equal(stage.run.core.nextDeadline(), NOON + 30 * MINUTE);
  const copy = Core.fromRecords(stage.run.core.records());
  t.equal(copy.nextDeadline(), NOON + 30 * MINUTE);
  stage.now = NOON + 30 * MINUTE;
  t.strictSame(stage.tick().events, ['contactPostponed c1', 'contactPostponed c2']);
  t.match(stage.ask({ type: 'queues' }).queues?.[0], { waiting: 1, scheduled: 2 });
});

t.test('[DNC4] one that is noticed in the next window', async (t) => {
  const stage = staged([decent(-60, 30, 90, 100)]);
  stage.submit('c1', OUTBOUND);
  stage.now = NOON + 95 * MINUTE;
  t.strictSame(stage.tick().events, ['contactPostponed c1', 'contactDue c1']);
  t.equal(stage.run.core.nextDeadline(), NOON + 100 * MINUTE);
});

t.test('[DNC4] a slow journal delays the end of a window, not what comes into line', async (t) => {
  const stage = staged([decent(-60, 1)]);
  stage.submit('c1', OUTBOUND);
  stage.wait(MINUTE).run.step({ type: 'tick' }, stage.now, 'hold');
  t.equal(stage.state('c1'), 'QUEUED');
  stage.run.step({ type: 'submit', actor: GATEWAY, contact: draft('c2', OUTBOUND) }, stage.now, 'hold');
  t.equal(stage.state('c2'), 'SCHEDULED');
});

t.test('[DNC5] other hours and other policies, at once', async (t) => {
  const stage = staged([decent(-60, 30)]);
  stage.submit('c1', OUTBOUND);
  stage.submit('c2', OUTBOUND);
  stage.act({ type: 'resolveHours', hours: [decent(-60, 20)] });
  t.equal(stage.run.core.nextDeadline(), NOON + 20 * MINUTE);
  const shut = stage.act({ type: 'resolveHours', hours: [decent(60, 70)] });
  t.strictSame(shut.events, ['hoursResolved', 'contactPostponed c1', 'contactPostponed c2']);
  t.strictSame(stage.act({ type: 'resolveHours', hours: [tokyo(-60, 90)] }).events, ['hoursResolved'], 'not theirs');
  stage.wait(MINUTE).act({ type: 'resolveHours', hours: [decent(50, 70)] });
  t.equal(stage.view('c1').dueAt, NOON + 50 * MINUTE);
  stage.policy(policyWith({ contactHours: 'other' }));
  t.equal(stage.view('c1').dueAt, stage.now, 'nothing is shut any more');
  t.strictSame(stage.tick().events, ['contactDue c1', 'contactDue c2']);
  t.strictSame(stage.policy(policyWith(), [decent(50, 70)]).events.slice(-2), [
    'contactPostponed c1',
    'contactPostponed c2',
  ]);
});

t.test('[DNC6] age and rank are kept, the wait limit stands still', async (t) => {
  const limits = { waiting: 10, waitMs: 45 * MINUTE };
  const stage = staged([decent(-60, 30, 90, 120)], { limits, relax: [{ afterMs: 5 * MINUTE, headStartMs: 1000 }] });
  stage.submit('c1', OUTBOUND);
  stage.now = NOON + 20 * MINUTE;
  stage.submit('c2', OUTBOUND);
  stage.now = NOON + 30 * MINUTE;
  stage.tick();
  stage.submit('c0');
  stage.now = NOON + 90 * MINUTE;
  stage.update('c1', { value: 1 });
  t.match(stage.view('c1'), { state: 'QUEUED', agedFrom: NOON, enqueuedAt: stage.now, position: 1 });
  t.match(stage.view('c2'), { agedFrom: NOON + 20 * MINUTE, position: 2 });
  t.equal(stage.view('c1').relaxedSteps, undefined, '[RLX6]');
  stage.now = NOON + 105 * MINUTE - 1;
  stage.tick();
  t.equal(stage.state('c1'), 'QUEUED');
  t.strictSame(stage.tick(1).events, ['contactClosed c1 EXPIRED WAITED_TOO_LONG'], 'after 30 and 15 minutes');
});

t.test('[DNC7] a time zone is content', async (t) => {
  const stage = staged([decent(-60, 90)]);
  stage.submit('c1', TOKYO);
  t.equal(stage.submit('c1', TOKYO).result, 'ok');
  t.equal(stage.submit('c1', OUTBOUND).result, 'CONTACT_DIFFERS');
  t.equal(stage.act({ type: 'setPolicy', actor: ADMIN, policy: policyWith(), source: '', fileHash: '' }).result, 'ok');
});

t.test('[DNC6] a window whose end is noticed late costs nothing of the wait limit', async (t) => {
  const minute = 60_000;
  const at = (...minutes: number[]) => minutes.map((one) => NOON + one * minute);
  const openings = at(-60, 30, 90, 120);
  const hours = [{ calendar: 'decent', from: NOON - 60 * minute, until: NOON + 6000 * minute, openings }];
  const queues = [queuePolicy('calls', { contactHours: 'decent', limits: { waiting: 10, waitMs: 45 * minute } })];
  for (const noticedAt of [30, 80, 95]) {
    const stage = new Stage(plainPolicy({ queues, calendars: { decent: calendarPolicy() } }), hours);
    stage.submit('c1', { direction: 'OUTBOUND' });
    stage.tick(noticedAt * minute);
    stage.tick((95 - noticedAt) * minute);
    t.equal(stage.state('c1'), 'QUEUED', `30 of 45 minutes have passed, noticed at ${noticedAt}`);
    t.equal(stage.tick(14 * minute).events.length, 0);
    t.match(stage.tick(minute).events.at(-1), /^contactClosed c1 EXPIRED/);
  }
});
