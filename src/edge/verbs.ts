/**
 * From a verb's body to what the engine is asked: a command or a query in the name of the token's owner.
 *
 * 1. Pure. Permission by role was checked before (permissions.ts); ownership the core checks.
 * 2. `subscribe`, `watch` and `authenticate` are the connection's own and not known here.
 */

import type { Actor, Command, Query } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { unreachable } from '../lib/assert.ts';
import type { RequestBodies, Verb } from '../wire/messages.ts';
import { customerRefusal } from './customer-check.ts';

export type ConnectionVerb = 'subscribe' | 'watch' | 'authenticate';
export type EngineVerb = Exclude<Verb, ConnectionVerb>;

export type EngineRequest = {
  readonly [V in EngineVerb]: { readonly verb: V; readonly body: RequestBodies[V] };
}[EngineVerb];

export type EngineCall = { readonly command: Command } | { readonly query: Query } | { readonly refusal: Refusal };

/** What the engine is asked for a request of the actor's. */
export function engineCallOf(actor: Actor, request: EngineRequest): EngineCall {
  switch (request.verb) {
    case 'submit':
      return { command: { type: 'submit', actor, contact: request.body.contact } };
    case 'update': {
      const { contactId, set, version } = request.body;
      return { command: { type: 'update', actor, contactId, set, version } };
    }
    case 'cancel': {
      const { contactId, cause, version } = request.body;
      return { command: { type: 'cancel', actor, contactId, cause, version } };
    }
    case 'end':
    case 'retry':
    case 'complete': {
      const { contactId, disposition, version } = request.body;
      const command = { type: request.verb, actor, contactId, version };
      return { command: disposition === undefined ? command : { ...command, disposition } };
    }
    case 'requeue': {
      const { contactId, resetAge, version, to } = request.body;
      if (to !== undefined) return { refusal: refuse('INVALID_FIELD', 'expected nothing: use transfer', 'requeue.to') };
      return { command: { type: 'requeue', actor, contactId, resetAge, version } };
    }
    case 'transfer': {
      const { contactId, to, resetAge, version } = request.body;
      return { command: { type: 'transfer', actor, contactId, to, resetAge, version } };
    }
    case 'callback': {
      const { contactId, version } = request.body;
      return { command: { type: 'callback', actor, contactId, version } };
    }
    case 'consult': {
      const { contactId, consultId, to, version } = request.body;
      return { command: { type: 'consult', actor, contactId, consultId, to, version } };
    }
    case 'accept':
      return { command: { type: 'accept', actor, offerId: request.body.offerId } };
    case 'decline':
      return { command: { type: 'decline', actor, offerId: request.body.offerId, reason: request.body.reason } };
    case 'pull':
      return { command: { type: 'pull', actor, contactId: request.body.contactId } };
    case 'assign': {
      const { contactId, agentId } = request.body;
      return { command: { type: 'assign', actor, contactId, agentId } };
    }
    case 'setPresence':
      return setPresence(actor, request.body);
    case 'putCustomer': {
      const { customer } = request.body;
      const refusal = customerRefusal(customer);
      if (refusal !== undefined) return { refusal: { ...refusal, path: `${bodyPath('putCustomer')}.${refusal.path}` } };
      return { command: { type: 'putCustomer', actor, customer } };
    }
    case 'getCustomer':
      return { query: { type: 'customer', customerId: request.body.customerId } };
    case 'removeCustomer':
      return { command: { type: 'removeCustomer', actor, customerId: request.body.customerId } };
    case 'get':
      return { query: { type: 'get', actor, contactId: request.body.contactId } };
    case 'explain':
      return { query: { type: 'explain', actor, contactId: request.body.contactId, at: request.body.at } };
    case 'list': {
      const { open, afterId, limit } = request.body;
      return { query: { type: 'list', actor, open, afterId, limit, gatewayId: '', state: '' } };
    }
    default:
      return unreachable(request);
  }
}

/** Where in a request stands what the engine's refusals name fields of. */
export function bodyPath(verb: Verb): string {
  return verb === 'putCustomer' ? 'putCustomer.customer' : verb;
}

function setPresence(actor: Actor, body: RequestBodies['setPresence']): EngineCall {
  const { presence, reason, channels } = body;
  const then = body.next === undefined ? {} : { next: body.next };
  const path = 'setPresence.agentId';
  if (actor.role === 'agent') {
    if (body.agentId !== '' && body.agentId !== actor.id) {
      return { refusal: refuse('NOT_YOURSELF', 'agents set their own presence only', path) };
    }
    return { command: { type: 'setPresence', actor, agentId: actor.id, presence, reason, channels, ...then } };
  }
  if (body.agentId === '') return { refusal: refuse('INVALID_FIELD', 'expected the id of an agent', path) };
  return { command: { type: 'setPresence', actor, agentId: body.agentId, presence, reason, channels, ...then } };
}
