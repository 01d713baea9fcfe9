// A clock that stands until it is moved and sockets that do what the test says: no network, no waiting.
import type { Clock } from '../../src/client/clock.ts';
import type { OpenSocket, SocketLike, SocketTarget } from '../../src/client/socket.ts';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 1_000_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers are set. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Moves on, letting timers fire in their order and what they began come to rest. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settled();
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.callback();
      await settled();
    }
    this.#nowMs = endMs;
    await settled();
  }
}

/** Until everything that was begun has come to rest. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

type Listener = (event: { readonly data: unknown; readonly code: number; readonly reason: string }) => void;

/** A request as the fake router reads it. */
export interface SentRequest {
  readonly id: number;
  readonly verb: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export class FakeSocket implements SocketLike {
  readonly target: SocketTarget;
  readonly sent: SentRequest[] = [];
  binaryType = '';
  /** The code that the client closed it with. */
  closedWith: number | undefined;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(target: SocketTarget) {
    this.target = target;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const { id, ...verbs } = JSON.parse(String(data));
    const [verb = '', body = {}] = Object.entries(verbs)[0] ?? [];
    this.sent.push({ id, verb, body: body as Readonly<Record<string, unknown>> });
  }

  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  /** The network or the router closes it. */
  drop(code: number, reason = ''): void {
    this.#emit('close', { data: undefined, code, reason });
  }

  /** The router sends text. */
  say(text: string): void {
    this.#emit('message', { data: text, code: 0, reason: '' });
  }

  push(seq: number, event: object): void {
    this.say(JSON.stringify({ push: { seq, at: 1, ...event } }));
  }

  welcome(extra: object = {}): void {
    this.push(1, { welcome: { sessionId: 's', serverTime: 1, role: 'gateway', ...extra } });
  }

  answer(id: number, ok: object, seq = 1): void {
    this.say(JSON.stringify({ reply: { id, seq, ok } }));
  }

  refuse(id: number, error: object): void {
    this.say(JSON.stringify({ reply: { id, seq: 1, error } }));
  }

  /** The last request of the verb. */
  last(verb: string): SentRequest {
    const request = this.sent.findLast((sent) => sent.verb === verb);
    if (request === undefined) throw new Error(`no ${verb} was sent`);
    return request;
  }

  verbs(): string[] {
    return this.sent.map((sent) => sent.verb);
  }

  #emit(type: string, event: Parameters<Listener>[0]): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

/** Sockets in the order in which they were opened. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];
  readonly open: OpenSocket = (target) => {
    const socket = new FakeSocket(target);
    this.sockets.push(socket);
    return socket;
  };

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }
}
