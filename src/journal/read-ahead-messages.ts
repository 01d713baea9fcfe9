/**
 * What the two sides of a reading ahead share: the thread that reads (read-ahead-thread.ts) and the one that waits (read-ahead.ts).
 *
 * 1. A page is posted first and counted then: who sees the count finds the page.
 * 2. After `end` or `failed` nothing follows.
 */
import type { MessagePort } from 'node:worker_threads';
import type { PlainFailure } from './journal-failure.ts';

/** How the thread is started. */
export interface ReadAheadThreadData {
  readonly directory: string;
  readonly afterSeq: number;
  readonly port: MessagePort;
  /** Of {@link COUNTS} counts. */
  readonly counts: SharedArrayBuffer;
}

/** Places of the counts: messages posted, pages taken. */
export const POSTED = 0;
export const TAKEN = 1;
export const COUNTS = 2;

/** So many pages lie ready at most. */
export const PAGES_AHEAD_MAX = 64;
/** A page is closed when its events take this. */
export const PAGE_BYTES = 512 * 1024;
/** Numbers of each commit of a page: firstSeq, count, at, and where its events end in the page's bytes. */
export const HEAD_NUMBERS = 4;

export type ReadAheadMessage =
  | { readonly kind: 'page'; readonly heads: Float64Array; readonly events: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly failure: PlainFailure };
