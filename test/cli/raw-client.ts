// A bare client of the JSON sub-protocol: no resuming, no retries. Every frame goes to a listener the moment it comes.

import { WebSocket } from 'ws';

export interface RawReply {
  readonly id: number;
  readonly seq: number;
  readonly ok?: Readonly<Record<string, unknown>> & { readonly contact?: RawContact };
  readonly error?: { readonly reason: string };
}

export interface RawContact {
  readonly id: string;
  readonly state: string;
  readonly agentId?: string;
  readonly position?: number;
}

export interface RawPush {
  readonly seq: number;
  readonly welcome?: { readonly offers?: readonly RawOffer[]; readonly contacts?: readonly RawContact[] };
  readonly offer?: RawOffer;
  readonly contact?: RawContact;
}

export interface RawOffer {
  readonly id: string;
  readonly contact: RawContact;
}

export class RawClient {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (reply: RawReply | undefined) => void>();
  readonly #onPush: (push: RawPush) => void;
  #lastId = 0;
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket, onPush: (push: RawPush) => void) {
    this.#socket = socket;
    this.#onPush = onPush;
    socket.on('message', (data) => this.#hear(JSON.parse(String(data))));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        for (const settle of this.#pending.values()) settle(undefined);
        this.#pending.clear();
        resolve(code);
      });
    });
  }

  static async open(url: string, token: string, onPush: (push: RawPush) => void): Promise<RawClient> {
    const socket = new WebSocket(url, ['cordboard.v1.json'], { headers: { authorization: `Bearer ${token}` } });
    const client = new RawClient(socket, onPush);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  /** The reply; undefined when the connection ended before it came. */
  ask(verb: string, body: unknown): Promise<RawReply | undefined> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve(undefined);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, [verb]: body }));
    });
  }

  close(): void {
    this.#socket.close();
  }

  #hear(frame: { readonly reply?: RawReply; readonly push?: RawPush }): void {
    if (frame.push !== undefined) this.#onPush(frame.push);
    if (frame.reply === undefined) return;
    this.#pending.get(frame.reply.id)?.(frame.reply);
    this.#pending.delete(frame.reply.id);
  }
}
