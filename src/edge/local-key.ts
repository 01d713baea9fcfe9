/**
 * The key that signs tokens here: the text of a secret, or a file of the data directory that is made on first use.
 *
 * 1. The key is the UTF-8 bytes of the trimmed text, 32 at least: a file's text and the same text given as secret are the
 *    same key.
 * 2. The file appears whole or not at all and never replaces another: it is written aside and linked into place, so two
 *    processes that start at once end with one key.
 * 3. The text never leaves this module except as the key.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeFailure } from './edge-failure.ts';

export const KEY_FILE = 'token.key';
const KEY_BYTES_MIN = 32;

/** The key of a secret's text. Throws EdgeFailure KEY_TOO_SHORT. */
export function keyOfSecret(secret: string, what = 'the secret'): Uint8Array {
  const key = new TextEncoder().encode(secret.trim());
  if (key.length >= KEY_BYTES_MIN) return key;
  throw new EdgeFailure('KEY_TOO_SHORT', `${what} has ${key.length} bytes; at least ${KEY_BYTES_MIN} are needed`);
}

/** The key of a data directory, made with its file (mode 0600) if there is none. Throws EdgeFailure. */
export function keyOfDataDirectory(directory: string): Uint8Array {
  const path = join(directory, KEY_FILE);
  const found = readKeyFile(path);
  if (found !== undefined) return keyOfSecret(found, path);
  makeKeyFile(directory, path);
  const made = readKeyFile(path);
  if (made === undefined) throw new EdgeFailure('KEY_UNREADABLE', `${path} vanished while it was made`);
  return keyOfSecret(made, path);
}

function readKeyFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new EdgeFailure('KEY_UNREADABLE', `cannot read ${path}: ${messageOf(error)}`, error);
  }
}

function makeKeyFile(directory: string, path: string): void {
  const aside = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeSafely(aside, `${randomBytes(KEY_BYTES_MIN).toString('base64url')}\n`);
    linkSync(aside, path);
  } catch (error) {
    // Somebody else was first: theirs is the key.
    if (codeOf(error) !== 'EEXIST') {
      throw new EdgeFailure('KEY_UNREADABLE', `cannot make ${path}: ${messageOf(error)}`, error);
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Writes a new file for its owner alone; its bytes are on the disk when this returns. */
function writeSafely(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
