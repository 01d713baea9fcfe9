/**
 * Which web pages may talk to the router: one list for handshakes and for CORS.
 *
 * 1. A request without Origin comes from no web page and passes.
 * 2. A page served by the router itself (same host and port) passes; any other only if it is listed, or the list has '*'.
 * 3. Origins are compared as browsers write them: scheme, host, port if it is not the scheme's own; never by prefix.
 */
import { EdgeFailure } from './edge-failure.ts';

export class OriginList {
  readonly #any: boolean;
  readonly #listed: ReadonlySet<string>;

  /** Entries are '*' or origins such as `https://desk.example.com`. Throws EdgeFailure BAD_OPTIONS. */
  constructor(entries: readonly string[]) {
    this.#any = entries.includes('*');
    this.#listed = new Set(entries.filter((entry) => entry !== '*').map(normalized));
  }

  /** Whether a request with this Origin and this Host header may be served. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#any) return true;
    // 'null' is what browsers say for sandboxed frames and files: it names nobody.
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    if (this.#listed.has(url.origin)) return true;
    return host !== undefined && isWeb(url) && url.host === hostOf(url.protocol, host);
  }
}

function normalized(entry: string): string {
  if (URL.canParse(entry)) {
    const url = new URL(entry);
    if (isWeb(url) && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '') {
      return url.origin;
    }
  }
  throw new EdgeFailure('BAD_OPTIONS', `an allowed origin is '*' or like https://desk.example.com, not '${entry}'`);
}

function isWeb(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** The Host header as a URL of that scheme would write it: without the scheme's own port. */
function hostOf(protocol: string, host: string): string | undefined {
  const text = `${protocol}//${host}`;
  return URL.canParse(text) ? new URL(text).host : undefined;
}
