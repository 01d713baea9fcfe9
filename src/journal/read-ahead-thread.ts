/**
 * The thread that reads a journal ahead: reads and checks commits as everybody does, and hands them over by the page.
 *
 * 1. It never has more than PAGES_AHEAD_MAX pages out.
 * 2. Its last message is `end` or `failed`, whatever happens in here.
 */
import { workerData } from 'node:worker_threads';
import type { Commit } from './journal.ts';
import { journalFailureOf, plainFailure } from './journal-failure.ts';
import {
  HEAD_NUMBERS,
  PAGE_BYTES,
  PAGES_AHEAD_MAX,
  POSTED,
  type ReadAheadMessage,
  type ReadAheadThreadData,
  TAKEN,
} from './read-ahead-messages.ts';
import { openSqliteJournalReader } from './sqlite-journal-reader.ts';

const { directory, afterSeq, port, counts: sharedCounts } = workerData as ReadAheadThreadData;
const counts = new Int32Array(sharedCounts);

function post(message: ReadAheadMessage, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, [...transfer]);
  Atomics.add(counts, POSTED, 1);
  Atomics.notify(counts, POSTED);
}

function postPage(commits: readonly Commit[], byteCount: number): void {
  for (;;) {
    const taken = Atomics.load(counts, TAKEN);
    if (Atomics.load(counts, POSTED) - taken < PAGES_AHEAD_MAX) break;
    Atomics.wait(counts, TAKEN, taken);
  }
  const heads = new Float64Array(commits.length * HEAD_NUMBERS);
  const events = new Uint8Array(byteCount);
  let end = 0;
  for (const [index, commit] of commits.entries()) {
    events.set(commit.events, end);
    end += commit.events.length;
    heads.set([commit.firstSeq, commit.count, commit.at, end], index * HEAD_NUMBERS);
  }
  post({ kind: 'page', heads, events }, [heads.buffer, events.buffer]);
}

function readAll(): void {
  const reader = openSqliteJournalReader(directory);
  let commits: Commit[] = [];
  let byteCount = 0;
  for (const commit of reader.read(afterSeq)) {
    commits.push(commit);
    byteCount += commit.events.length;
    if (byteCount < PAGE_BYTES) continue;
    postPage(commits, byteCount);
    commits = [];
    byteCount = 0;
  }
  if (commits.length > 0) postPage(commits, byteCount);
  reader.close();
}

try {
  readAll();
  post({ kind: 'end' });
} catch (error) {
  post({ kind: 'failed', failure: plainFailure(journalFailureOf(error, `cannot read the journal in ${directory}`)) });
}
port.close();
