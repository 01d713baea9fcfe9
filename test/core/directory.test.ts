// The directory of agents: put, changed, removed by API; made, followed and dropped by a policy.
import t from 'tap';
import type { AgentPolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { needs, Stage } from './oracle/stage.ts';

const entry = (changes: Partial<AgentPolicy> = {}): AgentPolicy => ({
  name: '',
  skills: {},
  capacity: 100,
  limits: {},
  ...changes,
});

const withAgents = (agents: Record<string, AgentPolicy>): ResolvedPolicy => plainPolicy({ agents });

t.test('[AGT1] put makes, replaces, and says nothing when nothing changes', async (t) => {
  const stage = new Stage();
  const made = stage.putAgent('a1', { name: 'Ana', skills: { a: 3 } });
  t.strictSame(made.events, ['agentPut a1']);
  t.equal(made.ok.created, true);
  t.strictSame(stage.putAgent('a1', { name: 'Ana', skills: { a: 3 } }).events, []);
  stage.open('a1');
  stage.presence('a1', 'AVAILABLE');
  const { version } = stage.agent('a1');
  const again = stage.putAgent('a1', { name: 'Ana', skills: { b: 4 }, capacity: 60, limits: { voice: 2 }, version });
  t.strictSame([again.result, again.ok.created], ['ok', false]);
  t.match(stage.agent('a1'), {
    skills: { a: undefined, b: 4 },
    capacity: 60,
    limits: { voice: 2 },
    presence: 'AVAILABLE',
    connected: true,
  });
  const unknown = stage.putAgent('a1', { limits: { fax: 1 } });
  t.strictSame([unknown.result, unknown.path], ['UNKNOWN_CHANNEL', 'limits.fax']);
});

t.test('[AGT2] offers that the agent may no longer hold go, the last to arrive first', async (t) => {
  const policy = plainPolicy({
    channels: { voice: channelPolicy({ cost: 40, limit: 2 }), chat: channelPolicy({ cost: 20 }) },
  });
  const table: [name: string, change: Parameters<Stage['putAgent']>[1], gone: string[]][] = [
    ['skill', { skills: {}, limits: {} }, ['c1']],
    ['level', { skills: { a: 1 } }, ['c1']],
    ['capacity for two', { skills: { a: 2 }, capacity: 80 }, ['c3']],
    ['capacity for one', { skills: { a: 2 }, capacity: 50 }, ['c3', 'c2']],
    ['limit', { skills: { a: 2 }, limits: { voice: 1 } }, ['c2']],
    ['limit of another channel', { skills: { a: 2 }, limits: { chat: 0 } }, ['c3']],
    ['name', { skills: { a: 2 }, name: 'Ana' }, []],
  ];
  for (const [name, change, gone] of table) {
    const stage = new Stage(policy);
    stage.works('a1', { skills: { a: 2 } });
    stage.submit('c1', { requires: [needs('a', 2)] });
    stage.submit('c2');
    stage.submit('c3', { channel: 'chat' });
    const events = stage.putAgent('a1', change).events.filter((event) => event.startsWith('offerRevoked'));
    t.strictSame(
      events,
      gone.map((id) => `offerRevoked ${id} a1 AGENT_CHANGED`),
      name,
    );
  }
});

t.test('[ROOM2, ROOM3] room: capacity, limits of one’s own, the channel’s, none', async (t) => {
  const policy = plainPolicy({ channels: { voice: channelPolicy({ cost: 40, limit: 2 }) } });
  const table: [facts: Parameters<Stage['works']>[1], held: number][] = [
    [{}, 2],
    [{ capacity: 120 }, 2],
    [{ capacity: 79 }, 1],
    [{ capacity: 80 }, 2],
    [{ capacity: 39 }, 0],
    [{ limits: { voice: 1 } }, 1],
    [{ limits: { voice: 0 } }, 0],
    [{ limits: { voice: 9 } }, 2],
    [{ limits: { voice: 9 }, capacity: 1000 }, 4],
  ];
  for (const [facts, held] of table) {
    const stage = new Stage(policy);
    stage.works('a1', facts);
    for (const id of ['c1', 'c2', 'c3', 'c4']) stage.submit(id);
    t.equal(stage.agent('a1').contacts.length, held, JSON.stringify(facts));
  }
});

t.test('[AGT3] removing', async (t) => {
  const stage = new Stage();
  t.equal(stage.removeAgent('a1').result, 'NO_SUCH_AGENT');
  stage.works('a1');
  stage.submit('c1');
  t.equal(stage.removeAgent('a1').result, 'AGENT_HAS_WORK', 'offered');
  stage.accept('c1');
  t.equal(stage.removeAgent('a1').result, 'AGENT_HAS_WORK', 'assigned');
  stage.submit('c2');
  stage.complete('c1', { role: 'agent', id: 'a1' });
  stage.decline('c2');
  t.strictSame(stage.removeAgent('a1').events, ['agentRemoved a1']);
  t.equal(stage.ask({ type: 'agent', agentId: 'a1' }).refused, 'NO_SUCH_AGENT');
  t.equal(stage.presence('a1', 'OFFLINE').result, 'NO_SUCH_AGENT');
  t.strictSame(stage.works('a1').events.slice(-1), ['offerMade c2 a1'], 'a new agent of that id has no cool-downs');
});

t.test('[AGT4] the policy’s agents are the policy’s, the API’s stay the API’s', async (t) => {
  const stage = new Stage(withAgents({ p1: entry({ name: 'Pia' }) }));
  t.match(stage.agent('p1'), { name: 'Pia', presence: 'OFFLINE' });
  t.equal(stage.putAgent('p1', { name: 'Ana' }).result, 'AGENT_OF_POLICY');
  t.equal(stage.removeAgent('p1').result, 'AGENT_OF_POLICY');
  stage.putAgent('a1', { name: 'Ana' });
  const named = stage.policy(withAgents({ a1: entry({ name: 'Other' }), p1: entry({ name: 'Pia' }) }));
  t.strictSame(named.events, ['policySet']);
  t.equal(stage.agent('a1').name, 'Ana');
  t.equal(stage.putAgent('a1', { name: 'Anna' }).result, 'ok');
  t.strictSame(stage.policy(plainPolicy()).events, ['policySet', 'agentRemoved p1'], 'and it stays when dropped');
  t.equal(stage.agent('a1').name, 'Anna');
});

t.test('[AGT5] dropped agents are removed, changed ones follow; work in hand refuses the policy whole', async (t) => {
  const stage = new Stage(withAgents({ p1: entry(), p2: entry() }));
  stage.open('p1');
  stage.presence('p1', 'AVAILABLE');
  stage.submit('c1');
  const { result, path, events } = stage.policy(withAgents({ p2: entry({ name: 'Paz' }) }));
  t.strictSame([result, path, events], ['AGENT_HAS_WORK', 'agents.p1', []]);
  t.equal(stage.agent('p2').name, '', 'nothing of it happened');
  stage.cancel('c1', 'ABANDONED');
  t.strictSame(stage.policy(withAgents({ p2: entry({ name: 'Paz' }), p3: entry() })).events, [
    'policySet',
    'agentRemoved p1',
    'agentPut p2',
    'agentPut p3',
  ]);
});

t.test('[ROOM3, REQ1] names that objects have by nature are names like any other', async (t) => {
  const channels = { constructor: channelPolicy({ cost: 50 }), valueOf: channelPolicy({ cost: 50, limit: 2 }) };
  const stage = new Stage(plainPolicy({ channels }));
  stage.works('a1', { skills: JSON.parse('{"__proto__": 5}'), limits: { valueOf: 1 } });
  for (const id of ['c1', 'c2']) stage.submit(id, { channel: 'constructor' });
  t.strictSame(stage.agent('a1').contacts, ['c1'], 'the limit of channel `constructor` is the channel’s, 1');
  stage.cancel('c2', 'ABANDONED');
  t.equal(stage.submit('c3', { channel: 'valueOf', requires: [needs('__proto__', 6)] }).result, 'ok');
  t.equal(stage.state('c3'), 'QUEUED');
  t.equal(stage.submit('c4', { channel: 'valueOf', requires: [needs('__proto__', 5)] }).result, 'ok');
  t.equal(stage.state('c4'), 'OFFERED');
  t.equal(stage.putAgent('a1', { skills: {}, limits: { toString: 1 } }).result, 'UNKNOWN_CHANNEL');
  t.equal(stage.submit('__proto__', { channel: 'valueOf' }).result, 'ok');
  t.equal(stage.works('constructor').result, 'ok');
});
