/**
 * Tells the load when a contact is due. Node's own timers count whole milliseconds, which is as much as is to be
 * measured; a thread that sleeps in Atomics.wait wakes within some 0.1 ms and costs next to nothing.
 *
 * 1. Ticks come a little early (`leadUs`), about as much as it takes until they are heard. Who hears one looks at the
 *    clock and waits for what is due within that lead.
 * 2. Ticks are not counted: one that finds the last one not yet heard is left out.
 */
import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../src/lib/sibling-module.ts';

/** Cells of the memory that both threads see. */
export const STOP_CELL = 0;
export const TICKED_CELL = 1;

/** Makes the thread tick at these instants of `nowUs`. */
export interface MetronomeRun {
  readonly control: Int32Array;
  readonly instantsUs: Float64Array;
  readonly leadUs: number;
}

export class Metronome {
  readonly #thread: Worker;
  readonly #control = new Int32Array(new SharedArrayBuffer(8));
  #onTick: () => void = () => undefined;

  constructor() {
    this.#thread = new Worker(siblingModule(import.meta.url, './metronome-thread'), {
      name: 'metronome',
      execArgv: [],
    });
    this.#thread.on('message', () => {
      Atomics.store(this.#control, TICKED_CELL, 0);
      this.#onTick();
    });
  }

  /** Ticks so much before the instants, from now on. */
  start(instantsUs: Float64Array, leadUs: number, onTick: () => void): void {
    this.#onTick = onTick;
    Atomics.store(this.#control, STOP_CELL, 0);
    Atomics.store(this.#control, TICKED_CELL, 0);
    const run: MetronomeRun = { control: this.#control, instantsUs, leadUs };
    this.#thread.postMessage(run);
  }

  /** Ticks no more. */
  stop(): void {
    this.#onTick = () => undefined;
    Atomics.store(this.#control, STOP_CELL, 1);
    Atomics.notify(this.#control, STOP_CELL);
  }

  async close(): Promise<void> {
    this.stop();
    await this.#thread.terminate();
  }
}
