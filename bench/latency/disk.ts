/** How long the volume takes to make a small write durable: on one that does not, latencies of a journal mean nothing. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Durations } from '../durations.ts';
import { nowUs } from './clock.ts';

const WRITES = 200;
const BYTES = 4_096;

/** Appends and syncs a file in the folder. */
export function measureSync(folder: string): Durations {
  const latencies = new Durations();
  const file = openSync(join(folder, 'sync-probe'), 'w');
  const bytes = Buffer.alloc(BYTES, 1);
  for (let count = 0; count < WRITES; count++) {
    const startUs = nowUs();
    writeSync(file, bytes);
    fdatasyncSync(file);
    latencies.record(nowUs() - startUs);
  }
  closeSync(file);
  return latencies;
}
