// A site on a real data directory: recovery, the follower's snapshots and archive, pruning, refusals.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { openSite } from '../../src/engine/site.ts';
import { ask, begin, complete, optionsFor, query, signIn } from './live-site.ts';
import { ADMIN, agentActor, draft, GATEWAY, POLICY, VOICE } from './world.ts';

t.test('[RST1] [RST2] [RST4] what was journalled is there again; offers are revoked, sessions lost', async (t) => {
  const directory = t.testdir();
  const first = await openSite(optionsFor(directory));
  await begin(first);
  await signIn(first);
  await ask(first, { type: 'submit', actor: GATEWAY, contact: draft('c1') });
  await ask(first, { type: 'submit', actor: GATEWAY, contact: draft('c2') });
  await first.close();

  const second = await openSite(optionsFor(directory));
  t.equal(second.policyFileHash, 'f1', '[POL5] the last policy file is known');
  for (const [id, position] of [
    ['c1', 1],
    ['c2', 2],
  ] as const) {
    const reply = await query(second, { type: 'get', actor: GATEWAY, contactId: id });
    t.match(reply, { ok: { contact: { state: 'QUEUED', position } } }, `${id} keeps its place`);
  }
  const agent = await query(second, { type: 'agent', agentId: 'ana' });
  t.match(agent, { ok: { agent: { presence: 'AVAILABLE', connected: false, load: 0 } } });
  const welcome = await ask(second, { type: 'openSession', actor: agentActor('ana'), sessionId: 's2' });
  t.match(welcome, { ok: { offers: [{ contact: { id: 'c1' } }] } }, 'within the grace it goes on');
  await second.close();
});

t.test(
  '[JRN7] [JRN5] [TOMB2] the follower archives closed contacts and saves snapshots that agree with the engine',
  async (t) => {
    const directory = t.testdir();
    const options = optionsFor(directory, { snapshotEveryEvents: 40 });
    const site = await openSite(options);
    await begin(site);
    await signIn(site);
    for (let index = 0; index < 30; index++) await complete(site, `c${index}`);
    await options.observer.heard('snapshot saved');
    await complete(site, 'last');
    await site.close();
    t.notOk(
      options.observer.lines.some((line) => line.startsWith('error')),
      options.observer.lines.join('; '),
    );
    t.ok(readdirSync(join(directory, 'snapshots')).length > 0);

    const again = await openSite(optionsFor(directory));
    const reply = await query(again, { type: 'get', actor: GATEWAY, contactId: 'c3' });
    t.match(
      reply,
      { ok: { contact: { state: 'COMPLETED', agentId: 'ana', attributes: '{"k":1}' } } },
      'from the archive',
    );
    await again.close();
  },
);

t.test('[WRAP5] [JRN5] a late disposition reaches the archived contact', async (t) => {
  const directory = t.testdir();
  const wrapUp = { ...POLICY, channels: { voice: { ...VOICE, wrapUpMs: 1 } } };
  const site = await openSite(optionsFor(directory));
  await ask(site, { type: 'setPolicy', actor: ADMIN, policy: wrapUp, source: '', fileHash: '' });
  await signIn(site);
  const actor = agentActor('ana');
  const offered = await ask(site, { type: 'submit', actor: GATEWAY, contact: draft('c1') });
  await ask(site, { type: 'accept', actor, offerId: `o${offered.seq}` });
  const closed = new Promise<void>((resolve) => {
    site.engine.committed$.subscribe(({ steps }) => {
      if (steps.some(({ events }) => events.some((event) => event.type === 'contactClosed'))) resolve();
    });
  });
  await ask(site, { type: 'end', actor, contactId: 'c1', version: 0 });
  await closed;
  const disposition = { reasons: ['billing'], outcome: 'solved', notes: '', attributes: '' };
  await ask(site, { type: 'complete', actor, contactId: 'c1', disposition, version: 0 });
  await site.close();
  const again = await openSite(optionsFor(directory));
  const reply = await query(again, { type: 'get', actor: GATEWAY, contactId: 'c1' });
  t.match(reply, { ok: { contact: { state: 'COMPLETED', disposition: { outcome: 'solved' } } } });
  await again.close();
});

t.test('[RST4] a journal without its snapshots recovers by replay, to the same answers', async (t) => {
  const folder = t.testdir({ original: {} });
  const directory = join(folder, 'original');
  const copy = join(folder, 'copy');
  const site = await openSite(optionsFor(directory));
  await begin(site);
  await signIn(site);
  for (let index = 0; index < 5; index++) await complete(site, `c${index}`);
  await ask(site, { type: 'submit', actor: GATEWAY, contact: draft('waits') });
  await site.close();
  cpSync(directory, copy, { recursive: true });
  rmSync(join(copy, 'snapshots'), { recursive: true });
  const replayed = await openSite(optionsFor(copy));
  t.match(await query(replayed, { type: 'get', actor: GATEWAY, contactId: 'waits' }), {
    ok: { contact: { state: 'QUEUED' } },
  });
  t.match(await query(replayed, { type: 'get', actor: GATEWAY, contactId: 'c4' }), {
    ok: { contact: { state: 'COMPLETED', attributes: '{"k":1}' } },
  });
  await replayed.close();
});

t.test('[JRN6] the journal is pruned behind snapshots while it runs', async (t) => {
  const directory = t.testdir();
  const options = optionsFor(directory, { snapshotEveryEvents: 50, retainMs: 0, retainBytes: 1 });
  const site = await openSite(options);
  await begin(site);
  await signIn(site);
  let index = 0;
  const pruned = options.observer.heard('journal pruned').then(() => true);
  while (!(await Promise.race([pruned, complete(site, `c${index++}`).then(() => false)])));
  await site.close();
  const again = await openSite(optionsFor(directory));
  t.ok(again.hasPolicy, 'recovers from what is left');
  await again.close();
});

t.test('[JRN3] a second site on the same directory is refused', async (t) => {
  const directory = t.testdir();
  const site = await openSite(optionsFor(directory));
  await t.rejects(openSite(optionsFor(directory)), { code: 'LOCKED' });
  await site.close();
});

t.test('[JRN4] a site whose first commit fails is refused, and nothing of it stays open', async (t) => {
  const directory = t.testdir();
  const first = await openSite(optionsFor(directory));
  await begin(first);
  await first.close();
  // Somebody else writes: the commit of the restart finds the journal locked.
  const intruder = new DatabaseSync(join(directory, 'journal.db'));
  intruder.exec('BEGIN IMMEDIATE');
  const options = optionsFor(directory);
  await t.rejects(openSite(options), {
    name: 'JournalFailure',
    code: 'LOCKED',
    message: /cannot append to .*journal\.db/,
  });
  t.equal(options.observer.lines.filter((line) => line.startsWith('failed')).length, 1, 'its keeper heard of it once');
  intruder.close();
  const again = await openSite(optionsFor(directory));
  t.ok(again.hasPolicy);
  await again.close();
});
