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

interface Profile {
  readonly busyMs: number;
  /** Longest first. */
  readonly selfMsByPlace: readonly (readonly [string, number])[];
  readonly selfMsByPart: readonly (readonly [string, number])[];
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  /** Microseconds of the system's monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const PARTS_SHOWN = 15;
const PLACES_SHOWN = 40;
const IDLE = '(idle)';

/**
 * Prints the profiles of a folder, one a thread, busiest first: by part of the program, then by function. What was before
 * `fromUs` (microseconds of the system's monotonic clock), such as the start, is left out.
 */
export function printProfiles(folder: string, fromUs: number): void {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  const profiles = files.map((name) => ({ name, ...readProfile(join(folder, name), fromUs) }));
  for (const { name, busyMs, selfMsByPart, selfMsByPlace } of profiles.sort((a, b) => b.busyMs - a.busyMs)) {
    process.stdout.write(`\n${name}: ${Math.round(busyMs)} ms at work\n`);
    printLines(busyMs, selfMsByPart.slice(0, PARTS_SHOWN));
    process.stdout.write('\n');
    printLines(busyMs, selfMsByPlace.slice(0, PLACES_SHOWN));
  }
}

function printLines(busyMs: number, lines: readonly (readonly [string, number])[]): void {
  for (const [what, ms] of lines) {
    const share = ((100 * ms) / busyMs).toFixed(1);
    process.stdout.write(`${share.padStart(6)} %  ${ms.toFixed(0).padStart(7)} ms  ${what}\n`);
  }
}

/** Time at work, and each part's and function's own. */
function readProfile(file: string, fromUs: number): Profile {
  const profile: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
  const frameById = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const msByPlace = new Map<string, number>();
  const msByPart = new Map<string, number>();
  let busyMs = 0;
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const us = profile.timeDeltas[index] ?? 0;
    atUs += us;
    const frame = frameById.get(id);
    if (frame === undefined || frame.functionName === IDLE || atUs < fromUs) continue;
    const ms = us / 1000;
    busyMs += ms;
    count(msByPlace, placeOf(frame), ms);
    count(msByPart, partOf(frame), ms);
  }
  return { busyMs, selfMsByPlace: longestFirst(msByPlace), selfMsByPart: longestFirst(msByPart) };
}

function count(sum: Map<string, number>, key: string, ms: number): void {
  sum.set(key, (sum.get(key) ?? 0) + ms);
}

function longestFirst(msByName: ReadonlyMap<string, number>): [string, number][] {
  return [...msByName].sort(([, a], [, b]) => b - a);
}

function placeOf(frame: CallFrame): string {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  return frame.url === '' ? name : `${name}  ${pathOf(frame)}:${frame.lineNumber + 1}`;
}

/** A folder of the sources, a package, a module of Node; what has no file is a part of its own. */
function partOf(frame: CallFrame): string {
  if (frame.url === '') return frame.functionName.startsWith('(') ? frame.functionName : 'native functions';
  const path = pathOf(frame);
  if (path.startsWith('node:')) return 'node:';
  return /^(?:src\/[^/]+|node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(path)?.[0] ?? path;
}

function pathOf({ url }: CallFrame): string {
  return url.replace(/^.*\/(?=(?:src|bench|node_modules)\/)/, '');
}
