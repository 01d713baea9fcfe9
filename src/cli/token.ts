/**
 * `cordboard token`: a token alone on stdout, signed with the key of the data directory (made if there is none) or with
 * the secret of the environment. It works while the router runs.
 */
import type { TokenConfig } from '../config.ts';
import { EdgeFailure } from '../edge/edge-failure.ts';
import { keyOfDataDirectory, keyOfSecret } from '../edge/local-key.ts';
import { LocalTokens } from '../edge/tokens.ts';
import { makeDirectory } from '../journal/make-directory.ts';
import { EXIT_FAILED, EXIT_OK } from './exit-codes.ts';

/** Prints the token and answers the exit code. Throws EdgeFailure when the key cannot be read or made. */
export async function runToken({ role, subject, ttlMs, tokens, dataDirectory }: TokenConfig): Promise<number> {
  const key = tokens.kind === 'secret' ? keyOfSecret(tokens.secret) : keyOf(dataDirectory);
  const minted = await new LocalTokens(key).mint({ role, subject, ttlMs, now: Date.now() });
  if ('refusal' in minted) {
    process.stderr.write(`cordboard: ${minted.refusal.message}\n`);
    return EXIT_FAILED;
  }
  process.stdout.write(`${minted.token}\n`);
  return EXIT_OK;
}

function keyOf(dataDirectory: string): ReturnType<typeof keyOfDataDirectory> {
  try {
    makeDirectory(dataDirectory);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EdgeFailure('KEY_UNREADABLE', `cannot make ${dataDirectory}: ${reason}`, cause);
  }
  return keyOfDataDirectory(dataDirectory);
}
