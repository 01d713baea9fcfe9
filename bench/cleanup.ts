/**
 * What a run leaves behind and has to take away: child processes, sockets, temporary folders.
 *
 * 1. Undone in the reverse order, each once, whatever the others do.
 * 2. A first SIGINT or SIGTERM undoes everything and ends the process; so does an exit that nobody announced, as far as
 *    that goes without waiting (`abrupt`).
 */
import { constants } from 'node:os';

/** One thing to undo. */
export interface Undo {
  /** In good order. */
  orderly(): Promise<void> | void;
  /** At once, without waiting for anything: the process is ending. */
  abrupt?(): void;
}

export class Cleanup {
  #undos: Undo[] = [];

  add(undo: Undo): void {
    this.#undos.push(undo);
  }

  /** Undoes everything; a fault in one is told on stderr and does not keep the others. */
  async run(): Promise<void> {
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      try {
        await undo.orderly();
      } catch (error) {
        process.stderr.write(`bench: cleaning up: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }

  /** Undoes on signals and at an unannounced exit; the function given back ends that. */
  onSignals(): () => void {
    const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
      const end = (): never => process.exit(128 + constants.signals[signal]);
      this.run().then(end, end);
    };
    const onExit = (): void => {
      for (const undo of this.#undos.splice(0).reverse()) undo.abrupt?.();
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
    process.once('exit', onExit);
    return () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      process.off('exit', onExit);
    };
  }
}
