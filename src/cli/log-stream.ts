/**
 * Where the lines of the log go: a file descriptor that may be full, stalled or closed at its other end, without the router
 * noticing.
 *
 * 1. `write` neither blocks nor throws. What the descriptor has not taken waits, up to `WAITING_BYTES_MAX`; lines beyond
 *    that, and lines that it refuses (a full disk), are dropped, and the next ones say how many were.
 * 2. Lines leave in order, and those of one turn of the event loop together.
 * 3. `flush` writes what waits at once and takes `FLUSH_MS` at most, so that nobody's log keeps the process from ending. It may
 *    overtake a write that the system has not carried out yet.
 */
import { write, writeSync } from 'node:fs';

const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** How long to wait before a stalled descriptor is tried again. */
const RETRY_MS = 100;
const FLUSH_MS = 250;
const FLUSH_PAUSE_MS = 10;
const NEWLINE = 0x0a;

/** A descriptor that takes bytes. */
export interface ByteSink {
  /** Writes beside the caller; tells how many bytes were taken. */
  write(bytes: Uint8Array, done: (error: Error | null, taken: number) => void): void;
  /** Writes before it returns; answers how many bytes were taken, or throws. */
  writeNow(bytes: Uint8Array): number;
}

/** The sink of an open descriptor of this process. */
export function descriptorSink(descriptor: number): ByteSink {
  return {
    write: (bytes, done) => write(descriptor, bytes, done),
    writeNow: (bytes) => writeSync(descriptor, bytes),
  };
}

export class LogStream {
  readonly #sink: ByteSink;
  readonly #noteOfDropped: (lineCount: number) => string;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #droppedCount = 0;
  /** Whether a write is under way or will begin by itself. */
  #isBusy = false;

  /** `noteOfDropped` gives the line that says how many lines are missing. */
  constructor(sink: ByteSink, noteOfDropped: (lineCount: number) => string) {
    this.#sink = sink;
    this.#noteOfDropped = noteOfDropped;
  }

  /** Takes a line with its end. */
  write(line: string): void {
    if (this.#waitingBytes >= WAITING_BYTES_MAX) {
      this.#droppedCount += 1;
      return;
    }
    this.#put(line);
    if (this.#isBusy) return;
    this.#isBusy = true;
    setImmediate(() => this.#next());
  }

  /** Writes what waits, as far as the descriptor takes it in time. */
  flush(): void {
    const untilMs = performance.now() + FLUSH_MS;
    let bytes = this.#take();
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(this.#sink.writeNow(bytes));
      } catch (error) {
        if (!isStalled(error) || performance.now() >= untilMs) return;
        pause(FLUSH_PAUSE_MS);
      }
    }
  }

  #put(line: string): void {
    const bytes = Buffer.from(line);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** Everything that waits, as one. */
  #take(): Uint8Array {
    const droppedCount = this.#droppedCount;
    this.#droppedCount = 0;
    if (droppedCount > 0) this.#put(this.#noteOfDropped(droppedCount));
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return bytes;
  }

  #next(): void {
    this.#isBusy = this.#waiting.length > 0;
    if (!this.#isBusy) return;
    const bytes = this.#take();
    this.#sink.write(bytes, (error, taken) => this.#wrote(bytes, error, taken));
  }

  #wrote(bytes: Uint8Array, error: Error | null, taken: number): void {
    if (error === null || isStalled(error)) {
      const rest = bytes.subarray(error === null ? taken : 0);
      if (rest.length > 0) this.#waiting.unshift(rest);
      this.#waitingBytes += rest.length;
    } else {
      this.#droppedCount += bytes.filter((byte) => byte === NEWLINE).length;
    }
    if (error === null) this.#next();
    // Nothing that is only about the log keeps the process alive.
    else setTimeout(() => this.#next(), RETRY_MS).unref();
  }
}

/** Whether the descriptor will take more later, by itself. */
function isStalled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
