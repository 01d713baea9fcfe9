/**
 * The engine in virtual time: its own code (commits gathered and encoded, pictures drawn, answers given when durable), with a clock
 * that is set, deadlines that come with commands, a journal that takes everything and keeps nothing, an archive that has at once
 * whatever was closed.
 *
 * 1. Events are told the moment they are decided, by the encoder that gets them.
 */
import type { Command } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { CoreEvent } from '../../src/core/events.ts';
import type { Alarm } from '../../src/engine/alarm.ts';
import { EngineClock } from '../../src/engine/clock.ts';
import { type ClosedArchive, ClosedPictures } from '../../src/engine/closed-pictures.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { CommitEncoder } from '../../src/engine/group-commit.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';

const NO_ALARM: Alarm = { set: () => undefined, clear: () => undefined };
const DONE = Promise.resolve();

/** Tells of each event before it is encoded. */
class TellingEncoder implements CommitEncoder {
  readonly #encoder = new EventEncoder();
  readonly #tell: (event: CoreEvent) => void;

  constructor(tell: (event: CoreEvent) => void) {
    this.#tell = tell;
  }

  get count(): number {
    return this.#encoder.count;
  }

  add(at: number, event: CoreEvent): void {
    this.#tell(event);
    this.#encoder.add(at, event);
  }

  finish(): Uint8Array {
    return this.#encoder.finish();
  }
}

export class VirtualEngine {
  readonly core = new Core();
  readonly #engine: Engine;
  #at: number;
  #durableSeq = 0;
  /** Of the next event that is encoded: they come in order. */
  #nextSeq = 1;
  #failure: unknown;

  constructor(startAt: number, onEvent: (event: CoreEvent, seq: number) => void) {
    this.#at = startAt;
    const archive: ClosedArchive = {
      archivedThrough: Number.POSITIVE_INFINITY,
      get: async () => undefined,
      reached: async () => undefined,
    };
    this.#engine = new Engine({
      core: this.core,
      clock: new EngineClock({ wallMs: () => this.#at, monotonicMs: () => this.#at }, 0),
      journal: {
        append: ({ firstSeq, count }) => {
          this.#durableSeq = firstSeq + count - 1;
          return DONE;
        },
      },
      encoder: new TellingEncoder((event) => onEvent(event, this.#nextSeq++)),
      pictures: new ClosedPictures(archive),
      maxPending: Number.MAX_SAFE_INTEGER,
      onFailure: (cause) => {
        this.#failure = cause;
      },
      monotonicMs: () => this.#at,
      alarm: NO_ALARM,
    });
  }

  /** Decides at that instant; a refusal is a fault of the bench. */
  execute(command: Command, at: number): void {
    this.#at = at;
    this.#engine.execute(command, (reply) => {
      if ('error' in reply) this.#failure ??= new Error(`${command.type}: ${reply.error.message}`);
    });
  }

  /** Everything so far is durable and answered. */
  async flushed(): Promise<void> {
    while (this.#durableSeq < this.core.seq && this.#failure === undefined) await DONE;
    for (let hop = 0; hop < 4; hop++) await DONE;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
