/**
 * What the two halves of the SQLite journal say to each other: the engine's side (sqlite-journal.ts) asks, the
 * journal's thread (sqlite-journal-thread.ts) answers in the order in which it was asked.
 *
 * 1. The first answer is `opened` or `failed`.
 * 2. After `failed` nothing but `closed` follows.
 */
import type { CommitStoreOptions } from './commit-store.ts';
import type { Commit, PruneBounds, Pruned } from './journal.ts';
import type { PlainFailure } from './journal-failure.ts';

/** How the thread is started. */
export interface JournalThreadData extends CommitStoreOptions {
  readonly directory: string;
}

export type JournalRequest =
  | { readonly kind: 'append'; readonly commit: Commit }
  | { readonly kind: 'prune'; readonly id: number; readonly bounds: PruneBounds }
  | { readonly kind: 'size'; readonly id: number }
  | { readonly kind: 'close' };

export type JournalAnswer =
  | { readonly kind: 'opened'; readonly firstSeq: number; readonly lastSeq: number }
  | { readonly kind: 'durable'; readonly lastSeq: number }
  | { readonly kind: 'pruned'; readonly id: number; readonly pruned: Pruned }
  | { readonly kind: 'size'; readonly id: number; readonly sizeBytes: number }
  | { readonly kind: 'failed'; readonly failure: PlainFailure }
  | { readonly kind: 'closed' };
