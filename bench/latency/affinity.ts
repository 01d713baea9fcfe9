/**
 * Which cores a process may run on, by `taskset` of util-linux; where there is none, nothing is pinned and that is told.
 *
 * 1. All threads of a process go together; threads that it starts later inherit it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The cores that this process may use; undefined where the system does not tell. */
export function allowedCores(): readonly number[] | undefined {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return list?.split(',').flatMap(coresOf);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** Why nothing can be pinned here; undefined: it can. */
export function whyNotPinned(): string | undefined {
  const cores = allowedCores();
  if (cores === undefined) return 'this system does not tell cores';
  if (cores.length < 2) return 'there is one core only';
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no taskset';
  }
}

/** Binds a process with all its threads to these cores. */
export function pin(pid: number, cores: readonly number[]): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(','), String(pid)], { stdio: 'ignore' });
}

function coresOf(range: string): number[] {
  const [first = 0, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
