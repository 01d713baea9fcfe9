/** The metronome's thread: sleeps from one instant to the next and says so. It must not do anything else. */
import { parentPort } from 'node:worker_threads';
import { nowUs } from './clock.ts';
import { type MetronomeRun, STOP_CELL, TICKED_CELL } from './metronome.ts';

parentPort?.on('message', ({ control, instantsUs, leadUs }: MetronomeRun) => {
  for (const instantUs of instantsUs) {
    const waitMs = (instantUs - leadUs - nowUs()) / 1000;
    if (waitMs > 0) Atomics.wait(control, STOP_CELL, 0, waitMs);
    if (Atomics.load(control, STOP_CELL) === 1) return;
    if (Atomics.exchange(control, TICKED_CELL, 1) === 0) parentPort?.postMessage(0);
  }
});
