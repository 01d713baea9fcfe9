// Frames of both sub-protocols: what a client sends to a request or its refusal, and frames for what the server says; the client
// library has the other two directions here. No node: modules, since the client runs in browsers too.
//
// Invariants: 1. whatever arrives, an answer comes: what has a valid id is a request or is refused with that id; only what has none is
// `notARequest`. 2. the body of a request has passed every check of the schema. 3. both sub-protocols give equal bodies and refusals, as
// far as the encoding can tell.

import { type Refusal, refuse } from '../core/refusal.ts';
import { assert } from '../lib/assert.ts';
import { fieldPhrase } from './field-rules.ts';
import { decodeJsonAnswer, readMessage, textOf } from './json-decoder.ts';
import { encodeJson, encodeJsonFrame } from './json-encoder.ts';
import { isObject, JSON_DEPTH_MAX, nestsWithin } from './json-text.ts';
import type { Frame, RequestBodies, RequestEnvelope, Verb } from './messages.ts';
import { decodeProtoAnswer, messageReader, noteBroken } from './proto-decoder.ts';
import { encodeProto } from './proto-encoder.ts';
import { LENGTH_DELIMITED, Reader, tagOf, VARINT } from './protobuf-runtime.ts';
import { bytesMaxOf, type Decoded, describe, Report } from './report.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

export type Subprotocol = 'json' | 'proto';

/** A verb with its body, checked. */
export type Request = { readonly [V in Verb]: { readonly verb: V; readonly body: RequestBodies[V] } }[Verb];

export type DecodedRequest =
  | ({ readonly kind: 'request'; readonly id: number } & Request)
  | { readonly kind: 'refused'; readonly id: number; readonly refusal: Refusal }
  | { readonly kind: 'notARequest'; readonly message: string };

const requestMessage = messageNamed('Request');
const idField = fieldOf(requestMessage, 'id');
const ID_PHRASE = fieldPhrase(idField);
const ID_TAG = tagOf(idField.number, VARINT);
const verbNames: readonly string[] = requestMessage.oneofs.get('verb') ?? [];
const VERBS_PHRASE = `one of ${verbNames.join(', ')}`;
const messageByVerb = new Map(verbNames.map((verb) => [verb, messageOf(fieldOf(requestMessage, verb))]));
const verbByTag = new Map(
  verbNames.map((verb) => [tagOf(fieldOf(requestMessage, verb).number, LENGTH_DELIMITED), verb]),
);

function fieldOf(message: Message, name: string): Field {
  const field = message.fieldByName.get(name);
  assert(field !== undefined, `${message.name} has no ${name}`);
  return field;
}

function messageOf(field: Field): Message {
  assert(field.kind === 'message', `${field.name} is no message`);
  return field.message;
}

/** What a client sent in one frame. Never throws for bad input. */
export function decodeRequest(subprotocol: Subprotocol, data: string | Uint8Array): DecodedRequest {
  if (subprotocol === 'json') return decodeJsonRequest(data);
  return typeof data === 'string' ? notARequest('expected bytes, found text') : decodeProtoRequest(data);
}

function notARequest(message: string): DecodedRequest {
  return { kind: 'notARequest', message };
}

function refused(id: number, report: Report): DecodedRequest {
  const refusal = report.refusal();
  assert(refusal !== undefined, 'refused without a reason');
  return { kind: 'refused', id, refusal };
}

/** A request whose body has been read by the verb's own message. */
function request(id: number, verb: string, body: unknown): DecodedRequest {
  return { kind: 'request', id, verb, body } as DecodedRequest;
}

function decodeJsonRequest(data: string | Uint8Array): DecodedRequest {
  const report = new Report(bytesMaxOf(data));
  const text = textOf(data, report);
  if (text === undefined) return notARequest('expected UTF-8 text');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return notARequest(`expected JSON: ${error instanceof Error ? error.message.slice(0, 120) : ''}`);
  }
  if (!isObject(parsed)) return notARequest(`expected an object, found ${describe(parsed)}`);
  const id = requestId(parsed.id);
  if (id === undefined) return notARequest(`expected an id, ${ID_PHRASE}, found ${describe(parsed.id)}`);
  // JSON.parse survives any depth; what walks the value would not.
  if (!nestsWithin(text, JSON_DEPTH_MAX)) {
    report.expected(`JSON of at most ${JSON_DEPTH_MAX} levels`, 'more');
    return refused(id, report);
  }
  const verb = verbIn(Object.keys(parsed), report);
  if (verb === undefined) return refused(id, report);
  const body = readMessage(bodyMessage(verb), parsed[verb], 'request', report);
  if (!report.failed) return request(id, verb, body);
  report.within(verb);
  return refused(id, report);
}

function requestId(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[1-9][0-9]{0,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}

function bodyMessage(verb: string): Message {
  const message = messageByVerb.get(verb);
  assert(message !== undefined, `${verb} is no verb`);
  return message;
}

/** The one verb among the keys of a request. Notes a fault if there is none, another key or a second verb. */
function verbIn(keys: readonly string[], report: Report): string | undefined {
  const verbs = keys.filter((key) => messageByVerb.has(key));
  const others = keys.filter((key) => key !== 'id' && !messageByVerb.has(key));
  const [other] = others;
  const [verb, second] = verbs;
  if (other !== undefined) {
    if (verb === undefined) report.refuse('UNKNOWN_VERB', `expected ${VERBS_PHRASE}`);
    else report.refuse('UNKNOWN_FIELD', 'Request has no such field');
    return report.withinKey(other);
  }
  if (second !== undefined) {
    report.expected(VERBS_PHRASE, `both ${verb} and ${second}`);
    return report.within(second);
  }
  return verb ?? report.refuse('UNKNOWN_VERB', `expected ${VERBS_PHRASE}, found none`);
}

/** Where in a binary request its verb's body lies. */
interface BodyRange {
  readonly verb: string;
  readonly start: number;
  readonly length: number;
}

function decodeProtoRequest(bytes: Uint8Array): DecodedRequest {
  const report = new Report(bytes.length);
  const reader = new Reader(bytes);
  let id: number | undefined;
  const bodies: BodyRange[] = [];
  try {
    while (reader.pos < bytes.length) {
      const tag = reader.tag();
      const verb = verbByTag.get(tag);
      if (tag === ID_TAG) {
        id = requestId(reader.uint64());
      } else if (verb === undefined) {
        reader.skipType(tag & 7, 0, tag >>> 3);
      } else {
        const length = reader.size();
        bodies.push({ verb, start: reader.pos, length });
        reader.skip(length);
      }
    }
  } catch (error) {
    noteBroken(error, report);
  }
  if (id === undefined) return notARequest(report.refusal()?.message ?? `expected an id, ${ID_PHRASE}`);
  if (report.failed) return refused(id, report);
  const verb = verbIn([...new Set(bodies.map((body) => body.verb))], report);
  const body = bodies.at(-1);
  if (verb === undefined || body === undefined) return refused(id, report);
  reader.pos = body.start;
  const value = messageReader(bodyMessage(verb), 'request')(reader, body.length, report);
  if (!report.failed) return request(id, verb, value);
  report.within(verb);
  return refused(id, report);
}

/** A frame from the server, text as UTF-8. Its parts must be the core's views: whole, and never changed. */
export function encodeFrame(subprotocol: Subprotocol, frame: Frame): Uint8Array<ArrayBuffer> {
  return subprotocol === 'json' ? encodeJsonFrame(frame) : encodeProto('Frame', frame);
}

/** Client side: what the server said. Unknown fields are ignored and nothing but types is checked. */
export function decodeFrame(subprotocol: Subprotocol, data: string | Uint8Array): Decoded<Frame> {
  if (subprotocol === 'json') return decodeJsonAnswer('Frame', data);
  if (typeof data !== 'string') return decodeProtoAnswer('Frame', data);
  return { refusal: refuse('INVALID_FIELD', 'expected bytes, found text') };
}

/** Client side: a request. What is undefined in the body is left out; the server checks the rest. */
export function encodeRequest<V extends Verb>(
  subprotocol: Subprotocol,
  id: number,
  verb: V,
  body: RequestBodies[V],
): string | Uint8Array<ArrayBuffer> {
  const message: RequestEnvelope = { id, [verb]: body };
  return subprotocol === 'json' ? encodeJson('Request', message) : encodeProto('Request', message);
}
