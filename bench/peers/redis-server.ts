/**
 * A Redis of the suite's own: the system's redis-server on a free port, in a folder that goes with the run, as BullMQ's guide to production
 * wants it: append-only file on, `noeviction`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import type { Absence } from './peer.ts';
import { findProgram, freePort, startProgram } from './program.ts';

/** When Redis makes what it wrote durable: before it answers, or once a second (its default). */
export type AppendFsync = 'always' | 'everysec';

export interface RedisServer {
  readonly port: number;
  readonly pid: number;
}

export async function startRedis(
  folder: string,
  appendFsync: AppendFsync,
  cleanup: Cleanup,
): Promise<RedisServer | Absence> {
  const file = findProgram('redis-server');
  if (file === undefined) return { absent: 'there is no redis-server' };
  const directory = join(folder, `redis-${appendFsync}`);
  mkdirSync(directory);
  const port = await freePort();
  const settings: Readonly<Record<string, string>> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    appendonly: 'yes',
    appendfsync: appendFsync,
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const pid = await startProgram(
    {
      name: 'redis-server',
      file,
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      isReady: /Ready to accept connections/,
      logFile: join(directory, 'redis.log'),
      endSignal: 'SIGTERM',
      abruptSignal: 'SIGKILL',
    },
    cleanup,
  );
  return { port, pid };
}
