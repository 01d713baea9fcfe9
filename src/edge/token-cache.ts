/**
 * Remembers tokens that verified, since HTTP clients show the same one with every request.
 *
 * 1. A remembered token is taken for a minute at most and never past its end; one that was refused is never remembered.
 * 2. Bounded: the oldest goes first.
 */
import type { Identity, TokenVerifier, Verified } from './tokens.ts';

const REMEMBER_MS = 60_000;
const TOKENS_MAX = 2_000;

interface Remembered {
  readonly identity: Identity;
  readonly until: number;
}

export class TokenCache implements TokenVerifier {
  readonly #verifier: TokenVerifier;
  readonly #byToken = new Map<string, Remembered>();

  constructor(verifier: TokenVerifier) {
    this.#verifier = verifier;
  }

  async verify(token: string, now: number): Promise<Verified> {
    const known = this.#byToken.get(token);
    if (known !== undefined && now < known.until) return { ok: known.identity };
    this.#byToken.delete(token);
    const verified = await this.#verifier.verify(token, now);
    if ('ok' in verified) this.#remember(token, verified.ok, now);
    return verified;
  }

  #remember(token: string, identity: Identity, now: number): void {
    const oldest = this.#byToken.keys().next();
    if (this.#byToken.size >= TOKENS_MAX && !oldest.done) this.#byToken.delete(oldest.value);
    this.#byToken.set(token, { identity, until: Math.min(now + REMEMBER_MS, identity.expiresAt) });
  }
}
