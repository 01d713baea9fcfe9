// [CLI5] The verdict: a good run passes, every planted fault is found, and what only looks like one on sockets of their own is not.
import t from 'tap';
import type { ContactSight, Fact, Room } from '../../src/cli/demo-facts.ts';
import { type FaultKind, Judge } from '../../src/cli/demo-verdict.ts';
import type { ContactStateName } from '../../src/core/views.ts';

const ROOM: Room = {
  capacity: 100,
  limitByChannel: { voice: 1, chat: 2 },
  costByChannel: { voice: 70, chat: 30 },
};
const GATEWAY = 'gateway-1';

function sight(contactId: string, state: ContactStateName, agentId = '', version = 1): ContactSight {
  return { contactId, state, agentId, version };
}

const hired: Fact[] = ['ana', 'ben'].flatMap((agentId): Fact[] => [
  { type: 'hired', agentId, room: ROOM },
  { type: 'welcomed', agentId, offers: [], contacts: [] },
]);
const submitting = (contactId: string): Fact => ({ type: 'submitting', gatewayId: GATEWAY, contactId });
const acknowledged = (contactId: string): Fact => ({
  type: 'acknowledged',
  gatewayId: GATEWAY,
  sight: sight(contactId, 'QUEUED'),
});
const submitted = (contactId: string): Fact[] => [submitting(contactId), acknowledged(contactId)];
const seen = (contactId: string, state: ContactStateName, agentId: string, version: number): Fact => ({
  type: 'seen',
  gatewayId: GATEWAY,
  sight: sight(contactId, state, agentId, version),
  pushed: true,
});
const offered = (agentId: string, contactId: string, seq: number, channel = 'voice', eligible = true): Fact => ({
  type: 'offered',
  agentId,
  offer: { offerId: `o${seq}`, contactId, channel, seq },
  eligible,
});
const accepting = (agentId: string, contactId: string, seq: number): Fact => ({
  type: 'accepting',
  agentId,
  offerId: `o${seq}`,
  contactId,
});
const accepted = (agentId: string, contactId: string, seq: number): Fact => ({
  type: 'accepted',
  agentId,
  offerId: `o${seq}`,
  sight: sight(contactId, 'ASSIGNED', agentId, 3),
});
const declining = (agentId: string, contactId: string, seq: number): Fact => ({
  type: 'declining',
  agentId,
  offerId: `o${seq}`,
  contactId,
});
const revoked = (agentId: string, contactId: string, offerSeq: number, seq: number): Fact => ({
  type: 'revoked',
  agentId,
  offerId: `o${offerSeq}`,
  contactId,
  seq,
});
const completing = (agentId: string, contactId: string): Fact => ({ type: 'completing', agentId, contactId });
const served = (agentId: string, contactId: string, seq: number): Fact[] => [
  offered(agentId, contactId, seq),
  accepting(agentId, contactId, seq),
  accepted(agentId, contactId, seq),
  seen(contactId, 'ASSIGNED', agentId, 3),
  completing(agentId, contactId),
  seen(contactId, 'COMPLETED', agentId, 4),
];

function judge(facts: readonly Fact[]) {
  const it = new Judge();
  for (const fact of facts) it.observe(fact);
  return it.verdict();
}

const goodRuns: Record<string, Fact[]> = {
  'a life': [...submitted('c1'), ...served('ana', 'c1', 10)],
  'an abandoned contact': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    seen('c1', 'ABANDONED', '', 3),
    revoked('ana', 'c1', 10, 11),
  ],
  'declined, then taken by another': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    declining('ana', 'c1', 10),
    ...served('ben', 'c1', 12),
  ],
  'missed, and the next agent hears of it before the first hears of the revocation': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    offered('ben', 'c1', 20),
    revoked('ana', 'c1', 10, 20),
    accepting('ben', 'c1', 20),
    accepted('ben', 'c1', 20),
    seen('c1', 'COMPLETED', 'ben', 5),
  ],
  'declined too late: the offer had been revoked': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    offered('ben', 'c1', 20),
    declining('ana', 'c1', 10),
    revoked('ana', 'c1', 10, 19),
    ...served('ben', 'c1', 20).slice(1),
  ],
  'offered again to the one who missed it': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    revoked('ana', 'c1', 10, 15),
    ...served('ana', 'c1', 20),
  ],
  'room that the agent gave back is free at once': [
    ...submitted('c1'),
    ...submitted('c2'),
    ...served('ana', 'c1', 10),
    ...served('ana', 'c2', 20),
  ],
  'a lost connection: revoked unseen, taken by another': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    { type: 'welcomed', agentId: 'ana', offers: [], contacts: [] },
    ...served('ben', 'c1', 20),
  ],
  'a lost connection: what the agent gave back is not held against it': [
    ...submitted('c1'),
    ...submitted('c2'),
    ...submitted('c3'),
    offered('ana', 'c1', 10),
    accepting('ana', 'c1', 10),
    accepted('ana', 'c1', 10),
    completing('ana', 'c1'),
    {
      type: 'welcomed',
      agentId: 'ana',
      offers: [],
      contacts: [{ contactId: 'c1', channel: 'voice' }],
    },
    seen('c1', 'COMPLETED', 'ana', 4),
    offered('ana', 'c2', 20),
    declining('ana', 'c2', 20),
    {
      type: 'welcomed',
      agentId: 'ana',
      offers: [{ offerId: 'o20', contactId: 'c2', channel: 'voice', seq: 20 }],
      contacts: [],
    },
    seen('c2', 'CANCELLED', '', 4),
    ...served('ana', 'c3', 30),
  ],
  'an accept whose answer was lost': [
    ...submitted('c1'),
    offered('ana', 'c1', 10),
    accepting('ana', 'c1', 10),
    seen('c1', 'COMPLETED', 'ana', 4),
  ],
  'an offer overtaken by its gateway': [
    ...submitted('c1'),
    seen('c1', 'OFFERED', 'ana', 2),
    seen('c1', 'CANCELLED', '', 3),
    offered('ana', 'c1', 10),
    revoked('ana', 'c1', 10, 12),
  ],
  'a submit without an answer is owed nothing': [submitting('c1'), { type: 'unanswered', contactId: 'c1' }],
  'a refused submit is owed nothing': [submitting('c1'), { type: 'refused', contactId: 'c1' }],
  'pushed twice': [...submitted('c1'), ...served('ana', 'c1', 10), seen('c1', 'COMPLETED', 'ana', 4)],
  'two chats and a full desk': [
    ...submitted('c1'),
    ...submitted('c2'),
    offered('ana', 'c1', 10, 'voice'),
    offered('ana', 'c2', 20, 'chat'),
    seen('c1', 'CANCELLED', '', 3),
    seen('c2', 'CANCELLED', '', 3),
  ],
};

for (const [name, facts] of Object.entries(goodRuns)) {
  t.test(`good: ${name}`, async (t) => {
    const verdict = judge([...hired, ...facts]);
    t.same(verdict.examples, []);
    t.equal(verdict.passed, true);
  });
}

const faultyRuns: Record<string, [kind: FaultKind, facts: Fact[], words: RegExp]> = {
  'an acknowledged contact that never closes': ['lost', submitted('c1'), /c1 was acknowledged but never seen closed/],
  'a contact that its gateway saw assigned, then nothing': [
    'lost',
    [...submitted('c1'), ...served('ana', 'c1', 10).slice(0, -1)],
    /c1 was acknowledged/,
  ],
  'a close that nobody told': [
    'contradiction',
    [...submitted('c1'), { type: 'checked', gatewayId: GATEWAY, sight: sight('c1', 'CANCELLED', '', 4) }],
    /c1 is CANCELLED, but its gateway was never told/,
  ],
  'lost, and asking does not help': [
    'lost',
    [...submitted('c1'), { type: 'checked', gatewayId: GATEWAY, sight: sight('c1', 'QUEUED', '', 1) }],
    /c1 was acknowledged/,
  ],
  'two terminal states': [
    'doubled',
    [...submitted('c1'), ...served('ana', 'c1', 10), seen('c1', 'CANCELLED', 'ana', 5)],
    /COMPLETED and then CANCELLED/,
  ],
  'two agents accepted': [
    'doubled',
    [
      ...submitted('c1'),
      offered('ana', 'c1', 10),
      offered('ben', 'c1', 20),
      accepted('ana', 'c1', 10),
      accepted('ben', 'c1', 20),
      seen('c1', 'COMPLETED', 'ben', 4),
    ],
    /assigned to ana and to ben/,
  ],
  'offered again after it was accepted': [
    'doubled',
    [
      ...submitted('c1'),
      offered('ana', 'c1', 10),
      accepting('ana', 'c1', 10),
      accepted('ana', 'c1', 10),
      offered('ben', 'c1', 20),
      seen('c1', 'COMPLETED', 'ana', 4),
    ],
    /offered to ben, but ana had accepted it/,
  ],
  'two open offers at once': [
    'doubled',
    [
      ...submitted('c1'),
      offered('ana', 'c1', 10),
      offered('ben', 'c1', 20),
      revoked('ana', 'c1', 10, 30),
      seen('c1', 'CANCELLED', '', 4),
    ],
    /ana still had the offer/,
  ],
  'offered to a second agent before the first declined': [
    'doubled',
    [
      ...submitted('c1'),
      offered('ana', 'c1', 10),
      offered('ben', 'c1', 20),
      declining('ana', 'c1', 10),
      seen('c1', 'CANCELLED', '', 4),
    ],
    /ana still had the offer/,
  ],
  'one offer to two agents': [
    'doubled',
    [...submitted('c1'), offered('ana', 'c1', 10), offered('ben', 'c1', 10), seen('c1', 'CANCELLED', '', 4)],
    /o10 of c1 was made to ana and to ben/,
  ],
  'two voice contacts for one agent': [
    'overCapacity',
    [
      ...submitted('c1'),
      ...submitted('c2'),
      offered('ana', 'c1', 10),
      offered('ana', 'c2', 20),
      seen('c1', 'CANCELLED', '', 4),
      seen('c2', 'CANCELLED', '', 4),
    ],
    /ana carried 140 of 100|2 voice contacts, at most 1/,
  ],
  'a third chat': [
    'overCapacity',
    ['c1', 'c2', 'c3'].flatMap((id, n) => [
      ...submitted(id),
      offered('ana', id, 10 + n, 'chat'),
      seen(id, 'CANCELLED', '', 4),
    ]),
    /3 chat contacts, at most 2/,
  ],
  'a welcome with more than fits': [
    'overCapacity',
    [
      {
        type: 'welcomed',
        agentId: 'ana',
        offers: [],
        contacts: ['c1', 'c2'].map((contactId) => ({ contactId, channel: 'voice' })),
      },
    ],
    /carried 140 of 100/,
  ],
  'completed without an agent': [
    'contradiction',
    [...submitted('c1'), seen('c1', 'COMPLETED', '', 4)],
    /no agent had accepted it/,
  ],
  'abandoned although an agent had it': [
    'contradiction',
    [...submitted('c1'), ...served('ana', 'c1', 10).slice(0, 4), seen('c1', 'ABANDONED', 'ana', 4)],
    /ABANDONED, but ana had accepted it/,
  ],
  'with another agent by its gateway': [
    'contradiction',
    [...submitted('c1'), ...served('ana', 'c1', 10).slice(0, -1), seen('c1', 'COMPLETED', 'ben', 4)],
    /with ben by its gateway, but ana had it/,
  ],
  'back from the dead': [
    'contradiction',
    [...submitted('c1'), ...served('ana', 'c1', 10), seen('c1', 'QUEUED', '', 5)],
    /QUEUED after it had been COMPLETED/,
  ],
  'an older version after a newer': [
    'contradiction',
    [...submitted('c1'), seen('c1', 'OFFERED', 'ana', 3), seen('c1', 'QUEUED', '', 2), seen('c1', 'CANCELLED', '', 4)],
    /version 2 after 3/,
  ],
  'a contact that nobody submitted': [
    'contradiction',
    [seen('c9', 'QUEUED', '', 1)],
    /told of c9, which nobody had submitted/,
  ],
  'an offer that nobody submitted': ['contradiction', [offered('ana', 'c9', 10)], /c9 was offered to ana, but nobody/],
  'a refused contact that lives': [
    'contradiction',
    [submitting('c1'), { type: 'refused', contactId: 'c1' }, seen('c1', 'QUEUED', '', 1)],
    /although its submit was refused/,
  ],
  "another gateway's contact": [
    'contradiction',
    [
      ...submitted('c1'),
      { type: 'seen', gatewayId: 'gateway-2', sight: sight('c1', 'CANCELLED', '', 2), pushed: true },
    ],
    /gateway-2 was told of c1, which belongs to gateway-1/,
  ],
  'an agent without the skills': [
    'contradiction',
    [...submitted('c1'), offered('ana', 'c1', 10, 'voice', false), seen('c1', 'CANCELLED', '', 3)],
    /has not the skills/,
  ],
  'given what was not offered': [
    'contradiction',
    [...submitted('c1'), accepted('ana', 'c1', 10), seen('c1', 'CANCELLED', '', 3)],
    /which was never offered to it/,
  ],
  'the answer to the accept names another agent': [
    'contradiction',
    [
      ...submitted('c1'),
      offered('ana', 'c1', 10),
      accepting('ana', 'c1', 10),
      { type: 'accepted', agentId: 'ana', offerId: 'o10', sight: sight('c1', 'ASSIGNED', 'ben', 3) },
      seen('c1', 'COMPLETED', '', 4),
    ],
    /the answer says ASSIGNED with ben/,
  ],
  'revoked after it was accepted': [
    'contradiction',
    [...submitted('c1'), ...served('ana', 'c1', 10), revoked('ana', 'c1', 10, 30)],
    /revoked after ana had accepted it/,
  ],
};

for (const [name, [kind, facts, words]] of Object.entries(faultyRuns)) {
  t.test(`${kind}: ${name}`, async (t) => {
    const verdict = judge([...hired, ...facts]);
    t.equal(verdict.passed, false);
    t.ok(verdict.countByKind[kind] >= 1, `counted as ${kind}: ${JSON.stringify(verdict.countByKind)}`);
    t.match(verdict.examples.join('\n'), words);
  });
}

t.test('counts go on where examples stop', async (t) => {
  const verdict = judge(Array.from({ length: 20 }, (_, n) => submitted(`c${n}`)).flat());
  t.equal(verdict.countByKind.lost, 20);
  t.equal(verdict.examples.length, 5);
  t.equal(verdict.acknowledgedCount, 20);
});

t.test('closed contacts are counted by state, open ones are named', async (t) => {
  const it = new Judge();
  for (const fact of [...hired, ...submitted('c1'), ...served('ana', 'c1', 10), ...submitted('c2')]) it.observe(fact);
  it.observe(seen('c1', 'COMPLETED', 'ana', 4));
  t.equal(it.openCount, 1);
  t.same(it.openIdsOf(GATEWAY), ['c2']);
  t.same(it.openIdsOf('gateway-2'), []);
  it.observe(seen('c2', 'ABANDONED', '', 2));
  t.equal(it.openCount, 0);
  for (const fact of [submitting('c3'), seen('c3', 'CANCELLED', '', 2), acknowledged('c3')]) it.observe(fact);
  t.equal(it.openCount, 0, 'the push may come before the answer to the submit');
  t.same(it.verdict().closedCountByState, { COMPLETED: 1, ABANDONED: 1, CANCELLED: 1, EXPIRED: 0 });
});
