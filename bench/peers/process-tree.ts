/** The CPU time of processes with all their children, from Linux's /proc: a database is many processes. */
import { readdirSync, readFileSync } from 'node:fs';
import { readCpu, totalUs } from '../cpu-time.ts';

/** Microseconds by process id of everything that runs under these; undefined where the system does not tell. */
export function readTreeCpu(pids: readonly number[]): ReadonlyMap<number, number> | undefined {
  const childrenOf = readChildren();
  if (childrenOf === undefined) return undefined;
  const usByPid = new Map<number, number>();
  const open = [...pids];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const cpu = readCpu(pid);
    if (cpu !== undefined) usByPid.set(pid, totalUs(cpu));
    open.push(...(childrenOf.get(pid) ?? []));
  }
  return usByPid;
}

/** What was used between two readings, microseconds; what a process used that ended meanwhile is missed. */
export function treeCpuBetween(
  before: ReadonlyMap<number, number> | undefined,
  after: ReadonlyMap<number, number> | undefined,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  return [...after].reduce((sum, [pid, us]) => sum + us - (before.get(pid) ?? 0), 0);
}

function readChildren(): ReadonlyMap<number, readonly number[]> | undefined {
  const childrenOf = new Map<number, number[]>();
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent === undefined) continue;
    const children = childrenOf.get(parent);
    if (children === undefined) childrenOf.set(parent, [Number(name)]);
    else children.push(Number(name));
  }
  return childrenOf;
}

/** Undefined when the process has just ended. */
function parentOf(pid: string): number | undefined {
  try {
    // The name of the program, in brackets, may have anything in it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
