/**
 * One form of the core at one occupancy: how many whole lives a second it sustains, what a life costs and allocates, how long single commands take.
 *
 * 1. Every figure is of a world that is warm: occupancy, line and remembered contacts are what they stay at.
 * 2. Sustained lives are counted by the wall clock; everything that is compared or hashed is of the first lives, which do not depend on it.
 * 3. What others took of the machine meanwhile is told with it: it is not taken off.
 */
import { performance } from 'node:perf_hooks';
import type { ContactDraft } from '../../src/core/commands.ts';
import { readMachineCpuUs } from '../cpu-time.ts';
import { CollectionWatch } from '../gc.ts';
import { allocatedBytes } from './allocation.ts';
import { AGENT_COUNT } from './centre.ts';
import { Times } from './command-times.ts';
import { profiled } from './cpu-profile.ts';
import { type Form, formOf } from './forms.ts';
import { type Consume, Draws, World } from './world.ts';

export interface CoreParams {
  readonly seed: number;
  /** How long closed contacts are remembered. */
  readonly forgetMs: number;
  /** How long lives are counted, of each form at each occupancy. */
  readonly seconds: number;
  /** Lives before anything is measured. */
  readonly warmLives: number;
  /** Lives whose commands are timed one by one. */
  readonly timedLives: number;
  /** Lives over which allocation is counted. */
  readonly allocationLives: number;
  /** The first offers, which the hash is of. */
  readonly hashedOffers: number;
}

/** What a form sustained. */
export interface Sustained {
  readonly livesPerS: number;
  /** CPU of the whole process: collections and compiling too. */
  readonly cpuUsPerLife: number;
  readonly gcShare: number;
  readonly gcLongestMs: number;
  readonly othersCores: number | undefined;
  /** Share of the agents' time that went to contacts. */
  readonly occupancy: number;
  readonly meanWaiting: number;
  readonly checksum: string;
}

/** Lives between two looks at the clock. */
const LIVES_PER_LOOK = 500;

export const COMMANDS = ['submit', 'accept', 'end', 'complete'] as const;
export type TimedCommand = (typeof COMMANDS)[number];

/** The load that all forms are given at one occupancy. */
export class Load {
  readonly drafts: readonly ContactDraft[];
  readonly draws: Draws;
  readonly params: CoreParams;

  constructor(drafts: readonly ContactDraft[], occupancy: number, params: CoreParams) {
    this.drafts = drafts;
    this.draws = new Draws(occupancy, params.seed);
    this.params = params;
  }

  world(consume: Consume): World {
    return new World(this.drafts, this.draws, consume, this.params.hashedOffers);
  }

  /** A world that is warm, for a consumer that was never used. */
  warmWorld(consume: Consume): World {
    const world = this.world(consume);
    world.run(this.params.warmLives);
    return world;
  }
}

/** Runs the form for so many seconds; `profileFolder`: the profile goes there, and costs time itself. */
export async function sustain(form: Form, load: Load, profile?: { readonly folder: string; readonly name: string }) {
  const { params } = load;
  const world = load.warmWorld(formOf(form, params.seed, params.forgetMs));
  const watch = new CollectionWatch();
  const machineBefore = readMachineCpuUs();
  const cpuBefore = process.cpuUsage();
  const work = (): Counted => countLives(world, params.seconds);
  const counted = profile === undefined ? work() : await profiled(profile.folder, profile.name, work);
  const cpu = process.cpuUsage(cpuBefore);
  const machineAfter = readMachineCpuUs();
  const { ms, longestMs } = await watch.end();
  const { lives, wallS, meanWaiting, occupancy } = counted;
  const cpuUs = cpu.user + cpu.system;
  const sustained: Sustained = {
    livesPerS: lives / wallS,
    cpuUsPerLife: cpuUs / lives,
    gcShare: ms / 1000 / wallS,
    gcLongestMs: longestMs,
    othersCores: othersCores(machineBefore, machineAfter, cpuUs, wallS),
    occupancy,
    meanWaiting,
    checksum: world.checksum(),
  };
  return sustained;
}

interface Counted {
  readonly lives: number;
  readonly wallS: number;
  readonly meanWaiting: number;
  readonly occupancy: number;
}

function countLives(world: World, seconds: number): Counted {
  const startedMs = performance.now();
  const { completedCount, busyMs, nowMs } = world;
  let waitingSum = 0;
  let lookCount = 0;
  let elapsedMs = 0;
  while (elapsedMs < seconds * 1000) {
    world.run(LIVES_PER_LOOK);
    waitingSum += world.waitingCount;
    lookCount++;
    elapsedMs = performance.now() - startedMs;
  }
  return {
    lives: world.completedCount - completedCount,
    wallS: elapsedMs / 1000,
    meanWaiting: waitingSum / lookCount,
    occupancy: (world.busyMs - busyMs) / ((world.nowMs - nowMs) * AGENT_COUNT),
  };
}

function othersCores(
  before: number | undefined,
  after: number | undefined,
  ownUs: number,
  wallS: number,
): number | undefined {
  return before === undefined || after === undefined ? undefined : Math.max(0, after - before - ownUs) / 1e6 / wallS;
}

/** Bytes that a life allocates, the world's own included. */
export function bytesPerLife(form: Form, load: Load): number {
  const world = load.warmWorld(formOf(form, load.params.seed, load.params.forgetMs));
  const { allocationLives } = load.params;
  return allocatedBytes(() => world.run(allocationLives)) / allocationLives;
}

/** The time of every command with its events, by kind. */
export function timeCommands(form: Form, load: Load): Record<TimedCommand, Times> {
  const { params } = load;
  // An arrival belongs to another life than the completion beside it: there are a few more of one than of the other.
  const room = params.timedLives + 10 * AGENT_COUNT;
  const times: Record<TimedCommand, Times> = {
    submit: new Times(room),
    accept: new Times(room),
    end: new Times(room),
    complete: new Times(room),
  };
  const consume = formOf(form, params.seed, params.forgetMs);
  let isWarm = false;
  const world = load.world((command, now) => {
    const startedMs = performance.now();
    const consumed = consume(command, now);
    const tookMs = performance.now() - startedMs;
    if (isWarm) times[command.type as TimedCommand].note(tookMs);
    return consumed;
  });
  world.run(params.warmLives);
  isWarm = true;
  world.run(params.timedLives);
  return times;
}
