/**
 * The journal in SQLite, as the engine's thread sees it: hands each commit to the journal's thread and learns when it
 * is durable. No SQL and no disk on this side.
 *
 * 1. Answers come in the order of the requests, so an answer settles the oldest that wait.
 * 2. The first failure settles everything that waits and everything that follows (fail-stop), the thread's own end
 *    included.
 *
 * Messages carry the commits, each in a buffer of its own that is handed over and not cloned. Measured against a shared
 * buffer with Atomics.wait and waitAsync: the same 30 to 35 µs there and back, an insert included; messages are simpler.
 */
import { Worker } from 'node:worker_threads';
import { assert, unreachable } from '../lib/assert.ts';
import { siblingModule } from '../lib/sibling-module.ts';
import type { CommitStoreOptions } from './commit-store.ts';
import { lastSeqOf } from './commit-table.ts';
import type { Commit, Journal, PruneBounds, Pruned } from './journal.ts';
import { failureFromPlain, JournalFailure } from './journal-failure.ts';
import type { JournalAnswer, JournalRequest, JournalThreadData } from './sqlite-journal-messages.ts';

/**
 * Claims the directory (made if missing) and opens the journal in it. Rejects with a JournalFailure: LOCKED, FOREIGN,
 * CORRUPT, NEWER_FORMAT, UNWRITABLE, FULL or IO; then nothing that was there is changed and nothing stays locked.
 */
export async function openSqliteJournal(directory: string, options: CommitStoreOptions = {}): Promise<Journal> {
  const data: JournalThreadData = { directory, ...options };
  const thread = new Worker(siblingModule(import.meta.url, './sqlite-journal-thread'), {
    name: 'journal',
    workerData: data,
    // What is preloaded for the main thread (by --import) has no business in this one.
    execArgv: [],
  });
  const journal = new SqliteJournal(thread);
  try {
    await journal.opened;
  } catch (error) {
    await journal.close();
    throw error;
  }
  return journal;
}

/** As much of a worker thread as the journal needs; a test hands in its own. */
export interface JournalThread {
  postMessage(request: JournalRequest, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (answer: JournalAnswer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (exitCode: number) => void): unknown;
}

/** Somebody who waits for an answer. */
interface Waiter<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (failure: JournalFailure) => void;
}

interface AppendWaiter extends Waiter<void> {
  readonly lastSeq: number;
}

/** See {@link openSqliteJournal}. */
export class SqliteJournal implements Journal {
  /** Settles with the thread's first answer. */
  readonly opened: Promise<void>;
  readonly #thread: JournalThread;
  readonly #exited: Promise<unknown>;
  readonly #opening: PromiseWithResolvers<void> = Promise.withResolvers();
  /** In the order of their commits. */
  #appends: AppendWaiter[] = [];
  readonly #pruneById = new Map<number, Waiter<Pruned>>();
  readonly #sizeById = new Map<number, Waiter<number>>();
  #requestCount = 0;
  #firstSeq = 1;
  #lastSeq = 0;
  /** The last seq that was handed over, durable or not. */
  #handedSeq = 0;
  #failure: JournalFailure | undefined;
  #isClosing = false;

  constructor(thread: JournalThread) {
    this.#thread = thread;
    this.opened = this.#opening.promise;
    this.#exited = new Promise((resolve) => thread.on('exit', resolve));
    thread.on('message', (answer: JournalAnswer) => this.#take(answer));
    thread.on('error', (error) => {
      this.#fail(new JournalFailure('CRASHED', `the journal's thread crashed: ${error.message}`, error));
    });
    thread.on('exit', (exitCode) => {
      if (this.#isClosing) this.#fail(new JournalFailure('CLOSED', 'the journal is closed'));
      else this.#fail(new JournalFailure('CRASHED', `the journal's thread ended by itself (exit code ${exitCode})`));
    });
  }

  get firstSeq(): number {
    return this.#firstSeq;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get failure(): JournalFailure | undefined {
    return this.#failure;
  }

  append(commit: Commit): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { firstSeq, count, at } = commit;
    assert(firstSeq === this.#handedSeq + 1, `commit begins at seq ${firstSeq}, not at ${this.#handedSeq + 1}`);
    assert(Number.isSafeInteger(count) && count >= 1, `commit at seq ${firstSeq} counts ${count} events`);
    assert(Number.isSafeInteger(at), `commit at seq ${firstSeq} is at ${at}, no whole millisecond`);
    this.#handedSeq = lastSeqOf(commit);
    // Not slice(): that of a Buffer shares the memory of its pool, which would be handed over with it.
    const events = new Uint8Array(commit.events);
    const request: JournalRequest = { kind: 'append', commit: { firstSeq, count, at, events } };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#appends.push({ lastSeq: this.#handedSeq, resolve, reject });
    this.#thread.postMessage(request, [events.buffer]);
    return promise;
  }

  prune(bounds: PruneBounds): Promise<Pruned> {
    return this.#ask(this.#pruneById, (id) => ({ kind: 'prune', id, bounds }));
  }

  sizeBytes(): Promise<number> {
    return this.#ask(this.#sizeById, (id) => ({ kind: 'size', id }));
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      const request: JournalRequest = { kind: 'close' };
      this.#thread.postMessage(request);
    }
    await this.#exited;
  }

  #refusal(): JournalFailure | undefined {
    if (this.#failure !== undefined) return this.#failure;
    return this.#isClosing ? new JournalFailure('CLOSED', 'the journal is closed') : undefined;
  }

  #ask<Value>(waiterById: Map<number, Waiter<Value>>, request: (id: number) => JournalRequest): Promise<Value> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#requestCount += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    waiterById.set(this.#requestCount, { resolve, reject });
    this.#thread.postMessage(request(this.#requestCount));
    return promise;
  }

  #take(answer: JournalAnswer): void {
    switch (answer.kind) {
      case 'opened':
        this.#firstSeq = answer.firstSeq;
        this.#lastSeq = answer.lastSeq;
        this.#handedSeq = answer.lastSeq;
        this.#opening.resolve();
        return;
      case 'durable':
        this.#settleAppends(answer.lastSeq);
        return;
      case 'pruned':
        this.#firstSeq = answer.pruned.firstSeq;
        settle(this.#pruneById, answer.id, answer.pruned);
        return;
      case 'size':
        settle(this.#sizeById, answer.id, answer.sizeBytes);
        return;
      case 'failed':
        this.#fail(failureFromPlain(answer.failure));
        return;
      case 'closed':
        return;
      default:
        unreachable(answer);
    }
  }

  #settleAppends(lastSeq: number): void {
    this.#lastSeq = lastSeq;
    let settledCount = 0;
    for (const append of this.#appends) {
      if (append.lastSeq > lastSeq) break;
      append.resolve();
      settledCount += 1;
    }
    this.#appends.splice(0, settledCount);
  }

  /** Only the first failure counts. */
  #fail(failure: JournalFailure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#opening.reject(failure);
    const waiters = [...this.#appends, ...this.#pruneById.values(), ...this.#sizeById.values()];
    this.#appends = [];
    this.#pruneById.clear();
    this.#sizeById.clear();
    for (const waiter of waiters) waiter.reject(failure);
  }
}

function settle<Value>(waiterById: Map<number, Waiter<Value>>, id: number, value: Value): void {
  waiterById.get(id)?.resolve(value);
  waiterById.delete(id);
}
