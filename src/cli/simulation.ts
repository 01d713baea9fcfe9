/**
 * A simulation in a thread of its own, so that the main thread hears signals and shows how far it is.
 *
 * 1. The thread ends with its result, or with the process.
 * 2. A run that needs more memory than there is ends as a SimulationFailed, not with the process.
 */
import { Worker } from 'node:worker_threads';
import { siblingModule } from '../lib/sibling-module.ts';
import type { Scenario } from '../sim/scenario.ts';
import type { BatchedReport } from '../sim/simulate.ts';

/** What the thread is started with. */
export interface SimulationOrder {
  readonly scenario: Scenario;
  readonly seed: number;
}

/** What it answers. */
export type FromSimulation =
  | { readonly type: 'progress'; readonly fraction: number }
  | { readonly type: 'result'; readonly result: BatchedReport };

/** A run that came to no end, in words for who started it. */
export class SimulationFailed extends Error {
  override readonly name = 'SimulationFailed';
}

/**
 * Runs a scenario beside this thread, until `signal` says that nobody waits for it any more; `onProgress` is told how much of
 * the virtual time has passed, 0 to 1.
 */
export function simulateAside(
  order: SimulationOrder,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<BatchedReport> {
  return new Promise((done, fail) => {
    const worker = new Worker(siblingModule(import.meta.url, './simulation-thread'), {
      name: 'simulation',
      workerData: order,
      // What is preloaded for the main thread (by --import) has no business in this one.
      execArgv: [],
    });
    signal.addEventListener('abort', () => void worker.terminate(), { once: true });
    worker.on('message', (message: FromSimulation) => {
      if (message.type === 'progress') onProgress(message.fraction);
      else done(message.result);
    });
    worker.once('error', (error: Error & { code?: string }) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      fail(
        isMemory
          ? new SimulationFailed('the run took more memory than there is: do the lines grow without end?')
          : error,
      );
    });
    worker.once('exit', () => fail(new Error('the thread of the simulation ended without an answer')));
  });
}
