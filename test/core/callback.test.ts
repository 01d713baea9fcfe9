// Customers who hang up and are called, and who are called again when they were not reached. Everything here also goes through the oracle.
import t from 'tap';
import type { CallbackPolicy, QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, disposition, GATEWAY, NOON, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const callback: CallbackPolicy = { withinMs: 24 * HOUR, attempts: 3, spacingMs: 30 * MINUTE };

function policyWith(queue: Partial<QueuePolicy> = {}, more: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  return plainPolicy({ queues: [queuePolicy('main', { callback, ...queue }), queuePolicy('plain')], ...more });
}

/** With c1 with a1, called back and accepted. */
function calledStage(policy: ResolvedPolicy = policyWith()): Stage {
  const stage = new Stage(policy);
  stage.submit('c1');
  stage.wait(MINUTE).callback('c1');
  stage.wait(MINUTE).works('a1');
  stage.accept('c1');
  return stage;
}

t.test('[CBK1] a waiting customer hangs up and keeps the place', async (t) => {
  const stage = new Stage(policyWith());
  stage.submit('c1');
  stage.wait(10).submit('c2');
  const before = stage.view('c1');
  stage.wait(MINUTE);
  const asked = stage.callback('c1');
  t.strictSame([asked.result, ...asked.events], ['ok', 'callbackRequested c1']);
  t.match(asked.full, [{ by: 'g0' }]);
  const { now } = stage;
  t.match(stage.view('c1'), { ...before, direction: 'OUTBOUND', callbackAt: now, version: 2, position: 1 });
  t.equal(stage.submit('c1').result, 'ok', 'a repeated submit is INBOUND as before');
  t.equal(stage.submit('c1', { direction: 'OUTBOUND' }).result, 'CONTACT_DIFFERS');
  stage.works('a1');
  t.strictSame(stage.accept('c1').result, 'ok', 'it was the first in line');
});

t.test('[CBK1] a pending offer stays', async (t) => {
  const stage = new Stage(policyWith());
  stage.works('a1');
  stage.submit('c1');
  t.strictSame(stage.callback('c1', SUPERVISOR).events, ['callbackRequested c1']);
  t.match(stage.view('c1'), { state: 'OFFERED', direction: 'OUTBOUND', agentId: 'a1' });
  t.equal(stage.accept('c1').result, 'ok');
});

t.test('[CBK1] steps of `relax` go on, those that have applied stay', async (t) => {
  const relax = [
    { afterMs: 10_000, headStartMs: 5000 },
    { afterMs: 60_000, requires: [] },
  ];
  const stage = new Stage(policyWith({ relax, requires: [needs('es')] }));
  stage.submit('c1');
  stage.tick(10_000);
  stage.wait(1000).callback('c1');
  t.equal(stage.view('c1').relaxedSteps, 1);
  t.strictSame(stage.tick(49_000).events, ['contactRelaxed c1 2']);
});

t.test('[RLX11] a step says that a callback may be offered', async (t) => {
  const relax = [
    { afterMs: 1000, offerCallback: true as const },
    { afterMs: 2000, headStartMs: 5 },
    { afterMs: 3000, overflowTo: 'plain' },
  ];
  const stage = new Stage(policyWith({ relax }));
  stage.submit('c1');
  stage.submit('c2', { direction: 'OUTBOUND' });
  stage.submit('c3');
  stage.tick(1000);
  t.match(stage.view('c1'), { callbackOffered: true, relaxedSteps: 1 });
  t.equal(stage.view('c2').callbackOffered, undefined, 'it is called anyway');
  stage.callback('c3');
  t.equal(stage.view('c3').callbackOffered, undefined, 'answered');
  stage.tick(1000);
  t.match(stage.view('c1'), { callbackOffered: true, relaxedSteps: 2 });
  stage.policy(policyWith({ relax: relax.slice(1) }));
  t.equal(stage.view('c1').callbackOffered, undefined, '[RLX7]');
  stage.policy(policyWith({ relax }));
  t.equal(stage.tick().events.includes('contactRelaxed c1 1'), true);
  t.equal(stage.view('c1').callbackOffered, true);
  stage.tick(1000);
  t.match(stage.view('c1'), { queue: 'plain' });
  t.equal(stage.view('c1').callbackOffered, undefined, 'not in another queue');
});

t.test('[CBK2] not where it makes no sense', async (t) => {
  const stage = new Stage(policyWith());
  stage.submit('c1', { queue: 'plain' });
  t.equal(stage.callback('c1').result, 'NO_CALLBACK');
  stage.submit('c2', { dueAt: stage.now + MINUTE });
  t.equal(stage.callback('c2').result, 'CONTACT_NOT_WAITING');
  stage.submit('c3', { direction: 'OUTBOUND' });
  t.strictSame([stage.callback('c3').result, ...stage.callback('c3').events], ['ok'], 'it is called anyway');
  t.equal(stage.view('c3').callbackAt, 0);
  stage.submit('c4');
  t.equal(stage.callback('c4', GATEWAY, 7).result, 'VERSION_MISMATCH', '[UPD6]');
  t.equal(stage.callback('c4', { role: 'gateway', id: 'g1' }).result, 'NO_SUCH_CONTACT');
  t.equal(stage.callback('c4').result, 'ok');
  t.strictSame([stage.callback('c4').result, ...stage.callback('c4').events], ['ok'], 'asked again');
  stage.cancel('c4', 'CANCELLED');
  t.equal(stage.callback('c4').result, 'CONTACT_CLOSED');
  stage.cancel('c1', 'CANCELLED');
  stage.cancel('c3', 'CANCELLED');
  stage.works('a1');
  stage.answered('c5');
  t.equal(stage.callback('c5').result, 'CONTACT_ANSWERED');
});

t.test('[CBK3] its wait limit is the one of callbacks, from the callback on', async (t) => {
  const limits = { waiting: 100, waitMs: 5 * MINUTE };
  const stage = new Stage(policyWith({ limits, callback: { ...callback, withinMs: HOUR } }));
  stage.submit('c1');
  stage.wait(4 * MINUTE).callback('c1');
  const until = stage.now + HOUR;
  t.equal(stage.run.core.nextDeadline(), until);
  stage.update('c1', { value: 7 });
  t.equal(stage.run.core.nextDeadline(), until, 'an update changes nothing of it');
  stage.wait(MINUTE).transfer('c1', SUPERVISOR, { queue: 'main' });
  t.equal(stage.run.core.nextDeadline(), stage.now + HOUR, 'from when it enters a line anew');
  stage.policy(policyWith({ limits, callback: { ...callback, withinMs: 2 * HOUR } }));
  t.equal(stage.run.core.nextDeadline(), stage.now + 2 * HOUR);
  stage.wait(MINUTE).transfer('c1', SUPERVISOR, { queue: 'plain' });
  t.equal(stage.run.core.nextDeadline(), stage.now + 168 * HOUR, 'no callback there: `limits.wait`');
  stage.now = stage.run.core.nextDeadline();
  t.strictSame(stage.tick().events, ['contactClosed c1 EXPIRED WAITED_TOO_LONG']);
});

t.test('[CBK4, ASG4] it outlives its gateway', async (t) => {
  const channels = { voice: channelPolicy({ gatewayLost: { afterMs: 10_000, then: 'cancel' } }) };
  const stage = new Stage(policyWith({}, { channels }));
  stage.openGateway('g0', 'gs');
  stage.submit('c1');
  stage.submit('c2');
  stage.callback('c1');
  stage.closeGateway('gs');
  t.strictSame(stage.tick(10_000).events, ['contactClosed c2 CANCELLED GATEWAY_LOST']);
  t.equal(stage.state('c1'), 'QUEUED');
});

t.test('[ATT1] whoever was not reached is called again', async (t) => {
  const stage = calledStage();
  stage.wait(20_000);
  const retried = stage.retry('c1', agentActor('a1'), disposition('no answer'));
  t.strictSame([retried.result, ...retried.events], ['ok', 'contactRetried c1 a1 AGENT']);
  const dueAt = stage.now + callback.spacingMs;
  t.match(retried.full, [{ dueAt, by: 'a1' }]);
  t.match(stage.view('c1'), { state: 'SCHEDULED', attempts: 1, dueAt, agentId: '', assignedAt: 0 });
  t.equal(stage.view('c1').disposition?.outcome, 'no answer');
  t.match(stage.agent('a1'), { load: 0, contacts: [] });
  stage.submit('c2');
  t.equal(stage.state('c2'), 'OFFERED', 'the agent is free at once');
});

t.test('[ATT1, RANK8] its agent is ready anew', async (t) => {
  const stage = calledStage();
  stage.wait(1000).works('a2');
  stage.wait(1000).retry('c1', SUPERVISOR);
  stage.submit('c2');
  t.equal(stage.view('c2').agentId, 'a2', 'who is ready longer');
});

t.test('[ATT2] until the attempts are used up', async (t) => {
  const stage = calledStage();
  for (const attempt of [1, 2]) {
    t.strictSame(stage.retry('c1', GATEWAY).events, ['contactRetried c1 a1 GATEWAY']);
    t.equal(stage.view('c1').attempts, attempt);
    t.strictSame(stage.tick(callback.spacingMs).events, ['contactDue c1', 'offerMade c1 a1']);
    stage.accept('c1');
  }
  const last = stage.retry('c1', GATEWAY);
  t.strictSame(last.events, ['contactClosed c1 EXPIRED ATTEMPTS_EXHAUSTED']);
  t.match(last.ok.contact, { state: 'EXPIRED', attempts: 3, agentId: 'a1', endedAt: stage.now });
});

t.test('[ATT2] OUTBOUND contacts that nobody asked for have attempts, too', async (t) => {
  const stage = new Stage(policyWith({ callback: { ...callback, attempts: 1 } }));
  stage.works('a1');
  stage.answered('c1', { direction: 'OUTBOUND' });
  t.strictSame(stage.retry('c1', agentActor('a1')).events, ['contactClosed c1 EXPIRED ATTEMPTS_EXHAUSTED']);
});

t.test('[ATT3, SCH3] the next attempt has the age of the last one', async (t) => {
  const stage = calledStage();
  stage.wait(5 * MINUTE).retry('c1', agentActor('a1'));
  stage.presence('a1', 'BUSY');
  stage.wait(callback.spacingMs - MINUTE).submit('c2');
  stage.wait(MINUTE).tick();
  t.match(stage.view('c1'), { state: 'QUEUED', enqueuedAt: stage.now, agedFrom: stage.now - 2 * MINUTE, position: 1 });
  t.equal(stage.run.core.nextDeadline(), stage.now + callback.withinMs, '[CBK3]');
  t.strictSame(stage.presence('a1', 'AVAILABLE').events.at(-1), 'offerMade c1 a1', 'not the one that came later');
});

t.test('[ATT3] relaxations and bots begin anew, what was handed over stays so', async (t) => {
  const first = { skill: 'bot', forMs: 10_000 };
  const stage = new Stage(policyWith({ first, relax: [{ afterMs: 1000, headStartMs: 1000 }] }));
  stage.works('b1', { skills: { bot: 1 } });
  stage.submit('c1', { direction: 'OUTBOUND' });
  stage.accept('c1');
  stage.retry('c1', agentActor('b1'));
  t.strictSame(stage.tick(callback.spacingMs).events, ['contactDue c1 first:bot', 'offerMade c1 b1']);
  stage.accept('c1');
  stage.requeue('c1', agentActor('b1'));
  stage.tick(1000);
  stage.works('a1');
  stage.accept('c1');
  const { headStartUs } = contactRecord(stage, 'c1');
  stage.retry('c1', agentActor('a1'));
  t.equal(contactRecord(stage, 'c1').headStartUs, headStartUs - 1_000_000, '[RLX6]');
  stage.update('c1', { value: 1 });
  const due = stage.tick(callback.spacingMs).events;
  t.strictSame(due, ['coolDownEnded c1 b1', 'contactDue c1 without:bot', 'offerMade c1 a1']);
});

function contactRecord(stage: Stage, id: string) {
  const record = [...stage.run.core.records()].find((one) => one.kind === 'contact' && one.id === id);
  if (record?.kind !== 'contact') throw new Error(`no record of ${id}`);
  return record;
}

t.test('[ATT4] not where nobody is called', async (t) => {
  const stage = new Stage(policyWith({}, { channels: { voice: channelPolicy({ wrapUpMs: 1000 }) } }));
  stage.submit('c0', { direction: 'OUTBOUND' });
  t.equal(stage.retry('c0', GATEWAY).result, 'CONTACT_NOT_ANSWERED');
  stage.cancel('c0', 'CANCELLED');
  t.equal(stage.retry('c0', GATEWAY).result, 'CONTACT_CLOSED');
  stage.works('a1', { capacity: 400, limits: { voice: 4 } });
  stage.answered('c1');
  t.equal(stage.retry('c1', GATEWAY).result, 'NO_CALLBACK', 'INBOUND');
  stage.answered('c2', { direction: 'OUTBOUND', queue: 'plain' });
  t.equal(stage.retry('c2', GATEWAY).result, 'NO_CALLBACK');
  stage.answered('c3', { direction: 'OUTBOUND' });
  t.equal(stage.retry('c3', agentActor('a2')).result, 'NO_SUCH_CONTACT');
  t.equal(stage.retry('c3', GATEWAY, undefined, 9).result, 'VERSION_MISMATCH', '[UPD6]');
  stage.end('c3', agentActor('a1'));
  t.equal(stage.retry('c3', GATEWAY).result, 'CONTACT_ANSWERED');
});

t.test('[ATT5] asked again it is answered as it stands', async (t) => {
  const stage = calledStage(policyWith({ callback: { ...callback, attempts: 2 } }));
  for (const actor of [agentActor('a1'), agentActor('a1'), GATEWAY, SUPERVISOR]) {
    t.equal(stage.retry('c1', actor).result, 'ok', actor.id);
  }
  t.equal(stage.view('c1').attempts, 1, 'counted once');
  stage.presence('a1', 'BUSY');
  stage.works('a2');
  stage.tick(callback.spacingMs);
  t.match(stage.view('c1'), { state: 'OFFERED', agentId: 'a2' });
  t.equal(stage.retry('c1', agentActor('a1')).result, 'ok', 'who gave it away');
  t.equal(stage.retry('c1', GATEWAY).result, 'CONTACT_NOT_ANSWERED', 'another attempt is under way');
  stage.accept('c1');
  t.strictSame(stage.retry('c1', agentActor('a2')).events, ['contactClosed c1 EXPIRED ATTEMPTS_EXHAUSTED']);
  for (const actor of [agentActor('a2'), GATEWAY, SUPERVISOR]) t.equal(stage.retry('c1', actor).result, 'ok');
});

t.test('[SCH4, SCH5] one that waits for its next attempt is SCHEDULED like others', async (t) => {
  const stage = calledStage();
  stage.retry('c1', agentActor('a1'));
  t.match(stage.ask({ type: 'queues' }).queues?.[0], { scheduled: 1, waiting: 0, assigned: 0 });
  t.equal(stage.end('c1', GATEWAY).result, 'CONTACT_NOT_ANSWERED');
  t.strictSame(stage.cancel('c1', 'ABANDONED').events, ['contactClosed c1 ABANDONED GATEWAY']);
  t.match(stage.ask({ type: 'queues' }).queues?.[0], { scheduled: 0, abandoned: 0 });
  t.equal(stage.now > NOON, true);
});
