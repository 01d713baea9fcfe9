/**
 * Agents that are reached by a library live in a process of their own, as its users would have it: the process, seen from the load.
 *
 * 1. It tells in batches what it saw, with instants of the system's monotonic clock, which is one clock for all processes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { siblingModule } from '../../src/lib/sibling-module.ts';
import type { Cleanup } from '../cleanup.ts';
import { optionsOfStart } from '../node-options.ts';
import type { PeerListener, Staffing } from './peer.ts';
import type { Work } from './work.ts';

/** What the process is to be: whose library, and how it finds its service. */
export type FleetWish = { readonly work: Work } & (
  | { readonly kind: 'bullmq'; readonly port: number }
  | { readonly kind: 'graphile'; readonly connectionString: string }
  | { readonly kind: 'cordboard'; readonly port: number; readonly tokens: readonly (readonly string[])[] }
);

export type FleetOrder = { readonly wish: FleetWish } | { readonly staff: Staffing };

/** `begun` and `owned` in triples and pairs: contact, team, microseconds; contact, microseconds. */
export interface FleetReport {
  readonly begun: readonly number[];
  readonly owned: readonly number[];
  readonly done: readonly number[];
  readonly faults: readonly string[];
}

export type FleetMessage = { readonly staffed: true } | { readonly report: FleetReport };

const STOP_MS = 8_000;

export class Fleet {
  readonly #child: ChildProcess;
  readonly #listener: PeerListener;
  #onStaffed: (() => void) | undefined;
  #isEnding = false;
  #failure: string | undefined;

  private constructor(child: ChildProcess, listener: PeerListener) {
    this.#child = child;
    this.#listener = listener;
    child.on('message', (message: FleetMessage) => this.#hear(message));
  }

  static start(wish: FleetWish, listener: PeerListener, cleanup: Cleanup): Fleet {
    const kept = Object.entries(process.env).filter(([name]) => !/^(CORDBOARD_|NODE_|TAP_)/.test(name));
    const child = fork(fileURLToPath(siblingModule(import.meta.url, './fleet-process')), {
      execArgv: ['--disable-warning=ExperimentalWarning', ...optionsOfStart()],
      env: Object.fromEntries(kept),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const fleet = new Fleet(child, listener);
    child.once('exit', (code, signal) => {
      if (!fleet.#isEnding) fleet.#failure = `the agents' process ended by itself (${signal ?? `exit code ${code}`})`;
      fleet.#onStaffed?.();
    });
    cleanup.add({ orderly: () => fleet.#end(), abrupt: () => child.kill('SIGKILL') });
    fleet.#order({ wish });
    return fleet;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  async staff(staffing: Staffing): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onStaffed = resolve;
      this.#order({ staff: staffing });
    });
    if (this.#failure !== undefined) throw new Error(this.#failure);
  }

  #order(order: FleetOrder): void {
    this.#child.send(order);
  }

  #hear(message: FleetMessage): void {
    if ('staffed' in message) return this.#onStaffed?.();
    const { begun, owned, done, faults } = message.report;
    const listener = this.#listener;
    for (let at = 0; at < begun.length; at += 3) {
      listener.begun(begun[at] ?? 0, begun[at + 1] ?? 0, begun[at + 2] ?? 0);
    }
    for (let at = 0; at < owned.length; at += 2) listener.owned(owned[at] ?? 0, owned[at + 1] ?? 0);
    for (const contact of done) listener.done(contact);
    for (const fault of faults) listener.fault(fault);
  }

  async #end(): Promise<void> {
    const child = this.#child;
    this.#isEnding = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}
