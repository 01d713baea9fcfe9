/**
 * A server in a process of its own: started, known by the address that it prints, ended by its id.
 *
 * 1. It gets a clean environment: neither settings of the router nor what a test runner preloads.
 * 2. What it says on stderr goes into a file, of which an error shows the end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Cleanup } from './cleanup.ts';

export interface ServerWish {
  readonly name: string;
  /** Arguments of Node: its own options, the module, the module's options. */
  readonly args: readonly string[];
  /** Where stderr goes. */
  readonly logFile: string;
}

const START_MS = 30_000;
/** The router drains within 5 s. */
const STOP_MS = 8_000;
const LOG_TAIL = 2_000;
/** As the router and the relays say it. */
const LISTENS_ON = /\blistens on http:\/\/127\.0\.0\.1:(\d+)/;

export class ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #isStopping = false;

  private constructor(wish: ServerWish, child: ChildProcess, port: number) {
    this.name = wish.name;
    this.port = port;
    this.#child = child;
    this.#logFile = wish.logFile;
  }

  /** Starts it and waits until it listens; its end is hung into `cleanup`. Rejects with the end of its log. */
  static async start(wish: ServerWish, cleanup: Cleanup): Promise<ServerProcess> {
    const log = openSync(wish.logFile, 'a');
    const child = spawn(process.execPath, [...wish.args], { stdio: ['ignore', 'pipe', log], env: cleanEnvironment() });
    closeSync(log);
    cleanup.add({ orderly: () => end(child), abrupt: () => child.kill('SIGKILL') });
    const port = await listeningPort(child, wish);
    return new ServerProcess(wish, child, port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Why it ended, if it did without being told to. */
  get failure(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (this.#isStopping || (exitCode === null && signalCode === null)) return undefined;
    return `${this.name} ended by itself (${signalCode ?? `exit code ${exitCode}`}): ${logTail(this.#logFile)}`;
  }

  /** SIGTERM, and SIGKILL if that takes too long. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await end(this.#child);
  }
}

/** The environment without settings of the router and without what a test runner preloads. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(CORDBOARD_|NODE_|TAP_)/.test(name));
  return Object.fromEntries(kept);
}

async function listeningPort(child: ChildProcess, { name, logFile }: ServerWish): Promise<number> {
  const { stdout } = child;
  if (stdout === null) throw new Error(`${name}: no stdout`);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const failed = (what: string): void => reject(new Error(`${name} ${what}: ${logTail(logFile)}`));
  const timer = setTimeout(() => failed(`does not listen after ${START_MS} ms`), START_MS);
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => {
    const port = LISTENS_ON.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.once('error', (error) => failed(`did not start (${error.message})`));
  child.once('exit', (code, signal) => failed(`ended before it listened (${signal ?? `exit code ${code}`})`));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}

function logTail(file: string): string {
  const text = readFileSync(file, 'utf8').trim();
  return text === '' ? 'it said nothing' : text.slice(-LOG_TAIL);
}
