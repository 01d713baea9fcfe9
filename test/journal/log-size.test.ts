/** The write-ahead log stays small however long the load goes on, with a reader following and with pruning. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { commitsFrom } from './contract.ts';

t.test('without a pause, with a reader following and pruning', async (t) => {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory);
  const reader = openSqliteJournalReader(directory);
  let readSeq = 0;
  let prunings = 0;
  for (const commit of commitsFrom(1, 1200, 2000)) {
    await journal.append(commit);
    for (const { firstSeq, count } of reader.read(readSeq, journal.lastSeq)) readSeq = firstSeq + count - 1;
    if (commit.firstSeq % 300 === 1)
      prunings += (await journal.prune({ behindSeq: readSeq, bytesMax: 500_000 })).commitCount;
  }
  t.equal(readSeq, journal.lastSeq);
  t.ok(prunings > 300, `${prunings} commits pruned`);
  const logBytes = statSync(join(directory, 'journal.db-wal')).size;
  t.ok(logBytes < 3_000_000, `the log takes ${logBytes} bytes after 1200 commits`);
  const fileBytes = statSync(join(directory, 'journal.db')).size;
  t.ok(fileBytes < 3_000_000, `the file takes ${fileBytes} bytes: pruned room is used again`);
  reader.close();
  await journal.close();
});

t.test('a reader in the middle of a long reading holds nothing up', async (t) => {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory);
  const reader = openSqliteJournalReader(directory);
  const commits = commitsFrom(1, 1000, 2000);
  for (const commit of commits.slice(0, 200)) await journal.append(commit);
  const reading = reader.read(0);
  reading.next();
  for (const commit of commits.slice(200)) await journal.append(commit);
  const logBytes = statSync(join(directory, 'journal.db-wal')).size;
  t.ok(logBytes < 3_000_000, `the log takes ${logBytes} bytes after 1000 commits`);
  t.equal([...reading].length, 999);
  reader.close();
  await journal.close();
});
