/**
 * Part: from the instant that an event was due until it is known to be durable, open loop: one event at a time, encoded and gathered by
 * the router's own group commit, committed by its journal.
 *
 * 1. Latency counts from the scheduled instant; how late the load itself was is told beside it.
 * 2. Commits are counted and timed too: the longest is the longest stall that a checkpoint can have been.
 */

import { GroupCommit } from '../../src/engine/group-commit.ts';
import type { CommittedStep } from '../../src/engine/port.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { Fifo } from '../../src/lib/fifo.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';
import { Durations } from '../durations.ts';
import { nowUs } from '../latency/clock.ts';
import { scheduleOf } from '../latency/schedule.ts';
import { partParams, partResult } from '../memory/part.ts';
import { eventsOfLives } from './events.ts';
import { START_AT } from './history.ts';
import { checkpointSequence } from './log-file.ts';
import { LoadMeter, type Meter } from './meter.ts';
import { runOpenLoop } from './open-loop.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface DurableParams {
  readonly seed: number;
  readonly directory: string;
  readonly ratePerS: number;
  /** Measured, after as much as was let go by while code was compiled. */
  readonly seconds: number;
  readonly warmupS: number;
}

export interface DurableResult {
  /** From the instant until durable; the same from when the load came to it; how late that was; commits. */
  readonly durable: Spread;
  readonly handed: Spread;
  readonly late: Spread;
  readonly commit: Spread;
  readonly checkpoints: number;
  readonly meter: Meter;
}

/** When an event was due, and when the load came to it. */
interface Due {
  readonly dueUs: number;
  readonly startedUs: number;
}

/** Events that differ, taken in turn. */
const EVENTS = 10_000;

async function measure({ seed, directory, ratePerS, seconds, warmupS }: DurableParams): Promise<DurableResult> {
  const events = eventsOfLives(EVENTS, seed);
  const journal = await openSqliteJournal(directory);
  const durable = new Durations();
  const handed = new Durations();
  const late = new Durations();
  const commit = new Durations();
  const dues = new Fifo<Due>();
  const schedule = scheduleOf('poisson', ratePerS, warmupS + seconds, seed);
  const warmupCount = schedule.findIndex((atUs) => atUs >= warmupS * 1e6);
  /** From the end of the warm-up on. */
  let meter: LoadMeter | undefined;
  let failure: unknown;
  const observer = {
    underWay: () => undefined,
    committed: (steps: readonly CommittedStep[], commitMs: number) => {
      const atUs = nowUs();
      for (let count = steps.length; count > 0; count--) {
        const due = dues.shift();
        if (meter === undefined || due === undefined) continue;
        durable.record(atUs - due.dueUs);
        handed.record(atUs - due.startedUs);
      }
      if (meter !== undefined) commit.record(commitMs * 1000);
    },
    failed: (cause: unknown) => {
      failure = cause;
    },
  };
  const commits = new GroupCommit(journal, new EventEncoder(), observer, () => performance.now());
  let seq = 0;
  let checkpointsBefore = 0;
  const act = (number: number, dueUs: number): void => {
    const startedUs = nowUs();
    if (number >= warmupCount) {
      checkpointsBefore = meter === undefined ? checkpointSequence(directory) : checkpointsBefore;
      meter ??= new LoadMeter();
      late.record(startedUs - dueUs);
    }
    const event = events[number % EVENTS];
    if (event === undefined) return;
    dues.push({ dueUs, startedUs });
    seq++;
    const startedMs = startedUs / 1000;
    commits.add({
      firstSeq: seq,
      at: START_AT,
      events: [event],
      subjects: [undefined],
      pushes: [],
      startedMs,
      decisionUs: 0,
    });
  };
  await runOpenLoop({ schedule, ratePerS, act });
  await commits.flushed();
  if (failure !== undefined || meter === undefined) throw failure;
  const metered = await meter.end();
  const checkpoints = checkpointSequence(directory) - checkpointsBefore;
  await journal.close();
  return {
    durable: spreadOf(durable),
    handed: spreadOf(handed),
    late: spreadOf(late),
    commit: spreadOf(commit),
    checkpoints,
    meter: metered,
  };
}

partResult(await measure(partParams<DurableParams>()));
