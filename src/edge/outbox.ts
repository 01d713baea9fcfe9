/**
 * What waits for one socket: frames of this tick, joined into one write at its end, and levels held back while the
 * socket is full.
 *
 * 1. Frames leave in the order in which they were put. A level (a newest state by key) that is put while the socket is
 *    full is held; putting its key again replaces it, at the end of the order. While anything is held, every other frame
 *    waits behind it. Levels are put, and so leave, in order of seq.
 * 2. Bounded: when more than `bytesMax` wait (the socket's own buffer, this tick's and held frames), the next frame that is
 *    put overflows the outbox and it takes nothing more; so one frame always fits, however long. Held levels are not
 *    encoded and count by number: past `levelsMax` all of them are given up at once and `onLevelsLost` is told. Levels
 *    alone never overflow an outbox.
 * 3. No socket in here: a sink takes frames and says how full it is; `flush` is called at the end of a tick in which
 *    `onFlushWanted` was, and when a full sink has emptied.
 */
import type { Subprotocol } from '../wire/request.ts';

/** An encoded frame: UTF-8 or binary, as the sub-protocol has it. */
export type EncodedFrame = Uint8Array;

/** Where frames go. */
export interface FrameSink {
  /** Hands over the frames in one write. */
  write(frames: readonly EncodedFrame[]): void;
  /** What the sink has not got rid of yet. */
  readonly bufferedBytes: number;
  /** Whether it has enough for now; if so, `Outbox.flush` is called once it is empty. */
  readonly isFull: boolean;
}

/** A newest state, encoded when its turn comes. */
export interface Level {
  readonly seq: number;
  encode(subprotocol: Subprotocol): EncodedFrame;
}

export interface OutboxBounds {
  readonly bytesMax: number;
  readonly levelsMax: number;
}

export interface OutboxEvents {
  /** There are frames: call `flush` at the end of this tick. */
  onFlushWanted(): void;
  /** The consumer is too slow (invariant 2). */
  onOverflow(): void;
  /** All held levels were given up: what changed from this seq on has not left. */
  onLevelsLost(fromSeq: number): void;
}

/** Frames of a tick that are handed over at once, not at its end: a long burst is written as the socket takes it. */
const WRITE_BYTES = 64 * 1024;

type Held = { readonly frame: EncodedFrame; readonly bytes: number } | { readonly level: Level };

export class Outbox {
  readonly #subprotocol: Subprotocol;
  readonly #sink: FrameSink;
  readonly #bounds: OutboxBounds;
  readonly #events: OutboxEvents;
  #queue: EncodedFrame[] = [];
  #queueBytes = 0;
  /** Levels by key, frames by a number of their own; in order of leaving. */
  readonly #held = new Map<string | number, Held>();
  #heldBytes = 0;
  #heldLevelCount = 0;
  #heldFrameNumber = 0;
  #isOpen = true;

  constructor(subprotocol: Subprotocol, sink: FrameSink, bounds: OutboxBounds, events: OutboxEvents) {
    this.#subprotocol = subprotocol;
    this.#sink = sink;
    this.#bounds = bounds;
    this.#events = events;
  }

  /** Whether levels that are put now would be held. */
  get isFull(): boolean {
    return this.#held.size > 0 || this.#sink.isFull;
  }

  /** Bytes that wait: what `bytesMax` bounds. */
  get waitingBytes(): number {
    return this.#sink.bufferedBytes + this.#queueBytes + this.#heldBytes;
  }

  get heldLevelCount(): number {
    return this.#heldLevelCount;
  }

  /** Puts a frame, behind whatever is held. */
  put(frame: EncodedFrame): void {
    if (!this.#admits()) return;
    const bytes = frame.byteLength;
    if (this.#held.size === 0) {
      this.#enqueue(frame, bytes);
      return;
    }
    this.#heldBytes += bytes;
    this.#held.set(++this.#heldFrameNumber, { frame, bytes });
  }

  /** Puts the newest state of a key: at once if the socket has room, else held, replacing what is held of that key. */
  putLevel(key: string, level: Level): void {
    if (!this.#isOpen) return;
    if (!this.isFull) {
      this.#enqueueLevel(level);
      return;
    }
    if (this.#held.delete(key)) this.#heldLevelCount -= 1;
    if (this.#heldLevelCount >= this.#bounds.levelsMax) {
      const fromSeq = this.#firstHeldSeq() ?? level.seq;
      this.dropLevels();
      this.#events.onLevelsLost(fromSeq);
      return;
    }
    this.#held.set(key, { level });
    this.#heldLevelCount += 1;
  }

  /** Gives up all held levels. */
  dropLevels(): void {
    for (const [key, held] of this.#held) if ('level' in held) this.#held.delete(key);
    this.#heldLevelCount = 0;
  }

  /** Hands over what was put, then of what is held as much as the socket takes. */
  flush(): void {
    this.#write();
    for (const [key, held] of this.#held) {
      if (this.#sink.isFull) return;
      this.#held.delete(key);
      if ('level' in held) {
        this.#heldLevelCount -= 1;
        this.#enqueueLevel(held.level);
      } else {
        this.#heldBytes -= held.bytes;
        this.#enqueue(held.frame, held.bytes);
      }
    }
    this.#write();
  }

  /** Hands over what was put and takes nothing more; what is held is dropped. */
  close(): void {
    if (!this.#isOpen) return;
    this.#write();
    this.#shut();
  }

  /** Drops everything and takes nothing more. */
  discard(): void {
    this.#queue = [];
    this.#queueBytes = 0;
    this.#shut();
  }

  #shut(): void {
    this.#isOpen = false;
    this.#held.clear();
    this.#heldBytes = 0;
    this.#heldLevelCount = 0;
  }

  #admits(): boolean {
    if (!this.#isOpen) return false;
    if (this.waitingBytes <= this.#bounds.bytesMax) return true;
    this.discard();
    this.#events.onOverflow();
    return false;
  }

  /** Levels are held in order of seq. */
  #firstHeldSeq(): number | undefined {
    for (const held of this.#held.values()) if ('level' in held) return held.level.seq;
    return undefined;
  }

  #enqueueLevel(level: Level): void {
    const frame = level.encode(this.#subprotocol);
    this.#enqueue(frame, frame.byteLength);
  }

  #enqueue(frame: EncodedFrame, bytes: number): void {
    if (this.#queue.length === 0) this.#events.onFlushWanted();
    this.#queue.push(frame);
    this.#queueBytes += bytes;
    if (this.#queueBytes >= WRITE_BYTES) this.#write();
  }

  #write(): void {
    if (this.#queue.length === 0) return;
    const frames = this.#queue;
    this.#queue = [];
    this.#queueBytes = 0;
    this.#sink.write(frames);
  }
}
