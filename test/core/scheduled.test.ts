// Contacts that enter their line later: by the gateway's word, or because their queue is closed. Everything here also goes through the oracle.
import t from 'tap';
import { calendarPolicy, channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, NOON, needs, Stage } from './oracle/stage.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function queueOf(stage: Stage, name = 'main') {
  return stage.ask({ type: 'queues' }).queues?.find((queue) => queue.name === name);
}

t.test('[SCH1] due later, at once, too late', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  const dueAt = stage.now + MINUTE;
  t.match(stage.submit('c1', { dueAt }).full, [{ type: 'contactSubmitted', dueAt }], 'and no offer');
  t.match(stage.view('c1'), { state: 'SCHEDULED', dueAt, submittedAt: stage.now, enqueuedAt: 0, agedFrom: 0 });
  t.equal(stage.submit('c1', { dueAt }).result, 'ok', 'a retry');
  t.equal(stage.submit('c1', { dueAt: dueAt + 1 }).result, 'CONTACT_DIFFERS');
  t.equal(stage.submit('c1').result, 'CONTACT_DIFFERS');
  t.equal(stage.run.core.nextDeadline(), dueAt);
  const past = stage.submit('c2', { dueAt: stage.now });
  t.strictSame(past.events, ['contactSubmitted c2', 'offerMade c2 a1']);
  t.equal(stage.view('c2').dueAt, 0);
  t.equal(stage.submit('c2', { dueAt: stage.now }).result, 'ok');
  const late = stage.submit('c3', { dueAt: stage.now + 366 * DAY + 1 });
  t.strictSame([late.result, late.path], ['INVALID_FIELD', 'contact.dueAt']);
  t.equal(stage.submit('c3', { dueAt: stage.now + 366 * DAY }).result, 'ok');
  t.equal(stage.submit('c4', { dueAt: 0 }).result, 'ok');
  t.equal(stage.state('c4'), 'QUEUED');
});

t.test('[SCH2] names are looked up at once, limits never', async (t) => {
  const limits = { waiting: 1, waitMs: 604_800_000 };
  const queues = [queuePolicy('small', { limits, when: { intent: ['x'] }, hours: 'office' }), queuePolicy('main')];
  const hours = { calendar: 'office', from: NOON, until: NOON + DAY, openings: [] };
  const stage = new Stage(plainPolicy({ queues, calendars: { office: calendarPolicy() } }), [hours]);
  const dueAt = NOON + MINUTE;
  for (const id of ['c1', 'c2', 'c3']) t.equal(stage.submit(id, { intent: 'x', dueAt }).result, 'ok');
  t.equal(stage.view('c1').queue, 'small');
  t.equal(stage.submit('c4', { intent: 'x' }).result, 'QUEUE_CLOSED', 'without an instant');
  t.equal(stage.submit('c4', { channel: 'fax', dueAt }).result, 'UNKNOWN_CHANNEL');
  t.equal(stage.submit('c4', { segment: 'gold', dueAt }).result, 'UNKNOWN_SEGMENT');
  t.equal(stage.submit('c4', { queue: 'none', dueAt }).result, 'UNKNOWN_QUEUE');
  t.strictSame(stage.tick(MINUTE).events, ['contactDue c1', 'contactDue c2', 'contactDue c3']);
  t.match(queueOf(stage, 'small'), { waiting: 3, open: false });
});

t.test('[SCH3] at its instant it enters the line, as the policy is then', async (t) => {
  const stage = new Stage();
  const dueAt = stage.now + MINUTE;
  stage.submit('c1', { dueAt });
  stage.submit('c2');
  const limits = { waiting: 9, waitMs: 5000 };
  stage.policy(plainPolicy({ queues: [queuePolicy('main', { clockRate: 2, headStartMs: 7, limits })] }));
  stage.now = dueAt + 300;
  stage.act({ type: 'cancel', actor: { role: 'gateway', id: 'g0' }, contactId: 'c2', cause: 'CANCELLED', version: 0 });
  const { now } = stage;
  const due = stage.run.journal.find(({ event }) => event.type === 'contactDue');
  t.match(due, { at: now, event: { clockRate: 2000, headStartUs: 7000, waitUntil: now + 5000 } });
  t.match(stage.view('c1'), { state: 'QUEUED', dueAt, enqueuedAt: now, agedFrom: now, position: 1 });
  stage.submit('c3');
  t.equal(stage.view('c3').position, 2, 'it came first');
  t.strictSame(stage.works('a1').events.at(-1), 'offerMade c1 a1');
  stage.accept('c1');
  t.match(stage.view('c1'), { state: 'ASSIGNED', dueAt });
});

t.test('[SCH3] an agent gets it in the very step', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1', { dueAt: stage.now + MINUTE, requires: [] });
  t.strictSame(stage.tick(MINUTE - 1).events, []);
  t.strictSame(stage.tick(1).events, ['contactDue c1', 'offerMade c1 a1']);
});

t.test('[SCH4] in no figure but its own', async (t) => {
  const stage = new Stage();
  stage.submit('c1', { dueAt: stage.now + MINUTE });
  stage.submit('c2', { dueAt: stage.now + MINUTE });
  t.match(queueOf(stage), { scheduled: 2, waiting: 0, oldestWaitMs: 0, offered: 0 });
  t.strictSame(stage.cancel('c1', 'ABANDONED').events, ['contactClosed c1 ABANDONED GATEWAY']);
  t.match(queueOf(stage), { scheduled: 1, abandoned: 0, serviceLevel: 1 });
  stage.tick(MINUTE);
  t.match(queueOf(stage), { scheduled: 0, waiting: 1 });
  stage.cancel('c2', 'ABANDONED');
  t.match(queueOf(stage), { waiting: 0, abandoned: 1 });
});

t.test('[SCH5] an open contact like others', async (t) => {
  const stage = new Stage();
  stage.works('a1', { skills: { es: 3 } });
  stage.submit('c1', { dueAt: stage.now + MINUTE });
  const admin = { role: 'admin', id: 'root' } as const;
  for (const type of ['end', 'complete'] as const) {
    t.equal(stage.act({ type, actor: admin, contactId: 'c1', version: 0 }).result, 'CONTACT_NOT_ANSWERED');
  }
  const list = { type: 'list', actor: admin, open: true, afterId: '', limit: 9, gatewayId: '' } as const;
  t.match(stage.ask({ ...list, state: 'SCHEDULED' }).contacts, [{ id: 'c1' }]);
  t.strictSame(stage.ask({ ...list, state: 'QUEUED' }).contacts, []);
  const updated = stage.update('c1', { requires: [needs('es', 9)], tier: 2, attributes: '{"k":1}' });
  t.strictSame([updated.result, updated.events], ['ok', ['contactUpdated c1']]);
  t.match(stage.view('c1'), { state: 'SCHEDULED', tier: 2, requires: [needs('es', 9)], version: 2 });
  t.strictSame(stage.tick(MINUTE).events, ['contactDue c1'], 'the agent’s Spanish is too weak');
  stage.submit('c2', { dueAt: stage.now + MINUTE });
  t.strictSame(stage.cancel('c2', 'CANCELLED').events, ['contactClosed c2 CANCELLED GATEWAY']);
  t.strictSame(stage.tick(MINUTE).events, []);
  t.equal(stage.agent('a1').load, 0);
  t.match(agentActor('a1'), { role: 'agent' });
});

t.test('[SCH6, ASG4] policies and gateways that come and go', async (t) => {
  const channels = { voice: channelPolicy({ gatewayLost: { afterMs: 5000, then: 'cancel' } }) };
  const stage = new Stage(plainPolicy({ channels, queues: [queuePolicy('main'), queuePolicy('other')] }));
  stage.openGateway('g0', 's1');
  stage.submit('c1', { queue: 'other', dueAt: stage.now + 3000, requires: [needs('a', 1), needs('b', 1)] });
  stage.submit('c2', { dueAt: stage.now + MINUTE });
  stage.submit('c3');
  const without = plainPolicy({ channels });
  t.equal(stage.policy(without).result, 'POLICY_NAMES_IN_USE');
  const many = Array.from({ length: 16 }, (_, index) => needs(`s${index}`, 1));
  const large = plainPolicy({ channels, queues: [queuePolicy('main'), queuePolicy('other', { requires: many })] });
  t.equal(stage.policy(large).result, 'REQUIREMENT_TOO_LARGE');
  const faster = plainPolicy({ channels, queues: [queuePolicy('main', { clockRate: 3 }), queuePolicy('other')] });
  t.strictSame(stage.policy(faster).events, ['policySet', 'contactClassified c3'], 'those in line only');
  stage.closeGateway('s1', 'g0');
  t.strictSame(stage.tick(6000).events, ['contactDue c1', 'contactClosed c3 CANCELLED GATEWAY_LOST']);
  t.strictSame([stage.state('c1'), stage.state('c2')], ['QUEUED', 'SCHEDULED']);
  stage.act({ type: 'restart', graceMs: 0 });
  t.strictSame(stage.tick(MINUTE).events, ['contactDue c2']);
});

t.test('[SCH7] for the next opening of a closed queue', async (t) => {
  const closed = { then: 'schedule' } as const;
  const queues = [queuePolicy('main', { hours: 'office', closed })];
  const openings = [NOON + 10 * MINUTE, NOON + 20 * MINUTE];
  const hours = { calendar: 'office', from: NOON, until: NOON + DAY, openings };
  const stage = new Stage(plainPolicy({ queues, calendars: { office: calendarPolicy() } }), [hours]);
  t.match(stage.submit('c1').full, [{ dueAt: NOON + 10 * MINUTE, queue: 'main', direction: 'INBOUND' }]);
  t.equal(stage.submit('c1').result, 'ok', 'a retry, though it gave no instant');
  t.match(stage.view('c1'), { state: 'SCHEDULED', dueAt: NOON + 10 * MINUTE });
  stage.act({ type: 'closeQueue', actor: { role: 'admin', id: 'root' }, queue: 'main', until: 0, reason: '' });
  t.equal(stage.submit('c2').result, 'QUEUE_CLOSED', 'nobody knows until when');
  t.strictSame(stage.tick(10 * MINUTE).events, ['contactDue c1']);
  stage.act({ type: 'openQueue', actor: { role: 'admin', id: 'root' }, queue: 'main' });
  t.match(stage.submit('c2').full, [{ queue: 'main' }]);
  t.equal(stage.state('c2'), 'QUEUED');
  stage.now = NOON + 30 * MINUTE;
  t.equal(stage.submit('c3').result, 'QUEUE_CLOSED', 'there is no next opening');
});
