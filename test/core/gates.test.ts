// Gates: a reserve of agents, another queue's service level, a pace. Every step is compared with the oracle.
import t from 'tap';
import type { GatePolicy, QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, GATEWAY, NOON, Stage } from './oracle/stage.ts';

const SLOT_MS = 300_000;

/** Inbound is the first queue; outbound has the gate. */
function gated(gate: Partial<GatePolicy>, inbound: Partial<QueuePolicy> = {}): ResolvedPolicy {
  const outbound = queuePolicy('outbound', { gate: { reserve: 0, paceMs: 0, ...gate } });
  return plainPolicy({ queues: [queuePolicy('inbound', inbound), outbound] });
}

function outbound(stage: Stage, id: string): string[] {
  return stage.submit(id, { queue: 'outbound', direction: 'OUTBOUND' }).events;
}

function gateOf(stage: Stage): string | undefined {
  return stage.ask({ type: 'queues' }).queues?.find(({ name }) => name === 'outbound')?.gate;
}

t.test('[GATE1] a reserve leaves agents for others', async (t) => {
  const stage = new Stage(gated({ reserve: 1 }));
  stage.works('ana');
  t.same(outbound(stage, 'c1'), ['contactSubmitted c1'], 'she is the only one');
  t.equal(gateOf(stage), 'RESERVE', '[GATE6]');
  const second = stage.works('ben');
  t.match(second.events.at(-1), /offerMade c1/, '[GATE4] one more agent opens it');
  t.same(outbound(stage, 'c2'), ['contactSubmitted c2'], 'one is left, and stays');
  t.match(stage.submit('c3').events[1], /offerMade c3/, '[GATE5] others go by');
});

t.test('[GATE1, GATE4] the agent idle longest gets it, also when another one opens the gate', async (t) => {
  const stage = new Stage(gated({ reserve: 1 }));
  stage.works('ana');
  outbound(stage, 'c1');
  stage.wait(60_000);
  const opened = stage.works('ben');
  t.same(opened.events.at(-1), 'offerMade c1 ana');
});

t.test('[GATE1] those who lack the skill, the channel or the room are no reserve', async (t) => {
  const needy = queuePolicy('outbound', {
    requires: [{ all: [{ skill: 'sales', level: 3 }] }],
    gate: { reserve: 1, paceMs: 0 },
  });
  const channels = { voice: channelPolicy(), chat: channelPolicy({ cost: 25, limit: 4 }) };
  const stage = new Stage(plainPolicy({ channels, queues: [queuePolicy('inbound'), needy] }));
  stage.works('ana', { skills: { sales: 5 } });
  stage.works('novice', { skills: { sales: 2 } });
  t.same(outbound(stage, 'c1'), ['contactSubmitted c1']);
  stage.works('busy', { skills: { sales: 9 }, limits: { voice: 0 } });
  t.equal(stage.view('c1').state, 'QUEUED');
  stage.works('carl', { skills: { sales: 3 } });
  t.equal(stage.view('c1').state, 'OFFERED');
});

t.test('[GATE2, GATE4] another queue keeps its promise, or has kept it for an hour', async (t) => {
  const asked = { queue: 'inbound', ratio: 0.5 };
  const stage = new Stage(gated({ serviceLevelAtLeast: asked }, { serviceLevel: { withinMs: 5000, target: 0.8 } }));
  stage.submit('late');
  stage.wait(6000).works('ana');
  stage.accept('late');
  stage.works('ben');
  t.same(outbound(stage, 'c1'), ['contactSubmitted c1'], 'the only answer came too late');
  t.equal(gateOf(stage), 'SERVICE_LEVEL', '[GATE6]');
  t.equal(stage.run.core.nextDeadline(), NOON + SLOT_MS, 'time is looked at by slots');
  stage.submit('quick');
  const answered = stage.accept('quick');
  t.notOk(
    answered.events.some((event) => event.startsWith('offerMade')),
    'nobody is free',
  );
  const freed = stage.complete('late', agentActor('ana'));
  t.same(freed.events.at(-1), 'offerMade c1 ana', 'one of two is a half');
});

t.test('[GATE2, GATE4] an answer in time opens it for whom it is shut', async (t) => {
  const asked = { queue: 'inbound', ratio: 0.5 };
  const stage = new Stage(gated({ serviceLevelAtLeast: asked }, { serviceLevel: { withinMs: 5000, target: 0.8 } }));
  stage.submit('late');
  stage.wait(6000).works('ana');
  stage.accept('late');
  stage.works('ben');
  stage.submit('quick');
  stage.works('carl');
  outbound(stage, 'c1');
  t.equal(stage.view('c1').state, 'QUEUED');
  t.same(stage.accept('quick').events.at(-1), 'offerMade c1 carl');
});

t.test('[GATE2, GATE4] what happened over an hour ago is forgotten by a deadline', async (t) => {
  const stage = new Stage(gated({ serviceLevelAtLeast: { queue: 'inbound', ratio: 0.9 } }));
  stage.submit('gone');
  stage.wait(30_000).act({ type: 'cancel', actor: GATEWAY, contactId: 'gone', cause: 'ABANDONED', version: 0 });
  outbound(stage, 'c1');
  stage.works('ana');
  for (let slot = 1; slot < 12; slot++) t.same(stage.tick(SLOT_MS).events.filter(isOffer), []);
  t.same(stage.tick(SLOT_MS).events.filter(isOffer), ['offerMade c1 ana']);
});

t.test('[GATE3, GATE4] a pace spaces the offers of the queue', async (t) => {
  const stage = new Stage(gated({ paceMs: 2000 }));
  for (const id of ['ana', 'ben', 'carl']) stage.works(id);
  t.same(outbound(stage, 'c1').filter(isOffer), ['offerMade c1 ana']);
  t.same(outbound(stage, 'c2').filter(isOffer), []);
  t.equal(gateOf(stage), 'PACE', '[GATE6]');
  t.equal(stage.run.core.nextDeadline(), NOON + 2000);
  t.same(stage.tick(1999).events, []);
  t.same(stage.tick(1).events, ['offerMade c2 ben']);
  t.equal(gateOf(stage), 'PACE');
  stage.tick(2000);
  t.equal(gateOf(stage), '');
});

t.test('[GATE3] a new policy keeps what runs, and one without a gate lets everybody through', async (t) => {
  const stage = new Stage(gated({ paceMs: 60_000 }));
  for (const id of ['ana', 'ben', 'carl']) stage.works(id);
  outbound(stage, 'c1');
  outbound(stage, 'c2');
  stage.policy(gated({ paceMs: 1000 }));
  t.equal(stage.view('c2').state, 'QUEUED');
  t.equal(stage.run.core.nextDeadline(), NOON + 20_500, 'the offer, then the pace');
  const opened = stage.policy(gated({}));
  t.same(opened.events.at(-1), 'offerMade c2 ben');
});

t.test('[GATE5] a pending offer stays when the gate shuts', async (t) => {
  const stage = new Stage(gated({ reserve: 1 }));
  stage.works('ana');
  stage.works('ben');
  outbound(stage, 'c1');
  t.equal(stage.view('c1').state, 'OFFERED');
  stage.presence('ben', 'BUSY');
  t.equal(stage.view('c1').state, 'OFFERED');
});

function isOffer(event: string): boolean {
  return event.startsWith('offerMade');
}
