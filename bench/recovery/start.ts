/**
 * A router started on a history, as a user starts it: from the spawn to the line that says where it listens, and to the first `/readyz`
 * that says so.
 *
 * 1. Each start has a copy of the history of its own: a router goes on with what it finds.
 * 2. It is killed afterwards: what it would save is of no use; with a profile it is told to stop, since only then it writes that.
 * 3. The router says how many contacts wait: all that the history left.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import { readCpu, readMachineCpuUs, totalUs } from '../cpu-time.ts';
import { TokenMint } from '../latency/router.ts';
import { BACKLOG } from '../memory/policies.ts';
import { optionsOfStart } from '../node-options.ts';
import { ServerProcess } from '../server-process.ts';

export interface StartWish {
  /** Of the run. */
  readonly folder: string;
  /** The router's program. */
  readonly main: string;
  /** The history's data directory; undefined: a router that knows nothing yet. */
  readonly history: string | undefined;
  /** Where Node writes CPU profiles; undefined: none. */
  readonly profileFolder: string | undefined;
}

export interface Started {
  /** From the spawn until it says that it listens, until `/readyz` says 200. */
  readonly listensMs: number;
  readonly readyMs: number;
  /** Of it, recovery: as the router's own log has it. */
  readonly recoveredMs: number;
  readonly backlog: number;
  /** CPU of the router's process until then, all threads; what others took, in cores. */
  readonly cpuMs: number | undefined;
  readonly othersCores: number | undefined;
}

export async function startOnce(wish: StartWish, cleanup: Cleanup): Promise<Started> {
  const directory = join(wish.folder, 'started-data');
  const logFile = join(wish.folder, 'started.log');
  rmSync(directory, { recursive: true, force: true });
  rmSync(logFile, { force: true });
  if (wish.history !== undefined) cpSync(wish.history, directory, { recursive: true });
  const serve = ['serve', '--data', directory, '--port', '0', '--log-level', 'info'];
  const { profileFolder } = wish;
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];
  const args = ['--disable-warning=ExperimentalWarning', ...optionsOfStart(), ...profile, wish.main, ...serve];
  const machineBeforeUs = readMachineCpuUs();
  const startedMs = performance.now();
  const server = await ServerProcess.start({ name: 'router', args, logFile }, cleanup);
  const listensMs = performance.now() - startedMs;
  await untilReady(server.port);
  const readyMs = performance.now() - startedMs;
  const cpu = readCpu(server.pid);
  const machineUs = (readMachineCpuUs() ?? Number.NaN) - (machineBeforeUs ?? Number.NaN);
  const backlog = await backlogOf(server.port, directory);
  if (profileFolder === undefined) process.kill(server.pid, 'SIGKILL');
  await server.stop();
  const cpuUs = cpu === undefined ? undefined : totalUs(cpu);
  const othersUs = cpuUs === undefined ? Number.NaN : machineUs - cpuUs;
  return {
    listensMs,
    readyMs,
    recoveredMs: recoveredMs(readFileSync(logFile, 'utf8')),
    backlog,
    cpuMs: cpuUs === undefined ? undefined : cpuUs / 1000,
    othersCores: Number.isNaN(othersUs) ? undefined : Math.max(0, othersUs / 1000 / readyMs),
  };
}

async function untilReady(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.arrayBuffer();
    if (response.ok) return;
  }
}

async function backlogOf(port: number, directory: string): Promise<number> {
  const token = await new TokenMint(directory).mint('admin', 'bench');
  const response = await fetch(`http://127.0.0.1:${port}/v1/queues`, { headers: { authorization: `Bearer ${token}` } });
  const { queues = [] }: { readonly queues?: readonly { readonly name: string; readonly waiting?: number }[] } =
    JSON.parse(await response.text());
  return queues.find(({ name }) => name === BACKLOG)?.waiting ?? 0;
}

/** What the log says of the recovery. */
function recoveredMs(log: string): number {
  for (const line of log.split('\n')) {
    if (!line.includes('"recovered"')) continue;
    const { tookMs }: { readonly tookMs: number } = JSON.parse(line);
    return tookMs;
  }
  throw new Error('the router does not say that it recovered');
}
