// A session with the router: one logical client that outlives its sockets. It carries out what the session machine decides, passes pushes
// on in their order and answers to whoever asked. What the pushes mean is the business of the clients built on it.
//
// 1. One socket at a time; what an earlier one still says is not heard. 2. Nothing is buffered but requests, and those up to a limit.
// 3. When the session is closed every request has failed, every stream has completed and no timer is left.

import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import { AssertionFailure } from '../lib/assert.ts';
import { utf8ByteLength } from '../lib/utf8.ts';
import type { OkBody, Push, Reply, RequestBodies, Verb } from '../wire/messages.ts';
import type { Clock } from './clock.ts';
import { ClientFailure, CordboardError } from './cordboard-error.ts';
import type { FrameCodec, FrameData } from './frame-codec.ts';
import type { Backoff } from './reconnection.ts';
import { RequestTable } from './request-table.ts';
import { SessionKeeper } from './session-keeper.ts';
import { type SessionEffect, type SessionInput, type SessionState, stepSession } from './session-machine.ts';
import type { OpenSocket, SocketLike } from './socket.ts';
import { isRenewable, type TokenSource, tokenOf } from './token-source.ts';

/** Largest frame that the router takes. */
const FRAME_BYTES_MAX = 65_536;
/** Close code for a frame that cannot be read: protocol error. */
const UNREADABLE = 1002;

export interface SessionOptions {
  /** ws:// or wss://, with the path. */
  readonly url: string;
  readonly tokens: TokenSource;
  readonly codec: FrameCodec;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  /** From [0, 1), for the delays before coming back. */
  readonly random: () => number;
  readonly backoff: Backoff;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestsMax: number;
  readonly silenceMs: number;
}

export interface RequestOptions {
  /** How long to wait for the answer, reconnections included. */
  readonly timeoutMs?: number;
  /** Whether to send it again, under the same id, when the connection is lost before the answer. */
  readonly retry?: boolean;
}

/** An answer with the newest event that it saw. */
export interface Answer {
  readonly ok: OkBody;
  readonly seq: number;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #requests: RequestTable<Reply>;
  readonly #keeper: SessionKeeper;
  readonly #state$ = new BehaviorSubject<SessionState>({ phase: 'idle' });
  readonly #pushes$ = new Subject<Push>();
  #state: SessionState = { phase: 'idle' };
  #socket: SocketLike | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const { clock, requestsMax, silenceMs, tokens } = options;
    this.#options = options;
    this.#requests = new RequestTable(clock, requestsMax, (timeoutMs) => this.#onTimeout(timeoutMs));
    this.#keeper = new SessionKeeper({
      clock,
      tokens,
      silenceMs,
      authenticate: (token) => this.request('authenticate', { token }),
      onSilent: () => this.#step({ type: 'silent' }),
    });
  }

  /** How the session stands, now and whenever that changes; completes when it is closed. */
  get state$(): Observable<SessionState> {
    return this.#state$;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Everything that the router pushes, welcomes too, in its order; completes when the session is closed. */
  get pushes$(): Observable<Push> {
    return this.#pushes$;
  }

  /** Begins to connect; does nothing the second time. */
  start(): void {
    this.#step({ type: 'start' });
  }

  /** Closes for good. */
  close(): void {
    this.#step({ type: 'close' });
  }

  /** Asks the router. Throws {@link CordboardError} if it refuses, {@link ClientFailure} if no answer comes. */
  async request<V extends Verb>(verb: V, body: RequestBodies[V], options: RequestOptions = {}): Promise<Answer> {
    const reply = await this.#ask(verb, body, options);
    if ('error' in reply) throw new CordboardError(reply.error);
    return { ok: reply.ok, seq: reply.seq };
  }

  #ask<V extends Verb>(verb: V, body: RequestBodies[V], options: RequestOptions): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    if (this.state.phase === 'closed') {
      reject(
        new ClientFailure('CLOSED', `${verb} was not sent: ${this.state.because.reason || 'the session is closed'}`),
      );
      return promise;
    }
    this.#requests.add({
      verb,
      encode: (id) =>
        withinLimit(
          verb,
          encoded(() => this.#options.codec.encodeRequest(id, verb, body)),
        ),
      repeatable: options.retry ?? false,
      timeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
      resolve,
      reject,
    });
    return promise;
  }

  #step(input: SessionInput): void {
    const { clock, backoff, connectTimeoutMs, tokens, random } = this.#options;
    const terms = {
      backoff,
      connectTimeoutMs,
      tokenRenewable: isRenewable(tokens),
      nowMs: clock.now(),
      random: random(),
    };
    const { state, effects } = stepSession(this.#state, input, terms);
    if (state === this.#state) return;
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect, state);
    // Subscribers may ask for the next step from in here: nothing of this one may be left to do.
    this.#state$.next(state);
    if (state.phase !== 'closed') return;
    this.#pushes$.complete();
    this.#state$.complete();
  }

  #carryOut(effect: SessionEffect, state: SessionState): void {
    switch (effect.type) {
      case 'fetchToken':
        void this.#fetchToken();
        break;
      case 'openSocket':
        this.#openSocket(effect.token);
        break;
      case 'dropSocket':
        this.#dropSocket();
        break;
      case 'startTimer':
        this.#cancelTimer = this.#options.clock.setTimer(effect.delayMs, () => this.#step({ type: 'timer' }));
        break;
      case 'stopTimer':
        this.#cancelTimer?.();
        break;
      case 'opened':
        if (state.phase === 'open') this.#keeper.start(state.token);
        this.#requests.opened((frame) => this.#socket?.send(frame));
        break;
      case 'lost':
        this.#keeper.stop();
        this.#requests.lost(effect.mayRepeat);
        break;
      case 'ended':
        this.#keeper.stop();
        this.#requests.closed(effect.because.reason || `the socket was closed with ${effect.because.code}`);
        break;
    }
  }

  async #fetchToken(): Promise<void> {
    try {
      const token = await tokenOf(this.#options.tokens);
      this.#step({ type: 'token', token });
    } catch (error) {
      this.#step({ type: 'tokenFailed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  #openSocket(token: string): void {
    const socket = this.#makeSocket(token);
    if (socket === undefined) return;
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#hear(data);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#step({ type: 'socketClosed', code, reason });
    });
    // A close event follows every error and says all there is to know; without a listener `ws` would throw.
    socket.addEventListener('error', () => undefined);
  }

  /** A socket; undefined if none could be made (a token that is no word, for one): then it counts as closed, a moment later. */
  #makeSocket(token: string): SocketLike | undefined {
    const { codec, openSocket, url } = this.#options;
    try {
      return openSocket({ url, subProtocol: codec.subProtocol, token });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      queueMicrotask(() => this.#step({ type: 'socketClosed', code: 1006, reason }));
      return undefined;
    }
  }

  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    // The one code that browsers let a page give, short of private ones.
    socket?.close(1000);
  }

  #hear(data: unknown): void {
    const frame = this.#options.codec.decodeFrame(data);
    this.#keeper.heard();
    if (frame === undefined) {
      this.#dropSocket();
      this.#step({ type: 'socketClosed', code: UNREADABLE, reason: 'a frame of the router could not be read' });
    } else if ('reply' in frame) {
      this.#requests.answer(frame.reply.id, frame.reply);
    } else if ('push' in frame) {
      if ('welcome' in frame.push) this.#step({ type: 'welcome' });
      this.#pushes$.next(frame.push);
    }
  }

  /** A request without an answer on a socket that has been silent all the while: the socket is dead. */
  #onTimeout(timeoutMs: number): void {
    if (this.#keeper.silentForMs >= timeoutMs) this.#step({ type: 'silent' });
  }
}

/** What no sub-protocol can say (half a surrogate pair, 1.5 for a whole number) is refused here as the router would refuse it. */
function encoded(encode: () => FrameData): FrameData {
  try {
    return encode();
  } catch (fault) {
    if (!(fault instanceof AssertionFailure)) throw fault;
    throw new CordboardError({ code: 'INVALID_ARGUMENT', reason: 'INVALID_FIELD', message: fault.message, path: '' });
  }
}

function withinLimit(verb: string, frame: FrameData): FrameData {
  const bytes = typeof frame === 'string' ? utf8ByteLength(frame) : frame.length;
  if (bytes <= FRAME_BYTES_MAX) return frame;
  throw new ClientFailure(
    'FRAME_TOO_LARGE',
    `${verb} takes ${bytes} bytes, at most ${FRAME_BYTES_MAX} fit into a frame`,
  );
}
