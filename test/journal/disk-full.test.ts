/** A disk that takes no more: the append that meets it rejects, the journal stops, and what was acknowledged is kept. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { commitAt, commitsFrom, failureOf, plain } from './contract.ts';

t.test('[JRN4] a full disk stops the journal', async (t) => {
  const directory = t.testdir();
  const commits = commitsFrom(1, 60, 6000);
  const journal = await openSqliteJournal(directory, { pageCountMax: 40 });
  let ackedCount = 0;
  const failure = await failureOf(t, async () => {
    for (const commit of commits) {
      await journal.append(commit);
      ackedCount += 1;
    }
  });
  t.equal(failure?.code, 'FULL');
  t.match(failure?.message, /cannot append to .*journal\.db after seq \d+: database or disk is full/);
  t.match(failure?.cause, { message: 'database or disk is full' });
  t.ok(ackedCount >= 10 && ackedCount < 40, `${ackedCount} fit`);
  const next = commits[ackedCount + 1];
  t.equal(journal.failure, failure);
  t.equal(await failureOf(t, () => next && journal.append(next)), failure, 'every later append rejects with it');
  t.equal(await failureOf(t, () => journal.prune({ behindSeq: 5, bytesMax: 0 })), failure);
  t.equal(await failureOf(t, () => journal.sizeBytes()), failure);
  t.equal((await failureOf(t, () => openSqliteJournal(directory)))?.code, 'LOCKED', 'locked until it is closed');
  await journal.close();

  const roomy = await openSqliteJournal(directory);
  const reader = openSqliteJournalReader(directory);
  t.same(plain(reader.read(0)), plain(commits.slice(0, ackedCount)), 'what was acknowledged and nothing else');
  const lost = commits[ackedCount];
  if (lost !== undefined) await roomy.append(lost);
  reader.close();
  await roomy.close();
});

t.test('appends in flight behind the one that fails reject too', async (t) => {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory, { pageCountMax: 40 });
  await journal.append(commitAt(1));
  const appends = [commitAt(2, 1, 1_000_000), commitAt(3), commitAt(4)].map((commit) => journal.append(commit));
  const failures = await Promise.all(appends.map((append) => failureOf(t, () => append)));
  t.equal(failures[0]?.code, 'FULL');
  t.equal(new Set(failures).size, 1);
  t.equal(journal.lastSeq, 1);
  await journal.close();
});

t.test('writes that the system refuses', async (t) => {
  // The size limit of the shell makes real writes fail (EFBIG) in the middle of the log. What the test
  // runner preloads (it puts NODE_OPTIONS back) would turn that into a signal that kills.
  const directory = t.testdir();
  const appender = fileURLToPath(new URL('./appender.ts', import.meta.url));
  const command = 'unset NODE_OPTIONS; ulimit -f 600; exec "$0" "$@"';
  const { stdout, status } = spawnSync('sh', ['-c', command, process.execPath, appender, directory, '5000'], {
    encoding: 'utf8',
  });
  t.equal(status, 70);
  const acked = Array.from(stdout.matchAll(/^acked (\d+)$/gm), (match) => Number(match[1]));
  const lastAcked = acked.at(-1) ?? 0;
  t.ok(acked.length > 10 && acked.length < 5000, `${acked.length} commits were acknowledged`);
  t.match(stdout, new RegExp(`failed (IO|FULL) cannot append to .*journal\\.db after seq ${lastAcked}: `));
  const journal = await openSqliteJournal(directory);
  t.ok(journal.lastSeq >= lastAcked, 'every acknowledged commit is there');
  const reader = openSqliteJournalReader(directory);
  t.ok([...reader.read(0)].length >= acked.length);
  reader.close();
  await journal.append(commitAt(journal.lastSeq + 1));
  await journal.close();
});
