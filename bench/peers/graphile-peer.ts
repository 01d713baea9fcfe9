/**
 * graphile-worker (`SELECT … FOR UPDATE SKIP LOCKED`, woken by `NOTIFY`) on a PostgreSQL of the suite's own: one task identifier a requirement,
 * the contact's priority the job's.
 */
import { Logger, makeWorkerUtils, type WorkerUtils } from 'graphile-worker';
import type { Cleanup } from '../cleanup.ts';
import { Fleet } from './fleet.ts';
import type { Absence, Peer, PeerListener, Staffing } from './peer.ts';
import { openPool } from './pg-pool.ts';
import { startPostgres } from './postgres-server.ts';
import { Pushes } from './pushes.ts';
import { attributesOf, requirementName, type Work, type WorkContact } from './work.ts';

const PUSH_CONNECTIONS = 10;
const SILENT = new Logger(() => () => undefined);

export class GraphilePeer implements Peer {
  readonly servicePids: readonly number[];
  readonly #utils: WorkerUtils;
  readonly #fleet: Fleet;
  readonly #listener: PeerListener;
  readonly #pushes = new Pushes();

  private constructor(pid: number, utils: WorkerUtils, fleet: Fleet, listener: PeerListener) {
    this.servicePids = [pid];
    this.#utils = utils;
    this.#fleet = fleet;
    this.#listener = listener;
  }

  static async start(
    work: Work,
    folder: string,
    listener: PeerListener,
    cleanup: Cleanup,
  ): Promise<GraphilePeer | Absence> {
    const postgres = await startPostgres(folder, cleanup);
    if ('absent' in postgres) return postgres;
    const { connectionString, pid } = postgres;
    const pool = openPool(connectionString, PUSH_CONNECTIONS, (what) => listener.fault(what));
    const utils = await makeWorkerUtils({ pgPool: pool, logger: SILENT });
    cleanup.add({
      orderly: async () => {
        await utils.release();
        await pool.end();
      },
    });
    await utils.migrate();
    const fleet = Fleet.start({ kind: 'graphile', connectionString, work }, listener, cleanup);
    return new GraphilePeer(pid, utils, fleet, listener);
  }

  get fleetPids(): readonly number[] {
    return [this.#fleet.pid];
  }

  staff(staffing: Staffing): Promise<void> {
    return this.#fleet.staff(staffing);
  }

  push(contacts: readonly WorkContact[]): void {
    for (const { number, requirement, priority } of contacts) {
      const payload = { contact: number, attributes: attributesOf(number) };
      const added = this.#utils.addJob(requirementName(requirement), payload, { priority });
      this.#pushes.follow(added, (what) => this.#listener.fault(what));
    }
  }

  taken(): Promise<void> {
    return this.#pushes.taken();
  }

  failure(): string | undefined {
    return this.#fleet.failure;
  }
}
