/**
 * Tokens: what a JWT proves about who is there, and making one for `cordboard token`.
 *
 * 1. With the local key HS256 alone is taken; with a key set by URL asymmetric algorithms alone, and issuer and audience
 *    must match. A token that says `none`, or HS256 against a public key, never gets through.
 * 2. `sub`, `role` and `exp` must be there; `exp` and `nbf` are read with a small tolerance, which `expiresAt` includes.
 * 3. Results are values. Nothing here throws for a bad token, and nothing tells more about it than its holder may know.
 */
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Role } from '../core/commands.ts';
import { type Refusal, refuse } from '../core/refusal.ts';

/** Who a token says is there, and until when (epoch milliseconds). */
export interface Identity {
  readonly role: Role;
  readonly id: string;
  readonly expiresAt: number;
}

export type Verified = { readonly ok: Identity } | { readonly refusal: Refusal };
export type Minted = { readonly token: string } | { readonly refusal: Refusal };

/** Tells whom a token names. `now` is epoch milliseconds. */
export interface TokenVerifier {
  verify(token: string, now: number): Promise<Verified>;
}

/** What a new token says; `ttlMs` from `now`. */
export interface TokenWish {
  readonly role: string;
  readonly subject: string;
  readonly ttlMs: number;
  readonly now: number;
}

export interface KeySetOptions {
  readonly url: URL;
  readonly issuer: string;
  readonly audience: string;
  /** How long a fetch of the key set may take. */
  readonly fetchTimeoutMs?: number;
}

const TOLERANCE_MS = 2_000;
const TOKEN_LENGTH_MAX = 8_192;
const SUBJECT = /^[A-Za-z0-9._:~-]{1,128}$/;
const ROLES: readonly Role[] = ['gateway', 'agent', 'supervisor', 'admin'];
const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** The roles that a token can have. */
export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

/** Tokens of the local key (see local-key.ts): verifies and mints. */
export class LocalTokens implements TokenVerifier {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  verify(token: string, now: number): Promise<Verified> {
    return verified(token, now, async (options) => {
      const { payload } = await jwtVerify(token, this.#key, { ...options, algorithms: ['HS256'] });
      return payload;
    });
  }

  /** A new token, or why there is none: an unknown role, a subject that is no id, a lifetime that is no positive number. */
  async mint(wish: TokenWish): Promise<Minted> {
    const { role, subject, ttlMs, now } = wish;
    if (!isRole(role)) return fault(`role must be one of ${ROLES.join(', ')}, not ${JSON.stringify(role)}`, 'role');
    if (!SUBJECT.test(subject)) return fault('subject must be 1 to 128 of A-Z a-z 0-9 . _ : ~ -', 'subject');
    if (!(ttlMs >= 1000 && ttlMs <= 100 * 365 * 86_400_000)) return fault('ttl must be 1 s to 100 years', 'ttl');
    const issuedAt = Math.floor(now / 1000);
    const token = await new SignJWT({ role })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(subject)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.ceil(ttlMs / 1000))
      .sign(this.#key);
    return { token };
  }
}

/** Tokens of an identity provider, verified with the key set that it publishes. */
export class KeySetTokens implements TokenVerifier {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #issuer: string;
  readonly #audience: string;

  constructor(options: KeySetOptions) {
    this.#keys = createRemoteJWKSet(options.url, { timeoutDuration: options.fetchTimeoutMs ?? 5_000 });
    this.#issuer = options.issuer;
    this.#audience = options.audience;
  }

  verify(token: string, now: number): Promise<Verified> {
    const wanted = { algorithms: ASYMMETRIC, issuer: this.#issuer, audience: this.#audience };
    return verified(token, now, (options) => this.#payloadOf(token, { ...options, ...wanted }));
  }

  async #payloadOf(token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      const getKey: JWTVerifyGetKey = (header, input) => this.#keys(header, input).catch(wrapFetchFailure);
      return (await jwtVerify(token, getKey, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // The token names no key id and several keys fit: any of them may have signed it.
      for await (const key of error) {
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (mismatch) {
          if (!(mismatch instanceof errors.JWSSignatureVerificationFailed)) throw mismatch;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}

/** The key set could not be had: nobody's token is to blame. */
class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

function wrapFetchFailure(error: unknown): never {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
  throw new KeysUnavailable('the key set could not be fetched', { cause: error });
}

async function verified(
  token: string,
  now: number,
  payloadOf: (options: JWTVerifyOptions) => Promise<JWTPayload>,
): Promise<Verified> {
  if (token === '') return { refusal: refuse('TOKEN_INVALID', 'a token is needed') };
  if (token.length > TOKEN_LENGTH_MAX) return { refusal: refuse('TOKEN_INVALID', 'the token is too long') };
  try {
    const payload = await payloadOf({
      currentDate: new Date(now),
      clockTolerance: TOLERANCE_MS / 1000,
      requiredClaims: ['sub', 'role', 'exp'],
    });
    return identityOf(payload);
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

function identityOf(payload: JWTPayload): Verified {
  const { sub, role, exp } = payload;
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
    return { refusal: refuse('TOKEN_INVALID', 'claim sub of the token must be 1 to 128 of A-Z a-z 0-9 . _ : ~ -') };
  }
  if (!isRole(role)) {
    return { refusal: refuse('TOKEN_INVALID', `claim role of the token must be one of ${ROLES.join(', ')}`) };
  }
  if (typeof exp !== 'number')
    return { refusal: refuse('TOKEN_INVALID', 'claim exp of the token must be a number of seconds') };
  return { ok: { role, id: sub, expiresAt: exp * 1000 + TOLERANCE_MS } };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof KeysUnavailable) {
    return refuse('KEYS_UNAVAILABLE', 'the keys that verify tokens cannot be fetched now', '', 5_000);
  }
  if (error instanceof errors.JWTExpired) return refuse('TOKEN_EXPIRED', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refuse('TOKEN_INVALID', `claim ${error.claim} of the token is missing or does not hold`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refuse('TOKEN_INVALID', 'the algorithm of the token is not allowed here');
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refuse('TOKEN_INVALID', 'the signature of the token does not verify');
  }
  if (error instanceof errors.JWKSNoMatchingKey) return refuse('TOKEN_INVALID', 'no key of the key set fits the token');
  return refuse('TOKEN_INVALID', 'the token is not a JWT that can be verified here');
}

function fault(message: string, path: string): { readonly refusal: Refusal } {
  return { refusal: refuse('INVALID_FIELD', message, path) };
}
