// Answers on their way out: made when they are decided, sent when what they saw is durable.
//
// Invariants: 1. what an answer shows was decided when it was given: neither the live state nor anything that is not durable is looked at
// later, only the archive of closed contacts. 2. answers leave in the order in which they were given; those that need the archive as soon
// as they have it. 3. after `end` none leaves.

import type { Ok, Outcome, Query } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ContactView } from '../core/views.ts';
import { Fifo } from '../lib/fifo.ts';
import { bareOf, type ClosedPictures } from './closed-pictures.ts';
import type { PortOk, Reply } from './port.ts';

/** What the core made of a command or a query. */
export interface Decided {
  /** The newest event that the outcome saw. */
  readonly seq: number;
  readonly at: number;
  readonly outcome: Outcome;
  /** Undefined: it was a command. */
  readonly query: Query | undefined;
}

type Content = { readonly ok: PortOk } | { readonly error: Refusal };

interface Waiting {
  readonly seq: number;
  readonly at: number;
  /** The answer, or how the archive completes it. */
  readonly content: Content | (() => Promise<Content>);
  readonly reply: (reply: Reply) => void;
  readonly prepare: ((reply: Reply) => void) | undefined;
}

export class Answers {
  readonly #pictures: ClosedPictures;
  readonly #onFault: (cause: unknown) => void;
  readonly #waiting = new Fifo<Waiting>();
  /** Those that the archive is being asked for. */
  readonly #fetching = new Set<Promise<void>>();
  #durableSeq: number;
  #hasEnded = false;

  /** `onFault`: whoever asked threw when it was answered late. */
  constructor(pictures: ClosedPictures, durableSeq: number, onFault: (cause: unknown) => void) {
    this.#pictures = pictures;
    this.#durableSeq = durableSeq;
    this.#onFault = onFault;
  }

  /** Everything up to here may be seen. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  /** To be called in the turn in which it was decided. */
  give(
    { seq, at, outcome, query }: Decided,
    reply: (reply: Reply) => void,
    prepare: ((reply: Reply) => void) | undefined,
  ): void {
    const waiting = { seq, at, content: this.#contentOf(outcome, query), reply, prepare };
    if (seq <= this.#durableSeq && this.#waiting.size === 0) this.#send(waiting);
    else this.#waiting.push(waiting);
  }

  /** An answer that is not known yet: asked for when what its question saw is durable. */
  giveLater(
    { seq, at }: Pick<Decided, 'seq' | 'at'>,
    fetch: () => Promise<Content>,
    reply: (reply: Reply) => void,
  ): void {
    const waiting = { seq, at, content: fetch, reply, prepare: undefined };
    if (seq <= this.#durableSeq && this.#waiting.size === 0) this.#send(waiting);
    else this.#waiting.push(waiting);
  }

  /** The journal has everything up to the seq in hand: answers that saw no more can be prepared. None leaves. */
  prepare(underWaySeq: number): void {
    for (const { seq, at, content, prepare } of this.#waiting) {
      if (seq > underWaySeq) return;
      if (typeof content !== 'function') prepare?.({ seq, at, ...content });
    }
  }

  /** Everything up to the seq is durable, and was told. */
  release(durableSeq: number): void {
    this.#durableSeq = durableSeq;
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (next.seq > this.#durableSeq || this.#hasEnded) return;
      this.#waiting.shift();
      this.#send(next);
    }
  }

  /** Resolves when no answer waits for the archive any more. */
  async fetched(): Promise<void> {
    while (this.#fetching.size > 0) await Promise.all(this.#fetching);
  }

  end(): void {
    this.#hasEnded = true;
  }

  #contentOf(outcome: Outcome, query: Query | undefined): Waiting['content'] {
    if ('ok' in outcome) return this.#wholeOf(outcome.ok, query);
    if (query?.type !== 'get' || outcome.error.reason !== 'NO_SUCH_CONTACT') return outcome;
    return this.#forgotten(query, outcome.error);
  }

  #wholeOf(ok: Ok, query: Query | undefined): Waiting['content'] {
    const whole = this.#pictures.complete(ok);
    if (typeof whole !== 'function') return { ok: whole };
    return async () => {
      try {
        return { ok: await whole() };
      } catch (fault) {
        // What a command changed is changed, whatever the archive says: then the tombstone answers.
        return query === undefined ? { ok: bareOf(ok) } : archiveFault(fault);
      }
    };
  }

  /** A contact that the core has forgotten, if it may be told. */
  #forgotten({ actor, contactId }: Extract<Query, { readonly type: 'get' }>, refusal: Refusal): Waiting['content'] {
    if (actor.role === 'agent') return { error: refusal };
    const tell = (contact: ContactView | undefined): Content => {
      const isTheirs = contact !== undefined && (actor.role !== 'gateway' || contact.gatewayId === actor.id);
      return isTheirs ? { ok: { contact } } : { error: refusal };
    };
    const recent = this.#pictures.recent(contactId);
    if (recent !== undefined) return tell(recent);
    return async () => {
      try {
        return tell(await this.#pictures.archived(contactId));
      } catch (fault) {
        return archiveFault(fault);
      }
    };
  }

  #send({ seq, at, content, reply }: Waiting): void {
    if (typeof content !== 'function') return reply({ seq, at, ...content });
    const fetching = content()
      .then((completed) => {
        if (!this.#hasEnded) reply({ seq, at, ...completed });
      })
      .catch(this.#onFault)
      .finally(() => this.#fetching.delete(fetching));
    this.#fetching.add(fetching);
  }
}

function archiveFault(fault: unknown): Content {
  const message = `the archive does not answer: ${fault instanceof Error ? fault.message : String(fault)}`;
  return { error: refuse('INTERNAL_FAULT', message) };
}
