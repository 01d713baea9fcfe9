/**
 * What each route of contacts, agents and queues asks the engine. The routes themselves are in wire/routes.ts.
 *
 * 1. A handler answers its call exactly once, at once or when the engine has.
 */
import { isUtf8 } from 'node:buffer';
import { type Refusal, refuse } from '../core/refusal.ts';
import { decodeJson } from '../wire/json-decoder.ts';
import type { WireTypes } from '../wire/messages.ts';
import { decodeProto } from '../wire/proto-decoder.ts';
import type { Decoded } from '../wire/report.ts';
import { customerRefusal } from './customer-check.ts';
import type { HttpCall } from './http-call.ts';

export type Handler = (call: HttpCall) => void;

export const directoryHandlers = {
  submit: (call) => {
    const body = call.body('Submit');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { contact } = body.value;
    call.execute({ type: 'submit', actor: call.actor, contact }, (ok) => (ok.created === false ? 200 : 201));
  },

  list: (call) => {
    const query = call.query('ContactsQuery');
    if ('refusal' in query) return call.refuse(query.refusal);
    const { state, gateway: gatewayId, open, after: afterId, limit } = query.value;
    call.ask({ type: 'list', actor: call.actor, open, afterId, limit, gatewayId, state });
  },

  get: (call) => call.ask({ type: 'get', actor: call.actor, contactId: call.id }),

  explain: (call) => {
    const query = call.query('ExplainQuery');
    if ('refusal' in query) return call.refuse(query.refusal);
    call.ask({ type: 'explain', actor: call.actor, contactId: call.id, at: query.value.at });
  },

  update: (call) => {
    const body = call.body('PatchContact');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { set, version } = body.value;
    call.execute({ type: 'update', actor: call.actor, contactId: call.id, set, version });
  },

  cancel: (call) => {
    const query = call.query('CancelQuery');
    if ('refusal' in query) return call.refuse(query.refusal);
    const { cause, version } = query.value;
    call.execute({ type: 'cancel', actor: call.actor, contactId: call.id, cause, version });
  },

  requeue: (call) => {
    const body = call.body('RequeueContact');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { resetAge, version } = body.value;
    call.execute({ type: 'requeue', actor: call.actor, contactId: call.id, resetAge, version });
  },

  transfer: (call) => {
    const body = call.body('TransferContact');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { to, resetAge, version } = body.value;
    call.execute({ type: 'transfer', actor: call.actor, contactId: call.id, to, resetAge, version });
  },

  callback: (call) => {
    const body = call.body('CallbackContact');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { version } = body.value;
    call.execute({ type: 'callback', actor: call.actor, contactId: call.id, version });
  },

  retry: (call) => {
    const body = call.body('RetryContact');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { actor, id: contactId } = call;
    call.execute({ type: 'retry', actor, contactId, ...body.value });
  },

  consult: (call) => {
    const body = call.body('ConsultContact');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { consultId, to, version } = body.value;
    const command = { type: 'consult', actor: call.actor, contactId: call.id, consultId, to, version } as const;
    call.execute(command, (ok) => (ok.created === true ? 201 : 200));
  },

  putAgent: (call) => {
    const body = bodyWithId(call, 'Agent');
    if ('refusal' in body) return call.refuse(body.refusal);
    const agent = body.value;
    const refusal = otherId(call, agent.id);
    if (refusal !== undefined) return call.refuse(refusal);
    call.execute({ type: 'putAgent', actor: call.actor, agent });
  },

  putCustomer: (call) => {
    const body = bodyWithId(call, 'Customer');
    if ('refusal' in body) return call.refuse(body.refusal);
    const customer = body.value;
    const refusal = otherId(call, customer.id) ?? customerRefusal(customer);
    if (refusal !== undefined) return call.refuse(refusal);
    call.execute({ type: 'putCustomer', actor: call.actor, customer });
  },

  getCustomer: (call) => call.ask({ type: 'customer', customerId: call.id }),

  removeCustomer: (call) => call.execute({ type: 'removeCustomer', actor: call.actor, customerId: call.id }),

  getAgent: (call) => call.ask({ type: 'agent', agentId: call.id }),

  removeAgent: (call) => call.execute({ type: 'removeAgent', actor: call.actor, agentId: call.id }),

  getAgents: (call) => {
    const query = call.query('AgentsQuery');
    if ('refusal' in query) return call.refuse(query.refusal);
    const { after: afterId, limit } = query.value;
    call.ask({ type: 'agents', afterId, limit });
  },

  getQueues: (call) => call.ask({ type: 'queues' }),

  closeQueue: (call) => {
    const body = call.body('Closure');
    if ('refusal' in body) return call.refuse(body.refusal);
    const { until, reason } = body.value;
    call.execute({ type: 'closeQueue', actor: call.actor, queue: call.id, until, reason });
  },

  openQueue: (call) => call.execute({ type: 'openQueue', actor: call.actor, queue: call.id }),
} as const satisfies Readonly<Record<string, Handler>>;

function otherId(call: HttpCall, id: string): Refusal | undefined {
  return id === call.id ? undefined : refuse('INVALID_FIELD', `expected ${call.id}, as in the path, or nothing`, 'id');
}

/** Tag of field 1, length-delimited: the `id` of agents and customers. */
const ID_FIELD = Buffer.of(0x0a);

/**
 * The body of a PUT on an id with the path's id put in front, since the message needs one: in both encodings the later
 * of two wins, so an id of the body's own stays and can be compared.
 */
function bodyWithId<K extends 'Agent' | 'Customer'>(call: HttpCall, message: K): Decoded<WireTypes[K]> {
  const id = Buffer.from(call.id);
  if (call.isProtobuf) return decodeProto(message, Buffer.concat([ID_FIELD, lengthOf(id), id, call.bytes]));
  if (!isUtf8(call.bytes)) return decodeJson(message, call.bytes);
  // As decodeJson does, this passes over a byte order mark.
  const text = new TextDecoder().decode(call.bytes);
  const inside = /^\s*\{/.exec(text)?.[0];
  if (inside === undefined) return decodeJson(message, call.bytes);
  const rest = text.slice(inside.length);
  const comma = /^\s*\}/.test(rest) ? '' : ',';
  return decodeJson(message, `${inside}"id":${JSON.stringify(call.id)}${comma}${rest}`);
}

/** A length below 2^14 as a varint; ids have at most 128 characters. */
function lengthOf(bytes: Uint8Array): Uint8Array {
  return bytes.length < 128 ? Buffer.of(bytes.length) : Buffer.of(0x80 | (bytes.length & 0x7f), bytes.length >> 7);
}
