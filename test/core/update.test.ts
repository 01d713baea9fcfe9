// Updates: what may change when, what becomes of the place in line and of a pending offer.
import t from 'tap';
import { plainPolicy } from './oracle/policies.ts';
import { agentActor, needs, Stage } from './oracle/stage.ts';

const A1 = agentActor('a1');

t.test('[UPD1] only what is present changes; attributes merge by key', async (t) => {
  const merges: [before: string, set: string, after: string][] = [
    ['', '{"k":1}', '{"k":1}'],
    ['{"k":1}', '{"l":2}', '{"k":1,"l":2}'],
    ['{"k":1,"l":2}', '{"k":null}', '{"l":2}'],
    ['{"k":1}', '{"k":null}', ''],
    ['{"k":{"a":1}}', '{"k":{"b":2}}', '{"k":{"b":2}}'],
  ];
  for (const [before, set, after] of merges) {
    const stage = new Stage();
    stage.submit('c1', { attributes: before, intent: 'sales', value: 7 });
    stage.update('c1', { attributes: set });
    t.match(stage.view('c1'), { attributes: after, intent: 'sales', value: 7 });
  }
  const stage = new Stage();
  stage.submit('c1', { intent: 'sales' });
  t.strictSame(stage.update('c1', { intent: 'sales' }).events, [], 'what changes nothing makes no event');
  t.strictSame(stage.update('c1', {}).events, []);
  t.strictSame(stage.update('c1', { intent: '' }).events, ['contactUpdated c1'], 'present, and empty');
  t.equal(stage.view('c1').version, 2);
});

t.test('[UPD2] a QUEUED contact is classified anew and keeps its age and arrival', async (t) => {
  const stage = new Stage(
    plainPolicy({ segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 5000, clockRate: 2 } } }),
  );
  stage.submit('c1');
  const { agedFrom, enqueuedAt } = stage.view('c1');
  stage.wait(10_000);
  const { full } = stage.update('c1', { segment: 'gold', headStartMs: 1000, tier: 2, requires: [needs('a', 1)] });
  t.match(full, [{ type: 'contactUpdated', clockRate: 2000, headStartUs: 6_000_000, tier: 2, segment: 'gold' }]);
  t.match(stage.view('c1'), { agedFrom, enqueuedAt, tier: 2, segment: 'gold', state: 'QUEUED' });
  t.strictSame(stage.works('a1').events, ['presenceSet a1 AVAILABLE AGENT'], 'it needs the skill now');
  const [made] = stage.works('a2', { skills: { a: 1 } }).full.slice(-1);
  t.match(made, { type: 'offerMade', contactId: 'c1', urgencyUs: 26_000_000 });
  t.match(stage.update('c1', { segment: '' }).full, [{ segment: 'default' }], 'an empty segment is `default`');
});

t.test('[UPD3] the offer stands while its agent meets the requirement', async (t) => {
  const stage = new Stage(plainPolicy({ fit: { perLevelMs: 1000, affinityMs: 0, breadthMs: 0 } }));
  stage.works('a1', { skills: { a: 5 } });
  stage.submit('c1', { requires: [needs('a', 3)] });
  t.strictSame(stage.update('c1', { requires: [needs('a', 5)] }).events, ['contactUpdated c1']);
  t.match(stage.open('a1').ok.offers, [{ rank: { fit: 5 } }]);
  t.strictSame(stage.update('c1', { prefers: [{ skill: 'a', secondsPerLevel: 9 }] }).events, ['contactUpdated c1']);
  t.match(stage.open('a1').ok.offers, [{ rank: { fit: 5 } }], 'the parts stay what they were');
  t.strictSame(stage.update('c1', { requires: [needs('a', 6)] }).events, [
    'contactUpdated c1',
    'offerRevoked c1 a1 REQUIREMENT_CHANGED',
  ]);
});

t.test('[UPD4] after the answer: attributes and intent only; closed: nothing', async (t) => {
  const stage = new Stage();
  stage.works('a1');
  stage.answered('c1');
  for (const set of [
    { tier: 1 },
    { requires: [] },
    { prefers: [] },
    { value: 1 },
    { segment: 'default' },
    { headStartMs: 0 },
  ]) {
    const { result, path } = stage.update('c1', { attributes: '{}', ...set });
    t.strictSame([result, path], ['CONTACT_ANSWERED', `set.${Object.keys(set)[0]}`]);
  }
  t.strictSame(stage.update('c1', { attributes: '{"k":1}', intent: 'sales' }).events, ['contactUpdated c1']);
  t.equal(stage.update('c1', { tier: 1 }, 99).result, 'CONTACT_ANSWERED', 'state before version');
  stage.complete('c1', A1);
  t.equal(stage.update('c1', { intent: 'x' }).result, 'CONTACT_CLOSED');
});

t.test('[UPD5] merged attributes have a limit', async (t) => {
  const half = (key: string): string => JSON.stringify({ [key]: 'é'.repeat(2044) });
  const stage = new Stage();
  stage.submit('c1', { attributes: half('k') });
  t.equal(stage.update('c1', { attributes: half('l') }).result, 'ok', '8191 bytes');
  const { result, path } = stage.update('c1', { attributes: '{"m":"0123456789"}' });
  t.strictSame([result, path], ['ATTRIBUTES_TOO_LARGE', 'set.attributes']);
  t.equal(stage.update('c1', { attributes: '{"k":null,"m":"0123456789"}' }).result, 'ok');
});

t.test('[SUB5, REQ3] names and sizes in updates', async (t) => {
  const stage = new Stage();
  stage.submit('c1');
  const segment = stage.update('c1', { segment: 'nobody' });
  t.strictSame([segment.result, segment.path], ['UNKNOWN_SEGMENT', 'set.segment']);
  const many = stage.update('c1', { requires: Array.from({ length: 17 }, (_, index) => needs(`s${index}`, 1)) });
  t.strictSame([many.result, many.path], ['REQUIREMENT_TOO_LARGE', 'set.requires']);
});
