// The archivist on a memory disk: what it does when its state is not the engine's.
import t from 'tap';
import { Archivist } from '../../src/engine/archivist.ts';
import type { FollowerReport } from '../../src/engine/follower-messages.ts';
import { openMemoryArchive } from '../../src/journal/memory-archive.ts';
import { openMemoryJournalReader } from '../../src/journal/memory-journal.ts';
import { draft, GATEWAY, openWorld } from './world.ts';

t.test('[JRN7] an archivist that strayed from the engine archives on, but saves no more snapshots', async (t) => {
  const { core, disk, engine, ask } = await openWorld();
  const reports: FollowerReport[] = [];
  const archivist = new Archivist({
    reader: openMemoryJournalReader(disk),
    archive: openMemoryArchive(disk),
    bounds: { snapshotEveryEvents: 1, snapshotEveryMs: 1e12, retainMs: 1e12 },
    report: (report) => reports.push(report),
    monotonicMs: () => 0,
  });
  archivist.follow(core.seq);
  archivist.expect(core.seq, core.stateHash());
  t.match(reports.at(-1), { kind: 'hash', agrees: true });
  const saved = disk.snapshots[0]?.seq;
  t.equal(saved, core.seq);

  await ask({ type: 'submit', actor: GATEWAY, contact: draft('c1') });
  archivist.expect(core.seq, 'of another state');
  archivist.follow(core.seq);
  t.match(
    reports.findLast(({ kind }) => kind === 'hash'),
    { agrees: false },
  );
  await ask({ type: 'cancel', actor: GATEWAY, contactId: 'c1', cause: 'CANCELLED', version: 0 });
  archivist.follow(core.seq);
  archivist.close();
  t.equal(disk.snapshots[0]?.seq, saved, 'no snapshot since');
  t.ok(disk.closedById.has('c1'), 'closed contacts are archived');
  engine.stop();
});
