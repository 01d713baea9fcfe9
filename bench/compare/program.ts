/**
 * A program run to its end in a folder, with all that it starts in a process group of its own: what it leaves behind when it
 * is ended early goes with it.
 *
 * 1. It gets a clean environment. What it says on stderr is passed on; the end of all that it said is kept for an error.
 */
import { spawn } from 'node:child_process';
import type { Cleanup } from '../cleanup.ts';
import { cleanEnvironment } from '../server-process.ts';

export interface ProgramEnd {
  readonly status: number | null;
  /** The end of what it said. */
  readonly output: string;
}

const OUTPUT_TAIL = 4_000;
/** Suites take their servers down within that. */
const STOP_MS = 20_000;

/** Rejects if it cannot be started. */
export async function runProgram(
  program: string,
  args: readonly string[],
  folder: string,
  cleanup: Cleanup,
  onStderr: (chunk: Buffer) => void = (chunk) => process.stderr.write(chunk),
): Promise<ProgramEnd> {
  const child = spawn(program, [...args], {
    cwd: folder,
    detached: true,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  let hasEnded = false;
  child.once('error', reject);
  child.once('close', (status) => {
    hasEnded = true;
    resolve(status);
  });
  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid === undefined || hasEnded) return;
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      // It has ended, and that was not told yet.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  const stop = async (): Promise<void> => {
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), STOP_MS);
    await promise.catch(() => undefined);
    clearTimeout(timer);
  };
  cleanup.add({ orderly: stop, abrupt: () => signal('SIGKILL') });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_TAIL);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', (chunk: Buffer) => {
    keep(chunk);
    onStderr(chunk);
  });
  return { status: await promise, output: output.trim() };
}
