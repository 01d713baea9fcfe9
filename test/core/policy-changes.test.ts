// What a policy changes, told with who put it.
import t from 'tap';
import { policyChanges } from '../../src/core/policy-changes.ts';
import { channelPolicy, plainPolicy, queuePolicy } from './oracle/policies.ts';
import { Stage } from './oracle/stage.ts';

const before = plainPolicy({
  channels: { voice: channelPolicy(), chat: channelPolicy() },
  queues: [queuePolicy('billing'), queuePolicy('main')],
});

t.test('[POL6] the event and the answer tell what changed, and who changed it', async (t) => {
  const stage = new Stage(before);
  const { full, ok } = stage.policy({ ...before, fit: { ...before.fit, perLevelMs: 3000 } });
  t.match(full[0], { type: 'policySet', by: 'root', changes: ['fit.perLevelMs: 0 → 3000'] });
  t.strictSame(ok.changes, ['fit.perLevelMs: 0 → 3000']);
  t.strictSame(
    stage.run.journal[0]?.event,
    { ...stage.run.journal[0]?.event, changes: [] },
    'the first changes nothing',
  );
});

t.test('[POL6] names that come, go and change places', async (t) => {
  const { chat: _chat, ...channels } = before.channels;
  const requires = [{ all: [{ skill: 'es', level: 5 }] }];
  const after = plainPolicy({
    channels,
    queues: [queuePolicy('main', { requires, headStartMs: 5000 }), queuePolicy('billing'), queuePolicy('new')],
    estimate: { minutes: 10, answersMin: 5 },
  });
  const lines = policyChanges(before, after);
  t.strictSame(
    lines.map((line) => line.slice(0, 80)),
    [
      `channels.chat: ${JSON.stringify(channelPolicy())} → none`.slice(0, 80),
      'estimate: none → {"minutes":10,"answersMin":5}',
      'queues.main.requires: [] → [{"all":[{"skill":"es","level":5}]}]',
      'queues.main.headStartMs: 0 → 5000',
      `queues.new: none → ${JSON.stringify({ ...queuePolicy('new'), name: undefined })}`.slice(0, 80),
      'queues: in the order billing, main → main, billing',
    ],
  );
  t.strictSame(policyChanges(before, structuredClone(before)), []);
});

t.test('[POL6] values and the list have an end', async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 1500 }, (_, index) => [
      `a${index}`,
      { name: '😀'.repeat(index % 2 === 0 ? 150 : 1), skills: {}, capacity: 100, limits: {} },
    ]),
  );
  const lines = policyChanges(before, { ...before, agents: many });
  t.equal(lines.length, 1001);
  t.equal(lines.at(-1), 'and 500 more');
  t.ok(lines.every((line) => line.length < 250 && line.isWellFormed()));
});
