// The thread that explains the past: a rebuilder on the data directory, one answer a request. It only reads, beside the journal's writer and the
// follower, and gives way to them.
//
// Invariants: 1. whatever fails in here is the answer, and the next request starts afresh: a passing trouble passes. 2. whoever tires of
// waiting may terminate it at any instant: it holds nothing that has to be put back.

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteArchive } from '../journal/sqlite-archive.ts';
import { openSqliteJournalReader } from '../journal/sqlite-journal-reader.ts';
import { assert } from '../lib/assert.ts';
import type { PastAnswer, PastRequest, PastThreadData } from './past-messages.ts';
import { type PastQuestion, Rebuilder } from './rebuilder.ts';

interface Opened {
  readonly rebuilder: Rebuilder;
  close(): void;
}

function open(directory: string): Opened {
  const reader = openSqliteJournalReader(directory);
  const archive = openSqliteArchive(directory, { isReadOnly: true });
  const close = (): void => {
    reader.close();
    archive.close();
  };
  return { rebuilder: new Rebuilder({ reader, archive }), close };
}

/** As `nice` counts: below normal. */
const NICENESS = 10;

/** Where this is a thread's own, this one takes the time that is left; elsewhere it would be the whole router's. */
function giveWay(): void {
  if (process.platform === 'linux') setPriority(NICENESS);
}

function run(): void {
  const port = parentPort;
  assert(port !== null, 'the past is explained in a thread of its own');
  giveWay();
  const { directory } = workerData as PastThreadData;
  let opened: Opened | undefined;
  const explain = (question: PastQuestion): PastAnswer => {
    try {
      opened ??= open(directory);
      return { kind: 'answered', explanation: opened.rebuilder.explain(question) };
    } catch (cause) {
      opened?.close();
      opened = undefined;
      return { kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) };
    }
  };
  port.on('message', ({ question }: PastRequest) => port.postMessage(explain(question)));
}

run();
