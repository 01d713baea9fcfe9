// A new policy while contacts wait, are offered and assigned: taken whole or refused whole.
import t from 'tap';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { needs, Stage } from './oracle/stage.ts';

const gold = { headStartMs: 0, clockRate: 1 };
const base = (changes: Partial<ResolvedPolicy> = {}): ResolvedPolicy =>
  plainPolicy({
    channels: { voice: channelPolicy(), chat: channelPolicy() },
    segments: { default: gold, gold },
    queues: [queuePolicy('main'), queuePolicy('other')],
    ...changes,
  });

t.test('[POL1] a policy is journalled in its resolved form with its source', async (t) => {
  const stage = new Stage();
  const policy = base();
  const { full, ok } = stage.act({ type: 'setPolicy', actor: ADMIN, policy, source: 'text', fileHash: 'f' });
  t.match(full, [{ type: 'policySet', source: 'text', fileHash: 'f', by: 'root' }]);
  const [event] = full;
  t.strictSame(event?.type === 'policySet' ? JSON.parse(event.resolved) : undefined, policy);
  t.match(ok.policy, { source: 'text', resolved: policy });
  t.match(stage.ask({ type: 'policy' }).policy, { source: 'text', resolved: policy });
});

t.test('[POL5] the hash of the last file applied lasts over policies put by API', async (t) => {
  const stage = new Stage();
  const fileHash = (): unknown => {
    const [header] = stage.run.core.records();
    return header?.kind === 'header' ? header.policyFileHash : undefined;
  };
  stage.act({ type: 'setPolicy', actor: ADMIN, policy: base(), source: '', fileHash: 'f1' });
  stage.policy(plainPolicy());
  t.equal(fileHash(), 'f1');
});

t.test('[POL2] names that open contacts use must stay', async (t) => {
  const without: [name: string, path: string, policy: ResolvedPolicy][] = [
    ['channel', 'channels.chat', base({ channels: { voice: channelPolicy() } })],
    ['segment', 'segments.gold', base({ segments: { default: gold } })],
    ['queue', 'queues.other', base({ queues: [queuePolicy('main')] })],
  ];
  for (const [name, path, policy] of without) {
    for (const state of ['QUEUED', 'OFFERED', 'ASSIGNED', 'COMPLETED']) {
      const stage = new Stage(base());
      if (state !== 'QUEUED') stage.works('a1');
      stage.submit('c1', { channel: 'chat', segment: 'gold', queue: 'other' });
      if (state === 'ASSIGNED' || state === 'COMPLETED') stage.accept('c1');
      if (state === 'COMPLETED') stage.complete('c1', { role: 'agent', id: 'a1' });
      t.equal(stage.state('c1'), state);
      const { result, path: given, events } = stage.policy(policy);
      const wanted = state === 'COMPLETED' ? ['ok', ''] : ['POLICY_NAMES_IN_USE', path];
      t.strictSame([result, given], wanted, `${name} of a contact ${state}`);
      if (state !== 'COMPLETED') t.strictSame(events, []);
    }
  }
});

t.test('[POL2, POL1] a join that becomes too large refuses the policy whole', async (t) => {
  const stage = new Stage(base());
  stage.submit('c1', { requires: Array.from({ length: 9 }, (_, index) => needs(`s${index}`, 1)) });
  const queues = [queuePolicy('main', { requires: [needs('x', 1), needs('y', 1)] }), queuePolicy('other')];
  const { result, events } = stage.policy(
    base({ queues, agents: { p1: { name: '', skills: {}, capacity: 1, limits: {} } } }),
  );
  t.strictSame([result, events], ['REQUIREMENT_TOO_LARGE', []]);
  t.equal(stage.ask({ type: 'agent', agentId: 'p1' }).refused, 'NO_SUCH_AGENT');
});

t.test('[POL3] waiting and offered contacts are classified anew and keep age and arrival', async (t) => {
  const stage = new Stage(base());
  stage.submit('c1');
  stage.wait(1000).submit('c2', { segment: 'gold' });
  stage.wait(9000);
  const queues = [
    queuePolicy('main', {
      clockRate: 2,
      headStartMs: 5000,
      limits: { waiting: 9, waitMs: 60_000 },
      requires: [needs('a', 1)],
    }),
    queuePolicy('other'),
  ];
  const { events, full } = stage.policy(
    base({ queues, segments: { default: gold, gold: { headStartMs: 0, clockRate: 3 } } }),
  );
  t.strictSame(events, ['policySet', 'contactClassified c1', 'contactClassified c2']);
  t.match(full.slice(1), [
    { clockRate: 2000, headStartUs: 5_000_000, requirement: [needs('a', 1)], waitUntil: stage.now + 50_000 },
    { clockRate: 6000, waitUntil: stage.now + 51_000 },
  ]);
  t.match(stage.view('c1'), { submittedAt: stage.now - 10_000, agedFrom: stage.now - 10_000, position: 2 });
  const [made] = stage.works('a1', { skills: { a: 1 } }).full.slice(-1);
  t.match(made, { contactId: 'c2', urgencyUs: 5_000_000 + 6000 * 9000 });
  t.strictSame(
    stage.policy(base({ queues, segments: { default: gold, gold: { headStartMs: 0, clockRate: 3 } } })).events,
    ['policySet'],
  );
});

t.test('[POL4] offers whose agents may no longer hold them are revoked', async (t) => {
  const requires = [needs('a', 5)];
  const table: [name: string, changes: Partial<ResolvedPolicy>, isRevoked: boolean][] = [
    ['a skill is asked for', { queues: [queuePolicy('main', { requires }), queuePolicy('other')] }, true],
    ['the limit is nought', { channels: { voice: channelPolicy({ limit: 0 }), chat: channelPolicy() } }, true],
    ['it costs more now', { channels: { voice: channelPolicy({ cost: 101 }), chat: channelPolicy() } }, false],
    ['shorter offers', { channels: { voice: channelPolicy({ offerTimeoutMs: 1 }), chat: channelPolicy() } }, false],
  ];
  for (const [name, changes, isRevoked] of table) {
    const stage = new Stage(base());
    stage.works('a1');
    stage.submit('c1');
    const { events } = stage.policy(base(changes));
    t.equal(events.includes('offerRevoked c1 a1 POLICY_CHANGED'), isRevoked, name);
  }
});

t.test('[POL3, ROOM6] what becomes possible by the policy happens in its step', async (t) => {
  const queues = [queuePolicy('main', { requires: [needs('a', 5)] }), queuePolicy('other')];
  const stage = new Stage(base({ queues }));
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1');
  stage.submit('c2', { tier: 1 });
  t.strictSame(stage.policy(base()).events, [
    'policySet',
    'contactClassified c1',
    'contactClassified c2',
    'offerMade c2 a1',
    'offerMade c1 a2',
  ]);
});

t.test('[POL1, OFF3] new numbers hold from now on, what was set stays set', async (t) => {
  const stage = new Stage(base());
  stage.works('a1');
  stage.submit('c1');
  stage.policy(base({ channels: { voice: channelPolicy({ offerTimeoutMs: 1000 }), chat: channelPolicy() } }));
  t.strictSame(stage.tick(20_499).events, [], 'the offer keeps its deadline');
  t.strictSame(stage.tick(1).events.slice(0, 1), ['offerMissed c1 a1']);
});

t.test('[TOMB1] a new `forget` holds for what is closed already', async (t) => {
  const stage = new Stage(base());
  stage.submit('c1');
  stage.cancel('c1', 'ABANDONED');
  stage.policy(base({ forgetMs: 10_000 }));
  t.equal(stage.run.core.nextDeadline(), Math.ceil((stage.now + 10_000) / 60_000) * 60_000);
  t.strictSame(stage.tick(70_000).events, ['tombstonesForgotten']);
});

t.test('[POL1, ROOM2] a channel that was dropped and came back has the new numbers', async (t) => {
  const withChat = (cost: number, limit: number): ResolvedPolicy =>
    base({ channels: { voice: channelPolicy(), chat: channelPolicy({ cost, limit }) } });
  const stage = new Stage(withChat(100, 1));
  stage.works('a1');
  stage.answered('c1', { channel: 'chat' });
  stage.complete('c1', { role: 'agent', id: 'a1' });
  stage.policy(base({ channels: { voice: channelPolicy() } }));
  stage.policy(withChat(10, 2));
  for (const id of ['c2', 'c3', 'c4']) stage.submit(id, { channel: 'chat' });
  t.match(stage.agent('a1'), { load: 20, contacts: ['c2', 'c3'] });
});
