// The engine's side of the follower: starts its thread, tells it what is durable, knows how far the archive is.
//
// Invariant: the thread is told at most once per TELL_MS; it reads on in bulk.

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
  /** The follower ended by a fault: no more snapshots until the next start. */
  failed(message: string): void;
}

interface Waiter {
  readonly seq: number;
  readonly wake: () => void;
}

export class Follower implements ClosedArchive {
  readonly #thread: Worker;
  readonly #closedContacts: ClosedContacts;
  readonly #events: FollowerEvents;
  #waiters: Waiter[] = [];
  #archivedThrough = 0;
  #toTell = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  #hasEnded = false;
  readonly #exited: Promise<void>;

  constructor(data: FollowerThreadData, closedContacts: ClosedContacts, events: FollowerEvents) {
    this.#closedContacts = closedContacts;
    this.#events = events;
    this.#thread = new Worker(siblingModule(import.meta.url, './follower-thread'), { workerData: data });
    this.#thread.on('message', (report: FollowerReport) => this.#hear(report));
    this.#thread.on('error', (fault) => this.#fail(fault.message));
    this.#exited = new Promise((resolve) => {
      this.#thread.once('exit', () => resolve());
    });
  }

  get archivedThrough(): number {
    return this.#archivedThrough;
  }

  /** Everything up to the seq is durable. */
  durable(seq: number): void {
    this.#toTell = seq;
    if (this.#hasEnded || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
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

  async reached(seq: number): Promise<void> {
    if (this.#archivedThrough >= seq || this.#hasEnded) return;
    await new Promise<void>((wake) => this.#waiters.push({ seq, wake }));
  }

  /** Follows to the end, saves a snapshot, ends the thread. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#tell({ kind: 'durable', seq: this.#toTell });
    this.#tell({ kind: 'close' });
    await this.#exited;
    this.#end();
    await this.#closedContacts.close();
  }

  #tell(request: FollowerRequest): void {
    if (!this.#hasEnded) this.#thread.postMessage(request);
  }

  #hear(report: FollowerReport): void {
    switch (report.kind) {
      case 'archived':
        this.#archivedThrough = report.seq;
        this.#wake();
        break;
      case 'snapshot':
        this.#events.snapshot(report.seq, report.pruneSeq, report.tookMs);
        break;
      case 'hash':
        this.#events.compared(report.seq, report.agrees);
        break;
      case 'failed':
        this.#fail(report.message);
        break;
      case 'closed':
        break;
    }
  }

  #fail(message: string): void {
    if (this.#hasEnded) return;
    this.#end();
    this.#events.failed(message);
  }

  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    for (const { wake } of this.#waiters.splice(0)) wake();
  }

  #wake(): void {
    const ready = this.#waiters.filter(({ seq }) => seq <= this.#archivedThrough);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter(({ seq }) => seq > this.#archivedThrough);
    for (const { wake } of ready) wake();
  }
}
