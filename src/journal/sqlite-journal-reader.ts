/**
 * Reads the commits of a data directory, in any thread, beside the writer.
 *
 * 1. The database is open for reading only; SQLite shows what is synced and nothing else.
 * 2. A page of rows is one short transaction, so that no reading, however long, holds up the writer's checkpoints.
 * 3. Every commit is checked, and that it follows the one before: what is read is right or a JournalFailure.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { COMMIT_COLUMNS, type CommitRow, commitOfRow, lastSeqOf } from './commit-table.ts';
import { dataPaths } from './data-directory.ts';
import type { Commit, JournalReader, SeqRange } from './journal.ts';
import { JournalFailure, journalFailureOf } from './journal-failure.ts';

/** What a page of rows should about come to. */
const PAGE_ROWS_MIN = 16;
const PAGE_ROWS_MAX = 1024;
const PAGE_EVENT_BYTES = 1024 * 1024;

/**
 * Opens the journal of the directory for reading. The writer must have opened it before, in this process or another.
 * Throws a JournalFailure.
 */
export function openSqliteJournalReader(directory: string): JournalReader {
  return new SqliteJournalReader(dataPaths(directory).journal);
}

class SqliteJournalReader implements JournalReader {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #ends: StatementSync;
  readonly #page: StatementSync;
  readonly #start: StatementSync;

  constructor(path: string) {
    this.#path = path;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
      this.#database = database;
      this.#ends = database.prepare(`SELECT
        (SELECT firstSeq FROM commits ORDER BY firstSeq LIMIT 1),
        (SELECT firstSeq + count - 1 FROM commits ORDER BY firstSeq DESC LIMIT 1)`);
      this.#start = database.prepare(
        'SELECT firstSeq, count FROM commits WHERE firstSeq <= ? ORDER BY firstSeq DESC LIMIT 1',
      );
      this.#page = database.prepare(
        `SELECT ${COMMIT_COLUMNS} FROM commits WHERE firstSeq >= ? ORDER BY firstSeq LIMIT ?`,
      );
      for (const statement of [this.#ends, this.#start, this.#page]) statement.setReturnArrays(true);
    } catch (error) {
      database?.close();
      throw journalFailureOf(error, `cannot open ${path} for reading`);
    }
  }

  range(): SeqRange {
    try {
      const [firstSeq, lastSeq] = this.#ends.get() as unknown as readonly [number | null, number | null];
      return { firstSeq: firstSeq ?? 1, lastSeq: lastSeq ?? 0 };
    } catch (error) {
      throw journalFailureOf(error, `cannot read ${this.#path}`);
    }
  }

  *read(afterSeq: number, throughSeq = Number.POSITIVE_INFINITY): IterableIterator<Commit> {
    const { firstSeq, lastSeq } = this.range();
    if (afterSeq >= Math.min(lastSeq, throughSeq)) return;
    this.#refusePruned(afterSeq + 1, firstSeq);
    // The first commit may begin before the first seq asked for; from then on each begins where the last one ended.
    let nextSeq = this.#startOf(afterSeq + 1);
    let rowCount = PAGE_ROWS_MIN;
    for (;;) {
      const rows = this.#readPage(nextSeq, rowCount);
      let byteCount = 0;
      for (const row of rows) {
        const commit = commitOfRow(row, this.#path);
        this.#refuseGap(nextSeq, commit.firstSeq);
        if (commit.firstSeq > throughSeq) return;
        nextSeq = lastSeqOf(commit) + 1;
        byteCount += commit.events.length;
        yield commit;
      }
      if (rows.length < rowCount) return;
      const averageBytes = Math.max(1, byteCount / rows.length);
      rowCount = Math.min(PAGE_ROWS_MAX, Math.max(PAGE_ROWS_MIN, Math.floor(PAGE_EVENT_BYTES / averageBytes)));
    }
  }

  close(): void {
    this.#database.close();
  }

  /** Where the commit begins that holds the seq, or the seq itself if none does. */
  #startOf(seq: number): number {
    try {
      const row = this.#start.get(seq) as unknown as readonly [number, number] | undefined;
      if (row === undefined) return seq;
      const [firstSeq, count] = row;
      return lastSeqOf({ firstSeq, count }) >= seq ? firstSeq : seq;
    } catch (error) {
      throw journalFailureOf(error, `cannot read ${this.#path} at seq ${seq}`);
    }
  }

  #readPage(fromSeq: number, rowCount: number): readonly CommitRow[] {
    try {
      return this.#page.all(fromSeq, rowCount) as unknown as readonly CommitRow[];
    } catch (error) {
      throw journalFailureOf(error, `cannot read ${this.#path} from seq ${fromSeq}`);
    }
  }

  #refuseGap(expectedSeq: number, foundSeq: number): void {
    if (foundSeq === expectedSeq) return;
    this.#refusePruned(expectedSeq, this.range().firstSeq);
    throw new JournalFailure('CORRUPT', `${this.#path} is damaged: no commit at seq ${expectedSeq}`);
  }

  #refusePruned(wantedSeq: number, firstSeq: number): void {
    if (wantedSeq >= firstSeq) return;
    throw new JournalFailure('PRUNED', `${this.#path} no longer keeps seq ${wantedSeq}; it begins at seq ${firstSeq}`);
  }
}
