// What engine tests share: a small policy, an engine over the memory journal with a clock set by hand, and short ways to ask it.

import type { Actor, Command, ContactDraft, Query } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { ChannelPolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import { EngineClock } from '../../src/engine/clock.ts';
import { type ClosedArchive, ClosedPictures } from '../../src/engine/closed-pictures.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { CommitEncoder } from '../../src/engine/group-commit.ts';
import type { Reply } from '../../src/engine/port.ts';
import { type CommitGate, MemoryDisk, openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';

export const ADMIN: Actor = { role: 'admin', id: 'root' };
export const GATEWAY: Actor = { role: 'gateway', id: 'gw' };
export const START_MS = 1_800_000_000_000;

export function agentActor(id: string): Actor {
  return { role: 'agent', id };
}

export const VOICE: ChannelPolicy = {
  cost: 100,
  limit: 1,
  offerTimeoutMs: 20_000,
  wrapUpMs: 0,
  assigned: { maxMs: 28_800_000, agentLostMs: 300_000, then: 'requeue' },
  gatewayLost: { afterMs: 300_000, then: 'keep' },
};

export const POLICY: ResolvedPolicy = {
  channels: {
    voice: VOICE,
  },
  segments: { default: { headStartMs: 0, clockRate: 1 } },
  value: { scale: 1000, headStartMs: 0 },
  queues: [
    {
      name: 'q',
      requires: [],
      serviceLevel: { withinMs: 20_000, target: 0.8 },
      clockRate: 1,
      headStartMs: 0,
      limits: { waiting: 50_000, waitMs: 604_800_000 },
    },
  ],
  fit: { perLevelMs: 3000, affinityMs: 30_000, breadthMs: 500 },
  readiness: { idleRate: 50, idleCapMs: 600_000, loadMs: 20_000 },
  presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
  forgetMs: 3_600_000,
  agents: {},
};

export function draft(id: string, more: Partial<ContactDraft> = {}): ContactDraft {
  return {
    id,
    channel: 'voice',
    direction: 'INBOUND',
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    queue: '',
    requires: [],
    prefers: [],
    segment: '',
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    attributes: '',
    version: 0,
    ...more,
  };
}

/** A clock that stands until it is moved; wall and monotonic time apart. */
export class HandClock {
  wall = START_MS;
  monotonic = 0;

  wallMs(): number {
    return this.wall;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  /** Both clocks go on. */
  advance(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }
}

/** Holds commits back until they are let go; lets them through while it is open. */
export class Valve {
  #open = true;
  #held: (() => void)[] = [];
  #fault: Error | undefined = undefined;
  readonly gate: CommitGate = () => {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return this.#open ? undefined : new Promise((resolve) => this.#held.push(resolve));
  };

  close(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = true;
    this.pass();
  }

  /** Lets the commit through that is held, and holds the next one. */
  pass(): void {
    for (const release of this.#held.splice(0)) release();
  }

  break(fault: Error): void {
    this.#fault = fault;
  }
}

export interface World {
  readonly engine: Engine;
  readonly core: Core;
  readonly clock: HandClock;
  readonly valve: Valve;
  readonly disk: MemoryDisk;
  readonly failures: unknown[];
  ask(command: Command): Promise<Reply>;
  query(query: Query): Promise<Reply>;
}

export interface WorldOptions {
  readonly maxPending?: number;
  readonly policy?: ResolvedPolicy;
  /** Where closed contacts are kept; nowhere by default. */
  readonly archive?: ClosedArchive;
  readonly encoder?: CommitEncoder;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const core = new Core();
  const clock = new HandClock();
  const valve = new Valve();
  const disk = new MemoryDisk();
  const failures: unknown[] = [];
  const engine = new Engine({
    core,
    clock: new EngineClock(clock, 0),
    journal: await openMemoryJournal(disk, valve.gate),
    encoder: options.encoder ?? new EventEncoder(),
    pictures: new ClosedPictures(options.archive),
    maxPending: options.maxPending ?? 1000,
    onFailure: (cause) => failures.push(cause),
    monotonicMs: () => clock.monotonic,
  });
  const world: World = {
    engine,
    core,
    clock,
    valve,
    disk,
    failures,
    ask: (command) => new Promise((resolve) => engine.execute(command, resolve)),
    query: (query) => new Promise((resolve) => engine.query(query, resolve)),
  };
  const policy = options.policy ?? POLICY;
  await world.ask({ type: 'setPolicy', actor: ADMIN, policy, source: 'source', fileHash: '' });
  return world;
}

/** An agent that is connected and AVAILABLE. */
export async function signIn(world: World, id: string): Promise<void> {
  const actor = agentActor(id);
  const agent = { id, name: '', skills: {}, capacity: 100, limits: {}, version: 0 };
  await world.ask({ type: 'putAgent', actor: ADMIN, agent });
  await world.ask({ type: 'openSession', actor, sessionId: `session-${id}` });
  await world.ask({ type: 'setPresence', actor, agentId: id, presence: 'AVAILABLE', reason: '', channels: [] });
}

/** Everything that is to happen within this turn and the next has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
