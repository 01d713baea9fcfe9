// Why this agent, and why nobody yet: explanations of offers add up, those of waiting contacts tell the truth about every agent.
import fc from 'fast-check';
import t from 'tap';
import type { Contact } from '../../src/core/contact.ts';
import { explainOffer, offerParts } from '../../src/core/explain-offer.ts';
import type { ExplainedOffer, ExplainedWait, Explanation, Obstacle, PartOf } from '../../src/core/explanation.ts';
import { eligibilityOf } from '../../src/core/relaxation.ts';
import { meets } from '../../src/core/requirement.ts';
import { historyArb, restlessArb } from './oracle/moves.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN, Run } from './oracle/run-history.ts';
import { runs } from './oracle/runs.ts';
import { agentActor, GATEWAY, NOON, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const FILE = 'test/core/explain.test.ts';

function explain(stage: Stage, contactId: string, actor = SUPERVISOR): Explanation {
  const { explanation } = stage.ask({ type: 'explain', actor, contactId });
  if (explanation === undefined) throw new Error(`no explanation of ${contactId}`);
  return explanation;
}

function offerOf(stage: Stage, contactId: string): ExplainedOffer {
  const { offer } = explain(stage, contactId);
  if (offer === undefined) throw new Error(`${contactId} has no offer`);
  return offer;
}

function waitOf(stage: Stage, contactId: string, actor = SUPERVISOR): ExplainedWait {
  const { waiting } = explain(stage, contactId, actor);
  if (waiting === undefined) throw new Error(`${contactId} does not wait`);
  return waiting;
}

const rich = plainPolicy({
  segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 120_000, clockRate: 2 } },
  value: { scale: 1000, headStartMs: 60_000 },
  queues: [queuePolicy('main', { headStartMs: 5000, requires: [needs('billing', 3)] })],
  fit: { perLevelMs: 3000, affinityMs: 30_000, breadthMs: 500 },
  readiness: { idleRate: 50, idleCapMs: 600_000, loadMs: 20_000 },
  explain: { runnersUp: 3 },
});

/** Offered after it had waited 10 s; the others are worse, each in its own way. */
function offered(): Stage {
  const stage = new Stage(rich);
  stage.works('a1', { skills: { billing: 7, es: 2, chess: 1 } });
  stage.works('a2', { skills: { billing: 7, chess: 1 } });
  stage.works('a3', { skills: { billing: 5 } });
  for (const id of ['a1', 'a2', 'a3']) stage.presence(id, 'BUSY');
  const facts = { segment: 'gold', value: 500, headStartMs: 1000, prefers: [{ skill: 'es', secondsPerLevel: 2 }] };
  stage.submit('c1', { ...facts, preferredAgents: ['a1'] });
  stage.wait(10_000);
  stage.presence('a3', 'AVAILABLE', { channels: ['none'] });
  stage.presence('a2', 'AVAILABLE', { channels: ['none'] });
  return stage;
}

t.test('[EXP1, EXP2] the rank’s parts, each with its line of the policy', async (t) => {
  const stage = offered();
  stage.presence('a1', 'AVAILABLE');
  const offer = offerOf(stage, 'c1');
  t.match(offer, { offerId: stage.offerOf('c1'), agentId: 'a1', offeredAt: stage.now, approximate: false });
  t.strictSame(
    offer.parts.map(({ of, what, skill, seconds, policyPath }) => [of, what, skill, seconds, policyPath]),
    [
      ['URGENCY', 'waiting', '', 20, 'queues.main.clockRate'],
      ['URGENCY', 'queueHeadStart', '', 5, 'queues.main.headStart'],
      ['URGENCY', 'segmentHeadStart', '', 120, 'segments.gold.headStart'],
      ['URGENCY', 'valueHeadStart', '', 30, 'value.seconds'],
      ['URGENCY', 'ownHeadStart', '', 1, ''],
      ['FIT', 'skill', 'billing', 21, 'fit.secondsPerLevel'],
      ['FIT', 'preference', 'es', 4, ''],
      ['FIT', 'affinity', '', 30, 'fit.affinity'],
      ['FIT', 'breadth', '', -0.5, 'fit.breadth'],
    ],
  );
  t.match(offer.parts[0]?.how, 'waited 10 s × clock rate 2: queue’s 1 × segment’s 2');
  t.match(offer.parts[3]?.how, 'min(1, value 500 / scale 1000) × 60 s');
  t.equal(offer.rank.total, 20 + 5 + 120 + 30 + 1 + 21 + 4 + 30 - 0.5);
  stage.accept('c1');
  t.strictSame(offerOf(stage, 'c1'), offer, 'the same once it is accepted');
});

t.test('[EXP3] the runners-up at that time, and why they lost', async (t) => {
  const policy = { ...rich, readiness: { ...rich.readiness, idleRate: 1000 } };
  const stage = new Stage(policy);
  stage.works('a1', { skills: { billing: 7 } });
  stage.wait(2000).works('a2', { skills: { billing: 7 } });
  stage.wait(1000).works('a3', { skills: { billing: 5 } });
  stage.works('a4', { skills: { billing: 4 } });
  stage.works('a5', { skills: { billing: 4, b: 1, c: 1 } });
  stage.works('a6', { skills: { es: 9 } });
  stage.submit('c1');
  const { agentId, runnersUp } = offerOf(stage, 'c1');
  t.equal(agentId, 'a1');
  t.strictSame(
    runnersUp.map(({ agentId: id, behind, why }) => [id, behind, why]),
    [
      ['a2', 2, '2 s behind: readiness −2 s'],
      ['a3', 9, '9 s behind: fit −6 s, readiness −3 s'],
      ['a4', 12, '12 s behind: fit −9 s, readiness −3 s'],
    ],
  );
  stage.policy({ ...policy, explain: { runnersUp: 0 } });
  stage.submit('c2');
  t.strictSame(offerOf(stage, 'c2').runnersUp, [], 'as many as the policy says');
});

t.test('[EXP2] what has changed since is a part of its own', async (t) => {
  const stage = offered();
  stage.presence('a1', 'AVAILABLE');
  const before = offerOf(stage, 'c1');
  stage.policy({ ...rich, fit: { ...rich.fit, perLevelMs: 1000 } });
  const after = offerOf(stage, 'c1');
  t.equal(after.approximate, true);
  t.strictSame(after.rank, before.rank);
  t.match(
    after.parts.find(({ what }) => what === 'changed'),
    { of: 'FIT', seconds: 14 },
  );
});

t.test('[EXP4, EXP5] what is in the way of each agent who meets the requirement', async (t) => {
  const channels = { voice: channelPolicy({ wrapUpMs: 60_000 }), chat: channelPolicy({ cost: 1, limit: 1 }) };
  const stage = new Stage(plainPolicy({ channels, queues: [queuePolicy('main', { requires: [needs('es', 3)] })] }));
  const skills = { es: 5 };
  stage.works('talks', { skills });
  stage.answered('t1');
  stage.works('wraps', { skills });
  stage.answered('w1');
  stage.end('w1', SUPERVISOR);
  stage.works('rests', { skills });
  stage.presence('rests', 'BUSY', { reason: 'lunch' });
  stage.works('lost', { skills });
  stage.close('lost');
  stage.putAgent('away', { skills });
  stage.works('chats', { skills });
  stage.presence('chats', 'AVAILABLE', { channels: ['chat'] });
  stage.works('declines', { skills });
  stage.works('learns', { skills: { es: 2 } });
  stage.works('other', { skills: { fr: 9 } });
  stage.submit('c1');
  stage.decline('c1');
  const waiting = waitOf(stage, 'c1');
  t.match(waiting, { queue: 'main', position: 1, agedFrom: stage.now, partial: false, requires: [needs('es', 3)] });
  const byId = Object.fromEntries(waiting.agents.map(({ agentId, ...facts }) => [agentId, facts]));
  t.match(byId, {
    talks: {
      obstacle: 'NO_ROOM',
      holds: [{ contactId: 't1', channel: 'voice', state: 'ASSIGNED', since: NOON, until: 0 }],
    },
    wraps: { obstacle: 'NO_ROOM', holds: [{ contactId: 'w1', state: 'WRAP_UP', until: NOON + 60_000 }] },
    rests: { obstacle: 'BUSY', reason: 'lunch' },
    lost: { obstacle: 'NOT_CONNECTED', until: NOON + 10_000 },
    away: { obstacle: 'OFFLINE' },
    chats: { obstacle: 'CHANNEL_OFF' },
    declines: { obstacle: 'COOL_DOWN', until: NOON + 30_000 },
  });
  t.equal(waiting.agents.length, 7);
  t.strictSame(waiting.obstacles[0], { obstacle: 'NO_ROOM', agents: 2 });
  t.strictSame(waiting.missing, [{ missing: 'es ≥ 3', agents: 2 }]);
  const told = waitOf(stage, 'c1', GATEWAY).agents.flatMap(({ holds }) => holds.map(({ contactId }) => contactId));
  t.strictSame(told, ['', ''], 'contacts of others are no business of a gateway’s');
});

t.test('[EXP10] who competes for the same agents and is ahead, in whatever queue', async (t) => {
  const stage = new Stage(plainPolicy({ queues: [queuePolicy('main'), queuePolicy('other')] }));
  stage.submit('a', { requires: [needs('es')] });
  stage.submit('b', { queue: 'other' });
  stage.submit('c', { queue: 'other', requires: [needs('fr')] });
  stage.wait(1000).submit('d', { requires: [needs('es', 2)] });
  stage.submit('urgent', { queue: 'other', tier: 1 });
  const rivals = (contactId: string) => waitOf(stage, contactId).rivalsAhead;
  const signIn = (id: string, skills: Record<string, number>) => {
    stage.putAgent(id, { skills });
    stage.open(id);
    stage.presence(id, 'BUSY');
  };
  t.equal(rivals('d'), 0, 'nobody is signed in');
  signIn('f', { fr: 1 });
  t.equal(rivals('d'), 0, 'nobody who could serve it');
  signIn('e', { es: 2 });
  t.equal(rivals('d'), 3, 'a, b and what is urgent; not c, which asks for others');
  t.equal(rivals('a'), 1);
  t.equal(waitOf(stage, 'd').position, 2, 'its own queue’s');
});

t.test('[EXP4] which relaxation comes next, and which wait for their condition', async (t) => {
  const relax = [
    { afterMs: 10_000, if: { agentsAvailable: 0 }, requires: [needs('es', 2)] },
    { afterMs: 30_000, requires: [], headStartMs: 5000 },
  ];
  const stage = new Stage(plainPolicy({ queues: [queuePolicy('main', { requires: [needs('es', 3)], relax })] }));
  stage.works('knows', { skills: { es: 9 }, limits: { voice: 0 } });
  stage.submit('c1');
  t.match(waitOf(stage, 'c1').relaxations, [
    { step: 1, at: NOON + 10_000, pending: false, when: 'agentsAvailable ≤ 0' },
  ]);
  stage.tick(10_000);
  const after = waitOf(stage, 'c1');
  t.strictSame(after.requires, [needs('es', 2)], 'as relaxed');
  t.match(after.relaxations, [{ step: 2, at: NOON + 30_000, pending: false, requires: [], headStartMs: 5000 }]);
  stage.tick(20_000);
  t.strictSame(waitOf(stage, 'c1').relaxations, []);
  stage.works('new');
  t.match(
    offerOf(stage, 'c1').parts.find(({ what }) => what === 'relaxHeadStart'),
    {
      seconds: 5,
      policyPath: 'queues.main.relax',
    },
  );
});

t.test('[EXP1] who may ask, and of what', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  const reasons = [GATEWAY, { role: 'gateway', id: 'g9' } as const, agentActor('a1'), agentActor('a9'), ADMIN].map(
    (actor) => stage.ask({ type: 'explain', actor, contactId: 'c1' }).refused ?? 'ok',
  );
  t.strictSame(reasons, ['ok', 'NO_SUCH_CONTACT', 'ok', 'NO_SUCH_CONTACT', 'ok']);
  stage.accept('c1');
  stage.complete('c1', agentActor('a1'));
  t.strictSame(explain(stage, 'c1'), { contactId: 'c1', state: 'COMPLETED', asOf: stage.now });
  t.equal(stage.ask({ type: 'explain', actor: ADMIN, contactId: 'c9' }).refused, 'NO_SUCH_CONTACT');
});

/** Every explanation that the run has at this point, held against the plain facts. */
function check(run: Run, offersChecked: { count: number; fresh: number }): void {
  const { state } = run.core;
  const { policy, terms } = state;
  if (policy === undefined) return;
  // Contacts that an agent had when the policy changed come back in line as they were classified.
  const isFirstPolicy = run.journal.filter(({ event }) => event.type === 'policySet').length === 1;
  for (const { contact } of state.known.values()) {
    const phase = contact?.phase;
    if (contact === undefined || phase === undefined) continue;
    if ((phase.state === 'OFFERED' || phase.state === 'ASSIGNED') && phase.offer !== undefined) {
      const { offer } = phase;
      const parts = offerParts({ contact, agent: offer.agent, offer, policy, terms });
      const sumOf = (of: PartOf): number => parts.reduce((sum, part) => (part.of === of ? sum + part.us : sum), 0);
      const sums = [sumOf('URGENCY'), sumOf('FIT'), sumOf('READINESS')];
      if (String(sums) !== String([offer.urgencyUs, offer.fitUs, offer.readinessUs]))
        run.fail(`${contact.id}: ${sums}`);
      offersChecked.count++;
      const { event } = run.journal[offer.seq - 1] ?? {};
      const isFresh = isFirstPolicy && phase.state === 'OFFERED' && run.journal.at(-1)?.event === event;
      if (isFresh) offersChecked.fresh++;
      if (isFresh && explainOffer(contact, offer, policy, terms).approximate)
        run.fail(`${contact.id}: approximate at once`);
    } else if (phase.state === 'QUEUED') checkWait(run, contact.id);
  }
}

/** [EXP10], by looking at everybody. */
function rivalsOf(run: Run, contact: Contact): number {
  const { state, at } = run.core;
  const signedIn = [...state.agents.values()].filter((agent) => agent.sessionId !== '' && agent.presence !== 'OFFLINE');
  const mayServe = (one: Contact) => signedIn.filter((agent) => meets(agent.skills, eligibilityOf(one)));
  const urgency = (one: Contact) => one.headStartUs + one.clockRate * (at - one.agedFrom);
  const before = (one: Contact) =>
    one.tier - contact.tier || urgency(one) - urgency(contact) || contact.ordinal - one.ordinal;
  const own = mayServe(contact);
  return [...state.known.values()].filter(({ contact: one }) => {
    if (one === undefined || one === contact || one.phase.state !== 'QUEUED' || before(one) < 0) return false;
    return mayServe(one).some((agent) => own.includes(agent));
  }).length;
}

function checkWait(run: Run, contactId: string): void {
  const { state, at } = run.core;
  const { policy } = state;
  const outcome = run.core.query({ type: 'explain', actor: ADMIN, contactId }, at);
  const waiting = 'ok' in outcome ? outcome.ok.explanation?.waiting : undefined;
  if (waiting === undefined) return run.fail(`${contactId} is not explained`);
  const told = new Map(waiting.agents.map((agent) => [agent.agentId, agent.obstacle]));
  const contact = state.known.get(contactId)?.contact;
  const rivals = contact === undefined ? 0 : rivalsOf(run, contact);
  if (waiting.rivalsAhead !== rivals) run.fail(`${contactId}: ${waiting.rivalsAhead} of ${rivals} rivals`);
  let missing = 0;
  for (const agent of state.agents.values()) {
    const meetsIt =
      waiting.requires.length === 0 ||
      waiting.requires.some(
        ({ all, without = [] }) =>
          all.every(({ skill, level }) => (agent.skillRecord[skill] ?? 0) >= level) &&
          !without.some((skill) => Object.hasOwn(agent.skillRecord, skill)),
      );
    const obstacle = told.get(agent.id);
    if (meetsIt !== (obstacle !== undefined)) run.fail(`${agent.id} of ${contactId}: ${obstacle}`);
    const isHere = agent.sessionId !== '' && agent.presence !== 'OFFLINE';
    if (!meetsIt && isHere) missing++;
    const isCooling = contact?.coolDowns.some((coolDown) => coolDown.agent === agent) ?? false;
    const holds: Partial<Record<Obstacle, boolean>> = {
      OFFLINE: agent.presence === 'OFFLINE',
      NOT_CONNECTED: agent.sessionId === '',
      BUSY: agent.presence === 'BUSY',
      DRAINING: agent.presence === 'DRAINING',
      CAPPED: agent.cappedUntil > at,
      COOL_DOWN: isCooling,
      HELD: (contact?.preferredUntil ?? 0) > 0 && contact?.preferredAgents.includes(agent.id) === false,
      RESERVED: policy?.queues.some((queue) => queue.gate !== undefined) ?? false,
      FREE: false,
    };
    if (obstacle !== undefined && holds[obstacle] === false) run.fail(`${agent.id} of ${contactId} is not ${obstacle}`);
  }
  const counted = waiting.missing.reduce((sum, { agents }) => sum + agents, 0);
  if (counted !== missing) run.fail(`${contactId}: ${counted} of ${missing} lack something`);
}

t.test('[EXP2, EXP4, EXP10] in any history parts add up, and every agent has a reason', async (t) => {
  const offersChecked = { count: 0, fresh: 0 };
  fc.assert(
    fc.property(fc.oneof(historyArb, restlessArb), (history) => {
      const run = new Run();
      run.step({ type: 'setPolicy', actor: ADMIN, policy: history.policy, source: '', fileHash: '' }, NOON);
      for (const move of history.moves) {
        run.move(move);
        check(run, offersChecked);
      }
    }),
    runs(t, FILE, 60, 2000),
  );
  t.comment(`${offersChecked.count} explanations of offers, ${offersChecked.fresh} right after`);
  t.ok(offersChecked.fresh > 0);
});
