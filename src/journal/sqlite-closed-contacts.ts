/**
 * Looks closed contacts up on a thread of its own, so that a slow disk never stalls the caller's.
 *
 * 1. Every get is answered once: by the contact, by undefined, or by a JournalFailure.
 * 2. A failure answers the get that met it and no other; only the thread's end fails them all.
 */
import { Worker } from 'node:worker_threads';
import { siblingModule } from '../lib/sibling-module.ts';
import { dataPaths } from './data-directory.ts';
import type { ClosedContact, ClosedContacts } from './journal.ts';
import { failureFromPlain, JournalFailure, type PlainFailure } from './journal-failure.ts';

/** How the thread is started. */
export interface ClosedThreadData {
  readonly path: string;
}

export type ClosedRequest =
  | { readonly kind: 'get'; readonly id: number; readonly contactId: string }
  | { readonly kind: 'close' };

export type ClosedAnswer =
  | { readonly kind: 'found'; readonly id: number; readonly closed: ClosedContact | undefined }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: PlainFailure };

/** Starts the look-up thread for a directory that the journal's writer has opened before. */
export function openSqliteClosedContacts(directory: string): ClosedContacts {
  return new SqliteClosedContacts(dataPaths(directory).closed);
}

class SqliteClosedContacts implements ClosedContacts {
  readonly #thread: Worker;
  readonly #exited: Promise<unknown>;
  readonly #waiterById = new Map<number, PromiseWithResolvers<ClosedContact | undefined>>();
  #requestCount = 0;
  #failure: JournalFailure | undefined;

  constructor(path: string) {
    const data: ClosedThreadData = { path };
    this.#thread = new Worker(siblingModule(import.meta.url, './sqlite-closed-thread'), {
      name: 'closed-contacts',
      workerData: data,
      // What is preloaded for the main thread (by --import) has no business in this one.
      execArgv: [],
    });
    this.#exited = new Promise((resolve) => this.#thread.once('exit', resolve));
    this.#thread.on('message', (answer: ClosedAnswer) => this.#take(answer));
    this.#thread.on('error', (error) => {
      this.#fail(new JournalFailure('CRASHED', `the look-up thread crashed: ${error.message}`, error));
    });
    this.#thread.on('exit', () => this.#fail(new JournalFailure('CRASHED', 'the look-up thread ended by itself')));
  }

  get(contactId: string): Promise<ClosedContact | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#requestCount += 1;
    const waiter = Promise.withResolvers<ClosedContact | undefined>();
    this.#waiterById.set(this.#requestCount, waiter);
    this.#send({ kind: 'get', id: this.#requestCount, contactId });
    return waiter.promise;
  }

  async close(): Promise<void> {
    this.#send({ kind: 'close' });
    this.#fail(new JournalFailure('CLOSED', 'the look-up of closed contacts is closed'));
    await this.#exited;
  }

  #send(request: ClosedRequest): void {
    this.#thread.postMessage(request);
  }

  #take(answer: ClosedAnswer): void {
    const waiter = this.#waiterById.get(answer.id);
    this.#waiterById.delete(answer.id);
    if (answer.kind === 'found') waiter?.resolve(answer.closed);
    else waiter?.reject(failureFromPlain(answer.failure));
  }

  /** Only the first failure counts. */
  #fail(failure: JournalFailure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    for (const waiter of this.#waiterById.values()) waiter.reject(failure);
    this.#waiterById.clear();
  }
}
