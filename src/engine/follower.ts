// The engine's side of the follower: starts its thread, tells it what is durable, knows how far the archive is.
//
// Invariants: 1. the thread is told at most once per TELL_MS; it reads on in bulk. 2. a thread that failed is started again after a while,
// when it is gone: until then nothing is archived, no snapshot is saved, and the journal, which is not pruned then, has it all.

import { Worker } from 'node:worker_threads';
import type { ContactView } from '../core/views.ts';
import type { ClosedContacts } from '../journal/journal.ts';
import { siblingModule } from '../lib/sibling-module.ts';
import { decodeContact } from '../wire/state-codec.ts';
import type { ClosedArchive } from './closed-pictures.ts';
import type { FollowerReport, FollowerRequest, FollowerThreadData } from './follower-messages.ts';

const TELL_MS = 50;

export interface FollowerEvents {
  /** A snapshot was saved: commits behind `pruneSeq` may go. */
  snapshot(seq: number, pruneSeq: number, tookMs: number): void;
  /** The follower's state hash was compared with the engine's. */
  compared(seq: number, agrees: boolean): void;
  /** The thread ended by a fault; it is started again, unless the follower is closing. */
  failed(message: string): void;
}

export interface FollowerOptions extends FollowerThreadData {
  /** How long after a failure the thread is started again. */
  readonly retryMs: number;
}

interface Waiter {
  readonly seq: number;
  readonly wake: () => void;
}

export class Follower implements ClosedArchive {
  readonly #options: FollowerOptions;
  readonly #closedContacts: ClosedContacts;
  readonly #events: FollowerEvents;
  /** Undefined after a failure, until it is started again. */
  #thread: Worker | undefined = undefined;
  #exited: Promise<void> = Promise.resolve();
  #waiters: Waiter[] = [];
  #archivedThrough = 0;
  #toTell = 0;
  #tellTimer: NodeJS.Timeout | undefined = undefined;
  #retryTimer: NodeJS.Timeout | undefined = undefined;
  #isClosing = false;

  constructor(options: FollowerOptions, closedContacts: ClosedContacts, events: FollowerEvents) {
    this.#options = options;
    this.#closedContacts = closedContacts;
    this.#events = events;
    this.#start();
  }

  get archivedThrough(): number {
    return this.#archivedThrough;
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Everything up to the seq is durable. */
  durable(seq: number): void {
    this.#toTell = seq;
    this.#tellTimer ??= setTimeout(() => {
      this.#tellTimer = undefined;
      this.#tell({ kind: 'durable', seq: this.#toTell });
    }, TELL_MS);
  }

  /** The engine's state hash after event `seq`, to be compared. */
  expect(seq: number, hash: string): void {
    this.#tell({ kind: 'expect', seq, hash });
  }

  async get(contactId: string): Promise<ContactView | undefined> {
    const closed = await this.#closedContacts.get(contactId);
    return closed === undefined ? undefined : decodeContact(closed.contact);
  }

  /** Also when nobody archives for now. */
  async reached(seq: number): Promise<void> {
    if (this.#archivedThrough >= seq || this.#thread === undefined) return;
    await new Promise<void>((wake) => this.#waiters.push({ seq, wake }));
  }

  /** Follows to the end, saves a snapshot, ends the thread. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#tell({ kind: 'durable', seq: this.#toTell });
    this.#tell({ kind: 'close' });
    await this.#end();
  }

  /** Ends the thread wherever it is. */
  async abandon(): Promise<void> {
    this.#isClosing = true;
    await this.#thread?.terminate();
    await this.#end();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#tellTimer);
    clearTimeout(this.#retryTimer);
    await this.#exited;
    this.#thread = undefined;
    this.#wake(Number.POSITIVE_INFINITY);
    await this.#closedContacts.close();
  }

  #start(): void {
    const { retryMs: _, ...workerData } = this.#options;
    // What is preloaded for the main thread (by --import) has no business in this one.
    const thread = new Worker(siblingModule(import.meta.url, './follower-thread'), {
      name: 'follower',
      workerData,
      execArgv: [],
    });
    this.#thread = thread;
    thread.on('message', (report: FollowerReport) => this.#hear(thread, report));
    thread.on('error', (fault) => this.#fail(thread, fault.message));
    this.#exited = new Promise((resolve) => {
      thread.once('exit', () => {
        if (!this.#isClosing) this.#fail(thread, 'its thread ended by itself');
        resolve();
      });
    });
  }

  #tell(request: FollowerRequest): void {
    this.#thread?.postMessage(request);
  }

  #hear(thread: Worker, report: FollowerReport): void {
    switch (report.kind) {
      case 'archived':
        // One that was started again goes over what is archived already.
        this.#archivedThrough = Math.max(this.#archivedThrough, report.seq);
        this.#wake(this.#archivedThrough);
        break;
      case 'snapshot':
        this.#events.snapshot(report.seq, report.pruneSeq, report.tookMs);
        break;
      case 'hash':
        this.#events.compared(report.seq, report.agrees);
        break;
      case 'failed':
        this.#fail(thread, report.message);
        break;
      case 'closed':
        break;
    }
  }

  /** Only the first fault of a thread counts. */
  #fail(thread: Worker, message: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#wake(Number.POSITIVE_INFINITY);
    this.#events.failed(message);
    if (this.#isClosing) return;
    // One writer at a time: the next one starts when this one is gone.
    this.#retryTimer = setTimeout(() => this.#exited.then(() => this.#startAgain()), this.#options.retryMs);
  }

  #startAgain(): void {
    if (this.#isClosing) return;
    this.#start();
    this.durable(this.#toTell);
  }

  #wake(throughSeq: number): void {
    const ready = this.#waiters.filter(({ seq }) => seq <= throughSeq);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter(({ seq }) => seq > throughSeq);
    for (const { wake } of ready) wake();
  }
}
