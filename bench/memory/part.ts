/**
 * A part of a suite in a process of its own: a heap that nothing else was in, and the options of Node that the router has.
 *
 * 1. A part is a module that takes its parameters with `partParams` and says what it found with `partResult`, once, as its last words.
 *    What both sides call parameters and result is the same type, by the module's own word: they are of one source tree.
 * 2. What it says on stderr goes to ours. It is gone when its promise settles or the run ends.
 */
import { spawn } from 'node:child_process';
import type { Cleanup } from '../cleanup.ts';

export interface PartWish {
  readonly module: URL;
  readonly nodeOptions: readonly string[];
  /** Anything that JSON carries. */
  readonly params: unknown;
}

/** Runs the part to its end; rejects when it fails. */
export async function runPart<Result>(wish: PartWish, cleanup: Cleanup): Promise<Result> {
  const args = ['--disable-warning=ExperimentalWarning', ...wish.nodeOptions, wish.module.pathname];
  const child = spawn(process.execPath, [...args, JSON.stringify(wish.params)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  const kill = (): boolean => child.kill('SIGKILL');
  cleanup.add({ orderly: () => void kill(), abrupt: kill });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = await closed;
  if (ended !== 0) throw new Error(`${wish.module.pathname} ended with ${ended}`);
  return JSON.parse(text) as Result;
}

/** In the part: what it was given. */
export function partParams<Params>(): Params {
  return JSON.parse(process.argv[2] ?? '') as Params;
}

/** In the part: what came of it. */
export function partResult(result: unknown): void {
  process.stdout.write(JSON.stringify(result));
}
