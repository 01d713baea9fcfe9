// Bots first: who gets the contacts of a queue with `first`, and to whom they are handed over.
import t from 'tap';
import type { QueuePolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { agentActor, disposition, GATEWAY, NOON, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const B1 = agentActor('b1');
const A1 = agentActor('a1');
const BOT = { skills: { bot: 1 }, capacity: 1000, limits: { voice: 10 } };
const FIRST = { skill: 'bot', forMs: 10_000 };
const COOL_MS = 30_000;

function policyOf(changes: Partial<QueuePolicy> = {}, then: 'requeue' | 'end' = 'requeue') {
  const assigned = { maxMs: 60_000, agentLostMs: 20_000, then };
  return plainPolicy({
    channels: { voice: channelPolicy({ assigned }) },
    queues: [
      queuePolicy('main', { first: FIRST, ...changes }),
      queuePolicy('rest', { when: { intent: ['rest'] } }),
      queuePolicy('other', { first: FIRST, when: { intent: ['other'] } }),
    ],
  });
}

/** A person a1 who is free; c1 is with the bot b1, which waited 3 s for it. */
function withBot(changes: Partial<QueuePolicy> = {}): Stage {
  const stage = new Stage(policyOf(changes));
  stage.submit('c1', { journeyId: 'j', attributes: '{"k":1}' });
  stage.wait(3000).works('b1', BOT);
  stage.accept('c1');
  stage.wait(4000).works('a1');
  return stage;
}

t.test('[BOT1] only agents with the skill get it while firstFor lasts, at whatever level', async (t) => {
  const stage = new Stage(policyOf());
  t.strictSame(stage.submit('c1').events, ['contactSubmitted c1 first:bot']);
  t.strictSame(stage.works('b1', BOT).events, ['presenceSet b1 AVAILABLE AGENT', 'offerMade c1 b1']);
  t.strictSame(
    stage.submit('r1', { queue: 'rest' }).events,
    ['contactSubmitted r1', 'offerMade r1 b1'],
    'elsewhere a bot is an agent',
  );
  t.equal(stage.submit('c2').events.at(-1), 'offerMade c2 b1', 'many at once');
});

t.test('[BOT1] whoever enters the queue later gets a time of its own', async (t) => {
  const stage = new Stage(policyOf({ relax: [{ afterMs: 5000, overflowTo: 'other' }] }));
  stage.submit('c1');
  t.strictSame(stage.tick(5000).events, ['contactRelaxed c1 1 main→other first:bot']);
  t.equal(stage.run.core.nextDeadline(), NOON + 15_000, 'by overflow');
  t.strictSame(stage.transfer('c1', SUPERVISOR, { queue: 'rest' }).events, [
    'contactTransferred c1  rest QUEUE SUPERVISOR',
  ]);
  stage.wait(3000);
  t.strictSame(stage.transfer('c1', SUPERVISOR, { queue: 'other' }).events, [
    'contactTransferred c1  other QUEUE SUPERVISOR first:bot',
  ]);
  t.equal(stage.run.core.nextDeadline(), stage.now + 10_000, 'by transfer');
});

t.test('[BOT1, BOT3] the end of firstFor is a deadline; then all who meet its requirement may have it', async (t) => {
  const stage = new Stage(policyOf({ requires: [needs('billing')] }));
  stage.works('a1', { skills: { billing: 1 } });
  stage.works('a2');
  stage.submit('c1');
  const { version } = stage.view('c1');
  t.equal(stage.run.core.nextDeadline(), NOON + 10_000);
  t.strictSame(stage.tick(9999).events, []);
  t.strictSame(stage.tick(1).events, ['contactClassified c1', 'offerMade c1 a1']);
  t.equal(stage.view('c1').version, version + 2);
  stage.complete('c1', A1);
  stage.submit('c2');
  stage.tick(10_000);
  stage.decline('c2');
  t.equal(stage.works('b1', { skills: { bot: 3, billing: 1 } }).events.at(-1), 'offerMade c2 b1', 'bots too');
});

t.test('[BOT3] a time that ends while the contact is offered ends it when it is back in line', async (t) => {
  const stage = new Stage(policyOf());
  stage.works('b1', BOT);
  stage.works('a1');
  stage.submit('c1');
  stage.wait(12_000);
  t.strictSame(stage.decline('c1').events, ['offerDeclined c1 b1']);
  t.strictSame(stage.tick(0).events, ['contactClassified c1', 'offerMade c1 a1']);
});

t.test('[BOT2] the skill is joined with what it asks, as relaxed by now; fit goes by the original', async (t) => {
  const relax = [
    { afterMs: 1000, requires: [needs('es')] },
    { afterMs: 20_000, requires: [] },
  ];
  const policy = policyOf({ requires: [needs('billing', 2)], relax });
  const stage = new Stage({ ...policy, fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 0 } });
  stage.works('b1', { skills: { bot: 2, es: 7 } });
  stage.works('b2', { skills: { bot: 9 } });
  stage.works('a1', { skills: { es: 9 } });
  stage.submit('c1');
  const { full, events } = stage.tick(1000);
  t.strictSame(events, ['contactRelaxed c1 1 first:bot', 'offerMade c1 b1']);
  t.match(full[1], { fitUs: 0 }, 'neither the bot’s skill nor what it was relaxed to is worth anything');
  stage.decline('c1');
  t.strictSame(stage.tick(9000).events, ['contactClassified c1', 'offerMade c1 a1']);
});

t.test('[BOT2, REQ3] the skill makes no requirement too large', async (t) => {
  const skills = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`s${index}`, 1]));
  const stage = new Stage(policyOf());
  stage.works('b1', { ...BOT, skills: { ...skills, bot: 1 } });
  stage.works('a1', { skills });
  const requires = [{ all: Object.keys(skills).map((skill) => ({ skill, level: 1 })) }];
  t.equal(stage.submit('c1', { requires }).events.at(-1), 'offerMade c1 b1');
  stage.accept('c1');
  t.strictSame(stage.requeue('c1', B1).events, ['contactRequeued c1 b1 AGENT without:bot', 'offerMade c1 a1']);
});

t.test('[BOT4] bots do not come first after a person, nor before one who is named', async (t) => {
  const stage = new Stage({ ...policyOf(), presence: { ...policyOf().presence, declineCoolDownMs: 0 } });
  stage.submit('c1');
  stage.tick(10_000);
  stage.works('a1');
  stage.works('a2');
  stage.accept('c1');
  t.strictSame(stage.requeue('c1', A1).events, ['contactRequeued c1 a1 AGENT', 'offerMade c1 a2']);
  stage.accept('c1');
  t.match(stage.transfer('c1', agentActor('a2'), { agentId: 'a1' }).events.at(-1), /offerMade c1 a1/);
  stage.accept('c1');
  stage.transfer('c1', A1, { queue: 'rest' });
  stage.accept('c1');
  const back = stage.transfer('c1', agentActor(stage.view('c1').agentId), { queue: 'main' }).events;
  t.match(back[0], /QUEUE AGENT/);
  t.equal(stage.view('c1').state, 'QUEUED', 'from another queue they do');
  t.equal(stage.works('b1', BOT).events.at(-1), 'offerMade c1 b1');
});

t.test('[BOT5] a bot that gives it back hands it over: only agents without the skill from then on', async (t) => {
  const stage = withBot();
  stage.works('b2', BOT);
  const { agedFrom } = stage.view('c1');
  stage.update('c1', { attributes: '{"asked":"number"}', intent: 'bill' }, 0, B1);
  const { events, full, ok } = stage.requeue('c1', B1);
  t.strictSame(events, ['contactRequeued c1 b1 AGENT without:bot', 'offerMade c1 a1']);
  t.match(full[0], { handedOverFrom: 'main', agedFrom: agedFrom + 4000 });
  t.match(ok.contact, { handedOverBy: 'b1', journeyId: 'j', attributes: '{"asked":"number","k":1}', intent: 'bill' });
  stage.accept('c1');
  t.match(stage.view('c1'), { state: 'ASSIGNED', handedOverBy: 'b1' });
  stage.requeue('c1', A1);
  t.strictSame(
    stage.tick(COOL_MS).events.filter((event) => event.startsWith('offer')),
    ['offerMade c1 a1'],
  );
});

t.test('[BOT5] by transfer too, within the queue, to another and to a person; not to another bot', async (t) => {
  const table = [
    [{ queue: 'rest' }, 'b1', 'a1'],
    [{ requires: [{ all: [] }] }, 'b1', 'a1'],
    [{ agentId: 'a1' }, 'b1', 'a1'],
    [{ agentId: 'b2' }, undefined, 'b2'],
  ] as const;
  for (const [to, by, receiver] of table) {
    const stage = withBot();
    stage.works('b2', BOT);
    const { full } = stage.transfer('c1', B1, to);
    t.match(stage.view('c1'), { agentId: receiver, state: 'OFFERED' }, JSON.stringify(to));
    t.equal(stage.view('c1').handedOverBy, by);
    t.equal(
      full[0]?.type === 'contactTransferred' ? full[0].handedOverFrom : '',
      by === undefined ? undefined : 'main',
    );
  }
  const stage = withBot();
  stage.transfer('c1', B1, { agentId: 'b1' });
  t.equal(stage.view('c1').handedOverBy, undefined, 'nor to itself');
});

t.test('[BOT5, XFR10] to whoever it consults, without standing in line', async (t) => {
  const stage = withBot();
  stage.submit('c2', { journeyId: 'j', queue: 'rest', preferredAgents: ['a1'], preferredForMs: 10_000 });
  stage.accept('c2');
  t.strictSame(stage.transfer('c1', B1, { consultId: 'c2' }).events, [
    'contactTransferred c1 b1 main CONSULT AGENT without:bot',
    'contactClosed c2 COMPLETED AGENT',
  ]);
  t.match(stage.view('c1'), { state: 'ASSIGNED', agentId: 'a1', handedOverBy: 'b1' });
});

t.test('[BOT6] what the router or a supervisor takes from a bot comes to bots first again', async (t) => {
  const taken = withBot();
  taken.works('b2', BOT);
  t.strictSame(taken.requeue('c1', SUPERVISOR).events, [
    'contactRequeued c1 b1 SUPERVISOR first:bot',
    'offerMade c1 b2',
  ]);
  const late = withBot();
  t.strictSame(late.tick(56_000).events, ['contactRequeued c1 b1 TOO_LONG first:bot', 'offerMade c1 b1']);
  const lost = withBot();
  lost.close('b1');
  t.strictSame(lost.tick(10_000).events, ['presenceSet b1 OFFLINE SESSION_LOST']);
  t.strictSame(lost.tick(10_000).events, ['contactRequeued c1 b1 AGENT_LOST first:bot']);
  t.strictSame(
    lost.tick(10_000).events,
    ['contactClassified c1', 'offerMade c1 a1'],
    'nobody is there: a person, 10 s later',
  );
});

t.test('[BOT6] what was handed over stays so; supervisors and overflows take it nowhere else', async (t) => {
  const stage = withBot({ relax: [{ afterMs: 5000, overflowTo: 'other' }] });
  stage.presence('a1', 'BUSY');
  stage.requeue('c1', B1);
  stage.works('b2', BOT);
  t.strictSame(stage.tick(5000).events, ['contactRelaxed c1 1 main→other without:bot']);
  t.match(stage.transfer('c1', SUPERVISOR, { queue: 'main' }).events, [
    'contactTransferred c1  main QUEUE SUPERVISOR without:bot',
  ]);
  t.equal(stage.view('c1').handedOverBy, 'b1');
  t.equal(stage.presence('a1', 'AVAILABLE').events.at(-1), 'offerMade c1 a1');
});

t.test('[BOT7] policies begin nothing for those who wait; what runs goes on by theirs', async (t) => {
  const table: [before: QueuePolicy['first'], after: QueuePolicy['first'], events: string[]][] = [
    [undefined, FIRST, []],
    [FIRST, undefined, ['contactClassified c1', 'offerMade c1 a1']],
    [FIRST, { ...FIRST, forMs: 8000 }, ['contactClassified c1 first:bot']],
    [FIRST, { ...FIRST, skill: 'voicebot' }, ['contactClassified c1 first:voicebot']],
  ];
  for (const [before, after, expected] of table) {
    const queue = (first: QueuePolicy['first']) => ({
      ...policyOf(),
      queues: [queuePolicy('main', first === undefined ? {} : { first })],
    });
    const stage = new Stage(queue(before));
    stage.submit('c1');
    if (before !== undefined) stage.works('a1');
    stage.wait(6000);
    t.strictSame(stage.policy(queue(after)).events.slice(1), expected);
    if (after?.forMs !== 8000) continue;
    t.strictSame(stage.tick(1999).events, []);
    t.strictSame(stage.tick(1).events, ['contactClassified c1', 'offerMade c1 a1']);
  }
});

t.test('[BOT7] what was handed over stays handed over', async (t) => {
  const stage = withBot();
  stage.presence('a1', 'BUSY');
  stage.requeue('c1', B1);
  stage.policy({ ...policyOf(), queues: [queuePolicy('main')] });
  stage.tick(COOL_MS);
  t.match(stage.view('c1'), { state: 'QUEUED', handedOverBy: 'b1' });
  t.equal(stage.presence('a1', 'AVAILABLE').events.at(-1), 'offerMade c1 a1');
});

t.test('[BOT9, UPD4, WHO2] agents write down attributes and intent of what they have', async (t) => {
  const stage = new Stage(plainPolicy({ channels: { voice: channelPolicy({ wrapUpMs: 10_000 }) } }));
  stage.works('a1');
  stage.submit('c1');
  const note = { attributes: '{"n":1}' };
  t.equal(stage.update('c1', note, 0, A1).result, 'CONTACT_NOT_ANSWERED', 'offered');
  stage.accept('c1');
  t.strictSame(stage.update('c1', note, 0, A1).events, ['contactUpdated c1']);
  t.equal(stage.update('c1', { tier: 1 }, 0, A1).result, 'CONTACT_ANSWERED');
  t.equal(stage.update('c1', { intent: 'x' }, 99, A1).result, 'VERSION_MISMATCH');
  t.equal(stage.update('c1', { intent: 'x' }, 0, agentActor('a2')).result, 'NO_SUCH_CONTACT');
  stage.end('c1', A1);
  t.equal(stage.update('c1', { intent: 'x' }, 0, A1).result, 'ok', 'in wrap-up');
  t.match(stage.view('c1'), { attributes: '{"n":1}', intent: 'x' });
  stage.complete('c1', A1, disposition('solved'));
  t.equal(stage.update('c1', { intent: 'y' }, 0, A1).result, 'CONTACT_CLOSED');
  t.equal(stage.update('c1', { intent: 'y' }, 0, GATEWAY).result, 'CONTACT_CLOSED');
});

t.test('[BOT5, AFF2] held contacts, updates and directory changes go by the stage', async (t) => {
  const stage = new Stage(policyOf());
  stage.works('b1', BOT);
  stage.submit('c1', { preferredAgents: ['a1'], preferredForMs: 60_000 });
  t.match(stage.view('c1'), { state: 'OFFERED', agentId: 'b1' }, 'who may not have it yet holds nothing');
  t.strictSame(stage.update('c1', { requires: [needs('es')] }).events, [
    'contactUpdated c1',
    'offerRevoked c1 b1 REQUIREMENT_CHANGED',
  ]);
  t.strictSame(stage.putAgent('b1', { ...BOT, skills: { bot: 1, es: 1 } }).events, ['agentPut b1', 'offerMade c1 b1']);
  t.strictSame(stage.putAgent('b1', { ...BOT, skills: { es: 1 } }).events, [
    'agentPut b1',
    'offerRevoked c1 b1 AGENT_CHANGED',
  ]);
  t.equal(stage.act({ type: 'removeAgent', actor: ADMIN, agentId: 'b1' }).result, 'ok');
});
