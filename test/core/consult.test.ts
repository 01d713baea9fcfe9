// Consults: an agent asks another one about a contact that it keeps. [XFR10], [XFR13] to [XFR16].
import t from 'tap';
import type { TransferTarget } from '../../src/core/commands.ts';
import { plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, GATEWAY, needs, Stage, SUPERVISOR } from './oracle/stage.ts';

const QUEUES = [
  queuePolicy('main'),
  queuePolicy('billing', { requires: [needs('billing')], limits: { waiting: 1, waitMs: 200_000 } }),
];
const A1 = agentActor('a1');
const NOWHERE: TransferTarget = { queue: '', agentId: '', requires: [], holdMs: 0, consultId: '' };

function consult(
  stage: Stage,
  to: Partial<TransferTarget>,
  { by = A1, contactId = 'c1', consultId = 'k1', version = 0 } = {},
) {
  return stage.act({ type: 'consult', actor: by, contactId, consultId, to: { ...NOWHERE, ...to }, version });
}

/** Agent a1 talks with c1. */
function talking(more: object = {}): Stage {
  const stage = new Stage(plainPolicy({ queues: QUEUES }));
  stage.works('a1');
  stage.submit('c1', { customerId: 'cy', attributes: '{"k":1}', intent: 'late', tier: 2, value: 7, ...more });
  stage.accept('c1');
  return stage;
}

t.test('[XFR13] a consult contact says what the contact says, is new in age, and goes where `to` says', async (t) => {
  const stage = talking();
  stage.wait(5000);
  const { events, ok } = consult(stage, { queue: 'billing' });
  t.strictSame(events, ['contactSubmitted k1']);
  t.match(ok, { created: true, contact: { id: 'k1', state: 'QUEUED', consultedBy: 'a1' } });
  t.match(stage.view('k1'), {
    queue: 'billing',
    journeyId: 'c1',
    customerId: 'cy',
    attributes: '{"k":1}',
    intent: 'late',
    tier: 2,
    value: 7,
    gatewayId: GATEWAY.id,
    agedFrom: stage.now,
  });
  t.match(stage.view('c1'), { state: 'ASSIGNED', agentId: 'a1', version: 3 }, 'the contact stays where it is');
  stage.works('b1', { skills: { billing: 1 } });
  t.match(stage.view('k1'), { state: 'OFFERED', agentId: 'b1' });
});

t.test('[XFR13] to one agent: it alone is preferred, and holds it', async (t) => {
  const stage = talking({ journeyId: 'j' });
  stage.works('b1');
  stage.works('b2');
  consult(stage, { agentId: 'b2', holdMs: 9000 });
  t.match(stage.view('k1'), {
    state: 'OFFERED',
    agentId: 'b2',
    journeyId: 'j',
    queue: 'main',
    preferredAgents: ['b2'],
    preferredForMs: 9000,
  });
  consult(stage, { agentId: 'b2' }, { consultId: 'k2' });
  t.match(stage.view('k2'), { state: 'QUEUED', preferredForMs: 120_000 }, 'held for b2, who has no room');
  consult(stage, { requires: [needs('billing')] }, { consultId: 'k3' });
  t.match(stage.view('k3'), { state: 'QUEUED', queue: 'main', requires: [needs('billing')], preferredAgents: [] });
});

t.test('[XFR14] the agent who asked is not offered its own question', async (t) => {
  const stage = talking();
  consult(stage, { queue: 'main' });
  stage.complete('c1', A1);
  t.match(stage.view('k1'), { state: 'QUEUED' }, 'a1 is free and does not get it');
  stage.works('b1');
  t.match(stage.view('k1'), { state: 'OFFERED', agentId: 'b1' });
});

t.test(
  '[XFR15] it is taken back by who asked, while nobody has answered it, and by nobody else of the agents',
  async (t) => {
    const stage = talking();
    const cancel = (actor: typeof A1, contactId = 'k1') =>
      stage.act({ type: 'cancel', actor, contactId, cause: 'CANCELLED', version: 0 });
    consult(stage, { queue: 'main' });
    stage.works('b1');
    t.equal(cancel(agentActor('b1')).result, 'NO_SUCH_CONTACT', 'not by whom it is offered to');
    t.equal(cancel(A1, 'c1').result, 'NO_SUCH_CONTACT', 'nor another contact');
    t.strictSame(cancel(A1).events, ['offerRevoked k1 b1 CONTACT_CANCELLED', 'contactClosed k1 CANCELLED AGENT']);
    t.equal(cancel(A1).result, 'NO_SUCH_CONTACT', "closed, it is its gateway's");
    consult(stage, { queue: 'main' }, { consultId: 'k2' });
    stage.accept('k2');
    t.equal(cancel(A1, 'k2').result, 'CONTACT_ANSWERED');
    t.equal(
      stage.act({ type: 'cancel', actor: A1, contactId: 'k2', cause: 'ABANDONED', version: 0 }).result,
      'CONTACT_ANSWERED',
    );
    stage.complete('k2', agentActor('b1'));
    t.match(stage.view('c1'), { state: 'ASSIGNED', agentId: 'a1' }, 'the contact stays');
  },
);

t.test('[XFR10, XFR13] answered, it leads to the hand-over, also of a contact without a journey', async (t) => {
  const stage = talking();
  stage.works('b1');
  consult(stage, { queue: 'main' });
  stage.accept('k1');
  t.equal(stage.transfer('c1', A1, { consultId: 'k1' }).result, 'ok');
  t.match(stage.view('c1'), { state: 'ASSIGNED', agentId: 'b1' });
});

t.test('[XFR16] refusals, in the words of who consults', async (t) => {
  const stage = talking();
  const refused = (to: Partial<TransferTarget>, more: Parameters<typeof consult>[2] = {}) => {
    const { result, path } = consult(stage, to, more);
    return [result, path];
  };
  t.strictSame(refused({}), ['INVALID_FIELD', 'to']);
  t.strictSame(refused({ consultId: 'x' }), ['INVALID_FIELD', 'to.consultId']);
  t.strictSame(refused({ agentId: 'a1' }), ['INVALID_FIELD', 'to.agentId']);
  t.strictSame(refused({ queue: 'main', holdMs: 1 }), ['INVALID_FIELD', 'to.holdMs']);
  t.strictSame(refused({ agentId: 'nobody' }), ['NO_SUCH_AGENT', 'to.agentId']);
  t.strictSame(refused({ queue: 'none' }), ['UNKNOWN_QUEUE', 'to.queue']);
  t.strictSame(refused({ queue: 'main' }, { version: 1 }), ['VERSION_MISMATCH', 'version']);
  t.strictSame(refused({ queue: 'main' }, { consultId: 'c1' }), ['CONTACT_DIFFERS', 'consultId']);
  stage.submit('full', { queue: 'billing' });
  t.strictSame(refused({ queue: 'billing' }), ['QUEUE_FULL', '']);
  stage.works('b1');
  stage.submit('c2', { queue: 'main' });
  t.strictSame(refused({ queue: 'main' }, { contactId: 'c2', by: agentActor('b1') }), [
    'CONTACT_NOT_ANSWERED',
    'contactId',
  ]);
  t.strictSame(refused({ queue: 'main' }, { contactId: 'c2' }), ['NO_SUCH_CONTACT', 'contactId'], 'not its own');
  t.strictSame(refused({ queue: 'main' }), ['ok', '']);
  t.match(
    consult(stage, { queue: 'billing' }).ok,
    { created: false, contact: { id: 'k1', queue: 'main' } },
    'as it stands',
  );
  t.strictSame(refused({ queue: 'main' }, { contactId: 'c2', by: SUPERVISOR }), ['CONTACT_NOT_ANSWERED', 'contactId']);
});

t.test(
  '[XFR16] an id that is taken is no answer, and what was asked is answered whatever became of the contact',
  async (t) => {
    const stage = talking({ journeyId: 'j' });
    consult(stage, { requires: [needs('billing')] });
    stage.works('a2');
    t.equal(stage.transfer('c1', A1, { agentId: 'a2' }).result, 'ok');
    t.match(
      consult(stage, { queue: 'main' }).ok,
      { created: false, contact: { id: 'k1' } },
      'it has given the contact away',
    );
    stage.accept('c1');
    const A2 = agentActor('a2');
    t.equal(consult(stage, { queue: 'main' }, { by: A2 }).result, 'CONTACT_DIFFERS', 'another agent’s');
    t.equal(
      consult(stage, { queue: 'main' }, { by: A2, consultId: 'c1' }).result,
      'CONTACT_DIFFERS',
      'the contact itself',
    );
    t.equal(consult(stage, { queue: 'main' }, { by: A2, consultId: 'k2' }).result, 'ok');
  },
);

t.test('[XFR13, CUS6] it says what the contact says, not what a profile said later', async (t) => {
  const stage = talking();
  const customer = { id: 'cy', name: '', segment: '', value: 900, owner: '', language: 'es', timeZone: '', version: 0 };
  stage.act({ type: 'putCustomer', actor: GATEWAY, customer });
  consult(stage, { queue: 'main' });
  t.match(stage.view('k1'), { value: 7, language: '' });
});

t.test('[XFR15] taken back it is no abandonment', async (t) => {
  const stage = talking();
  consult(stage, { queue: 'billing' });
  const cancel = { type: 'cancel', actor: A1, contactId: 'k1', cause: 'ABANDONED', version: 0 } as const;
  t.strictSame(stage.act(cancel).events, ['contactClosed k1 CANCELLED AGENT']);
});

t.test('[CBK2] nobody is called back by a consult', async (t) => {
  const callback = { withinMs: 9e6, attempts: 2, spacingMs: 1000 };
  const relax = [{ afterMs: 1000, offerCallback: true }] as const;
  const stage = new Stage(plainPolicy({ queues: [queuePolicy('main', { callback, relax })] }));
  stage.works('a1');
  stage.answered('c1');
  consult(stage, { queue: 'main' });
  stage.submit('c2');
  stage.tick(1000);
  t.equal(stage.view('c2').callbackOffered, true);
  t.equal(stage.view('k1').callbackOffered, undefined);
  t.equal(stage.callback('k1').result, 'NO_CALLBACK');
});
