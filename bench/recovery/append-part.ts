/**
 * Part: how fast the journal takes commits of one size, one at a time, as group commit hands them over: the next leaves when the last is
 * durable. Bytes that were encoded before.
 */
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { encodeEvents } from '../../src/wire/event-codec.ts';
import { Durations } from '../durations.ts';
import { partParams, partResult } from '../memory/part.ts';
import { eventsOfLives } from './events.ts';
import { START_AT } from './history.ts';
import { checkpointSequence } from './log-file.ts';
import { LoadMeter, type Meter } from './meter.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface AppendParams {
  readonly seed: number;
  readonly directory: string;
  readonly batchEvents: number;
  readonly seconds: number;
}

export interface AppendResult {
  readonly commits: number;
  readonly events: number;
  readonly eventBytes: number;
  readonly checkpoints: number;
  readonly commit: Spread;
  readonly meter: Meter;
}

/** Batches that differ, taken in turn. */
const BATCHES = 64;

async function measure({ seed, directory, batchEvents, seconds }: AppendParams): Promise<AppendResult> {
  const events = eventsOfLives(BATCHES * batchEvents, seed);
  const batches = Array.from({ length: BATCHES }, (_, index) => {
    const batch = events.slice(index * batchEvents, (index + 1) * batchEvents);
    return encodeEvents(batch.map((event) => ({ at: START_AT, event })));
  });
  const journal = await openSqliteJournal(directory);
  const durations = new Durations();
  let firstSeq = 1;
  let eventBytes = 0;
  const meter = new LoadMeter();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  const checkpointsBefore = checkpointSequence(directory);
  let nowMs = startedMs;
  for (let index = 0; nowMs < endMs; index++) {
    const bytes = batches[index % BATCHES] ?? new Uint8Array();
    await journal.append({ firstSeq, count: batchEvents, at: START_AT, events: bytes });
    firstSeq += batchEvents;
    eventBytes += bytes.length;
    const beforeMs = nowMs;
    nowMs = performance.now();
    durations.record((nowMs - beforeMs) * 1000);
  }
  const metered = await meter.end();
  const checkpoints = checkpointSequence(directory) - checkpointsBefore;
  await journal.close();
  return {
    commits: durations.count,
    events: firstSeq - 1,
    eventBytes,
    checkpoints,
    commit: spreadOf(durations),
    meter: metered,
  };
}

partResult(await measure(partParams<AppendParams>()));
