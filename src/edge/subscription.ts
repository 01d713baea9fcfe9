/**
 * A gateway's subscription on one connection: pushes of its contacts as levels, live or catching up.
 *
 * 1. Live, a push goes to the outbox as the newest state of its contact. Catching up, pages of changes are read from the
 *    engine as the socket drains, and live pushes wait here (`#pending`) until the pages have passed them.
 * 2. Whatever is skipped is followed by a newer state of the same contact; levels reach the outbox in order of seq.
 * 3. Memory is bounded by `levelsMax` here and in the outbox. What does not fit is forgotten and read again: the engine
 *    keeps the changes, so a slow gateway costs no memory, however long it stays slow.
 * 4. A start answers once, also when a later one overtakes it; what an overtaken one reads is ignored.
 */

import { type Refusal, refuse } from '../core/refusal.ts';
import type { EnginePort, PortOk, Reply } from '../engine/port.ts';
import { assert } from '../lib/assert.ts';
import type { Outbox } from './outbox.ts';
import { PushFrame } from './push-frame.ts';
import type { Timers } from './timers.ts';

const PAGE_CONTACTS_MAX = 100;

/** Tells the outcome of `start`: pushes follow from this seq on, or there is no subscription. */
export type Subscribed = { readonly seq: number } | { readonly seq: number; readonly refusal: Refusal };

export interface SubscriptionOptions {
  readonly gatewayId: string;
  readonly port: EnginePort;
  readonly outbox: Outbox;
  readonly levelsMax: number;
  readonly timers: Timers;
  /** The backlog cannot be read on: too much was missed for too long. */
  readonly onBroken: (refusal: Refusal) => void;
}

export class Subscription {
  readonly #options: SubscriptionOptions;
  #state: 'off' | 'live' | 'catchingUp' = 'off';
  /** Counts the starts, so that answers to an earlier one are told. */
  #generation = 0;
  /** Catching up: everything up to here was put. */
  #cursorSeq = 0;
  #isReading = false;
  #pending = new Map<string, PushFrame>();
  /** Newest seq of a push that was forgotten because `#pending` was full. */
  #forgottenSeq = 0;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#state !== 'off';
  }

  /** From now on; `durableSeq` is the newest seq whose pushes have gone out. */
  startFromNow(durableSeq: number): Subscribed {
    this.#restart('live', durableSeq);
    return { seq: durableSeq };
  }

  /** From the first change after `sinceSeq` on; `answer` is called before anything is pushed. */
  startSince(sinceSeq: number, answer: (subscribed: Subscribed) => void): void {
    this.#restart('catchingUp', sinceSeq);
    this.#read((reply, isCurrent) => {
      const refusal = refusalOf(reply, sinceSeq);
      if (refusal !== undefined && isCurrent) this.stop();
      answer(refusal === undefined ? { seq: reply.seq } : { seq: reply.seq, refusal });
      return refusal === undefined;
    });
  }

  /** A contact of the gateway's changed. */
  contactChanged(contactId: string, frame: PushFrame): void {
    if (this.#state === 'live') this.#options.outbox.putLevel(contactId, frame);
    else if (this.#state === 'catchingUp') this.#keep(contactId, frame);
  }

  /** The socket has drained: goes on reading. */
  proceed(): void {
    if (this.#state === 'catchingUp' && !this.#isReading && !this.#options.outbox.isFull) this.#read(() => true);
  }

  /** The outbox gave up what it held, from this seq on: it is read again. */
  levelsLost(fromSeq: number): void {
    if (this.#state !== 'live') return;
    this.#state = 'catchingUp';
    this.#cursorSeq = fromSeq - 1;
    this.proceed();
  }

  /** A contact changed with this event, and only reading shows how. */
  readAgain(seq: number): void {
    if (this.#state === 'live') this.levelsLost(seq);
    // The page that is on its way may have been read before.
    else this.#forgottenSeq = Math.max(this.#forgottenSeq, seq);
  }

  stop(): void {
    this.#restart('off', 0);
  }

  #restart(state: 'off' | 'live' | 'catchingUp', cursorSeq: number): void {
    this.#generation += 1;
    this.#state = state;
    this.#cursorSeq = cursorSeq;
    this.#isReading = false;
    this.#pending.clear();
    this.#forgottenSeq = 0;
    this.#options.outbox.dropLevels();
  }

  #keep(contactId: string, frame: PushFrame): void {
    this.#pending.delete(contactId);
    if (this.#pending.size >= this.#options.levelsMax) this.#pending.clear();
    else {
      this.#pending.set(contactId, frame);
      return;
    }
    this.#forgottenSeq = frame.seq;
  }

  /** Reads the next page; `goOn` sees the reply first, and whether no later start overtook it, and says if the page counts. */
  #read(goOn: (reply: Reply, isCurrent: boolean) => boolean): void {
    const generation = this.#generation;
    const { port, gatewayId, levelsMax } = this.#options;
    const limit = Math.min(PAGE_CONTACTS_MAX, levelsMax);
    this.#isReading = true;
    port.query({ type: 'changes', gatewayId, sinceSeq: this.#cursorSeq, limit }, (reply) => {
      const isCurrent = generation === this.#generation;
      if (isCurrent) this.#isReading = false;
      if (!goOn(reply, isCurrent) || !isCurrent) return;
      if ('error' in reply) this.#options.onBroken(reply.error);
      else this.#takePage(reply, reply.ok);
    });
  }

  #takePage(reply: Reply, page: PortOk): void {
    const { contacts = [], seqs = [], next } = page;
    assert(contacts.length === seqs.length, 'changes come with their seqs');
    contacts.forEach((contact, index) => {
      const frame = new PushFrame({ seq: seqs[index] ?? 0, at: reply.at, contact });
      this.#options.outbox.putLevel(contact.id, frame);
    });
    // What this page saw is in it or in the pages after it.
    for (const [contactId, frame] of this.#pending) if (frame.seq <= reply.seq) this.#pending.delete(contactId);
    if (next !== undefined && next !== '') this.#cursorSeq = Number(next);
    else {
      this.#cursorSeq = reply.seq;
      if (this.#forgottenSeq <= reply.seq) {
        this.#goLive();
        return;
      }
    }
    // The next page in another turn of the event loop: a long backlog must not keep others waiting.
    this.#options.timers.soon(() => this.proceed());
  }

  #goLive(): void {
    const pending = this.#pending;
    this.#pending = new Map();
    this.#forgottenSeq = 0;
    this.#state = 'live';
    // Should the outbox give them up at once, `levelsLost` turns back to catching up from the cursor.
    for (const [contactId, frame] of pending) this.contactChanged(contactId, frame);
  }
}

function refusalOf(reply: Reply, sinceSeq: number): Refusal | undefined {
  if ('error' in reply) return reply.error;
  if (sinceSeq <= reply.seq) return undefined;
  // The client knows events that this router does not: the journal is another one.
  return refuse('RESYNC', `the newest event is ${reply.seq}: list, then subscribe from that answer's seq`, 'sinceSeq');
}
