// What every client has, whatever its role: options with their defaults, the connection's life, and streams of what is pushed.
//
// 1. Streams are hot and keep nothing: who subscribes late has missed what came before. Subscribe, then connect.
// 2. A push is told in this order: `pushes$`, `welcome$`, then the streams of the role. 3. All complete when the client is closed.

import { type Observable, Subject } from 'rxjs';
import type { Explanation } from '../core/explanation.ts';
import type { AgentView } from '../core/views.ts';
import type { OkBody, Push, RequestBodies, Verb, Welcome as WireWelcome } from '../wire/messages.ts';
import { type Clock, platformClock } from './clock.ts';
import { type Contact, contactOf, type Offer, offerOf } from './contact.ts';
import { ClientFailure } from './cordboard-error.ts';
import { codecOf, type SubProtocol } from './frame-codec.ts';
import { type Backoff, defaultBackoff } from './reconnection.ts';
import { type Answer, type RequestOptions, Session } from './session.ts';
import type { SessionState } from './session-machine.ts';
import { type OpenSocket, openPlatformSocket, socketUrlOf } from './socket.ts';
import type { TokenSource } from './token-source.ts';

export interface ClientOptions {
  /** The router's address: `http://127.0.0.1:8750`, or the socket's own (`wss://…/v1/connect`). */
  readonly url: string;
  /** A token, or a function that gives one; only with a function does the client come back when its token has expired. */
  readonly token: TokenSource;
  /** Default: `json`. */
  readonly subProtocol?: SubProtocol;
  /** Default: the platform's WebSocket, the token as a sub-protocol entry. */
  readonly openSocket?: OpenSocket;
  /** How long to wait for an answer, unless a request says otherwise. Default: 10 s. */
  readonly requestTimeoutMs?: number;
  /** How long a socket may take to open. Default: 10 s. */
  readonly connectTimeoutMs?: number;
  /** Most requests without an answer; a further one fails at once. Default: 1000, which is also what the router takes. */
  readonly requestsMax?: number;
  /** After this long without a frame the client asks whether the router is there. Default: 20 s. */
  readonly silenceMs?: number;
  readonly backoff?: Partial<Backoff>;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: from [0, 1). */
  readonly random?: () => number;
}

/** What the router says first on every connection. For an agent `offers` and `contacts` are all that it holds now. */
export interface Welcome {
  readonly sessionId: string;
  /** The router's time. */
  readonly serverTime: number;
  readonly role: string;
  /** Agents only. */
  readonly agent?: AgentView;
  readonly offers: readonly Offer[];
  readonly contacts: readonly Contact[];
}

/** A verb of this client's that names one contact and answers it. */
type ContactVerb = Extract<
  Verb,
  | 'submit'
  | 'update'
  | 'cancel'
  | 'end'
  | 'get'
  | 'accept'
  | 'decline'
  | 'complete'
  | 'pull'
  | 'assign'
  | 'requeue'
  | 'transfer'
  | 'consult'
  | 'callback'
  | 'retry'
>;

/** Longer than the router takes at most to explain the past. */
const PAST: RequestOptions = { timeoutMs: 40_000 };

/** The part of a client that does not depend on its role. */
export abstract class Client {
  readonly #session: Session;
  readonly #pushes$ = new Subject<Push>();
  readonly #welcome$ = new Subject<Welcome>();
  #connected: Promise<Welcome> | undefined;
  /** How the connection stands, now and whenever that changes. */
  readonly state$: Observable<SessionState>;
  /** One for every connection, the first included. */
  readonly welcome$: Observable<Welcome> = this.#welcome$;
  /** Everything that is pushed, as it came: with seq and instant, attributes as JSON text. */
  readonly pushes$: Observable<Push> = this.#pushes$;

  constructor(options: ClientOptions) {
    this.#session = new Session({
      url: socketUrlOf(options.url),
      tokens: options.token,
      codec: codecOf(options.subProtocol ?? 'json'),
      openSocket: options.openSocket ?? openPlatformSocket,
      clock: options.clock ?? platformClock,
      random: options.random ?? Math.random,
      backoff: { ...defaultBackoff, ...options.backoff },
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
      requestsMax: options.requestsMax ?? 1_000,
      silenceMs: options.silenceMs ?? 20_000,
    });
    this.state$ = this.#session.state$;
    this.#session.pushes$.subscribe({
      next: (push) => {
        this.#pushes$.next(push);
        if ('welcome' in push) this.#welcome$.next(welcomeOf(push.welcome));
        this.pushed(push);
      },
      complete: () => {
        this.#pushes$.complete();
        this.#welcome$.complete();
        this.ended();
      },
    });
  }

  /** How the connection stands now. */
  get state(): SessionState {
    return this.#session.state;
  }

  /**
   * Begins to connect; answers the first welcome. Keeps trying while the router cannot be reached; throws {@link ClientFailure} CLOSED when
   * it is refused for good, or the client is closed. Repeated, it answers the same.
   */
  connect(): Promise<Welcome> {
    this.#connected ??= this.#connect();
    return this.#connected;
  }

  /**
   * Why a contact went to its agent, or why it still waits: gateways ask of their own, agents of those that they hold or held last.
   * `at`: as it stood after that event (a seq); with the number in an offer's id, all that the offer was chosen from. The router may take half a
   * minute to rebuild it.
   */
  async explain(
    contactId: string,
    { at = 0, ...options }: RequestOptions & { readonly at?: number } = {},
  ): Promise<Explanation> {
    const { ok } = await this.ask('explain', { contactId, at }, { retry: true, ...(at > 0 ? PAST : {}), ...options });
    return present(ok, 'explanation');
  }

  /** Closes for good: what waits for an answer fails, streams complete. */
  close(): void {
    this.#session.close();
  }

  /** Asks with a verb as the wire has it. {@link CordboardError}: refused; {@link ClientFailure}: no answer. */
  protected ask<V extends Verb>(verb: V, body: RequestBodies[V], options?: RequestOptions): Promise<Answer> {
    return this.#session.request(verb, body, options);
  }

  /** Asks with a verb that answers one contact; sent again after a lost connection unless told otherwise. */
  protected async askContact<V extends ContactVerb>(
    verb: V,
    body: RequestBodies[V],
    options?: RequestOptions,
  ): Promise<Contact> {
    const { ok } = await this.ask(verb, body, { retry: true, ...options });
    return contactOf(present(ok, 'contact'));
  }

  /** What the role makes of a push. */
  protected abstract pushed(push: Push): void;

  /** The session is closed: completes the streams of the role. */
  protected abstract ended(): void;

  #connect(): Promise<Welcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Welcome>();
    this.welcome$.subscribe({
      next: resolve,
      complete: () => reject(new ClientFailure('CLOSED', closedMessage(this.state))),
    });
    this.#session.start();
    return promise;
  }
}

function welcomeOf(welcome: WireWelcome): Welcome {
  const { offers = [], contacts = [] } = welcome;
  return { ...welcome, offers: offers.map(offerOf), contacts: contacts.map(contactOf) };
}

/** A part of an answer that its verb always has. */
export function present<K extends keyof OkBody>(ok: OkBody, name: K): NonNullable<OkBody[K]> {
  const value = ok[name];
  if (value === undefined || value === null) throw new TypeError(`the router's answer has no ${name}`);
  return value;
}

function closedMessage(state: SessionState): string {
  if (state.phase !== 'closed') return 'the client is closed';
  const { code, reason } = state.because;
  return `closed with ${code}${reason === '' ? '' : `: ${reason}`}`;
}
