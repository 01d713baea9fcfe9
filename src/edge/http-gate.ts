/**
 * Who is let through to an HTTP route, before anything of the body is read.
 *
 * 1. Checked in this order: token (401), rate (429), role (403), readiness (503). Open routes are not checked at all.
 * 2. `local` routes also take peers on the loopback address: only if nothing says that the request was forwarded, and only
 *    if it was addressed to this machine by a loopback name, so that a web page cannot pass by pointing its own name here.
 */
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Route } from '../wire/routes.ts';
import { type EdgeContext, unreadyRefusal } from './edge-context.ts';
import { bearerOfHeader } from './handshake.ts';
import { permissionRefusal } from './permissions.ts';
import { TokenCache } from './token-cache.ts';

const FORWARDING_HEADERS = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'via',
  'x-forwarded-host',
  'x-forwarded-proto',
];
const LOOPBACK_HOSTS = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?$/i;

/** Let through, as whom (undefined: as a local peer or to an open route); or not. */
export type Admission = { readonly actor: Actor | undefined } | { readonly refusal: Refusal };

export class HttpGate {
  readonly #edge: EdgeContext;
  readonly #tokens: TokenCache;

  constructor(edge: EdgeContext) {
    this.#edge = edge;
    this.#tokens = new TokenCache(edge.tokens);
  }

  async admit(request: FastifyRequest, route: Pick<Route, 'access' | 'operation'>): Promise<Admission> {
    const { access, operation } = route;
    if (access.kind === 'open' || (access.kind === 'local' && isLocal(request))) return { actor: undefined };
    const now = this.#edge.timers.now();
    const verified = await this.#tokens.verify(bearerOfHeader(request.headers.authorization) ?? '', now);
    if ('refusal' in verified) return verified;
    const { role, id } = verified.ok;
    const refusal =
      this.#rateRefusal({ role, id }, now) ??
      permissionRefusal(role, access.roles, operation) ??
      (access.kind === 'token' ? this.#unreadyRefusal(operation) : undefined);
    return refusal === undefined ? { actor: { role, id } } : { refusal };
  }

  #rateRefusal({ role, id }: Actor, now: number): Refusal | undefined {
    const retryAfterMs = this.#edge.rates.take(role, id, now);
    if (retryAfterMs === 0) return undefined;
    const { perSecond } = this.#edge.limits.rateByRole[role];
    return refuse('TOO_MANY_REQUESTS', `at most ${perSecond} requests a second`, '', retryAfterMs);
  }

  /** While the router goes down only submissions are refused. */
  #unreadyRefusal(operation: string): Refusal | undefined {
    return this.#edge.draining && operation !== 'submit' ? undefined : unreadyRefusal(this.#edge);
  }
}

/** Whether a request comes from this machine itself (invariant 2). */
function isLocal(request: FastifyRequest): boolean {
  const { headers } = request;
  if (FORWARDING_HEADERS.some((name) => headers[name] !== undefined)) return false;
  if (headers.host === undefined || !LOOPBACK_HOSTS.test(headers.host)) return false;
  return isLoopbackAddress(request.socket.remoteAddress ?? '');
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}
