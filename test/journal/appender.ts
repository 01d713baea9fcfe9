/**
 * A process that appends to a journal and tells what was acknowledged: for the tests that kill it, trace it, or take
 * its disk away. One line each on stdout, written at once: `open <lastSeq>`, `acked <lastSeq>`, `failed <code> <message>`.
 *
 *     node appender.ts DIRECTORY COMMIT_COUNT [IN_FLIGHT]
 */
import { writeSync } from 'node:fs';
import { argv, exit } from 'node:process';
import type { Journal } from '../../src/journal/journal.ts';
import { JournalFailure } from '../../src/journal/journal-failure.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { commitAt } from './contract.ts';

const [directory = '', commitCount = '1', inFlight = '1'] = argv.slice(2);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function appendAll(journal: Journal): Promise<void> {
  let nextSeq = journal.lastSeq + 1;
  let leftCount = Number(commitCount);
  async function appendOneByOne(): Promise<void> {
    while (leftCount > 0) {
      leftCount -= 1;
      const commit = commitAt(nextSeq, 1 + (nextSeq % 3), 500 + (nextSeq % 1000));
      nextSeq += commit.count;
      await journal.append(commit);
      say(`acked ${commit.firstSeq + commit.count - 1}`);
    }
  }
  await Promise.all(Array.from({ length: Number(inFlight) }, appendOneByOne));
}

try {
  const journal = await openSqliteJournal(directory);
  say(`open ${journal.lastSeq}`);
  await appendAll(journal);
  await journal.close();
} catch (error) {
  if (!(error instanceof JournalFailure)) throw error;
  say(`failed ${error.code} ${error.message}`);
  exit(70);
}
