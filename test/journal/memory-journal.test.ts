/** The memory journal: the contract, and what only it has: gates and crashes. */
import t from 'tap';
import { openMemoryArchive, openMemoryClosedContacts } from '../../src/journal/memory-archive.ts';
import { MemoryDisk, openMemoryJournal, openMemoryJournalReader } from '../../src/journal/memory-journal.ts';
import { commitAt, failureOf, journalContract, plain } from './contract.ts';

journalContract(t, () => {
  const disk = new MemoryDisk();
  return {
    openJournal: () => openMemoryJournal(disk),
    openReader: () => openMemoryJournalReader(disk),
    openArchive: () => openMemoryArchive(disk),
    openClosedContacts: () => openMemoryClosedContacts(disk),
  };
});

t.test('a gate holds commits back, in order', async (t) => {
  const disk = new MemoryDisk();
  const gates: PromiseWithResolvers<void>[] = [];
  const journal = await openMemoryJournal(disk, () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });
  const settled: number[] = [];
  const appends = [1, 2, 3].map(async (seq) => {
    await journal.append(commitAt(seq));
    settled.push(seq);
  });
  await Promise.resolve();
  t.equal(journal.lastSeq, 0);
  t.equal(gates.length, 1, 'the second commit waits for the first');
  gates[0]?.resolve();
  await appends[0];
  t.equal(journal.lastSeq, 1);
  t.same(settled, [1]);
  await Promise.resolve();
  gates[1]?.resolve();
  await appends[1];
  await Promise.resolve();
  gates[2]?.resolve();
  await Promise.all(appends);
  t.same(settled, [1, 2, 3]);
  t.equal(disk.range().lastSeq, 3);
});

t.test('a commit that fails stops the journal', async (t) => {
  const disk = new MemoryDisk();
  const journal = await openMemoryJournal(disk, (commit) => {
    if (commit.firstSeq === 2) throw new Error('the disk is broken');
    return undefined;
  });
  const appends = [1, 2, 3].map((seq) => journal.append(commitAt(seq)));
  await appends[0];
  const failure = await failureOf(t, () => appends[1]);
  t.equal(failure?.code, 'IO');
  t.match(failure?.message, /seq 2: the disk is broken/);
  t.equal(await failureOf(t, () => appends[2]), failure);
  t.equal(journal.failure, failure);
  t.equal(await failureOf(t, () => journal.append(commitAt(4))), failure);
  t.equal(disk.range().lastSeq, 1);
  await journal.close();
});

t.test('a crash loses what was behind the gate and frees the disk', async (t) => {
  const disk = new MemoryDisk();
  const gate = Promise.withResolvers<void>();
  const journal = await openMemoryJournal(disk, (commit) => (commit.firstSeq === 1 ? undefined : gate.promise));
  await journal.append(commitAt(1));
  const lost = journal.append(commitAt(2));
  disk.crash();
  gate.resolve();
  t.equal((await failureOf(t, () => lost))?.code, 'CRASHED');
  const next = await openMemoryJournal(disk);
  t.equal(next.lastSeq, 1);
  await next.append(commitAt(2, 5));
  t.equal((await failureOf(t, () => journal.append(commitAt(3))))?.code, 'CRASHED');
  t.same(plain(openMemoryJournalReader(disk).read(0)), plain([commitAt(1), commitAt(2, 5)]));
  await journal.close();
  t.equal(next.failure, undefined, 'the crashed journal no longer owns the disk');
  await next.append(commitAt(7));
});
