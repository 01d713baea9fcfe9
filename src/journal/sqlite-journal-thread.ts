/**
 * The journal's thread: appends what it is handed, tells when it is durable, and does the upkeep in between.
 *
 * 1. Appends go first. Those found waiting go into one transaction; upkeep does one step, then looks for appends again.
 * 2. After a failure nothing more is written (fail-stop), and the directory stays locked until close: the follower of
 *    this process may still be at work in it.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert, unreachable } from '../lib/assert.ts';
import { CommitStore } from './commit-store.ts';
import type { Commit, PruneBounds } from './journal.ts';
import { journalFailureOf, plainFailure } from './journal-failure.ts';
import type { JournalAnswer, JournalRequest, JournalThreadData } from './sqlite-journal-messages.ts';

/** A pruning under way. */
interface PruneJob {
  readonly id: number;
  readonly bounds: PruneBounds;
  commitCount: number;
}

assert(parentPort !== null, 'the journal thread runs as a worker');
const port = parentPort;

let store: CommitStore | undefined;
let hasFailed = false;
const pruneJobs: PruneJob[] = [];
let isUpkeepPlanned = false;

function answer(message: JournalAnswer): void {
  port.postMessage(message);
}

/** Does the work; a failure is told once and ends all writing. */
function guarded(work: (open: CommitStore) => void): void {
  if (store === undefined || hasFailed) return;
  try {
    work(store);
  } catch (error) {
    hasFailed = true;
    answer({ kind: 'failed', failure: plainFailure(journalFailureOf(error, 'the journal failed')) });
  }
}

function appendAll(commits: readonly Commit[]): void {
  if (commits.length === 0) return;
  guarded((open) => {
    open.append(commits);
    answer({ kind: 'durable', lastSeq: open.lastSeq });
  });
}

function planUpkeep(): void {
  const isNeeded = pruneJobs.length > 0 || store?.isCheckpointDue === true;
  // Without a store there is nothing to keep up: a pruning that a close overtook is told so when the thread ends.
  if (isUpkeepPlanned || hasFailed || store === undefined || !isNeeded) return;
  isUpkeepPlanned = true;
  setImmediate(() => {
    isUpkeepPlanned = false;
    guarded(upkeep);
    planUpkeep();
  });
}

/** One step: messages that arrived meanwhile are taken before the next. */
function upkeep(open: CommitStore): void {
  if (open.isCheckpointDue) {
    open.checkpoint();
    return;
  }
  const job = pruneJobs[0];
  if (job === undefined) return;
  const step = open.pruneStep(job.bounds);
  job.commitCount += step.commitCount;
  if (!step.isDone) return;
  pruneJobs.shift();
  answer({ kind: 'pruned', id: job.id, pruned: { commitCount: job.commitCount, firstSeq: open.firstSeq } });
}

function close(): void {
  store?.close();
  store = undefined;
  answer({ kind: 'closed' });
  port.close();
}

/** Takes all requests that wait, the first one given, in order. */
function takeRequests(first: JournalRequest): void {
  let commits: Commit[] = [];
  for (let request: JournalRequest | undefined = first; request !== undefined; request = nextRequest()) {
    if (request.kind === 'append') {
      commits.push(request.commit);
      continue;
    }
    appendAll(commits);
    commits = [];
    takeOther(request);
  }
  appendAll(commits);
  planUpkeep();
}

function nextRequest(): JournalRequest | undefined {
  const received = receiveMessageOnPort(port);
  return received === undefined ? undefined : (received.message as JournalRequest);
}

function takeOther(request: Exclude<JournalRequest, { kind: 'append' }>): void {
  switch (request.kind) {
    case 'prune':
      pruneJobs.push({ id: request.id, bounds: request.bounds, commitCount: 0 });
      return;
    case 'size':
      guarded((open) => answer({ kind: 'size', id: request.id, sizeBytes: open.sizeBytes() }));
      return;
    case 'close':
      close();
      return;
    default:
      unreachable(request);
  }
}

function open(): void {
  const { directory, ...options } = workerData as JournalThreadData;
  try {
    store = new CommitStore(directory, options);
    answer({ kind: 'opened', firstSeq: store.firstSeq, lastSeq: store.lastSeq });
  } catch (error) {
    answer({ kind: 'failed', failure: plainFailure(journalFailureOf(error, `cannot open ${directory}`)) });
  }
}

open();
port.on('message', takeRequests);
