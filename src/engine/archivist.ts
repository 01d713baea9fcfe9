// Follows the journal with a core of its own: closed contacts go to the archive in small batches, snapshots are saved now and then.
//
// Invariants: 1. contacts closed up to a seq are in the archive before that is reported, and before the snapshot of that seq is saved:
// recovery from a snapshot misses none. 2. it only applies; it decides nothing. 3. it knows neither threads nor directories: reader and
// archive are given to it. 4. once its state was another than the engine's it saves no snapshot: a start would believe it.

import { drawContact } from '../core/contact.ts';
import type { Core } from '../core/core.ts';
import type { CoreEvent } from '../core/events.ts';
import type { ContactView } from '../core/views.ts';
import type { Archive, ClosedContact, JournalReader } from '../journal/journal.ts';
import { assert } from '../lib/assert.ts';
import { decodeEvents } from '../wire/event-codec.ts';
import { decodeContact, encodeContact, encodeRecords } from '../wire/state-codec.ts';
import type { ArchivistBounds, FollowerReport } from './follower-messages.ts';
import { restoreSnapshot } from './recovery.ts';

const BATCH_MAX = 256;
const PRUNE_BATCH = 256;
const HASH_BYTES = 16;

/** What an archivist works with. */
export interface ArchivistOptions {
  readonly reader: JournalReader;
  readonly archive: Archive;
  readonly bounds: ArchivistBounds;
  readonly report: (report: FollowerReport) => void;
  readonly monotonicMs: () => number;
}

export class Archivist {
  readonly #bounds: ArchivistBounds;
  readonly #reader: JournalReader;
  readonly #archive: Archive;
  readonly #core: Core;
  readonly #report: (report: FollowerReport) => void;
  readonly #monotonicMs: () => number;
  readonly #closed: ClosedContact[] = [];
  #snapshotSeq: number;
  #snapshotMs: number;
  /** Whether contacts too old may be left in the archive. */
  #isPruning = false;
  /** Its state was another than the engine's. */
  #hasStrayed = false;
  #expected: { readonly seq: number; readonly hash: string } | undefined = undefined;

  constructor({ reader, archive, bounds, report, monotonicMs }: ArchivistOptions) {
    this.#reader = reader;
    this.#archive = archive;
    this.#bounds = bounds;
    this.#report = report;
    this.#monotonicMs = monotonicMs;
    // Only the snapshot: the commits after it are followed, so that contacts closed in them are archived.
    this.#core = restoreSnapshot(archive.latestSnapshot());
    this.#snapshotSeq = this.#core.seq;
    this.#snapshotMs = monotonicMs();
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

  /** The state after event `seq` is to be compared with the engine's hash of it, when it gets there. */
  expect(seq: number, hash: string): void {
    this.#expected = { seq, hash };
    this.#compare();
  }

  /** Archives and saves what is left, then lets go of reader and archive. */
  close(): void {
    this.#flush();
    if (this.#core.seq > this.#snapshotSeq && !this.#hasStrayed) this.#snapshot();
    this.#reader.close();
    this.#archive.close();
  }

  #apply(event: CoreEvent, at: number): void {
    const contactId = event.type === 'contactClosed' ? event.contactId : undefined;
    const closing = contactId === undefined ? undefined : this.#core.state.known.get(contactId)?.contact;
    this.#core.apply(event, at);
    const { seq } = this.#core;
    if (closing !== undefined) this.#close(drawContact(closing), seq, at, closing.hash);
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
    if (this.#hasStrayed) return;
    const events = this.#core.seq - this.#snapshotSeq;
    const elapsedMs = this.#monotonicMs() - this.#snapshotMs;
    if (events >= this.#bounds.snapshotEveryEvents || (events > 0 && elapsedMs >= this.#bounds.snapshotEveryMs)) {
      this.#snapshot();
    }
  }

  #snapshot(): void {
    this.#flush();
    const startedMs = this.#monotonicMs();
    const { seq, at } = this.#core;
    this.#archive.saveSnapshot({ seq, at }, encodeRecords(this.#core.records()), this.#reader.range().firstSeq);
    this.#isPruning = true;
    this.#snapshotSeq = seq;
    this.#snapshotMs = this.#monotonicMs();
    const tookMs = this.#snapshotMs - startedMs;
    this.#report({ kind: 'snapshot', seq, pruneSeq: this.#archive.pruneSeq(), tookMs });
  }

  /** Contacts closed too long ago go, a few each time, until none is left; then it rests until the next snapshot. */
  #prune(): void {
    if (!this.#isPruning) return;
    const count = this.#archive.pruneClosed(this.#core.at - this.#bounds.retainMs, PRUNE_BATCH);
    this.#isPruning = count === PRUNE_BATCH;
  }

  #compare(): void {
    const expected = this.#expected;
    if (expected === undefined || expected.seq > this.#core.seq) return;
    this.#expected = undefined;
    if (expected.seq < this.#core.seq) return;
    const agrees = this.#core.stateHash() === expected.hash;
    if (!agrees) this.#hasStrayed = true;
    this.#report({ kind: 'hash', seq: expected.seq, agrees });
  }
}
