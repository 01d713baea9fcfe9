// Reads a recording out of a journal, beside a router that may be writing it.
//
// 1. What is read is what was durable when the reading began. 2. The journal is read from its oldest event on: agents and the policy are where
// they were put, however long ago. Where that part is pruned, a snapshot tells what has not changed since. 3. What cannot be recorded
// without a guess about the policy or the time is refused, with the earliest instant that can.

import type { JournalReader, Snapshot } from '../journal/journal.ts';
import { decodeEvents } from '../wire/event-codec.ts';
import { decodeRecords } from '../wire/state-codec.ts';
import type { Recording } from './recording.ts';
import { RecordingFold, type RecordingWindow } from './recording-fold.ts';

/** How long before the measured time contacts are taken in, uncounted, so that the lines are as they were when it begins. */
export const LEAD_IN_MS = 3_600_000;
/** How long after it, as a share of it: a run that waits for its last contacts still has arrivals. */
const TAIL_SHARE = 0.1;
/** How much longer the journal is read for what became of them. */
const OUTCOMES_MS = 86_400_000;

/** The first and the last instant of a journal, epoch milliseconds. */
export interface JournalSpan {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Undefined for an empty journal. Throws JournalFailure or WireFailure. */
export function spanOf(reader: JournalReader): JournalSpan | undefined {
  const { firstSeq, lastSeq } = reader.range();
  if (lastSeq < firstSeq) return undefined;
  for (const first of reader.read(firstSeq - 1, firstSeq)) {
    const firstAt = decodeEvents(first.events)[0]?.at ?? first.at;
    for (const last of reader.read(lastSeq - 1, lastSeq)) return { firstSeq, lastSeq, firstAt, lastAt: last.at };
  }
  return undefined;
}

export interface RecordingRequest {
  readonly fromAt: number;
  readonly toAt: number;
  /** The newest snapshot; looked at only where the journal's oldest part is gone. */
  readonly snapshot: Snapshot | undefined;
  /** Told now and then how much of the journal was read, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** The recording, or in one line why there is none. */
export type RecordingResult = { readonly recording: Recording } | { readonly failure: string };

/** Records what happened between two instants. Throws JournalFailure or WireFailure when the journal cannot be read. */
export function readRecording(reader: JournalReader, span: JournalSpan, request: RecordingRequest): RecordingResult {
  const { fromAt, toAt, snapshot, onProgress } = request;
  const misplaced = refusalOf(span, fromAt, toAt);
  if (misplaced !== undefined) return { failure: misplaced };
  const window = windowOf(span, fromAt, toAt);
  const fold = new RecordingFold(window);
  // Without its beginning the journal alone does not tell who was there.
  const completing = span.firstSeq > 1 ? snapshot : undefined;
  let seq = span.firstSeq - 1;
  let completedSeq = completing?.seq ?? 0;
  const complete = (): void => {
    if (completing !== undefined) fold.complete(completing.seq, decodeRecords(completing.chunks));
    completedSeq = 0;
  };
  if (completedSeq > 0 && completedSeq <= seq) complete();
  for (const commit of reader.read(seq, span.lastSeq)) {
    for (const { at, event } of decodeEvents(commit.events)) {
      fold.take(++seq, at, event);
      if (seq === completedSeq) complete();
    }
    onProgress?.((seq - span.firstSeq + 1) / (span.lastSeq - span.firstSeq + 1));
    const isOver = commit.at >= window.endAt && (fold.openCount === 0 || commit.at >= window.endAt + OUTCOMES_MS);
    if (isOver && completedSeq === 0) break;
  }
  if (!fold.knowsPolicy) return { failure: noPolicy(fold.policyChangedAt, span) };
  return { recording: fold.finish(span.lastAt) };
}

function windowOf(span: JournalSpan, fromAt: number, toAt: number): RecordingWindow {
  const startAt = Math.max(span.firstAt, fromAt - LEAD_IN_MS);
  const endAt = Math.min(span.lastAt + 1, toAt + Math.ceil(TAIL_SHARE * (toAt - fromAt)));
  return { startAt, fromAt, toAt, endAt };
}

function refusalOf({ firstAt, lastAt }: JournalSpan, fromAt: number, toAt: number): string | undefined {
  const kept = `the journal tells of ${instantText(firstAt)} to ${instantText(lastAt)}`;
  const [from, to] = [instantText(fromAt), instantText(toAt)];
  if (fromAt < firstAt) return `${kept}; the earliest beginning is ${instantText(firstAt)}, found ${from}`;
  if (fromAt >= lastAt) return `${kept}; found the beginning ${from}`;
  return fromAt < toAt ? undefined : `expected a time that begins before it ends, found ${from} to ${to}`;
}

function noPolicy(changedAt: number | undefined, span: JournalSpan): string {
  const why = 'the policy of that time is no longer in the journal';
  if (changedAt === undefined)
    return `${why}, and no snapshot tells it; the journal ends at ${instantText(span.lastAt)}`;
  return `${why}; the earliest beginning is ${instantText(changedAt)}`;
}

/** ISO 8601, UTC, to the millisecond. */
export function instantText(at: number): string {
  return new Date(at).toISOString();
}
