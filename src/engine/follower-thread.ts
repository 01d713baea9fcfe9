// The follower's thread: an archivist on the data directory, told by messages what is durable. The engine never waits for it, and never
// stalls for a snapshot.
//
// Invariant: whatever fails in here is reported, and ends the thread.

import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteArchive } from '../journal/sqlite-archive.ts';
import { openSqliteJournalReader } from '../journal/sqlite-journal-reader.ts';
import { assert } from '../lib/assert.ts';
import { Archivist } from './archivist.ts';
import type { FollowerReport, FollowerRequest, FollowerThreadData } from './follower-messages.ts';

function run(): void {
  const port = parentPort;
  assert(port !== null, 'the follower runs in a thread of its own');
  const report = (message: FollowerReport): void => port.postMessage(message);
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      report({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) });
      port.close();
    }
  };
  guard(() => {
    const bounds = workerData as FollowerThreadData;
    const archivist = new Archivist({
      reader: openSqliteJournalReader(bounds.directory),
      archive: openSqliteArchive(bounds.directory),
      bounds,
      report,
      monotonicMs: () => performance.now(),
    });
    port.on('message', (request: FollowerRequest) => {
      guard(() => {
        if (request.kind === 'durable') archivist.follow(request.seq);
        else if (request.kind === 'expect') archivist.expect(request.seq, request.hash);
        else {
          archivist.close();
          report({ kind: 'closed' });
          port.close();
        }
      });
    });
  });
}

run();
