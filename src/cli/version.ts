/**
 * The router's own version, from package.json, which lies beside src/ and dist/ alike.
 */
import { readFileSync } from 'node:fs';

/** As in `0.1.0`. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version: found } = JSON.parse(text) as { readonly version: string };
  return found;
}
