// The journal as the engine's group commit sees it, on a disk that is slow, stuck, fails, or goes with the process.
//
// 1. What is durable is what the journal beneath has acknowledged, and `durableSeq` knows it before the engine does.
// 2. A commit that was in hand when the process died, or when the write failed, is there afterwards as a whole or not at all.
// 3. Bytes are read back before they are kept: they must be the events that happened.

import type { CommitSink } from '../../src/engine/group-commit.ts';
import type { Commit, Journal } from '../../src/journal/journal.ts';
import type { Kept } from './moves.ts';
import type { Storage } from './storage.ts';
import type { VirtualTime } from './virtual-time.ts';

interface InHand {
  readonly commit: Commit;
  readonly settled: PromiseWithResolvers<void>;
  /** Takes back the timer that ends it, if one does. */
  cancel: () => void;
  /** The real write, once it has begun. */
  writing: Promise<void> | undefined;
}

/** What a dead process leaves: the last seqs that may be found, and whether the end of the last write is missing. */
export interface Remains {
  readonly seqs: readonly number[];
  readonly isTorn: boolean;
}

export class TortureDisk implements CommitSink {
  readonly #storage: Storage;
  readonly #journal: Journal;
  readonly #time: VirtualTime;
  readonly #check: (commit: Commit) => void;
  #delayMs: number | 'stuck' = 0;
  #inHand: InHand | undefined = undefined;
  #failsNext: Kept | undefined = undefined;
  #isOver = false;
  /** Of a write that failed. */
  #remains: Remains | undefined = undefined;
  durableSeq: number;

  /** `check` is called with each commit when it is appended. */
  constructor(storage: Storage, journal: Journal, time: VirtualTime, check: (commit: Commit) => void) {
    this.#storage = storage;
    this.#journal = journal;
    this.#time = time;
    this.#check = check;
    this.durableSeq = journal.lastSeq;
  }

  /** Whether something goes on that needs no virtual time: a real write. */
  get isWriting(): boolean {
    return this.#inHand?.writing !== undefined;
  }

  get hasInHand(): boolean {
    return this.#inHand !== undefined;
  }

  /** The write failed, as it was told to. */
  get hasFailed(): boolean {
    return this.#isOver;
  }

  async append(given: Commit): Promise<void> {
    const commit = { ...given, events: Uint8Array.from(given.events) };
    if (this.#isOver) throw new Error('the disk is gone');
    if (this.#inHand !== undefined) throw new Error('a commit was appended while another one was in hand');
    this.#check(commit);
    const inHand: InHand = {
      commit,
      settled: Promise.withResolvers<void>(),
      cancel: () => undefined,
      writing: undefined,
    };
    this.#inHand = inHand;
    this.#storage.mark();
    if (this.#failsNext !== undefined) this.#fail(inHand, this.#failsNext);
    else this.#schedule(inHand);
    await inHand.settled.promise;
  }

  /** How long a write takes from now on, that of the commit in hand too. */
  setDelay(delayMs: number | 'stuck'): void {
    this.#delayMs = delayMs;
    const inHand = this.#inHand;
    if (inHand === undefined || inHand.writing !== undefined) return;
    inHand.cancel();
    this.#schedule(inHand);
  }

  /** The write of the commit in hand fails, unless it is being made, or else that of the next. */
  breakWrite(kept: Kept): void {
    if (this.#inHand === undefined || this.isWriting) this.#failsNext = kept;
    else this.#fail(this.#inHand, kept);
  }

  /** The process is killed: nothing is told any more. */
  async die(kept: Kept): Promise<Remains> {
    const inHand = this.#inHand;
    this.#inHand = undefined;
    if (this.#isOver || inHand === undefined) {
      this.#isOver = true;
      return this.#remains ?? { seqs: [this.durableSeq], isTorn: false };
    }
    this.#isOver = true;
    inHand.cancel();
    const remains = this.#remainsOf(inHand, inHand.writing === undefined ? kept : 'whole');
    await (inHand.writing ?? this.#keep(inHand, kept));
    return remains;
  }

  #schedule(inHand: InHand): void {
    if (this.#delayMs === 'stuck') return;
    if (this.#delayMs === 0) this.#write(inHand);
    else inHand.cancel = this.#time.after(this.#delayMs, () => this.#write(inHand));
  }

  #write(inHand: InHand): void {
    inHand.writing = this.#journal.append(inHand.commit);
    inHand.writing.then(
      () => {
        if (this.#isOver) return;
        this.#inHand = undefined;
        this.durableSeq = lastSeqOf(inHand);
        inHand.settled.resolve();
      },
      (cause: unknown) => this.#broken(inHand, cause),
    );
  }

  #fail(inHand: InHand, kept: Kept): void {
    inHand.cancel();
    this.#isOver = true;
    this.#remains = this.#remainsOf(inHand, kept);
    inHand.writing = this.#keep(inHand, kept);
    inHand.writing.then(
      () => this.#broken(inHand, new Error('the disk failed')),
      (cause: unknown) => this.#broken(inHand, cause),
    );
  }

  #broken(inHand: InHand, cause: unknown): void {
    this.#inHand = undefined;
    inHand.settled.reject(cause);
  }

  async #keep(inHand: InHand, kept: Kept): Promise<void> {
    if (kept === 'whole' || (kept === 'torn' && this.#storage.canTear)) await this.#journal.append(inHand.commit);
  }

  #remainsOf(inHand: InHand, kept: Kept): Remains {
    if (kept === 'whole') return { seqs: [lastSeqOf(inHand)], isTorn: false };
    if (kept === 'nothing') return { seqs: [this.durableSeq], isTorn: false };
    return { seqs: [this.durableSeq, lastSeqOf(inHand)], isTorn: true };
  }
}

function lastSeqOf({ commit }: InHand): number {
  return commit.firstSeq + commit.count - 1;
}
