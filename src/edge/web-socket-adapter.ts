/**
 * The thin skin between a `ws` socket and a Connection: events in, calls out. No decisions in here.
 *
 * 1. Frames of one flush leave in one write of the network socket (cork).
 * 2. Every event of the socket is listened to, errors too: none of them can end the process.
 */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Subprotocol } from '../wire/request.ts';
import type { CloseCode } from './close-codes.ts';
import type { ConnectionSocket } from './connection.ts';
import type { Flushable, FlushQueue } from './flush-queue.ts';
import type { EncodedFrame } from './outbox.ts';

/** What a connection does with the events of its socket. */
export interface SocketListener extends Flushable {
  receive(data: Uint8Array, isBinary: boolean): void;
  pong(): void;
  closed(): void;
}

const REASON_BYTES_MAX = 123;

export class WebSocketAdapter implements ConnectionSocket {
  readonly #webSocket: WebSocket;
  readonly #networkSocket: Duplex;
  readonly #flushQueue: FlushQueue;
  readonly #isBinary: boolean;
  #listener: SocketListener | undefined;

  constructor(webSocket: WebSocket, networkSocket: Duplex, flushQueue: FlushQueue, subprotocol: Subprotocol) {
    this.#webSocket = webSocket;
    this.#networkSocket = networkSocket;
    this.#flushQueue = flushQueue;
    this.#isBinary = subprotocol === 'proto';
  }

  /** Passes the socket's events on from now on. */
  listen(listener: SocketListener): void {
    this.#listener = listener;
    const webSocket = this.#webSocket;
    webSocket.on('message', (data, isBinary) => listener.receive(bytesOf(data), isBinary));
    webSocket.on('ping', () => listener.pong());
    webSocket.on('pong', () => listener.pong());
    // A frame that breaks the protocol: the library closes with the code for it; nothing more is to be expected.
    webSocket.on('error', () => listener.closed());
    webSocket.on('close', () => listener.closed());
    this.#networkSocket.on('drain', () => listener.flush());
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  /** At the network socket's own high-water mark: then it says `drain` when it is empty. */
  get isFull(): boolean {
    return this.#webSocket.bufferedAmount >= this.#networkSocket.writableHighWaterMark;
  }

  write(frames: readonly EncodedFrame[]): void {
    this.#networkSocket.cork();
    for (const frame of frames) this.#webSocket.send(frame, { binary: this.#isBinary });
    this.#networkSocket.uncork();
  }

  requestFlush(): void {
    if (this.#listener !== undefined) this.#flushQueue.add(this.#listener);
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  ping(): void {
    this.#webSocket.ping();
  }

  close(code: CloseCode, reason: string): void {
    this.#webSocket.resume();
    this.#webSocket.close(code, cutReason(reason));
  }

  terminate(): void {
    this.#webSocket.terminate();
  }
}

/** A control frame has room for 123 bytes of reason; a cut inside a character would be bad UTF-8. */
function cutReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES_MAX) return reason;
  return bytes
    .subarray(0, REASON_BYTES_MAX)
    .toString()
    .replace(/\uFFFD$/, '');
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
