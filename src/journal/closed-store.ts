/**
 * The closed contacts in SQLite: synchronous, one writer (the follower's archive), readers in any thread.
 *
 * 1. A put survives the end of the process at once but is not synced (synchronous=NORMAL): contacts close by the
 *    hundred a second, and the commits keep the disk busy enough. `makeDurable` syncs all puts before it.
 * 2. A batch is put whole or not at all.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CLOSED_COLUMNS, type ClosedRow, closedOfRow, crcOfClosed } from './closed-table.ts';
import type { ClosedContact } from './journal.ts';
import { JournalFailure, journalFailureOf } from './journal-failure.ts';

export class ClosedStore {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #prune: StatementSync;
  readonly #checkpoint: StatementSync;

  /** Opens the table that the journal's writer made. Throws a JournalFailure. */
  constructor(path: string, options: { readonly isReadOnly: boolean }) {
    this.#path = path;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly: options.isReadOnly, timeout: 1000 });
      this.#database = database;
      database.exec('PRAGMA synchronous = NORMAL');
      this.#put = database.prepare(`INSERT INTO closed(${CLOSED_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT(contactId) DO UPDATE SET
          seq = excluded.seq, at = excluded.at, crc = excluded.crc, hash = excluded.hash, contact = excluded.contact
        WHERE excluded.seq >= closed.seq`);
      this.#get = database.prepare(`SELECT ${CLOSED_COLUMNS} FROM closed WHERE contactId = ?`);
      this.#get.setReturnArrays(true);
      this.#prune = database.prepare(
        'DELETE FROM closed WHERE rowid IN (SELECT rowid FROM closed WHERE at < ? ORDER BY at LIMIT ?)',
      );
      this.#checkpoint = database.prepare('PRAGMA wal_checkpoint(FULL)');
    } catch (error) {
      database?.close();
      throw journalFailureOf(error, `cannot open ${path}`);
    }
  }

  /** Puts the batch; see Archive.putClosed. Throws a JournalFailure. */
  put(contacts: readonly ClosedContact[]): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        for (const closed of contacts) {
          const { contactId, seq, at, hash, contact } = closed;
          this.#put.run(contactId, seq, at, crcOfClosed(closed), hash, contact);
        }
        this.#database.exec('COMMIT');
      } finally {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      }
    } catch (error) {
      throw journalFailureOf(error, `cannot write ${this.#path}`);
    }
  }

  /** Throws a JournalFailure. */
  get(contactId: string): ClosedContact | undefined {
    try {
      const row = this.#get.get(contactId) as unknown as ClosedRow | undefined;
      return row === undefined ? undefined : closedOfRow(row, this.#path);
    } catch (error) {
      throw journalFailureOf(error, `cannot read ${this.#path}`);
    }
  }

  /** Removes at most `countMax` contacts closed before the instant; answers how many. Throws a JournalFailure. */
  prune(beforeAt: number, countMax: number): number {
    try {
      return Number(this.#prune.run(beforeAt, countMax).changes);
    } catch (error) {
      throw journalFailureOf(error, `cannot prune ${this.#path}`);
    }
  }

  /** Returns when all puts so far are safe from a loss of power. Throws a JournalFailure. */
  makeDurable(): void {
    try {
      // A full checkpoint syncs log and file; unlike a passive one it waits for a reader that stands in its way.
      const busy = this.#checkpoint.get()?.busy;
      if (busy !== 0) throw new JournalFailure('LOCKED', `cannot sync ${this.#path}: somebody keeps reading it`);
    } catch (error) {
      throw journalFailureOf(error, `cannot sync ${this.#path}`);
    }
  }

  close(): void {
    this.#database.close();
  }
}
