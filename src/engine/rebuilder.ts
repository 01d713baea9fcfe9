// Explains contacts as they stood after an event of the past: the newest snapshot up to there, the events after it, and the same fold as
// everywhere. Decides nothing, writes nothing.
//
// Invariants: 1. what is answered follows from the data directory and the question: what was asked before makes it quicker and nothing else.
// 2. the state rebuilt last is kept: a question further on, with no snapshot in between, goes on from there. 3. the choice of an offer is looked
// at in the state right before it, which is gone afterwards: so it is kept with the state.

import type { Query } from '../core/commands.ts';
import type { Core } from '../core/core.ts';
import type { Explanation } from '../core/explanation.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Retraced } from '../core/retrace.ts';
import type { Archive, JournalReader } from '../journal/journal.ts';
import { JournalFailure } from '../journal/journal-failure.ts';
import { assert } from '../lib/assert.ts';
import { decodeEvents } from '../wire/event-codec.ts';
import { restoreSnapshot } from './recovery.ts';

/** So many runners-up of an offer are found again. */
export const RUNNERS_UP_MAX = 10;

/** A question about the past: `at` is the event after which. */
export type PastQuestion = Extract<Query, { readonly type: 'explain' }> & { readonly at: number };

export type PastExplanation = { readonly ok: { readonly explanation: Explanation } } | { readonly error: Refusal };

/** What it reads. */
export interface PastSources {
  readonly reader: Pick<JournalReader, 'range' | 'read'>;
  readonly archive: Pick<Archive, 'latestSnapshot' | 'snapshotSeqs'>;
}

/** A state of the past. */
interface Rebuilt {
  readonly core: Core;
  /** If its last event made an offer: what that did not keep. */
  retraced: Retraced | undefined;
}

export class Rebuilder {
  readonly #sources: PastSources;
  #held: Rebuilt | undefined = undefined;

  constructor(sources: PastSources) {
    this.#sources = sources;
  }

  /** The event must be durable. Throws JournalFailure or WireFailure when what is there cannot be read. */
  explain(question: PastQuestion): PastExplanation {
    const { at } = question;
    const rebuilt = this.#rebuild(at);
    if ('code' in rebuilt) return { error: rebuilt };
    const { core, retraced } = rebuilt;
    const outcome = core.explainReplayed(question, retraced);
    if ('error' in outcome) return outcome;
    const { explanation } = outcome.ok;
    assert(explanation !== undefined, 'who asks for an explanation gets one');
    return { ok: { explanation: { ...explanation, at } } };
  }

  #rebuild(at: number, isFirstTry = true): Rebuilt | Refusal {
    try {
      const start = this.#startFor(at);
      if ('code' in start) return start;
      // What breaks half-way is not gone on from.
      this.#held = undefined;
      this.#replay(start, at);
      this.#held = start;
      return start;
    } catch (cause) {
      // Pruning was quicker.
      if (cause instanceof JournalFailure && cause.code === 'PRUNED') return this.#gone(at);
      // So may have been who keeps the snapshots: one that is gone half-way was one of many.
      if (cause instanceof JournalFailure && isFirstTry) return this.#rebuild(at, false);
      throw cause;
    }
  }

  /** A state at or before the event, the nearest that is there. */
  #startFor(at: number): Rebuilt | Refusal {
    const { reader, archive } = this.#sources;
    const snapshotSeq = archive.snapshotSeqs().find((seq) => seq < at) ?? 0;
    const held = this.#held;
    if (held !== undefined && held.core.seq <= at && held.core.seq >= snapshotSeq) return held;
    // It may be large: it goes before the next one comes.
    this.#held = undefined;
    // A snapshot of the event itself comes too late to see the choice of its offer.
    const before = archive.latestSnapshot(undefined, at - 1);
    const isReached = (before?.seq ?? 0) + 1 >= reader.range().firstSeq;
    if (isReached) return { core: restoreSnapshot(before), retraced: undefined };
    const snapshot = archive.latestSnapshot(undefined, at);
    return snapshot?.seq === at ? { core: restoreSnapshot(snapshot), retraced: undefined } : this.#gone(at);
  }

  #replay(rebuilt: Rebuilt, at: number): void {
    const { core } = rebuilt;
    if (core.seq === at) return;
    for (const commit of this.#sources.reader.read(core.seq, at)) {
      let seq = commit.firstSeq;
      for (const { at: instant, event } of decodeEvents(commit.events)) {
        if (seq > at) break;
        if (seq++ <= core.seq) continue;
        const isLast = core.seq + 1 === at;
        rebuilt.retraced =
          isLast && event.type === 'offerMade' ? core.retrace(event, instant, RUNNERS_UP_MAX) : undefined;
        core.apply(event, instant);
      }
    }
    assert(core.seq === at, `rebuilt is the state after event ${core.seq}, not ${at}`);
  }

  #gone(at: number): Refusal {
    const { reader, archive } = this.#sources;
    const { firstSeq } = reader.range();
    const usable = archive.snapshotSeqs().filter((seq) => seq + 1 >= firstSeq);
    const earliest = firstSeq === 1 ? 1 : usable.at(-1);
    const from = earliest === undefined || earliest <= at ? '' : `: ask for ${earliest} or later`;
    return refuse('HISTORY_GONE', `the state after event ${at} can no longer be rebuilt${from}`, 'at');
  }
}
