/**
 * The thread of simulation.ts: runs the one scenario that it was started with, tells how far it is, answers with the result.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { simulateWithBatches } from '../sim/simulate.ts';
import type { FromSimulation, SimulationOrder } from './simulation.ts';

// Who starts this thread gives it an order (simulation.ts).
const { scenario, seed } = workerData as SimulationOrder;
const answer = (message: FromSimulation): void => parentPort?.postMessage(message);

const startedAt = performance.now();
const { report, batches } = simulateWithBatches(scenario, {
  seed,
  onProgress: (fraction) => answer({ type: 'progress', fraction }),
});
const wallSeconds = Math.round(performance.now() - startedAt) / 1000;
answer({ type: 'result', result: { report: { ...report, wallSeconds }, batches } });
