/**
 * The requests of one connection: frame in, exactly one reply out, whatever the request is.
 *
 * 1. Checked in this order: frame type, decodable with an id (else the socket closes), valid, rate and number in flight,
 *    role, drain; then the engine.
 * 2. A request is in flight until its reply was given to the connection; a reply after the close goes nowhere.
 * 3. A client that goes on past its rate is refused, and closed only when it has been at it for `ignoredRateMs`.
 */
import type { Actor } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Reply as PortReply } from '../engine/port.ts';
import type { OkBody, RequestBodies, Verb } from '../wire/messages.ts';
import { decodeRequest, encodeFrame, type Request, type Subprotocol } from '../wire/request.ts';
import { type CloseCode, closeCodes } from './close-codes.ts';
import { drainingRefusal, type EdgeContext } from './edge-context.ts';
import type { EncodedFrame, Outbox } from './outbox.ts';
import { permissionRefusal, rolesByVerb } from './permissions.ts';
import { RefusalSpell } from './rate-limit.ts';
import type { Subscription } from './subscription.ts';
import type { Identity, Verified } from './tokens.ts';
import { bodyPath, type EngineRequest, engineCallOf } from './verbs.ts';
import { Watch } from './watch.ts';

/** What requests may do to their connection. */
export interface RequestHost {
  readonly subprotocol: Subprotocol;
  readonly actor: Actor;
  readonly outbox: Outbox;
  readonly subscription: Subscription;
  put(frame: EncodedFrame): void;
  close(code: CloseCode, reason: string): void;
  /** The session lives as long as this token says. */
  extend(identity: Identity): void;
  /** Pushes of the subscription's gateway come here from now on, or no more. */
  subscribed(isOn: boolean): void;
}

type Result = { readonly ok: OkBody } | { readonly error: Refusal };

/** How long to wait when too many requests are in flight. */
const IN_FLIGHT_RETRY_MS = 100;

export class RequestHandler {
  readonly #edge: EdgeContext;
  readonly #host: RequestHost;
  readonly #spell = new RefusalSpell();
  #inFlightCount = 0;
  #watch: Watch | undefined;

  constructor(edge: EdgeContext, host: RequestHost) {
    this.#edge = edge;
    this.#host = host;
  }

  /** A frame arrived. Never throws, whatever is in it. */
  receive(data: Uint8Array, isBinary: boolean, now: number): void {
    if (isBinary !== (this.#host.subprotocol === 'proto')) {
      this.#host.close(closeCodes.wrongFrameType, `this sub-protocol takes ${isBinary ? 'text' : 'binary'} frames`);
      return;
    }
    const decoded = decodeRequest(this.#host.subprotocol, data);
    if (decoded.kind === 'notARequest') {
      this.#host.close(closeCodes.notARequest, `not a Request: ${decoded.message}`);
      return;
    }
    const refusal = this.#limitRefusal(now);
    if (refusal !== undefined) this.#refuseForRate(decoded.id, refusal, now);
    else if (decoded.kind === 'refused') this.#refuse(decoded.id, decoded.refusal);
    else this.#dispatch(decoded.id, decoded);
  }

  /** The socket has drained. */
  proceed(): void {
    this.#watch?.proceed();
  }

  stop(): void {
    this.#watch?.stop();
  }

  /** Too fast, or too many in flight. */
  #limitRefusal(now: number): Refusal | undefined {
    const { limits, rates } = this.#edge;
    const { role, id } = this.#host.actor;
    const isCrowded = this.#inFlightCount >= limits.inFlightMax;
    const retryAfterMs = isCrowded ? IN_FLIGHT_RETRY_MS : rates.take(role, id, now);
    if (retryAfterMs === 0) return undefined;
    const message = isCrowded
      ? `${limits.inFlightMax} requests are in flight on this connection`
      : `at most ${limits.rateByRole[role].perSecond} requests a second`;
    return refuse('TOO_MANY_REQUESTS', message, '', retryAfterMs);
  }

  /** Refuses, and closes the socket of a client that does not mind being told. */
  #refuseForRate(id: number, refusal: Refusal, now: number): void {
    this.#refuse(id, refusal);
    if (this.#spell.refused(now) < this.#edge.limits.ignoredRateMs) return;
    this.#host.close(closeCodes.tooManyRequests, 'too many requests for too long');
  }

  #dispatch(id: number, request: Request): void {
    const { actor } = this.#host;
    const refusal = permissionRefusal(actor.role, rolesByVerb[request.verb], request.verb);
    if (refusal !== undefined) {
      this.#refuse(id, refusal);
      return;
    }
    switch (request.verb) {
      case 'authenticate':
        this.#authenticate(id, request.body.token);
        return;
      case 'subscribe':
        this.#subscribe(id, request.body.sinceSeq);
        return;
      case 'watch':
        this.#startWatch(id, request.body);
        return;
      case 'submit':
        if (this.#edge.draining) this.#refuse(id, drainingRefusal());
        else this.#ask(id, request);
        return;
      default:
        this.#ask(id, request);
    }
  }

  #ask(id: number, request: EngineRequest): void {
    const call = engineCallOf(this.#host.actor, request);
    if ('refusal' in call) {
      this.#refuse(id, call.refusal);
      return;
    }
    this.#inFlightCount += 1;
    let frame: EncodedFrame | undefined;
    const prepare = (answer: PortReply): EncodedFrame => {
      const result = 'error' in answer ? { error: withinVerb(request.verb, answer.error) } : { ok: answer.ok };
      return this.#encode(id, answer.seq, result);
    };
    const reply = (answer: PortReply): void => {
      this.#inFlightCount -= 1;
      if ('error' in answer) this.#edge.counters.rejected(answer.error.reason);
      this.#host.put(frame ?? prepare(answer));
    };
    if ('query' in call) this.#edge.port.query(call.query, reply);
    else {
      this.#edge.port.execute(call.command, reply, (answer) => {
        frame = prepare(answer);
      });
    }
  }

  #authenticate(id: number, token: string): void {
    this.#inFlightCount += 1;
    const answer = (verified: Verified): void => {
      this.#inFlightCount -= 1;
      this.#takeToken(id, verified);
    };
    this.#edge.tokens.verify(token, this.#edge.timers.now()).then(answer, (error: unknown) => {
      this.#edge.logger.error({ err: error }, 'verifying a token failed');
      answer({ refusal: refuse('INTERNAL_FAULT', 'the token could not be verified') });
    });
  }

  #takeToken(id: number, verified: Verified): void {
    const { actor } = this.#host;
    const path = 'authenticate.token';
    if ('refusal' in verified) {
      this.#refuse(id, { ...verified.refusal, path });
    } else if (verified.ok.role !== actor.role || verified.ok.id !== actor.id) {
      this.#refuse(id, refuse('NOT_YOURSELF', `this session is of ${actor.role} ${actor.id}; the token is not`, path));
    } else {
      this.#host.extend(verified.ok);
      this.#answer(id, this.#edge.routes.durableSeq, { ok: {} });
    }
  }

  #subscribe(id: number, sinceSeq: number): void {
    const { subscription } = this.#host;
    if (sinceSeq === 0) {
      const { seq } = subscription.startFromNow(this.#edge.routes.durableSeq);
      this.#host.subscribed(true);
      this.#answer(id, seq, { ok: { seq } });
      return;
    }
    this.#inFlightCount += 1;
    this.#host.subscribed(true);
    subscription.startSince(sinceSeq, (subscribed) => {
      this.#inFlightCount -= 1;
      const { seq } = subscribed;
      if ('refusal' in subscribed) this.#host.subscribed(false);
      this.#answer(
        id,
        seq,
        'refusal' in subscribed ? { error: withinVerb('subscribe', subscribed.refusal) } : { ok: { seq } },
      );
    });
  }

  #startWatch(id: number, wish: RequestBodies['watch']): void {
    const { subprotocol, outbox } = this.#host;
    const { port, timers } = this.#edge;
    this.#watch?.stop();
    this.#watch = new Watch({ wish, subprotocol, port, outbox, timers });
    this.#inFlightCount += 1;
    this.#watch.start((watched) => {
      this.#inFlightCount -= 1;
      this.#answer(
        id,
        watched.seq,
        'refusal' in watched ? { error: withinVerb('watch', watched.refusal) } : { ok: {} },
      );
    });
  }

  /** An answer of the edge's own: it saw what has gone out. */
  #refuse(id: number, refusal: Refusal): void {
    this.#answer(id, this.#edge.routes.durableSeq, { error: refusal });
  }

  #answer(id: number, seq: number, result: Result): void {
    if ('error' in result) this.#edge.counters.rejected(result.error.reason);
    this.#host.put(this.#encode(id, seq, result));
  }

  #encode(id: number, seq: number, result: Result): EncodedFrame {
    return encodeFrame(this.#host.subprotocol, { reply: { id, seq, ...result } });
  }
}

/** The engine names fields of the body; in a frame the body stands under its verb. */
function withinVerb(verb: Verb, refusal: Refusal): Refusal {
  return refusal.path === '' ? refusal : { ...refusal, path: `${bodyPath(verb)}.${refusal.path}` };
}
