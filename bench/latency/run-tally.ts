/** What several runs of one server come to together, and how runs of two servers compare. No measuring in here. */
import { totalUs } from '../cpu-time.ts';
import { Durations } from '../durations.ts';
import type { RunResult } from './load-run.ts';

export class RunTally {
  readonly offers = new Durations();
  readonly late = new Durations();
  readonly completedCount: number;
  /** Of the server for each life; not a number where the system does not tell. */
  readonly cpuUsPerLife: number;
  readonly loadCpuUsPerLife: number;
  /** Share of the time that the load's main thread was at work. */
  readonly loadBusy: number;
  readonly othersCores: number;
  readonly framesPerLife: number;
  /** Share of the time that the collections of the router's main thread took; not a number for a relay. */
  readonly gcShare: number;
  readonly #runs: readonly RunResult[];

  constructor(runs: readonly RunResult[]) {
    this.#runs = runs;
    for (const { log } of runs) {
      this.offers.add(log.submitToOffer);
      this.late.add(log.late);
    }
    const sum = (of: (run: RunResult) => number): number => runs.reduce((total, run) => total + of(run), 0);
    const lives = sum(({ log }) => log.completedCount);
    this.completedCount = lives;
    this.cpuUsPerLife = sum(({ serverCpu }) => (serverCpu === undefined ? Number.NaN : totalUs(serverCpu))) / lives;
    this.loadCpuUsPerLife = sum((run) => run.loadCpuUs) / lives;
    this.loadBusy = sum((run) => run.loadBusy) / runs.length;
    this.othersCores = sum((run) => run.othersCores ?? Number.NaN) / runs.length;
    this.gcShare = sum(({ gcMs = Number.NaN }) => gcMs) / 1000 / sum(({ tookS }) => tookS);
    this.framesPerLife = sum(({ log }) => log.framesIn + log.framesOut) / lives;
  }

  /** The server's threads that took most, and the rest together: microseconds a life. */
  threadsText(): string {
    const all = new Map<string, number>();
    for (const { serverCpu } of this.#runs) {
      for (const [name, us] of serverCpu ?? []) all.set(name, (all.get(name) ?? 0) + us);
    }
    if (all.size === 0) return 'not known on this system';
    const perLife = [...all].map(([name, us]) => ({ name, us: us / this.completedCount }));
    const shown = perLife.filter(({ us }) => us >= 1).sort((a, b) => b.us - a.us);
    const rest = totalUs(all) / this.completedCount - shown.reduce((sum, { us }) => sum + us, 0);
    return [...shown, { name: 'others', us: rest }].map(({ name, us }) => `${name} ${us.toFixed(0)}`).join(', ');
  }
}

/** Of submit → offer at a share, run by run: one server's over another's. */
export function offerRatios(runs: readonly RunResult[], floor: readonly RunResult[], share: number): number[] {
  const of = (run: RunResult | undefined): number => run?.log.submitToOffer.percentileUs(share) ?? Number.NaN;
  return runs.map((run, index) => of(run) / of(floor[index]));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
