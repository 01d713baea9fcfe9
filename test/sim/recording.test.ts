// What a journal says of a stretch of time: contacts, handling, patience, agents' presence; pruned journals, windows that it does not cover.
import t from 'tap';
import type { Recording } from '../../src/sim/recording.ts';
import { agentActor, DAY_AT, draft, GATEWAY, HOUR_MS, policyOf, queue, Recorder, VOICE } from './recorded-day.ts';
import { readDay, recordingOf, snapshotOf } from './recordings.ts';

const MINUTE = 60_000;
const FROM = DAY_AT + HOUR_MS;
const TO = FROM + HOUR_MS;

const POLICY = policyOf([queue('gold', { when: { segment: ['gold'] } }), queue('rest')]);

/** A recorder with the policy and, if asked for, agents who are there from the beginning. */
function started(...agentIds: readonly string[]): Recorder {
  const recorder = new Recorder();
  recorder.setPolicy(DAY_AT, POLICY);
  for (const id of agentIds) recorder.signIn(DAY_AT, id, { sales: 5 });
  return recorder;
}

function submit(recorder: Recorder, at: number, id: string, more: Parameters<typeof draft>[1] = {}): void {
  recorder.do(at, { type: 'submit', actor: GATEWAY, contact: draft(id, more) });
}

/** Accepts what the agent is offered. */
function accept(recorder: Recorder, at: number, agentId: string): void {
  const held = recorder.core.state.agents.get(agentId)?.held ?? [];
  for (const { phase } of [...held]) {
    if (phase.state !== 'OFFERED') continue;
    recorder.do(at, { type: 'accept', actor: agentActor(agentId), offerId: `o${phase.offer.seq}` });
  }
}

function end(recorder: Recorder, at: number, agentId: string, contactId: string): void {
  recorder.do(at, { type: 'end', actor: agentActor(agentId), contactId, version: 0 });
}

function complete(recorder: Recorder, at: number, agentId: string, contactId: string): void {
  recorder.do(at, { type: 'complete', actor: agentActor(agentId), contactId, version: 0 });
}

function cancel(recorder: Recorder, at: number, contactId: string, cause: 'ABANDONED' | 'CANCELLED'): void {
  recorder.do(at, { type: 'cancel', actor: GATEWAY, contactId, cause, version: 0 });
}

function contactOf(recording: Recording, id: string): Recording['contacts'][number] | undefined {
  return recording.contacts.find((contact) => contact.id === id);
}

t.test('[RPL1] a contact as it was submitted, how long it waited, was handled and wrapped up', async (t) => {
  const recorder = started('ana');
  const requires = [{ all: [{ skill: 'sales', level: 2 }] }];
  const more = { intent: 'buy', language: 'de', customerId: 'c1', segment: 'gold', value: 70, tier: 2, requires };
  submit(recorder, FROM + 1000, 'one', { ...more, headStartMs: 5000, preferredAgents: ['ana'], attributes: '{"a":1}' });
  accept(recorder, FROM + 4000, 'ana');
  end(recorder, FROM + 64_000, 'ana', 'one');
  complete(recorder, FROM + 84_000, 'ana', 'one');
  const [contact] = recordingOf(recorder, FROM, FROM + 80_000).contacts;
  t.match(contact, {
    id: 'one',
    submittedAt: FROM + 1000,
    gatewayId: 'gw',
    customerId: 'c1',
    queue: 'gold',
    outcome: 'ANSWERED',
    waitMs: 3000,
    agentId: 'ana',
    handleMs: 60_000,
    wrapUpMs: 20_000,
    isWhole: true,
    template: {
      channel: 'voice',
      intent: 'buy',
      language: 'de',
      segment: 'gold',
      value: 70,
      tier: 2,
      headStartMs: 5000,
    },
  });
  t.same(contact?.template.requires, requires);
  t.same(contact?.template.preferredAgents, ['ana']);
});

t.test(
  '[RPL1] all conversations of a contact that was sent on; of the preferred agents those that the gateway named',
  async (t) => {
    const recorder = new Recorder();
    recorder.setPolicy(DAY_AT, policyOf([queue('rest', { lastAgent: 'customer' })]));
    for (const id of ['ana', 'ben']) recorder.signIn(DAY_AT, id, { sales: 5 });
    submit(recorder, FROM, 'one', { customerId: 'cy' });
    accept(recorder, FROM, 'ana');
    const transfer = {
      type: 'transfer',
      actor: agentActor('ana'),
      contactId: 'one',
      resetAge: false,
      version: 0,
    } as const;
    recorder.do(FROM + 5000, {
      ...transfer,
      to: { queue: '', agentId: 'ben', requires: [], holdMs: 0, consultId: '' },
    });
    accept(recorder, FROM + 6000, 'ben');
    complete(recorder, FROM + 16_000, 'ben', 'one');
    submit(recorder, FROM + 20_000, 'two', { customerId: 'cy', preferredAgents: ['ana'], queue: 'rest' });
    const { contacts } = recordingOf(recorder, FROM - 1, FROM + 30_000);
    t.match(contacts[0], { id: 'one', handleMs: 15_000, waitMs: 0, agentId: 'ana' });
    t.same(recorder.core.state.known.get('two')?.contact?.preferredAgents, ['ben', 'ana']);
    t.match(contacts[1]?.template, { preferredAgents: ['ana'], queue: 'rest' });
  },
);

t.test('[RPL1] whether the submit named the queue is known', async (t) => {
  const recorder = started();
  submit(recorder, FROM, 'chosen', { segment: 'gold', attributes: '{"a":1}' });
  submit(recorder, FROM, 'named', { segment: 'gold', queue: 'gold' });
  submit(recorder, FROM, 'default', { segment: 'default' });
  submit(recorder, FROM, 'plain');
  submit(recorder, FROM + 1, 'last', { queue: 'rest' });
  const { contacts } = recordingOf(recorder, FROM - 1, FROM + 1);
  const named = contacts.map(({ id, queue: where, template }) => [id, where, template.queue]);
  t.same(named, [
    ['chosen', 'gold', ''],
    ['named', 'gold', 'gold'],
    ['default', 'rest', ''],
    ['plain', 'rest', ''],
    ['last', 'rest', 'rest'],
  ]);
});

t.test('[RPL1] who left, was cancelled, expired, or is still there at the end of the journal', async (t) => {
  const recorder = started();
  recorder.setPolicy(DAY_AT, policyOf([queue('rest', { limits: { waiting: 100, waitMs: 10 * MINUTE } })]));
  for (const id of ['left', 'cancelled', 'expired']) submit(recorder, FROM, id);
  cancel(recorder, FROM + 7000, 'left', 'ABANDONED');
  cancel(recorder, FROM + 8000, 'cancelled', 'CANCELLED');
  submit(recorder, FROM + 20 * MINUTE, 'waiting');
  recorder.signIn(FROM + 21 * MINUTE, 'ana', {});
  accept(recorder, FROM + 21 * MINUTE, 'ana');
  submit(recorder, FROM + 22 * MINUTE, 'open');
  submit(recorder, FROM + 24 * MINUTE, 'last');
  const recording = recordingOf(recorder, FROM, FROM + 24 * MINUTE);
  t.match(contactOf(recording, 'left'), { outcome: 'ABANDONED', waitMs: 7000, handleMs: undefined, isWhole: true });
  t.match(contactOf(recording, 'cancelled'), { outcome: 'CANCELLED', waitMs: 8000 });
  t.match(contactOf(recording, 'expired'), { outcome: 'EXPIRED', waitMs: 10 * MINUTE });
  t.match(contactOf(recording, 'waiting'), { outcome: 'ANSWERED', handleMs: 3 * MINUTE, isWhole: false });
  t.match(contactOf(recording, 'open'), { outcome: 'OPEN', waitMs: 2 * MINUTE, isWhole: false });
  t.match(recording.warnings, [/^3 contacts were not over/]);
});

t.test('[RPL1] a contact that came back in line: its first wait, all of its conversations', async (t) => {
  const recorder = new Recorder();
  const assigned = { maxMs: 5 * MINUTE, agentLostMs: MINUTE, then: 'requeue' } as const;
  recorder.setPolicy(DAY_AT, policyOf([queue('rest')], { channels: { voice: { ...VOICE, assigned } } }));
  recorder.signIn(DAY_AT, 'ana', {});
  submit(recorder, FROM, 'one');
  accept(recorder, FROM + 1000, 'ana');
  // After five minutes it is taken from her, and offered again at once.
  recorder.do(FROM + 1000 + 5 * MINUTE, { type: 'tick' });
  accept(recorder, FROM + 3000 + 5 * MINUTE, 'ana');
  end(recorder, FROM + 3000 + 7 * MINUTE, 'ana', 'one');
  complete(recorder, FROM + 4000 + 7 * MINUTE, 'ana', 'one');
  const [contact] = recordingOf(recorder, FROM - 1, FROM + MINUTE).contacts;
  t.match(contact, { outcome: 'ANSWERED', waitMs: 1000, handleMs: 7 * MINUTE, wrapUpMs: 1000, isWhole: true });
});

t.test('[RPL1] agents are there while they are AVAILABLE and connected, with the skills of that time', async (t) => {
  const recorder = started('ana');
  const session = { actor: agentActor('ana'), sessionId: 's-ana' };
  recorder.presence(FROM + 10 * MINUTE, 'ana', 'BUSY');
  recorder.presence(FROM + 15 * MINUTE, 'ana', 'AVAILABLE');
  recorder.do(FROM + 20 * MINUTE, { type: 'closeSession', ...session });
  recorder.do(FROM + 20 * MINUTE + 5000, { type: 'openSession', ...session });
  const agent = { id: 'ana', name: 'Ana', skills: { sales: 9 }, capacity: 100, limits: {}, version: 0 };
  recorder.do(FROM + 30 * MINUTE, { type: 'putAgent', actor: { role: 'admin', id: 'root' }, agent });
  recorder.do(FROM + 31 * MINUTE, {
    type: 'putAgent',
    actor: { role: 'admin', id: 'root' },
    agent: { ...agent, name: 'Ana B.' },
  });
  recorder.presence(FROM + 40 * MINUTE, 'ana', 'OFFLINE');
  recorder.signIn(FROM + 50 * MINUTE, 'ben', {});
  recorder.do(FROM + 55 * MINUTE, { type: 'tick' });
  const { startAt, spells } = recordingOf(recorder, FROM, FROM + 50 * MINUTE - 1);
  const short = spells.map(({ agentId, facts, fromAt, toAt }) => [
    agentId,
    facts.skills.sales,
    (fromAt - FROM) / MINUTE,
    (toAt - FROM) / MINUTE,
  ]);
  t.equal(startAt, FROM - HOUR_MS);
  t.same(short, [
    ['ana', 5, -60, 10],
    ['ana', 5, 15, 20],
    ['ana', 5, 20 + 5 / 60, 30],
    ['ana', 9, 30, 40],
    ['ben', undefined, 50, Number.POSITIVE_INFINITY],
  ]);
});

t.test('[RPL1] what was before the time, and what came after it', async (t) => {
  const recorder = started('ana');
  submit(recorder, DAY_AT + 10_000, 'early');
  submit(recorder, FROM - MINUTE, 'lead-in');
  submit(recorder, FROM + MINUTE, 'counted');
  submit(recorder, FROM + HOUR_MS + 2 * MINUTE, 'tail');
  submit(recorder, FROM + HOUR_MS + 20 * MINUTE, 'late');
  // `early` waits for an answer the whole time: she never gives one, and misses it.
  const recording = recordingOf(recorder, FROM + 30_000, FROM + HOUR_MS);
  t.same(
    recording.contacts.map(({ id }) => id),
    ['lead-in', 'counted', 'tail'],
  );
  t.match(recording.warnings.join('\n'), /1 contact was from before the lead-in still open/);
});

t.test('[RPL1] how agents answered offers', async (t) => {
  const recorder = started('ana', 'ben');
  submit(recorder, FROM, 'one');
  const agentId = recorder.core.state.known.get('one')?.contact?.agentId ?? '';
  const held = recorder.core.state.agents.get(agentId)?.held ?? [];
  const phase = held[0]?.phase;
  const seq = phase?.state === 'OFFERED' ? phase.offer.seq : 0;
  recorder.do(FROM + 2000, { type: 'decline', actor: agentActor(agentId), offerId: `o${seq}`, reason: '' });
  accept(recorder, FROM + 5000, agentId === 'ana' ? 'ben' : 'ana');
  submit(recorder, FROM + 6000, 'two');
  recorder.do(FROM + MINUTE, { type: 'tick' });
  submit(recorder, FROM + 2 * MINUTE, 'three');
  const { answers, warnings } = recordingOf(recorder, FROM - 1, FROM + 2 * MINUTE);
  t.same(answers.acceptDelaysMs, [3000]);
  t.equal(answers.declinedCount, 1);
  t.ok(answers.missedCount >= 1, `${answers.missedCount} missed`);
  t.match(warnings.join('\n'), /offers were missed/);
});

t.test(
  '[RPL1, FAN3] of several agents who were asked the one who accepted answered, after its own offer',
  async (t) => {
    const recorder = new Recorder();
    recorder.setPolicy(DAY_AT, policyOf([queue('rest', { fanOut: 2 })]));
    recorder.signIn(DAY_AT, 'ana', {});
    submit(recorder, FROM, 'one');
    recorder.signIn(FROM + 2000, 'ben', {});
    const seq = recorder.core.seq;
    recorder.do(FROM + 5000, { type: 'accept', actor: agentActor('ben'), offerId: `o${seq}` });
    const { contacts, answers, warnings } = recordingOf(recorder, FROM - 1, FROM + MINUTE);
    t.match(contacts, [{ id: 'one', outcome: 'ANSWERED', agentId: 'ben', waitMs: 5000 }]);
    t.same(answers, { acceptDelaysMs: [3000], declinedCount: 0, missedCount: 0 });
    t.match(warnings.join('\n'), /another agent was faster once/);
  },
);

t.test('[RPL1, PULL7] who was given a contact answered it, after no offer', async (t) => {
  const recorder = started('ana');
  recorder.presence(FROM - 1, 'ana', 'BUSY');
  submit(recorder, FROM, 'given');
  const by = { role: 'supervisor', id: 'sue' } as const;
  recorder.do(FROM + 5000, { type: 'assign', actor: by, contactId: 'given', agentId: 'ana' });
  recorder.do(FROM + 65_000, { type: 'complete', actor: by, contactId: 'given', version: 0 });
  const { contacts, answers, warnings } = recordingOf(recorder, FROM - 1, FROM + MINUTE);
  t.match(contacts, [{ id: 'given', outcome: 'ANSWERED', agentId: 'ana', waitMs: 5000, handleMs: 60_000 }]);
  t.match(warnings, [/^1 contact was taken by agents or given by supervisors/]);
  t.same(answers.acceptDelaysMs, []);
});

t.test('[RPL1] a journal whose beginning is gone is completed from a snapshot', async (t) => {
  const recorder = started('ana', 'ben', 'cleo');
  recorder.presence(DAY_AT + 1000, 'ben', 'BUSY');
  recorder.flush();
  const pruned = recorder.commits.length;
  // Nobody is offered what nobody can do, so nobody misses it.
  const requires = [{ all: [{ skill: 'none', level: 1 }] }];
  submit(recorder, DAY_AT + MINUTE, 'first', { requires });
  recorder.flush();
  submit(recorder, FROM + MINUTE, 'counted', { segment: 'gold', requires });
  recorder.presence(FROM + 2 * MINUTE, 'cleo', 'OFFLINE');
  submit(recorder, FROM + 3 * MINUTE, 'more', { requires });
  recorder.presence(TO, 'cleo', 'AVAILABLE');
  recorder.presence(TO, 'ben', 'AVAILABLE');
  submit(recorder, TO + HOUR_MS, 'last', { requires });
  const snapshot = snapshotOf(recorder);
  const recording = recordingOf(recorder, FROM, FROM + 10 * MINUTE, { pruned, snapshot });
  t.same(recording.policy, JSON.parse(JSON.stringify(POLICY)));
  t.same(
    recording.spells.map(({ agentId, facts, fromAt, toAt }) => [agentId, { ...facts.skills }, fromAt, toAt]),
    // Of cleo the journal tells that she went, not that she had been there: who is not known to be there is not.
    [['ana', { sales: 5 }, recording.startAt, Number.POSITIVE_INFINITY]],
  );
  t.same(
    recording.contacts.map(({ id }) => id),
    ['first', 'counted', 'more'],
  );
  const without = readDay(recorder, FROM, TO, { pruned });
  t.match(without, { failure: /the policy of that time is no longer in the journal, and no snapshot tells it/ });
});

t.test('[RPL1] a policy that is no longer known is not guessed: the earliest instant is told', async (t) => {
  const recorder = started('ana');
  recorder.flush();
  const pruned = recorder.commits.length;
  submit(recorder, DAY_AT + MINUTE, 'one');
  recorder.setPolicy(FROM + 5 * MINUTE, policyOf([queue('rest')]));
  submit(recorder, TO, 'two');
  const snapshot = snapshotOf(recorder);
  t.match(readDay(recorder, FROM, TO, { pruned, snapshot }), {
    failure: 'the policy of that time is no longer in the journal; the earliest beginning is 2027-01-15T09:05:00.000Z',
  });
  const recording = recordingOf(recorder, FROM + 5 * MINUTE, TO, { pruned, snapshot });
  t.same(
    recording.policy.queues.map(({ name }) => name),
    ['rest'],
  );
});

t.test('[RPL1] a change of the policy within the time is told', async (t) => {
  const recorder = started('ana');
  submit(recorder, FROM + MINUTE, 'one');
  recorder.setPolicy(FROM + 2 * MINUTE, POLICY);
  submit(recorder, TO, 'two');
  t.match(recordingOf(recorder, FROM, TO).warnings, [/^the policy changed once/]);
});

t.test('[RPL1] a time that the journal does not tell of is refused with what it does', async (t) => {
  const recorder = started('ana');
  submit(recorder, TO, 'one');
  const kept = 'the journal tells of 2027-01-15T08:00:00.000Z to 2027-01-15T10:00:00.000Z';
  t.match(readDay(recorder, DAY_AT - 1, TO), {
    failure: `${kept}; the earliest beginning is 2027-01-15T08:00:00.000Z, found 2027-01-15T07:59:59.999Z`,
  });
  t.match(readDay(recorder, TO, TO + 1), { failure: `${kept}; found the beginning 2027-01-15T10:00:00.000Z` });
  t.match(readDay(recorder, FROM, DAY_AT), { failure: /begins before it ends/ });
});

t.test('[SIM17, RPL1] what was scheduled arrives when it is due', async (t) => {
  const recorder = started('ana');
  submit(recorder, FROM - 2 * MINUTE, 'one', { segment: 'gold', dueAt: FROM + MINUTE });
  submit(recorder, FROM, 'never', { dueAt: FROM + 2 * MINUTE });
  cancel(recorder, FROM + 1000, 'never', 'CANCELLED');
  recorder.do(FROM + MINUTE, { type: 'tick' });
  accept(recorder, FROM + MINUTE + 5000, 'ana');
  complete(recorder, FROM + 2 * MINUTE, 'ana', 'one');
  const { contacts } = recordingOf(recorder, FROM, TO - HOUR_MS / 2);
  t.match(contacts, [{ id: 'one', submittedAt: FROM + MINUTE, waitMs: 5000, outcome: 'ANSWERED' }]);
  t.equal(contacts.length, 1);
});
