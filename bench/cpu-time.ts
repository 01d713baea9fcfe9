/**
 * The CPU time of processes, thread by thread, from Linux's /proc. Elsewhere there is none: readers get `undefined`.
 *
 * 1. A thread's time is that of `schedstat` (nanoseconds), not of `stat` (ticks of 10 ms).
 * 2. Threads that ended between two readings are missed; the router's live as long as the process.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ is 100 on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Microseconds by thread name; threads of one name are added up. */
export type CpuByThread = ReadonlyMap<string, number>;

/** Reads a process; undefined where there is no /proc, or the process is gone. */
export function readCpu(pid: number): CpuByThread | undefined {
  const usByThread = new Map<string, number>();
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${task}`;
      const name = task === String(pid) ? 'main' : readFileSync(`${folder}/comm`, 'utf8').trim();
      const onCpuNs = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
      usByThread.set(name, (usByThread.get(name) ?? 0) + onCpuNs / 1000);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
  return usByThread;
}

/** What was used between two readings. */
export function cpuBetween(before: CpuByThread | undefined, after: CpuByThread | undefined): CpuByThread | undefined {
  if (before === undefined || after === undefined) return undefined;
  const used = [...after].map(([name, us]): [string, number] => [name, us - (before.get(name) ?? 0)]);
  return new Map(used.sort(([, a], [, b]) => b - a));
}

/** All threads together. */
export function totalUs(cpu: CpuByThread): number {
  return [...cpu.values()].reduce((sum, us) => sum + us, 0);
}

/** CPU time of the whole machine, microseconds: everything but idle, and what the hypervisor gave to others. */
export function readMachineCpuUs(): number | undefined {
  try {
    const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
      .split(/\s+/, 9)
      .map(Number);
    const ticks = [user, nice, system, irq, softirq, steal].reduce<number>((sum, one) => sum + (one ?? 0), 0);
    return ticks * TICK_US;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
