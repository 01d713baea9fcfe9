/**
 * Agents at BullMQ: a `Worker` for each requirement of each team, with as many jobs at once as the team has agents. BullMQ has no worker for
 * several queues, so nothing keeps an agent from two contacts of different requirements at once; contacts here take no time, so none does.
 *
 * 1. As the guide wants it: connections with `maxRetriesPerRequest: null`, one shared by all workers (each has another of its own to wait on).
 */
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { nowUs } from '../latency/clock.ts';
import type { ContactData } from './bullmq-peer.ts';
import type { FleetCrew } from './fleet-process.ts';
import type { PeerListener, Staffing } from './peer.ts';
import { requirementName, type Work } from './work.ts';

export class BullmqCrew implements FleetCrew {
  readonly #work: Work;
  readonly #listener: PeerListener;
  readonly #connection: Redis;
  #workers: Worker<ContactData>[] = [];

  constructor(work: Work, port: number, listener: PeerListener) {
    this.#work = work;
    this.#listener = listener;
    this.#connection = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
    this.#connection.on('error', (error) => listener.fault(`a connection had an error: ${error.message}`));
  }

  async staff(staffing: Staffing): Promise<void> {
    await this.#leave();
    if (staffing === 'one') {
      const team = this.#work.teams.find(({ requirements }) => requirements.includes(0));
      this.#workers = [this.#worker(team?.number ?? 0, 0, 1)];
    } else {
      this.#workers = this.#work.teams.flatMap(({ number, requirements, agentIds }) =>
        requirements.map((requirement) => this.#worker(number, requirement, agentIds.length)),
      );
    }
    await Promise.all(this.#workers.map((worker) => worker.waitUntilReady()));
  }

  async close(): Promise<void> {
    await this.#leave();
    this.#connection.disconnect();
  }

  async #leave(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.close()));
  }

  #worker(team: number, requirement: number, concurrency: number): Worker<ContactData> {
    const listener = this.#listener;
    const handle = async ({ data }: Job<ContactData>): Promise<void> => {
      const atUs = nowUs();
      listener.begun(data.contact, team, atUs);
      listener.owned(data.contact, atUs);
    };
    const worker = new Worker<ContactData>(requirementName(requirement), handle, {
      connection: this.#connection,
      concurrency,
    });
    worker.on('completed', ({ data }) => listener.done(data.contact));
    worker.on('failed', (_, error) => listener.fault(`a worker failed: ${error.message}`));
    worker.on('error', (error) => listener.fault(`a worker had an error: ${error.message}`));
    return worker;
  }
}
