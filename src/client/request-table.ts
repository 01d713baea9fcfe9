// The requests of a client that have no answer yet: those under way on the socket, and those that wait for one. No I/O: sending is a call
// that the table is given, time is the clock's.
//
// 1. Every request ends exactly once: answered, refused, timed out, lost or closed.
// 2. A request keeps its id when it is sent again. 3. At most `requestsMax` are held; a further one fails at once.
// 4. While there is no socket nothing is sent; then everything unsent goes out in the order in which it was asked.

import type { Clock } from './clock.ts';
import { ClientFailure, ConnectionLost } from './cordboard-error.ts';
import type { FrameData } from './frame-codec.ts';

/** A request as the caller asked for it. */
export interface PendingRequest<Answer> {
  readonly verb: string;
  /** The frame for an id; called once each time it is sent. Throws if the request cannot be encoded. */
  readonly encode: (id: number) => FrameData;
  /** Whether it may be sent again on another socket. */
  readonly repeatable: boolean;
  readonly timeoutMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

interface Entry<Answer> extends PendingRequest<Answer> {
  readonly cancelTimer: () => void;
  /** On the socket that is open now. */
  sent: boolean;
  everSent: boolean;
}

/** Sends a frame on the open socket. */
export type SendFrame = (frame: FrameData) => void;

export class RequestTable<Answer> {
  readonly #clock: Clock;
  readonly #requestsMax: number;
  /** A request that was under way on the socket timed out, after that long. */
  readonly #onTimeout: (timeoutMs: number) => void;
  readonly #entryById = new Map<number, Entry<Answer>>();
  #lastId = 0;
  #send: SendFrame | undefined;

  constructor(clock: Clock, requestsMax: number, onTimeout: (timeoutMs: number) => void) {
    this.#clock = clock;
    this.#requestsMax = requestsMax;
    this.#onTimeout = onTimeout;
  }

  /** How many have no answer yet. */
  get size(): number {
    return this.#entryById.size;
  }

  /** Takes a request: sends it now, or as soon as there is a socket. */
  add(request: PendingRequest<Answer>): void {
    if (this.#entryById.size >= this.#requestsMax) {
      const message = `${this.#requestsMax} requests are waiting for an answer already`;
      request.reject(new ClientFailure('TOO_MANY_REQUESTS', message));
      return;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const cancelTimer = this.#clock.setTimer(request.timeoutMs, () => this.#timeOut(id));
    const entry = { ...request, cancelTimer, sent: false, everSent: false };
    this.#entryById.set(id, entry);
    this.#sendEntry(id, entry);
  }

  /** Gives an answer to the request of the id; false if there is none (it timed out, or the router invented it). */
  answer(id: number, answer: Answer): boolean {
    const entry = this.#take(id);
    entry?.resolve(answer);
    return entry !== undefined;
  }

  /** A socket is open: sends what waits. */
  opened(send: SendFrame): void {
    this.#send = send;
    for (const [id, entry] of this.#entryById) this.#sendEntry(id, entry);
  }

  /** The socket is gone: what was sent waits for the next one if it may be repeated, else it is lost. */
  lost(mayRepeat: boolean): void {
    this.#send = undefined;
    for (const [id, entry] of [...this.#entryById]) {
      if (entry.sent && !(mayRepeat && entry.repeatable)) {
        const message = `the connection was lost before ${entry.verb} was answered: whether it took effect is unknown`;
        this.#take(id)?.reject(new ConnectionLost(message));
      } else {
        entry.sent = false;
      }
    }
  }

  /** Nothing will be answered any more. */
  closed(reason: string): void {
    this.#send = undefined;
    for (const id of [...this.#entryById.keys()]) {
      const entry = this.#take(id);
      entry?.reject(new ClientFailure('CLOSED', `${entry.verb} has no answer: ${reason}`));
    }
  }

  #sendEntry(id: number, entry: Entry<Answer>): void {
    if (this.#send === undefined) return;
    let frame: FrameData;
    try {
      frame = entry.encode(id);
    } catch (error) {
      this.#take(id)?.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    entry.sent = true;
    entry.everSent = true;
    this.#send(frame);
  }

  #timeOut(id: number): void {
    const entry = this.#take(id);
    if (entry === undefined) return;
    const what = entry.everSent ? 'no answer came: whether it took effect is unknown' : 'there was no connection';
    entry.reject(new ClientFailure('TIMED_OUT', `${entry.verb} timed out after ${entry.timeoutMs} ms: ${what}`));
    if (entry.sent) this.#onTimeout(entry.timeoutMs);
  }

  #take(id: number): Entry<Answer> | undefined {
    const entry = this.#entryById.get(id);
    if (entry === undefined) return undefined;
    this.#entryById.delete(id);
    entry.cancelTimer();
    return entry;
  }
}
