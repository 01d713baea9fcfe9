/**
 * One client's connection, without I/O: bytes in; frames, close codes and commands for the engine out. Both sub-protocols.
 *
 * 1. The first frame is the welcome. Nothing is read from the socket before it (the socket is paused), and pushes that
 *    arrive earlier wait; those that the welcome has already seen are dropped.
 * 2. A session of a gateway or an agent is opened in the core before the welcome and closed there as soon as the
 *    connection is on its way down, whoever began it. Supervisors and admins have no session in the core.
 * 3. `close` takes effect once: afterwards nothing is sent, received or asked any more.
 * 4. Time is told: `receive`, `pong` and `tick` read the edge's clock; `tick` comes once a second.
 */
import type { Actor } from '../core/commands.ts';
import type { Refusal } from '../core/refusal.ts';
import type { ContactView } from '../core/views.ts';
import type { Reply } from '../engine/port.ts';
import { encodeFrame, type Subprotocol } from '../wire/request.ts';
import { type CloseCode, closeCodes } from './close-codes.ts';
import type { EdgeContext } from './edge-context.ts';
import { type EncodedFrame, type FrameSink, Outbox } from './outbox.ts';
import { type ClientPush, PushFrame } from './push-frame.ts';
import type { PushTarget } from './push-routes.ts';
import { RequestHandler, type RequestHost } from './request-handler.ts';
import { Subscription } from './subscription.ts';
import type { Identity } from './tokens.ts';

/** The socket as a connection sees it. */
export interface ConnectionSocket extends FrameSink {
  /** Reads nothing until `resume`. */
  pause(): void;
  resume(): void;
  ping(): void;
  /** Says goodbye behind what was written. */
  close(code: CloseCode, reason: string): void;
  /** Ends it at once: nobody is there. */
  terminate(): void;
  /** Calls `flush` of the connection at the end of this tick. */
  requestFlush(): void;
}

export interface ConnectionPeer {
  readonly identity: Identity;
  readonly subprotocol: Subprotocol;
  readonly sessionId: string;
}

/** Contacts that a welcome carries; the rest follow as pushes. */
const WELCOME_CONTACTS_MAX = 100;

type SessionRole = 'agent' | 'gateway';

export class Connection implements PushTarget, RequestHost {
  readonly sessionId: string;
  readonly subprotocol: Subprotocol;
  readonly actor: Actor;
  readonly outbox: Outbox;
  readonly subscription: Subscription;
  readonly #edge: EdgeContext;
  readonly #socket: ConnectionSocket;
  readonly #requests: RequestHandler;
  /** The role of the session in the core; undefined when there is none. */
  readonly #sessionRole: SessionRole | undefined;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #expiresAt: number;
  #heardAt: number;
  #pingedAt: number;
  /** Whether the core may still hold this session. */
  #holdsSession = false;
  /** Pushes that came before the welcome. */
  #early: PushFrame[] = [];

  constructor(edge: EdgeContext, peer: ConnectionPeer, socket: ConnectionSocket) {
    const { role, id, expiresAt } = peer.identity;
    this.sessionId = peer.sessionId;
    this.subprotocol = peer.subprotocol;
    this.actor = { role, id };
    this.#edge = edge;
    this.#socket = socket;
    this.#sessionRole = role === 'agent' || role === 'gateway' ? role : undefined;
    this.#expiresAt = expiresAt;
    this.#heardAt = edge.timers.now();
    this.#pingedAt = this.#heardAt;
    const { outboxBytesMax, heldLevelsMax } = edge.limits;
    const levelsMax = role === 'agent' ? Number.POSITIVE_INFINITY : heldLevelsMax;
    this.outbox = new Outbox(
      peer.subprotocol,
      socket,
      { bytesMax: outboxBytesMax, levelsMax },
      {
        onFlushWanted: () => socket.requestFlush(),
        onOverflow: () => this.close(closeCodes.tooSlow, 'too slow: more waits than the outbox holds'),
        onLevelsLost: (fromSeq) => this.subscription.levelsLost(fromSeq),
      },
    );
    this.subscription = new Subscription({
      gatewayId: id,
      port: edge.port,
      outbox: this.outbox,
      levelsMax: heldLevelsMax,
      timers: edge.timers,
      onBroken: (refusal) => this.close(closeCodes.tooSlow, refusal.reason),
    });
    this.#requests = new RequestHandler(edge, this);
  }

  /** Opens the session and, when it is durable, says welcome. */
  open(): void {
    this.#edge.counters.connectionOpened(this.actor.role);
    if (this.#sessionRole === undefined) {
      this.#welcome({ seq: this.#edge.routes.durableSeq, at: this.#edge.port.now(), ok: {} });
      return;
    }
    this.#socket.pause();
    this.#edge.routes.addSession(this);
    if (this.#sessionRole === 'agent') this.#edge.routes.add('agent', this.actor.id, this);
    this.#holdsSession = true;
    this.#edge.port.execute({ type: 'openSession', actor: this.actor, sessionId: this.sessionId }, (reply) => {
      if (this.#state !== 'opening') return;
      if ('error' in reply) this.#notOpened(reply.error);
      else this.#welcome(reply);
    });
  }

  /** A data frame arrived. */
  receive(data: Uint8Array, isBinary: boolean): void {
    if (this.#state === 'closed') return;
    const now = this.#edge.timers.now();
    this.#heardAt = now;
    this.#requests.receive(data, isBinary, now);
  }

  /** A sign of life other than data. */
  pong(): void {
    this.#heardAt = this.#edge.timers.now();
  }

  get isUrgent(): boolean {
    return this.actor.role === 'agent';
  }

  /** The end of a tick in which a flush was wanted, or a full socket has emptied. */
  flush(): void {
    if (this.#state !== 'open') return;
    this.outbox.flush();
    if (this.outbox.isFull) return;
    this.subscription.proceed();
    this.#requests.proceed();
  }

  /** Once a second: the token's end, the heartbeat. */
  tick(): void {
    if (this.#state === 'closed') return;
    const now = this.#edge.timers.now();
    const { silenceMaxMs, pingEveryMs } = this.#edge.limits;
    if (now >= this.#expiresAt) this.close(closeCodes.token, 'the token has expired');
    else if (now - this.#heardAt >= silenceMaxMs) this.#gone();
    else if (now - this.#pingedAt >= pingEveryMs) {
      this.#pingedAt = now;
      this.#socket.ping();
    }
  }

  prepare(frame: PushFrame): void {
    // A full socket's levels wait without being encoded: they may be replaced.
    if (this.#state === 'open' && !this.outbox.isFull) frame.encode(this.subprotocol);
  }

  push(push: ClientPush, frame: PushFrame): void {
    if (this.#state === 'opening') this.#early.push(frame);
    else if (this.#state === 'closed') return;
    else if (push.to === 'gateway') this.subscription.contactChanged(push.contact.id, frame);
    else this.outbox.put(frame.encode(this.subprotocol));
  }

  changed(seq: number): void {
    this.subscription.readAgain(seq);
  }

  replaced(): void {
    this.#holdsSession = false;
    this.close(closeCodes.replaced, 'replaced by a newer session of the same agent');
  }

  removed(): void {
    this.#holdsSession = false;
    this.close(closeCodes.notAllowed, 'the agent left the directory');
  }

  /** The socket is gone, or broken beyond use. */
  closed(): void {
    this.#shut();
  }

  put(frame: EncodedFrame): void {
    if (this.#state !== 'closed') this.outbox.put(frame);
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state === 'closed') return;
    if (code === closeCodes.tooSlow) {
      this.#edge.counters.slowConsumer();
      this.outbox.discard();
    }
    this.#shut();
    this.#socket.close(code, reason);
  }

  extend(identity: Identity): void {
    this.#expiresAt = Math.max(this.#expiresAt, identity.expiresAt);
  }

  subscribed(isOn: boolean): void {
    if (this.#state === 'closed') return;
    if (isOn) this.#edge.routes.add('gateway', this.actor.id, this);
    else this.#edge.routes.remove('gateway', this.actor.id, this);
  }

  #welcome(reply: Extract<Reply, { readonly ok: unknown }>): void {
    const { seq, at } = reply;
    const { agent, offers = [], contacts = [] } = reply.ok;
    const base = { sessionId: this.sessionId, serverTime: at, role: this.actor.role };
    const first = contacts.slice(0, WELCOME_CONTACTS_MAX);
    const welcome = agent === undefined ? base : { ...base, agent, offers, contacts: first };
    this.#state = 'open';
    this.outbox.put(encodeFrame(this.subprotocol, { push: { seq, at, welcome } }));
    for (const contact of contacts.slice(WELCOME_CONTACTS_MAX)) this.#follow(seq, at, contact);
    for (const frame of this.#early) if (frame.seq > seq) this.outbox.put(frame.encode(this.subprotocol));
    this.#early = [];
    if (this.#sessionRole !== undefined) this.#socket.resume();
  }

  /** A contact that the welcome had no room for, as the socket drains. */
  #follow(seq: number, at: number, contact: ContactView): void {
    this.outbox.putLevel(contact.id, new PushFrame({ seq, at, contact }));
  }

  #notOpened(error: Refusal): void {
    this.#holdsSession = false;
    this.#edge.counters.rejected(error.reason);
    switch (error.code) {
      case 'NOT_FOUND':
      case 'PERMISSION_DENIED':
        this.close(closeCodes.notAllowed, error.message);
        return;
      case 'UNAVAILABLE':
      case 'RESOURCE_EXHAUSTED':
        this.close(closeCodes.draining, error.message);
        return;
      default:
        this.close(closeCodes.internal, error.message);
    }
  }

  #gone(): void {
    this.#shut();
    this.#socket.terminate();
  }

  /** Whatever began it: out of the routes, out of the core, nothing more is sent. */
  #shut(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#early = [];
    const { routes, counters, port } = this.#edge;
    routes.removeSession(this);
    routes.remove('agent', this.actor.id, this);
    routes.remove('gateway', this.actor.id, this);
    counters.connectionClosed(this.actor.role);
    this.#requests.stop();
    this.subscription.stop();
    this.outbox.close();
    if (this.#holdsSession) {
      port.execute({ type: 'closeSession', actor: this.actor, sessionId: this.sessionId }, () => undefined);
    }
  }
}
