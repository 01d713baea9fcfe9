// What the pure parts of the edge are given in tests: sockets flushed by hand, timers turned by hand, views, a context.
import type { Role } from '../../src/core/commands.ts';
import type { AgentView, ContactView } from '../../src/core/views.ts';
import { Connection, type ConnectionSocket } from '../../src/edge/connection.ts';
import type { EdgeContext, EdgeLogger } from '../../src/edge/edge-context.ts';
import { EdgeCounters } from '../../src/edge/edge-counters.ts';
import { defaultLimits, type EdgeLimits } from '../../src/edge/limits.ts';
import type { EncodedFrame } from '../../src/edge/outbox.ts';
import { PushRoutes } from '../../src/edge/push-routes.ts';
import { SubjectRates } from '../../src/edge/rate-limit.ts';
import type { Timers } from '../../src/edge/timers.ts';
import type { TokenVerifier, Verified } from '../../src/edge/tokens.ts';
import type { Push } from '../../src/engine/port.ts';
import type { Frame, RequestBodies, Verb } from '../../src/wire/messages.ts';
import { decodeFrame, encodeRequest, type Subprotocol } from '../../src/wire/request.ts';
import { FakePort } from './fake-port.ts';

export const START = 1_760_000_000_000;

/** A clock that stands until it is turned. */
export class FakeTimers implements Timers {
  #now = START;
  #waiting: { readonly at: number; readonly callback: () => void }[] = [];
  #soon: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== timer);
    };
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  /** Runs what was to run in the next turn, and what that asks for, until nothing is left. */
  settle(): void {
    for (let callback = this.#soon.shift(); callback !== undefined; callback = this.#soon.shift()) callback();
  }

  /** Lets time pass, running what falls due in its order. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#waiting.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#waiting = this.#waiting.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      this.settle();
    }
    this.#now = until;
    this.settle();
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }
}

/** A socket that keeps what it is given until it is drained, and takes `capacityBytes` before it is full. */
export class FakeSocket implements ConnectionSocket {
  readonly subprotocol: Subprotocol;
  capacityBytes = 64 * 1024;
  /** Whether what is written is gone at once. */
  isReading = true;
  bufferedBytes = 0;
  isPaused = false;
  pingCount = 0;
  writes: EncodedFrame[][] = [];
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  isTerminated = false;
  flushWanted = false;

  constructor(subprotocol: Subprotocol = 'json') {
    this.subprotocol = subprotocol;
  }

  get isFull(): boolean {
    return this.bufferedBytes >= this.capacityBytes;
  }

  write(frames: readonly EncodedFrame[]): void {
    this.writes.push([...frames]);
    if (this.isReading) return;
    for (const frame of frames) this.bufferedBytes += Buffer.byteLength(frame);
  }

  requestFlush(): void {
    this.flushWanted = true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  ping(): void {
    this.pingCount += 1;
  }

  close(code: number, reason: string): void {
    this.closedWith ??= { code, reason };
  }

  terminate(): void {
    this.isTerminated = true;
  }

  /** Everything written so far, decoded. */
  get frames(): Frame[] {
    return this.writes.flat().map((frame) => {
      const decoded = decodeFrame(this.subprotocol, frame);
      if ('refusal' in decoded) throw new Error(`undecodable frame: ${decoded.refusal.message}`);
      return decoded.value;
    });
  }

  /** What was written since the last call, decoded. */
  take(): Frame[] {
    const { frames } = this;
    this.writes = [];
    return frames;
  }
}

export const silentLogger: EdgeLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Tokens that are plain text: `role:id:expiresAt`. */
export const plainTokens: TokenVerifier = {
  async verify(token): Promise<Verified> {
    const [role, id, expiresAt] = token.split(' ');
    if (role === undefined || id === undefined) {
      return { refusal: { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID', message: 'no', path: '' } };
    }
    return { ok: { role: role as Role, id, expiresAt: Number(expiresAt) } };
  },
};

export interface World {
  readonly edge: EdgeContext;
  readonly port: FakePort;
  readonly timers: FakeTimers;
}

/** An edge's context before a fake port, with its routes subscribed. */
export function fakeWorld(limits: Partial<EdgeLimits> = {}): World {
  const port = new FakePort();
  const timers = new FakeTimers();
  const all = { ...defaultLimits, ...limits };
  const edge: EdgeContext = {
    port,
    tokens: plainTokens,
    limits: all,
    rates: new SubjectRates(all.rateByRole),
    routes: new PushRoutes(port.seq),
    counters: new EdgeCounters(),
    timers,
    logger: silentLogger,
    draining: false,
  };
  port.underWay$.subscribe((steps) => edge.routes.prepare(steps));
  port.committed$.subscribe((batch) => edge.routes.route(batch));
  return { edge, port, timers };
}

/** A connection with its fake socket. */
export class Client {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  #requestId = 0;

  constructor(
    edge: EdgeContext,
    role: Role,
    id: string,
    options: { subprotocol?: Subprotocol; expiresAt?: number } = {},
  ) {
    const { subprotocol = 'json', expiresAt = START + 86_400_000 } = options;
    this.socket = new FakeSocket(subprotocol);
    const sessionId = `session-of-${id}-${++sessionCount}`;
    this.connection = new Connection(edge, { identity: { role, id, expiresAt }, subprotocol, sessionId }, this.socket);
    this.connection.open();
  }

  /** Sends a request; returns its id. */
  send<V extends Verb>(verb: V, body: Partial<RequestBodies[V]>): number {
    const id = ++this.#requestId;
    this.sendRaw(encodeRequest(this.socket.subprotocol, id, verb, body as RequestBodies[V]));
    return id;
  }

  sendRaw(data: string | Uint8Array): void {
    this.connection.receive(Buffer.from(data as string), typeof data !== 'string');
  }

  /** Flushes as the end of a tick does, and takes what was written. */
  take(): Frame[] {
    if (this.socket.flushWanted) {
      this.socket.flushWanted = false;
      this.connection.flush();
    }
    return this.socket.take();
  }

  /** The peer reads everything that is buffered, as often as the connection writes more. */
  drain(): Frame[] {
    const frames: Frame[] = this.take();
    while (this.socket.bufferedBytes > 0) {
      this.socket.bufferedBytes = 0;
      this.connection.flush();
      frames.push(...this.take());
    }
    return frames;
  }
}

let sessionCount = 0;

export function contactView(id: string, changes: Partial<ContactView> = {}): ContactView {
  return {
    id,
    channel: 'voice',
    direction: 'INBOUND',
    gatewayId: 'gw',
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    queue: 'billing',
    requires: [],
    prefers: [],
    segment: 'default',
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    attributes: '',
    state: 'QUEUED',
    agentId: '',
    submittedAt: START,
    enqueuedAt: START,
    agedFrom: START,
    offeredAt: 0,
    assignedAt: 0,
    endedAt: 0,
    closedAt: 0,
    dueAt: 0,
    timeZone: '',
    callbackAt: 0,
    version: 1,
    ...changes,
  };
}

export function agentView(id: string, changes: Partial<AgentView> = {}): AgentView {
  return {
    id,
    name: '',
    skills: {},
    capacity: 100,
    limits: {},
    presence: 'OFFLINE',
    reason: '',
    channels: [],
    load: 0,
    contacts: [],
    version: 1,
    connected: true,
    mayPull: false,
    ...changes,
  };
}

/** A push of a contact to its gateway. */
export function contactPush(seq: number, contact: ContactView): Push {
  return { to: 'gateway', id: contact.gatewayId, seq, at: START, kind: 'contact', contact };
}

/** A closed contact of the gateway's changed: there is something to read. */
export function changedPush(seq: number, gatewayId = 'gw'): Push {
  return { to: 'gateway', id: gatewayId, seq, at: START, kind: 'changed' };
}
