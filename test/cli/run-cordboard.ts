// Runs the command line as a process of its own: to its end, or as a router that is told to stop.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Test } from 'tap';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** The environment of the tests without what would change the outcome. */
function environment(extra: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('CORDBOARD_'));
  return { ...Object.fromEntries(foreign), NO_COLOR: '1', ...extra };
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function cordboard(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ''): Ended {
  const options = { encoding: 'utf8', env: environment(env), input } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], options);
  return { exitCode: status, stdout, stderr };
}

/** A `serve` that runs, on a free port. */
export class Serving {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #output = { stdout: '', stderr: '' };
  readonly ended: Promise<Ended>;
  readonly #listening: Promise<string>;

  constructor(t: Test, args: readonly string[], limits = '') {
    // What the test runner preloads has no business in a process with limits.
    const command = `${limits === '' ? '' : `unset NODE_OPTIONS; ${limits}; `}exec "$0" "$@"`;
    const all = ['-c', command, process.execPath, MAIN, 'serve', '--port', '0', ...args];
    this.#process = spawn('sh', all, { env: environment({}) });
    const output = this.#output;
    const listening = Promise.withResolvers<string>();
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
      const url = /^A token: .*\n/m.test(output.stdout) && /http:\/\/\S+/.exec(output.stdout)?.[0];
      if (url) listening.resolve(url);
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (exitCode) => resolve({ exitCode, ...output }));
    });
    this.#listening = listening.promise;
    t.teardown(() => this.#process.kill('SIGKILL'));
  }

  /** The address, once it listens; rejects if it ends before. */
  async url(): Promise<string> {
    const first = await Promise.race([this.#listening, this.ended]);
    if (typeof first === 'string') return first;
    throw new Error(`ended with ${first.exitCode}: ${first.stderr}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Stops it as an operator would. */
  stop(): Promise<Ended> {
    this.signal('SIGTERM');
    return this.ended;
  }
}

/** The log's lines as objects. */
export function logOf({ stderr }: Ended): Readonly<Record<string, unknown>>[] {
  return stderr
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
}
