/**
 * A contact centre in virtual time: a core, alone or with the engine around it, agents at their desks, lives that pass.
 *
 * 1. Events are encoded in every way, as the journal wants them: that changes how V8 keeps texts that were put together from pieces.
 * 2. Who was offered what is hashed, in order: the same seed, the same hash, whatever drives the core.
 */
import { createHash } from 'node:crypto';
import type { Command } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { CoreEvent } from '../../src/core/events.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';
import { agentsOf } from '../latency/centre.ts';
import { FIRST_LIFE } from '../latency/life.ts';
import { Lives, signIns } from './lives.ts';
import { roomyPolicy, setPolicyOf } from './policies.ts';
import { VirtualEngine } from './virtual-engine.ts';

/** What takes the commands: the engine, or the core alone, which draws no pictures for answers that nobody gets. */
export type Way = 'engine' | 'core';

export interface RunWish {
  readonly way: Way;
  readonly seed: number;
  readonly agents: number;
  /** How long closed contacts are remembered. */
  readonly forget: string;
}

/** Far ahead of the wall clock, as everywhere in virtual time. */
export const START_AT = 4_102_444_800_000;
/** Happenings that share a commit. */
const COMMIT_STEPS = 8;

interface Taker {
  readonly core: Core;
  execute(command: Command, at: number): void;
  flushed(): Promise<void>;
}

export class Run {
  readonly lives: Lives;
  readonly #taker: Taker;
  readonly #hash = createHash('sha256');

  constructor({ way, seed, agents, forget }: RunWish) {
    const note = (event: CoreEvent, seq: number): void => this.#note(event, seq);
    this.#taker = way === 'engine' ? new VirtualEngine(START_AT, note) : coreTaker(note);
    const team = agentsOf(agents, seed);
    const execute = (command: Command, at: number): void => this.execute(command, at);
    this.lives = new Lives({ seed, startAt: START_AT, agents: team, firstLife: FIRST_LIFE, execute });
    execute(setPolicyOf(roomyPolicy(forget)), START_AT);
    for (const command of signIns(team)) execute(command, START_AT);
  }

  get core(): Core {
    return this.#taker.core;
  }

  execute(command: Command, at: number): void {
    this.#taker.execute(command, at);
  }

  /** Everything so far is encoded and, by an engine, durable and answered. */
  async flushed(): Promise<void> {
    await this.#taker.flushed();
  }

  /** Lives pass until so many are over. */
  async goOn(untilLives: number): Promise<void> {
    for (let count = 0; this.lives.completedCount < untilLives; count++) {
      this.lives.next();
      if (count % COMMIT_STEPS === 0) await this.flushed();
    }
    await this.flushed();
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  #note(event: CoreEvent, seq: number): void {
    if (event.type !== 'offerMade') return;
    this.lives.offered(event.contactId, event.agentId, seq);
    this.#hash.update(`${event.contactId} ${event.agentId} `);
  }
}

/** The core alone; the bytes of its events are thrown away. */
function coreTaker(note: (event: CoreEvent, seq: number) => void): Taker {
  const core = new Core();
  const encoder = new EventEncoder();
  return {
    core,
    execute: (command, at) => {
      const { events, firstSeq } = core.perform(command, at);
      for (const [index, event] of events.entries()) {
        encoder.add(at, event);
        note(event, firstSeq + index);
      }
    },
    flushed: async () => void encoder.finish(),
  };
}
