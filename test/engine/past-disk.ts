// What tests of the past share: a memory disk with a journal and snapshots, and a rebuilder that reads it.
import type { Actor } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { Explanation } from '../../src/core/explanation.ts';
import { type PastExplanation, Rebuilder } from '../../src/engine/rebuilder.ts';
import { openMemoryArchive } from '../../src/journal/memory-archive.ts';
import { MemoryDisk, openMemoryJournalReader } from '../../src/journal/memory-journal.ts';
import { encodeEvents } from '../../src/wire/event-codec.ts';
import { encodeRecords } from '../../src/wire/state-codec.ts';
import type { JournalEntry } from '../core/oracle/run-history.ts';
import { SUPERVISOR } from '../core/oracle/stage.ts';

/** A disk with the events, a few to a commit. */
export function diskOf(journal: readonly JournalEntry[], perCommit = 3): MemoryDisk {
  const disk = new MemoryDisk();
  for (let start = 0; start < journal.length; start += perCommit) {
    const entries = journal.slice(start, start + perCommit);
    const at = entries.at(-1)?.at ?? 0;
    disk.commits.push({ firstSeq: start + 1, count: entries.length, at, events: encodeEvents(entries) });
  }
  return disk;
}

/** Saves the state after each of these events; all of them stay. */
export function saveSnapshots(disk: MemoryDisk, journal: readonly JournalEntry[], seqs: readonly number[]): void {
  const archive = openMemoryArchive(disk);
  const core = new Core();
  for (const { event, at } of journal) {
    core.apply(event, at);
    if (seqs.includes(core.seq)) archive.saveSnapshot({ seq: core.seq, at }, encodeRecords(core.records()), 1);
  }
}

export function rebuilderOf(disk: MemoryDisk): Rebuilder {
  return new Rebuilder({ reader: openMemoryJournalReader(disk), archive: openMemoryArchive(disk) });
}

export function askedOf(
  rebuilder: Rebuilder,
  contactId: string,
  at: number,
  actor: Actor = SUPERVISOR,
): PastExplanation {
  return rebuilder.explain({ type: 'explain', actor, contactId, at });
}

export function explainedBy(rebuilder: Rebuilder, contactId: string, at: number, actor?: Actor): Explanation {
  const outcome = askedOf(rebuilder, contactId, at, actor);
  if ('error' in outcome) throw new Error(outcome.error.message);
  return outcome.ok.explanation;
}
