// A router in a process of its own, as a user starts it; to be killed, asked and started again on the same directory.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export class RouterProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  #errors = '';
  readonly httpUrl: string;
  readonly socketUrl: string;
  /** Seq of the last event that was recovered. */
  readonly recoveredSeq: number;

  private constructor(child: ChildProcess, exit: Promise<number | null>, httpUrl: string, recoveredSeq: number) {
    this.#child = child;
    this.#exit = exit;
    this.httpUrl = httpUrl;
    this.socketUrl = `${httpUrl.replace('http', 'ws')}/v1/connect`;
    this.recoveredSeq = recoveredSeq;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-4000);
    });
  }

  /** Resolves when it listens. */
  static async start(args: readonly string[]): Promise<RouterProcess> {
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    });
    const exit = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code));
    });
    let out = '';
    let log = '';
    let seq: number | undefined;
    const started = new Promise<{ readonly url: string; readonly seq: number }>((resolve) => {
      const look = (): void => {
        const url = /listens on (http:\S+)/.exec(out)?.[1];
        seq ??= recoveredSeqIn(log);
        if (url !== undefined && seq !== undefined) resolve({ url, seq });
      };
      child.stdout?.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        look();
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        if (log.length < 100_000) log += chunk.toString();
        look();
      });
    });
    const { url, seq: recovered } = await Promise.race([
      started,
      exit.then((code) => Promise.reject(new Error(`serve ended with ${code}: ${log}`))),
    ]);
    return new RouterProcess(child, exit, url, recovered);
  }

  /** The last of what it logged. */
  get errors(): string {
    return this.#errors;
  }

  /** Dead at once, as by a power cut of the process. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** Drains; answers the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return await this.#exit;
  }
}

function recoveredSeqIn(log: string): number | undefined {
  for (const line of log.split('\n')) {
    if (!line.includes('"recovered"')) continue;
    const entry = JSON.parse(line) as { readonly seq?: number };
    if (entry.seq !== undefined) return entry.seq;
  }
  return undefined;
}

/** A token as `cordboard token` prints it. */
export async function tokenOf(directory: string, role: string, subject: string): Promise<string> {
  const args = [MAIN, 'token', '--role', role, '--subject', subject, '--data', directory];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: process.env.PATH } });
  return stdout.trim();
}
