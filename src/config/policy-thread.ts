/**
 * The thread of policy-aside.ts: reads the one text that it was started with and answers with the result.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { parsePolicy } from './policy-file.ts';

parentPort?.postMessage(parsePolicy(String(workerData)));
