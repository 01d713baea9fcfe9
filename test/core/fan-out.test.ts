// One contact offered to several agents at once: who is asked, who has it, and what becomes of the other offers.
import t from 'tap';
import type { QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { calendarPolicy, channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, GATEWAY, NOON, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const fanned = (fanOut: number, queue: Partial<QueuePolicy> = {}, more: Partial<ResolvedPolicy> = {}): ResolvedPolicy =>
  plainPolicy({
    queues: [queuePolicy('main', { fanOut, ...queue })],
    presence: { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 30_000 },
    ...more,
  });

/** A stage with so many agents at work, a1 ready first. */
function staffed(policy: ResolvedPolicy, count: number): Stage {
  const stage = new Stage(policy);
  for (let number = 1; number <= count; number++) stage.works(`a${number}`);
  return stage;
}

/** The id of the agent's newest offer of the contact. */
function offerTo(stage: Stage, contactId: string, agentId: string): string {
  const index = stage.run.journal.findLastIndex(
    ({ event }) => event.type === 'offerMade' && event.contactId === contactId && event.agentId === agentId,
  );
  return `o${index + 1}`;
}

function offersIn(events: readonly string[]): string[] {
  return events.filter((event) => event.startsWith('offerMade')).map((event) => event.slice('offerMade '.length));
}

t.test('[FAN1] a contact is offered to so many agents at once, each offer one of its own', async (t) => {
  const stage = staffed(fanned(3), 4);
  const { events, full } = stage.submit('c1');
  t.strictSame(events, ['contactSubmitted c1', 'offerMade c1 a1', 'offerMade c1 a2', 'offerMade c1 a3']);
  t.match(full.slice(1), [{ cost: 100 }, { cost: 100, expiresAt: stage.now + 20_000 }, { cost: 100 }]);
  for (const agentId of ['a1', 'a2', 'a3']) {
    t.match(stage.agent(agentId), { load: 100, contacts: ['c1'] });
    const { offers } = stage.open(agentId).ok;
    t.match(offers, [{ id: offerTo(stage, 'c1', agentId), contact: { id: 'c1', agentId, state: 'OFFERED' } }]);
  }
  t.match(stage.agent('a4'), { load: 0, contacts: [] });
  t.match(stage.ask({ type: 'queues' }).queues, [{ waiting: 0, offered: 1 }]);
});

t.test('[FAN1] further offers come when agents come free, none twice to one agent', async (t) => {
  const stage = new Stage(fanned(3, {}, { channels: { voice: channelPolicy({ cost: 10, limit: 5 }) } }));
  stage.works('a1');
  t.strictSame(offersIn(stage.submit('c1').events), ['c1 a1'], 'not to a1 again, though it has room');
  t.strictSame(offersIn(stage.works('a2').events), ['c1 a2']);
  t.strictSame(offersIn(stage.works('a3').events), ['c1 a3']);
  t.strictSame(offersIn(stage.works('a4').events), []);
});

t.test('[FAN1, OFF17] a further offer counts for the cap', async (t) => {
  const presence = { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 0, offersPerMinute: 1 };
  const stage = staffed(fanned(2, {}, { presence }), 2);
  t.strictSame(offersIn(stage.submit('c1').events), ['c1 a1', 'c1 a2']);
  stage.acceptOffer(offerTo(stage, 'c1', 'a1'), 'a1');
  t.strictSame(offersIn(stage.submit('c2').events), [], 'a2 was made one');
  t.strictSame(offersIn(stage.tick(60_000).events), ['c2 a2']);
});

t.test('[FAN2] every contact’s first offer before anyone’s second, whatever their tiers', async (t) => {
  const stage = new Stage(fanned(3));
  stage.submit('urgent', { tier: 9 });
  stage.wait(1000).submit('plain');
  t.strictSame(offersIn(stage.works('a1').events), ['urgent a1']);
  t.strictSame(offersIn(stage.works('a2').events), ['plain a2']);
  t.strictSame(offersIn(stage.works('a3').events), ['urgent a3'], 'of two with one offer each by rank');
  t.strictSame(offersIn(stage.works('a4').events), ['plain a4'], 'who has fewer');
  t.strictSame(offersIn(stage.works('a5').events), ['urgent a5']);
});

t.test('[FAN2] within one step round by round', async (t) => {
  const stage = staffed(fanned(2, {}, { channels: { voice: channelPolicy({ limit: 0 }) } }), 3);
  stage.submit('c1');
  stage.wait(1).submit('c2');
  t.strictSame(offersIn(stage.policy(fanned(2)).events), ['c1 a1', 'c2 a2', 'c1 a3']);
});

t.test('[FAN2] what was offered stays when a newcomer finds nobody', async (t) => {
  const stage = staffed(fanned(2), 2);
  stage.submit('c1');
  t.strictSame(stage.submit('c2').events, ['contactSubmitted c2']);
  t.strictSame(
    stage.declineOffer(offerTo(stage, 'c1', 'a2'), 'a2').events,
    ['offerDeclined c1 a2', 'offerMade c2 a2'],
    'c2’s first goes before c1’s second',
  );
});

t.test('[FAN3] the first accept wins: the others are revoked before it, without penalty', async (t) => {
  const stage = staffed(fanned(3), 3);
  stage.submit('c1');
  const late = offerTo(stage, 'c1', 'a1');
  stage.wait(1000);
  const { events, ok } = stage.acceptOffer(offerTo(stage, 'c1', 'a2'), 'a2');
  t.strictSame(events, [
    'offerRevoked c1 a1 ACCEPTED_ELSEWHERE',
    'offerRevoked c1 a3 ACCEPTED_ELSEWHERE',
    'offerAccepted c1 a2',
  ]);
  t.match(ok.contact, { state: 'ASSIGNED', agentId: 'a2' });
  t.match(stage.agent('a1'), { presence: 'AVAILABLE', load: 0 });
  t.strictSame(offersIn(stage.submit('c2').events), ['c2 a1', 'c2 a3'], 'no cool-down, no loss of readiness');
  const { outcome } = stage.run.step({ type: 'accept', actor: agentActor('a1'), offerId: late }, stage.now);
  t.match(outcome, { error: { reason: 'OFFER_NOT_PENDING', message: /another agent has the contact/ } });
  t.equal(stage.acceptOffer(offerTo(stage, 'c1', 'a2'), 'a2').result, 'ok', 'the winner may ask again');
});

t.test('[FAN3] an agent answers its own offer only', async (t) => {
  const stage = staffed(fanned(2), 2);
  stage.submit('c1');
  t.equal(stage.acceptOffer(offerTo(stage, 'c1', 'a2'), 'a1').result, 'NO_SUCH_OFFER');
  t.equal(stage.declineOffer(offerTo(stage, 'c1', 'a1'), 'a2').result, 'NO_SUCH_OFFER');
});

t.test('[FAN3] a draining agent that loses its last offer to another is gone', async (t) => {
  const stage = staffed(fanned(2), 2);
  stage.submit('c1');
  stage.presence('a1', 'DRAINING');
  t.strictSame(stage.acceptOffer(offerTo(stage, 'c1', 'a2'), 'a2').events, [
    'offerRevoked c1 a1 ACCEPTED_ELSEWHERE',
    'presenceSet a1 OFFLINE DRAINED',
    'offerAccepted c1 a2',
  ]);
});

t.test('[FAN4] one declined or missed goes to somebody else, the rest stay', async (t) => {
  const stage = staffed(fanned(2), 3);
  stage.submit('c1');
  const { events } = stage.wait(1000).declineOffer(offerTo(stage, 'c1', 'a1'), 'a1');
  t.strictSame(events, ['offerDeclined c1 a1', 'offerMade c1 a3']);
  t.match(stage.view('c1'), { state: 'OFFERED', agentId: 'a2', offeredAt: stage.now - 1000 });
  t.strictSame(stage.tick(19_500).events, ['offerMissed c1 a2'], 'a1 and a2 cool down');
  t.match(stage.view('c1'), { state: 'OFFERED', agentId: 'a3' });
  t.strictSame(stage.tick(1000).events, ['offerMissed c1 a3']);
  t.equal(stage.view('c1').state, 'QUEUED', 'with the last of them');
});

t.test('[FAN4, LINE3] back in line it stands where it stood', async (t) => {
  const stage = staffed(fanned(2), 2);
  stage.submit('c1');
  stage.wait(1000).submit('c2');
  stage.declineOffer(offerTo(stage, 'c1', 'a1'), 'a1');
  stage.declineOffer(offerTo(stage, 'c1', 'a2'), 'a2');
  t.equal(stage.state('c1'), 'QUEUED');
  t.strictSame(offersIn(stage.works('a3').events), ['c1 a3'], 'before c2’s second offer, by its age');
});

t.test('[FAN4, OFF7] misses count for each agent', async (t) => {
  const presence = { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 0 };
  const stage = staffed(fanned(2, {}, { presence }), 2);
  stage.submit('c1');
  t.strictSame(stage.tick(20_500).events, [
    'offerMissed c1 a1',
    'presenceSet a1 BUSY MISSED_OFFER',
    'offerMissed c1 a2',
    'presenceSet a2 BUSY MISSED_OFFER',
  ]);
});

t.test('[FAN5] what ends the contact’s way ends all its offers, in the order in which they were made', async (t) => {
  const revoked = (reason: string): string[] => ['a1', 'a2'].map((agentId) => `offerRevoked c1 ${agentId} ${reason}`);
  const ended = (act: (stage: Stage) => readonly string[]): readonly string[] => {
    const stage = staffed(fanned(2), 2);
    stage.submit('c1');
    return act(stage);
  };
  t.strictSame(
    ended((stage) => stage.cancel('c1', 'ABANDONED').events),
    [...revoked('CONTACT_CANCELLED'), 'contactClosed c1 ABANDONED GATEWAY'],
  );
  t.strictSame(
    ended((stage) => stage.act({ type: 'assign', actor: SUPERVISOR, contactId: 'c1', agentId: 'a2' }).events),
    [...revoked('REASSIGNED'), 'contactAssigned c1 a2'],
  );
  t.strictSame(
    ended((stage) => stage.transfer('c1', SUPERVISOR, { requires: [needs('x')] }).events),
    [...revoked('CONTACT_TRANSFERRED'), 'contactTransferred c1  main REQUIREMENT SUPERVISOR'],
  );
  t.strictSame(
    ended((stage) => stage.act({ type: 'restart', graceMs: 60_000 }).events.slice(1, 3)),
    revoked('ENGINE_RESTARTED'),
  );
  t.strictSame(
    ended((stage) => stage.update('c1', { requires: [needs('x')] }).events),
    ['contactUpdated c1', ...revoked('REQUIREMENT_CHANGED')],
  );
});

t.test('[FAN5] what is about one agent or one offer ends that one', async (t) => {
  const stage = new Stage(fanned(4));
  for (const id of ['a1', 'a2', 'a3', 'a4']) stage.works(id, { skills: { x: 1 } });
  stage.submit('c1', { requires: [needs('x')] });
  t.strictSame(stage.presence('a1', 'BUSY').events, ['offerRevoked c1 a1 AGENT_BUSY', 'presenceSet a1 BUSY AGENT']);
  t.match(stage.view('c1'), { state: 'OFFERED', agentId: 'a2' });
  t.strictSame(stage.putAgent('a3').events, ['agentPut a3', 'offerRevoked c1 a3 AGENT_CHANGED']);
  stage.close('a2');
  t.strictSame(stage.tick(10_000).events, ['offerRevoked c1 a2 AGENT_OFFLINE', 'presenceSet a2 OFFLINE SESSION_LOST']);
  t.match(stage.view('c1'), { state: 'OFFERED', agentId: 'a4' });
  const seq = stage.run.core.seq;
  t.strictSame(stage.wait(20_000).act({ type: 'withdrawStalled', firstSeq: 1, lastSeq: seq }).events, [
    'offerRevoked c1 a4 CLOCK_STALLED',
    'offerMade c1 a4',
  ]);
});

t.test('[FAN6, GATE3] a pace counts first offers and keeps no further ones back', async (t) => {
  const stage = new Stage(fanned(2, { gate: { reserve: 0, paceMs: 10_000 } }));
  stage.works('a1');
  t.strictSame(offersIn(stage.submit('c1').events), ['c1 a1']);
  stage.submit('c2');
  t.strictSame(offersIn(stage.tick(5000).events), []);
  t.strictSame(offersIn(stage.works('a2').events), ['c1 a2'], 'c2 waits for the pace');
  stage.works('a3');
  t.strictSame(offersIn(stage.tick(5000).events), ['c2 a3'], 'ten seconds after the first offer of c1');
});

t.test('[FAN6, GATE1] the reserve is looked at for each offer', async (t) => {
  const stage = staffed(fanned(3, { gate: { reserve: 1, paceMs: 0 } }), 3);
  t.strictSame(offersIn(stage.submit('c1').events), ['c1 a1', 'c1 a2'], 'a3 is left');
  t.strictSame(offersIn(stage.works('a4').events), ['c1 a3']);
});

t.test('[FAN7] where the router accepts by itself nobody else is asked', async (t) => {
  const channels = { voice: channelPolicy({ autoAccept: true }) };
  const stage = staffed(fanned(3, {}, { channels }), 3);
  t.strictSame(stage.submit('c1').events, ['contactSubmitted c1', 'offerMade c1 a1', 'offerAccepted c1 a1']);
});

t.test('[FAN7] all offers of a contact take the same room', async (t) => {
  const stage = new Stage(fanned(3));
  stage.works('a1');
  stage.submit('c1');
  const dearer = { voice: channelPolicy({ cost: 60 }) };
  stage.policy(fanned(3, {}, { channels: dearer }));
  t.strictSame(offersIn(stage.works('a2').events), [], 'it was offered at another cost');
  stage.declineOffer(offerTo(stage, 'c1', 'a1'), 'a1');
  t.strictSame(offersIn(stage.works('a3').events), ['c1 a3'], 'anew');
});

t.test('[FAN8] a policy changes how many more are made, not what is pending', async (t) => {
  const stage = staffed(fanned(3), 4);
  stage.submit('c1');
  t.strictSame(stage.policy(fanned(2)).events, ['policySet']);
  t.strictSame(stage.declineOffer(offerTo(stage, 'c1', 'a1'), 'a1').events, ['offerDeclined c1 a1'], 'two are left');
  t.strictSame(stage.policy(fanned(3)).events, ['policySet', 'offerMade c1 a4']);
});

t.test('[FAN9] offers of one contact that are due together are missed in the order of their agents', async (t) => {
  const readiness = { idleRate: 0, idleCapMs: 0, loadMs: 0 };
  const stage = new Stage(fanned(2, {}, { readiness }));
  stage.putAgent('a1');
  stage.works('a2');
  stage.works('a1');
  t.strictSame(offersIn(stage.submit('c1').events), ['c1 a2', 'c1 a1']);
  t.equal(stage.run.core.nextDeadline(), stage.now + 20_500);
  t.strictSame(stage.tick(20_500).events.slice(0, 2), ['offerMissed c1 a1', 'offerMissed c1 a2']);
});

t.test('[FAN9] the contact waits for the offer that is due first', async (t) => {
  const stage = new Stage(fanned(2));
  stage.works('a1');
  const from = stage.now;
  stage.submit('c1');
  stage.wait(5000).works('a2');
  t.equal(stage.run.core.nextDeadline(), from + 20_500);
  stage.wait(1000).declineOffer(offerTo(stage, 'c1', 'a1'), 'a1');
  t.equal(stage.run.core.nextDeadline(), from + 25_500);
});

t.test('[FAN10] each of the agents sees it, and its own offer explained', async (t) => {
  const stage = new Stage(fanned(2));
  stage.works('a1');
  const from = stage.now;
  stage.submit('c1');
  stage.wait(2000).works('a2');
  t.match(stage.view('c1'), { agentId: 'a1', offeredAt: from });
  for (const agentId of ['a1', 'a2']) {
    const actor = agentActor(agentId);
    t.match(stage.ask({ type: 'get', actor, contactId: 'c1' }).contact, { id: 'c1' });
    t.match(stage.ask({ type: 'explain', actor, contactId: 'c1' }).explanation, {
      offer: { agentId, offeredAt: agentId === 'a1' ? from : from + 2000, approximate: false },
    });
  }
  const stranger = stage.ask({ type: 'get', actor: agentActor('a3'), contactId: 'c1' });
  t.equal(stranger.refused, 'NO_SUCH_CONTACT');
  const first = stage.ask({ type: 'explain', actor: GATEWAY, contactId: 'c1' });
  t.match(first.explanation, { offer: { agentId: 'a1' } }, 'others are told of the first');
  t.equal(stage.update('c1', { intent: 'x' }, 0, agentActor('a2')).result, 'CONTACT_NOT_ANSWERED');
});

t.test('[FAN11, EST1] who is answered by a later offer had stood in line and rung since the first', async (t) => {
  const stage = new Stage(fanned(2, {}, { estimate: { minutes: 10, answersMin: 1 } }));
  stage.submit('c1');
  stage.wait(10_000).works('a1');
  stage.wait(3000).works('a2');
  stage.wait(1000).acceptOffer(offerTo(stage, 'c1', 'a2'), 'a2');
  const flow = [...stage.run.core.records()].find(({ kind }) => kind === 'queueFlow');
  t.match(flow, { lined: [{ linedMs: 10_000, answered: 1, ringMs: 4000 }] });
});

t.test('[FAN1, AFF2] of a held contact the preferred agents are asked', async (t) => {
  const stage = staffed(fanned(3), 3);
  const facts = { preferredAgents: ['a3', 'a2'], preferredForMs: 30_000 };
  t.strictSame(offersIn(stage.submit('c1', facts).events), ['c1 a2', 'c1 a3']);
  t.strictSame(offersIn(stage.tick(30_000).events).slice(0, 1), ['c1 a1'], 'when they hold it no more');
});

t.test('[FAN1, TIME9] a state written as records keeps all pending offers', async (t) => {
  const stage = staffed(fanned(3), 3);
  stage.submit('c1');
  const record = [...stage.run.core.records()].find(({ kind }) => kind === 'contact');
  t.match(record, { agentId: 'a1', fan: { madeAt: 0, others: [{ agentId: 'a2' }, { agentId: 'a3' }] } });
  stage.run.startShadows();
  stage.declineOffer(offerTo(stage, 'c1', 'a2'), 'a2');
  t.strictSame(stage.acceptOffer(offerTo(stage, 'c1', 'a3'), 'a3').events.length, 2);
});

t.test('[FAN6, GATE4] a pace that passes in a late step, behind a miss, is not lost', async (t) => {
  const stage = new Stage(
    plainPolicy({
      queues: [queuePolicy('main', { fanOut: 3, gate: { reserve: 0, paceMs: 20_510 } })],
      presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 300_000 },
    }),
  );
  stage.works('a1', { skills: { x: 1 } });
  stage.works('b1', { skills: { y: 1 } });
  stage.submit('c1', { requires: [needs('x')] });
  stage.submit('c2', { requires: [needs('y')] });
  t.ok(stage.tick(20_520).events.includes('offerMade c2 b1'));
});

t.test('[FAN4, QUE6, RLX5] offers that overlap for ever do not keep a contact from what is due', async (t) => {
  const relax = [{ afterMs: 30_000, headStartMs: 5000 }];
  const limits = { waiting: 10, waitMs: 60_000 };
  const stage = new Stage(
    plainPolicy({
      queues: [queuePolicy('main', { fanOut: 2, limits, relax })],
      presence: { graceMs: 10_000, missesBeforeBusy: 0, declineCoolDownMs: 0 },
    }),
  );
  stage.works('a1');
  stage.submit('c1');
  stage.wait(10_000).works('a2');
  const events: string[] = [];
  while (stage.now < NOON + 90_000) events.push(...stage.tick(500).events);
  t.ok(events.some((event) => event.startsWith('contactRelaxed c1')));
  t.ok(events.some((event) => event.startsWith('contactClosed c1 EXPIRED')));
});

t.test('[FAN7, DNC1] whoever is called within hours is offered to one agent', async (t) => {
  const calendars = { decent: calendarPolicy() };
  const queues = [queuePolicy('calls', { contactHours: 'decent', fanOut: 2 })];
  const hours = [{ calendar: 'decent', from: NOON - 1000, until: NOON + 9e6, openings: [NOON - 1000, NOON + 60_000] }];
  const stage = new Stage(plainPolicy({ queues, calendars }), hours);
  stage.works('a1');
  stage.works('a2');
  t.same(stage.wait(55_000).submit('c1', { direction: 'OUTBOUND' }).events.length, 2);
  stage.tick(5000);
  t.strictSame(stage.wait(1000).works('a3').events, ['presenceSet a3 AVAILABLE AGENT'], 'the window is over');
});
