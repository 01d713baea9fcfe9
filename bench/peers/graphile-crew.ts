/**
 * Agents at graphile-worker: one runner that takes the tasks of all requirements, and in the task the next team that serves the requirement. That
 * is kinder than a runner for each team, of which every one looks for work whenever a contact comes: ten of them cost twice the CPU.
 *
 * 1. As its guide to performance wants it: two connections more than jobs at once, completed jobs written off in batches. Jobs are not fetched
 *    in batches (`localQueue`): then urgent ones are not seen in time, and the order of priorities is lost.
 */
import { EventEmitter } from 'node:events';
import { Logger, type Runner, run, type Task, type WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import { nowUs } from '../latency/clock.ts';
import type { FleetCrew } from './fleet-process.ts';
import type { PeerListener, Staffing } from './peer.ts';
import { openPool } from './pg-pool.ts';
import { requirementName, type Work } from './work.ts';

/** Jobs at once: agents need no time here, and more of them only compete for the two cores. */
const CONCURRENCY = 20;
const SILENT = new Logger(() => () => undefined);

export class GraphileCrew implements FleetCrew {
  readonly #work: Work;
  readonly #listener: PeerListener;
  readonly #pool: pg.Pool;
  #runner: Runner | undefined;

  constructor(work: Work, connectionString: string, listener: PeerListener) {
    this.#work = work;
    this.#listener = listener;
    this.#pool = openPool(connectionString, CONCURRENCY + 2, (what) => listener.fault(what));
  }

  async staff(staffing: Staffing): Promise<void> {
    await this.#leave();
    const { requirements } = this.#work;
    const served = staffing === 'one' ? [0] : Array.from({ length: requirements }, (_, requirement) => requirement);
    this.#runner = await this.#run(served, staffing === 'one' ? 1 : CONCURRENCY);
  }

  async close(): Promise<void> {
    await this.#leave();
    await this.#pool.end();
  }

  async #leave(): Promise<void> {
    await this.#runner?.stop();
    this.#runner = undefined;
  }

  #run(requirements: readonly number[], concurrency: number): Promise<Runner> {
    const listener = this.#listener;
    const events: WorkerEvents = new EventEmitter();
    events.on('job:complete', ({ job, error }) => {
      if (error === null || error === undefined) listener.done(contactIn(job.payload));
      else listener.fault(`a task failed: ${String(error)}`);
    });
    return run({
      pgPool: this.#pool,
      concurrency,
      taskList: Object.fromEntries(
        requirements.map((requirement) => [requirementName(requirement), this.#task(requirement)]),
      ),
      crontab: '',
      noHandleSignals: true,
      logger: SILENT,
      events,
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
  }

  /** Contacts of a requirement go to its teams in turn. */
  #task(requirement: number): Task {
    const teams = this.#work.teams.filter(({ requirements }) => requirements.includes(requirement));
    let turn = 0;
    return async (payload: unknown): Promise<void> => {
      const contact = contactIn(payload);
      const team = teams[turn++ % teams.length];
      const atUs = nowUs();
      this.#listener.begun(contact, team?.number ?? -1, atUs);
      this.#listener.owned(contact, atUs);
    };
  }
}

function contactIn(payload: unknown): number {
  if (typeof payload === 'object' && payload !== null && 'contact' in payload && typeof payload.contact === 'number') {
    return payload.contact;
  }
  throw new TypeError('a job without its contact');
}
