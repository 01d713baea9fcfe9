// The follower on a real data directory: what a fault of its thread costs, what it archives and lets go, how it ends in the middle of work.
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSite, type Site } from '../../src/engine/site.ts';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { ask, begin, complete, optionsFor, query, signIn } from './live-site.ts';
import { agentActor, draft, GATEWAY, POLICY, VOICE } from './world.ts';

function get(site: Site, contactId: string) {
  return query(site, { type: 'get', actor: GATEWAY, contactId });
}

t.test('[JRN7] [JRN5] a follower that fails stops nothing, and goes on when it can', async (t) => {
  const directory = t.testdir();
  const options = optionsFor(directory, { snapshotEveryEvents: 10, followerRetryMs: 1 });
  const { observer } = options;
  const site = await openSite(options);
  await begin(site);
  await signIn(site);
  await complete(site, 'before');
  // Nowhere to put a snapshot.
  renameSync(join(directory, 'snapshots'), join(directory, 'elsewhere'));
  for (let index = 0; index < 10; index++) await complete(site, `c${index}`);
  await observer.heard('error the follower failed');
  await complete(site, 'meanwhile');
  for (const id of ['before', 'c3', 'meanwhile']) {
    t.match(await get(site, id), { ok: { contact: { state: 'COMPLETED', attributes: '{"k":1}' } } }, id);
  }
  mkdirSync(join(directory, 'snapshots'));
  await observer.heard('snapshot saved', observer.lines.length, 'the follower failed');
  await complete(site, 'after');
  await site.close();
  t.notOk(
    observer.lines.some((line) => line.startsWith('failed')),
    'the router went on all the while',
  );

  const archive = openSqliteArchive(directory, { isReadOnly: true });
  for (const id of ['before', 'c0', 'c9', 'meanwhile', 'after']) t.ok(archive.getClosed(id), `${id} is archived`);
  t.ok(archive.latestSnapshot());
  archive.close();
});

t.test('[JRN7] a site whose follower failed for good can be closed, and recovers', async (t) => {
  const directory = t.testdir();
  const options = optionsFor(directory, { snapshotEveryEvents: 10, followerRetryMs: 1e9 });
  const site = await openSite(options);
  await begin(site);
  await signIn(site);
  renameSync(join(directory, 'snapshots'), join(directory, 'elsewhere'));
  for (let index = 0; index < 10; index++) await complete(site, `c${index}`);
  await options.observer.heard('error the follower failed');
  await site.close();
  const again = await openSite(optionsFor(directory));
  t.match(await get(again, 'c9'), { ok: { contact: { state: 'COMPLETED', attributes: '{"k":1}' } } });
  await again.close();
});

t.test('[JRN7] closed in the middle of catching up: all is archived, and the snapshot is the last event', async (t) => {
  const folder = t.testdir({ original: {} });
  const directory = join(folder, 'original');
  const copy = join(folder, 'copy');
  const site = await openSite(optionsFor(directory));
  await begin(site);
  await signIn(site);
  for (let index = 0; index < 40; index++) await complete(site, `c${index}`);
  await site.close();
  cpSync(directory, copy, { recursive: true });
  // As after a loss of power that took the archive: the journal has it all.
  for (const name of readdirSync(copy))
    if (/^(snapshots|closed)/.test(name)) rmSync(join(copy, name), { recursive: true });
  const second = await openSite(optionsFor(copy));
  const { decidedSeq } = second.engine.gauges();
  await second.close();
  const archive = openSqliteArchive(copy, { isReadOnly: true });
  for (const id of ['c0', 'c20', 'c39']) t.ok(archive.getClosed(id), `${id} is archived`);
  t.equal(archive.latestSnapshot()?.seq, decidedSeq);
  archive.close();
});

t.test('[WRAP5] [RST4] a contact closed before a restart takes its disposition after it', async (t) => {
  const directory = t.testdir();
  const actor = agentActor('ana');
  const policy = { ...POLICY, channels: { voice: { ...VOICE, wrapUpMs: 1 } } };
  const site = await openSite(optionsFor(directory));
  await ask(site, { type: 'setPolicy', actor: { role: 'admin', id: 'root' }, policy, source: '', fileHash: '' });
  await signIn(site);
  const offered = await ask(site, { type: 'submit', actor: GATEWAY, contact: draft('c1', { attributes: '{"k":1}' }) });
  await ask(site, { type: 'accept', actor, offerId: `o${offered.seq}` });
  const closed = new Promise<void>((resolve) => {
    site.engine.committed$.subscribe(({ steps }) => {
      if (steps.some(({ events }) => events.some(({ type }) => type === 'contactClosed'))) resolve();
    });
  });
  await ask(site, { type: 'end', actor, contactId: 'c1', version: 0 });
  await closed;
  await site.close();

  const again = await openSite(optionsFor(directory));
  const repeated = await ask(again, {
    type: 'submit',
    actor: GATEWAY,
    contact: draft('c1', { attributes: '{"k":1}' }),
  });
  t.match(repeated, { ok: { created: false, contact: { state: 'COMPLETED', attributes: '{"k":1}' } } }, '[SUB2] whole');
  const disposition = { reasons: ['billing'], outcome: 'solved', notes: '', attributes: '' };
  const whole = { ok: { contact: { attributes: '{"k":1}', disposition: { outcome: 'solved' }, version: 6 } } };
  t.match(await ask(again, { type: 'complete', actor, contactId: 'c1', disposition, version: 0 }), whole);
  t.match(await get(again, 'c1'), whole);
  await again.close();
  const third = await openSite(optionsFor(directory));
  t.match(await get(third, 'c1'), whole);
  await third.close();
});

t.test('[JRN6] closed contacts that are too old go, however many', async (t) => {
  const directory = t.testdir();
  const options = optionsFor(directory, { maxPending: 1e6, snapshotEveryEvents: 1500, retainMs: 0 });
  const site = await openSite(options);
  await begin(site);
  const cancelled = (contactId: string) => {
    site.engine.execute({ type: 'submit', actor: GATEWAY, contact: draft(contactId) }, () => undefined);
    return ask(site, { type: 'cancel', actor: GATEWAY, contactId, cause: 'CANCELLED', version: 0 });
  };
  const ids = Array.from({ length: 700 }, (_, index) => `c${index}`);
  await Promise.all(ids.map(cancelled));
  for (let index = 0; index < 60; index++) await cancelled(`later${index}`);
  // From now on all of the first ones were archived.
  await options.observer.heard('snapshot saved');
  const archive = openSqliteArchive(directory, { isReadOnly: true });
  // What comes makes the follower go on, and a part of what is too old goes each time.
  for (let index = 0; ids.some((id) => archive.getClosed(id) !== undefined); index++) await cancelled(`last${index}`);
  t.pass('all are gone');
  archive.close();
  await site.close();
});
