/**
 * What a start recovers from: the newest whole snapshot and the commits after it, if they fit each other.
 *
 * 1. What cannot be recovered without a loss is refused: a journal that ends before its snapshots do, or one that
 *    begins after what is left of them.
 * 2. Only bytes are handed out; who recovers decodes and applies them.
 */
import type { Archive, Commit, JournalReader, Snapshot } from './journal.ts';
import { JournalFailure } from './journal-failure.ts';

/** The way back to the last durable state. */
export interface Recovery {
  /** Undefined: start from nothing. */
  readonly snapshot: Snapshot | undefined;
  /** All commits that hold events after the snapshot; iterating may throw a JournalFailure. */
  readonly commits: IterableIterator<Commit>;
  /** The seq of the last event that is recovered. */
  readonly lastSeq: number;
  /** Snapshots that had to be passed over: worth a warning each. */
  readonly damaged: readonly JournalFailure[];
}

/**
 * Looks the way up. Throws a JournalFailure: CORRUPT if snapshots and commits do not fit, PRUNED if the commits that
 * are needed are no longer kept because the snapshots are damaged, NEWER_FORMAT, IO.
 */
export function planRecovery(reader: JournalReader, archive: Archive): Recovery {
  const { firstSeq, lastSeq } = reader.range();
  const newestSeq = archive.snapshotSeqs()[0];
  if (newestSeq !== undefined && newestSeq > lastSeq) {
    const text = `the journal ends at seq ${lastSeq}, but there is a snapshot of seq ${newestSeq}`;
    throw new JournalFailure('CORRUPT', `${text}: commits were lost, or the journal was replaced by an older copy`);
  }
  const damaged: JournalFailure[] = [];
  const snapshot = archive.latestSnapshot((failure) => damaged.push(failure));
  const afterSeq = snapshot?.seq ?? 0;
  if (afterSeq + 1 < firstSeq) {
    const text = `the journal begins at seq ${firstSeq}, and no whole snapshot reaches so far`;
    throw new JournalFailure('PRUNED', `${text} (${damaged.length} damaged)`, damaged[0]);
  }
  return { snapshot, commits: reader.read(afterSeq), lastSeq, damaged };
}
