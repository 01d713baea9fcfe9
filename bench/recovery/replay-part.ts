/**
 * Part: recovery of a data directory in a process that does nothing else, whole (as the router does it) and by its steps: reading and
 * checking what is on disk, decoding, restoring, applying.
 *
 * 1. The core that comes of it has the state that the history ended with.
 */
import { Core } from '../../src/core/core.ts';
import type { StateRecord } from '../../src/core/state-records.ts';
import { recover } from '../../src/engine/recovery.ts';
import type { Archive, JournalReader } from '../../src/journal/journal.ts';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { decodeEvents } from '../../src/wire/event-codec.ts';
import { decodeRecords } from '../../src/wire/state-codec.ts';
import { CollectionWatch } from '../gc.ts';
import { partParams, partResult } from '../memory/part.ts';

export interface ReplayParams {
  readonly directory: string;
  /** Whether the steps are timed, each alone; the whole otherwise. */
  readonly bySteps: boolean;
}

/** Milliseconds of each step; those of the whole are 0 by steps, and the other way round. */
export interface ReplayResult {
  readonly events: number;
  readonly records: number;
  readonly wholeMs: number;
  readonly checkMs: number;
  readonly decodeRecordsMs: number;
  readonly restoreMs: number;
  readonly readMs: number;
  readonly decodeMs: number;
  readonly applyMs: number;
  /** Of the process meanwhile, collections included: what others on the machine disturb least. */
  readonly cpuMs: number;
  readonly gcMs: number;
  readonly gcLongestMs: number;
  readonly stateHash: string;
}

type Times = Omit<ReplayResult, 'cpuMs' | 'gcMs' | 'gcLongestMs' | 'stateHash'>;

const NO_TIMES: Times = {
  events: 0,
  records: 0,
  wholeMs: 0,
  checkMs: 0,
  decodeRecordsMs: 0,
  restoreMs: 0,
  readMs: 0,
  decodeMs: 0,
  applyMs: 0,
};

async function measure({ directory, bySteps }: ReplayParams): Promise<ReplayResult> {
  const reader = openSqliteJournalReader(directory);
  const archive = openSqliteArchive(directory, { isReadOnly: true });
  const watch = new CollectionWatch();
  const cpuBefore = process.cpuUsage();
  const { core, times } = bySteps ? recoverBySteps(reader, archive) : recoverWhole(reader, archive);
  const { user, system } = process.cpuUsage(cpuBefore);
  const { ms, longestMs } = await watch.end();
  reader.close();
  archive.close();
  return { ...times, cpuMs: (user + system) / 1000, gcMs: ms, gcLongestMs: longestMs, stateHash: core.stateHash() };
}

interface Recovered {
  readonly core: Core;
  readonly times: Times;
}

function recoverWhole(reader: JournalReader, archive: Archive): Recovered {
  const startedMs = performance.now();
  const { core, replayedCount } = recover(reader, archive);
  return { core, times: { ...NO_TIMES, events: replayedCount, wholeMs: performance.now() - startedMs } };
}

/** The same, a step at a time. Records and events are decoded a few at a time, as in the whole, so that memory is as there. */
function recoverBySteps(reader: JournalReader, archive: Archive): Recovered {
  const clock = new StepClock();
  const snapshot = archive.latestSnapshot();
  const checkMs = clock.lapMs();
  if (snapshot === undefined) throw new Error('the history has a snapshot');
  let decodeRecordsMs = 0;
  let records = 0;
  const decoded = decodeRecords(snapshot.chunks);
  const timed = function* (): Generator<StateRecord> {
    for (;;) {
      const startedMs = performance.now();
      const batch: StateRecord[] = [];
      for (let next = decoded.next(); next.done !== true; next = decoded.next())
        if (batch.push(next.value) === RECORDS_AT_ONCE) break;
      decodeRecordsMs += performance.now() - startedMs;
      if (batch.length === 0) return;
      records += batch.length;
      yield* batch;
    }
  };
  const core = Core.fromRecords(timed());
  const restoreMs = clock.lapMs() - decodeRecordsMs;
  const times = { readMs: 0, decodeMs: 0, applyMs: 0 };
  const firstSeq = core.seq;
  for (const commit of reader.read(core.seq)) {
    times.readMs += clock.lapMs();
    const events = decodeEvents(commit.events);
    times.decodeMs += clock.lapMs();
    for (const { at, event } of events) core.apply(event, at);
    times.applyMs += clock.lapMs();
  }
  times.readMs += clock.lapMs();
  return {
    core,
    times: { ...NO_TIMES, events: core.seq - firstSeq, records, checkMs, decodeRecordsMs, restoreMs, ...times },
  };
}

const RECORDS_AT_ONCE = 256;

class StepClock {
  #atMs = performance.now();

  lapMs(): number {
    const beforeMs = this.#atMs;
    this.#atMs = performance.now();
    return this.#atMs - beforeMs;
  }
}

partResult(await measure(partParams<ReplayParams>()));
