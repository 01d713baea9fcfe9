/**
 * One HTTP request and its answer, in the edge's terms: messages in, Ok or refusal out, JSON or protobuf as the client has it.
 *
 * 1. A call is answered once. The status of a refusal follows from its code.
 * 2. Refusals name the client's own words: fields of the body, parameters of the query, `id` for the path's.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Command, Query } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { PortOk, Reply } from '../engine/port.ts';
import { assert } from '../lib/assert.ts';
import { decodeJson } from '../wire/json-decoder.ts';
import { encodeJson } from '../wire/json-encoder.ts';
import type { OkBody, WireTypes } from '../wire/messages.ts';
import { decodeProto } from '../wire/proto-decoder.ts';
import { encodeProto } from '../wire/proto-encoder.ts';
import { decodeQuery, type QueryName } from '../wire/query.ts';
import type { Decoded } from '../wire/report.ts';
import type { BodyMessage } from '../wire/routes.ts';
import { httpStatusByCode } from '../wire/status-codes.ts';
import type { EdgeContext } from './edge-context.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json; charset=utf-8';
/** Carries the newest event that an answer saw. */
export const SEQ_HEADER = 'cordboard-seq';

export class HttpCall {
  readonly edge: EdgeContext;
  /** As sent, checked against its pattern; '' where the path has none. */
  readonly id: string;
  readonly #actor: Actor | undefined;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;

  constructor(edge: EdgeContext, actor: Actor | undefined, id: string, request: FastifyRequest, reply: FastifyReply) {
    this.edge = edge;
    this.id = id;
    this.#actor = actor;
    this.#request = request;
    this.#reply = reply;
  }

  /** Who asks; routes that take no token have none. */
  get actor(): Actor {
    assert(this.#actor !== undefined, 'a route with a token has an actor');
    return this.#actor;
  }

  get accept(): string {
    return this.#request.headers.accept ?? '';
  }

  /** The body as it came. */
  get bytes(): Uint8Array {
    const { body } = this.#request;
    return body instanceof Uint8Array ? body : new Uint8Array();
  }

  get isProtobuf(): boolean {
    return mediaType(this.#request.headers['content-type'] ?? '') === PROTOBUF;
  }

  /** The body as a message. */
  body<K extends BodyMessage>(name: K): Decoded<WireTypes[K]> {
    return this.isProtobuf ? decodeProto(name, this.bytes) : decodeJson(name, this.bytes);
  }

  /** The query's parameters as a message. */
  query<K extends QueryName>(name: K): Decoded<WireTypes[K]> {
    return decodeQuery(name, parametersOf(this.#request));
  }

  /** Asks for a change and answers with what comes of it; `statusOf` says the status of an ok. */
  execute(command: Command, statusOf: (ok: PortOk) => number = () => 200): void {
    this.change(command, (ok, seq) => this.ok(ok, seq, statusOf(ok)));
  }

  /** Asks for a change; `answer` says how an ok is answered. */
  change(command: Command, answer: (ok: PortOk, seq: number) => void): void {
    this.edge.port.execute(command, (reply) => this.#take(reply, answer));
  }

  /** Asks and answers; `answer` says how, if not as the Ok message. */
  ask(query: Query, answer: (ok: PortOk, seq: number) => void = (ok, seq) => this.ok(ok, seq)): void {
    this.edge.port.query(query, (reply) => this.#take(reply, answer));
  }

  ok(ok: OkBody, seq: number, status = 200): void {
    this.#reply.code(status).header(SEQ_HEADER, seq);
    if (this.#wantsProtobuf()) this.#reply.type(PROTOBUF).send(Buffer.from(encodeProto('Ok', ok)));
    else this.#reply.type(JSON_TYPE).send(encodeJson('Ok', ok));
  }

  /** An answer that is no message. */
  text(type: string, text: string, seq?: number, status = 200): void {
    if (seq !== undefined) this.#reply.header(SEQ_HEADER, seq);
    this.#reply.code(status).type(type).send(text);
  }

  refuse(refusal: Refusal): void {
    const { reason, code, retryAfterMs } = refusal;
    this.edge.counters.rejected(reason);
    this.#reply.code(httpStatusByCode[code]);
    if (retryAfterMs !== undefined) this.#reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)));
    if (code === 'UNAUTHENTICATED') this.#reply.header('www-authenticate', 'Bearer realm="cordboard"');
    if (this.#wantsProtobuf()) this.#reply.type(PROTOBUF).send(Buffer.from(encodeProto('Refusal', { error: refusal })));
    else this.#reply.type(JSON_TYPE).send(encodeJson('Refusal', { error: refusal }));
  }

  #take(reply: Reply, answer: (ok: PortOk, seq: number) => void): void {
    if ('ok' in reply) answer(reply.ok, reply.seq);
    else {
      this.#reply.header(SEQ_HEADER, reply.seq);
      this.refuse({ ...reply.error, path: pathInHttp(reply.error.path) });
    }
  }

  #wantsProtobuf(): boolean {
    return this.accept.split(',').some((type) => mediaType(type) === PROTOBUF);
  }
}

/** The refusal of a query where a route takes none; undefined when there is none. */
export function unknownParameter(request: FastifyRequest): Refusal | undefined {
  const [first] = parametersOf(request);
  return first && refuse('UNKNOWN_FIELD', 'this route takes no such parameter', first[0]);
}

function parametersOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1));
}

/** The media type without its parameters. */
function mediaType(text: string): string {
  return (text.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** The engine's names of what stands in paths and queries here. */
function pathInHttp(path: string): string {
  if (path === 'contactId' || path === 'agentId' || path === 'customerId' || path === 'queue') return 'id';
  return path === 'afterId' ? 'after' : path;
}
