// Keeps a gateway subscribed to its contacts across connections: after each reconnection it asks for what changed since the last push.
//
// 1. Nothing is missed: it goes on one seq before the last push seen, since another contact may have changed with the same seq and pushes
//    are levels, which may come twice.
// 2. If that is too far back for the router (RESYNC), the open contacts are listed and the subscription goes on from the list's seq; the
//    contacts that closed meanwhile are not among them.
// 3. It acts only while the session is open; each welcome makes the attempt of an earlier connection void.

import type { ContactView } from '../core/views.ts';
import type { Push } from '../wire/messages.ts';
import type { Clock } from './clock.ts';
import { ClientFailure, CordboardError } from './cordboard-error.ts';
import type { Answer } from './session.ts';

const PAGE_CONTACTS = 200;
const TRY_AGAIN_MS = 1_000;

export interface SubscriptionOptions {
  readonly clock: Clock;
  readonly subscribe: (sinceSeq: number) => Promise<Answer>;
  /** One page of the open contacts. */
  readonly listOpen: (afterId: string, limit: number) => Promise<Answer>;
  /** A contact as it was listed. */
  readonly onListed: (contact: ContactView) => void;
  readonly onResync: (resync: Resync) => void;
}

/** Pushes were missed that the router cannot give any more. */
export interface Resync {
  /** The last push before the gap. */
  readonly afterSeq: number;
  /** The open contacts were listed as of this seq; pushes follow from it on. */
  readonly listedSeq: number;
  /** How many open contacts were listed. */
  readonly openCount: number;
}

export class Subscription {
  readonly #options: SubscriptionOptions;
  #isOn = false;
  /** Everything up to here was pushed or asked for. */
  #lastSeq = 0;
  /** Counts welcomes and closes. */
  #round = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  /** The last seq that was seen: what to go on from in another process. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Subscribes, from now (0) or from what changed after a seq. Throws as a request does, RESYNC too. */
  async start(sinceSeq: number): Promise<number> {
    const { seq, ok } = await this.#options.subscribe(sinceSeq);
    this.#isOn = true;
    // From now on: the answer says where that is. From a seq: only pushes say how far they have come.
    this.#lastSeq = Math.max(this.#lastSeq, sinceSeq === 0 ? (ok.seq ?? seq) : sinceSeq);
    return ok.seq ?? seq;
  }

  /** A push came, of whatever kind. */
  pushed(push: Push): void {
    if ('welcome' in push) this.#welcomed();
    else if ('contact' in push) this.#lastSeq = Math.max(this.#lastSeq, push.seq);
  }

  /** The session is closed. */
  stop(): void {
    this.#round += 1;
    this.#cancelTimer?.();
  }

  #welcomed(): void {
    this.stop();
    if (this.#isOn) void this.#resume(this.#round);
  }

  async #resume(round: number): Promise<void> {
    try {
      await this.#goOn(round);
    } catch (error) {
      // With the connection lost, the next welcome is the next attempt.
      const isLost = error instanceof ClientFailure && error.code !== 'TIMED_OUT';
      if (round !== this.#round || isLost) return;
      this.#cancelTimer = this.#options.clock.setTimer(TRY_AGAIN_MS, () => void this.#resume(round));
    }
  }

  async #goOn(round: number): Promise<void> {
    try {
      await this.#options.subscribe(Math.max(1, this.#lastSeq - 1));
    } catch (error) {
      if (!(error instanceof CordboardError && error.reason === 'RESYNC')) throw error;
      if (round === this.#round) await this.#resync(round);
    }
  }

  /** Lists what is open and subscribes from there. */
  async #resync(round: number): Promise<void> {
    const afterSeq = this.#lastSeq;
    const { listedSeq, openCount } = await this.#listAll(round);
    if (round !== this.#round) return;
    await this.#options.subscribe(listedSeq);
    if (round !== this.#round) return;
    this.#lastSeq = Math.max(listedSeq, 1);
    this.#options.onResync({ afterSeq, listedSeq, openCount });
  }

  async #listAll(round: number): Promise<{ listedSeq: number; openCount: number }> {
    let listedSeq = 0;
    let openCount = 0;
    let afterId = '';
    do {
      const { ok, seq } = await this.#options.listOpen(afterId, PAGE_CONTACTS);
      if (round !== this.#round) break;
      // What changes while later pages are read is pushed again, since the subscription starts where the first page was read.
      if (afterId === '') listedSeq = ok.seq ?? seq;
      for (const contact of ok.contacts ?? []) this.#options.onListed(contact);
      openCount += ok.contacts?.length ?? 0;
      afterId = ok.next ?? '';
    } while (afterId !== '');
    return { listedSeq, openCount };
  }
}
