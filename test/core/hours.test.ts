// When queues are open, and what becomes of contacts that come while they are closed. Everything here also goes through the oracle.
import t from 'tap';
import type { Actor } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { ResolvedHours } from '../../src/core/hours.ts';
import type { QueuePolicy } from '../../src/core/policy.ts';
import { calendarPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { GATEWAY, NOON, Stage, SUPERVISOR } from './oracle/stage.ts';

const MINUTE = 60_000;

/** Openings in minutes from noon; told of from an hour before to ten hours after. */
function office(...minutes: number[]): ResolvedHours {
  const openings = minutes.map((minute) => NOON + minute * MINUTE);
  return { calendar: 'office', from: NOON - 60 * MINUTE, until: NOON + 600 * MINUTE, openings };
}

function staged(queues: readonly QueuePolicy[], ...hours: ResolvedHours[]): Stage {
  return new Stage(plainPolicy({ queues, calendars: { office: calendarPolicy() } }), hours);
}

const main = queuePolicy('main', { hours: 'office' });

function queueAt(stage: Stage, name = 'main'): object {
  const queue = stage.ask({ type: 'queues' }).queues?.find((one) => one.name === name);
  return { open: queue?.open, opensAt: queue?.opensAt, closesAt: queue?.closesAt };
}

function close(stage: Stage, until: number, queue = 'main', actor: Actor = SUPERVISOR, reason = 'drill') {
  return stage.act({ type: 'closeQueue', actor, queue, until, reason });
}

function reopen(stage: Stage, queue = 'main') {
  return stage.act({ type: 'openQueue', actor: SUPERVISOR, queue });
}

t.test('[HRS1, HRS9] open from the begin of an opening up to its end, and where nothing is known', async (t) => {
  const stage = staged([main, queuePolicy('always')], office(10, 20, 30, 40));
  const at = (minute: number): string => {
    stage.now = NOON + minute * MINUTE;
    const { open, opensAt, closesAt } = queueAt(stage) as { open: boolean; opensAt: number; closesAt: number };
    const minuteOf = (instant: number): number => (instant === 0 ? 0 : (instant - NOON) / MINUTE);
    return `${open ? 'open' : 'closed'} ${minuteOf(opensAt)} ${minuteOf(closesAt)}`;
  };
  const table: readonly (readonly [minute: number, queue: string])[] = [
    [0, 'closed 10 0'],
    [10, 'open 0 20'],
    [19.999, 'open 0 20'],
    [20, 'closed 30 0'],
    [30, 'open 0 40'],
    [40, 'closed 0 0'],
    [599, 'closed 0 0'],
    [600, 'open 0 0'],
  ];
  for (const [minute, queue] of table) t.equal(at(minute), queue, `minute ${minute}`);
  t.strictSame(queueAt(stage, 'always'), { open: true, opensAt: 0, closesAt: 0 });
  stage.act({ type: 'resolveHours', hours: [office(0, 600)] });
  stage.now = NOON + 700 * MINUTE;
  t.strictSame(queueAt(stage), { open: true, opensAt: 0, closesAt: 0 });
});

t.test('[HRS2] the newest hours count, those of the policy’s calendars only', async (t) => {
  const stage = staged([main], office(0, 10));
  t.strictSame(stage.submit('c1').result, 'ok');
  const resolved = stage.act({ type: 'resolveHours', hours: [office(10, 20), { ...office(), calendar: 'other' }] });
  t.strictSame(resolved.events, ['hoursResolved']);
  t.equal(stage.submit('c2').result, 'QUEUE_CLOSED');
  const policy = plainPolicy({ queues: [main], calendars: { office: calendarPolicy() } });
  t.strictSame(stage.policy(policy).events, ['policySet'], 'it comes without hours');
  t.equal(stage.submit('c2').result, 'ok', 'and nothing is known of the old ones');
  t.strictSame(stage.policy(policy, [office(10, 20)]).events, ['policySet', 'hoursResolved']);
  t.equal(stage.submit('c3').result, 'QUEUE_CLOSED');
});

t.test('[HRS5] refused, with the next opening', async (t) => {
  const stage = staged([main], office(10, 20));
  const acted = stage.submit('c1');
  t.strictSame([acted.result, acted.events], ['QUEUE_CLOSED', []]);
  t.match(refusalOf(stage), {
    code: 'FAILED_PRECONDITION',
    retryAfterMs: 10 * MINUTE,
    message: /2025-10-09T09:05:00Z/,
  });
  stage.now = NOON + 20 * MINUTE;
  t.notOk('retryAfterMs' in refusalOf(stage), 'nothing is known of the next one');
  stage.now = NOON + 12 * MINUTE;
  t.equal(stage.submit('c1').result, 'ok');
  stage.now = NOON + 21 * MINUTE;
  t.equal(stage.submit('c1').result, 'ok', 'a retry is no new contact');
});

/** What one more submit is told; of the core alone, since the oracle tells no more than the reason. */
function refusalOf(stage: Stage): object {
  const core = Core.fromRecords(stage.run.core.records());
  const contact = { ...DRAFT, id: 'again' };
  const { outcome } = core.step({ type: 'submit', actor: GATEWAY, contact }, stage.now);
  return 'error' in outcome ? outcome.error : {};
}

const DRAFT = {
  id: '',
  channel: 'voice',
  direction: 'INBOUND',
  customerId: '',
  journeyId: '',
  intent: '',
  language: '',
  queue: '',
  requires: [],
  prefers: [],
  segment: '',
  value: 0,
  tier: 0,
  headStartMs: 0,
  preferredAgents: [],
  attributes: '',
  version: 0,
} as const;

t.test('[HRS6] overflow, through queues that are closed too, never in a circle', async (t) => {
  const to = (overflowTo: string) => ({ then: 'overflow', overflowTo }) as const;
  const second = queuePolicy('second', { hours: 'night', closed: to('third'), headStartMs: 5000 });
  const third = queuePolicy('third', { closed: to('main'), clockRate: 3 });
  const first = { ...main, closed: to('second') };
  const calendars = { office: calendarPolicy(), night: calendarPolicy() };
  const night = { ...office(5, 6), calendar: 'night' };
  const stage = new Stage(plainPolicy({ queues: [first, second, third], calendars }), [office(10, 20), night]);
  t.match(stage.submit('c1').full, [{ queue: 'third', overflowedFrom: 'main', clockRate: 3000 }]);
  t.equal(stage.view('c1').queue, 'third');
  stage.now = NOON + 5 * MINUTE;
  t.match(stage.submit('c2').full, [{ queue: 'second', overflowedFrom: 'main', headStartUs: 5_000_000 }]);
  stage.now = NOON + 15 * MINUTE;
  const taken = stage.submit('c3').full[0];
  t.match(taken, { queue: 'main' });
  t.notOk(taken !== undefined && 'overflowedFrom' in taken);
  stage.now = NOON + MINUTE;
  const circle = new Stage(plainPolicy({ queues: [first, second, third], calendars }), [office(10, 20), night]);
  close(circle, 0, 'third');
  t.equal(circle.submit('c1').result, 'QUEUE_CLOSED');
  t.match(refusalOf(circle), { retryAfterMs: 5 * MINUTE }, 'the first of all to open');
});

t.test('[HRS6] the other queue’s limit holds', async (t) => {
  const closed = { then: 'overflow', overflowTo: 'small' } as const;
  const small = queuePolicy('small', { limits: { waiting: 1, waitMs: 604_800_000 } });
  const stage = staged([{ ...main, closed }, small], office(10, 20));
  t.equal(stage.submit('c1').result, 'ok');
  t.equal(stage.submit('c2').result, 'QUEUE_FULL');
});

t.test('[HRS7] who waits when the queue closes stays and is served', async (t) => {
  const stage = staged([main], office(0, 10));
  stage.submit('c1');
  stage.now = NOON + 11 * MINUTE;
  t.equal(stage.submit('c2').result, 'QUEUE_CLOSED');
  t.strictSame(stage.update('c1', { tier: 1 }).result, 'ok');
  t.strictSame(stage.works('a1').events.at(-1), 'offerMade c1 a1');
  t.strictSame(stage.decline('c1').events, ['offerDeclined c1 a1']);
  t.equal(stage.state('c1'), 'QUEUED');
});

t.test('[HRS8] closed by a person', async (t) => {
  const stage = staged([main, queuePolicy('other')], office(0, 600));
  t.equal(close(stage, stage.now).result, 'INVALID_FIELD');
  t.equal(close(stage, 0, 'none').result, 'UNKNOWN_QUEUE');
  t.strictSame(reopen(stage).events, [], 'it is open');
  const closed = close(stage, stage.now + MINUTE);
  t.strictSame(closed.events, ['queueClosureSet']);
  t.match(closed.ok.queues, [{ name: 'main', open: false, opensAt: stage.now + MINUTE }]);
  t.strictSame(close(stage, stage.now + MINUTE).events, [], 'the same again');
  t.equal(stage.submit('c1').result, 'QUEUE_CLOSED');
  t.equal(stage.submit('c1', { queue: 'other' }).result, 'ok');
  stage.wait(MINUTE);
  t.equal(stage.submit('c2').result, 'ok', 'over, without an event');
  close(stage, 0);
  stage.act({ type: 'restart', graceMs: 0 });
  t.strictSame(queueAt(stage), { open: false, opensAt: 0, closesAt: 0 });
  stage.policy(plainPolicy({ queues: [main, queuePolicy('other'), queuePolicy('more')] }));
  t.equal(stage.submit('c3').result, 'QUEUE_CLOSED', 'restarts and policies change nothing');
  t.strictSame(reopen(stage).events, ['queueClosureSet']);
  t.equal(stage.submit('c3').result, 'ok');
  close(stage, 0, 'more');
  stage.policy(plainPolicy({ queues: [main, queuePolicy('other')] }));
  stage.policy(plainPolicy({ queues: [main, queuePolicy('other'), queuePolicy('more')] }));
  t.match(queueAt(stage, 'more'), { open: true }, 'a queue that comes back is a new one');
});

t.test('[HRS8, HRS9] a closure that ends while the calendar is closed', async (t) => {
  const stage = staged([main], office(0, 10, 30, 40));
  close(stage, NOON + 15 * MINUTE);
  t.strictSame(queueAt(stage), { open: false, opensAt: NOON + 30 * MINUTE, closesAt: 0 });
  close(stage, NOON + 35 * MINUTE);
  t.strictSame(queueAt(stage), { open: false, opensAt: NOON + 35 * MINUTE, closesAt: 0 });
});
