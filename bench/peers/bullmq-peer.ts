/**
 * BullMQ on a Redis of the suite's own: one queue a requirement, the contact's priority the job's, finished jobs removed.
 */
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Cleanup } from '../cleanup.ts';
import { Fleet } from './fleet.ts';
import type { Absence, Peer, PeerListener, Staffing } from './peer.ts';
import { Pushes } from './pushes.ts';
import { type AppendFsync, startRedis } from './redis-server.ts';
import { attributesOf, requirementName, type Work, type WorkContact } from './work.ts';

/** What a job carries. */
export interface ContactData {
  readonly contact: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export class BullmqPeer implements Peer {
  readonly servicePids: readonly number[];
  readonly #queues: readonly Queue<ContactData>[];
  readonly #fleet: Fleet;
  readonly #listener: PeerListener;
  readonly #pushes = new Pushes();

  private constructor(redisPid: number, queues: readonly Queue<ContactData>[], fleet: Fleet, listener: PeerListener) {
    this.servicePids = [redisPid];
    this.#queues = queues;
    this.#fleet = fleet;
    this.#listener = listener;
  }

  static async start(
    work: Work,
    appendFsync: AppendFsync,
    folder: string,
    listener: PeerListener,
    cleanup: Cleanup,
  ): Promise<BullmqPeer | Absence> {
    const redis = await startRedis(folder, appendFsync, cleanup);
    if ('absent' in redis) return redis;
    const { port, pid } = redis;
    const connection = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
    const onError = (error: Error): void => listener.fault(`a queue had an error: ${error.message}`);
    connection.on('error', onError);
    const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
    const queues = Array.from(
      { length: work.requirements },
      (_, requirement) => new Queue<ContactData>(requirementName(requirement), { connection, defaultJobOptions }),
    );
    for (const queue of queues) queue.on('error', onError);
    cleanup.add({
      orderly: async () => {
        await Promise.all(queues.map((queue) => queue.close()));
        connection.disconnect();
      },
    });
    await Promise.all(queues.map((queue) => queue.waitUntilReady()));
    const fleet = Fleet.start({ kind: 'bullmq', port, work }, listener, cleanup);
    return new BullmqPeer(pid, queues, fleet, listener);
  }

  get fleetPids(): readonly number[] {
    return [this.#fleet.pid];
  }

  staff(staffing: Staffing): Promise<void> {
    return this.#fleet.staff(staffing);
  }

  push(contacts: readonly WorkContact[]): void {
    for (const { number, requirement, priority } of contacts) {
      const data = { contact: number, attributes: attributesOf(number) };
      const added = this.#queues[requirement]?.add('contact', data, { priority });
      if (added !== undefined) this.#pushes.follow(added, (what) => this.#listener.fault(what));
    }
  }

  taken(): Promise<void> {
    return this.#pushes.taken();
  }

  failure(): string | undefined {
    return this.#fleet.failure;
  }
}
