// Follows the journal with a core of its own, in a thread of its own: closed contacts go to the archive in small batches, snapshots are saved
// now and then. The engine never waits for it, and never stalls for a snapshot.
//
// Invariants: 1. contacts closed up to a seq are in the archive before that is reported, and before the snapshot of that seq is saved:
// recovery from a snapshot misses none. 2. it only applies; it decides nothing.

import { parentPort, workerData } from 'node:worker_threads';
import { contactView } from '../core/contact.ts';
import type { Core } from '../core/core.ts';
import type { CoreEvent } from '../core/events.ts';
import type { ContactView } from '../core/views.ts';
import type { ClosedContact } from '../journal/journal.ts';
import { openSqliteArchive } from '../journal/sqlite-archive.ts';
import { openSqliteJournalReader } from '../journal/sqlite-journal-reader.ts';
import { assert } from '../lib/assert.ts';
import { decodeEvents } from '../wire/event-codec.ts';
import { decodeContact, encodeContact, encodeRecords } from '../wire/state-codec.ts';
import type { FollowerReport, FollowerRequest, FollowerThreadData } from './follower-messages.ts';
import { restoreSnapshot } from './recovery.ts';

const BATCH_MAX = 256;
const PRUNE_BATCH = 256;
const HASH_BYTES = 16;

class Follower {
  readonly #data: FollowerThreadData;
  readonly #reader;
  readonly #archive;
  readonly #core: Core;
  readonly #report: (report: FollowerReport) => void;
  readonly #closed: ClosedContact[] = [];
  #snapshotSeq: number;
  #snapshotMs = performance.now();
  /** Whether contacts too old may be left in the archive. */
  #isPruning = false;
  #expected: { readonly seq: number; readonly hash: string } | undefined = undefined;

  constructor(data: FollowerThreadData, report: (report: FollowerReport) => void) {
    this.#data = data;
    this.#report = report;
    this.#reader = openSqliteJournalReader(data.directory);
    this.#archive = openSqliteArchive(data.directory);
    // Only the snapshot: the commits after it are followed, so that contacts closed in them are archived.
    this.#core = restoreSnapshot(this.#archive.latestSnapshot());
    this.#snapshotSeq = this.#core.seq;
  }

  /** Reads on up to the durable seq. */
  follow(durableSeq: number): void {
    if (durableSeq <= this.#core.seq) return;
    for (const commit of this.#reader.read(this.#core.seq, durableSeq)) {
      let seq = commit.firstSeq;
      for (const { at, event } of decodeEvents(commit.events)) {
        if (seq++ <= this.#core.seq) continue;
        this.#apply(event, at);
      }
      if (this.#closed.length >= BATCH_MAX) this.#flush();
      this.#snapshotIfDue();
    }
    this.#flush();
    this.#snapshotIfDue();
    this.#prune();
  }

  expect(seq: number, hash: string): void {
    this.#expected = { seq, hash };
    this.#compare();
  }

  close(): void {
    this.#flush();
    if (this.#core.seq > this.#snapshotSeq) this.#snapshot();
    this.#reader.close();
    this.#archive.close();
  }

  #apply(event: CoreEvent, at: number): void {
    const contactId = event.type === 'contactClosed' ? event.contactId : undefined;
    const closing = contactId === undefined ? undefined : this.#core.state.known.get(contactId)?.contact;
    this.#core.apply(event, at);
    const { seq } = this.#core;
    if (closing !== undefined) this.#close(contactView(closing), seq, at, closing.hash);
    if (event.type === 'dispositionSet') this.#dispose(event, seq);
    this.#compare();
  }

  #close(contact: ContactView, seq: number, at: number, hash: string): void {
    assert(hash.length === HASH_BYTES * 2, 'a submit hash has 128 bits');
    const bytes = encodeContact(contact);
    this.#closed.push({
      contactId: contact.id,
      seq,
      at,
      hash: Uint8Array.from(Buffer.from(hash, 'hex')),
      contact: bytes,
    });
  }

  /** A disposition that came after the close: the archived picture gets it. */
  #dispose(event: Extract<CoreEvent, { readonly type: 'dispositionSet' }>, seq: number): void {
    const tombstone = this.#core.state.known.get(event.contactId)?.tombstone;
    if (tombstone === undefined) return;
    // Its row may still be among those that wait.
    this.#put();
    const archived = this.#archive.getClosed(event.contactId);
    if (archived === undefined) return;
    const contact = decodeContact(archived.contact);
    const disposed = { ...contact, disposition: event.disposition, version: tombstone.version };
    this.#close(disposed, seq, archived.at, tombstone.hash);
  }

  #put(): void {
    if (this.#closed.length > 0) this.#archive.putClosed(this.#closed.splice(0));
  }

  /** Between events only: what the last one closed is among those that wait. */
  #flush(): void {
    this.#put();
    this.#report({ kind: 'archived', seq: this.#core.seq });
  }

  #snapshotIfDue(): void {
    const events = this.#core.seq - this.#snapshotSeq;
    const elapsedMs = performance.now() - this.#snapshotMs;
    if (events >= this.#data.snapshotEveryEvents || (events > 0 && elapsedMs >= this.#data.snapshotEveryMs)) {
      this.#snapshot();
    }
  }

  #snapshot(): void {
    this.#flush();
    const startedMs = performance.now();
    const { seq, at } = this.#core;
    this.#archive.saveSnapshot({ seq, at }, encodeRecords(this.#core.records()));
    this.#isPruning = true;
    this.#snapshotSeq = seq;
    this.#snapshotMs = performance.now();
    const tookMs = this.#snapshotMs - startedMs;
    this.#report({ kind: 'snapshot', seq, pruneSeq: this.#archive.pruneSeq(), tookMs });
  }

  /** Contacts closed too long ago go, a few each time, until none is left; then it rests until the next snapshot. */
  #prune(): void {
    if (!this.#isPruning) return;
    const count = this.#archive.pruneClosed(this.#core.at - this.#data.retainMs, PRUNE_BATCH);
    this.#isPruning = count === PRUNE_BATCH;
  }

  #compare(): void {
    const expected = this.#expected;
    if (expected === undefined || expected.seq > this.#core.seq) return;
    this.#expected = undefined;
    if (expected.seq < this.#core.seq) return;
    const agrees = this.#core.stateHash() === expected.hash;
    this.#report({ kind: 'hash', seq: expected.seq, agrees });
  }
}

function run(): void {
  const port = parentPort;
  assert(port !== null, 'the follower runs in a thread of its own');
  const report = (message: FollowerReport): void => port.postMessage(message);
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      report({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
      port.close();
    }
  };
  guard(() => {
    const follower = new Follower(workerData as FollowerThreadData, report);
    port.on('message', (request: FollowerRequest) => {
      guard(() => {
        if (request.kind === 'durable') follower.follow(request.seq);
        else if (request.kind === 'expect') follower.expect(request.seq, request.hash);
        else {
          follower.close();
          report({ kind: 'closed' });
          port.close();
        }
      });
    });
  });
}

run();
