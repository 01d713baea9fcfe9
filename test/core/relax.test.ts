// Relaxation: steps that ask for less, grant a head start or lead to another queue, at the instant that they are due.
import t from 'tap';
import { parsePolicy } from '../../src/config/policy-file.ts';
import { Core } from '../../src/core/core.ts';
import type { QueuePolicy, RelaxStep, ResolvedPolicy } from '../../src/core/policy.ts';
import type { Alternative } from '../../src/core/requirement.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { type Acted, agentActor, needs, Stage } from './oracle/stage.ts';

const EXPERT = [needs('a', 5)];
const NOVICE = [needs('a', 2)];
const NOBODY = [needs('nobody', 1)];

function withSteps(
  relax: readonly RelaxStep[],
  more: Partial<QueuePolicy> = {},
  rest: Partial<QueuePolicy> = {},
): ResolvedPolicy {
  const queues = [queuePolicy('main', { requires: EXPERT, relax, ...more }), queuePolicy('rest', rest)];
  return plainPolicy({ queues });
}

function fitIn({ full }: Acted): number | undefined {
  const offer = full.find((event) => event.type === 'offerMade');
  return offer?.fitUs;
}

t.test('[RLX1] steps apply at their instants, by deadline', async (t) => {
  const stage = new Stage(
    withSteps([
      { afterMs: 30_000, requires: NOVICE },
      { afterMs: 45_000, requires: [] },
    ]),
  );
  stage.works('a1', { skills: { a: 2 } });
  stage.works('a2');
  stage.submit('c1');
  stage.submit('c2');
  t.equal(stage.run.core.nextDeadline(), stage.now + 30_000);
  t.strictSame(stage.tick(29_999).events, []);
  t.strictSame(stage.tick(1).events, ['contactRelaxed c1 1', 'contactRelaxed c2 1', 'offerMade c1 a1']);
  t.equal(stage.view('c1').relaxedSteps, 1);
  t.strictSame(stage.tick(15_000).events, ['contactRelaxed c2 2', 'offerMade c2 a2']);
  t.equal(stage.view('c2').relaxedSteps, 2);
  t.equal(stage.view('c2').version, 4, 'submitted, relaxed twice, offered');
});

t.test('[RLX1, TIME5] a late tick: each step, in order; at the wait limit the contact expires first', async (t) => {
  const steps = [
    { afterMs: 1000, headStartMs: 1 },
    { afterMs: 2000, headStartMs: 1 },
  ];
  const limits = { waiting: 10, waitMs: 2000 };
  const stage = new Stage(withSteps(steps, { limits }));
  stage.submit('c1');
  t.strictSame(stage.tick(60_000).events, ['contactRelaxed c1 1', 'contactClosed c1 EXPIRED WAITED_TOO_LONG']);
});

t.test('[RLX2, FIT4] eligible by the relaxed requirement, fit by the original', async (t) => {
  const policy = withSteps([{ afterMs: 1000, requires: [needs('b', 1)] }]);
  const rated = { ...policy, fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 100 } };
  const table: [skills: Record<string, number>, requires: Alternative[], seconds: number | undefined][] = [
    [{ b: 9 }, [], -0.1],
    [{ b: 9, a: 4 }, [], 3.9],
    [{ b: 1, a: 7 }, [], 6.9],
    [{ a: 4 }, [], undefined],
    [{ b: 1 }, [needs('c', 1)], undefined],
    [{ b: 1, c: 3 }, [needs('c', 1)], 2.9],
    [{ b: 1, c: 3, a: 4 }, [needs('c', 1)], 6.9],
  ];
  for (const [skills, requires, seconds] of table) {
    const stage = new Stage(rated);
    stage.submit('c1', { requires });
    stage.tick(1000);
    const made = fitIn(stage.works('a1', { skills }));
    t.equal(made === undefined ? undefined : made / 1e6, seconds, JSON.stringify([skills, requires]));
  }
});

t.test('[FIT4] the alternative that suits best, unless one is met', async (t) => {
  const requires = [needs('x', 9), needs('y', 3, 'z', 3), needs('v', 1)];
  const policy = {
    ...withSteps([{ afterMs: 1000, requires: [] }], { requires }),
    fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 0 },
  };
  const fitOf = (skills: Record<string, number>): number | undefined => {
    const stage = new Stage(policy);
    stage.submit('c1');
    stage.tick(1000);
    return fitIn(stage.works('a1', { skills }));
  };
  t.equal(fitOf({ x: 8, y: 3, z: 2 }), 8_000_000);
  t.equal(fitOf({ x: 4, y: 3, z: 2 }), 5_000_000);
  t.equal(fitOf({ x: 8, v: 1 }), 1_000_000, 'v is met');
  t.equal(fitOf({}), 0);
});

t.test('[RLX2] an expert still goes first; offers stand while their agents meet the relaxed requirement', async (t) => {
  const policy = {
    ...withSteps([{ afterMs: 1000, requires: NOVICE }]),
    fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 0 },
  };
  const stage = new Stage(policy);
  stage.submit('c1');
  stage.tick(1000);
  stage.presence('a1', 'OFFLINE');
  for (const [id, level] of [
    ['a1', 3],
    ['a2', 6],
  ] as const) {
    stage.putAgent(id, { skills: { a: level } });
    stage.open(id);
  }
  stage.presence('a2', 'AVAILABLE');
  t.equal(stage.view('c1').agentId, 'a2');
  stage.decline('c1');
  stage.presence('a1', 'AVAILABLE');
  t.equal(stage.view('c1').agentId, 'a1');
  t.strictSame(stage.putAgent('a1', { skills: { a: 2 } }).events, ['agentPut a1'], 'meets the relaxed one');
  t.strictSame(stage.update('c1', { value: 3 }).events, ['contactUpdated c1']);
  t.strictSame(stage.putAgent('a1', { skills: { a: 1 } }).events, ['agentPut a1', 'offerRevoked c1 a1 AGENT_CHANGED']);
});

t.test('[RLX3, LINE2] head starts add up and change places in line', async (t) => {
  const stage = new Stage(
    withSteps(
      [
        { afterMs: 1000, headStartMs: 20_000 },
        { afterMs: 2000, headStartMs: 5000 },
      ],
      { requires: [] },
    ),
  );
  stage.submit('c1', { queue: 'rest' });
  stage.wait(10_000).submit('c2');
  stage.tick(1000);
  stage.tick(1000);
  const [, , , offer] = [
    ...stage.putAgent('a1').full,
    ...stage.open('a1').full,
    ...stage.presence('a1', 'AVAILABLE').full,
  ];
  t.match(offer, { type: 'offerMade', contactId: 'c2', urgencyUs: 27_000_000 });
});

t.test('[RLX4, QUE3] overflow: to the other queue, keeping age and arrival, past its limit', async (t) => {
  const limits = { waiting: 1, waitMs: 50_000 };
  const rest = { requires: NOVICE, clockRate: 2, headStartMs: 7000, limits, relax: [{ afterMs: 3000, requires: [] }] };
  const stage = new Stage(
    withSteps(
      [
        { afterMs: 500, headStartMs: 1000 },
        { afterMs: 1000, overflowTo: 'rest' },
      ],
      {},
      rest,
    ),
  );
  const [made] = stage.submit('c1', { queue: 'main' }).full;
  stage.submit('c2', { queue: 'rest' });
  const at = stage.now;
  stage.tick(500);
  const moved = stage.tick(500);
  t.strictSame(moved.events, ['contactRelaxed c1 2 main→rest']);
  t.match(moved.full[0], { queue: 'rest', clockRate: 2000, headStartUs: 7_000_000, waitUntil: stage.now + 50_000 });
  t.match(made, { headStartUs: 0 });
  const view = stage.view('c1');
  t.match(view, { queue: 'rest', enqueuedAt: stage.now, agedFrom: at, submittedAt: at });
  t.notOk(Object.hasOwn(view, 'relaxedSteps'));
  t.equal(stage.submit('c3', { queue: 'rest' }).result, 'QUEUE_FULL');
  stage.works('a1', { skills: {} });
  t.strictSame(
    stage.tick(2000).events,
    ['contactRelaxed c2 1', 'offerMade c2 a1'],
    'c2 came to its queue before c1 did',
  );
  t.strictSame(stage.tick(1000).events, ['contactRelaxed c1 1']);
});

t.test('[RLX4] round and round, once a step', async (t) => {
  const stage = new Stage(withSteps([{ afterMs: 1000, overflowTo: 'main' }]));
  stage.submit('c1');
  t.strictSame(stage.tick(5500).events, ['contactRelaxed c1 1 main→main']);
  t.strictSame(stage.tick(1000).events, ['contactRelaxed c1 1 main→main']);
});

t.test('[RLX5] a step that passes while offered', async (t) => {
  const stage = new Stage(withSteps([{ afterMs: 1000, requires: NOBODY }], { requires: [] }));
  stage.works('a1');
  stage.submit('c1');
  t.strictSame(stage.tick(5000).events, []);
  t.strictSame(stage.decline('c1').events, ['offerDeclined c1 a1']);
  t.strictSame(stage.tick().events, ['contactRelaxed c1 1']);
  const other = new Stage(withSteps([{ afterMs: 1000, headStartMs: 1000 }], { requires: [] }));
  other.works('a1');
  other.submit('c1');
  t.strictSame(
    other.tick(20_500).events,
    ['offerMissed c1 a1', 'presenceSet a1 BUSY MISSED_OFFER', 'contactRelaxed c1 1'],
    'at once where deadlines fire',
  );
});

t.test('[RLX6, ASG3] back from an agent, the steps begin anew', async (t) => {
  const channels = { voice: channelPolicy({ assigned: { maxMs: 60_000, agentLostMs: 300_000, then: 'requeue' } }) };
  const stage = new Stage({ ...withSteps([{ afterMs: 1000, requires: [], headStartMs: 9000 }]), channels });
  stage.submit('c1');
  stage.tick(1000);
  stage.works('a1');
  stage.accept('c1');
  t.equal(stage.view('c1').relaxedSteps, 1, 'it is still told how it came here');
  t.strictSame(stage.tick(60_000).events, ['contactRequeued c1 a1 TOO_LONG'], 'a1 is no expert');
  t.notOk(Object.hasOwn(stage.view('c1'), 'relaxedSteps'));
  const [relaxed] = stage.tick(1000).full;
  t.match(relaxed, { type: 'contactRelaxed', step: 1, headStartUs: 9_000_000 });
});

t.test('[RLX7] updates keep what has applied', async (t) => {
  const stage = new Stage(
    withSteps([
      { afterMs: 1000, requires: NOVICE, headStartMs: 1000 },
      { afterMs: 2000, headStartMs: 500 },
    ]),
  );
  stage.submit('c1');
  stage.tick(2000);
  t.strictSame(stage.update('c1', { intent: '' }).events, []);
  const [updated] = stage.update('c1', { requires: [needs('b', 1)], headStartMs: 3000 }).full;
  t.match(updated, {
    headStartUs: 4_500_000,
    relaxation: { applied: 3, reached: 2, grantedUs: 1_500_000, eligibility: [needs('a', 2, 'b', 1)] },
  });
  stage.works('a1', { skills: { a: 2, b: 1 } });
  t.equal(stage.state('c1'), 'OFFERED');
});

t.test('[RLX7, POL3] a policy with the same steps keeps them, another begins anew', async (t) => {
  const steps = [
    { afterMs: 1000, requires: NOVICE },
    { afterMs: 9000, requires: [] },
  ];
  const stage = new Stage(withSteps(steps));
  stage.submit('c1');
  stage.submit('c2', { queue: 'rest' });
  stage.tick(1000);
  t.strictSame(stage.policy(withSteps(steps)).events, ['policySet']);
  const [, kept] = stage.policy(withSteps(steps, { headStartMs: 1000 })).full;
  t.match(kept, { type: 'contactClassified', contactId: 'c1', headStartUs: 1_000_000, relaxation: { applied: 1 } });
  stage.wait(2000);
  const changed = stage.policy(
    withSteps([
      { afterMs: 2000, headStartMs: 5 },
      { afterMs: 20_000, requires: [] },
    ]),
  );
  t.strictSame(changed.events, ['policySet', 'contactClassified c1']);
  t.notOk(Object.hasOwn(stage.view('c1'), 'relaxedSteps'));
  t.strictSame(stage.tick().events, ['contactRelaxed c1 1'], 'what is due applies in the next step');
  t.strictSame(
    stage.policy(plainPolicy({ queues: [queuePolicy('main'), queuePolicy('rest', { relax: steps })] })).events,
    ['policySet', 'contactClassified c1'],
  );
  t.strictSame(
    stage.tick().events,
    ['contactRelaxed c2 1'],
    'steps that came with the policy count from entering the queue',
  );
});

t.test('[RLX8, QUE9] a condition is tested when due and at whole ten seconds', async (t) => {
  const stage = new Stage(
    withSteps([{ afterMs: 3000, if: { agentsAvailable: 0 }, requires: NOBODY }], { requires: NOVICE }),
  );
  const pending = (): number => stage.run.core.nextDeadline() - stage.now;
  stage.works('a1', { skills: { a: 2 } });
  stage.submit('c1', { requires: NOBODY });
  stage.wait(1000).submit('c2', { requires: NOBODY });
  t.strictSame(stage.tick(2000).events, ['relaxationsTested c1']);
  t.strictSame(stage.tick(1000).events, ['relaxationsTested c2']);
  t.equal(pending(), 6000, 'the next whole ten seconds');
  t.strictSame(stage.tick(6000).events, ['relaxationsTested']);
  t.equal(pending(), 10_000);
  stage.wait(5000).presence('a1', 'BUSY');
  t.strictSame(stage.tick(4999).events, []);
  stage.submit('c3', { requires: NOBODY });
  t.strictSame(stage.tick(1).events, ['contactRelaxed c1 1', 'contactRelaxed c2 1']);
  t.strictSame(stage.tick(3000).events, ['contactRelaxed c3 1'], 'holds at once');
  t.equal(stage.run.core.state.pendingRelaxations, 0);
});

t.test('[RLX8, EST3] a condition on the estimated wait holds only while there is an estimate', async (t) => {
  const steps = [{ afterMs: 3000, if: { estimatedWaitAboveMs: 5000 }, headStartMs: 1000 }];
  const queues = [queuePolicy('main', { relax: steps }), queuePolicy('rest')];
  const stage = new Stage(plainPolicy({ queues, estimate: { minutes: 10, answersMin: 1 } }));
  stage.submit('c1');
  t.strictSame(stage.tick(3000).events, ['relaxationsTested c1'], 'nobody was answered lately');
  stage.wait(4000).works('a1');
  stage.submit('c2');
  stage.submit('c3');
  stage.accept('c1');
  const [tested] = stage.tick(3000).events;
  t.equal(tested, 'contactRelaxed c2 1', 'the line took 10 s for one, and c3 stands in it as well');
});

t.test('[RLX8] a later step that applies ends the wait for an earlier one', async (t) => {
  const steps = [
    { afterMs: 1000, if: { agentsAvailable: 0 }, headStartMs: 64_000 },
    { afterMs: 2000, if: { agentsAvailable: 1 }, headStartMs: 32_000 },
    { afterMs: 4000, headStartMs: 1000 },
    { afterMs: 5000, if: { agentsAvailable: 0 }, headStartMs: 2000 },
  ];
  const stage = new Stage(withSteps(steps, { requires: [] }));
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1', { requires: NOBODY });
  t.strictSame(stage.tick(1000).events, ['relaxationsTested c1']);
  t.strictSame(stage.tick(1000).events, ['relaxationsTested c1']);
  const [third] = stage.tick(2000).full;
  t.match(third, { type: 'contactRelaxed', step: 3, headStartUs: 1_000_000, relaxation: { applied: 4, reached: 3 } });
  t.equal(stage.view('c1').relaxedSteps, 3);
  t.strictSame(stage.tick(1000).events, ['relaxationsTested c1']);
  stage.presence('a1', 'BUSY');
  t.strictSame(stage.tick(5000).events, ['relaxationsTested'], 'the second would hold now, and is not tested any more');
  stage.presence('a2', 'BUSY');
  t.strictSame(stage.tick(10_000).events, ['contactRelaxed c1 4']);
});

t.test('[RLX8] of several that wait, each applies when its own condition holds', async (t) => {
  const steps = [
    { afterMs: 1000, if: { agentsAvailable: 1 }, headStartMs: 1000 },
    { afterMs: 2000, if: { agentsAvailable: 0 }, headStartMs: 2000 },
  ];
  const stage = new Stage(withSteps(steps, { requires: [] }));
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1', { requires: NOBODY });
  stage.tick(2000);
  stage.presence('a1', 'BUSY');
  t.strictSame(stage.tick(8000).events, ['contactRelaxed c1 1', 'relaxationsTested']);
  stage.presence('a2', 'BUSY');
  t.strictSame(stage.tick(10_000).events, ['contactRelaxed c1 2']);
});

t.test('[RLX8] agents whom this very step has touched count as they are now', async (t) => {
  const stage = new Stage(withSteps([{ afterMs: 20_500, if: { agentsAvailable: 0 }, requires: [] }], { requires: [] }));
  stage.works('a1');
  stage.submit('c1');
  stage.submit('c2', { requires: NOBODY });
  const { events } = stage.tick(20_500);
  t.strictSame(events, [
    'offerMissed c1 a1',
    'presenceSet a1 BUSY MISSED_OFFER',
    'contactRelaxed c1 1',
    'contactRelaxed c2 1',
  ]);
});

t.test('[RLX8, TIME9] who waits for a condition waits on in a copy', async (t) => {
  const stage = new Stage(withSteps([{ afterMs: 3000, if: { agentsAvailable: 0 }, requires: [] }], { requires: [] }));
  stage.works('a1');
  stage.submit('c1', { requires: NOBODY });
  stage.tick(3000);
  stage.tick(7000);
  const copy = Core.fromRecords(stage.run.core.records());
  t.equal(copy.stateHash(), stage.run.core.stateHash());
  t.equal(copy.nextDeadline(), stage.run.core.nextDeadline());
  const { events } = stage.run.core.step({ type: 'tick' }, stage.now + 10_000);
  t.strictSame(copy.step({ type: 'tick' }, stage.now + 10_000).events, events);
  t.match(events, [{ type: 'relaxationsTested', contactIds: [] }]);
});

t.test('[RLX8] one failed test of many costs one event', async (t) => {
  const stage = new Stage(withSteps([{ afterMs: 3000, if: { agentsAvailable: 0 }, headStartMs: 5 }], { requires: [] }));
  stage.works('a1');
  for (let index = 0; index < 20; index++) stage.submit(`c${index}`, { requires: NOBODY });
  t.equal(stage.tick(3000).events.length, 20);
  t.strictSame(stage.tick(7000).events, ['relaxationsTested']);
  stage.presence('a1', 'OFFLINE');
  t.equal(stage.tick(10_000).events.length, 20);
});

t.test(
  '[RLX9, REQ3] what some step would make too large is refused with the submit, the update, the policy',
  async (t) => {
    const ways = (letter: string): Alternative[] =>
      Array.from({ length: 5 }, (_, index) => needs(`${letter}${index}`, 1));
    const stage = new Stage(withSteps([{ afterMs: 1000, requires: ways('a') }]));
    t.equal(stage.submit('c1', { requires: ways('b') }).result, 'REQUIREMENT_TOO_LARGE');
    t.equal(stage.submit('c1').result, 'ok');
    t.strictSame(
      [stage.update('c1', { requires: ways('b') }).result, stage.update('c1', { requires: ways('b') }).path],
      ['REQUIREMENT_TOO_LARGE', 'set.requires'],
    );
    const leading = withSteps(
      [{ afterMs: 1000, overflowTo: 'rest' }],
      {},
      { relax: [{ afterMs: 1, requires: ways('c') }] },
    );
    const other = new Stage(leading);
    t.equal(other.submit('c1', { requires: ways('b') }).result, 'REQUIREMENT_TOO_LARGE');
    const plain = new Stage(withSteps([]));
    plain.submit('c1', { requires: ways('b') });
    const refused = plain.policy(leading);
    t.strictSame([refused.result, refused.path], ['REQUIREMENT_TOO_LARGE', 'queues.main.requires']);
  },
);

t.test(
  '[RLX9] a step that would be too large for a contact that was with an agent meanwhile is passed over',
  async (t) => {
    const ways = (letter: string): Alternative[] =>
      Array.from({ length: 5 }, (_, index) => needs(`${letter}${index}`, 1));
    const channels = { voice: channelPolicy({ assigned: { maxMs: 60_000, agentLostMs: 300_000, then: 'requeue' } }) };
    const stage = new Stage({ ...withSteps([], { requires: [] }), channels });
    stage.works('a1', { skills: { b0: 1 } });
    stage.submit('c1', { requires: ways('b') });
    stage.accept('c1');
    const steps = [
      { afterMs: 1000, requires: ways('a') },
      { afterMs: 2000, headStartMs: 5000 },
    ];
    t.equal(stage.policy({ ...withSteps(steps, { requires: [] }), channels }).result, 'ok');
    stage.presence('a1', 'DRAINING');
    t.equal(stage.tick(60_000).events[0], 'contactRequeued c1 a1 TOO_LONG');
    const [passed] = stage.tick(1000).full;
    t.match(passed, { type: 'contactRelaxed', step: 1, headStartUs: 0, relaxation: { applied: 1, grantedUs: 0 } });
    t.strictSame(stage.tick(1000).events, ['contactRelaxed c1 2']);
    stage.works('a2', { skills: { b3: 1 } });
    t.equal(stage.state('c1'), 'OFFERED');
  },
);

t.test('[RLX10] an overflow to a queue that there is not is no policy', async (t) => {
  const text = 'channels: { v: {} }\nqueues: { a: { relax: [{ after: 1s, overflowTo: b }] } }';
  t.match(parsePolicy(text), { faults: [{ path: 'queues.a.relax[0].overflowTo' }] });
});

t.test('[RLX1] queues without steps have no deadline but the wait limit', async (t) => {
  const stage = new Stage();
  stage.submit('c1');
  t.equal(stage.run.core.nextDeadline(), stage.now + 604_800_000);
  stage.works('a1');
  stage.complete('c1', agentActor('a1'));
});
