/**
 * The table of commits: its schema and the form of its rows. One row a commit, its events one blob.
 *
 * 1. The crc covers all of the row, so that a count or an instant gone bad is told as surely as an event.
 * 2. Rows go in at the end and come off at the beginning; none is ever changed.
 */
import { crc32 } from 'node:zlib';
import type { DatabaseFormat } from './database-file.ts';
import type { Commit } from './journal.ts';
import { JournalFailure } from './journal-failure.ts';

export const COMMIT_FORMAT: DatabaseFormat = {
  name: 'journal',
  applicationId: 0x43424a4c, // 'CBJL'
  version: 1,
  schema: `CREATE TABLE commits(
    firstSeq INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    events BLOB NOT NULL) STRICT`,
};

/** A row as SQLite gives it, in the order of {@link COMMIT_COLUMNS}. */
export type CommitRow = readonly [firstSeq: number, count: number, at: number, crc: number, events: Uint8Array];

export const COMMIT_COLUMNS = 'firstSeq, count, at, crc, events';

/** The seq of the commit's last event. */
export function lastSeqOf(commit: { readonly firstSeq: number; readonly count: number }): number {
  return commit.firstSeq + commit.count - 1;
}

const headBytes = new Uint8Array(24);
const head = new DataView(headBytes.buffer);

/** The check sum of a commit: CRC-32 of firstSeq, count and at (three little-endian doubles), then the events. */
export function crcOfCommit(firstSeq: number, count: number, at: number, events: Uint8Array): number {
  head.setFloat64(0, firstSeq, true);
  head.setFloat64(8, count, true);
  head.setFloat64(16, at, true);
  return crc32(events, crc32(headBytes));
}

/** The commit in a row; throws a JournalFailure CORRUPT, naming the seq and the file, if the row fails its check. */
export function commitOfRow(row: CommitRow, path: string): Commit {
  const [firstSeq, count, at, crc, events] = row;
  // A damaged row may hold values of any type, whatever the schema says.
  if (!(events instanceof Uint8Array) || count < 1 || crcOfCommit(firstSeq, count, at, events) !== crc) {
    throw new JournalFailure('CORRUPT', `${path} is damaged: the commit at seq ${firstSeq} fails its check`);
  }
  return { firstSeq, count, at, events };
}
