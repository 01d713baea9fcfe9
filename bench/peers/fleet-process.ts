/**
 * The process in which agents live that are reached by a library: it hears who is to work and tells what the agents saw.
 *
 * 1. Reports leave every REPORT_MS, not one by one: to tell costs next to nothing beside what is measured.
 * 2. It ends when the load goes away.
 */
import type { FleetMessage, FleetOrder, FleetWish } from './fleet.ts';
import type { PeerListener, Staffing } from './peer.ts';

/** Agents of one peer. */
export interface FleetCrew {
  staff(staffing: Staffing): Promise<void>;
  close(): Promise<void>;
}

const REPORT_MS = 20;

class Reporter implements PeerListener {
  #begun: number[] = [];
  #owned: number[] = [];
  #done: number[] = [];
  #faults: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  begun(contact: number, team: number, atUs: number): void {
    this.#begun.push(contact, team, atUs);
    this.#arm();
  }

  owned(contact: number, atUs: number): void {
    this.#owned.push(contact, atUs);
    this.#arm();
  }

  done(contact: number): void {
    this.#done.push(contact);
    this.#arm();
  }

  fault(what: string): void {
    this.#faults.push(what);
    this.#arm();
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => this.#tell(), REPORT_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    say({ report: { begun: this.#begun, owned: this.#owned, done: this.#done, faults: this.#faults } });
    this.#begun = [];
    this.#owned = [];
    this.#done = [];
    this.#faults = [];
  }
}

function say(message: FleetMessage): void {
  if (process.connected) process.send?.(message);
}

async function crewOf(wish: FleetWish, reporter: PeerListener): Promise<FleetCrew> {
  switch (wish.kind) {
    case 'bullmq': {
      const { BullmqCrew } = await import('./bullmq-crew.ts');
      return new BullmqCrew(wish.work, wish.port, reporter);
    }
    case 'graphile': {
      const { GraphileCrew } = await import('./graphile-crew.ts');
      return new GraphileCrew(wish.work, wish.connectionString, reporter);
    }
    case 'cordboard': {
      const { ClientCrew } = await import('./client-crew.ts');
      return new ClientCrew(wish.work, wish.port, wish.tokens, reporter);
    }
    default:
      throw new Error(`no such crew: ${JSON.stringify(wish satisfies never)}`);
  }
}

const reporter = new Reporter();
let crew: Promise<FleetCrew> | undefined;

process.on('message', (order: FleetOrder) => {
  if ('wish' in order) {
    crew = crewOf(order.wish, reporter);
    return;
  }
  void crew?.then(async (present) => {
    await present.staff(order.staff);
    say({ staffed: true });
  });
});
process.on('disconnect', () => {
  const end = (): never => process.exit(0);
  (crew ?? Promise.resolve(undefined)).then((present) => present?.close()).then(end, end);
});
