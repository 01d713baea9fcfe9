/**
 * A WebSocket client with nothing to spare: what the load sends and reads, and no more. A client library would take more
 * CPU than the router that it measures.
 *
 * 1. Frames of the server are never fragmented, masked or compressed (the router sends none such); anything else ends the
 *    socket with an error.
 * 2. All sockets share one buffer for reading: what `onFrame` gets is good during the call only.
 * 3. Frames are masked with a random key, as the protocol wants it, so that the server has its whole work with them.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface SocketWish {
  readonly port: number;
  readonly subprotocol: string;
  readonly token: string;
  /** A frame's payload lies in `bytes` from `start` to `end`. */
  readonly onFrame: (socket: LeanSocket, bytes: Buffer, start: number, end: number) => void;
  /** It ended, and not because `end` was called. */
  readonly onLost: (why: string) => void;
}

const CONNECT_PATH = '/v1/connect';
const SHARED = Buffer.allocUnsafeSlow(256 * 1024);
const HEAD_END = '\r\n\r\n';
const FIN = 0x80;
const MASKED = 0x80;
const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export class LeanSocket {
  readonly #wish: SocketWish;
  readonly #socket: Socket;
  readonly #mask = randomBytes(4);
  readonly #opened = Promise.withResolvers<void>();
  readonly #dataOpcode: number;
  /** Bytes of a frame, or of the handshake, that is not whole yet. */
  #rest: Buffer | undefined;
  #state: 'opening' | 'open' | 'ended' = 'opening';

  private constructor(wish: SocketWish) {
    this.#wish = wish;
    this.#dataOpcode = wish.subprotocol.endsWith('json') ? OPCODE.text : OPCODE.binary;
    const callback = (length: number): boolean => {
      this.#receive(length);
      return true;
    };
    this.#socket = connect({ host: '127.0.0.1', port: wish.port, noDelay: true, onread: { buffer: SHARED, callback } });
    this.#socket.on('connect', () => this.#socket.write(this.#handshake()));
    this.#socket.on('error', (error) => this.#lose(error.message));
    this.#socket.on('close', () => this.#lose('the socket was closed'));
  }

  /** Resolves when the handshake is done. */
  static async open(wish: SocketWish): Promise<LeanSocket> {
    const socket = new LeanSocket(wish);
    await socket.#opened.promise;
    return socket;
  }

  /** Sends one frame. Text must be ASCII. */
  send(payload: string | Uint8Array): void {
    this.#write(this.#dataOpcode, payload);
  }

  /** What is sent between these two leaves in one write. */
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  end(): void {
    this.#state = 'ended';
    this.#socket.destroy();
  }

  #handshake(): string {
    const lines = [
      `GET ${CONNECT_PATH} HTTP/1.1`,
      `Host: 127.0.0.1:${this.#wish.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${this.#wish.subprotocol}`,
      `Authorization: Bearer ${this.#wish.token}`,
    ];
    return lines.join('\r\n') + HEAD_END;
  }

  #write(opcode: number, payload: string | Uint8Array): void {
    const { length } = payload;
    const head = length < 126 ? 2 : 4;
    const start = head + 4;
    const frame = Buffer.allocUnsafe(start + length);
    frame[0] = FIN | opcode;
    if (length < 126) frame[1] = MASKED | length;
    else {
      frame[1] = MASKED | 126;
      frame.writeUInt16BE(length, 2);
    }
    frame.set(this.#mask, head);
    if (typeof payload === 'string') frame.write(payload, start, 'latin1');
    else frame.set(payload, start);
    const mask = this.#mask;
    for (let index = 0; index < length; index++) {
      const at = start + index;
      frame[at] = (frame[at] ?? 0) ^ (mask[index & 3] ?? 0);
    }
    this.#socket.write(frame);
  }

  #receive(length: number): void {
    let bytes = SHARED;
    let end = length;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, SHARED.subarray(0, length)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    const start = this.#state === 'opening' ? this.#endOfHandshake(bytes, end) : 0;
    const taken = this.#state === 'open' ? this.#takeFrames(bytes, start, end) : start;
    if (taken < end) this.#rest = Buffer.from(bytes.subarray(taken, end));
  }

  /** Where frames begin; 0 while the answer to the handshake is not whole. */
  #endOfHandshake(bytes: Buffer, end: number): number {
    const text = bytes.toString('latin1', 0, end);
    const headEnd = text.indexOf(HEAD_END);
    if (headEnd === -1) return 0;
    const isTaken = text.startsWith('HTTP/1.1 101 ') && text.toLowerCase().includes(`: ${this.#wish.subprotocol}\r\n`);
    if (!isTaken) this.#lose(`the handshake was refused: ${text.slice(0, 300)}`);
    else {
      this.#state = 'open';
      this.#opened.resolve();
    }
    return headEnd + HEAD_END.length;
  }

  /** Gives out the whole frames; answers where the first that is not whole begins. */
  #takeFrames(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (end - at >= 2) {
      const opcode = bytes[at] ?? 0;
      let length = bytes[at + 1] ?? 0;
      let head = 2;
      if (length === 126) {
        if (end - at < 4) return at;
        length = bytes.readUInt16BE(at + 2);
        head = 4;
      } else if (length > 126) {
        this.#lose('a frame that is masked or above 64 KiB');
        return end;
      }
      if (end - at < head + length) return at;
      this.#takeFrame(opcode, bytes, at + head, at + head + length);
      at += head + length;
    }
    return at;
  }

  #takeFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === (FIN | this.#dataOpcode)) this.#wish.onFrame(this, bytes, start, end);
    else if (opcode === (FIN | OPCODE.ping)) this.#write(OPCODE.pong, bytes.subarray(start, end));
    else if (opcode === (FIN | OPCODE.close)) {
      this.#lose(`closed ${bytes.readUInt16BE(start)}: ${bytes.toString('utf8', start + 2, end)}`);
    } else this.#lose(`an unexpected frame, first byte ${opcode}`);
  }

  #lose(why: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#opened.reject(new Error(why));
    this.#socket.destroy();
    this.#wish.onLost(why);
  }
}
