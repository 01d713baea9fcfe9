/**
 * The parts of the recovery suite: each runs its processes and says what it found.
 *
 * 1. Two histories: one with many events behind its snapshot, for start and replay; one with few, for snapshots under load. Each is made
 *    once a run, when it is first wanted.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cleanup } from '../cleanup.ts';
import { measureSync } from '../latency/disk.ts';
import { makeFolder } from '../latency/servers.ts';
import { runPart } from '../memory/part.ts';
import { optionsOfStart } from '../node-options.ts';
import { printProfiles } from '../profile.ts';
import { progress, type Results } from '../suite.ts';
import type { AppendParams, AppendResult } from './append-part.ts';
import type { DurableParams, DurableResult } from './durable-part.ts';
import type { HistoryParams, HistoryResult } from './history.ts';
import type { Meter } from './meter.ts';
import type { RecoveryParams } from './params.ts';
import type { ReplayParams, ReplayResult } from './replay-part.ts';
import type { SnapshotParams, SnapshotResult } from './snapshot-part.ts';
import { SPREAD_HEAD, spreadCells } from './spread.ts';
import { type Started, startOnce } from './start.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MIB = 1024 * 1024;
/** Behind the snapshot of the history for snapshots under load. */
const FEW_EVENTS = 1_000;
const GOALS = {
  startMs: 3_000,
  replayPerS: 500_000,
  durable: { 5000: { p50Ms: 0.5, p99Ms: 2 }, 20000: { p99Ms: 5 } },
  stallMs: 30,
  snapshotRatio: 2,
} as const;

export interface RecoveryWish {
  readonly params: RecoveryParams;
  readonly seed: number;
  /** Where the folder of the run is made. */
  readonly parentFolder: string;
  readonly profileFolder: string | undefined;
}

interface History {
  readonly directory: string;
  readonly result: HistoryResult;
}

export class RecoverySuite {
  readonly #wish: RecoveryWish;
  readonly #results: Results;
  readonly #cleanup: Cleanup;
  #folder: string | undefined;
  readonly #historyByEvents = new Map<number, History>();

  constructor(wish: RecoveryWish, results: Results, cleanup: Cleanup) {
    this.#wish = wish;
    this.#results = results;
    this.#cleanup = cleanup;
  }

  /** From the spawn of a router until it is ready. */
  async start(): Promise<void> {
    const { params, profileFolder } = this.#wish;
    const history = await this.#historyOf(params.events);
    const main = await this.#router();
    const starts: Started[] = [];
    const empty: Started[] = [];
    for (let count = 1; count <= params.starts; count++) {
      progress(`start ${count} of ${params.starts}`);
      const wish = { folder: this.#runFolder(), main, history: history.directory, profileFolder };
      starts.push(await startOnce(wish, this.#cleanup));
      empty.push(await startOnce({ ...wish, history: undefined, profileFolder: undefined }, this.#cleanup));
    }
    const rows = [...starts.map((one) => startRow('history', one)), ...empty.map((one) => startRow('nothing', one))];
    this.#results.table({ head: ['start with', 'spawn → ready ms', 'listens', 'recovery', 'CPU ms', 'others'], rows });
    this.#results.metric('emptyStartMs', Math.min(...empty.map(({ readyMs }) => readyMs)));
    const [best] = starts.toSorted((a, b) => a.readyMs - b.readyMs);
    if (best === undefined) return;
    this.#results.metric('startMs', best.readyMs);
    this.#results.metric('startRecoveryMs', best.recoveredMs);
    this.#results.outcome(`start ${starts.map(({ backlog }) => backlog).join(' ')}`);
    const what = `start with ${params.events} events behind the snapshot and ${best.backlog} waiting, the quickest of ${starts.length}`;
    this.#goal(what, best.readyMs, GOALS.startMs, 'ms');
    if (profileFolder !== undefined) printProfiles(profileFolder, 0);
  }

  /** Recovery inside, whole and by steps. */
  async replay(): Promise<void> {
    const { params } = this.#wish;
    const { directory, result: history } = await this.#historyOf(params.events);
    const runs: (readonly [ReplayResult, ReplayResult])[] = [];
    for (let count = 1; count <= params.replays; count++) {
      progress(`replay ${count} of ${params.replays}`);
      const run = async (bySteps: boolean): Promise<ReplayResult> => {
        const found = await this.#part<ReplayResult>('./replay-part.ts', { directory, bySteps } satisfies ReplayParams);
        if (found.stateHash !== history.stateHash)
          throw new Error('the recovered state is another one than the history ended with');
        return found;
      };
      runs.push([await run(false), await run(true)]);
    }
    const [best] = runs.toSorted(([, a], [, b]) => replayMs(a) - replayMs(b));
    if (best === undefined) return;
    const [whole, steps] = best;
    this.#results.table({ head: ['recovery, the quickest', 'ms', 'each µs', 'per s'], rows: replayRows(whole, steps) });
    const perS = steps.events / (replayMs(steps) / 1000);
    this.#results.metric('replayEventsPerS', perS);
    this.#results.metric('recoveryMs', whole.wholeMs);
    this.#results.metric('recoveryCpuMs', whole.cpuMs);
    this.#results.metric('decodeEventUs', (steps.decodeMs * 1000) / steps.events);
    this.#results.metric('applyEventUs', (steps.applyMs * 1000) / steps.events);
    this.#results.metric('restoreRecordUs', ((steps.decodeRecordsMs + steps.restoreMs) * 1000) / steps.records);
    this.#results.outcome(`replay ${steps.events} ${steps.records} ${steps.stateHash}`);
    const verdict = perS >= GOALS.replayPerS ? 'reached' : 'not reached';
    this.#results.say(`replay: ${perS.toFixed(0)} events/s; wanted ≥ ${GOALS.replayPerS}: ${verdict}`);
  }

  /** The journal by size of its commits. */
  async append(): Promise<void> {
    const { params, seed } = this.#wish;
    this.#sayDisk();
    const rows: string[][] = [];
    for (const batchEvents of params.batches) {
      const seconds = params.appendS;
      const found = await this.#quietest(`commits of ${batchEvents} events for ${seconds} s`, (directory) =>
        this.#part<AppendResult>('./append-part.ts', { seed, directory, batchEvents, seconds } satisfies AppendParams),
      );
      const { tookS, othersCores } = found.meter;
      const perS = found.events / tookS;
      rows.push([
        `${batchEvents}`,
        perS.toFixed(0),
        (found.commits / tookS).toFixed(0),
        (found.eventBytes / MIB / tookS).toFixed(1),
        `${found.checkpoints}`,
        ...spreadCells(found.commit),
        cores(othersCores),
      ]);
      this.#results.metric(`appendEventsPerS${batchEvents}`, perS);
      this.#results.metric(`appendP99Ms${batchEvents}`, found.commit.p99Ms);
    }
    this.#results.table({
      head: ['events a commit', 'events/s', 'commits/s', 'MiB/s', 'checkpoints', ...SPREAD_HEAD, 'others'],
      rows,
    });
  }

  /** Event → durable, open loop. */
  async durable(): Promise<void> {
    const { params, seed } = this.#wish;
    this.#sayDisk();
    for (const ratePerS of params.ratesPerS) {
      const what = `${ratePerS} events/s for ${params.durableS} s`;
      const found = await this.#quietest(what, (directory) =>
        this.#part<DurableResult>('./durable-part.ts', {
          seed,
          directory,
          ratePerS,
          seconds: params.durableS,
          warmupS: params.warmupS,
        } satisfies DurableParams),
      );
      const { durable, handed, late, commit, checkpoints, meter } = found;
      const rows = [
        ['event → durable', `${durable.count}`, ...spreadCells(durable)],
        ['load late', `${late.count}`, ...spreadCells(late)],
        ['  without that', `${handed.count}`, ...spreadCells(handed)],
        ['commit', `${commit.count}`, ...spreadCells(commit)],
      ];
      this.#results.table({ head: [what, 'count', ...SPREAD_HEAD], rows });
      this.#results.say(`${checkpoints} checkpoints; ${meterText(meter)}`);
      this.#results.metric(`durableP50Ms${ratePerS}`, durable.p50Ms);
      this.#results.metric(`durableP99Ms${ratePerS}`, durable.p99Ms);
      this.#results.metric(`durableMaxMs${ratePerS}`, durable.maxMs);
      this.#results.metric(`commitMaxMs${ratePerS}`, commit.maxMs);
      this.#results.outcome(`durable ${ratePerS} ${durable.count}`);
      this.#durableGoals(ratePerS, found);
    }
  }

  /** What a snapshot does to the latency of commits. */
  async snapshot(): Promise<void> {
    const { params, seed } = this.#wish;
    const { snapshotRatePerS: ratePerS, snapshotS: seconds, snapshotEveryMs, waiting, warmupS } = params;
    const what = `${ratePerS} updates/s for ${seconds} s on ${waiting} waiting contacts`;
    const history = await this.#historyOf(FEW_EVENTS);
    const found = await this.#quietest(what, async (directory) => {
      cpSync(history.directory, directory, { recursive: true });
      const wish: SnapshotParams = { seed, directory, waiting, ratePerS, seconds, warmupS, snapshotEveryMs };
      return await this.#part<SnapshotResult>('./snapshot-part.ts', wish);
    });
    const { during, outside, late, snapshots, snapshotMs, meter } = found;
    if (during.count === 0 || outside.count === 0)
      throw new Error(`${snapshots} snapshots were saved: too few or too many to compare`);
    const rows = [
      ['during a snapshot', `${during.count}`, ...spreadCells(during)],
      ['outside', `${outside.count}`, ...spreadCells(outside)],
      ['load late', `${late.count}`, ...spreadCells(late)],
    ];
    this.#results.table({ head: [what, 'count', ...SPREAD_HEAD], rows });
    this.#results.say(`${snapshots} snapshots of ${snapshotMs.toFixed(0)} ms each; ${meterText(meter)}`);
    this.#results.metric('snapshotMs', snapshotMs);
    this.#results.metric('snapshotP99Ms', during.p99Ms);
    this.#results.metric('snapshotP99Ratio', during.p99Ms / outside.p99Ms);
    this.#goal('p99 during a snapshot / outside', during.p99Ms / outside.p99Ms, GOALS.snapshotRatio, '×');
  }

  #durableGoals(ratePerS: number, { durable, commit }: DurableResult): void {
    const at = `at ${ratePerS} events/s`;
    if (ratePerS === 5_000) {
      this.#goal(`p50 ${at}`, durable.p50Ms, GOALS.durable[5000].p50Ms, 'ms');
      this.#goal(`p99 ${at}`, durable.p99Ms, GOALS.durable[5000].p99Ms, 'ms');
    }
    if (ratePerS === 20_000) this.#goal(`p99 ${at}`, durable.p99Ms, GOALS.durable[20000].p99Ms, 'ms');
    this.#goal(`longest commit ${at}`, commit.maxMs, GOALS.stallMs, 'ms');
  }

  /** The first try that is quiet, or the quietest. */
  async #quietest<Found extends { readonly meter: Meter }>(
    what: string,
    run: (directory: string) => Promise<Found>,
  ): Promise<Found> {
    const { triesMax, othersCoresMax } = this.#wish.params;
    let quietest: Found | undefined;
    for (let count = 1; count <= triesMax; count++) {
      progress(count === 1 ? what : `${what}: once more`);
      const found = await run(this.#emptyFolder('load-data'));
      const { othersCores = 0 } = found.meter;
      if (quietest === undefined || othersCores < (quietest.meter.othersCores ?? 0)) quietest = found;
      if (othersCores <= othersCoresMax) break;
      progress(`others took ${othersCores.toFixed(2)} cores`);
    }
    if (quietest === undefined) throw new Error('a part is tried at least once');
    return quietest;
  }

  /** The history with so many events behind its snapshot; whoever changes it takes a copy. */
  async #historyOf(events: number): Promise<History> {
    const known = this.#historyByEvents.get(events);
    if (known !== undefined) return known;
    const directory = this.#emptyFolder(`history-${events}`);
    const history = { directory, result: await this.#makeHistory(directory, events) };
    this.#historyByEvents.set(events, history);
    return history;
  }

  async #makeHistory(directory: string, events: number): Promise<HistoryResult> {
    const { params, seed } = this.#wish;
    const { waiting, agents, commitSteps } = params;
    progress(`making a history: ${waiting} waiting contacts, a snapshot, ${events} events behind it`);
    const wish: HistoryParams = { seed, directory, waiting, events, agents, commitSteps };
    const result = await this.#part<HistoryResult>('./history-part.ts', wish);
    const snapshots = join(directory, 'snapshots');
    const snapshotMib =
      readdirSync(snapshots).reduce((sum, name) => sum + statSync(join(snapshots, name)).size, 0) / MIB;
    const facts = `${result.commits} commits, ${(result.eventBytes / MIB).toFixed(1)} MiB; snapshot ${snapshotMib.toFixed(1)} MiB`;
    this.#results.say(
      `history: ${waiting} waiting, ${result.seq - result.snapshotSeq} events behind the snapshot in ${facts}`,
    );
    this.#results.outcome(`history ${result.hash}`);
    return result;
  }

  /** The program that users start: built, unless the run is small. */
  async #router(): Promise<string> {
    if (!this.#wish.params.isBuilt) return join(ROOT, 'src/main.ts');
    progress('building dist/, as npm start does');
    await promisify(execFile)(process.execPath, [join(ROOT, '.build/build.ts')], { cwd: ROOT });
    return join(ROOT, 'dist/main.js');
  }

  #part<Result>(module: string, params: unknown): Promise<Result> {
    return runPart<Result>(
      { module: new URL(module, import.meta.url), nodeOptions: optionsOfStart(), params },
      this.#cleanup,
    );
  }

  #sayDisk(): void {
    const sync = measureSync(this.#runFolder());
    const [p50, p99] = [sync.percentileUs(0.5), sync.percentileUs(0.99)].map((us) => (us / 1000).toFixed(2));
    this.#results.say(`a write of 4 KiB is durable in ${p50} ms (p50), ${p99} ms (p99)`);
  }

  #goal(what: string, found: number, wanted: number, unit: string): void {
    const verdict = found <= wanted ? 'reached' : 'not reached';
    this.#results.say(`${what}: ${found.toPrecision(3)} ${unit}; wanted ≤ ${wanted} ${unit}: ${verdict}`);
  }

  #runFolder(): string {
    this.#folder ??= makeFolder(this.#wish.parentFolder, this.#cleanup);
    return this.#folder;
  }

  #emptyFolder(name: string): string {
    const folder = join(this.#runFolder(), name);
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    mkdirSync(folder);
    return folder;
  }
}

function startRow(what: string, { readyMs, listensMs, recoveredMs, cpuMs, othersCores }: Started): string[] {
  const ms = [readyMs, listensMs, recoveredMs, cpuMs].map((value) => (value === undefined ? '–' : value.toFixed(0)));
  return [what, ...ms, cores(othersCores)];
}

/** Of the replay proper: all behind the snapshot. */
function replayMs({ readMs, decodeMs, applyMs }: ReplayResult): number {
  return readMs + decodeMs + applyMs;
}

function replayRows(whole: ReplayResult, steps: ReplayResult): string[][] {
  const row = (what: string, ms: number, count: number): string[] => [
    what,
    ms.toFixed(0),
    ((ms * 1000) / count).toFixed(2),
    ((count * 1000) / ms).toFixed(0),
  ];
  return [
    ['whole, as the router does it', whole.wholeMs.toFixed(0), '', ''],
    ['  CPU of it', whole.cpuMs.toFixed(0), '', ''],
    ['  collections in it', whole.gcMs.toFixed(0), '', ''],
    row('snapshot: check', steps.checkMs, steps.records),
    row('snapshot: decode records', steps.decodeRecordsMs, steps.records),
    row('snapshot: restore', steps.restoreMs, steps.records),
    row('journal: read and check', steps.readMs, steps.events),
    row('journal: decode events', steps.decodeMs, steps.events),
    row('journal: apply events', steps.applyMs, steps.events),
    row('journal, all', replayMs(steps), steps.events),
  ];
}

function meterText({ ownCores, othersCores, gcMs, gcLongestMs, tookS }: Meter): string {
  const gc = `collections ${gcMs.toFixed(0)} ms of ${(tookS * 1000).toFixed(0)}, the longest ${gcLongestMs.toFixed(1)} ms`;
  return `${gc}; CPU ${ownCores.toFixed(2)} cores, others ${cores(othersCores)}`;
}

function cores(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}
