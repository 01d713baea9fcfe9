/** Damage behind the ends of the journal, in snapshots and in closed contacts is told by name, never read as data. */
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import type { JournalFailure } from '../../src/journal/journal-failure.ts';
import { planRecovery } from '../../src/journal/recovery.ts';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteClosedContacts } from '../../src/journal/sqlite-closed-contacts.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { closedAt, commitAt, commitsFrom, failureOf, plain } from './contract.ts';

async function usedDirectory(t: Test, commitCount = 200): Promise<string> {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory);
  await Promise.all(commitsFrom(1, commitCount, 300).map((commit) => journal.append(commit)));
  await journal.close();
  return directory;
}

/** Changes the file as somebody would who means well. */
function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** Turns the bits of one byte. */
function flip(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes[position] = (bytes[position] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

async function readFailure(t: Test, directory: string, afterSeq = 0): Promise<JournalFailure | undefined> {
  const reader = openSqliteJournalReader(directory);
  try {
    return await failureOf(t, () => [...reader.read(afterSeq)]);
  } finally {
    reader.close();
  }
}

const TAMPERINGS: Record<string, string> = {
  'an event': 'UPDATE commits SET events = zeroblob(300) WHERE firstSeq = 103',
  'an instant': 'UPDATE commits SET at = at + 1 WHERE firstSeq = 103',
  'a count': 'UPDATE commits SET count = 4 WHERE firstSeq = 103',
  'a number too large to be one': 'UPDATE commits SET at = 9223372036854775807 WHERE firstSeq = 103',
};

for (const [name, sql] of Object.entries(TAMPERINGS)) {
  t.test(`${name} gone bad`, async (t) => {
    const directory = await usedDirectory(t);
    tamper(join(directory, 'journal.db'), sql);
    const journal = await openSqliteJournal(directory);
    const failure = await readFailure(t, directory);
    t.equal(failure?.code, 'CORRUPT');
    t.match(failure?.message, join(directory, 'journal.db'));
    if (!name.startsWith('a number')) t.match(failure?.message, /seq 103 fails its check/);
    const reader = openSqliteJournalReader(directory);
    t.equal([...reader.read(103)][0]?.firstSeq, 104, 'what lies behind it can be read');
    reader.close();
    await journal.close();
  });
}

t.test('a commit that is missing', async (t) => {
  const directory = await usedDirectory(t);
  tamper(join(directory, 'journal.db'), 'DELETE FROM commits WHERE firstSeq = 103');
  t.match(await readFailure(t, directory), { code: 'CORRUPT', message: /no commit at seq 103/ });
  t.match(await readFailure(t, directory, 100), { code: 'CORRUPT', message: /no commit at seq 103/ });
  t.match(await readFailure(t, directory, 102), { code: 'CORRUPT', message: /no commit at seq 103/ });
});

t.test('[JRN2] a flipped byte anywhere in the events is found', async (t) => {
  const directory = await usedDirectory(t, 60);
  const path = join(directory, 'journal.db');
  const intact = readFileSync(path);
  const { events } = commitAt(55, 1, 300);
  const position = intact.indexOf(events);
  t.ok(position > 0);
  for (const offset of [0, 150, 299]) {
    writeFileSync(path, intact);
    flip(path, position + offset);
    t.match(await readFailure(t, directory), { code: 'CORRUPT', message: /seq 55 fails its check/ });
  }
});

t.test('a newest or an oldest commit gone bad is refused at the opening', async (t) => {
  for (const end of ['min', 'max']) {
    const directory = await usedDirectory(t);
    const path = join(directory, 'journal.db');
    tamper(path, `UPDATE commits SET at = 7 WHERE firstSeq = (SELECT ${end}(firstSeq) FROM commits)`);
    const before = readFileSync(path);
    const failure = await failureOf(t, () => openSqliteJournal(directory));
    t.match(failure, { code: 'CORRUPT', message: /the commit at seq \d+ fails its check/ });
    t.ok(readFileSync(path).equals(before));
  }
});

/** Saves snapshots of the seqs, each with a few chunks. */
function saveSnapshots(directory: string, seqs: readonly number[]): void {
  const archive = openSqliteArchive(directory);
  for (const seq of seqs) {
    archive.saveSnapshot({ seq, at: seq }, [Buffer.alloc(1000, seq), Buffer.alloc(70_000, seq), Buffer.from('end')]);
  }
  archive.close();
}

function snapshotPath(directory: string, seq: number): string {
  return join(directory, 'snapshots', `${String(seq).padStart(16, '0')}.snap`);
}

const SNAPSHOT_DAMAGES: Record<string, (path: string) => void> = {
  'the magic': (path) => flip(path, 0),
  'the seq': (path) => flip(path, 16),
  'the chunk count': (path) => flip(path, 32),
  "a chunk's length": (path) => flip(path, 64),
  "a chunk's first byte": (path) => flip(path, 72),
  'the last byte': (path) => flip(path, statSync(path).size - 1),
  'a tail cut off': (path) => truncateSync(path, statSync(path).size - 1),
  'almost all cut off': (path) => truncateSync(path, 10),
  'all cut off': (path) => truncateSync(path, 0),
  'a tail added': (path) => writeFileSync(path, 'x', { flag: 'a' }),
};

for (const [name, damage] of Object.entries(SNAPSHOT_DAMAGES)) {
  t.test(`a snapshot with ${name} damaged: the one before recovers`, async (t) => {
    const directory = await usedDirectory(t);
    saveSnapshots(directory, [100, 200]);
    damage(snapshotPath(directory, 200));
    const archive = openSqliteArchive(directory);
    t.equal(archive.pruneSeq(), 0, 'nothing may be pruned that the one whole snapshot needs');
    const reader = openSqliteJournalReader(directory);
    const recovery = planRecovery(reader, archive);
    t.equal(recovery.snapshot?.seq, 100);
    t.equal(recovery.damaged.length, 1);
    t.equal(recovery.damaged[0]?.code, 'CORRUPT');
    t.match(recovery.damaged[0]?.message, snapshotPath(directory, 200));
    t.same(plain(recovery.commits), plain(commitsFrom(1, 200, 300).filter((commit) => commit.firstSeq >= 100)));

    archive.saveSnapshot({ seq: 300, at: 300 }, [Buffer.from('new')]);
    t.same(archive.snapshotSeqs(), [300, 200, 100], 'the damaged one does not count');
    t.equal(archive.pruneSeq(), 100);
    archive.saveSnapshot({ seq: 400, at: 400 }, [Buffer.from('newer')]);
    t.same(archive.snapshotSeqs(), [400, 300]);
    archive.close();
    reader.close();
  });
}

t.test('a snapshot under the name of another seq', async (t) => {
  const directory = await usedDirectory(t);
  saveSnapshots(directory, [100]);
  writeFileSync(snapshotPath(directory, 150), readFileSync(snapshotPath(directory, 100)));
  const archive = openSqliteArchive(directory, { isReadOnly: true });
  const damaged: JournalFailure[] = [];
  t.equal(archive.latestSnapshot((failure) => damaged.push(failure))?.seq, 100);
  t.match(damaged[0]?.message, /150\.snap holds the snapshot of seq 100/);
  archive.close();
});

t.test('no whole snapshot left, but the commits were pruned', async (t) => {
  const directory = await usedDirectory(t);
  const journal = await openSqliteJournal(directory);
  saveSnapshots(directory, [100, 200]);
  await journal.prune({ behindSeq: 100, beforeAt: Number.MAX_SAFE_INTEGER });
  for (const seq of [100, 200]) flip(snapshotPath(directory, seq), 70);
  const archive = openSqliteArchive(directory);
  const reader = openSqliteJournalReader(directory);
  const failure = await failureOf(t, () => planRecovery(reader, archive));
  t.equal(failure?.code, 'PRUNED');
  t.match(failure?.message, /begins at seq 100, and no whole snapshot reaches so far \(2 damaged\)/);
  reader.close();
  archive.close();
  await journal.close();
});

t.test('[RST7] a snapshot of a newer format is refused by name', async (t) => {
  const directory = await usedDirectory(t);
  saveSnapshots(directory, [100, 200]);
  const path = snapshotPath(directory, 200);
  const bytes = readFileSync(path);
  bytes.writeUInt32LE(2, 8);
  writeFileSync(path, bytes);
  const archive = openSqliteArchive(directory);
  const failure = await failureOf(t, () => archive.latestSnapshot());
  t.equal(failure?.code, 'NEWER_FORMAT');
  t.match(failure?.message, path);
  archive.close();
});

t.test('what a killed writer left half-written is removed', async (t) => {
  const directory = await usedDirectory(t);
  saveSnapshots(directory, [100]);
  const unfinished = `${snapshotPath(directory, 200)}.unfinished`;
  writeFileSync(unfinished, 'half');
  openSqliteArchive(directory, { isReadOnly: true }).close();
  t.ok(existsSync(unfinished), 'a reader removes nothing');
  openSqliteArchive(directory).close();
  t.same(readdirSync(join(directory, 'snapshots')), ['0000000000000100.snap']);
});

t.test('a closed contact gone bad', async (t) => {
  const directory = await usedDirectory(t);
  const archive = openSqliteArchive(directory);
  archive.putClosed([closedAt('good', 1), closedAt('bad', 2)]);
  archive.close();
  tamper(join(directory, 'closed.db'), "UPDATE closed SET hash = zeroblob(16) WHERE contactId = 'bad'");
  const lookUp = openSqliteClosedContacts(directory);
  const failure = await failureOf(t, () => lookUp.get('bad'));
  t.match(failure, { code: 'CORRUPT', message: /closed\.db is damaged: closed contact bad fails its check/ });
  t.equal((await lookUp.get('good'))?.seq, 1, 'the others can still be looked up');
  await lookUp.close();
});

t.test('an archive open for reading asserts that it is not written', async (t) => {
  const directory = await usedDirectory(t);
  const archive = openSqliteArchive(directory, { isReadOnly: true });
  const assertion = { name: 'AssertionFailure' };
  t.throws(() => archive.saveSnapshot({ seq: 1, at: 1 }, []), assertion);
  t.throws(() => archive.putClosed([closedAt('a', 1)]), assertion);
  t.throws(() => archive.pruneClosed(1, 1), assertion);
  archive.close();
});
