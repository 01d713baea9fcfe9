/**
 * What every journal must do, run against each implementation by the tests beside this file.
 *
 * 1. A Storage is one data directory: what is opened on it sees what was durable before.
 * 2. Nothing here knows SQLite or files.
 */
import type { Test } from 'tap';
import type {
  Archive,
  ClosedContact,
  ClosedContacts,
  Commit,
  Journal,
  JournalReader,
} from '../../src/journal/journal.ts';
import { JournalFailure } from '../../src/journal/journal-failure.ts';
import { planRecovery } from '../../src/journal/recovery.ts';

/** One data directory. */
export interface Storage {
  openJournal(): Promise<Journal>;
  openReader(): JournalReader;
  openArchive(): Archive;
  openClosedContacts(): ClosedContacts;
}

const START_AT = 1_760_000_000_000;

/** A commit of `count` events at `firstSeq`; bytes and instant follow from the seq. */
export function commitAt(firstSeq: number, count = 1, length = 40): Commit {
  const events = Uint8Array.from({ length }, (_, index) => (firstSeq * 31 + index * 7) & 0xff);
  return { firstSeq, count, at: START_AT + (firstSeq + count - 1) * 1000, events };
}

/** Contiguous commits, of 1, 2, 3, 1, 2, 3, … events. */
export function commitsFrom(firstSeq: number, commitCount: number, length = 40): Commit[] {
  const commits: Commit[] = [];
  let seq = firstSeq;
  for (let index = 0; index < commitCount; index++) {
    const count = 1 + (index % 3);
    commits.push(commitAt(seq, count, length));
    seq += count;
  }
  return commits;
}

/** Commits in a form that a deep comparison prints well. */
export function plain(commits: Iterable<Commit>): unknown[] {
  return Array.from(commits, ({ firstSeq, count, at, events }) => ({
    firstSeq,
    count,
    at,
    events: Buffer.from(events).toString('hex'),
  }));
}

export function closedAt(contactId: string, seq: number, text = `contact ${contactId} at ${seq}`): ClosedContact {
  const hash = Uint8Array.from({ length: 16 }, (_, index) => (seq + index) & 0xff);
  return { contactId, seq, at: START_AT + seq * 1000, hash, contact: Buffer.from(text) };
}

function plainClosed(closed: ClosedContact | undefined): unknown {
  if (closed === undefined) return undefined;
  const { contactId, seq, at, hash, contact } = closed;
  return { contactId, seq, at, hash: Buffer.from(hash).toString('hex'), contact: Buffer.from(contact).toString() };
}

/** The failure that the call throws or rejects with; fails the test if there is none. */
export async function failureOf(t: Test, call: () => unknown): Promise<JournalFailure | undefined> {
  try {
    await call();
  } catch (error) {
    if (error instanceof JournalFailure) return error;
    t.fail(`not a JournalFailure: ${String(error)}`);
    return undefined;
  }
  t.fail('expected a JournalFailure');
  return undefined;
}

type Contract = (t: Test, storage: Storage) => Promise<void>;

/** Runs the whole contract, each part on a storage of its own. */
export function journalContract(tap: Test, newStorage: (t: Test) => Storage): void {
  for (const [name, contract] of Object.entries(CONTRACTS)) {
    tap.test(name, async (t) => contract(t, newStorage(t)));
  }
}

const CONTRACTS: Record<string, Contract> = {
  'an empty journal': async (t, storage) => {
    const journal = await storage.openJournal();
    t.equal(journal.firstSeq, 1);
    t.equal(journal.lastSeq, 0);
    t.equal(journal.failure, undefined);
    const reader = storage.openReader();
    t.same(reader.range(), { firstSeq: 1, lastSeq: 0 });
    t.same(plain(reader.read(0)), []);
    reader.close();
    await journal.close();
  },

  'what was appended is read, in the same process and after a restart': async (t, storage) => {
    const commits = commitsFrom(1, 50);
    const journal = await storage.openJournal();
    for (const commit of commits) await journal.append(commit);
    t.equal(journal.lastSeq, 99);
    const reader = storage.openReader();
    t.same(plain(reader.read(0)), plain(commits));
    reader.close();
    await journal.close();

    const again = await storage.openJournal();
    t.equal(again.firstSeq, 1);
    t.equal(again.lastSeq, 99);
    const more = commitsFrom(100, 3);
    for (const commit of more) await again.append(commit);
    const readerAgain = storage.openReader();
    t.same(readerAgain.range(), { firstSeq: 1, lastSeq: 105 });
    t.same(plain(readerAgain.read(0)), plain([...commits, ...more]));
    readerAgain.close();
    await again.close();
  },

  'appends in flight become durable in order': async (t, storage) => {
    const journal = await storage.openJournal();
    const settled: number[] = [];
    const commits = commitsFrom(1, 40);
    await Promise.all(
      commits.map(async (commit) => {
        await journal.append(commit);
        t.ok(journal.lastSeq >= commit.firstSeq + commit.count - 1, 'lastSeq covers the commit that is acknowledged');
        settled.push(commit.firstSeq);
      }),
    );
    t.same(
      settled,
      commits.map((commit) => commit.firstSeq),
    );
    await journal.close();
  },

  'the bytes are copied before append returns': async (t, storage) => {
    const journal = await storage.openJournal();
    const pool = Buffer.from('before the events after');
    const events = pool.subarray(7, 17);
    const appended = journal.append({ firstSeq: 1, count: 1, at: START_AT, events });
    pool.fill('x');
    await appended;
    t.equal(pool.length, 23, 'the pool is still there');
    const reader = storage.openReader();
    const [commit] = [...reader.read(0)];
    t.equal(Buffer.from(commit?.events ?? []).toString(), 'the events');
    reader.close();
    await journal.close();
  },

  'empty and large events': async (t, storage) => {
    const commits = [commitAt(1, 1, 0), commitAt(2, 1, 3_000_000), commitAt(3, 1, 4096)];
    const journal = await storage.openJournal();
    await Promise.all(commits.map((commit) => journal.append(commit)));
    const reader = storage.openReader();
    t.same(
      Array.from(reader.read(0), ({ events }) => events.length),
      [0, 3_000_000, 4096],
    );
    t.same(plain(reader.read(0)), plain(commits));
    reader.close();
    await journal.close();
  },

  'reading from and through a seq': async (t, storage) => {
    const journal = await storage.openJournal();
    const commits = commitsFrom(1, 300);
    await Promise.all(commits.map((commit) => journal.append(commit)));
    const reader = storage.openReader();
    const seqs = (afterSeq: number, throughSeq?: number) =>
      Array.from(reader.read(afterSeq, throughSeq), (commit) => commit.firstSeq);
    t.same(seqs(598), [598], 'begins with the commit that holds the next seq');
    t.same(seqs(600), []);
    t.same(seqs(9999), []);
    t.same(seqs(0, 4), [1, 2, 4], 'a commit that begins at throughSeq is read');
    t.same(seqs(0, 5), [1, 2, 4], 'a commit that holds throughSeq is read');
    t.same(seqs(3, 6), [4]);
    t.same(seqs(4, 7), [4, 7], 'a commit that begins before is read whole');
    t.same(seqs(6, 6), []);
    t.equal(seqs(0).length, 300);
    t.same(plain(reader.read(300)), plain(commits.slice(150)));
    reader.close();
    await journal.close();
  },

  'a reader follows the writer': async (t, storage) => {
    const journal = await storage.openJournal();
    const reader = storage.openReader();
    const read: Commit[] = [];
    const commits = commitsFrom(1, 30);
    for (const commit of commits) {
      await journal.append(commit);
      const afterSeq = read.reduce((sum, { count }) => sum + count, 0);
      read.push(...reader.read(afterSeq, journal.lastSeq));
      t.equal(read.at(-1)?.firstSeq, commit.firstSeq);
    }
    t.same(plain(read), plain(commits));
    reader.close();
    await journal.close();
  },

  'a gap, an overlap, no events, a broken instant are failed assertions': async (t, storage) => {
    const journal = await storage.openJournal();
    await journal.append(commitAt(1, 3));
    const wrong = [commitAt(5), commitAt(3), commitAt(1), commitAt(4, 0), { ...commitAt(4), at: 1.5 }];
    for (const commit of wrong) t.throws(() => journal.append(commit), { name: 'AssertionFailure' });
    await journal.append(commitAt(4));
    t.equal(journal.lastSeq, 4);
    await journal.close();
  },

  'a closed journal refuses': async (t, storage) => {
    const journal = await storage.openJournal();
    const last = journal.append(commitAt(1));
    const closed = journal.close();
    const refused = journal.append(commitAt(2));
    t.equal((await failureOf(t, () => refused))?.code, 'CLOSED');
    await last;
    await closed;
    await journal.close();
    t.equal((await failureOf(t, () => journal.append(commitAt(2))))?.code, 'CLOSED');
    t.equal((await failureOf(t, () => journal.prune({ behindSeq: 1 })))?.code, 'CLOSED');
    t.equal((await failureOf(t, () => journal.sizeBytes()))?.code, 'CLOSED');
    const again = await storage.openJournal();
    t.equal(again.lastSeq, 1, 'what was appended before close is there');
    await again.close();
  },

  'one writer at a time': async (t, storage) => {
    const journal = await storage.openJournal();
    const failure = await failureOf(t, () => storage.openJournal());
    t.equal(failure?.code, 'LOCKED');
    t.match(failure?.message, /in use by another/);
    await journal.append(commitAt(1));
    await journal.close();
    const next = await storage.openJournal();
    t.equal(next.lastSeq, 1);
    await next.close();
  },

  'pruning by age stays behind the seq that is needed': async (t, storage) => {
    const journal = await storage.openJournal();
    const commits = commitsFrom(1, 60);
    await Promise.all(commits.map((commit) => journal.append(commit)));
    const later = START_AT + 1e9;
    t.same(await journal.prune({ behindSeq: 0, beforeAt: later }), { commitCount: 0, firstSeq: 1 });
    t.same(await journal.prune({ behindSeq: 50 }), { commitCount: 0, firstSeq: 1 }, 'no bound: nothing goes');
    t.same(await journal.prune({ behindSeq: 50, beforeAt: START_AT + 12_000 }), { commitCount: 5, firstSeq: 10 });
    t.equal(journal.firstSeq, 10);
    // Seq 50 lies inside the commit 49 … 50; seq 53 inside 52 … 54, which has to stay.
    t.same(await journal.prune({ behindSeq: 53, beforeAt: later }), { commitCount: 21, firstSeq: 52 });
    const reader = storage.openReader();
    t.same(reader.range(), { firstSeq: 52, lastSeq: 120 });
    t.equal((await failureOf(t, () => [...reader.read(0)]))?.code, 'PRUNED');
    t.equal((await failureOf(t, () => [...reader.read(50)]))?.code, 'PRUNED');
    t.same(plain(reader.read(51)), plain(commits.filter((commit) => commit.firstSeq >= 52)));
    reader.close();
    await journal.close();
    const again = await storage.openJournal();
    t.equal(again.firstSeq, 52);
    t.equal(again.lastSeq, 120);
    await again.close();
  },

  'the newest commit is never pruned': async (t, storage) => {
    const journal = await storage.openJournal();
    const commits = commitsFrom(1, 9);
    for (const commit of commits) await journal.append(commit);
    const pruned = await journal.prune({ behindSeq: 1000, beforeAt: START_AT + 1e9, bytesMax: 0 });
    t.same(pruned, { commitCount: 8, firstSeq: 16 });
    await journal.append(commitAt(19));
    await journal.close();
    const again = await storage.openJournal();
    t.equal(again.lastSeq, 19);
    await again.close();
  },

  'a close that overtakes a pruning ends': async (t, storage) => {
    const journal = await storage.openJournal();
    await Promise.all(commitsFrom(1, 60, 20_000).map((commit) => journal.append(commit)));
    // Told that it came too late, or done already: either will do, and neither keeps the journal open.
    const pruned = journal.prune({ behindSeq: 100, bytesMax: 0 }).then(
      () => 'done',
      (failure: unknown) => (failure instanceof JournalFailure ? failure.code : String(failure)),
    );
    await journal.close();
    t.match(await pruned, /^(?:done|CLOSED)$/);
    const again = await storage.openJournal();
    t.equal(again.lastSeq, 120);
    await again.close();
  },

  'pruning by size': async (t, storage) => {
    const journal = await storage.openJournal();
    const commits = commitsFrom(1, 90, 20_000);
    await Promise.all(commits.map((commit) => journal.append(commit)));
    const sizeBytes = await journal.sizeBytes();
    t.ok(sizeBytes >= 90 * 20_000, `${sizeBytes} bytes hold the events`);
    const bytesMax = Math.floor(sizeBytes / 2);
    const pruned = await journal.prune({ behindSeq: 180, bytesMax });
    t.ok(pruned.commitCount > 40 && pruned.commitCount < 50, `${pruned.commitCount} commits`);
    t.ok((await journal.sizeBytes()) <= bytesMax);
    t.same(await journal.prune({ behindSeq: 180, bytesMax }), { commitCount: 0, firstSeq: pruned.firstSeq });
    await journal.close();
  },

  'pruning while appending': async (t, storage) => {
    const journal = await storage.openJournal();
    const commits = commitsFrom(1, 900, 400);
    await Promise.all(commits.slice(0, 600).map((commit) => journal.append(commit)));
    const pruning = journal.prune({ behindSeq: 900, beforeAt: START_AT + 1e9 });
    for (const commit of commits.slice(600)) await journal.append(commit);
    const pruned = await pruning;
    t.same(pruned, { commitCount: 450, firstSeq: 901 });
    const reader = storage.openReader();
    t.same(plain(reader.read(900)), plain(commits.slice(450)));
    reader.close();
    await journal.close();
  },

  'a reader that pruning overtakes is told': async (t, storage) => {
    const journal = await storage.openJournal();
    await Promise.all(commitsFrom(1, 3000).map((commit) => journal.append(commit)));
    const reader = storage.openReader();
    const reading = reader.read(0);
    t.equal(reading.next().value?.firstSeq, 1);
    await journal.prune({ behindSeq: 5900, beforeAt: START_AT + 1e9 });
    t.equal((await failureOf(t, () => [...reading]))?.code, 'PRUNED');
    reader.close();
    await journal.close();
  },

  'snapshots: the newest comes back, two are kept': async (t, storage) => {
    const journal = await storage.openJournal();
    const archive = storage.openArchive();
    t.equal(archive.latestSnapshot(), undefined);
    t.same(archive.snapshotSeqs(), []);
    t.equal(archive.pruneSeq(), 0);
    const chunksOf = (seq: number) => [Buffer.from(`state ${seq}`), Buffer.alloc(0), Buffer.alloc(100_000, seq)];
    const pruneSeqs: number[] = [];
    for (const seq of [10, 20, 30]) {
      archive.saveSnapshot({ seq, at: START_AT + seq }, chunksOf(seq));
      pruneSeqs.push(archive.pruneSeq());
      const latest = archive.latestSnapshot();
      t.equal(latest?.seq, seq);
      t.equal(latest?.at, START_AT + seq);
      const chunks = () => Array.from(latest?.chunks ?? [], (chunk) => Buffer.from(chunk));
      t.same(chunks(), chunksOf(seq));
      t.same(chunks(), chunksOf(seq), 'and again');
    }
    t.same(pruneSeqs, [0, 10, 20]);
    t.same(archive.snapshotSeqs(), [30, 20]);
    archive.close();
    const again = storage.openArchive();
    t.equal(again.latestSnapshot()?.seq, 30);
    t.equal(again.pruneSeq(), 20);
    again.close();
    await journal.close();
  },

  '[JRN9] snapshots: older ones that the commits follow on are kept, and found': async (t, storage) => {
    const journal = await storage.openJournal();
    const archive = storage.openArchive();
    const save = (seq: number, journalFirstSeq: number): void =>
      archive.saveSnapshot({ seq, at: START_AT + seq }, [Buffer.from(`state ${seq}`)], journalFirstSeq);
    for (const seq of [10, 20, 30, 40, 50]) save(seq, 1);
    t.same(archive.snapshotSeqs(), [50, 40, 30, 20, 10]);
    t.equal(archive.pruneSeq(), 40, 'recovery needs two');
    const through = [9, 10, 39, 40, 1000].map((seq) => archive.latestSnapshot(undefined, seq)?.seq);
    t.same(through, [undefined, 10, 30, 40, 50]);
    save(60, 21);
    t.same(archive.snapshotSeqs(), [60, 50, 40, 30, 20]);
    save(70, 32);
    t.same(archive.snapshotSeqs(), [70, 60, 50, 40]);
    archive.saveSnapshot({ seq: 80, at: START_AT + 80 }, [Buffer.from('eighty')]);
    t.same(archive.snapshotSeqs(), [80, 70], 'whoever does not say where the journal begins keeps two');
    archive.close();
    await journal.close();
  },

  'a snapshot whose making fails leaves the others': async (t, storage) => {
    const journal = await storage.openJournal();
    const archive = storage.openArchive();
    archive.saveSnapshot({ seq: 10, at: START_AT }, [Buffer.from('ten')]);
    function* broken(): Generator<Uint8Array> {
      yield Buffer.from('half');
      throw new RangeError('cannot encode');
    }
    t.throws(() => archive.saveSnapshot({ seq: 20, at: START_AT }, broken()), new RangeError('cannot encode'));
    t.same(archive.snapshotSeqs(), [10]);
    t.equal(archive.latestSnapshot()?.seq, 10);
    archive.close();
    await journal.close();
  },

  'closed contacts: put, get, newer wins, pruned by age': async (t, storage) => {
    const journal = await storage.openJournal();
    const archive = storage.openArchive();
    archive.putClosed([]);
    archive.putClosed([closedAt('a', 1), closedAt('b:~.-_', 2), closedAt('c', 3)]);
    archive.putClosed([closedAt('a', 7, 'with a disposition'), closedAt('c', 2, 'late and older')]);
    t.same(plainClosed(archive.getClosed('a')), plainClosed(closedAt('a', 7, 'with a disposition')));
    t.same(plainClosed(archive.getClosed('b:~.-_')), plainClosed(closedAt('b:~.-_', 2)));
    t.same(plainClosed(archive.getClosed('c')), plainClosed(closedAt('c', 3)));
    t.equal(archive.getClosed('nobody'), undefined);
    t.equal(archive.pruneClosed(START_AT + 7000, 1), 1);
    t.equal(archive.getClosed('b:~.-_'), undefined, 'the oldest goes first');
    t.equal(archive.pruneClosed(START_AT + 7000, 10), 1);
    t.equal(archive.pruneClosed(START_AT + 7000, 10), 0);
    t.equal(archive.getClosed('a')?.seq, 7);
    archive.close();
    const again = storage.openArchive();
    t.equal(again.getClosed('a')?.seq, 7);
    again.close();
    await journal.close();
  },

  'looking closed contacts up from the engine': async (t, storage) => {
    const journal = await storage.openJournal();
    const archive = storage.openArchive();
    const lookUp = storage.openClosedContacts();
    t.equal(await lookUp.get('a'), undefined);
    archive.putClosed([closedAt('a', 1), closedAt('b', 2)]);
    const found = await Promise.all(['b', 'a', 'nobody'].map((contactId) => lookUp.get(contactId)));
    t.same(found.map(plainClosed), [plainClosed(closedAt('b', 2)), plainClosed(closedAt('a', 1)), undefined]);
    await lookUp.close();
    t.equal((await failureOf(t, () => lookUp.get('a')))?.code, 'CLOSED');
    archive.close();
    await journal.close();
  },

  'recovery: the newest snapshot and the commits after it': async (t, storage) => {
    const journal = await storage.openJournal();
    const archive = storage.openArchive();
    const reader = storage.openReader();
    const fresh = planRecovery(reader, archive);
    t.equal(fresh.snapshot, undefined);
    t.equal(fresh.lastSeq, 0);
    t.same(plain(fresh.commits), []);
    const commits = commitsFrom(1, 30);
    for (const commit of commits) await journal.append(commit);
    archive.saveSnapshot({ seq: 12, at: START_AT }, [Buffer.from('twelve')]);
    archive.saveSnapshot({ seq: 30, at: START_AT }, [Buffer.from('thirty')]);
    await journal.prune({ behindSeq: archive.pruneSeq(), beforeAt: START_AT + 1e9 });
    const recovery = planRecovery(reader, archive);
    t.equal(recovery.snapshot?.seq, 30);
    t.equal(recovery.lastSeq, 60);
    t.same(recovery.damaged, []);
    t.same(plain(recovery.commits), plain(commits.slice(15)));
    t.equal(reader.range().firstSeq, 13);

    archive.saveSnapshot({ seq: 61, at: START_AT }, [Buffer.from('from the future')]);
    const failure = await failureOf(t, () => planRecovery(reader, archive));
    t.equal(failure?.code, 'CORRUPT');
    t.match(failure?.message, /ends at seq 60.*snapshot of seq 61/);
    reader.close();
    archive.close();
    await journal.close();
  },
};
