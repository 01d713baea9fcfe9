/**
 * Reads policies in a thread of their own, so that a router goes on routing while megabytes of text are parsed.
 *
 * 1. One text at a time: a second one waits for the first.
 * 2. A text that takes too long or too much memory is refused like any other bad text, and its thread is ended.
 */
import { Worker } from 'node:worker_threads';
import { siblingModule } from '../lib/sibling-module.ts';
import type { PolicyResult } from './policy-file.ts';

const TIMEOUT_MS = 60_000;
const MEMORY_MB = 2_048;

let last: Promise<unknown> = Promise.resolve();

/** As `parsePolicy`, beside the caller's thread. Rejects only for faults of the program. */
export function parsePolicyAside(text: string): Promise<PolicyResult> {
  const result = last.then(() => parseInThread(text));
  last = result.catch(() => undefined);
  return result;
}

function parseInThread(text: string): Promise<PolicyResult> {
  return new Promise((done, fail) => {
    const worker = new Worker(siblingModule(import.meta.url, './policy-thread'), {
      name: 'policy',
      workerData: text,
      // What is preloaded for the main thread (by --import) has no business in this one.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const timer = setTimeout(
      () => finish(() => done(refused(`reading it took over ${TIMEOUT_MS / 1000} s`))),
      TIMEOUT_MS,
    );
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      void worker.terminate();
    };
    worker.once('message', (result: PolicyResult) => finish(() => done(result)));
    worker.once('error', (error: Error & { code?: string }) =>
      finish(() =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? done(refused('reading it took too much memory')) : fail(error),
      ),
    );
    worker.once('exit', () => finish(() => fail(new Error('the thread that reads policies ended without an answer'))));
  });
}

function refused(why: string): PolicyResult {
  return { faults: [{ line: 1, column: 1, path: '', message: `expected a simpler policy: ${why}` }] };
}
