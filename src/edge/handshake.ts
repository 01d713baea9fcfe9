/**
 * Judges a WebSocket handshake from its request alone: which sub-protocol, which token, or which HTTP answer instead.
 *
 * 1. Checked in this order: path, query, origin, sub-protocol; then the edge's own state. A bad or missing token is not
 *    refused here: that handshake completes and the socket closes 4401, so that browsers can tell.
 * 2. Only `cordboard.v1.json` and `cordboard.v1.proto` are ever selected, so an entry with a token is never echoed.
 * 3. No I/O in here.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Subprotocol } from '../wire/request.ts';
import type { OriginList } from './origins.ts';

export const CONNECT_PATH = '/v1/connect';

const subprotocols: readonly Subprotocol[] = ['json', 'proto'];

/** The sub-protocol as it is negotiated. */
export function entryOf(subprotocol: Subprotocol): string {
  return `cordboard.v1.${subprotocol}`;
}

export type Handshake =
  | { readonly subprotocol: Subprotocol; readonly token: string }
  | { readonly status: number; readonly refusal: Refusal };

/** Query parameters in which people put tokens. */
const TOKEN_PARAMETERS = ['token', 'access_token', 'bearer', 'jwt', 'authorization'];
const BEARER_ENTRY = 'bearer.';

/** `target` is the request's target as sent; `unready` is the refusal of an edge that starts or drains. */
export function judgeHandshake(
  target: string,
  headers: IncomingHttpHeaders,
  origins: OriginList,
  unready: Refusal | undefined,
): Handshake {
  const [path = '', query] = splitTarget(target);
  if (path !== CONNECT_PATH) {
    return refused(404, refuse('NO_SUCH_ROUTE', `sockets are at ${CONNECT_PATH}`));
  }
  const queryFault = faultOfQuery(query);
  if (queryFault !== undefined) return refused(400, queryFault);
  if (!origins.allows(headers.origin, headers.host)) {
    return refused(403, refuse('ORIGIN_NOT_ALLOWED', 'this origin is not on the allow-list'));
  }
  const entries = entriesOf(headers['sec-websocket-protocol']);
  const subprotocol = entries.map(asSubprotocol).find((entry) => entry !== undefined);
  if (subprotocol === undefined) {
    return refused(400, refuse('INVALID_FIELD', `offer the sub-protocol ${subprotocols.map(entryOf).join(' or ')}`));
  }
  if (unready !== undefined) return refused(503, unready);
  return { subprotocol, token: bearerOfHeader(headers.authorization) ?? bearerOfEntries(entries) };
}

/** The token of an Authorization header: '' if it is of another scheme, undefined without header. */
export function bearerOfHeader(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  return /^bearer +([^\s]+) *$/i.exec(authorization)?.[1] ?? '';
}

/** Tells a token in a URL from any other unknown parameter; undefined when there is no query. */
function faultOfQuery(query: string | undefined): Refusal | undefined {
  if (query === undefined || query === '') return undefined;
  const names = [...new URLSearchParams(query).keys()];
  const token = names.find((name) => TOKEN_PARAMETERS.includes(name.toLowerCase()));
  if (token !== undefined) {
    const where = `the header 'Authorization: Bearer …' or a sub-protocol entry '${BEARER_ENTRY}<jwt>'`;
    return refuse('UNKNOWN_FIELD', `a token never goes into the URL, where logs keep it: send ${where}`, token);
  }
  return refuse('UNKNOWN_FIELD', `${CONNECT_PATH} takes no query parameters`, names[0] ?? '');
}

function bearerOfEntries(entries: readonly string[]): string {
  const tokens = entries.filter((entry) => entry.startsWith(BEARER_ENTRY));
  return tokens.length === 1 ? (tokens[0]?.slice(BEARER_ENTRY.length) ?? '') : '';
}

function asSubprotocol(entry: string): Subprotocol | undefined {
  return subprotocols.find((known) => entryOf(known) === entry);
}

function entriesOf(header: string | undefined): string[] {
  return (header ?? '').split(',').map((entry) => entry.trim());
}

function splitTarget(target: string): [path: string, query: string | undefined] {
  const at = target.indexOf('?');
  return at === -1 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)];
}

function refused(status: number, refusal: Refusal): Handshake {
  return { status, refusal };
}
