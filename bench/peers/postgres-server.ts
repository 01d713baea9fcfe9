/**
 * A PostgreSQL of the suite's own: a cluster made by initdb, on a free port, durable as it comes (`fsync` and `synchronous_commit` on).
 *
 * 1. PostgreSQL refuses to run as root: then it runs as the system's `postgres`, or as `nobody`, in a folder which that user can reach.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Cleanup } from '../cleanup.ts';
import type { Absence } from './peer.ts';
import { findProgram, freePort, startProgram } from './program.ts';

export interface PostgresServer {
  readonly connectionString: string;
  readonly pid: number;
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

const CONNECTIONS_MAX = 300;
/** Where Debian and others put what they do not put on the path. */
const FOLDERS = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin'];

export async function startPostgres(folder: string, cleanup: Cleanup): Promise<PostgresServer | Absence> {
  const initdb = findProgram('initdb', ...FOLDERS);
  const postgres = findProgram('postgres', ...FOLDERS);
  if (initdb === undefined || postgres === undefined) return { absent: 'there is no initdb and postgres' };
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  if (process.getuid?.() === 0 && user === undefined) return { absent: 'no user but root to run postgres' };
  const directory = makeDirectory(folder, user, cleanup);
  const data = join(directory, 'data');
  const made = spawnSync(initdb, ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'], {
    encoding: 'utf8',
    cwd: directory,
    env: { PATH: process.env.PATH ?? '' },
    ...user,
  });
  if (made.status !== 0) throw new Error(`initdb ended with ${made.status}: ${made.stderr.slice(-1_000)}`);
  const port = await freePort();
  const settings: Readonly<Record<string, string>> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(CONNECTIONS_MAX),
  };
  const pid = await startProgram(
    {
      name: 'postgres',
      file: postgres,
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      isReady: /database system is ready to accept connections/,
      logFile: join(folder, 'postgres.log'),
      // Fast: it ends connections. SIGQUIT: it ends its own children at once; killed, it would leave them.
      endSignal: 'SIGINT',
      abruptSignal: 'SIGQUIT',
      ...(user === undefined ? {} : { user }),
    },
    cleanup,
  );
  return { connectionString: `postgres://bench@127.0.0.1:${port}/postgres`, pid };
}

function unprivileged(): User | undefined {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((which) => spawnSync('id', [which, name], { encoding: 'utf8' }).stdout);
    if (uid?.trim() && gid?.trim()) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** In the folder of the run, unless another user could not reach it there. */
function makeDirectory(folder: string, user: User | undefined, cleanup: Cleanup): string {
  const isReachable = user === undefined || isOpenToOthers(dirname(folder));
  const directory = isReachable ? join(folder, 'postgres') : mkdtempSync(join(tmpdir(), 'cordboard-bench-postgres-'));
  if (isReachable) {
    // Others may pass through the folder of the run, not look into it.
    chmodSync(folder, 0o711);
    mkdirSync(directory);
  }
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  cleanup.add({ orderly: remove, abrupt: remove });
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  return directory;
}

/** Whether everybody may pass through the folder and all above it. */
function isOpenToOthers(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpenToOthers(dirname(folder));
}
