/**
 * Content stamps: they tell whether an output still belongs to its inputs, so that generating and building cost
 * nothing when nothing changed.
 *
 * 1. A stamp is a hash of file names and contents, never of times: a checkout, a copy and a deleted file all show.
 * 2. Whoever writes outputs writes the stamp last.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';

/** The files (no folders) that match the glob patterns, relative to the working directory, sorted. */
export function listFiles(...patterns: string[]): string[] {
  return globSync(patterns)
    .filter((path) => statSync(path).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

/** Hex hash of the names and contents of the files; a missing file is an error. */
export function stampOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Whether the stamp file exists, holds this stamp, and every output exists. */
export function isFresh(stampFile: string, stamp: string, outputs: readonly string[]): boolean {
  return (
    outputs.every((path) => existsSync(path)) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp
  );
}
