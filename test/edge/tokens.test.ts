// Tokens: what gets through with a local key and with a key set, and what is said of what does not.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { keyOfSecret } from '../../src/edge/local-key.ts';
import { TokenCache } from '../../src/edge/token-cache.ts';
import { KeySetTokens, LocalTokens, type Verified } from '../../src/edge/tokens.ts';

const NOW = 1_760_000_000_000;
const NOW_S = NOW / 1000;
const KEY = keyOfSecret('0123456789abcdef0123456789abcdef');
const CLAIMS = { sub: 'ana', role: 'agent', exp: NOW_S + 60 };

type Claims = Readonly<Record<string, unknown>>;

function signed(
  claims: Claims,
  key: Parameters<SignJWT['sign']>[0] = KEY,
  alg = 'HS256',
  kid?: string,
): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(key);
}

/** `role:id` or the reason of the refusal. */
function outcome(verified: Verified): string {
  return 'ok' in verified ? `${verified.ok.role}:${verified.ok.id}` : verified.refusal.reason;
}

function unsigned(claims: Claims): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

t.test('[TOK3] with the local key', async (t) => {
  const other = keyOfSecret('another secret of at least 32 bytes');
  const { privateKey } = await generateKeyPair('RS256');
  const cases: [token: string, expected: string, why: string][] = [
    [await signed(CLAIMS), 'agent:ana', 'a good one'],
    [await signed({ ...CLAIMS, exp: NOW_S - 1 }), 'agent:ana', 'within the tolerance'],
    [await signed({ ...CLAIMS, exp: NOW_S - 3 }), 'TOKEN_EXPIRED', 'expired'],
    [await signed({ ...CLAIMS, nbf: NOW_S + 60 }), 'TOKEN_INVALID', 'not yet valid'],
    [await signed({ sub: 'ana', role: 'agent' }), 'TOKEN_INVALID', 'without exp'],
    [await signed({ ...CLAIMS, exp: 'soon' }), 'TOKEN_INVALID', 'exp is no number'],
    [await signed({ role: 'agent', exp: CLAIMS.exp }), 'TOKEN_INVALID', 'without sub'],
    [await signed({ ...CLAIMS, sub: 'a b' }), 'TOKEN_INVALID', 'sub is no id'],
    [await signed({ ...CLAIMS, sub: 'x'.repeat(129) }), 'TOKEN_INVALID', 'sub is too long'],
    [await signed({ sub: 'ana', exp: CLAIMS.exp }), 'TOKEN_INVALID', 'without role'],
    [await signed({ ...CLAIMS, role: 'root' }), 'TOKEN_INVALID', 'unknown role'],
    [await signed({ ...CLAIMS, role: ['admin'] }), 'TOKEN_INVALID', 'role is no text'],
    [await signed(CLAIMS, other), 'TOKEN_INVALID', 'another key'],
    [await signed(CLAIMS, KEY, 'HS512'), 'TOKEN_INVALID', 'another algorithm'],
    [await signed(CLAIMS, privateKey, 'RS256'), 'TOKEN_INVALID', 'asymmetric'],
    [unsigned(CLAIMS), 'TOKEN_INVALID', 'alg none'],
    ['', 'TOKEN_INVALID', 'nothing'],
    ['abc', 'TOKEN_INVALID', 'no token'],
    ['a.b.c', 'TOKEN_INVALID', 'no token either'],
    [`${await signed(CLAIMS)}x`, 'TOKEN_INVALID', 'one character more'],
    ['x'.repeat(10_000), 'TOKEN_INVALID', 'too long'],
  ];
  const tokens = new LocalTokens(KEY);
  for (const [token, expected, why] of cases) {
    const verified = await tokens.verify(token, NOW);
    t.equal(outcome(verified), expected, why);
    if ('refusal' in verified) t.equal(verified.refusal.code, 'UNAUTHENTICATED');
  }
});

t.test('a minted token says what was wished, until when', async (t) => {
  const tokens = new LocalTokens(KEY);
  const minted = await tokens.mint({ role: 'gateway', subject: 'pbx-1', ttlMs: 90_000, now: NOW });
  const verified = await tokens.verify('token' in minted ? minted.token : '', NOW);
  t.same(verified, { ok: { role: 'gateway', id: 'pbx-1', expiresAt: NOW + 90_000 + 2_000 } });
  const wrong = [
    [{ role: 'root', subject: 'x', ttlMs: 1_000 }, 'role'],
    [{ role: 'agent', subject: '', ttlMs: 1_000 }, 'subject'],
    [{ role: 'agent', subject: 'a/b', ttlMs: 1_000 }, 'subject'],
    [{ role: 'agent', subject: 'x', ttlMs: 0 }, 'ttl'],
    [{ role: 'agent', subject: 'x', ttlMs: Number.NaN }, 'ttl'],
    [{ role: 'agent', subject: 'x', ttlMs: Number.POSITIVE_INFINITY }, 'ttl'],
  ] as const;
  for (const [wish, path] of wrong) {
    t.match(await tokens.mint({ ...wish, now: NOW }), { refusal: { code: 'INVALID_ARGUMENT', path } }, path);
  }
});

/** Serves a key set that can be changed, or a status instead. */
async function keySetServer(t: Test): Promise<{ url: URL; keys: JWK[]; answer: { status: number; body?: string } }> {
  const state = { keys: [] as JWK[], answer: { status: 200 } as { status: number; body?: string } };
  const server = createServer((_request, response) => {
    response.writeHead(state.answer.status, { 'content-type': 'application/json' });
    response.end(state.answer.body ?? JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: new URL(`http://127.0.0.1:${port}/keys`) });
}

t.test('[TOK3] with a key set: asymmetric keys only, issuer and audience', async (t) => {
  const served = await keySetServer(t);
  const rsa = await generateKeyPair('RS256', { extractable: true });
  const elliptic = await generateKeyPair('ES256', { extractable: true });
  const edwards = await generateKeyPair('EdDSA', { extractable: true });
  served.keys.push({ ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' });
  served.keys.push({ ...(await exportJWK(elliptic.publicKey)), kid: 'ec', alg: 'ES256' });
  served.keys.push({ ...(await exportJWK(edwards.publicKey)), kid: 'ed', alg: 'EdDSA' });
  served.keys.push({ kty: 'oct', k: Buffer.from(KEY).toString('base64url'), kid: 'oct', alg: 'HS256' });
  const tokens = new KeySetTokens({ url: served.url, issuer: 'https://id.example.com', audience: 'cordboard' });
  const claims = { ...CLAIMS, iss: 'https://id.example.com', aud: 'cordboard' };
  const publicText = new TextEncoder().encode(JSON.stringify(served.keys[0]));
  const cases: [token: string, expected: string, why: string][] = [
    [await signed(claims, rsa.privateKey, 'RS256', 'rsa'), 'agent:ana', 'RSA'],
    [await signed(claims, elliptic.privateKey, 'ES256', 'ec'), 'agent:ana', 'elliptic curve'],
    [await signed(claims, edwards.privateKey, 'EdDSA', 'ed'), 'agent:ana', 'Edwards curve'],
    [
      await signed({ ...claims, aud: ['other', 'cordboard'] }, rsa.privateKey, 'RS256', 'rsa'),
      'agent:ana',
      'one of several',
    ],
    [await signed({ ...claims, iss: 'https://evil' }, rsa.privateKey, 'RS256', 'rsa'), 'TOKEN_INVALID', 'issuer'],
    [await signed({ ...claims, aud: 'other' }, rsa.privateKey, 'RS256', 'rsa'), 'TOKEN_INVALID', 'audience'],
    [await signed(CLAIMS, rsa.privateKey, 'RS256', 'rsa'), 'TOKEN_INVALID', 'neither issuer nor audience'],
    [await signed(claims, KEY, 'HS256', 'oct'), 'TOKEN_INVALID', 'a shared secret, even of the set'],
    [await signed(claims, publicText, 'HS256', 'rsa'), 'TOKEN_INVALID', 'a public key as secret'],
    [await signed(claims, rsa.privateKey, 'RS256', 'gone'), 'TOKEN_INVALID', 'unknown key'],
    [await signed(claims, elliptic.privateKey, 'ES256', 'rsa'), 'TOKEN_INVALID', "another key's id"],
    [unsigned(claims), 'TOKEN_INVALID', 'alg none'],
  ];
  for (const [token, expected, why] of cases) t.equal(outcome(await tokens.verify(token, NOW)), expected, why);
});

t.test('a token without key id is tried with every key that fits', async (t) => {
  const served = await keySetServer(t);
  const pairs = await Promise.all([1, 2, 3].map(() => generateKeyPair('ES256', { extractable: true })));
  for (const pair of pairs) served.keys.push(await exportJWK(pair.publicKey));
  const tokens = new KeySetTokens({ url: served.url, issuer: 'i', audience: 'a' });
  const claims = { ...CLAIMS, iss: 'i', aud: 'a' };
  const stranger = await generateKeyPair('ES256');
  for (const { privateKey } of pairs) {
    t.equal(outcome(await tokens.verify(await signed(claims, privateKey, 'ES256'), NOW)), 'agent:ana');
  }
  t.equal(outcome(await tokens.verify(await signed(claims, stranger.privateKey, 'ES256'), NOW)), 'TOKEN_INVALID');
});

t.test('a key set that cannot be fetched is nobody’s fault: UNAVAILABLE, and again when it is back', async (t) => {
  const served = await keySetServer(t);
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  served.keys.push({ ...(await exportJWK(publicKey)), kid: 'k' });
  const tokens = new KeySetTokens({ url: served.url, issuer: 'i', audience: 'a' });
  const token = await signed({ ...CLAIMS, iss: 'i', aud: 'a' }, privateKey, 'ES256', 'k');
  const failures: { status: number; body?: string }[] = [
    { status: 503 },
    { status: 200, body: 'no JSON' },
    { status: 200, body: '{}' },
  ];
  for (const answer of failures) {
    served.answer = answer;
    const verified = await tokens.verify(token, NOW);
    t.match(verified, { refusal: { code: 'UNAVAILABLE', reason: 'KEYS_UNAVAILABLE' } }, JSON.stringify(answer));
  }
  served.answer = { status: 200 };
  t.equal(outcome(await tokens.verify(token, NOW)), 'agent:ana');
  const nowhere = new KeySetTokens({ url: new URL('http://127.0.0.1:9/keys'), issuer: 'i', audience: 'a' });
  t.equal(outcome(await nowhere.verify(token, NOW)), 'KEYS_UNAVAILABLE');
});

t.test('the cache verifies a token once a minute and never past its end', async (t) => {
  let count = 0;
  const expiresAt = NOW + 70_000;
  const cache = new TokenCache({
    verify: async (token) => {
      count += 1;
      return token === 'good'
        ? { ok: { role: 'gateway', id: 'g', expiresAt } }
        : { refusal: { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID', message: '', path: '' } };
    },
  });
  const steps: [token: string, at: number, count: number][] = [
    ['good', 0, 1],
    ['good', 59_999, 1],
    ['good', 60_000, 2],
    ['good', 69_999, 2],
    ['good', 70_000, 3],
    ['bad', 70_000, 4],
    ['bad', 70_000, 5],
  ];
  for (const [token, at, expected] of steps) {
    await cache.verify(token, NOW + at);
    t.equal(count, expected, `${token} at ${at}`);
  }
});
