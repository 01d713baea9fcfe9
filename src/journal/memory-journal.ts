/**
 * The journal in memory, for tests and the simulator: the same promises, and nothing survives the process.
 *
 * A MemoryDisk stands for the data directory: what was durable on it is there for the next journal that opens it.
 *
 * 1. Without a gate an append is durable at once and its promise is already resolved.
 * 2. A gate holds commits back or makes them fail, in order, as a slow or a broken disk does.
 * 3. A commit that a crash finds behind the gate is not on the disk.
 */
import { assert } from '../lib/assert.ts';
import { lastSeqOf } from './commit-table.ts';
import type { ClosedContact, Commit, Journal, JournalReader, PruneBounds, Pruned, SeqRange } from './journal.ts';
import { JournalFailure } from './journal-failure.ts';

/** A snapshot as it lies on a memory disk. */
export interface MemorySnapshot {
  readonly seq: number;
  readonly at: number;
  readonly chunks: readonly Uint8Array[];
}

/** What a data directory is to the SQLite journal. */
export class MemoryDisk {
  /** In order of seq, without gaps. */
  commits: Commit[] = [];
  /** Newest first. */
  snapshots: readonly MemorySnapshot[] = [];
  readonly closedById = new Map<string, ClosedContact>();
  /** The journal that holds the disk. */
  owner: MemoryJournal | undefined;

  /** What is durable. */
  range(): SeqRange {
    const first = this.commits[0];
    const last = this.commits.at(-1);
    return { firstSeq: first?.firstSeq ?? 1, lastSeq: last === undefined ? 0 : lastSeqOf(last) };
  }

  /** As if the process had been killed: the journal can do nothing more, what it did not finish is lost, the lock free. */
  crash(): void {
    this.owner = undefined;
  }
}

/**
 * Called for each commit before it becomes durable. It becomes so when the promise resolves (at once if there is none)
 * and fails, and the journal with it, when the gate throws or the promise rejects.
 */
export type CommitGate = (commit: Commit) => Promise<void> | undefined;

/** Opens a journal on the disk. Rejects with a JournalFailure LOCKED while another one holds it. */
export async function openMemoryJournal(disk: MemoryDisk, gate?: CommitGate): Promise<Journal> {
  if (disk.owner !== undefined) throw new JournalFailure('LOCKED', 'the memory disk is in use by another journal');
  const journal = new MemoryJournal(disk, gate);
  disk.owner = journal;
  return journal;
}

/** See {@link openMemoryJournal}. */
export class MemoryJournal implements Journal {
  readonly #disk: MemoryDisk;
  readonly #gate: CommitGate | undefined;
  #lastSeq: number;
  #handedSeq: number;
  #failure: JournalFailure | undefined;
  #isClosing = false;
  /** Settles when all that was appended so far is settled. */
  #tail: Promise<void> = Promise.resolve();

  constructor(disk: MemoryDisk, gate: CommitGate | undefined) {
    this.#disk = disk;
    this.#gate = gate;
    this.#lastSeq = disk.range().lastSeq;
    this.#handedSeq = this.#lastSeq;
  }

  get firstSeq(): number {
    return this.#disk.range().firstSeq;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get failure(): JournalFailure | undefined {
    return this.#failure;
  }

  append(commit: Commit): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { firstSeq, count, at } = commit;
    assert(firstSeq === this.#handedSeq + 1, `commit begins at seq ${firstSeq}, not at ${this.#handedSeq + 1}`);
    assert(Number.isSafeInteger(count) && count >= 1, `commit at seq ${firstSeq} counts ${count} events`);
    assert(Number.isSafeInteger(at), `commit at seq ${firstSeq} is at ${at}, no whole millisecond`);
    this.#handedSeq = lastSeqOf(commit);
    const own: Commit = { firstSeq, count, at, events: new Uint8Array(commit.events) };
    if (this.#gate === undefined) {
      this.#store(own);
      return DONE;
    }
    const appended = this.#appendBehind(this.#tail, own, this.#gate);
    this.#tail = appended.catch(() => undefined);
    return appended;
  }

  async prune(bounds: PruneBounds): Promise<Pruned> {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
    const { behindSeq, beforeAt = Number.NEGATIVE_INFINITY, bytesMax = Number.POSITIVE_INFINITY } = bounds;
    const { commits } = this.#disk;
    let excessBytes = byteCountOf(commits) - bytesMax;
    let commitCount = 0;
    for (const commit of commits.slice(0, -1)) {
      if (lastSeqOf(commit) > behindSeq || (commit.at >= beforeAt && excessBytes <= 0)) break;
      excessBytes -= commit.events.length;
      commitCount += 1;
    }
    commits.splice(0, commitCount);
    return { commitCount, firstSeq: this.firstSeq };
  }

  async sizeBytes(): Promise<number> {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
    return byteCountOf(this.#disk.commits);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#tail;
    if (this.#disk.owner === this) this.#disk.owner = undefined;
  }

  #refusal(): JournalFailure | undefined {
    if (this.#failure !== undefined) return this.#failure;
    if (this.#isClosing) return new JournalFailure('CLOSED', 'the journal is closed');
    return this.#crash();
  }

  #crash(): JournalFailure | undefined {
    if (this.#disk.owner !== this) this.#failure = new JournalFailure('CRASHED', 'the memory disk was taken away');
    return this.#failure;
  }

  async #appendBehind(before: Promise<void>, commit: Commit, gate: CommitGate): Promise<void> {
    await before;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await gate(commit);
    } catch (error) {
      this.#failure = failureOfGate(error, commit);
    }
    const failure = this.#failure ?? this.#crash();
    if (failure !== undefined) throw failure;
    this.#store(commit);
  }

  #store(commit: Commit): void {
    this.#disk.commits.push(commit);
    this.#lastSeq = lastSeqOf(commit);
  }
}

const DONE = Promise.resolve();

function failureOfGate(error: unknown, commit: Commit): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new JournalFailure('IO', `cannot append seq ${commit.firstSeq}: ${reason}`, error);
}

function byteCountOf(commits: readonly Commit[]): number {
  return commits.reduce((sum, commit) => sum + commit.events.length, 0);
}

/** Opens the disk for reading. */
export function openMemoryJournalReader(disk: MemoryDisk): JournalReader {
  return {
    range: () => disk.range(),
    read: (afterSeq, throughSeq = Number.POSITIVE_INFINITY) => readMemory(disk, afterSeq, throughSeq),
    close: () => undefined,
  };
}

function* readMemory(disk: MemoryDisk, afterSeq: number, throughSeq: number): IterableIterator<Commit> {
  const { firstSeq, lastSeq } = disk.range();
  if (afterSeq >= Math.min(lastSeq, throughSeq)) return;
  for (let seq = afterSeq + 1; ; ) {
    if (seq < disk.range().firstSeq) {
      throw new JournalFailure('PRUNED', `seq ${seq} is no longer kept; the journal begins at seq ${firstSeq}`);
    }
    const commit = disk.commits[indexOfSeq(disk.commits, seq)];
    if (commit === undefined || commit.firstSeq > throughSeq) return;
    seq = lastSeqOf(commit) + 1;
    yield commit;
  }
}

/** The index of the commit that holds the seq or, past the end, the count of commits; by halving. */
function indexOfSeq(commits: readonly Commit[], seq: number): number {
  let low = 0;
  let high = commits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const commit = commits[middle];
    if (commit !== undefined && lastSeqOf(commit) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
