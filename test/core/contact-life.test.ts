// A contact's life: submitted, cancelled, ended, completed, closed by its deadlines, remembered for a while. Tables of commands and events.
import t from 'tap';
import type { ChannelPolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, disposition, GATEWAY, NOON, Stage, SUPERVISOR } from './oracle/stage.ts';

const A1 = agentActor('a1');
const wrapUp = (changes: Partial<ChannelPolicy> = {}): ResolvedPolicy =>
  plainPolicy({ channels: { voice: channelPolicy({ wrapUpMs: 10_000, ...changes }) } });

/** A stage with one agent at work. */
function staffed(policy: ResolvedPolicy = plainPolicy()): Stage {
  const stage = new Stage(policy);
  stage.works('a1');
  return stage;
}

t.test('[SUB1] a contact is in line in its own step, and offered in it if an agent is free', async (t) => {
  const idle = new Stage();
  const waits = idle.submit('c1', { attributes: '{"k":1}' });
  t.strictSame(waits.events, ['contactSubmitted c1']);
  t.match(waits.ok, { created: true, contact: { state: 'QUEUED', queue: 'main', version: 1, submittedAt: NOON } });
  const stage = staffed();
  const offered = stage.submit('c1');
  t.strictSame(offered.events, ['contactSubmitted c1', 'offerMade c1 a1']);
  t.match(offered.ok.contact, { state: 'OFFERED', agentId: 'a1', offeredAt: NOON, version: 2 });
});

t.test('[SUB2] a repeated submit answers with the contact as it stands', async (t) => {
  const stage = staffed();
  stage.submit('c1');
  for (const [state, act] of [
    ['OFFERED', () => stage.tick()],
    ['ASSIGNED', () => stage.accept('c1')],
    ['COMPLETED', () => stage.complete('c1', A1)],
  ] as const) {
    act();
    const again = stage.submit('c1');
    t.strictSame([again.result, again.events, again.ok.created], ['ok', [], false], state);
    t.match(again.ok.contact, { state });
  }
  stage.policy(plainPolicy({ channels: { chat: channelPolicy() } }));
  t.equal(stage.submit('c1').result, 'ok', 'also when the policy no longer knows its channel');
});

t.test('[SUB3, SUB4] what differs and what does not', async (t) => {
  const facts = {
    requires: [
      {
        all: [
          { skill: 'a', level: 2 },
          { skill: 'b', level: 1 },
        ],
      },
      { all: [{ skill: 'c', level: 1 }] },
    ],
    prefers: [{ skill: 'd', secondsPerLevel: 2 }],
    preferredAgents: ['a1', 'a2'],
  };
  const reordered = {
    ...facts,
    requires: [
      { all: [{ skill: 'c', level: 1 }] },
      {
        all: [
          { skill: 'b', level: 1 },
          { skill: 'a', level: 2 },
        ],
      },
    ],
  };
  const cases: [name: string, given: Parameters<Stage['submit']>[1], wanted: string][] = [
    ['the same', facts, 'ok'],
    ['alternatives and skills in another order', reordered, 'ok'],
    ['an alternative twice', { ...facts, requires: [...facts.requires, { all: [{ skill: 'c', level: 1 }] }] }, 'ok'],
    ['a channel that there is not', { ...facts, channel: 'fax' }, 'CONTACT_DIFFERS'],
    ['an attribute', { ...facts, attributes: '{"k":1}' }, 'CONTACT_DIFFERS'],
    ['another level', { ...facts, requires: [{ all: [{ skill: 'c', level: 2 }] }] }, 'CONTACT_DIFFERS'],
    ['a tier', { ...facts, tier: 1 }, 'CONTACT_DIFFERS'],
    ['a queue by name', { ...facts, queue: 'main' }, 'CONTACT_DIFFERS'],
    ['a language', { ...facts, language: 'es' }, 'CONTACT_DIFFERS'],
    ['agents in another order', { ...facts, preferredAgents: ['a2', 'a1'] }, 'CONTACT_DIFFERS'],
  ];
  for (const [name, given, wanted] of cases) {
    const stage = new Stage();
    stage.submit('c1', facts);
    t.equal(stage.submit('c1', given).result, wanted, name);
  }
  const stage = new Stage();
  stage.submit('c1', facts);
  const other = stage.submit('c1', facts, { role: 'gateway', id: 'g1' });
  t.strictSame([other.result, other.path], ['CONTACT_DIFFERS', 'contact.id'], 'another gateway');
  stage.update('c1', { tier: 3 });
  t.equal(stage.submit('c1', facts).result, 'ok', 'updates do not count');
});

t.test('[SUB5] unknown names are refused with their path', async (t) => {
  const stage = new Stage();
  for (const name of ['fax', 'constructor', '__proto__', 'toString']) {
    const channel = stage.submit('c1', { channel: name });
    t.strictSame([channel.result, channel.path], ['UNKNOWN_CHANNEL', 'contact.channel'], name);
    const segment = stage.submit('c1', { segment: name });
    t.strictSame([segment.result, segment.path], ['UNKNOWN_SEGMENT', 'contact.segment'], name);
    const queue = stage.submit('c1', { queue: name });
    t.strictSame([queue.result, queue.path], ['UNKNOWN_QUEUE', 'contact.queue'], name);
  }
});

t.test('[SUB6, UPD6, UPD7] versions', async (t) => {
  const stage = staffed();
  t.equal(stage.submit('c1', { version: 1 }).result, 'VERSION_MISMATCH', 'a new one has none');
  stage.submit('c1');
  t.equal(stage.submit('c1', { version: 1 }).result, 'VERSION_MISMATCH', 'it was offered since');
  t.equal(stage.submit('c1', { version: 2 }).result, 'ok');
  t.strictSame(
    [stage.update('c1', { tier: 1 }, 1).result, stage.update('c1', { tier: 1 }, 2).result],
    ['VERSION_MISMATCH', 'ok'],
  );
  t.equal(stage.cancel('c1', 'CANCELLED', { version: 9 }).result, 'VERSION_MISMATCH');
  stage.accept('c1');
  t.equal(stage.view('c1').version, 4);
  t.equal(stage.end('c1', A1, undefined, 3).result, 'VERSION_MISMATCH');
  t.equal(stage.complete('c1', A1, undefined, 3).result, 'VERSION_MISMATCH');
  t.equal(stage.complete('c1', A1, undefined, 4).result, 'ok');
  t.equal(stage.putAgent('a1', { name: 'Ana', version: 9 }).result, 'VERSION_MISMATCH');
  t.equal(stage.putAgent('a9', { version: 1 }).result, 'VERSION_MISMATCH');
});

t.test('[CAN1, CAN2, CAN3, CAN4] cancel, by state and cause', async (t) => {
  const reach: Record<string, (stage: Stage) => void> = {
    QUEUED: (stage) => void stage.presence('a1', 'BUSY'),
    OFFERED: () => undefined,
    ASSIGNED: (stage) => void stage.accept('c1'),
    WRAP_UP: (stage) => [stage.accept('c1'), stage.end('c1', A1)],
    COMPLETED: (stage) => [stage.accept('c1'), stage.complete('c1', A1)],
    ABANDONED: (stage) => void stage.cancel('c1', 'ABANDONED'),
    CANCELLED: (stage) => void stage.cancel('c1', 'CANCELLED'),
    EXPIRED: (stage) => [stage.presence('a1', 'BUSY'), stage.tick(604_800_000)],
  };
  const closes = (cause: string): string[] => [`contactClosed c1 ${cause} GATEWAY`];
  const table: [state: string, cause: 'ABANDONED' | 'CANCELLED', result: string, events: string[]][] = [
    ['QUEUED', 'ABANDONED', 'ok', closes('ABANDONED')],
    ['QUEUED', 'CANCELLED', 'ok', closes('CANCELLED')],
    ['OFFERED', 'ABANDONED', 'ok', ['offerRevoked c1 a1 CONTACT_CANCELLED', ...closes('ABANDONED')]],
    ['OFFERED', 'CANCELLED', 'ok', ['offerRevoked c1 a1 CONTACT_CANCELLED', ...closes('CANCELLED')]],
    ['ASSIGNED', 'ABANDONED', 'ok', ['contactEnded c1 a1 GATEWAY']],
    ['ASSIGNED', 'CANCELLED', 'CONTACT_ANSWERED', []],
    ['WRAP_UP', 'ABANDONED', 'ok', []],
    ['WRAP_UP', 'CANCELLED', 'CONTACT_ANSWERED', []],
    ['COMPLETED', 'ABANDONED', 'ok', []],
    ['COMPLETED', 'CANCELLED', 'CONTACT_ANSWERED', []],
    ['ABANDONED', 'ABANDONED', 'ok', []],
    ['CANCELLED', 'ABANDONED', 'ok', []],
    ['EXPIRED', 'CANCELLED', 'ok', []],
  ];
  for (const [state, cause, result, events] of table) {
    const stage = staffed(wrapUp());
    stage.submit('c1');
    reach[state]?.(stage);
    t.equal(stage.state('c1'), state);
    const { result: got, events: made } = stage.cancel('c1', cause);
    t.strictSame([got, made], [result, events], `${cause} while ${state}`);
  }
});

t.test('[WRAP1, WRAP2, ROOM4] end begins the wrap-up, its timer completes', async (t) => {
  for (const [by, cause] of [
    [A1, 'AGENT'],
    [GATEWAY, 'GATEWAY'],
    [SUPERVISOR, 'SUPERVISOR'],
  ] as const) {
    const stage = staffed(wrapUp());
    stage.answered('c1');
    stage.wait(5000);
    t.strictSame(stage.end('c1', by).events, [`contactEnded c1 a1 ${cause}`]);
    t.match(stage.view('c1'), { state: 'WRAP_UP', agentId: 'a1', endedAt: stage.now });
    t.match(stage.agent('a1'), { load: 100, contacts: ['c1'] }, 'wrap-up holds full room');
    stage.submit('c2');
    t.strictSame(stage.tick(9999).events, []);
    t.strictSame(stage.tick(1).events, ['contactClosed c1 COMPLETED WRAP_UP_OVER', 'offerMade c2 a1']);
  }
});

t.test('[WRAP1] without wrap-up, end completes at once', async (t) => {
  const stage = staffed();
  stage.answered('c1');
  const { events, full, ok } = stage.end('c1', GATEWAY);
  t.strictSame(events, ['contactClosed c1 COMPLETED GATEWAY']);
  t.match(full, [{ endedNow: true }]);
  t.match(ok.contact, { state: 'COMPLETED', endedAt: NOON, closedAt: NOON });
});

t.test('[WRAP3] complete closes from WRAP_UP and from ASSIGNED, and frees the room', async (t) => {
  const stage = staffed(wrapUp());
  stage.answered('c1');
  stage.submit('c2');
  const { events, full } = stage.complete('c1', A1);
  t.strictSame(events, ['contactClosed c1 COMPLETED AGENT', 'offerMade c2 a1']);
  t.match(full, [{ endedNow: true }, {}]);
  stage.accept('c2');
  stage.end('c2', A1);
  const closed = stage.complete('c2', SUPERVISOR);
  t.strictSame(closed.events, ['contactClosed c2 COMPLETED SUPERVISOR']);
  t.match(closed.full, [{ endedNow: false }]);
});

t.test('[WRAP4, WRAP6] dispositions: the last one given stays', async (t) => {
  const stage = staffed(wrapUp());
  stage.answered('c1');
  stage.end('c1', A1, disposition('asked'));
  t.match(stage.view('c1').disposition, { outcome: 'asked' });
  t.strictSame(stage.end('c1', A1).events, [], 'end again');
  t.strictSame(stage.end('c1', A1, disposition('asked')).events, [], 'the same again');
  t.strictSame(stage.end('c1', A1, disposition('solved')).events, ['dispositionSet c1']);
  t.match(stage.complete('c1', A1).ok.contact, { disposition: { outcome: 'solved' } }, 'without one the earlier stays');
  t.strictSame(stage.complete('c1', A1, disposition('late')).events, [], 'a closed one keeps what it has');
});

t.test('[WRAP5] the disposition that the wrap-up timer did not wait for may come late', async (t) => {
  const stage = staffed(wrapUp());
  stage.answered('c1');
  stage.end('c1', A1);
  stage.tick(10_000);
  t.strictSame(stage.complete('c1', agentActor('a2'), disposition('not mine')).result, 'NO_SUCH_CONTACT');
  t.strictSame(stage.complete('c1', A1, disposition('solved')).events, ['dispositionSet c1']);
  t.strictSame(stage.complete('c1', A1, disposition('again')).events, []);
  stage.tick(3_660_000);
  t.strictSame(stage.complete('c1', A1, disposition('too late')).result, 'NO_SUCH_CONTACT');
});

t.test('[WRAP7, REF2] end and complete of what nobody answered', async (t) => {
  const stage = staffed();
  stage.submit('c1');
  for (const verb of ['end', 'complete'] as const) {
    t.equal(stage[verb]('c1', A1, undefined, 77).result, 'CONTACT_NOT_ANSWERED', 'state before version');
  }
  stage.presence('a1', 'BUSY');
  t.equal(stage.end('c1', A1).result, 'NO_SUCH_CONTACT', 'no longer its agent’s');
  t.equal(stage.end('c1', GATEWAY).result, 'CONTACT_NOT_ANSWERED');
  stage.cancel('c1', 'ABANDONED');
  t.equal(stage.end('c1', GATEWAY).result, 'CONTACT_CLOSED');
  t.equal(stage.complete('c1', SUPERVISOR).result, 'CONTACT_CLOSED');
  t.equal(stage.end('c9', GATEWAY).result, 'NO_SUCH_CONTACT');
});

t.test('[WHO1, WHO2] contacts of others are unknown', async (t) => {
  const stage = staffed();
  stage.answered('c1');
  const other = { role: 'gateway', id: 'g1' } as const;
  t.equal(stage.update('c1', { intent: 'x' }, 0, other).result, 'NO_SUCH_CONTACT');
  t.equal(stage.cancel('c1', 'ABANDONED', { by: other }).result, 'NO_SUCH_CONTACT');
  t.equal(stage.end('c1', other).result, 'NO_SUCH_CONTACT');
  t.equal(stage.end('c1', agentActor('a2')).result, 'NO_SUCH_CONTACT');
  t.equal(stage.ask({ type: 'get', actor: other, contactId: 'c1' }).refused, 'NO_SUCH_CONTACT');
});

t.test('[TOMB1, TOMB2] a closed contact is remembered for `forget`, then its id is free', async (t) => {
  const stage = new Stage(plainPolicy({ forgetMs: 30_000 }));
  stage.submit('c1');
  stage.wait(400).cancel('c1', 'ABANDONED');
  const asked = stage.ask({ type: 'get', actor: GATEWAY, contactId: 'c1' }).contact;
  t.match(asked, { contactId: 'c1', gatewayId: 'g0', state: 'ABANDONED', closedAt: NOON + 400, queue: 'main' });
  t.strictSame(stage.tick(30_000).events, [], 'forgotten at whole minutes');
  t.strictSame(stage.tick(29_600).events, ['tombstonesForgotten']);
  t.equal(stage.ask({ type: 'get', actor: GATEWAY, contactId: 'c1' }).refused, 'NO_SUCH_CONTACT');
  t.strictSame(stage.submit('c1', { tier: 1 }).events, ['contactSubmitted c1'], 'another contact of that id');
});

t.test('[TOMB1] many closed contacts are forgotten at whole seconds', async (t) => {
  const stage = new Stage(plainPolicy({ forgetMs: 30_000 }));
  stage.wait(400);
  const close = (id: string): void => {
    stage.submit(id);
    stage.cancel(id, 'ABANDONED');
  };
  for (let count = 1; count < 1024; count++) close(`c${count}`);
  t.equal(stage.run.core.nextDeadline(), NOON + 60_000);
  close('c1024');
  t.equal(stage.run.core.nextDeadline(), NOON + 31_000);
  t.strictSame(stage.tick(30_600).events, ['tombstonesForgotten']);
});

t.test('[QUE6] the wait limit expires QUEUED contacts, offered ones when they come back', async (t) => {
  const queues = [queuePolicy('main', { limits: { waiting: 50, waitMs: 20_000 } })];
  const stage = new Stage(plainPolicy({ queues, channels: { voice: channelPolicy({ offerTimeoutMs: 30_000 }) } }));
  stage.submit('c1');
  t.strictSame(stage.tick(20_000).events, ['contactClosed c1 EXPIRED WAITED_TOO_LONG']);
  stage.works('a1');
  stage.submit('c2');
  t.strictSame(stage.tick(25_000).events, [], 'a pending offer runs out first');
  t.strictSame(
    stage.tick(5500).events,
    ['offerMissed c2 a1', 'presenceSet a1 BUSY MISSED_OFFER', 'contactClosed c2 EXPIRED WAITED_TOO_LONG'],
    'back in line while deadlines fire: at once',
  );
  stage.presence('a1', 'AVAILABLE');
  stage.submit('c3');
  t.strictSame(stage.wait(25_000).decline('c3').events, ['offerDeclined c3 a1'], 'back in line by a command');
  t.strictSame(stage.tick().events, ['contactClosed c3 EXPIRED WAITED_TOO_LONG'], 'in the next step');
});
