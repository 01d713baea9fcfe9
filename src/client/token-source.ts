// Where a session's token comes from, and until when it holds as far as it says so itself.
//
// 1. The client never verifies a token; it only reads its expiry, to ask for the next one in time.

/** A constant token, or a function that gives one each time it is asked: the current one while it holds, else a new one. */
export type TokenSource = string | (() => string | Promise<string>);

/** Whether asking again can give another token. */
export function isRenewable(source: TokenSource): boolean {
  return typeof source === 'function';
}

/** The token now. */
export async function tokenOf(source: TokenSource): Promise<string> {
  return typeof source === 'function' ? await source() : source;
}

/** When the token expires by its own `exp`, epoch milliseconds; undefined if it does not say. */
export function expiryOf(token: string): number | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined;
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    // Not a JWT that can be read here; the router will say what it thinks of it.
    return undefined;
  }
}
