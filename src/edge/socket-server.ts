/**
 * WebSockets on the HTTP server's port: handshakes judged, tokens verified, connections made and closed.
 *
 * 1. Only /v1/connect upgrades; everything else that asks for an upgrade gets a plain HTTP answer.
 * 2. A bad token completes the handshake and closes 4401, before anything is read.
 * 3. A socket that fails at any moment, also while its token is being verified, ends itself and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Refusal } from '../core/refusal.ts';
import { encodeJson } from '../wire/json-encoder.ts';
import type { Subprotocol } from '../wire/request.ts';
import { type CloseCode, closeCodes } from './close-codes.ts';
import { Connection } from './connection.ts';
import { type EdgeContext, unreadyRefusal } from './edge-context.ts';
import { FlushQueue } from './flush-queue.ts';
import { entryOf, judgeHandshake } from './handshake.ts';
import type { OriginList } from './origins.ts';
import { Pulse } from './pulse.ts';
import type { Verified } from './tokens.ts';
import { WebSocketAdapter } from './web-socket-adapter.ts';

interface Open {
  readonly connection: Connection;
  readonly webSocket: WebSocket;
}

export class SocketServer {
  readonly #edge: EdgeContext;
  readonly #origins: OriginList;
  readonly #webSockets: WebSocketServer;
  readonly #flushQueue = new FlushQueue();
  readonly #pulse: Pulse;
  readonly #open = new Set<Open>();
  /** Called when the last connection is gone. */
  #onEmpty: (() => void) | undefined;

  constructor(edge: EdgeContext, origins: OriginList) {
    this.#edge = edge;
    this.#origins = origins;
    this.#pulse = new Pulse(edge.timers);
    const options = {
      noServer: true,
      clientTracking: false,
      maxPayload: edge.limits.frameBytesMax,
      perMessageDeflate: false,
      closeTimeout: edge.limits.closeTimeoutMs,
      // The first that the client names and the router knows, as judgeHandshake has it; never an entry with a token.
      handleProtocols: (_entries: Set<string>, request: IncomingMessage) => this.#selected(request),
    };
    this.#webSockets = new WebSocketServer(options);
  }

  get connectionCount(): number {
    return this.#open.size;
  }

  /** Takes the upgrades of the server from now on. */
  attach(server: Server): void {
    this.#pulse.start();
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Closes every connection with the code; resolves when all are gone, at the latest after so many milliseconds. */
  async closeAll(code: CloseCode, reason: string, withinMs: number): Promise<void> {
    for (const { connection } of [...this.#open]) connection.close(code, reason);
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#edge.timers.after(withinMs, resolve);
        this.#onEmpty = () => {
          cancel();
          resolve();
        };
      });
    }
    for (const { webSocket } of [...this.#open]) webSocket.terminate();
    this.stop();
  }

  /** Leaves no timer behind. */
  stop(): void {
    this.#pulse.stop();
  }

  #selected(request: IncomingMessage): string | false {
    const judged = judgeHandshake(request.url ?? '', request.headers, this.#origins, undefined);
    return 'subprotocol' in judged ? entryOf(judged.subprotocol) : false;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the WebSocket takes the socket over, nobody else listens to its errors.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    const judged = judgeHandshake(request.url ?? '', request.headers, this.#origins, unreadyRefusal(this.#edge));
    if ('refusal' in judged) {
      this.#edge.counters.rejected(judged.refusal.reason);
      answerPlainly(socket, judged.status, judged.refusal);
      return;
    }
    const { subprotocol, token } = judged;
    const verifying = this.#edge.tokens.verify(token, this.#edge.timers.now());
    verifying.then(
      (verified) => {
        if (socket.destroyed) return;
        this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          socket.off('error', ignore);
          this.#connect(webSocket, socket, subprotocol, verified);
        });
      },
      (error: unknown) => {
        this.#edge.logger.error({ err: error }, 'verifying a token failed');
        socket.destroy();
      },
    );
  }

  #connect(webSocket: WebSocket, socket: Duplex, subprotocol: Subprotocol, verified: Verified): void {
    const adapter = new WebSocketAdapter(webSocket, socket, this.#flushQueue, subprotocol);
    const unready = unreadyRefusal(this.#edge);
    if ('refusal' in verified || unready !== undefined) {
      webSocket.on('error', () => undefined);
      const refusal = 'refusal' in verified ? verified.refusal : unready;
      if (refusal !== undefined) this.#turnAway(adapter, refusal);
      return;
    }
    const peer = { identity: verified.ok, subprotocol, sessionId: randomUUID() };
    const connection = new Connection(this.#edge, peer, adapter);
    const open: Open = { connection, webSocket };
    const { role, id } = connection.actor;
    const { sessionId } = connection;
    this.#edge.logger.debug({ role, id, sessionId, subprotocol }, 'connection opened');
    this.#open.add(open);
    this.#pulse.add(connection);
    adapter.listen(connection);
    webSocket.on('close', (code) => {
      this.#forget(open);
      this.#edge.logger.debug({ role, id, sessionId, code }, 'connection closed');
    });
    connection.open();
  }

  #turnAway(adapter: WebSocketAdapter, refusal: Refusal): void {
    this.#edge.counters.rejected(refusal.reason);
    if (refusal.code === 'UNAUTHENTICATED') adapter.close(closeCodes.token, refusal.message);
    else if (refusal.reason === 'DRAINING') adapter.close(closeCodes.draining, refusal.message);
    else adapter.close(closeCodes.tryLater, refusal.message);
  }

  #forget(open: Open): void {
    this.#open.delete(open);
    this.#pulse.remove(open.connection);
    if (this.#open.size === 0) this.#onEmpty?.();
  }
}

/** An HTTP answer on a socket that will not be a WebSocket. */
function answerPlainly(socket: Duplex, status: number, refusal: Refusal): void {
  const body = encodeJson('Refusal', { error: refusal });
  const retry = refusal.retryAfterMs === undefined ? [] : [`Retry-After: ${Math.ceil(refusal.retryAfterMs / 1000)}`];
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...retry,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
