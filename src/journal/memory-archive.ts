/**
 * The archive on a memory disk, for tests and the simulator: the same promises as the SQLite one, damage excepted.
 *
 * 1. What is saved is copied: its maker may use the bytes again.
 * 2. What an iterable of chunks throws leaves nothing behind.
 */
import type { Archive, ClosedContact, ClosedContacts, SnapshotInfo } from './journal.ts';
import { JournalFailure } from './journal-failure.ts';
import type { MemoryDisk } from './memory-journal.ts';
import { keptOlder } from './older-snapshots.ts';

const KEPT_COUNT = 2;

/** Opens the archive on the disk. */
export function openMemoryArchive(disk: MemoryDisk): Archive {
  return {
    latestSnapshot: (_, throughSeq = Number.POSITIVE_INFINITY) => disk.snapshots.find(({ seq }) => seq <= throughSeq),
    snapshotSeqs: () => disk.snapshots.map((snapshot) => snapshot.seq),
    saveSnapshot: (info, chunks, journalFirstSeq) => saveSnapshot(disk, info, chunks, journalFirstSeq),
    pruneSeq: () => disk.snapshots[KEPT_COUNT - 1]?.seq ?? 0,
    putClosed: (contacts) => putClosed(disk, contacts),
    getClosed: (contactId) => disk.closedById.get(contactId),
    pruneClosed: (beforeAt, countMax) => pruneClosed(disk, beforeAt, countMax),
    close: () => undefined,
  };
}

/** Looks closed contacts up on the disk. */
export function openMemoryClosedContacts(disk: MemoryDisk): ClosedContacts {
  let isClosed = false;
  return {
    get: async (contactId) => {
      if (isClosed) throw new JournalFailure('CLOSED', 'the look-up of closed contacts is closed');
      return disk.closedById.get(contactId);
    },
    close: async () => {
      isClosed = true;
    },
  };
}

function saveSnapshot(
  disk: MemoryDisk,
  info: SnapshotInfo,
  chunks: Iterable<Uint8Array>,
  journalFirstSeq = Number.POSITIVE_INFINITY,
): void {
  const { seq, at } = info;
  const saved = { seq, at, chunks: Array.from(chunks, (chunk) => new Uint8Array(chunk)) };
  const others = disk.snapshots.filter((snapshot) => snapshot.seq !== seq);
  const all = [saved, ...others].sort((one, other) => other.seq - one.seq);
  const newest = all.slice(0, KEPT_COUNT);
  const older = all.slice(KEPT_COUNT).map((snapshot) => ({ seq: snapshot.seq, sizeBytes: bytesOf(snapshot.chunks) }));
  const kept = new Set(keptOlder(older, newest.at(-1)?.seq ?? seq, journalFirstSeq));
  disk.snapshots = [...newest, ...all.filter((snapshot) => kept.has(snapshot.seq))];
}

function bytesOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function putClosed(disk: MemoryDisk, contacts: readonly ClosedContact[]): void {
  for (const closed of contacts) {
    const known = disk.closedById.get(closed.contactId);
    if (known !== undefined && known.seq > closed.seq) continue;
    const hash = new Uint8Array(closed.hash);
    const contact = new Uint8Array(closed.contact);
    disk.closedById.set(closed.contactId, { ...closed, hash, contact });
  }
}

function pruneClosed(disk: MemoryDisk, beforeAt: number, countMax: number): number {
  const tooOld = [...disk.closedById.values()]
    .filter((closed) => closed.at < beforeAt)
    .sort((one, other) => one.at - other.at)
    .slice(0, countMax);
  for (const { contactId } of tooOld) disk.closedById.delete(contactId);
  return tooOld.length;
}
