/**
 * Part: what a snapshot does to the latency of commits while it is written. A whole site (engine, journal, follower) on a history of waiting
 * contacts; the follower saves its state every few seconds. Open loop: updates of waiting contacts, one event each, from the
 * instant that each was due until its reply, which says that it is durable.
 *
 * 1. An update counts as during a snapshot if its instant lies between the beginning and the end of one, as the follower tells them.
 */
import type { Command } from '../../src/core/commands.ts';
import { openSite, type Site } from '../../src/engine/site.ts';
import { Durations } from '../durations.ts';
import { CONTACT_PREFIX } from '../latency/centre.ts';
import { nowUs } from '../latency/clock.ts';
import { FIRST_LIFE } from '../latency/life.ts';
import { scheduleOf } from '../latency/schedule.ts';
import { GATEWAY } from '../memory/lives.ts';
import { partParams, partResult } from '../memory/part.ts';
import { LoadMeter, type Meter } from './meter.ts';
import { runOpenLoop } from './open-loop.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface SnapshotParams {
  readonly seed: number;
  readonly directory: string;
  readonly waiting: number;
  readonly ratePerS: number;
  /** Measured, after as much as was let go by while code was compiled. */
  readonly seconds: number;
  readonly warmupS: number;
  readonly snapshotEveryMs: number;
}

export interface SnapshotResult {
  readonly snapshots: number;
  readonly snapshotMs: number;
  readonly during: Spread;
  readonly outside: Spread;
  readonly late: Spread;
  readonly meter: Meter;
}

interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Odd and not a factor of any round number: updates go over all contacts, neighbours far apart. */
const STRIDE = 7_919;
/** On a machine that is too busy to save one in time the load goes on, for so many rounds at most. */
const ROUNDS_MAX = 5;
const WARMUPS_MAX = 20;
const ENOUGH_BYTES = 1e15;

async function open(
  { directory, snapshotEveryMs }: SnapshotParams,
  windows: Window[],
  failed: (cause: unknown) => void,
): Promise<Site> {
  return await openSite({
    directory,
    maxPending: 1_000_000,
    snapshotEveryEvents: Number.MAX_SAFE_INTEGER,
    snapshotEveryMs,
    retainMs: ENOUGH_BYTES,
    retainBytes: ENOUGH_BYTES,
    observer: {
      failed,
      noted: (level, what, { tookMs }) => {
        if (level === 'error') failed(new Error(what));
        const toUs = nowUs();
        if (what === 'snapshot saved') windows.push({ fromUs: toUs - Number(tookMs) * 1000, toUs });
      },
    },
  });
}

/** Updates of waiting contacts, one after the other, and how long each took until it was durable. */
class Updates {
  readonly late = new Durations();
  failure: unknown;
  readonly #site: Site;
  readonly #waiting: number;
  readonly #dueUs: number[] = [];
  readonly #tookUs: number[] = [];
  #count = 0;
  #answeredCount = 0;
  #wake: () => void = () => undefined;

  constructor(site: Site, waiting: number) {
    this.#site = site;
    this.#waiting = waiting;
  }

  /** Measured or let go by. */
  send(dueUs: number, isMeasured: boolean): void {
    const index = this.#dueUs.length;
    if (isMeasured) {
      this.late.record(nowUs() - dueUs);
      this.#dueUs.push(dueUs);
    }
    this.#count++;
    this.#site.engine.execute(updateOf(this.#count, this.#waiting), (reply) => {
      if (isMeasured) this.#tookUs[index] = nowUs() - dueUs;
      if ('error' in reply) this.failure ??= new Error(reply.error.message);
      this.#answeredCount++;
      if (this.#answeredCount === this.#count) this.#wake();
    });
  }

  async answered(): Promise<void> {
    if (this.#answeredCount === this.#count) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Those that were due while a snapshot was written, and the others. */
  split(windows: readonly Window[]): { readonly during: Durations; readonly outside: Durations } {
    const during = new Durations();
    const outside = new Durations();
    for (const [index, atUs] of this.#dueUs.entries()) {
      const isDuring = windows.some(({ fromUs, toUs }) => atUs >= fromUs && atUs <= toUs);
      (isDuring ? during : outside).record(this.#tookUs[index] ?? 0);
    }
    return { during, outside };
  }
}

async function measure(params: SnapshotParams): Promise<SnapshotResult> {
  const { seed, waiting, ratePerS, seconds, warmupS } = params;
  const windows: Window[] = [];
  let failure: unknown;
  const site = await open(params, windows, (cause) => {
    failure ??= cause;
  });
  const updates = new Updates(site, waiting);
  const load = async (forS: number, isMeasured: boolean, round: number): Promise<void> => {
    const schedule = scheduleOf('poisson', ratePerS, forS, seed + round);
    await runOpenLoop({ schedule, ratePerS, act: (_number, dueUs) => updates.send(dueUs, isMeasured) });
    await updates.answered();
  };
  // The follower loads its own state while the load begins; its first snapshot says that it is there.
  for (let round = 1; round <= WARMUPS_MAX && (round === 1 || windows.length === 0); round++) {
    await load(warmupS, false, -round);
  }
  windows.length = 0;
  const meter = new LoadMeter();
  let parted = updates.split(windows);
  for (let round = 1; round <= ROUNDS_MAX && (round === 1 || parted.during.count === 0); round++) {
    await load(seconds, true, round);
    parted = updates.split(windows);
  }
  const metered = await meter.end();
  const seen = [...windows];
  await site.close();
  failure ??= updates.failure;
  if (failure !== undefined) throw failure;
  return {
    snapshots: seen.length,
    snapshotMs: seen.reduce((sum, { fromUs, toUs }) => sum + (toUs - fromUs) / 1000, 0) / seen.length,
    during: spreadOf(parted.during),
    outside: spreadOf(parted.outside),
    late: spreadOf(updates.late),
    meter: metered,
  };
}

function updateOf(number: number, waiting: number): Command {
  const contactId = `${CONTACT_PREFIX}${FIRST_LIFE + ((number * STRIDE) % waiting)}`;
  return { type: 'update', actor: GATEWAY, contactId, set: { attributes: `{"step":${number}}` }, version: 0 };
}

partResult(await measure(partParams<SnapshotParams>()));
