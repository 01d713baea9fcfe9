// The HTTP routes as data: what each takes and answers, and who may. The HTTP edge serves this table and the OpenAPI document is built
// from it, so that neither knows a route that the other does not.
//
// Invariants: 1. bodies, queries and answers are messages of the schema, or text of the media types named. 2. `{id}` in a path has the
// pattern of the field named in `id`. 3. a route that is not here does not exist.

import type { Role } from '../core/commands.ts';

/** `open`: no token. `local`: the roles, or a peer on the loopback address without forwarding headers. */
export type Access = { readonly roles: readonly Role[]; readonly kind: 'token' | 'local' } | { readonly kind: 'open' };

/** An answer: a message as JSON, or text of a media type. */
export type AnswerBody = { readonly message: 'Ok' } | { readonly media: readonly string[] };

/** What bodies say, but for the pictures that are put under the path's id. */
export type BodyMessage =
  | 'Submit'
  | 'PatchContact'
  | 'RequeueContact'
  | 'TransferContact'
  | 'ConsultContact'
  | 'CallbackContact'
  | 'RetryContact'
  | 'Closure';

export interface Route {
  /** What it does, in one word; unique. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{id}` where an id stands. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /** The message and field whose rules the `{id}` follows. */
  readonly id?: readonly [message: string, field: string];
  /** The message whose fields are the query's parameters. */
  readonly query?: 'ContactsQuery' | 'AgentsQuery' | 'ExplainQuery' | 'CancelQuery';
  readonly body?: { readonly message: BodyMessage | 'Agent' | 'Customer' } | { readonly media: readonly string[] };
  readonly answers: Readonly<Record<number, { readonly description: string; readonly body?: AnswerBody }>>;
}

const ok: AnswerBody = { message: 'Ok' };
const json: AnswerBody = { media: ['application/json'] };
const policyText = { media: ['application/yaml', 'application/json'] } as const;
const gateways: Access = { kind: 'token', roles: ['gateway', 'admin'] };
const updaters: Access = { kind: 'token', roles: ['gateway', 'agent', 'admin'] };
const contactKeepers: Access = { kind: 'token', roles: ['gateway', 'supervisor', 'admin'] };
const everyone: Access = { kind: 'token', roles: ['gateway', 'agent', 'supervisor', 'admin'] };
const watchers: Access = { kind: 'token', roles: ['supervisor', 'admin'] };
const agentKeepers: Access = { kind: 'token', roles: ['agent', 'supervisor', 'admin'] };
const agents: Access = { kind: 'token', roles: ['agent'] };
const admins: Access = { kind: 'token', roles: ['admin'] };
const operations: Access = { kind: 'local', roles: ['supervisor', 'admin'] };
const open: Access = { kind: 'open' };

export const routes = [
  {
    operation: 'submit',
    method: 'POST',
    path: '/v1/contacts',
    summary: 'Puts a contact in line.',
    access: gateways,
    body: { message: 'Submit' },
    answers: {
      200: { description: 'The contact was known already; as it stands.', body: ok },
      201: { description: 'The contact is in line.', body: ok },
    },
  },
  {
    operation: 'list',
    method: 'GET',
    path: '/v1/contacts',
    summary:
      'Contacts in order of arrival, a page at a time; gateways see their own, agents what they may take, best first.',
    access: everyone,
    query: 'ContactsQuery',
    answers: { 200: { description: '`contacts`, and `next` if there are more.', body: ok } },
  },
  {
    operation: 'get',
    method: 'GET',
    path: '/v1/contacts/{id}',
    summary: 'One contact, with its place in line while it is queued.',
    access: contactKeepers,
    id: ['Contact', 'id'],
    answers: { 200: { description: 'The contact.', body: ok } },
  },
  {
    operation: 'explain',
    method: 'GET',
    path: '/v1/contacts/{id}/explain',
    summary: 'Why a contact went to its agent, or why it still waits; now, or after an event of the past.',
    access: everyone,
    id: ['Contact', 'id'],
    query: 'ExplainQuery',
    answers: { 200: { description: '`explanation`.', body: ok } },
  },
  {
    operation: 'update',
    method: 'PATCH',
    path: '/v1/contacts/{id}',
    summary: 'Changes a contact: only what is present in `set`.',
    access: updaters,
    id: ['Contact', 'id'],
    body: { message: 'PatchContact' },
    answers: { 200: { description: 'The contact as it is now.', body: ok } },
  },
  {
    operation: 'cancel',
    method: 'DELETE',
    path: '/v1/contacts/{id}',
    summary: 'Closes a contact that nobody has answered.',
    access: everyone,
    id: ['Contact', 'id'],
    query: 'CancelQuery',
    answers: { 200: { description: 'The contact as it is now.', body: ok } },
  },
  {
    operation: 'requeue',
    method: 'POST',
    path: '/v1/contacts/{id}/requeue',
    summary: 'Puts a contact that is with an agent back in line.',
    access: agentKeepers,
    id: ['Contact', 'id'],
    body: { message: 'RequeueContact' },
    answers: { 200: { description: 'The contact as it is now.', body: ok } },
  },
  {
    operation: 'transfer',
    method: 'POST',
    path: '/v1/contacts/{id}/transfer',
    summary: 'Sends a contact to another queue, to an agent, or to others who can do something.',
    access: agentKeepers,
    id: ['Contact', 'id'],
    body: { message: 'TransferContact' },
    answers: { 200: { description: 'The contact as it is now.', body: ok } },
  },
  {
    operation: 'consult',
    method: 'POST',
    path: '/v1/contacts/{id}/consult',
    summary: 'Asks another agent about a contact that one has, by a consult contact.',
    access: agents,
    id: ['Contact', 'id'],
    body: { message: 'ConsultContact' },
    answers: {
      200: { description: 'The consult contact was known already; as it stands.', body: ok },
      201: { description: 'The consult contact is in line.', body: ok },
    },
  },
  {
    operation: 'callback',
    method: 'POST',
    path: '/v1/contacts/{id}/callback',
    summary: 'The customer of a waiting contact hung up and wants to be called: it keeps its place in line.',
    access: contactKeepers,
    id: ['Contact', 'id'],
    body: { message: 'CallbackContact' },
    answers: { 200: { description: 'The contact as it is now.', body: ok } },
  },
  {
    operation: 'retry',
    method: 'POST',
    path: '/v1/contacts/{id}/retry',
    summary: 'The customer of an outbound contact was called and not reached: another attempt later.',
    access: everyone,
    id: ['Contact', 'id'],
    body: { message: 'RetryContact' },
    answers: { 200: { description: 'The contact as it is now.', body: ok } },
  },
  {
    operation: 'putAgent',
    method: 'PUT',
    path: '/v1/agents/{id}',
    summary: 'Puts an agent into the directory, or replaces what the directory says of it.',
    access: admins,
    id: ['Agent', 'id'],
    body: { message: 'Agent' },
    answers: { 200: { description: 'The agent as it is now.', body: ok } },
  },
  {
    operation: 'getAgent',
    method: 'GET',
    path: '/v1/agents/{id}',
    summary: 'One agent: directory and live state.',
    access: watchers,
    id: ['Agent', 'id'],
    answers: { 200: { description: 'The agent.', body: ok } },
  },
  {
    operation: 'removeAgent',
    method: 'DELETE',
    path: '/v1/agents/{id}',
    summary: 'Takes an agent without work out of the directory.',
    access: admins,
    id: ['Agent', 'id'],
    answers: { 200: { description: 'The agent is gone.', body: ok } },
  },
  {
    operation: 'getAgents',
    method: 'GET',
    path: '/v1/agents',
    summary: 'Agents, a page at a time: directory and live state.',
    access: watchers,
    query: 'AgentsQuery',
    answers: { 200: { description: '`agents`, and `next` if there are more.', body: ok } },
  },
  {
    operation: 'putCustomer',
    method: 'PUT',
    path: '/v1/customers/{id}',
    summary: 'Keeps the profile of a customer, or replaces it whole.',
    access: contactKeepers,
    id: ['Customer', 'id'],
    body: { message: 'Customer' },
    answers: { 200: { description: '`customer`: the profile as it is now.', body: ok } },
  },
  {
    operation: 'getCustomer',
    method: 'GET',
    path: '/v1/customers/{id}',
    summary: 'The profile of a customer.',
    access: contactKeepers,
    id: ['Customer', 'id'],
    answers: { 200: { description: '`customer`.', body: ok } },
  },
  {
    operation: 'removeCustomer',
    method: 'DELETE',
    path: '/v1/customers/{id}',
    summary: 'Forgets the profile of a customer.',
    access: contactKeepers,
    id: ['Customer', 'id'],
    answers: { 200: { description: '`customer`: the profile as it was.', body: ok } },
  },
  {
    operation: 'getQueues',
    method: 'GET',
    path: '/v1/queues',
    summary: 'Every queue as it stands.',
    access: watchers,
    answers: { 200: { description: '`queues`.', body: ok } },
  },
  {
    operation: 'closeQueue',
    method: 'PUT',
    path: '/v1/queues/{id}/closure',
    summary: 'Closes a queue to new contacts, whatever its calendar says.',
    access: watchers,
    id: ['Queue', 'name'],
    body: { message: 'Closure' },
    answers: { 200: { description: '`queues`: the queue as it stands.', body: ok } },
  },
  {
    operation: 'openQueue',
    method: 'DELETE',
    path: '/v1/queues/{id}/closure',
    summary: 'Takes a closure back: the queue is open as its calendar says.',
    access: watchers,
    id: ['Queue', 'name'],
    answers: { 200: { description: '`queues`: the queue as it stands.', body: ok } },
  },
  {
    operation: 'getPolicy',
    method: 'GET',
    path: '/v1/policy',
    summary: 'The policy in force, as it was given.',
    access: admins,
    answers: { 200: { description: 'The text of the policy.', body: policyText } },
  },
  {
    operation: 'putPolicy',
    method: 'PUT',
    path: '/v1/policy',
    summary: 'A new policy: takes effect at once, or is refused whole.',
    access: admins,
    body: policyText,
    answers: { 200: { description: 'The policy is in force.', body: ok } },
  },
  {
    operation: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics for Prometheus.',
    access: operations,
    answers: { 200: { description: 'Metrics in Prometheus text format.', body: { media: ['text/plain'] } } },
  },
  {
    operation: 'getOpenapi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document.',
    access: operations,
    answers: { 200: { description: 'An OpenAPI 3.1 document.', body: json } },
  },
  {
    operation: 'getDocs',
    method: 'GET',
    path: '/docs',
    summary: 'This document, to read and to try.',
    access: operations,
    answers: { 200: { description: 'A page.', body: { media: ['text/html'] } } },
  },
  {
    operation: 'getHealth',
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the process is alive.',
    access: open,
    answers: { 200: { description: 'It is.', body: json } },
  },
  {
    operation: 'getReadiness',
    method: 'GET',
    path: '/readyz',
    summary: 'Whether commands are taken: not while recovering and not while draining.',
    access: open,
    answers: {
      200: { description: 'They are.', body: json },
      503: { description: 'They are not, for now.', body: json },
    },
  },
] as const satisfies readonly Route[];

/** The operations of the routes. */
export type RouteOperation = (typeof routes)[number]['operation'];
