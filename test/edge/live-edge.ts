// An edge that really listens, on a port of its own, before whatever port a test gives it.
import type { Test } from 'tap';
import WebSocket, { type ClientOptions } from 'ws';
import { parsePolicy } from '../../src/config/policy-file.ts';
import type { Role } from '../../src/core/commands.ts';
import { createEdge, type Edge, type EdgeAddress, type EdgeOptions } from '../../src/edge/edge.ts';
import { keyOfSecret } from '../../src/edge/local-key.ts';
import { LocalTokens } from '../../src/edge/tokens.ts';
import type { EnginePort } from '../../src/engine/port.ts';
import type { Frame, RequestBodies, Verb } from '../../src/wire/messages.ts';
import { decodeFrame, encodeRequest, type Subprotocol } from '../../src/wire/request.ts';
import { FakePort } from './fake-port.ts';
import { silentLogger } from './fakes.ts';

export const KEY = keyOfSecret('the key of the tests, 32 bytes at least');
const tokens = new LocalTokens(KEY);

/** A token for an hour, or for so long. */
export async function tokenOf(role: Role, subject: string, ttlMs = 3_600_000): Promise<string> {
  const minted = await tokens.mint({ role, subject, ttlMs, now: Date.now() });
  if ('refusal' in minted) throw new Error(minted.refusal.message);
  return minted.token;
}

export interface LiveEdge {
  readonly edge: Edge;
  readonly address: EdgeAddress;
  fetch(path: string, init?: RequestInit & { role?: Role; id?: string }): Promise<Response>;
  connect(role: Role, id: string, options?: { subprotocol?: Subprotocol; ttlMs?: number }): Promise<LiveClient>;
}

export async function startEdge(t: Test, port: EnginePort, options: Partial<EdgeOptions> = {}): Promise<LiveEdge> {
  const edge = await createEdge({
    port,
    tokens,
    host: '127.0.0.1',
    portNumber: 0,
    allowedOrigins: [],
    parsePolicy: async (text) => parsePolicy(text),
    renderMetrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }),
    logger: silentLogger,
    version: '1.2.3',
    ...options,
  });
  const address = await edge.listen();
  t.teardown(async () => {
    if (port instanceof FakePort) port.answers = () => ({ ok: {} });
    await edge.drain(2_000);
  });
  return {
    edge,
    address,
    async fetch(path, { role, id = 'me', headers, ...init } = {}) {
      const own = role === undefined ? {} : { authorization: `Bearer ${await tokenOf(role, id)}` };
      return fetch(address.httpUrl + path, { ...init, headers: { ...own, ...headers } });
    },
    async connect(role, id, { subprotocol = 'json', ttlMs } = {}) {
      const token = await tokenOf(role, id, ttlMs);
      const client = new LiveClient(address.socketUrl, subprotocol, { headers: { authorization: `Bearer ${token}` } });
      t.teardown(() => client.webSocket.terminate());
      await client.next();
      return client;
    },
  };
}

type PushOf = Extract<Frame, { readonly push: unknown }>['push'];
type ReplyOf = Extract<Frame, { readonly reply: unknown }>['reply'];

/** A real socket that keeps what it gets in order, to be taken one by one. */
export class LiveClient {
  readonly webSocket: WebSocket;
  readonly subprotocol: Subprotocol;
  readonly closed: Promise<number>;
  readonly #frames: Frame[] = [];
  #wanting: (() => void)[] = [];
  #requestId = 0;

  constructor(url: string, subprotocol: Subprotocol, options: ClientOptions = {}, entries: string[] = []) {
    this.subprotocol = subprotocol;
    this.webSocket = new WebSocket(url, [`cordboard.v1.${subprotocol}`, ...entries], options);
    this.webSocket.on('message', (data) => {
      const decoded = decodeFrame(subprotocol, subprotocol === 'json' ? String(data) : (data as Buffer));
      if ('refusal' in decoded) throw new Error(decoded.refusal.message);
      this.#frames.push(decoded.value);
      this.#wake();
    });
    this.webSocket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.webSocket.on('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  /** The next frame; rejects when the socket closes before. */
  next(): Promise<Frame> {
    return this.#nextThat(() => true);
  }

  /** The next push of that kind, passing over other pushes. */
  async nextPush<K extends string>(kind: K): Promise<PushOf> {
    for (;;) {
      const frame = await this.#nextThat((candidate) => 'push' in candidate);
      if ('push' in frame && kind in frame.push) return frame.push;
    }
  }

  send<V extends Verb>(verb: V, body: Partial<RequestBodies[V]>): number {
    const id = ++this.#requestId;
    this.webSocket.send(encodeRequest(this.subprotocol, id, verb, body as RequestBodies[V]));
    return id;
  }

  /** Sends and waits for the reply; pushes stay for others to take. */
  async ask<V extends Verb>(verb: V, body: Partial<RequestBodies[V]>): Promise<ReplyOf> {
    const id = this.send(verb, body);
    const frame = await this.#nextThat((candidate) => 'reply' in candidate && candidate.reply.id === id);
    if ('push' in frame) throw new Error('a push is no reply');
    return frame.reply;
  }

  async #nextThat(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const at = this.#frames.findIndex(isWanted);
      const [frame] = at === -1 ? [] : this.#frames.splice(at, 1);
      if (frame !== undefined) return frame;
      if (this.webSocket.readyState === WebSocket.CLOSED) throw new Error('closed');
      await new Promise<void>((resolve) => this.#wanting.push(resolve));
    }
  }

  #wake(): void {
    const wanting = this.#wanting;
    this.#wanting = [];
    for (const wake of wanting) wake();
  }
}

/** A listening edge before a fake port that answers what a test tells it to. */
export async function fakeSite(
  t: Test,
  options: Partial<EdgeOptions> = {},
): Promise<{ port: FakePort; live: LiveEdge }> {
  const port = new FakePort();
  return { port, live: await startEdge(t, port, options) };
}
