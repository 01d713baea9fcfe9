/**
 * The archive of a data directory: snapshots as files, closed contacts in a SQLite file of their own.
 *
 * 1. Nothing here touches journal.db: the archive's writes never wait for a commit, nor a commit for them.
 * 2. A snapshot gets its name after the closed contacts put before it are durable.
 * 3. An archive that is open for reading writes nothing.
 */
import { assert } from '../lib/assert.ts';
import { ClosedStore } from './closed-store.ts';
import { dataPaths } from './data-directory.ts';
import type { Archive, ClosedContact, Snapshot, SnapshotInfo } from './journal.ts';
import type { JournalFailure } from './journal-failure.ts';
import { SnapshotFolder } from './snapshot-folder.ts';

/**
 * Opens the archive of a directory that the journal's writer has opened before. With `isReadOnly`, what writes is a
 * failed assertion. Throws a JournalFailure.
 */
export function openSqliteArchive(directory: string, options: { readonly isReadOnly?: boolean } = {}): Archive {
  return new SqliteArchive(directory, options.isReadOnly === true);
}

class SqliteArchive implements Archive {
  readonly #isReadOnly: boolean;
  readonly #closed: ClosedStore;
  readonly #snapshots: SnapshotFolder;

  constructor(directory: string, isReadOnly: boolean) {
    const paths = dataPaths(directory);
    this.#isReadOnly = isReadOnly;
    this.#closed = new ClosedStore(paths.closed, { isReadOnly });
    this.#snapshots = new SnapshotFolder(paths.snapshots);
    if (!isReadOnly) this.#snapshots.removeUnfinished();
  }

  latestSnapshot(onDamaged?: (failure: JournalFailure) => void, throughSeq?: number): Snapshot | undefined {
    return this.#snapshots.latest(onDamaged, throughSeq);
  }

  snapshotSeqs(): readonly number[] {
    return this.#snapshots.seqs();
  }

  saveSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>, journalFirstSeq?: number): void {
    this.#assertWritable();
    this.#closed.makeDurable();
    this.#snapshots.save(info, chunks, journalFirstSeq);
  }

  pruneSeq(): number {
    return this.#snapshots.pruneSeq();
  }

  putClosed(contacts: readonly ClosedContact[]): void {
    this.#assertWritable();
    if (contacts.length > 0) this.#closed.put(contacts);
  }

  getClosed(contactId: string): ClosedContact | undefined {
    return this.#closed.get(contactId);
  }

  pruneClosed(beforeAt: number, countMax: number): number {
    this.#assertWritable();
    return this.#closed.prune(beforeAt, countMax);
  }

  close(): void {
    this.#closed.close();
  }

  #assertWritable(): void {
    assert(!this.#isReadOnly, 'this archive is open for reading only');
  }
}
