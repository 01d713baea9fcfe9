/**
 * A reader that has a long stretch of the journal read ahead in a thread of its own, while its user does something with what was read: for
 * starts. It waits without its event loop, as every JournalReader is synchronous.
 *
 * 1. What it gives is what the reader beneath would give, faults included.
 * 2. A thread that says nothing for a long time is given up, and the rest is read here: a start never waits for ever.
 * 3. Short stretches are read here at once: a thread takes some 100 ms to be there.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { siblingModule } from '../lib/sibling-module.ts';
import type { Commit, JournalReader, SeqRange } from './journal.ts';
import { failureFromPlain } from './journal-failure.ts';
import {
  COUNTS,
  HEAD_NUMBERS,
  POSTED,
  type ReadAheadMessage,
  type ReadAheadThreadData,
  TAKEN,
} from './read-ahead-messages.ts';
import { openSqliteJournalReader } from './sqlite-journal-reader.ts';

export interface ReadAheadOptions {
  /** From so many events on a thread reads ahead; default 100,000, or never with a single core. */
  readonly eventsMin?: number;
  /** How long a thread may say nothing. */
  readonly silenceMs?: number;
}

const EVENTS_MIN = 100_000;
const SILENCE_MS = 10_000;

/** The same as {@link openSqliteJournalReader}, quicker for long stretches. Its iterators must not outlive it. */
export function openReadAhead(directory: string, options: ReadAheadOptions = {}): JournalReader {
  return new ReadAhead(directory, options);
}

class ReadAhead implements JournalReader {
  readonly #directory: string;
  readonly #eventsMin: number;
  readonly #silenceMs: number;
  readonly #reader: JournalReader;
  readonly #threads: ReaderThread[] = [];

  constructor(directory: string, options: ReadAheadOptions) {
    this.#directory = directory;
    this.#eventsMin = options.eventsMin ?? (availableParallelism() > 1 ? EVENTS_MIN : Number.POSITIVE_INFINITY);
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#reader = openSqliteJournalReader(directory);
  }

  range(): SeqRange {
    return this.#reader.range();
  }

  /** The thread begins at once, not with the first commit that is asked for. */
  read(afterSeq: number, throughSeq = Number.POSITIVE_INFINITY): IterableIterator<Commit> {
    const isLong = Math.min(this.range().lastSeq, throughSeq) - afterSeq >= this.#eventsMin;
    if (!isLong) return this.#reader.read(afterSeq, throughSeq);
    const thread = new ReaderThread(this.#directory, afterSeq);
    this.#threads.push(thread);
    return this.#follow(thread, afterSeq, throughSeq);
  }

  close(): void {
    for (const thread of this.#threads) thread.stop();
    this.#reader.close();
  }

  *#follow(thread: ReaderThread, afterSeq: number, throughSeq: number): IterableIterator<Commit> {
    let lastSeq = afterSeq;
    for (;;) {
      const message = thread.next(this.#silenceMs);
      if (message === undefined) {
        thread.stop();
        yield* this.#reader.read(lastSeq, throughSeq);
        return;
      }
      if (message.kind === 'end') return;
      if (message.kind === 'failed') throw failureFromPlain(message.failure);
      for (const commit of commitsOf(message)) {
        if (commit.firstSeq > throughSeq) return;
        lastSeq = commit.firstSeq + commit.count - 1;
        yield commit;
      }
    }
  }
}

/** The thread as the one sees it that waits for it. */
class ReaderThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #counts = new Int32Array(new SharedArrayBuffer(COUNTS * Int32Array.BYTES_PER_ELEMENT));
  #takenCount = 0;

  constructor(directory: string, afterSeq: number) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: ReadAheadThreadData = { directory, afterSeq, port: port2, counts: this.#counts.buffer };
    this.#worker = new Worker(siblingModule(import.meta.url, './read-ahead-thread'), {
      name: 'read-ahead',
      workerData,
      transferList: [port2],
      execArgv: [],
    });
    // A thread that ends without a word is told by its silence.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
  }

  /** The next message; undefined if none comes in time. */
  next(silenceMs: number): ReadAheadMessage | undefined {
    if (Atomics.load(this.#counts, POSTED) === this.#takenCount) {
      Atomics.wait(this.#counts, POSTED, this.#takenCount, silenceMs);
    }
    const received = receiveMessageOnPort(this.#port);
    if (received === undefined) return undefined;
    this.#takenCount += 1;
    Atomics.store(this.#counts, TAKEN, this.#takenCount);
    Atomics.notify(this.#counts, TAKEN);
    return received.message as ReadAheadMessage;
  }

  stop(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}

function* commitsOf({ heads, events }: Extract<ReadAheadMessage, { kind: 'page' }>): Generator<Commit> {
  const { buffer, byteOffset } = events;
  let start = 0;
  for (let index = 0; index < heads.length; index += HEAD_NUMBERS) {
    const firstSeq = heads[index] as number;
    const count = heads[index + 1] as number;
    const at = heads[index + 2] as number;
    const end = heads[index + 3] as number;
    yield { firstSeq, count, at, events: new Uint8Array(buffer, byteOffset + start, end - start) };
    start = end;
  }
}
