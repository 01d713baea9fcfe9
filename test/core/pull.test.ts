// Contacts that an agent takes and those that a supervisor gives: without an offer.
import t from 'tap';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import { EXAMINE_MAX } from '../../src/core/takeable.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { type Acted, agentActor, GATEWAY, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const desk = (more: Partial<ResolvedPolicy> = {}): ResolvedPolicy =>
  plainPolicy({
    channels: { voice: channelPolicy({ cost: 50, limit: 2 }), chat: channelPolicy({ cost: 30, limit: 1 }) },
    ...more,
  });

/** An agent who is BUSY for the router, so that contacts wait for it. */
function staffed(policy = desk(), facts: Parameters<Stage['works']>[1] = {}): Stage {
  const stage = new Stage(policy);
  stage.works('a1', { mayPull: true, ...facts });
  stage.presence('a1', 'BUSY');
  return stage;
}

function pull(stage: Stage, contactId: string, agentId = 'a1'): Acted {
  return stage.act({ type: 'pull', actor: agentActor(agentId), contactId });
}

function assign(stage: Stage, contactId: string, agentId: string): Acted {
  return stage.act({ type: 'assign', actor: SUPERVISOR, contactId, agentId });
}

function list(stage: Stage, more: { afterId?: string; limit?: number } = {}, agentId = 'a1') {
  const { afterId = '', limit = 100 } = more;
  const actor = agentActor(agentId);
  const { contacts, next, refused } = stage.ask({
    type: 'list',
    actor,
    open: false,
    afterId,
    limit,
    gatewayId: '',
    state: '',
  });
  return refused ?? { ids: (contacts ?? []).map((one) => ('id' in one ? one.id : one.contactId)), next };
}

t.test('[PULL1] only whom the directory lets', async (t) => {
  const stage = new Stage(desk());
  stage.works('a1');
  stage.presence('a1', 'BUSY');
  stage.submit('c1');
  t.equal(pull(stage, 'c1').result, 'PULL_NOT_ALLOWED');
  t.equal(pull(stage, 'nothing').result, 'PULL_NOT_ALLOWED', 'who asks comes first');
  t.equal(list(stage), 'PULL_NOT_ALLOWED');
  stage.putAgent('a1', { mayPull: true });
  t.match(stage.agent('a1'), { mayPull: true });
  t.same(list(stage), { ids: ['c1'], next: undefined });
  t.equal(pull(stage, 'c1').result, 'ok');
  const ben = { name: '', skills: {}, capacity: 100, limits: {}, mayPull: true };
  stage.policy(desk({ agents: { ben } }));
  t.match(stage.agent('ben'), { mayPull: true });
  t.same(stage.policy(desk({ agents: { ben: { ...ben, mayPull: false } } })).events, ['policySet', 'agentPut ben']);
});

t.test('[PULL2] best rank first, with fit and preferred agents', async (t) => {
  const fit = { perLevelMs: 1000, affinityMs: 5000, breadthMs: 0 };
  const stage = staffed(desk({ fit }), { skills: { es: 3 } });
  stage.submit('old');
  stage.wait(2000);
  stage.submit('es', { requires: [needs('es', 1)] });
  stage.submit('mine', { preferredAgents: ['a1'] });
  stage.submit('first', { tier: 1 });
  stage.submit('other', { requires: [needs('fr')] });
  stage.submit('chat', { channel: 'chat' });
  t.same(list(stage), { ids: ['first', 'mine', 'es', 'old', 'chat'], next: undefined });
});

t.test('[PULL2] page after page, though what was listed is gone meanwhile', async (t) => {
  const stage = staffed();
  for (const id of ['c1', 'c2', 'c3', 'c4', 'c5']) stage.submit(id);
  t.same(list(stage, { limit: 2 }), { ids: ['c1', 'c2'], next: 'c2' });
  pull(stage, 'c2');
  t.same(list(stage, { limit: 2, afterId: 'c2' }), { ids: ['c3', 'c4'], next: 'c4' });
  t.same(list(stage, { limit: 2, afterId: 'c4' }), { ids: ['c5'], next: undefined });
  stage.cancel('c4', 'CANCELLED');
  t.equal(list(stage, { afterId: 'c4' }), 'RESYNC');
  t.equal(list(stage, { afterId: 'nothing' }), 'RESYNC');
  stage.update('c3', { requires: [needs('fr')] });
  t.equal(list(stage, { afterId: 'c3' }), 'RESYNC', 'no place for this agent any more');
});

t.test('[PULL2] a list goes as far as the best places of lines', async (t) => {
  const stage = new Stage(desk());
  const { core } = stage.run;
  stage.putAgent('a1', { mayPull: true });
  stage.open('a1');
  stage.presence('a1', 'BUSY');
  for (let index = 0; index <= EXAMINE_MAX; index++) {
    core.perform(submitOf(`c${index}`), stage.now);
  }
  const ask = (afterId: string) =>
    core.query(
      { type: 'list', actor: agentActor('a1'), open: false, afterId, limit: 600, gatewayId: '', state: '' },
      stage.now,
    );
  t.match(ask(''), { ok: { next: 'c599' } });
  const rest = ask('c599');
  t.equal('ok' in rest ? rest.ok.contacts?.length : 0, EXAMINE_MAX - 600);
  t.equal('ok' in rest ? rest.ok.next : '', undefined, 'the last is beyond');
});

function submitOf(id: string) {
  const text = { customerId: '', journeyId: '', intent: '', language: '', queue: '', segment: '', attributes: '' };
  const facts = { requires: [], prefers: [], value: 0, tier: 0, headStartMs: 0, preferredAgents: [], version: 0 };
  const contact = { id, channel: 'voice', direction: 'INBOUND', ...text, ...facts } as const;
  return { type: 'submit', actor: GATEWAY, contact } as const;
}

t.test('[PULL3] session, presence, channel, requirement, room', async (t) => {
  const stage = staffed(desk(), { skills: { es: 3 } });
  stage.submit('c1');
  stage.submit('es', { requires: [needs('es', 4), needs('de', 1, 'fr')] });
  stage.submit('chat', { channel: 'chat' });
  const refusal = (contactId: string) => {
    const outcome = stage.run.core.step({ type: 'pull', actor: agentActor('a1'), contactId }, stage.now).outcome;
    return 'error' in outcome ? `${outcome.error.reason}: ${outcome.error.message}` : 'ok';
  };
  t.equal(refusal('es'), 'NOT_ELIGIBLE: a1 does not meet es ≥ 4');
  for (const presence of ['DRAINING', 'OFFLINE'] as const) {
    const away = staffed();
    away.submit('c1');
    away.presence('a1', presence);
    t.equal(pull(away, 'c1').result, 'NOT_ELIGIBLE', presence);
    t.same(list(away), { ids: [], next: undefined });
  }
  stage.presence('a1', 'BUSY', { channels: ['chat'] });
  t.equal(refusal('c1'), 'NOT_ELIGIBLE: a1 takes no voice now');
  t.same(list(stage), { ids: ['chat'], next: undefined });
  stage.close('a1');
  t.equal(refusal('chat'), 'NOT_ELIGIBLE: a1 is not connected');
  t.same(list(stage), { ids: [], next: undefined });
  stage.open('a1');
  stage.presence('a1', 'BUSY');
  t.equal(pull(stage, 'c1').result, 'ok');
  stage.submit('c2');
  stage.putAgent('a1', { mayPull: true, limits: { voice: 1 } });
  t.equal(refusal('c2'), 'NOT_ELIGIBLE: no room: a1 has 1 of at most 1 of voice');
  stage.putAgent('a1', { mayPull: true, capacity: 99 });
  t.equal(refusal('c2'), 'NOT_ELIGIBLE: no room: a1 carries 50 of 99, voice takes 50');
  t.same(list(stage), { ids: ['chat'], next: undefined });
});

t.test('[PULL3, PULL6, BLD1, BLD2, RLX2] room is that of blended channels, the requirement that of now', async (t) => {
  const channels = {
    voice: channelPolicy({ cost: 100, limit: 2, exclusive: true }),
    mail: channelPolicy({ cost: 60, limit: 3, yieldsTo: ['voice'] }),
    chat: channelPolicy({ cost: 60, limit: 3 }),
  };
  const relax = [{ afterMs: 1000, requires: [] }];
  const stage = staffed(plainPolicy({ channels, queues: [queuePolicy('main', { requires: [needs('fr')], relax })] }));
  for (const [id, channel] of Object.entries({ m1: 'mail', m2: 'mail', v1: 'voice', v2: 'voice', h1: 'chat' })) {
    stage.submit(id, { channel });
  }
  t.equal(pull(stage, 'm1').result, 'NOT_ELIGIBLE', 'fr is asked for');
  t.same(list(stage), { ids: [], next: undefined });
  stage.tick(1000);
  t.same(list(stage, { limit: 3 }), { ids: ['m1', 'm2', 'v1'], next: 'v1' });
  t.equal(pull(stage, 'm1').result, 'ok');
  t.equal(pull(stage, 'm2').result, 'NOT_ELIGIBLE', '120 of 100');
  t.equal(pull(stage, 'v1').result, 'ok', 'mail yields to it');
  t.equal(assign(stage, 'v2', 'a1').result, 'NOT_ELIGIBLE', 'exclusive');
  t.equal(assign(stage, 'h1', 'a1').result, 'NOT_ELIGIBLE', 'beside what is exclusive');
});

t.test('[PULL3, OFF17] neither cool-down nor cap hinders, AVAILABLE or BUSY', async (t) => {
  const presence = { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000, offersPerMinute: 1 };
  const stage = new Stage(desk({ presence }));
  stage.works('a1', { mayPull: true });
  stage.submit('c1');
  stage.decline('c1');
  t.same(list(stage), { ids: ['c1'], next: undefined });
  t.strictSame(pull(stage, 'c1').events, ['contactAssigned c1 a1']);
  t.strictSame(stage.submit('c2').events, ['contactSubmitted c2'], 'capped, by the offer alone');
  t.strictSame(stage.tick(60_000).events.at(-1), 'offerMade c2 a1');
  t.strictSame(stage.accept('c2').events, ['offerAccepted c2 a1']);
});

t.test('[PULL4] who may be pulled from whom', async (t) => {
  const stage = staffed();
  stage.works('a2', { mayPull: true });
  stage.submit('c1');
  t.equal(stage.state('c1'), 'OFFERED');
  t.equal(pull(stage, 'c1').result, 'CONTACT_NOT_WAITING');
  t.equal(pull(stage, 'c1', 'a2').result, 'CONTACT_NOT_WAITING', 'its own offer it accepts');
  stage.accept('c1');
  t.equal(pull(stage, 'c1').result, 'CONTACT_ANSWERED');
  t.equal(pull(stage, 'c1', 'a2').result, 'ok', 'it has it');
  stage.complete('c1', agentActor('a2'));
  t.equal(pull(stage, 'c1').result, 'CONTACT_CLOSED');
  t.match(pull(stage, 'c1', 'a2').ok.contact, { state: 'COMPLETED' });
  t.equal(pull(stage, 'nothing').result, 'NO_SUCH_CONTACT');
});

t.test('[PULL4] a repeated pull answers with the contact as it stands', async (t) => {
  const stage = staffed();
  stage.submit('c1');
  pull(stage, 'c1');
  const again = pull(stage, 'c1');
  t.strictSame([again.result, again.events], ['ok', []]);
  t.match(again.ok.contact, { id: 'c1', state: 'ASSIGNED', version: 2 });
});

t.test('[PULL5] it is answered as by an accept', async (t) => {
  const stage = staffed(desk({ readiness: { idleRate: 1000, idleCapMs: 600_000, loadMs: 0 } }));
  stage.submit('c1');
  stage.wait(5000);
  const { full, ok } = pull(stage, 'c1');
  const assignedUntil = stage.now + 28_800_000;
  t.strictSame(full, [
    { type: 'contactAssigned', contactId: 'c1', agentId: 'a1', cause: 'PULL', by: 'a1', cost: 50, assignedUntil },
  ]);
  t.match(ok.contact, { state: 'ASSIGNED', agentId: 'a1', assignedAt: stage.now, offeredAt: 0 });
  t.match(stage.agent('a1'), { load: 50, contacts: ['c1'] });
  t.match(stage.ask({ type: 'queues' }).queues, [{ waiting: 0, assigned: 1, answered: 1, serviceLevel: 1 }]);
  t.strictSame(stage.tick(28_800_000).events, ['contactRequeued c1 a1 TOO_LONG']);
});

t.test('[PULL5, RANK8] the agent becomes ready anew, and its misses count anew', async (t) => {
  const presence = { graceMs: 10_000, missesBeforeBusy: 2, declineCoolDownMs: 60_000 };
  const stage = new Stage(desk({ presence, readiness: { idleRate: 1000, idleCapMs: 600_000, loadMs: 0 } }));
  stage.works('a1', { mayPull: true });
  stage.submit('c1');
  stage.tick(20_500);
  stage.wait(1000);
  pull(stage, 'c1');
  stage.wait(3000);
  const made = stage.submit('c2').full.at(-1);
  t.match(made, { type: 'offerMade', agentId: 'a1', readinessUs: 3_000_000 });
  t.strictSame(stage.tick(20_500).events, ['offerMissed c2 a1'], 'the first since the pull');
});

t.test('[PULL6] assign: the supervisor knows', async (t) => {
  const stage = staffed(desk(), { mayPull: false, channels: [] } as never);
  stage.submit('c1', { requires: [needs('fr')] });
  stage.presence('a1', 'BUSY', { channels: ['chat'] });
  const { events, full } = assign(stage, 'c1', 'a1');
  t.strictSame(events, ['contactAssigned c1 a1']);
  t.match(full, [{ cause: 'ASSIGN', by: 'boss', cost: 50 }]);
  t.strictSame([assign(stage, 'c1', 'a1').result, assign(stage, 'c1', 'a1').events], ['ok', []]);
  stage.putAgent('a2');
  t.equal(assign(stage, 'c1', 'a2').result, 'CONTACT_ANSWERED');
  t.equal(assign(stage, 'c1', 'nobody').result, 'NO_SUCH_AGENT');
  t.equal(assign(stage, 'nothing', 'a1').result, 'NO_SUCH_CONTACT');
  stage.complete('c1', agentActor('a1'));
  t.equal(assign(stage, 'c1', 'a2').result, 'CONTACT_CLOSED');
  t.equal(assign(stage, 'c1', 'a1').result, 'ok');
});

t.test('[PULL6] a pending offer is revoked first', async (t) => {
  const stage = new Stage(desk());
  stage.works('a1');
  stage.works('a2');
  stage.submit('c1');
  t.equal(stage.view('c1').agentId, 'a1');
  t.strictSame(assign(stage, 'c1', 'a2').events, ['offerRevoked c1 a1 REASSIGNED', 'contactAssigned c1 a2']);
  t.equal(stage.acceptOffer('o999', 'a1').result, 'NO_SUCH_OFFER');
  stage.submit('c2');
  stage.submit('c3');
  t.strictSame(stage.agent('a1').contacts, ['c2', 'c3']);
  const own = assign(stage, 'c3', 'a1');
  t.strictSame(own.events, ['offerRevoked c3 a1 REASSIGNED', 'contactAssigned c3 a1'], 'its room counts once');
  t.equal(stage.agent('a1').load, 100);
});

t.test('[PULL6] session, presence and room there must be', async (t) => {
  const stage = new Stage(desk());
  stage.putAgent('a1');
  stage.submit('c1');
  t.equal(assign(stage, 'c1', 'a1').result, 'NOT_ELIGIBLE', 'no session');
  stage.open('a1');
  t.equal(assign(stage, 'c1', 'a1').result, 'NOT_ELIGIBLE', 'OFFLINE');
  stage.presence('a1', 'BUSY');
  stage.putAgent('a1', { capacity: 49 });
  t.equal(assign(stage, 'c1', 'a1').result, 'NOT_ELIGIBLE', 'capacity');
  stage.putAgent('a1', { limits: { voice: 0 } });
  t.equal(assign(stage, 'c1', 'a1').result, 'NOT_ELIGIBLE', 'limit');
  stage.putAgent('a1');
  t.equal(assign(stage, 'c1', 'a1').result, 'ok');
  stage.submit('c2');
  stage.presence('a1', 'DRAINING');
  t.equal(assign(stage, 'c2', 'a1').result, 'NOT_ELIGIBLE', 'DRAINING takes nothing new');
});

t.test('[PULL5, TIME9] a copy of the state knows that there was no offer', async (t) => {
  const stage = staffed();
  stage.submit('c1');
  stage.submit('c2');
  pull(stage, 'c1');
  stage.run.startShadows();
  assign(stage, 'c2', 'a1');
  stage.end('c1', agentActor('a1'));
  stage.complete('c2', agentActor('a1'));
  stage.run.finish(true);
  t.equal(stage.state('c2'), 'COMPLETED');
});
