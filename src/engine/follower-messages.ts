// What the engine's thread and the follower's thread say to each other.

/** How often it saves, and how long it keeps. */
export interface ArchivistBounds {
  readonly snapshotEveryEvents: number;
  readonly snapshotEveryMs: number;
  /** Closed contacts older than this go. */
  readonly retainMs: number;
}

export interface FollowerThreadData extends ArchivistBounds {
  readonly directory: string;
}

export type FollowerRequest =
  | { readonly kind: 'durable'; readonly seq: number }
  /** The engine's state hash after event `seq`; to be compared with the follower's own. */
  | { readonly kind: 'expect'; readonly seq: number; readonly hash: string }
  | { readonly kind: 'close' };

export type FollowerReport =
  /** Everything closed up to the seq is in the archive. */
  | { readonly kind: 'archived'; readonly seq: number }
  /** A snapshot was saved; commits behind `pruneSeq` are not needed to recover. */
  | { readonly kind: 'snapshot'; readonly seq: number; readonly pruneSeq: number; readonly tookMs: number }
  | { readonly kind: 'hash'; readonly seq: number; readonly agrees: boolean }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' };
