// Blending: channels that yield to others, and exclusive ones. What an agent has room for is in docs/POLICY.md as a table, held by
// test/config/blending-docs.test.ts; here is the rest: load, ranks, indexes, offers that are looked at again.
import t from 'tap';
import type { OfferMade } from '../../src/core/events.ts';
import type { ChannelPolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy } from './oracle/policies.ts';
import { type Acted, agentActor, Stage } from './oracle/stage.ts';

/** Calls take all of an agent, e-mail a fifth. */
function blended(mail: Partial<ChannelPolicy>, changes: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  return plainPolicy({
    channels: {
      voice: channelPolicy(),
      chat: channelPolicy({ cost: 30, limit: 3 }),
      mail: channelPolicy({ cost: 20, limit: 5, ...mail }),
    },
    ...changes,
  });
}

const YIELDING = blended({ yieldsTo: ['voice'] });
const mail = { channel: 'mail' };
const chat = { channel: 'chat' };

function offersIn({ full }: Acted): OfferMade[] {
  return full.filter((event) => event.type === 'offerMade');
}

t.test('[BLD1, BLD5, ROOM2] a call comes beside e-mail, e-mail not beside a call', async (t) => {
  const stage = new Stage(YIELDING);
  stage.works('a1');
  for (const id of ['m1', 'm2', 'm3', 'm4', 'm5']) stage.answered(id, mail);
  t.equal(stage.agent('a1').load, 100);
  t.strictSame(stage.submit('c1').events.slice(-1), ['offerMade c1 a1']);
  t.equal(stage.agent('a1').load, 200, 'above its capacity');
  stage.accept('c1');
  stage.complete('m1', agentActor('a1'));
  t.equal(stage.submit('m6', mail).events.length, 1, 'the call leaves no room');
  t.equal(stage.submit('c2').events.length, 1, 'nor for another call');
  t.strictSame(
    offersIn(stage.complete('c1', agentActor('a1'))).map(({ contactId }) => contactId),
    ['m6', 'c2'],
  );
});

t.test('[BLD1] what yields counts for its own limit, and yields to no one else', async (t) => {
  const stage = new Stage(blended({ yieldsTo: ['voice'], limit: 2 }));
  stage.works('a1', { capacity: 60 });
  stage.answered('m1', mail);
  stage.answered('m2', mail);
  t.equal(stage.submit('m3', mail).events.length, 1, 'its limit is two');
  t.equal(stage.submit('x1', chat).events.length, 1, '20 of 60 are left, a chat costs 30');
  const chain = blended({ yieldsTo: ['chat'], limit: 2 });
  const { chat: chats = channelPolicy() } = chain.channels;
  const chained = new Stage({ ...chain, channels: { ...chain.channels, chat: { ...chats, yieldsTo: ['voice'] } } });
  chained.works('a1');
  chained.answered('m1', mail);
  t.equal(chained.submit('c1').events.length, 1, 'mail yields to chat, chat to voice, mail not to voice');
});

t.test('[BLD1, RANK7] what yields is no load for who it yields to', async (t) => {
  const policy = blended({ yieldsTo: ['voice'] }, { readiness: { idleRate: 0, idleCapMs: 0, loadMs: 10_000 } });
  const stage = new Stage(policy);
  stage.works('a1');
  stage.answered('m1', mail);
  stage.answered('m2', mail);
  const [voice] = offersIn(stage.submit('c1'));
  t.equal(voice?.readinessUs, 0);
  stage.decline('c1');
  const [chats] = offersIn(stage.submit('x1', chat));
  t.equal(chats?.readinessUs, -4_000_000, '40 of 100, of ten seconds');
});

t.test(
  '[RANK7, ROOM6] of what waits, a freed agent is offered what ranks best with the load of its channel',
  async (t) => {
    const policy = blended({ yieldsTo: ['voice'] }, { readiness: { idleRate: 0, idleCapMs: 0, loadMs: 10_000 } });
    const chats = policy.channels.chat ?? channelPolicy();
    const stage = new Stage({ ...policy, channels: { ...policy.channels, voice: { ...chats, limit: 1 } } });
    stage.works('a1', { limits: { mail: 2, chat: 2 } });
    stage.answered('m1', mail);
    stage.presence('a1', 'BUSY');
    stage.submit('x1', chat);
    stage.wait(1000).submit('c1');
    t.strictSame(
      offersIn(stage.presence('a1', 'AVAILABLE')).map(({ contactId, readinessUs }) => [contactId, readinessUs]),
      [
        ['c1', 0],
        ['x1', -5_000_000],
      ],
      'the call waited a second less and sees two seconds less of load',
    );
  },
);

t.test('[BLD2] an exclusive contact is held alone', async (t) => {
  const stage = new Stage(blended({ exclusive: true, yieldsTo: ['voice'] }));
  stage.works('a1');
  stage.answered('x1', chat);
  t.equal(stage.submit('m1', mail).events.length, 1, 'not beside a chat');
  t.strictSame(
    offersIn(stage.complete('x1', agentActor('a1'))).map(({ contactId }) => contactId),
    ['m1'],
  );
  t.equal(stage.submit('m2', mail).events.length, 1, 'not beside another, although its limit is five');
  t.equal(stage.submit('x2', chat).events.length, 1, 'no chat beside it');
  t.strictSame(
    offersIn(stage.submit('c1')).map(({ contactId }) => contactId),
    ['c1'],
    'a call, to which it yields',
  );
});

t.test('[BLD2] an exclusive contact comes beside what yields to it', async (t) => {
  const policy = blended({ yieldsTo: ['voice'] });
  const { voice = channelPolicy() } = policy.channels;
  const stage = new Stage({
    ...policy,
    channels: { ...policy.channels, voice: { ...voice, cost: 10, exclusive: true } },
  });
  stage.works('a1');
  stage.answered('m1', mail);
  stage.answered('c1');
  t.equal(stage.view('c1').state, 'ASSIGNED');
  t.equal(stage.submit('m2', mail).events.length, 1, 'and nothing comes beside it, though there is room');
});

t.test('[BLD3] what yields is as the policy in force says', async (t) => {
  const stage = new Stage(blended({}));
  stage.works('a1');
  stage.answered('m1', mail);
  t.equal(stage.submit('c1').events.length, 1);
  t.strictSame(stage.policy(YIELDING).events, ['policySet', 'offerMade c1 a1']);
  stage.accept('c1');
  t.strictSame(stage.policy(blended({})).events, ['policySet'], 'what is assigned stays');
  t.equal(stage.agent('a1').load, 120);
  t.equal(stage.submit('c2').events.length, 1);
});

t.test(
  '[BLD4, POL4, AGT2] a pending offer stays beside what it yields to, and goes where nothing yields',
  async (t) => {
    const pending = (): Stage => {
      const stage = new Stage(YIELDING);
      stage.works('a1');
      stage.submit('m1', mail);
      stage.submit('c1');
      t.strictSame([stage.view('m1').state, stage.view('c1').state], ['OFFERED', 'OFFERED']);
      return stage;
    };
    const revoked = ({ events }: Acted): string[] => events.filter((event) => event.startsWith('offerRevoked'));
    t.strictSame(revoked(pending().putAgent('a1', { name: 'Ana' })), []);
    t.strictSame(revoked(pending().putAgent('a1', { capacity: 90 })), ['offerRevoked c1 a1 AGENT_CHANGED']);
    t.strictSame(revoked(pending().putAgent('a1', { capacity: 10 })), [
      'offerRevoked c1 a1 AGENT_CHANGED',
      'offerRevoked m1 a1 AGENT_CHANGED',
    ]);
    t.strictSame(revoked(pending().policy(YIELDING)), []);
    t.strictSame(revoked(pending().policy(blended({}))), ['offerRevoked c1 a1 POLICY_CHANGED'], 'the last to arrive');
    const answered = pending();
    answered.accept('c1');
    t.strictSame(revoked(answered.policy(blended({}))), ['offerRevoked m1 a1 POLICY_CHANGED']);
    const exclusive = blended({ cost: 0, exclusive: true });
    t.strictSame(revoked(pending().policy(exclusive)), ['offerRevoked c1 a1 POLICY_CHANGED']);
    t.strictSame(revoked(pending().policy(blended({ exclusive: true, yieldsTo: ['voice'] }))), []);
  },
);
