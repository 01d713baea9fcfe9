// Positions, lists, and the figures of a queue.
import t from 'tap';
import { plainPolicy, queuePolicy } from './oracle/policies.ts';
import { agentActor, draft, GATEWAY, NOON, Stage } from './oracle/stage.ts';

t.test('[QUE7] position by tier, urgency now, arrival, within the queue', async (t) => {
  const segments = { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 0, clockRate: 3 } };
  const queues = [queuePolicy('other', { when: { intent: ['other'] } }), queuePolicy('main')];
  const stage = new Stage(plainPolicy({ segments, queues }));
  const positions = (): unknown[] => ['c1', 'c2', 'c3', 'c4'].map((id) => stage.view(id).position);
  stage.submit('c1');
  stage.submit('o1', { intent: 'other', tier: 9 });
  stage.submit('c2');
  stage.submit('c3', { tier: 1 });
  stage.wait(10_000).submit('c4', { segment: 'gold' });
  t.strictSame(positions(), [2, 3, 1, 4]);
  stage.wait(4999);
  t.strictSame(positions(), [2, 3, 1, 4]);
  stage.wait(2);
  t.strictSame(positions(), [3, 4, 1, 2], 'its clock runs faster');
  stage.cancel('c3', 'ABANDONED');
  t.equal(stage.view('c4').position, 1);
  t.equal(stage.view('o1').position, 1, 'a queue of its own');
});

t.test('[QUE7] only QUEUED contacts count, and only they have a position', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.submit('c1');
  stage.submit('c2');
  t.equal(stage.view('c1').position, undefined);
  t.equal(stage.view('c2').position, 1);
});

t.test('[QUE7] above 1 000 waiting, positions are at most a second old', async (t) => {
  const { core } = new Stage().run;
  const submit = (id: string, tier: number, now: number): void => {
    core.step({ type: 'submit', actor: GATEWAY, contact: draft(id, { tier }) }, now);
  };
  const position = (contactId: string, now: number): unknown => {
    const outcome = core.query({ type: 'get', actor: GATEWAY, contactId }, now);
    return 'ok' in outcome && outcome.ok.contact !== undefined && 'position' in outcome.ok.contact
      ? outcome.ok.contact.position
      : undefined;
  };
  for (let index = 0; index < 1500; index++) submit(`c${index}`, 0, NOON);
  t.strictSame([position('c0', NOON), position('c1499', NOON)], [1, 1500]);
  submit('first', 9, NOON + 500);
  t.strictSame(
    [position('c0', NOON + 2000), position('first', NOON + 2000), position('c1499', NOON + 2000)],
    [2, 1, 1501],
  );
});

t.test('[QUE8] answered, abandoned and service level over the last hour', async (t) => {
  const stage = new Stage();
  const figures = (): unknown[] => {
    const queue = stage.ask({ type: 'queues' }).queues?.[0];
    return [queue?.answered, queue?.abandoned, queue?.serviceLevel];
  };
  stage.works('a1');
  t.strictSame(figures(), [0, 0, 1]);
  stage.answered('c1');
  stage.submit('c2');
  stage.wait(20_001).complete('c1', agentActor('a1'));
  stage.accept('c2');
  t.strictSame(figures(), [2, 0, 0.5], 'the second waited more than 20 s');
  stage.submit('c3');
  stage.cancel('c3', 'ABANDONED');
  stage.submit('c4');
  stage.cancel('c4', 'CANCELLED');
  t.strictSame(figures(), [2, 1, 1 / 3], 'a cancelled contact counts for nothing');
  stage.wait(55 * 60_000 - 20_001 - 1);
  t.strictSame(figures(), [2, 1, 1 / 3], 'eleven slots later');
  stage.wait(5 * 60_000 + 1);
  t.strictSame(figures(), [0, 0, 1], 'twelve slots later');
});

t.test('[QUE9] what a queue shows', async (t) => {
  const queues = [queuePolicy('main', { requires: [{ all: [{ skill: 'a', level: 2 }] }] })];
  const stage = new Stage(plainPolicy({ queues }));
  const show = (): unknown => stage.ask({ type: 'queues' }).queues?.[0];
  stage.works('able', { skills: { a: 2 } });
  stage.works('unable', { skills: { a: 1 } });
  stage.putAgent('away', { skills: { a: 2 } });
  t.match(show(), { agentsEligible: 1, agentsAvailable: 1, waiting: 0, oldestWaitMs: 0 });
  stage.submit('c1');
  stage.wait(3000).submit('c2');
  t.match(show(), { agentsEligible: 1, agentsAvailable: 0, waiting: 1, oldestWaitMs: 0, offered: 1, assigned: 0 });
  stage.accept('c1');
  stage.wait(2000);
  t.match(show(), { waiting: 1, oldestWaitMs: 2000, offered: 0, assigned: 1, wrapUp: 0 });
  stage.presence('able', 'BUSY');
  t.match(show(), { agentsEligible: 1, agentsAvailable: 0 });
  stage.complete('c1', agentActor('able'));
  t.match(show(), { agentsAvailable: 0, assigned: 0 });
  stage.close('able');
  t.match(show(), { agentsEligible: 0 });
});

t.test('[OUT7] list: in the order of arrival, a page at a time', async (t) => {
  const stage = new Stage();
  for (const id of ['c3', 'c1', 'c2']) stage.submit(id);
  stage.submit('other', {}, { role: 'gateway', id: 'g1' });
  stage.cancel('c1', 'ABANDONED');
  const list = (open: boolean, afterId = '', limit = 10): unknown[] => {
    const {
      contacts = [],
      next,
      seq,
    } = stage.ask({ type: 'list', actor: GATEWAY, open, afterId, limit, gatewayId: '', state: '' });
    t.equal(seq, stage.run.core.seq);
    return [contacts.map((contact) => ('contactId' in contact ? contact.contactId : contact.id)), next];
  };
  t.strictSame(list(false), [['c3', 'c1', 'c2'], undefined]);
  t.strictSame(list(true), [['c3', 'c2'], undefined]);
  t.strictSame(list(false, '', 2), [['c3', 'c1'], 'c1']);
  t.strictSame(list(false, 'c1', 2), [['c2'], undefined]);
});

t.test('[OUT5] changes since a seq; RESYNC when the tombstones do not reach back', async (t) => {
  const stage = new Stage(plainPolicy({ forgetMs: 30_000 }));
  const changes = (sinceSeq: number): unknown => {
    const answer = stage.ask({ type: 'changes', gatewayId: 'g0', sinceSeq, limit: 10 });
    return (
      answer.refused ??
      (answer.contacts ?? []).map((contact) => ('contactId' in contact ? contact.contactId : contact.id))
    );
  };
  for (const id of ['c1', 'c2', 'c3']) stage.submit(id);
  const { seq } = stage.run.core;
  t.strictSame(changes(seq), []);
  stage.update('c2', { tier: 1 });
  stage.cancel('c1', 'ABANDONED');
  stage.update('c2', { tier: 2 });
  t.strictSame(changes(seq), ['c1', 'c2'], 'newest states, in the order of the last change');
  t.strictSame(changes(0), ['c3', 'c1', 'c2']);
  t.equal(changes(9999), 'RESYNC', 'from another journal');
  stage.tick(90_000);
  t.equal(changes(seq), 'RESYNC');
  t.strictSame(changes(seq + 2), ['c2']);
});
