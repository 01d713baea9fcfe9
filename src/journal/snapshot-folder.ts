/**
 * The folder of snapshots: which there are, which is the newest whole one, and which may go.
 *
 * Files and not rows of a database: a snapshot is one long sequential write that a rename makes whole, its removal
 * gives the room back at once, and damage to one touches no other.
 *
 * 1. The newest two whole snapshots are kept: should the newest turn out to be damaged, the one before still recovers.
 * 2. A snapshot counts as whole after all of it was checked, once in the life of this object.
 * 3. A damaged file is never altered while it is among the newest; it goes with the others that are too old.
 * 4. Of older ones a few are kept for the past (older-snapshots.ts), if their keeper says where the journal begins.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../lib/assert.ts';
import type { Snapshot, SnapshotInfo } from './journal.ts';
import { JournalFailure, journalFailureOf } from './journal-failure.ts';
import { keptOlder } from './older-snapshots.ts';
import { openSnapshotFile, UNFINISHED_SUFFIX, writeSnapshotFile } from './snapshot-file.ts';

const KEPT_COUNT = 2;
const FILE_NAME = /^(\d{16})\.snap$/;

export class SnapshotFolder {
  readonly #folder: string;
  readonly #wholeSeqs = new Set<number>();
  /** Found damaged. */
  readonly #brokenSeqs = new Set<number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All that are there, whole or damaged, newest first. Throws a JournalFailure. */
  seqs(): readonly number[] {
    const seqs = this.#names().flatMap((name) => {
      const digits = FILE_NAME.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    });
    return seqs.sort((one, other) => other - one);
  }

  /** The newest whole snapshot, of those up to the seq; see Archive.latestSnapshot. */
  latest(onDamaged?: (failure: JournalFailure) => void, throughSeq = Number.POSITIVE_INFINITY): Snapshot | undefined {
    for (const seq of this.seqs()) {
      if (seq > throughSeq) continue;
      try {
        return this.#open(seq);
      } catch (error) {
        if (!(error instanceof JournalFailure) || error.code !== 'CORRUPT') throw error;
        onDamaged?.(error);
      }
    }
    return undefined;
  }

  /** Saves a snapshot newer than all others, then removes what is too old; see Archive.saveSnapshot. Throws a JournalFailure. */
  save(info: SnapshotInfo, chunks: Iterable<Uint8Array>, journalFirstSeq = Number.POSITIVE_INFINITY): void {
    writeSnapshotFile(this.#path(info.seq), info, chunks);
    this.#wholeSeqs.add(info.seq);
    const kept = this.#wholeNewest();
    const oldestKept = kept.at(-1) ?? info.seq;
    if (kept.length === KEPT_COUNT) this.#thin(oldestKept, journalFirstSeq);
  }

  /** The older of the newest two whole snapshots, 0 while there are fewer. */
  pruneSeq(): number {
    const whole = this.#wholeNewest();
    return whole.length === KEPT_COUNT ? (whole.at(-1) ?? 0) : 0;
  }

  /** Removes what a writer left that was killed while writing. Only for the one writer. */
  removeUnfinished(): void {
    for (const name of this.#names()) {
      if (name.endsWith(UNFINISHED_SUFFIX)) this.#remove(name);
    }
  }

  /** The seqs of the newest two whole snapshots, newest first. */
  #wholeNewest(): readonly number[] {
    const whole: number[] = [];
    for (const seq of this.seqs()) {
      if (this.#isWhole(seq)) whole.push(seq);
      if (whole.length === KEPT_COUNT) break;
    }
    return whole;
  }

  #isWhole(seq: number): boolean {
    if (this.#wholeSeqs.has(seq)) return true;
    try {
      this.#open(seq);
      return true;
    } catch (error) {
      if (!(error instanceof JournalFailure)) throw error;
      this.#brokenSeqs.add(seq);
      return false;
    }
  }

  #open(seq: number): Snapshot {
    const snapshot = openSnapshotFile(this.#path(seq));
    if (snapshot.seq !== seq) {
      throw new JournalFailure('CORRUPT', `${this.#path(seq)} holds the snapshot of seq ${snapshot.seq}`);
    }
    this.#wholeSeqs.add(seq);
    return snapshot;
  }

  /** Of those older than the seq, only what the past needs stays. */
  #thin(seq: number, journalFirstSeq: number): void {
    const older = this.seqs().filter((one) => one < seq);
    const unbroken = older.filter((one) => !this.#brokenSeqs.has(one));
    const sized = unbroken.map((one) => ({ seq: one, sizeBytes: this.#sizeOf(one) }));
    const kept = new Set(keptOlder(sized, seq, journalFirstSeq));
    for (const one of older) if (!kept.has(one)) this.#remove(nameOf(one));
  }

  #sizeOf(seq: number): number {
    return statSync(this.#path(seq), { throwIfNoEntry: false })?.size ?? 0;
  }

  #remove(name: string): void {
    const path = join(this.#folder, name);
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw journalFailureOf(error, `cannot remove ${path}`);
    }
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      throw journalFailureOf(error, `cannot list ${this.#folder}`);
    }
  }

  #path(seq: number): string {
    return join(this.#folder, nameOf(seq));
  }
}

function nameOf(seq: number): string {
  assert(Number.isSafeInteger(seq) && seq >= 0, `${seq} is no seq`);
  return `${String(seq).padStart(16, '0')}.snap`;
}
