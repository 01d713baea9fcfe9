// Where a tortured site keeps its journal: what was durable survives the process, in memory or in a real SQLite directory.
//
// 1. One process at a time: `crash` ends the one that is there as a kill would, and leaves what it had made durable.
// 2. A torn last write is part of a commit that nobody was told of. SQLite's log is cut in the middle of it; in memory, where a commit is there
//    or is not, nothing of it is there. SQLite may have begun its log anew and then loses nothing by the cut: a run on it is held to what is
//    allowed either way, and may go another way the next time.

import { cpSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Archive, Journal, JournalReader } from '../../src/journal/journal.ts';
import type { Product } from './product.ts';

export interface Storage {
  openJournal(): Promise<Journal>;
  openReader(): JournalReader;
  openArchive(): Archive;
  /** Whether a commit can be there in part, to be found as not there. */
  readonly canTear: boolean;
  /** To be called before a write that may be torn. */
  mark(): void;
  /** `torn`: of what was written since `mark`, the end is missing. */
  crash(torn: boolean): Promise<void>;
  /** Nothing is left of it. */
  remove(): Promise<void>;
}

export function memoryStorage(product: Product): Storage {
  const disk = new product.MemoryDisk();
  return {
    canTear: false,
    openJournal: () => product.openMemoryJournal(disk),
    openReader: () => product.openMemoryJournalReader(disk),
    openArchive: () => product.openMemoryArchive(disk),
    mark: () => undefined,
    crash: async () => disk.crash(),
    remove: async () => undefined,
  };
}

/** A directory under the system's temporary one; each crash goes on in a copy of the files as they were. */
export class SqliteStorage implements Storage {
  readonly canTear = true;
  readonly #product: Product;
  readonly #root = mkdtempSync(join(tmpdir(), 'cordboard-torture-'));
  readonly #removeAtExit = (): void => rmSync(this.#root, { recursive: true, force: true });
  #generation = 0;
  #journal: Journal | undefined = undefined;
  #markBytes = 0;

  constructor(product: Product) {
    this.#product = product;
    process.once('exit', this.#removeAtExit);
  }

  async openJournal(): Promise<Journal> {
    this.#journal = await this.#product.openSqliteJournal(this.#directory);
    return this.#journal;
  }

  openReader(): JournalReader {
    return this.#product.openSqliteJournalReader(this.#directory);
  }

  openArchive(): Archive {
    return this.#product.openSqliteArchive(this.#directory);
  }

  mark(): void {
    this.#markBytes = sizeOf(this.#log);
  }

  async crash(torn: boolean): Promise<void> {
    const [from, markBytes] = [this.#directory, this.#markBytes];
    const writtenBytes = sizeOf(this.#log);
    this.#generation += 1;
    // The index of the log (-shm) is memory, and gone with the process.
    cpSync(from, this.#directory, { recursive: true, filter: (path) => !path.endsWith('-shm') });
    await this.#journal?.close();
    if (torn && writtenBytes > markBytes) truncateSync(this.#log, Math.floor((writtenBytes + markBytes) / 2));
    rmSync(from, { recursive: true });
  }

  async remove(): Promise<void> {
    await this.#journal?.close();
    process.off('exit', this.#removeAtExit);
    this.#removeAtExit();
  }

  get #directory(): string {
    return join(this.#root, `data-${this.#generation}`);
  }

  get #log(): string {
    return join(this.#directory, 'journal.db-wal');
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
