/**
 * What the journal promises, whoever keeps it: memory (tests, simulator) or SQLite (embedded). Bytes only: what an
 * event, a state or a contact looks like inside is the business of its users.
 *
 * 1. A commit is journalled whole or not at all, in order of seq, without gaps. What was acknowledged is never lost;
 *    what was never acknowledged may or may not be there after a crash, but then as a whole and with nothing behind it.
 * 2. One writer a data directory. Readers only ever see durable commits.
 * 3. Whatever is read was checked (crc): a fault is a JournalFailure that names its place, never wrong bytes.
 * 4. Derived data (snapshots, closed contacts) is kept apart from the commits, so that saving it never delays one.
 */
import type { JournalFailure } from './journal-failure.ts';

/** One commit: the events firstSeq … firstSeq + count − 1, encoded by somebody else. */
export interface Commit {
  readonly firstSeq: number;
  /** How many events; at least 1. */
  readonly count: number;
  /** Epoch milliseconds (an integer) of the last event; never less than the commit before. */
  readonly at: number;
  readonly events: Uint8Array;
}

/** The oldest and the newest seq that are kept. An empty journal has firstSeq 1 and lastSeq 0. */
export interface SeqRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What may go: a commit goes if it lies wholly at or behind `behindSeq` and is too old or in excess of the size. */
export interface PruneBounds {
  /** Usually {@link Archive.pruneSeq}: what lies behind it is not needed to recover. */
  readonly behindSeq: number;
  /** Commits before this instant (epoch milliseconds) go. */
  readonly beforeAt?: number;
  /** While the commits take more bytes than this, the oldest go. */
  readonly bytesMax?: number;
}

/** What a pruning did. */
export interface Pruned {
  readonly commitCount: number;
  /** The oldest seq that is kept now. */
  readonly firstSeq: number;
}

/**
 * The writer of commits: one a data directory, held by the engine.
 *
 * Atomicity: an append is durable whole or not at all. Durability: its promise resolves after the storage says that
 * the bytes are safe (fsync), and `lastSeq` moves at that moment and not before. Order: several appends may be in
 * flight; they become durable in order and resolve in order. Fail-stop: after the first failure every append, those in
 * flight included, rejects with that failure; a rejected append may yet be found after a restart (invariant 1).
 */
export interface Journal {
  /** The last durable seq; 0 when empty. */
  readonly lastSeq: number;
  /** The oldest seq still kept; 1 when nothing was pruned. */
  readonly firstSeq: number;
  /** What stopped this journal, if anything did. */
  readonly failure: JournalFailure | undefined;

  /**
   * Resolves when the commit is durable. The bytes are copied before it returns. A gap or an overlap with the commit
   * before (`firstSeq` must be the last appended seq + 1) is a failed assertion; every other trouble rejects with a
   * JournalFailure.
   */
  append(commit: Commit): Promise<void>;

  /**
   * Removes the oldest commits within the bounds, in small steps between the appends, and never the newest commit (it
   * tells `lastSeq`). The freed room is used again by later commits; a file does not shrink.
   */
  prune(bounds: PruneBounds): Promise<Pruned>;

  /** Bytes that the kept commits take in storage: what `bytesMax` bounds. */
  sizeBytes(): Promise<number>;

  /** Finishes what was appended, then lets go of the directory. Later calls of anything but close reject, CLOSED. */
  close(): Promise<void>;
}

/** Reads commits, beside the writer, in any thread. Synchronous: for start-up and for worker threads. */
export interface JournalReader {
  /** What is kept at this moment. */
  range(): SeqRange;

  /**
   * The durable commits that hold events after `afterSeq`, in order, up to the commit that holds `throughSeq` (default:
   * all that are there when the reading arrives at the end). The first may begin at or before `afterSeq`, when that seq
   * lies inside a commit. Throws a JournalFailure: PRUNED if events after `afterSeq` are no longer kept, CORRUPT
   * (naming the seq) if a commit fails its check or is missing.
   */
  read(afterSeq: number, throughSeq?: number): IterableIterator<Commit>;

  close(): void;
}

/** A saved state: the state after the event `seq`. */
export interface SnapshotInfo {
  readonly seq: number;
  /** Epoch milliseconds (an integer) of that event. */
  readonly at: number;
}

/** A snapshot found whole: its chunks come back as they were saved, in their order, read as they are asked for. */
export interface Snapshot extends SnapshotInfo {
  readonly chunks: Iterable<Uint8Array>;
}

/** What is kept of a contact that left the state. */
export interface ClosedContact {
  readonly contactId: string;
  /** The event that the contact is as of; of two puts for one id the higher seq stays. */
  readonly seq: number;
  /** Epoch milliseconds (an integer) of that event. */
  readonly at: number;
  /** The hash of the submitted fields, by which a repeated submit is told. */
  readonly hash: Uint8Array;
  readonly contact: Uint8Array;
}

/**
 * Snapshots and closed contacts: what can be made again from the commits and is kept to spare that. One writer at a
 * time (the follower), in the process that holds the journal; readers in any thread. Synchronous: for worker threads
 * and for start-up.
 *
 * Atomicity: a snapshot is there whole or not at all, and a batch of closed contacts is put whole or not at all.
 * Durability: a snapshot is durable when saveSnapshot returns; closed contacts survive the end of the process at once,
 * and the loss of power once a snapshot was saved after them. So whoever puts the contacts closed up to a seq before
 * saving the snapshot of that seq, and on recovery follows from the snapshot, never misses one.
 */
export interface Archive {
  /**
   * The newest snapshot that is whole (all of it is checked before it is given out), of those up to `throughSeq` if it is
   * given. Damaged ones are skipped and told to `onDamaged`. A snapshot of a newer format is refused: JournalFailure
   * NEWER_FORMAT.
   */
  latestSnapshot(onDamaged?: (failure: JournalFailure) => void, throughSeq?: number): Snapshot | undefined;

  /** The seqs of all snapshots that are there, whole or damaged, newest first. */
  snapshotSeqs(): readonly number[];

  /**
   * Saves the state after `info.seq`, then removes all but the newest two whole snapshots and, of a journal that begins
   * at `journalFirstSeq`, a few older ones that its commits follow on (older-snapshots.ts). The chunks are opaque and best
   * 64 KiB to 1 MiB long; they are taken one by one, so that they may be made as they are asked for.
   */
  saveSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>, journalFirstSeq?: number): void;

  /**
   * The seq of the older of the newest two whole snapshots, 0 while there are fewer: commits behind it are not needed
   * to recover even if the latest snapshot turns out to be damaged.
   */
  pruneSeq(): number;

  putClosed(contacts: readonly ClosedContact[]): void;
  getClosed(contactId: string): ClosedContact | undefined;

  /** Removes at most `countMax` contacts closed before the instant, oldest first; answers how many. */
  pruneClosed(beforeAt: number, countMax: number): number;

  close(): void;
}

/** Looks closed contacts up without ever stalling its caller: for the engine's thread. */
export interface ClosedContacts {
  get(contactId: string): Promise<ClosedContact | undefined>;
  close(): Promise<void>;
}
