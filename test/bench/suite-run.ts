/** Runs a suite of the benchmarks as a user does, in a process of its own, and reads what it says. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../bench/main.ts');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The last line. */
export interface SuiteResult {
  readonly suite: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly hash: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface SuiteRun {
  readonly env?: NodeJS.ProcessEnv;
  /** The run gets a SIGTERM as soon as its progress says this. */
  readonly endAt?: string;
}

export async function runSuite(args: readonly string[], { env = {}, endAt }: SuiteRun = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...env },
  });
  let stdout = '';
  let stderr = '';
  let isEnding = false;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    if (isEnding || endAt === undefined || !stderr.includes(endAt)) return;
    isEnding = true;
    child.kill('SIGTERM');
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

export function resultIn({ stdout }: Pick<Ended, 'stdout'>): SuiteResult {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
