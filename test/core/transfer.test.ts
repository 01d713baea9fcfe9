// Contacts that are given back, taken back, or sent on.
import t from 'tap';
import type { TransferTarget } from '../../src/core/commands.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { type Acted, agentActor, disposition, GATEWAY, NOON, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const QUEUES = [
  queuePolicy('main', { limits: { waiting: 50_000, waitMs: 100_000 } }),
  queuePolicy('billing', {
    when: { intent: ['billing'] },
    requires: [needs('billing')],
    clockRate: 2,
    headStartMs: 1000,
    limits: { waiting: 1, waitMs: 200_000 },
  }),
];

const A1 = agentActor('a1');
const COOL_MS = 30_000;

/** c1, which waited 3 s, is with a1 for another 4 s; b1 can do billing and has c0. */
function talking(changes: Partial<ResolvedPolicy> = {}): Stage {
  const stage = new Stage(plainPolicy({ queues: QUEUES, ...changes }));
  stage.works('b1', { skills: { billing: 5 } });
  stage.answered('c0');
  stage.submit('c1', { journeyId: 'j', attributes: '{"k":1}' });
  stage.wait(3000).works('a1');
  stage.accept('c1');
  stage.wait(4000);
  return stage;
}

t.test('[XFR1, XFR2] requeue: the agent gives it back, a supervisor or an admin takes it back', async (t) => {
  const table = [
    [A1, 'AGENT'],
    [SUPERVISOR, 'SUPERVISOR'],
    [ADMIN, 'SUPERVISOR'],
  ] as const;
  for (const [by, cause] of table) {
    const stage = talking();
    t.strictSame(stage.requeue('c1', by).events, [`contactRequeued c1 a1 ${cause}`]);
    const { state, agentId, agedFrom, enqueuedAt, assignedAt, queue } = stage.view('c1');
    t.strictSame({ state, agentId, queue, assignedAt }, { state: 'QUEUED', agentId: '', queue: 'main', assignedAt: 0 });
    t.equal(agedFrom, stage.now - 3000, 'the conversation does not count as waiting');
    t.equal(enqueuedAt, stage.now);
    t.strictSame(stage.tick(COOL_MS).events, ['coolDownEnded c1 a1', 'offerMade c1 a1']);
  }
});

t.test('[XFR2] with resetAge it ages from now; the wait limit starts anew', async (t) => {
  const stage = talking();
  stage.requeue('c1', A1, { resetAge: true });
  t.equal(stage.view('c1').agedFrom, stage.now);
  stage.presence('a1', 'OFFLINE');
  t.strictSame(stage.tick(99_999).events, ['coolDownEnded c1 a1']);
  t.strictSame(stage.tick(1).events, ['contactClosed c1 EXPIRED WAITED_TOO_LONG']);
  const other = talking();
  other.transfer('c1', A1, { queue: 'billing' }, { resetAge: true });
  t.equal(other.view('c1').agedFrom, other.now);
  t.match(other.tick(200_000).events.at(-1), 'contactClosed c1 EXPIRED', 'by the queue that it is in');
});

t.test('[XFR3, XFR4] to another queue: classified by it, keeping its age and all that makes it itself', async (t) => {
  const stage = talking();
  const before = stage.view('c1');
  const { events, full, ok } = stage.transfer('c1', A1, { queue: 'billing' });
  t.strictSame(events, ['contactTransferred c1 a1 billing QUEUE AGENT']);
  t.match(full[0], {
    by: 'a1',
    requirement: [needs('billing')],
    requires: [],
    clockRate: 2000,
    headStartUs: 1_000_000,
    waitUntil: stage.now + 200_000,
    agedFrom: stage.now - 3000,
  });
  const after = stage.view('c1');
  t.match(ok.contact, { id: 'c1', queue: 'billing', state: 'QUEUED' });
  for (const field of ['journeyId', 'attributes', 'submittedAt', 'customerId', 'direction', 'segment'] as const) {
    t.equal(after[field], before[field], field);
  }
  t.equal(stage.submit('c1', { journeyId: 'j', attributes: '{"k":1}' }).result, 'ok', 'a repeated submit knows it');
  t.strictSame(stage.complete('c0', agentActor('b1')).events, ['contactClosed c0 COMPLETED AGENT', 'offerMade c1 b1']);
});

t.test('[XFR4] to a requirement, instead of its own; an alternative without skills asks for nothing', async (t) => {
  const stage = talking();
  stage.transfer('c1', A1, { requires: [needs('es', 3)] });
  t.match(stage.view('c1'), { queue: 'main', requires: [needs('es', 3)] });
  stage.works('s1', { skills: { es: 3 } });
  stage.accept('c1');
  t.match(stage.transfer('c1', agentActor('s1'), { queue: 'billing', requires: [needs('fr')] }).full[0], {
    to: 'REQUIREMENT',
    requirement: [needs('billing', 1, 'fr', 1)],
  });
  stage.transfer('c1', SUPERVISOR, { queue: 'main', requires: [{ all: [] }] });
  t.strictSame(stage.run.core.state.known.get('c1')?.contact?.requirement, []);
});

t.test('[XFR3, OFF11] supervisors move waiting and offered contacts too; those go on ageing', async (t) => {
  const stage = new Stage(plainPolicy({ queues: QUEUES }));
  stage.submit('c1');
  stage.wait(5000);
  t.strictSame(stage.transfer('c1', SUPERVISOR, { queue: 'billing' }).events, [
    'contactTransferred c1  billing QUEUE SUPERVISOR',
  ]);
  t.match(stage.view('c1'), { agedFrom: NOON, enqueuedAt: NOON + 5000, queue: 'billing' });
  stage.works('b1', { skills: { billing: 1 } });
  t.equal(stage.view('c1').state, 'OFFERED');
  stage.works('a1');
  t.strictSame(stage.transfer('c1', ADMIN, { queue: 'main', requires: [needs('x')] }).events, [
    'offerRevoked c1 b1 CONTACT_TRANSFERRED',
    'contactTransferred c1  main REQUIREMENT SUPERVISOR',
  ]);
  t.strictSame(
    stage.transfer('c1', SUPERVISOR, { requires: [{ all: [] }] }, { resetAge: true }).events.at(-1),
    'offerMade c1 b1',
    'without cool-down: nobody had it',
  );
});

t.test('[XFR5] what cannot be meant is refused by name, in the order of the refusals', async (t) => {
  const stage = talking();
  const table: readonly (readonly [Partial<TransferTarget>, string, string])[] = [
    [{}, 'INVALID_FIELD', 'to'],
    [{ holdMs: 1, queue: 'main' }, 'INVALID_FIELD', 'to.holdMs'],
    [{ queue: 'none' }, 'UNKNOWN_QUEUE', 'to.queue'],
    [{ agentId: 'nobody', queue: 'none' }, 'NO_SUCH_AGENT', 'to.agentId'],
    [{ requires: Array.from({ length: 17 }, (_, i) => needs(`s${i}`)) }, 'REQUIREMENT_TOO_LARGE', 'to.requires'],
  ];
  for (const [to, reason, path] of table) {
    const { result, path: at, events } = stage.transfer('c1', A1, to);
    t.strictSame([result, at, events], [reason, path, []]);
  }
  t.equal(stage.transfer('c1', A1, { queue: 'none' }, { version: 9 }).result, 'VERSION_MISMATCH');
  t.equal(stage.requeue('c1', A1, { version: 9 }).result, 'VERSION_MISMATCH');
  t.equal(stage.transfer('c9', SUPERVISOR, { agentId: 'nobody' }).result, 'NO_SUCH_CONTACT');
});

t.test('[XFR6] the agent who had it cools down for the contact, whoever asked', async (t) => {
  const given: readonly ((stage: Stage) => Acted)[] = [
    (stage) => stage.requeue('c1', A1),
    (stage) => stage.requeue('c1', SUPERVISOR),
    (stage) => stage.transfer('c1', A1, { requires: [{ all: [] }] }),
    (stage) => stage.transfer('c1', SUPERVISOR, { queue: 'main' }),
  ];
  for (const give of given) {
    const stage = talking();
    t.notMatch(give(stage).events.join(), 'offerMade c1 a1');
    t.strictSame(stage.tick(COOL_MS).events, ['coolDownEnded c1 a1', 'offerMade c1 a1']);
  }
  const none = talking({ presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 0 } });
  t.strictSame(none.requeue('c1', A1).events, ['contactRequeued c1 a1 AGENT', 'offerMade c1 a1'], 'there is none');
  const named = talking();
  t.strictSame(
    named.transfer('c1', A1, { agentId: 'a1' }).events,
    ['contactTransferred c1 a1 main ONE_AGENT AGENT', 'offerMade c1 a1'],
    'unless it is named',
  );
});

t.test('[XFR6] a transfer to an agent ends its cool-down with the contact', async (t) => {
  const stage = talking();
  stage.transfer('c1', A1, { agentId: 'b1' });
  t.strictSame(stage.tick(5000).events, []);
  t.strictSame(stage.transfer('c1', SUPERVISOR, { agentId: 'a1' }).events, [
    'contactTransferred c1  main ONE_AGENT SUPERVISOR',
    'offerMade c1 a1',
  ]);
});

t.test('[XFR7, QUE3, QUE5] a full queue takes what is in the house', async (t) => {
  const stage = talking();
  stage.submit('c2', { intent: 'billing', queue: 'billing' });
  t.equal(stage.submit('c3', { queue: 'billing' }).result, 'QUEUE_FULL');
  t.equal(stage.transfer('c1', A1, { queue: 'billing' }).result, 'ok');
  t.match(stage.ask({ type: 'queues' }).queues?.[1], { name: 'billing', waiting: 2 });
});

t.test('[XFR8] what nobody has, what is over, what is closed', async (t) => {
  const stage = new Stage(plainPolicy({ channels: { voice: channelPolicy({ wrapUpMs: 60_000 }) } }));
  stage.submit('c1');
  t.equal(stage.requeue('c1', SUPERVISOR).result, 'CONTACT_NOT_ANSWERED', 'QUEUED');
  stage.works('a1');
  t.equal(stage.requeue('c1', SUPERVISOR).result, 'CONTACT_NOT_ANSWERED', 'OFFERED');
  t.equal(stage.requeue('c1', A1).result, 'CONTACT_NOT_ANSWERED');
  t.equal(stage.transfer('c1', A1, { queue: 'main' }).result, 'CONTACT_NOT_ANSWERED');
  stage.accept('c1');
  stage.end('c1', A1);
  for (const by of [A1, SUPERVISOR]) {
    t.equal(stage.requeue('c1', by).result, 'CONTACT_ANSWERED', 'WRAP_UP');
    t.equal(stage.transfer('c1', by, { queue: 'main' }).result, 'CONTACT_ANSWERED');
  }
  stage.complete('c1', A1, disposition('done'));
  for (const by of [A1, SUPERVISOR]) {
    t.equal(stage.requeue('c1', by).result, 'CONTACT_CLOSED');
    t.equal(stage.transfer('c1', by, { queue: 'main' }).result, 'CONTACT_CLOSED');
  }
});

t.test('[XFR9] an agent that asks again is answered with the contact as it stands', async (t) => {
  const stage = talking();
  stage.transfer('c1', A1, { queue: 'billing', requires: [needs('x'), needs('y')] });
  const again: readonly Partial<TransferTarget>[] = [
    { queue: 'billing' },
    { requires: [needs('y'), needs('x')] },
    { queue: 'billing', requires: [needs('x'), needs('y')] },
  ];
  for (const to of again)
    t.strictSame([stage.transfer('c1', A1, to).result, stage.transfer('c1', A1, to).events], ['ok', []]);
  t.match(stage.requeue('c1', A1).ok.contact, { queue: 'billing', state: 'QUEUED' });
  for (const to of [{ queue: 'main' }, { agentId: 'b1' }, { requires: [needs('x')] }]) {
    t.equal(stage.transfer('c1', A1, to).result, 'NO_SUCH_CONTACT', 'something else');
  }
  t.equal(stage.requeue('c1', agentActor('b1')).result, 'NO_SUCH_CONTACT', 'somebody else');
  t.equal(stage.requeue('c1', GATEWAY).result, 'CONTACT_NOT_ANSWERED', 'whom the edge keeps from asking');
  stage.transfer('c1', SUPERVISOR, { queue: 'main', requires: [{ all: [] }] });
  stage.tick(COOL_MS);
  stage.accept('c1');
  t.equal(stage.requeue('c1', A1).events[0], 'contactRequeued c1 a1 AGENT', 'one that it has again counts');
});

t.test('[XFR1, PRES4] who drains and gives back its last contact is OFFLINE', async (t) => {
  for (const kind of ['requeue', 'transfer'] as const) {
    const stage = talking();
    stage.presence('a1', 'DRAINING');
    const { events } = kind === 'requeue' ? stage.requeue('c1', A1) : stage.transfer('c1', A1, { queue: 'billing' });
    t.equal(events[1], 'presenceSet a1 OFFLINE DRAINED');
  }
});

t.test('[QUE8] a contact that is accepted again counts again, in the queue that it is in', async (t) => {
  const stage = talking();
  stage.transfer('c1', A1, { queue: 'billing' });
  stage.complete('c0', agentActor('b1'));
  stage.accept('c1');
  const answered = stage.ask({ type: 'queues' }).queues?.map((queue) => [queue.name, queue.answered, queue.assigned]);
  t.strictSame(answered, [
    ['main', 2, 0],
    ['billing', 1, 1],
  ]);
});

/** a1 has c1 of journey j, and asks b1, who has c2 of it. */
function consulting(changes: Partial<ResolvedPolicy> = {}): Stage {
  const stage = new Stage(plainPolicy({ queues: QUEUES, ...changes }));
  stage.works('a1');
  stage.submit('c1', { journeyId: 'j', attributes: '{"k":1}' });
  stage.wait(2000).accept('c1');
  stage.works('b1', { skills: { billing: 5 } });
  stage.wait(3000).submit('c2', { journeyId: 'j', intent: 'billing', queue: 'billing' });
  stage.accept('c2');
  stage.wait(4000);
  return stage;
}

const B1 = agentActor('b1');

t.test('[XFR10, XFR11] a contact is handed over to the agent of its consult contact', async (t) => {
  for (const by of [A1, SUPERVISOR]) {
    const stage = consulting();
    const before = stage.view('c1');
    t.strictSame(stage.transfer('c1', by, { consultId: 'c2' }).events, [
      `contactTransferred c1 a1 main CONSULT ${by === A1 ? 'AGENT' : 'SUPERVISOR'}`,
      `contactClosed c2 COMPLETED ${by === A1 ? 'AGENT' : 'SUPERVISOR'}`,
    ]);
    const after = stage.view('c1');
    t.match(after, { state: 'ASSIGNED', agentId: 'b1', queue: 'main', assignedAt: stage.now, enqueuedAt: NOON });
    t.equal(after.assignedAt - after.agedFrom, before.assignedAt - before.agedFrom, 'it keeps its age');
    t.equal(stage.agent('a1').load, 0);
    t.match(stage.agent('b1'), { load: 100, contacts: ['c1'] });
    t.match(stage.ask({ type: 'queues' }).queues, [
      { name: 'main', answered: 1, assigned: 1 },
      { name: 'billing', answered: 1, assigned: 0 },
    ]);
    t.strictSame(stage.complete('c1', B1).events, ['contactClosed c1 COMPLETED AGENT']);
  }
});

t.test('[XFR11] the longest conversation counts anew, a lost agent’s time goes on', async (t) => {
  const assigned = { maxMs: 100_000, agentLostMs: 20_000, then: 'requeue' } as const;
  const stage = consulting({ channels: { voice: channelPolicy({ assigned }) } });
  stage.transfer('c1', A1, { consultId: 'c2' });
  stage.run.startShadows();
  t.strictSame(stage.tick(99_999).events, []);
  t.strictSame(stage.tick(1).events, ['contactRequeued c1 b1 TOO_LONG', 'offerMade c1 a1']);
  const lost = consulting({ channels: { voice: channelPolicy({ assigned }) } });
  lost.close('b1');
  lost.wait(5000).transfer('c1', A1, { consultId: 'c2' });
  lost.presence('a1', 'BUSY');
  t.strictSame(lost.tick(15_000).events, ['presenceSet b1 OFFLINE SESSION_LOST', 'contactRequeued c1 b1 AGENT_LOST']);
});

t.test('[XFR10, XFR12] what is no consult contact is refused, with its path', async (t) => {
  const stage = consulting();
  stage.works('d1');
  stage.submit('c3', { journeyId: 'k' });
  stage.accept('c3');
  stage.submit('c4', { journeyId: 'j' });
  const table: readonly (readonly [Partial<TransferTarget>, string, string])[] = [
    [{ consultId: 'c2', queue: 'main' }, 'INVALID_FIELD', 'to.consultId'],
    [{ consultId: 'c2', holdMs: 1 }, 'INVALID_FIELD', 'to.consultId'],
    [{ consultId: 'c9' }, 'NO_SUCH_CONTACT', 'to.consultId'],
    [{ consultId: 'c1' }, 'NO_SUCH_CONTACT', 'to.consultId'],
    [{ consultId: 'c3' }, 'NO_SUCH_CONTACT', 'to.consultId'],
    [{ consultId: 'c4' }, 'CONTACT_NOT_ANSWERED', 'to.consultId'],
  ];
  for (const [to, reason, path] of table) {
    const { result, path: at, events } = stage.transfer('c1', A1, to);
    t.strictSame([result, at, events], [reason, path, []]);
  }
  t.equal(
    stage.transfer('c4', SUPERVISOR, { consultId: 'c2' }).result,
    'CONTACT_NOT_ANSWERED',
    'who has not been answered',
  );
  t.equal(stage.transfer('c2', A1, { consultId: 'c1' }).result, 'NO_SUCH_CONTACT', 'somebody else’s');
  t.equal(stage.transfer('c3', agentActor('d1'), { consultId: 'c3' }).result, 'NO_SUCH_CONTACT');
  const wrapped = consulting({ channels: { voice: channelPolicy({ wrapUpMs: 1000 }) } });
  wrapped.end('c2', B1);
  t.equal(wrapped.transfer('c1', A1, { consultId: 'c2' }).result, 'CONTACT_ANSWERED');
  const aimless = new Stage();
  aimless.works('a1');
  aimless.answered('c1');
  aimless.works('a2');
  aimless.answered('c2');
  t.equal(aimless.transfer('c1', A1, { consultId: 'c2' }).result, 'NO_SUCH_CONTACT', 'no journey is none');
});

t.test('[XFR9, XFR12] a hand-over asked for again is answered with the contact as it stands', async (t) => {
  const stage = consulting();
  stage.transfer('c1', A1, { consultId: 'c2' });
  const again = stage.transfer('c1', A1, { consultId: 'c2' });
  t.strictSame([again.result, again.events], ['ok', []]);
  t.match(again.ok.contact, { state: 'ASSIGNED', agentId: 'b1' });
  stage.requeue('c1', B1);
  t.equal(stage.transfer('c1', A1, { consultId: 'c2' }).result, 'NO_SUCH_CONTACT');
});

t.test(
  '[XFR10, PRES4] who drains and hands over its last contact is OFFLINE; the consulted agent goes on',
  async (t) => {
    const stage = consulting();
    for (const id of ['a1', 'b1']) stage.presence(id, 'DRAINING');
    t.strictSame(stage.transfer('c1', A1, { consultId: 'c2' }).events, [
      'contactTransferred c1 a1 main CONSULT AGENT',
      'presenceSet a1 OFFLINE DRAINED',
      'contactClosed c2 COMPLETED AGENT',
    ]);
    t.equal(stage.agent('b1').presence, 'DRAINING');
  },
);

t.test('[XFR2, RLX6] relaxations start anew in the queue that it is sent to', async (t) => {
  const relax = [{ afterMs: 10_000, headStartMs: 60_000 }];
  const stage = new Stage(plainPolicy({ queues: [queuePolicy('main', { relax }), queuePolicy('other', { relax })] }));
  stage.submit('c1');
  t.strictSame(stage.tick(10_000).events, ['contactRelaxed c1 1']);
  t.match(stage.transfer('c1', SUPERVISOR, { queue: 'other' }).full[0], { headStartUs: 0 });
  t.strictSame(stage.tick(9999).events, []);
  t.strictSame(stage.tick(1).events, ['contactRelaxed c1 1']);
});
