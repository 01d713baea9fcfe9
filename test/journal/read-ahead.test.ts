/** A journal read ahead by a thread: the same commits and the same faults as read at once. */
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { dataPaths } from '../../src/journal/data-directory.ts';
import { openReadAhead } from '../../src/journal/read-ahead.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { commitsFrom, plain } from './contract.ts';

const ALWAYS = { eventsMin: 1 };

/** A data directory with commits of 1, 2, 3, 1, … events: more than a page of them. */
async function directoryOf(t: Test, commitCount = 300, length = 4_000): Promise<string> {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory);
  await Promise.all(commitsFrom(1, commitCount, length).map((commit) => journal.append(commit)));
  await journal.close();
  return directory;
}

function read(directory: string, afterSeq: number, throughSeq?: number, options: object = ALWAYS): unknown[] {
  const reader = openReadAhead(directory, options);
  try {
    return plain(reader.read(afterSeq, throughSeq));
  } finally {
    reader.close();
  }
}

t.test('what is read ahead is what is there', async (t) => {
  const directory = await directoryOf(t);
  const all = plain(commitsFrom(1, 300, 4_000));
  t.same(read(directory, 0), all);
  t.same(read(directory, 4), all.slice(2), 'from the commit on that the seq is in');
  t.same(read(directory, 0, 4), all.slice(0, 3), 'through the commit that the seq is in');
  t.same(read(directory, 600), [], 'nothing behind the end');
  t.same(read(directory, 0, undefined, { eventsMin: 601 }), all, 'a short stretch is read at once');
});

t.test('more than lies ready at most', async (t) => {
  const directory = await directoryOf(t, 80, 600_000);
  const reader = openReadAhead(directory, ALWAYS);
  const lengths = Array.from(reader.read(0), ({ events }) => events.length);
  reader.close();
  t.same(lengths, new Array(80).fill(600_000));
});

t.test('a thread that says nothing is given up', async (t) => {
  const directory = await directoryOf(t, 30);
  t.same(read(directory, 1, 20, { eventsMin: 1, silenceMs: 0 }), read(directory, 1, 20));
});

t.test('a damaged commit is told by its seq, after those before it', async (t) => {
  const directory = await directoryOf(t);
  const database = new DatabaseSync(dataPaths(directory).journal);
  database.exec('UPDATE commits SET crc = crc + 1 WHERE firstSeq = 571');
  database.close();
  const reader = openReadAhead(directory, ALWAYS);
  t.throws(() => [...reader.read(0)], {
    name: 'JournalFailure',
    code: 'CORRUPT',
    message: /the commit at seq 571 fails/,
  });
  reader.close();
});

t.test('a reader may be closed before all is read', async (t) => {
  const directory = await directoryOf(t);
  const reader = openReadAhead(directory, ALWAYS);
  const { value } = reader.read(0).next();
  t.equal(value?.firstSeq, 1);
  reader.close();
});
