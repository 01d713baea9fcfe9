/** What a part used while it measured, and what everybody else on the machine took meanwhile. */
import { readMachineCpuUs } from '../cpu-time.ts';
import { CollectionWatch } from '../gc.ts';

export interface Meter {
  readonly tookS: number;
  /** Of this process, all threads. */
  readonly ownCores: number;
  /** Of all others; undefined where the system does not tell. */
  readonly othersCores?: number;
  readonly gcMs: number;
  readonly gcLongestMs: number;
}

export class LoadMeter {
  readonly #watch = new CollectionWatch();
  readonly #startedMs = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #machineUs = readMachineCpuUs();

  async end(): Promise<Meter> {
    const tookS = (performance.now() - this.#startedMs) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const machineUs = readMachineCpuUs();
    const { ms, longestMs } = await this.#watch.end();
    const ownCores = (user + system) / 1e6 / tookS;
    const meter = { tookS, ownCores, gcMs: ms, gcLongestMs: longestMs };
    if (machineUs === undefined || this.#machineUs === undefined) return meter;
    return { ...meter, othersCores: Math.max(0, (machineUs - this.#machineUs) / 1e6 / tookS - ownCores) };
  }
}
