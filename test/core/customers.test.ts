// Profiles of customers: how they are kept, and what contacts take from them at their submit.
import t from 'tap';
import { Core } from '../../src/core/core.ts';
import { CUSTOMERS_MAX } from '../../src/core/customers.ts';
import type { QueuePolicy, ResolvedPolicy, SegmentPolicy } from '../../src/core/policy.ts';
import type { Customer } from '../../src/core/views.ts';
import { plainPolicy, queuePolicy } from './oracle/policies.ts';
import { ADMIN } from './oracle/run-history.ts';
import { type Acted, agentActor, GATEWAY, NOON, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const PLAIN: SegmentPolicy = { headStartMs: 0, clockRate: 1 };
const GOLD: SegmentPolicy = { headStartMs: 120_000, clockRate: 2 };

function customer(id: string, facts: Partial<Customer> = {}): Customer {
  return { id, name: '', segment: '', value: 0, owner: '', language: '', timeZone: '', version: 0, ...facts };
}

function put(stage: Stage, id: string, facts: Partial<Customer> = {}): Acted {
  return stage.act({ type: 'putCustomer', actor: GATEWAY, customer: customer(id, facts) });
}

function remove(stage: Stage, customerId: string): Acted {
  return stage.act({ type: 'removeCustomer', actor: SUPERVISOR, customerId });
}

function policy(changes: Partial<QueuePolicy> = {}, more: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  const queues = [queuePolicy('main', changes)];
  return plainPolicy({ segments: { default: PLAIN, gold: GOLD }, queues, ...more });
}

t.test('[CUS1, TIME9, RST4] a profile is kept until it is removed, and lasts over restarts', async (t) => {
  const stage = new Stage(policy());
  const facts = { name: 'Kim', segment: 'gold', value: 12.5, owner: 'a1', language: 'es', timeZone: 'Europe/Madrid' };
  const { events, ok } = put(stage, 'Kim Mønster +49', facts);
  t.strictSame(events, ['customerPut']);
  const kept = { id: 'Kim Mønster +49', ...facts, version: 1 };
  t.strictSame(ok, { customer: kept });
  t.strictSame(stage.ask({ type: 'customer', customerId: kept.id }), { customer: kept });
  put(stage, 'lee');
  stage.run.startShadows();
  stage.act({ type: 'restart', graceMs: 0 });
  put(stage, kept.id, { name: 'Kim M.' });
  t.strictSame(
    [...stage.run.core.records()].flatMap((record) => (record.kind === 'customer' ? [record.id] : [])),
    [kept.id, 'lee'],
    'in the order in which they were put first',
  );
  t.strictSame(remove(stage, 'lee').ok, { customer: customer('lee', { version: 1 }) });
  stage.run.finish(true);
});

t.test('[CUS2, UPD6] a profile is put whole; it has a version', async (t) => {
  const stage = new Stage(policy());
  put(stage, 'kim', { name: 'Kim', segment: 'gold', value: 7 });
  t.match(put(stage, 'kim', { value: 7, version: 1 }).ok, { customer: customer('kim', { value: 7, version: 2 }) });
  const same = put(stage, 'kim', { value: 7 });
  t.strictSame([same.events, same.ok.customer?.version], [[], 2], 'what changes nothing is no event');
  for (const field of ['name', 'owner', 'language', 'timeZone'] as const) {
    t.strictSame(put(stage, 'kim', { value: 7, [field]: 'x' }).events, ['customerPut'], field);
  }
  const late = put(stage, 'kim', { version: 1 });
  t.strictSame([late.result, late.path], ['VERSION_MISMATCH', 'version']);
  t.equal(put(stage, 'lee', { version: 1 }).result, 'VERSION_MISMATCH', 'there is none');
});

t.test('[CUS3, REF2] the segment must be there, the owner need not', async (t) => {
  const stage = new Stage(policy());
  const wrong = put(stage, 'kim', { segment: 'platinum' });
  t.strictSame([wrong.result, wrong.path], ['UNKNOWN_SEGMENT', 'segment']);
  t.equal(put(stage, 'kim', { segment: 'toString' }).result, 'UNKNOWN_SEGMENT');
  t.equal(put(stage, 'kim', { segment: 'platinum', version: 3 }).result, 'VERSION_MISMATCH', 'the version is first');
  t.equal(put(stage, 'kim', { owner: 'nobody' }).result, 'ok');
});

t.test('[CUS4] of who has no profile', async (t) => {
  const stage = new Stage(policy());
  t.strictSame(stage.ask({ type: 'customer', customerId: 'kim' }), { refused: 'NO_SUCH_CUSTOMER' });
  t.strictSame([remove(stage, 'kim').result, remove(stage, 'kim').path], ['NO_SUCH_CUSTOMER', 'customerId']);
  put(stage, 'kim', { name: 'Kim' });
  put(stage, 'kim');
  t.strictSame(remove(stage, 'kim').events, ['customerRemoved']);
  t.strictSame(stage.ask({ type: 'customer', customerId: 'kim' }), { refused: 'NO_SUCH_CUSTOMER' });
  t.equal(put(stage, 'kim').ok.customer?.version, 1);
});

t.test('[CUS5] there are a million at most', async (t) => {
  const core = new Core();
  const { id: _, version: _version, ...blank } = customer('');
  core.step({ type: 'setPolicy', actor: ADMIN, policy: policy(), source: '', fileHash: '' }, NOON);
  for (let index = 0; index < CUSTOMERS_MAX; index++) {
    core.apply({ type: 'customerPut', customerId: `k${index}`, ...blank }, NOON);
  }
  const reasonOf = (id: string): string => {
    const { outcome } = core.step({ type: 'putCustomer', actor: ADMIN, customer: customer(id, { name: 'x' }) }, NOON);
    return 'ok' in outcome ? 'ok' : outcome.error.reason;
  };
  t.strictSame([CUSTOMERS_MAX, core.state.customers.size], [1_000_000, 1_000_000]);
  t.equal(reasonOf('one more'), 'TOO_MANY_CUSTOMERS');
  t.equal(reasonOf('k7'), 'ok', 'those that there are may change');
  core.step({ type: 'removeCustomer', actor: ADMIN, customerId: 'k7' }, NOON);
  t.equal(reasonOf('one more'), 'ok');
});

t.test('[CUS6, SUB1, RANK5] a submit takes what it does not say from the profile', async (t) => {
  const stage = new Stage(policy({}, { value: { scale: 100, headStartMs: 10_000 } }));
  put(stage, 'kim', { segment: 'gold', value: 50, language: 'es', timeZone: 'Asia/Tokyo' });
  const taken = stage.submit('c1', { customerId: 'kim' });
  t.match(stage.view('c1'), { segment: 'gold', value: 50, language: 'es', timeZone: 'Asia/Tokyo' });
  t.match(taken.full, [{ type: 'contactSubmitted', headStartUs: 125_000_000, clockRate: 2000 }]);
  stage.submit('c2', { customerId: 'kim', segment: 'default', value: 1, language: 'de' });
  t.match(stage.view('c2'), { segment: 'default', value: 1, language: 'de' }, 'what was given wins');
  for (const customerId of ['', 'lee']) {
    stage.submit(`c of ${customerId}`, { customerId });
    t.match(stage.view(`c of ${customerId}`), { segment: 'default', value: 0, language: '' });
  }
});

t.test('[CUS6, QUE2] the queue is chosen by it too', async (t) => {
  const queues = [queuePolicy('first', { when: { segment: ['gold'], language: ['es'] } }), queuePolicy('rest')];
  const stage = new Stage(policy({}, { queues }));
  put(stage, 'kim', { segment: 'gold' });
  stage.submit('c1', { customerId: 'kim', language: 'es' });
  stage.submit('c2', { customerId: 'kim' });
  t.strictSame([stage.view('c1').queue, stage.view('c2').queue], ['first', 'rest']);
});

t.test('[CUS6, SUB3, SUB4] a repeated submit is compared with what was given', async (t) => {
  const stage = new Stage(policy());
  put(stage, 'kim', { segment: 'gold', value: 50 });
  stage.submit('c1', { customerId: 'kim' });
  put(stage, 'kim', { value: 51 });
  t.match(stage.submit('c1', { customerId: 'kim' }), { result: 'ok', events: [], ok: { created: false } });
  t.equal(stage.submit('c1', { customerId: 'kim', segment: 'gold', value: 50 }).result, 'CONTACT_DIFFERS');
});

t.test('[CUS7, QUE4] a contact in the house keeps what it has', async (t) => {
  const stage = new Stage(policy({ preferOwner: true }));
  put(stage, 'kim', { segment: 'gold', value: 50 });
  stage.submit('c1', { customerId: 'kim' });
  stage.submit('later', { customerId: 'kim', dueAt: stage.now + 60_000 });
  t.strictSame(put(stage, 'kim', { value: 1, language: 'es', owner: 'a1' }).events, ['customerPut']);
  remove(stage, 'kim');
  stage.policy(policy({ clockRate: 2 }));
  t.match(stage.view('c1'), { segment: 'gold', value: 50, language: '', preferredAgents: [] });
  stage.tick(60_000);
  t.match(stage.view('later'), { state: 'QUEUED', segment: 'gold', value: 50 });
  put(stage, 'kim', { segment: 'gold' });
  stage.update('c1', { segment: '' });
  t.equal(stage.view('c1').segment, 'default');
});

t.test('[CUS8, POL2] a policy may drop the segment of a profile', async (t) => {
  const stage = new Stage(policy());
  put(stage, 'kim', { segment: 'gold', value: 50 });
  const without = policy({}, { segments: { default: PLAIN } });
  t.strictSame(stage.policy(without).events, ['policySet']);
  t.equal(stage.ask({ type: 'customer', customerId: 'kim' }).customer?.segment, 'gold');
  stage.submit('c1', { customerId: 'kim' });
  t.match(stage.view('c1'), { segment: 'default', value: 50 });
  stage.policy(policy());
  t.equal(stage.view('c1').segment, 'default');
  stage.submit('c2', { customerId: 'kim' });
  t.equal(stage.view('c2').segment, 'gold');
});

/** a1 is at work and has c0, a2 is free; a1 owns kim. */
function owned(changes: Partial<QueuePolicy> = { preferOwner: true }): Stage {
  const stage = new Stage(policy(changes));
  stage.works('a1');
  stage.answered('c0');
  stage.works('a2');
  put(stage, 'kim', { owner: 'a1' });
  return stage;
}

t.test('[AFF9, FIT1] the owner goes in front', async (t) => {
  const stage = owned();
  stage.presence('a1', 'BUSY');
  stage.submit('c1', { customerId: 'kim', preferredAgents: ['a2', 'a1', 'a3'] });
  t.match(stage.view('c1'), { preferredAgents: ['a1', 'a2', 'a3'] }, 'once');
  t.equal(stage.submit('c1', { customerId: 'kim', preferredAgents: ['a2', 'a1', 'a3'] }).result, 'ok', 'no content');
  const many = Array.from({ length: 32 }, (_, index) => `n${index}`);
  stage.submit('c2', { customerId: 'kim', preferredAgents: many });
  t.strictSame(stage.view('c2').preferredAgents, ['a1', ...many.slice(0, 31)], 'at most 32');
  const plain = owned({});
  plain.submit('c1', { customerId: 'kim' });
  t.match(plain.view('c1'), { preferredAgents: [], agentId: 'a2' }, 'only where the queue asks for it');
});

t.test('[AFF9, AFF7] before who answered last', async (t) => {
  const stage = owned({ preferOwner: true, lastAgent: 'customer' });
  stage.submit('c1', { customerId: 'kim' });
  t.equal(stage.view('c1').agentId, 'a2', 'without a time nobody holds it');
  stage.accept('c1');
  stage.submit('c2', { customerId: 'kim', preferredAgents: ['a3'] });
  t.match(stage.view('c2'), { preferredAgents: ['a1', 'a2', 'a3'] });
  put(stage, 'kim', { owner: 'a2' });
  stage.submit('c3', { customerId: 'kim' });
  t.match(stage.view('c3'), { preferredAgents: ['a2'] }, 'both in one');
});

t.test('[AFF9, AFF1, AFF2, AFF4] the owner holds the contact', async (t) => {
  const stage = owned({ preferOwner: true, preferredForMs: 30_000 });
  stage.submit('c1', { customerId: 'kim' });
  t.equal(stage.view('c1').state, 'QUEUED', 'though a2 is free');
  t.strictSame(stage.complete('c0', agentActor('a1')).events, ['contactClosed c0 COMPLETED AGENT', 'offerMade c1 a1']);
  stage.accept('c1');
  stage.submit('c2', { customerId: 'kim' });
  t.strictSame(stage.tick(30_000).events, ['preferenceEnded c2', 'offerMade c2 a2']);
});

t.test('[AFF9] an owner whom the directory does not have is passed over until it has', async (t) => {
  const stage = owned();
  put(stage, 'kim', { owner: 'a9' });
  stage.submit('c1', { customerId: 'kim', preferredAgents: ['a3'] });
  t.strictSame(stage.view('c1').preferredAgents, ['a3']);
  stage.putAgent('a9', { skills: { x: 1 } });
  stage.submit('c2', { customerId: 'kim', requires: [needs('x')] });
  t.strictSame(stage.view('c2').preferredAgents, ['a9']);
  put(stage, 'kim', { owner: '' });
  stage.submit('c3', { customerId: 'kim' });
  t.strictSame(stage.view('c3').preferredAgents, []);
});
