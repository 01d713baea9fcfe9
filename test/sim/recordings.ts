// Short ways from a recorded day to a recording.

import type { Snapshot } from '../../src/journal/journal.ts';
import { MemoryDisk, openMemoryJournalReader } from '../../src/journal/memory-journal.ts';
import type { Recording } from '../../src/sim/recording.ts';
import { type RecordingResult, readRecording, spanOf } from '../../src/sim/recording-reader.ts';
import { encodeRecords } from '../../src/wire/state-codec.ts';
import type { Recorder } from './recorded-day.ts';

/** What a journal of these commits says of the time; the first `pruned` commits are gone. */
export function readDay(
  recorder: Recorder,
  fromAt: number,
  toAt: number,
  { pruned = 0, snapshot }: { readonly pruned?: number; readonly snapshot?: Snapshot } = {},
): RecordingResult {
  recorder.flush();
  const disk = new MemoryDisk();
  disk.commits = recorder.commits.slice(pruned);
  const reader = openMemoryJournalReader(disk);
  const span = spanOf(reader);
  if (span === undefined) return { failure: 'empty' };
  return readRecording(reader, span, { fromAt, toAt, snapshot });
}

/** The same, which must go well. */
export function recordingOf(...args: Parameters<typeof readDay>): Recording {
  const result = readDay(...args);
  if ('failure' in result) throw new Error(result.failure);
  return result.recording;
}

/** The state of the recorder's core as it is now. */
export function snapshotOf({ core }: Recorder): Snapshot {
  return { seq: core.seq, at: core.at, chunks: [...encodeRecords(core.records())] };
}
