// The one thing the client needs from its surroundings besides time: a WebSocket. Browsers and Node 24 have the constructor as a
// global, the `ws` package has the same face; a test gives a fake one.
//
// 1. A socket is used by one connection and never again. 2. Nothing else in the client touches a global WebSocket.
// 3. The token never stands in the URL.

/** The part of the WebSocket interface that the client uses; the browser's, Node's and the one of `ws` all fit. */
export interface SocketLike {
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
}

/** What a socket is to be opened for. */
export interface SocketTarget {
  /** ws:// or wss://, with the path. */
  readonly url: string;
  /** `cordboard.v1.json` or `cordboard.v1.proto`. */
  readonly subProtocol: string;
  readonly token: string;
}

/**
 * Opens a socket. The default presents the token as a second sub-protocol entry, which works everywhere. With `ws` it can go as a header:
 * `({ url, subProtocol, token }) => new WebSocket(url, subProtocol, { headers: { authorization: 'Bearer ' + token } })`.
 */
export type OpenSocket = (target: SocketTarget) => SocketLike;

/** Opens sockets with a WebSocket constructor, the token as a sub-protocol entry. */
export function socketsOf(WebSocket: new (url: string, protocols: string[]) => SocketLike): OpenSocket {
  return ({ url, subProtocol, token }) => new WebSocket(url, [subProtocol, `bearer.${token}`]);
}

/** Opens sockets with the platform's own WebSocket. */
export const openPlatformSocket: OpenSocket = (target) => socketsOf(globalThis.WebSocket)(target);

/** The socket's URL for a router's address: http and ws both do, and a bare origin gets the path `/v1/connect`. */
export function socketUrlOf(address: string): string {
  const url = new URL(address);
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.pathname === '/') url.pathname = '/v1/connect';
  return url.href;
}
