/**
 * Programs of the system that a peer needs (redis-server, postgres): found, started in a folder of their own on a port of their own, known to
 * be ready by what they say, ended by their id.
 *
 * 1. They get a clean environment and none of the user's configuration.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, appendFileSync, constants, globSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';

export interface ProgramWish {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** What it says when it is ready, on stdout or stderr. */
  readonly isReady: RegExp;
  readonly logFile: string;
  /** Ends it in good order. */
  readonly endSignal: NodeJS.Signals;
  /** Ends it, and its children, at once. */
  readonly abruptSignal: NodeJS.Signals;
  /** Who runs it, where that must be another user. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const START_MS = 30_000;
const STOP_MS = 8_000;
const LOG_TAIL = 1_000;

/** The first executable of that name on the path, or in folders given as patterns, the last one first; undefined if there is none. */
export function findProgram(name: string, ...patterns: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), ...globSync(patterns).sort().reverse()];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a listening server has a port');
  return address.port;
}

/** Starts it and waits until it is ready; its end is hung into `cleanup`. Answers its id; rejects with the end of what it said. */
export async function startProgram(wish: ProgramWish, cleanup: Cleanup): Promise<number> {
  writeFileSync(wish.logFile, '');
  const child = spawn(wish.file, [...wish.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
    ...wish.user,
  });
  cleanup.add({ orderly: () => end(child, wish), abrupt: () => child.kill(wish.abruptSignal) });
  await ready(child, wish);
  if (child.pid === undefined) throw new Error(`${wish.name} has no process id`);
  return child.pid;
}

async function ready(child: ChildProcess, wish: ProgramWish): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (what: string): void => {
    reject(new Error(`${wish.name} ${what}: ${readFileSync(wish.logFile, 'utf8').trim().slice(-LOG_TAIL)}`));
  };
  const timer = setTimeout(() => failed(`is not ready after ${START_MS} ms`), START_MS);
  let said = '';
  const hear = (chunk: Buffer): void => {
    appendFileSync(wish.logFile, chunk);
    if (said.length > 100_000) return;
    said += chunk;
    if (wish.isReady.test(said)) resolve();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.once('error', (error) => failed(`did not start (${error.message})`));
  child.once('exit', (code, signal) => failed(`ended before it was ready (${signal ?? `exit code ${code}`})`));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: ChildProcess, { endSignal, abruptSignal }: ProgramWish): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(endSignal);
  const timer = setTimeout(() => child.kill(abruptSignal), STOP_MS);
  await exited;
  clearTimeout(timer);
}
