// Which queue a contact goes to, and how many a queue takes.
import t from 'tap';
import type { ContactDraft } from '../../src/core/commands.ts';
import type { QueueMatch } from '../../src/core/policy.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { GATEWAY, Stage } from './oracle/stage.ts';

const channels = { voice: channelPolicy(), chat: channelPolicy() };
const segments = { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 0, clockRate: 1 } };

function queueFor(when: QueueMatch | undefined, contact: Partial<ContactDraft>): string {
  const first = when === undefined ? queuePolicy('first') : queuePolicy('first', { when });
  const stage = new Stage(plainPolicy({ channels, segments, queues: [first, queuePolicy('last')] }));
  stage.submit('c1', contact);
  return stage.view('c1').queue;
}

t.test('[QUE1] the queue named, else the first that matches, else none', async (t) => {
  const queues = [
    queuePolicy('chats', { when: { channel: ['chat'] } }),
    queuePolicy('voices', { when: { channel: ['voice'] } }),
  ];
  const stage = new Stage(plainPolicy({ channels: { ...channels, mail: channelPolicy() }, queues }));
  stage.submit('c1', { channel: 'chat' });
  stage.submit('c2', { channel: 'chat', queue: 'voices' });
  t.strictSame([stage.view('c1').queue, stage.view('c2').queue], ['chats', 'voices']);
  const none = stage.submit('c3', { channel: 'mail' });
  t.strictSame([none.result, none.events], ['NO_QUEUE', []]);
  t.equal(stage.submit('c3', { channel: 'mail', queue: 'chats' }).result, 'ok');
});

t.test('[QUE2] `when`: every field, any of its patterns, `*` for any text', async (t) => {
  const table: [when: QueueMatch | undefined, contact: Partial<ContactDraft>, matches: boolean][] = [
    [undefined, {}, true],
    [{}, {}, true],
    [{ intent: ['billing.*'] }, { intent: 'billing.due' }, true],
    [{ intent: ['billing.*'] }, { intent: 'billing.' }, true],
    [{ intent: ['billing.*'] }, { intent: 'billing' }, false],
    [{ intent: ['billing.*'] }, { intent: 'billingXdue' }, false],
    [{ intent: ['*.due'] }, { intent: 'a.b.due' }, true],
    [{ intent: ['a*b*c'] }, { intent: 'aXbYbZc' }, true],
    [{ intent: ['a*b*c'] }, { intent: 'aXbYc1' }, false],
    [{ intent: ['a*a'] }, { intent: 'a' }, false],
    [{ intent: ['*'] }, { intent: '' }, true],
    [{ intent: [''] }, { intent: '' }, true],
    [{ intent: [''] }, { intent: 'x' }, false],
    [{ intent: ['a?c', '[abc]', 'a+'] }, { intent: 'abc' }, false],
    [{ intent: ['A'] }, { intent: 'a' }, false],
    [{ channel: ['chat', 'voice'] }, { channel: 'voice' }, true],
    [{ channel: ['chat'], intent: ['x'] }, { channel: 'chat', intent: 'y' }, false],
    [{ language: ['es*'] }, { language: 'es-MX' }, true],
    [{ direction: ['OUTBOUND'] }, { direction: 'INBOUND' }, false],
    [{ customerId: ['vip-*'] }, { customerId: 'vip-7' }, true],
    [{ gatewayId: ['g*'] }, {}, true],
    [{ gatewayId: ['h*'] }, {}, false],
    [{ segment: ['default'] }, { segment: '' }, true],
    [{ segment: ['gold'] }, { segment: 'gold' }, true],
  ];
  for (const [when, contact, matches] of table) {
    t.equal(queueFor(when, contact), matches ? 'first' : 'last', JSON.stringify([when, contact]));
  }
});

t.test('[QUE3] the queue is chosen once', async (t) => {
  const queues = [queuePolicy('sales', { when: { intent: ['sales'] } }), queuePolicy('rest')];
  const stage = new Stage(plainPolicy({ queues }));
  stage.submit('c1');
  stage.update('c1', { intent: 'sales' });
  t.equal(stage.view('c1').queue, 'rest');
  stage.policy(plainPolicy({ queues: [queuePolicy('all'), ...queues] }));
  t.equal(stage.view('c1').queue, 'rest');
});

t.test('[QUE4] no segment is `default`', async (t) => {
  const stage = new Stage(plainPolicy({ segments: { default: { headStartMs: 77, clockRate: 1 } } }));
  t.match(stage.submit('c1').full, [{ segment: 'default', headStartUs: 77_000 }]);
});

t.test('[QUE5] a full queue takes no more, but those that come back', async (t) => {
  const queues = [queuePolicy('main', { limits: { waiting: 2, waitMs: 604_800_000 } }), queuePolicy('other')];
  const stage = new Stage(plainPolicy({ queues }));
  stage.works('a1');
  for (const id of ['c1', 'c2', 'c3']) t.equal(stage.submit(id).result, 'ok', 'offered ones do not wait');
  const outcome = stage.run.step(
    {
      type: 'submit',
      actor: GATEWAY,
      contact: { ...stage.view('c1'), id: 'c4', queue: '', segment: '', agentId: '', version: 0 } as ContactDraft,
    },
    stage.now,
  ).outcome;
  t.match(outcome, { error: { reason: 'QUEUE_FULL', code: 'RESOURCE_EXHAUSTED', retryAfterMs: Number } });
  t.equal(stage.submit('c1').result, 'ok', 'a retry is no new contact');
  t.equal(stage.submit('c4', { queue: 'other' }).result, 'ok');
  stage.presence('a1', 'BUSY');
  t.equal(stage.ask({ type: 'queues' }).queues?.[0]?.waiting, 3, 'it came back');
});

t.test('[LIM5] at most 10 000 demand classes have contacts in line', async (t) => {
  const stage = new Stage();
  const core = stage.run.core;
  const submit = (index: number, skill: string): string => {
    const contact = { ...blank, id: `c${index}`, requires: [{ all: [{ skill, level: 1 }] }] };
    const { outcome } = core.step({ type: 'submit', actor: GATEWAY, contact }, stage.now);
    return 'error' in outcome ? outcome.error.reason : 'ok';
  };
  for (let index = 0; index < 10_000; index++) {
    if (submit(index, `s${index}`) !== 'ok') t.fail(`${index}`);
  }
  t.equal(submit(10_000, 's10000'), 'TOO_MANY_CLASSES');
  t.equal(submit(10_001, 's7'), 'ok', 'a class that there is');
  core.step({ type: 'cancel', actor: GATEWAY, contactId: 'c5', cause: 'CANCELLED', version: 0 }, stage.now);
  t.equal(submit(10_002, 's10000'), 'ok', 'one class has gone');
  const set = { requires: [{ all: [{ skill: 'new', level: 1 }] }] };
  const update = core.step({ type: 'update', actor: GATEWAY, contactId: 'c10001', set, version: 0 }, stage.now);
  t.match(update.outcome, { error: { reason: 'TOO_MANY_CLASSES' } });
});

const blank: ContactDraft = {
  id: '',
  channel: 'voice',
  direction: 'INBOUND',
  customerId: '',
  journeyId: '',
  intent: '',
  language: '',
  queue: '',
  requires: [],
  prefers: [],
  segment: '',
  value: 0,
  tier: 0,
  headStartMs: 0,
  preferredAgents: [],
  attributes: '',
  version: 0,
};
