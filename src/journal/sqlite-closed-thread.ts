/**
 * The thread that looks closed contacts up: one read-only connection, one answer a request, in their order.
 *
 * 1. It writes nothing.
 * 2. The table is opened at the first request and again after a failure: a passing trouble passes.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../lib/assert.ts';
import { ClosedStore } from './closed-store.ts';
import { journalFailureOf, plainFailure } from './journal-failure.ts';
import type { ClosedAnswer, ClosedRequest, ClosedThreadData } from './sqlite-closed-contacts.ts';

assert(parentPort !== null, 'the look-up thread runs as a worker');
const port = parentPort;
const { path } = workerData as ClosedThreadData;
let store: ClosedStore | undefined;

function look(id: number, contactId: string): ClosedAnswer {
  try {
    store ??= new ClosedStore(path, { isReadOnly: true });
    return { kind: 'found', id, closed: store.get(contactId) };
  } catch (error) {
    const failure = journalFailureOf(error, `cannot look up contact ${contactId}`);
    store?.close();
    store = undefined;
    return { kind: 'failed', id, failure: plainFailure(failure) };
  }
}

port.on('message', (request: ClosedRequest) => {
  if (request.kind === 'get') {
    port.postMessage(look(request.id, request.contactId));
    return;
  }
  store?.close();
  port.close();
});
