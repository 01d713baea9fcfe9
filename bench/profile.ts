/**
 * Where a process's CPU time went, from the profiles that `node --cpu-prof` leaves: the functions with most time of
 * their own. A profile costs time itself: figures of a profiled run are not for comparing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SHOWN = 40;
const IDLE = '(idle)';

/** Prints the profiles of a folder, one a thread, busiest first. */
export function printProfiles(folder: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  const profiles = files.map((name) => ({ name, ...readProfile(join(folder, name)) }));
  for (const { name, busyMs, selfMs } of profiles.sort((a, b) => b.busyMs - a.busyMs)) {
    process.stdout.write(`\n${name}: ${Math.round(busyMs)} ms at work\n`);
    for (const [place, ms] of selfMs.slice(0, SHOWN)) {
      const share = ((100 * ms) / busyMs).toFixed(1);
      process.stdout.write(`${share.padStart(6)} %  ${ms.toFixed(0).padStart(7)} ms  ${place}\n`);
    }
  }
}

/** Time at work, and each function's own, longest first. */
function readProfile(file: string): { busyMs: number; selfMs: [string, number][] } {
  const profile: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
  const placeById = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const msByPlace = new Map<string, number>();
  let busyMs = 0;
  for (const [index, id] of profile.samples.entries()) {
    const place = placeById.get(id) ?? '?';
    if (place === IDLE) continue;
    const ms = (profile.timeDeltas[index] ?? 0) / 1000;
    busyMs += ms;
    msByPlace.set(place, (msByPlace.get(place) ?? 0) + ms);
  }
  return { busyMs, selfMs: [...msByPlace].sort(([, a], [, b]) => b - a) };
}

function placeOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.replace(/^.*\/(?=(?:src|bench|node_modules)\/)/, '');
  return `${name}  ${path}:${lineNumber + 1}`;
}
