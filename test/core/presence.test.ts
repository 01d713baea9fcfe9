// Presence and sessions: who takes offers, what a change of presence does to what an agent holds, and how long a lost agent may come back.
import t from 'tap';
import type { AgentDraft } from '../../src/core/commands.ts';
import type { Presence } from '../../src/core/views.ts';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { agentActor, Stage, SUPERVISOR } from './oracle/stage.ts';

const twoAtOnce = plainPolicy({ channels: { voice: channelPolicy({ cost: 50, limit: 2 }), chat: channelPolicy() } });

/** a1 is at work; c1 is assigned to it and c2 offered. */
function busyStage(facts: Partial<AgentDraft> = {}): Stage {
  const stage = new Stage(twoAtOnce);
  stage.works('a1', facts);
  stage.answered('c1');
  stage.submit('c2');
  return stage;
}

t.test('[PRES1, SES6] a new agent is OFFLINE; any other presence needs a session', async (t) => {
  const stage = new Stage();
  t.equal(stage.open('a1').result, 'NO_SUCH_AGENT');
  t.match(stage.putAgent('a1').ok.agent, { presence: 'OFFLINE', connected: false, version: 1 });
  for (const presence of ['AVAILABLE', 'BUSY', 'DRAINING'] as const) {
    t.equal(stage.presence('a1', presence).result, 'NOT_CONNECTED');
    t.equal(stage.presence('a1', presence, { by: SUPERVISOR }).result, 'NOT_CONNECTED');
  }
  t.equal(stage.presence('a1', 'OFFLINE').result, 'ok');
  t.equal(stage.presence('a9', 'OFFLINE').result, 'NO_SUCH_AGENT');
  t.match(stage.open('a1').ok, { agent: { presence: 'OFFLINE', connected: true }, offers: [], contacts: [] });
  t.strictSame(stage.presence('a1', 'AVAILABLE').events, ['presenceSet a1 AVAILABLE AGENT']);
});

t.test('[WHO2, WHO3] agents set their own presence, supervisors anybody’s', async (t) => {
  const stage = busyStage();
  const other = stage.presence('a1', 'BUSY', { by: agentActor('a2') });
  t.strictSame([other.result, other.path], ['NOT_YOURSELF', 'agentId']);
  t.strictSame(stage.presence('a1', 'BUSY', { by: SUPERVISOR }).events.slice(-1), ['presenceSet a1 BUSY SUPERVISOR']);
});

t.test('[PRES2, PRES6, RANK8] AVAILABLE again changes nothing', async (t) => {
  const stage = new Stage(twoAtOnce);
  stage.works('a1');
  stage.wait(1000).works('a2');
  t.strictSame(stage.presence('a1', 'AVAILABLE').events, []);
  t.strictSame(stage.presence('a1', 'AVAILABLE', { channels: ['voice'] }).events, ['presenceSet a1 AVAILABLE AGENT']);
  t.strictSame(stage.submit('c1').events.slice(-1), ['offerMade c1 a1'], 'a1 still stands first');
  stage.decline('c1');
  stage.presence('a1', 'BUSY');
  stage.presence('a1', 'AVAILABLE');
  t.strictSame(stage.submit('c2').events.slice(-1), ['offerMade c2 a2'], 'BUSY in between: a1 became ready last');
});

t.test('[PRES3] BUSY and OFFLINE revoke what is pending; what is assigned stays', async (t) => {
  const table: [presence: Presence, events: string[]][] = [
    ['BUSY', ['offerRevoked c2 a1 AGENT_BUSY', 'presenceSet a1 BUSY AGENT']],
    ['OFFLINE', ['offerRevoked c2 a1 AGENT_OFFLINE', 'presenceSet a1 OFFLINE AGENT']],
    ['DRAINING', ['presenceSet a1 DRAINING AGENT']],
    ['AVAILABLE', []],
  ];
  for (const [presence, events] of table) {
    const stage = busyStage();
    t.strictSame(stage.presence('a1', presence).events, events);
    t.equal(stage.view('c1').state, 'ASSIGNED');
    t.equal(stage.agent('a1').presence, presence);
  }
});

t.test('[PRES4] DRAINING takes nothing new and becomes OFFLINE when it holds nothing', async (t) => {
  const stage = busyStage();
  stage.presence('a1', 'DRAINING');
  stage.complete('c1', agentActor('a1'));
  t.match(stage.agent('a1'), { presence: 'DRAINING', contacts: ['c2'] });
  t.strictSame(stage.submit('c3').events, ['contactSubmitted c3']);
  stage.accept('c2');
  t.strictSame(stage.complete('c2', agentActor('a1')).events, [
    'contactClosed c2 COMPLETED AGENT',
    'presenceSet a1 OFFLINE DRAINED',
  ]);
  const idle = new Stage();
  idle.works('a1');
  t.strictSame(idle.presence('a1', 'DRAINING').events, [
    'presenceSet a1 DRAINING AGENT',
    'presenceSet a1 OFFLINE DRAINED',
  ]);
});

t.test('[PRES4] whatever takes the last contact away: decline, miss, revocation, cancel', async (t) => {
  const ways: Record<string, (stage: Stage) => string[]> = {
    decline: (stage) => stage.decline('c1').events,
    miss: (stage) => stage.tick(20_500).events,
    cancel: (stage) => stage.cancel('c1', 'ABANDONED').events,
    'another policy': (stage) => stage.policy(plainPolicy({ channels: { voice: channelPolicy({ limit: 0 }) } })).events,
  };
  for (const [name, way] of Object.entries(ways)) {
    const stage = new Stage();
    stage.works('a1');
    stage.submit('c1');
    stage.presence('a1', 'DRAINING');
    t.ok(way(stage).includes('presenceSet a1 OFFLINE DRAINED'), name);
  }
});

t.test('[PRES5, ROOM1] the channels that an agent takes', async (t) => {
  const stage = new Stage(twoAtOnce);
  stage.works('a1');
  stage.submit('c1');
  const unknown = stage.presence('a1', 'AVAILABLE', { channels: ['voice', 'fax'] });
  t.strictSame([unknown.result, unknown.path], ['UNKNOWN_CHANNEL', 'channels[1]']);
  stage.presence('a1', 'AVAILABLE', { channels: ['chat', 'chat'] });
  t.match(stage.agent('a1'), { channels: ['chat'], contacts: ['c1'] }, 'the pending offer stands');
  t.strictSame(stage.submit('c2').events, ['contactSubmitted c2']);
  t.strictSame(stage.presence('a1', 'AVAILABLE').events.slice(-1), ['offerMade c2 a1'], 'none named: all');
});

t.test('[PRES5] the reason is kept with BUSY only, channels are not kept with OFFLINE', async (t) => {
  const stage = new Stage(twoAtOnce);
  stage.works('a1');
  stage.presence('a1', 'BUSY', { reason: 'lunch', channels: ['voice'] });
  t.match(stage.agent('a1'), { presence: 'BUSY', reason: 'lunch', channels: ['voice'] });
  stage.presence('a1', 'OFFLINE', { reason: 'home', channels: ['voice'] });
  t.match(stage.agent('a1'), { presence: 'OFFLINE', reason: '', channels: [] });
});

t.test(
  '[SES1, SES2] a lost session: no offers; within the grace it comes back as if nothing had happened',
  async (t) => {
    const stage = busyStage();
    stage.works('a2', { limits: { voice: 0 } });
    t.match(stage.close('a1').full, [{ type: 'sessionLost', subjectId: 'a1', graceUntil: stage.now + 10_000 }]);
    stage.decline('c2');
    t.strictSame(stage.submit('c3').events, ['contactSubmitted c3'], 'no offers meanwhile');
    t.match(stage.agent('a1'), { presence: 'AVAILABLE', connected: false });
    t.strictSame(stage.wait(9999).open('a1').events, ['sessionOpened a1', 'offerMade c3 a1']);
    t.strictSame(stage.tick(10_000).events, [], 'no grace runs any more');
  },
);

t.test('[SES2] past the grace the agent is OFFLINE; one that is OFFLINE already has no grace', async (t) => {
  const stage = busyStage();
  stage.close('a1');
  t.strictSame(stage.tick(9999).events, []);
  t.strictSame(stage.tick(1).events, ['offerRevoked c2 a1 AGENT_OFFLINE', 'presenceSet a1 OFFLINE SESSION_LOST']);
  t.match(stage.open('a1').ok, { agent: { presence: 'OFFLINE' }, contacts: [{ id: 'c1', state: 'ASSIGNED' }] });
  t.match(stage.close('a1').full, [{ graceUntil: 0 }]);
  t.strictSame(stage.tick(10_000).events, []);
});

t.test(
  '[SES3] offers of a lost agent live to the earlier of deadline and grace, then go without penalty',
  async (t) => {
    const short = new Stage(
      plainPolicy({ presence: { graceMs: 60_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 } }),
    );
    short.works('a1');
    short.submit('c1');
    short.close('a1');
    t.strictSame(short.tick(20_500).events, ['offerRevoked c1 a1 AGENT_OFFLINE'], 'the deadline, and no miss');
    t.strictSame(short.open('a1').events, ['sessionOpened a1', 'offerMade c1 a1'], 'no cool-down');
    const resumed = busyStage();
    resumed.close('a1');
    resumed.wait(5000).open('a1');
    t.equal(resumed.accept('c2').result, 'ok', 'a resumed session may still answer');
  },
);

t.test('[SES4] a newer session replaces the older; a stale close changes nothing', async (t) => {
  const stage = busyStage();
  stage.open('a1', 'newer');
  t.strictSame(stage.close('a1', 's1').events, []);
  t.strictSame(stage.open('a1', 'newer').events, [], 'the same again');
  t.match(stage.agent('a1'), { connected: true, presence: 'AVAILABLE' });
  t.strictSame(stage.close('a1', 'newer').events, ['sessionLost a1']);
  t.strictSame(stage.close('a1', '').events, [], 'no session is no session');
});

t.test('[SES6] opening a session answers with the agent, its offers and its contacts', async (t) => {
  const stage = busyStage();
  t.match(stage.open('a1').ok, {
    agent: { id: 'a1', load: 100, contacts: ['c1', 'c2'] },
    offers: [{ id: stage.offerOf('c2'), contact: { id: 'c2' } }],
    contacts: [{ id: 'c1', state: 'ASSIGNED' }],
  });
});

t.test('[SES5] gateways: the first session makes them known, closing what is not open changes nothing', async (t) => {
  const stage = new Stage();
  t.strictSame(stage.openGateway('g0', 'one').events, ['sessionOpened g0']);
  t.strictSame(stage.openGateway('g0', 'one').events, []);
  t.strictSame(stage.closeGateway('two').events, []);
  t.strictSame(stage.closeGateway('one').events, ['sessionLost g0']);
  t.strictSame(stage.closeGateway('one').events, []);
});

const LUNCH = { next: 'BUSY', reason: 'lunch' } as const;

t.test('[PRES7, PRES4, PRES8] BUSY after this one', async (t) => {
  const stage = busyStage();
  t.strictSame(stage.presence('a1', 'DRAINING', LUNCH).events, ['presenceSet a1 DRAINING AGENT']);
  t.match(stage.agent('a1'), { presence: 'DRAINING', reason: '', next: 'BUSY', nextReason: 'lunch' });
  t.strictSame(stage.submit('c3').events, ['contactSubmitted c3'], 'nothing new');
  stage.complete('c1', agentActor('a1'));
  t.equal(stage.accept('c2').result, 'ok', 'what it was offered it may still take');
  t.strictSame(stage.complete('c2', agentActor('a1')).events, [
    'contactClosed c2 COMPLETED AGENT',
    'presenceSet a1 BUSY DRAINED',
  ]);
  const { next, nextReason, ...agent } = stage.agent('a1');
  t.match(agent, { presence: 'BUSY', reason: 'lunch' });
  t.strictSame([next, nextReason], [undefined, undefined]);
  t.strictSame(stage.presence('a1', 'AVAILABLE').events.slice(-1), ['offerMade c3 a1']);
});

t.test('[PRES4, PRES7] who holds nothing is BUSY at once, and so whatever takes the last contact away', async (t) => {
  const idle = new Stage();
  idle.works('a1');
  t.strictSame(idle.presence('a1', 'DRAINING', LUNCH).events, [
    'presenceSet a1 DRAINING AGENT',
    'presenceSet a1 BUSY DRAINED',
  ]);
  t.match(idle.agent('a1'), { presence: 'BUSY', reason: 'lunch' });
  const ways: Record<string, (stage: Stage) => string[]> = {
    decline: (stage) => stage.decline('c1').events,
    miss: (stage) => stage.tick(20_500).events,
    cancel: (stage) => stage.cancel('c1', 'ABANDONED').events,
  };
  for (const [name, way] of Object.entries(ways)) {
    const stage = new Stage();
    stage.works('a1');
    stage.submit('c1');
    stage.presence('a1', 'DRAINING', LUNCH);
    t.ok(way(stage).includes('presenceSet a1 BUSY DRAINED'), name);
  }
});

t.test('[PRES7] next is BUSY or OFFLINE, behind DRAINING', async (t) => {
  const stage = busyStage();
  const table: [presence: Presence, next: Presence, result: string][] = [
    ['DRAINING', 'AVAILABLE', 'INVALID_FIELD'],
    ['DRAINING', 'DRAINING', 'INVALID_FIELD'],
    ['AVAILABLE', 'BUSY', 'INVALID_FIELD'],
    ['BUSY', 'OFFLINE', 'INVALID_FIELD'],
    ['OFFLINE', 'OFFLINE', 'INVALID_FIELD'],
    ['DRAINING', 'OFFLINE', 'ok'],
  ];
  for (const [presence, next, result] of table) {
    const acted = stage.presence('a1', presence, { next });
    t.strictSame([acted.result, acted.path], [result, result === 'ok' ? '' : 'next'], `${presence}, then ${next}`);
  }
  t.equal(stage.agent('a1').next, undefined, 'OFFLINE goes without saying');
});

t.test('[PRES6, PRES8] whatever presence is set replaces what was next; the same again makes no event', async (t) => {
  const stage = busyStage();
  stage.presence('a1', 'DRAINING', LUNCH);
  t.strictSame(stage.presence('a1', 'DRAINING', LUNCH).events, []);
  t.strictSame(stage.presence('a1', 'DRAINING', { ...LUNCH, reason: 'tea' }).events, ['presenceSet a1 DRAINING AGENT']);
  t.equal(stage.agent('a1').nextReason, 'tea');
  t.strictSame(stage.presence('a1', 'DRAINING').events, ['presenceSet a1 DRAINING AGENT']);
  t.equal(stage.agent('a1').next, undefined);
  t.strictSame(stage.presence('a1', 'DRAINING', { next: 'OFFLINE' }).events, [], 'which is what it meant');
  stage.presence('a1', 'DRAINING', LUNCH);
  stage.presence('a1', 'AVAILABLE');
  stage.presence('a1', 'DRAINING');
  stage.complete('c1', agentActor('a1'));
  t.equal(stage.decline('c2').events.at(-1), 'presenceSet a1 OFFLINE DRAINED');
  const offered = new Stage();
  offered.works('a1');
  offered.submit('c1');
  offered.presence('a1', 'DRAINING', LUNCH);
  t.strictSame(
    offered.presence('a1', 'BUSY', { reason: 'lunch' }).events,
    ['offerRevoked c1 a1 AGENT_BUSY', 'presenceSet a1 BUSY DRAINED'],
    'it is that already when its offer is gone',
  );
});

t.test('[PRES8, SES2] a lost agent: BUSY when it holds nothing, OFFLINE at the end of grace', async (t) => {
  const stage = busyStage();
  stage.presence('a1', 'DRAINING', LUNCH);
  stage.close('a1');
  stage.decline('c2');
  t.equal(stage.complete('c1', SUPERVISOR).events.at(-1), 'presenceSet a1 BUSY DRAINED');
  t.strictSame(stage.tick(10_000).events, ['presenceSet a1 OFFLINE SESSION_LOST']);
  const holding = busyStage();
  holding.presence('a1', 'DRAINING', LUNCH);
  holding.close('a1');
  t.strictSame(holding.tick(10_000).events, [
    'offerRevoked c2 a1 AGENT_OFFLINE',
    'presenceSet a1 OFFLINE SESSION_LOST',
  ]);
  t.equal(holding.agent('a1').next, undefined);
});
