// The rank, term by term, and the order that it makes. Every number here is worked out by hand from SPEC.
import t from 'tap';
import type { AgentDraft, ContactDraft } from '../../src/core/commands.ts';
import type { OfferMade } from '../../src/core/events.ts';
import type { FitPolicy, ReadinessPolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { type Acted, agentActor, needs, Stage } from './oracle/stage.ts';

const fit = (changes: Partial<FitPolicy>): ResolvedPolicy =>
  plainPolicy({ fit: { perLevelMs: 0, affinityMs: 0, breadthMs: 0, ...changes } });

const readiness = (changes: Partial<ReadinessPolicy>, cost = 30): ResolvedPolicy =>
  plainPolicy({
    channels: { voice: channelPolicy({ cost, limit: 9 }) },
    readiness: { idleRate: 0, idleCapMs: 600_000, loadMs: 0, ...changes },
  });

function offersIn({ full }: Acted): OfferMade[] {
  return full.filter((event) => event.type === 'offerMade');
}

/** Who is offered the contact, of agents that are all ready at the same instant in the order given. */
function chosen(
  policy: ResolvedPolicy,
  agents: Record<string, Partial<AgentDraft>>,
  contact: Partial<ContactDraft>,
): string {
  const stage = new Stage(policy);
  for (const [id, facts] of Object.entries(agents)) stage.works(id, facts);
  return offersIn(stage.submit('c1', contact))[0]?.agentId ?? 'nobody';
}

/** The order in which one agent is offered the contacts, each completed before the next. */
function order(policy: ResolvedPolicy, contacts: Record<string, Partial<ContactDraft> & { after?: number }>): string[] {
  const stage = new Stage(policy);
  for (const [id, { after = 0, ...facts }] of Object.entries(contacts)) stage.wait(after).submit(id, facts);
  const seen: string[] = [];
  for (let made = offersIn(stage.works('a1')); made.length > 0; ) {
    const { contactId } = made[0] ?? { contactId: '' };
    seen.push(contactId);
    stage.accept(contactId);
    made = offersIn(stage.complete(contactId, agentActor('a1')));
  }
  return seen;
}

t.test('[FIT1] fit, term by term', async (t) => {
  const policy = fit({ perLevelMs: 3000, affinityMs: 30_000, breadthMs: 500 });
  const table: [name: string, skills: Record<string, number>, contact: Partial<ContactDraft>, seconds: number][] = [
    ['nothing', {}, {}, 0],
    ['required', { a: 7 }, { requires: [needs('a', 3)] }, 21],
    ['two required', { a: 7, b: 2 }, { requires: [needs('a', 3, 'b', 1)] }, 27],
    ['breadth', { a: 7, b: 2, c: 9 }, {}, -1.5],
    ['preferred', { a: 7 }, { prefers: [{ skill: 'a', secondsPerLevel: 2.5 }] }, 17.5],
    ['preferred and lacking', { a: 7 }, { prefers: [{ skill: 'b', secondsPerLevel: 2.5 }] }, -0.5],
    [
      'required and preferred',
      { a: 7 },
      { requires: [needs('a', 1)], prefers: [{ skill: 'a', secondsPerLevel: 1 }] },
      28,
    ],
    ['affinity', {}, { preferredAgents: ['a9', 'a1'] }, 30],
    ['affinity for another', {}, { preferredAgents: ['a9'] }, 0],
    [
      'all together',
      { a: 7, b: 2, c: 9 },
      { requires: [needs('a', 1)], prefers: [{ skill: 'b', secondsPerLevel: 4 }], preferredAgents: ['a1'] },
      58.5,
    ],
  ];
  for (const [name, skills, contact, seconds] of table) {
    const stage = new Stage(policy);
    stage.works('a1', { skills });
    const [made] = offersIn(stage.submit('c1', contact));
    t.equal(made?.fitUs, seconds * 1_000_000, name);
  }
});

t.test('[FIT2] the level counts, not what lies above the minimum', async (t) => {
  const policy = fit({ perLevelMs: 1000 });
  const agents = { low: { skills: { a: 5 } }, high: { skills: { a: 9 } } };
  t.equal(chosen(policy, agents, { requires: [needs('a', 5)] }), 'high');
  t.equal(chosen(policy, agents, { requires: [needs('a', 1)] }), 'high');
});

t.test('[FIT3] the alternative is the one that makes fit greatest', async (t) => {
  const table: [policy: ResolvedPolicy, contact: Partial<ContactDraft>, seconds: number][] = [
    [fit({ perLevelMs: 1000 }), { requires: [needs('a', 1), needs('b', 1)] }, 8],
    [fit({ perLevelMs: 1000 }), { requires: [needs('a', 1), needs('b', 1), needs('a', 1, 'b', 1)] }, 11],
    [fit({ perLevelMs: 1000 }), { requires: [needs('a', 1), needs('b', 9)] }, 3],
    [fit({ breadthMs: 1000 }), { requires: [needs('a', 1), needs('a', 1, 'b', 1)] }, 0],
    [fit({ breadthMs: 1000 }), { requires: [needs(), needs('b', 1)] }, -1],
    [
      fit({ perLevelMs: 1000, breadthMs: 4000 }),
      { requires: [needs('a', 1), needs('b', 1)], prefers: [{ skill: 'b', secondsPerLevel: 1 }] },
      12,
    ],
  ];
  for (const [policy, contact, seconds] of table) {
    const stage = new Stage(policy);
    stage.works('a1', { skills: { a: 3, b: 8 } });
    t.equal(offersIn(stage.submit('c1', contact))[0]?.fitUs, seconds * 1_000_000, JSON.stringify(contact));
  }
});

t.test('[RANK1, LINE2] tier, then rank, then arrival, then who became ready first', async (t) => {
  t.strictSame(order(plainPolicy(), { c1: {}, c2: {}, c3: { tier: 1 }, c4: { tier: 9 }, c5: { tier: 1 } }), [
    'c4',
    'c3',
    'c5',
    'c1',
    'c2',
  ]);
  t.strictSame(order(plainPolicy(), { c1: {}, c2: { headStartMs: 1 }, c3: { after: 1, headStartMs: 2 } }), [
    'c2',
    'c3',
    'c1',
  ]);
  t.strictSame(order(plainPolicy(), { c1: { tier: 1 }, c2: { tier: 1, headStartMs: 86_400_000 }, c3: { tier: 2 } }), [
    'c3',
    'c2',
    'c1',
  ]);
  t.equal(chosen(plainPolicy(), { a2: {}, a1: {}, a3: {} }, {}), 'a2');
});

t.test('[RANK2] the parts add up, in the event and in the view', async (t) => {
  const stage = new Stage(
    plainPolicy({
      fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 0 },
      readiness: { idleRate: 50, idleCapMs: 60_000, loadMs: 0 },
    }),
  );
  stage.works('a1', { skills: { a: 4 }, limits: { voice: 0 } });
  stage.submit('c1', { requires: [needs('a', 1)] });
  stage.wait(7500);
  stage.putAgent('a1', { skills: { a: 4 } });
  const made = stage.run.journal.at(-1)?.event;
  t.match(made, { type: 'offerMade', urgencyUs: 7_500_000, fitUs: 4_000_000, readinessUs: 375_000 });
  t.match(stage.open('a1').ok.offers, [{ rank: { total: 11.875, urgency: 7.5, fit: 4, readiness: 0.375 } }]);
});

t.test('[RANK3, RANK4] urgency = clock rate × time waited + head starts', async (t) => {
  const rates: [queue: number, segment: number, thousandths: number][] = [
    [1, 1, 1000],
    [0.333, 1, 333],
    [0.333, 0.5, 167],
    [20, 1, 20_000],
    [0, 5, 0],
    [1.0004, 1, 1000],
  ];
  for (const [queue, segment, thousandths] of rates) {
    const stage = new Stage(
      plainPolicy({
        queues: [queuePolicy('main', { clockRate: queue })],
        segments: { default: { headStartMs: 0, clockRate: segment } },
      }),
    );
    t.match(stage.wait(123_457).submit('c1', { headStartMs: 5 }).full, [{ clockRate: thousandths }]);
    const [made] = offersIn(stage.wait(10_001).works('a1'));
    t.equal(made?.urgencyUs, thousandths * 10_001 + 5000);
  }
});

t.test('[RANK4] clock rates cross over in time: who waited less may come to stand ahead', async (t) => {
  const policy = plainPolicy({
    segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 0, clockRate: 3 } },
  });
  const at = (ms: number): string | undefined => {
    const stage = new Stage(policy);
    stage.submit('slow');
    stage.wait(10_000).submit('fast', { segment: 'gold' });
    return offersIn(stage.wait(ms).works('a1'))[0]?.contactId;
  };
  t.strictSame([at(4999), at(5000), at(5001)], ['slow', 'slow', 'fast']);
});

t.test('[RANK5] head starts: queue, segment, value, the contact’s own', async (t) => {
  const policy = plainPolicy({
    queues: [queuePolicy('main', { headStartMs: 1000 })],
    segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 20_000, clockRate: 1 } },
    value: { scale: 3, headStartMs: 100_000 },
  });
  const table: [contact: Partial<ContactDraft>, us: number][] = [
    [{}, 1_000_000],
    [{ segment: 'gold' }, 21_000_000],
    [{ headStartMs: 7 }, 1_007_000],
    [{ value: 1 }, 1_000_000 + 33_333_333],
    [{ value: 2 }, 1_000_000 + 66_666_667],
    [{ value: 3 }, 101_000_000],
    [{ value: 1e12 }, 101_000_000],
    [{ value: 2, segment: 'gold', headStartMs: 7 }, 21_000_000 + 66_666_667 + 7000],
  ];
  for (const [contact, us] of table) {
    t.match(new Stage(policy).submit('c1', contact).full, [{ headStartUs: us }], JSON.stringify(contact));
  }
});

t.test('[RANK6] the idle part, up to its cap', async (t) => {
  const table: [idleRate: number, idleCapMs: number, afterMs: number, us: number][] = [
    [50, 600_000, 10_000, 500_000],
    [50, 600_000, 700_000, 30_000_000],
    [1, 600_000, 333, 333],
    [20_000, 0, 10_000, 0],
    [0, 600_000, 10_000, 0],
  ];
  for (const [idleRate, idleCapMs, afterMs, us] of table) {
    const stage = new Stage(readiness({ idleRate, idleCapMs }));
    stage.works('a1');
    t.equal(offersIn(stage.wait(afterMs).submit('c1'))[0]?.readinessUs, us);
  }
});

t.test('[RANK7, RANK9] the load part, rounded once', async (t) => {
  const table: [loadMs: number, capacity: number, us: number[]][] = [
    [20_000, 100, [0, 6_000_000, 12_000_000]],
    [20_000, 700, [0, 857_143, 1_714_286]],
    [1, 700, [0, 43, 86]],
    [0, 100, [0, 0, 0]],
  ];
  for (const [loadMs, capacity, us] of table) {
    const stage = new Stage(readiness({ loadMs }));
    stage.works('a1', { capacity });
    const seen = ['c1', 'c2', 'c3'].map((id) => offersIn(stage.submit(id))[0]?.readinessUs);
    t.strictSame(
      seen,
      us.map((part) => 0 - part),
      `${loadMs} ms at capacity ${capacity}`,
    );
  }
});

t.test('[RANK8] ready since: AVAILABLE, accepted, completed; not a revoked, declined or missed offer', async (t) => {
  const policy = plainPolicy({ presence: { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 1000 } });
  const firstAfter = (act: (stage: Stage) => void): string => {
    const stage = new Stage(policy);
    stage.works('a1');
    stage.works('a2');
    stage.submit('c1');
    stage.wait(1000);
    act(stage);
    if (stage.state('c1') !== 'COMPLETED') stage.cancel('c1', 'ABANDONED');
    return offersIn(stage.submit('next'))[0]?.agentId ?? 'nobody';
  };
  t.equal(
    firstAfter((stage) => stage.cancel('c1', 'ABANDONED')),
    'a1',
    'revoked',
  );
  t.equal(
    firstAfter((stage) => stage.decline('c1')),
    'a1',
    'declined',
  );
  t.equal(
    firstAfter((stage) => stage.tick(20_000)),
    'a1',
    'missed',
  );
  t.equal(
    firstAfter((stage) => {
      stage.accept('c1');
      stage.complete('c1', agentActor('a1'));
    }),
    'a2',
    'accepted and completed',
  );
});

t.test('[RANK9] seconds per level are rounded before they are multiplied', async (t) => {
  const stage = new Stage();
  stage.works('a1', { skills: { a: 10 } });
  const prefers = [{ skill: 'a', secondsPerLevel: 0.000_000_44 }];
  t.equal(offersIn(stage.submit('c1', { prefers }))[0]?.fitUs, 0);
  stage.accept('c1');
  stage.complete('c1', agentActor('a1'));
  t.equal(offersIn(stage.submit('c2', { prefers: [{ skill: 'a', secondsPerLevel: 0.000_000_5 }] }))[0]?.fitUs, 10);
});

t.test('[LINE1] the queue plays no part in the order', async (t) => {
  const policy = plainPolicy({ queues: [queuePolicy('first', { when: { intent: ['a*'] } }), queuePolicy('second')] });
  const contacts = {
    c1: { intent: 'b' },
    c2: { intent: 'a', after: 1 },
    c3: { intent: 'b', after: 1 },
    c4: { intent: 'a', after: 1 },
  };
  t.strictSame(order(policy, contacts), ['c1', 'c2', 'c3', 'c4']);
});

t.test('[LINE3] a contact that comes back from an offer stands where it stood', async (t) => {
  const stage = new Stage();
  for (const id of ['c1', 'c2', 'c3']) stage.submit(id);
  stage.works('a1');
  stage.wait(10_000).presence('a1', 'BUSY');
  t.strictSame(
    offersIn(stage.presence('a1', 'AVAILABLE')).map(({ contactId }) => contactId),
    ['c1'],
  );
});

t.test('[RANK1, ROOM6] several agents and contacts at once: the best pair first, and again', async (t) => {
  const stage = new Stage(fit({ perLevelMs: 1000 }));
  stage.works('a1', { skills: { a: 9, b: 1 } });
  stage.works('a2', { skills: { a: 8, b: 8 } });
  for (const agent of ['a1', 'a2']) stage.presence(agent, 'BUSY');
  stage.submit('c1', { requires: [needs('a', 1)] });
  stage.submit('c2', { requires: [needs('b', 1)] });
  for (const agent of ['a1', 'a2']) stage.close(agent);
  stage.policy(fit({ perLevelMs: 1000, affinityMs: 1 }));
  for (const agent of ['a1', 'a2']) stage.open(agent);
  stage.presence('a2', 'AVAILABLE');
  t.equal(stage.view('c1').agentId, 'a2', 'the first of two with equal rank');
  t.strictSame(stage.presence('a1', 'AVAILABLE').events.slice(-1), ['offerMade c2 a1']);
});

t.test('[RANK1] equal ranks from unequal parts: still who became ready first', async (t) => {
  const policy = plainPolicy({
    fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 0 },
    readiness: { idleRate: 1000, idleCapMs: 600_000, loadMs: 0 },
  });
  const stage = new Stage(policy);
  stage.works('a1', { skills: { a: 2 } });
  stage.wait(3000).works('a2', { skills: { a: 5 } });
  const [made] = offersIn(stage.wait(1000).submit('c1', { requires: [needs('a', 1)] }));
  t.match(made, { agentId: 'a1', fitUs: 2_000_000, readinessUs: 4_000_000 });
});
