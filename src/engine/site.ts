// One site on one data directory: journal, recovery, engine, follower, pruning, put together and taken apart in the right order.
//
// Invariants: 1. the directory is locked before anything is read. 2. the first thing journalled after a recovery is `restarted`, and
// nothing is answered before it is durable. 3. closing leaves everything durable and, unless the engine failed, a snapshot of the last
// event. 4. a site that cannot be opened leaves nothing open.

import type { Core } from '../core/core.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalFailure } from '../journal/journal-failure.ts';
import { openReadAhead } from '../journal/read-ahead.ts';
import { openSqliteArchive } from '../journal/sqlite-archive.ts';
import { openSqliteClosedContacts } from '../journal/sqlite-closed-contacts.ts';
import { openSqliteJournal } from '../journal/sqlite-journal.ts';
import { assert } from '../lib/assert.ts';
import { EventEncoder } from '../wire/event-codec.ts';
import { EngineClock, systemTime } from './clock.ts';
import { ClosedPictures } from './closed-pictures.ts';
import { Engine } from './engine.ts';
import { Follower } from './follower.ts';
import { PAST_BOUNDS, Past, type PastBounds } from './past.ts';
import type { Reply } from './port.ts';
import { recover } from './recovery.ts';

/** States of up to so many contacts and agents are hashed now and then, to be compared with the follower's: some 20 µs each. */
const HASHED_MAX = 250;
const FOLLOWER_RETRY_MS = 30_000;

export interface SiteOptions {
  readonly directory: string;
  /** Uncommitted events past which submissions are refused. */
  readonly maxPending: number;
  readonly snapshotEveryEvents: number;
  readonly snapshotEveryMs: number;
  /** Commits and closed contacts older than this go, once snapshots no longer need them. */
  readonly retainMs: number;
  /** While commits take more bytes than this, the oldest go. */
  readonly retainBytes: number;
  /** How long after a failure the follower is started again. */
  readonly followerRetryMs?: number;
  /** Of explanations of the past; each has a default. */
  readonly past?: Partial<PastBounds>;
  readonly observer: SiteObserver;
}

/** What happens at a site that its keeper should hear of. */
export interface SiteObserver {
  /** The journal failed, or the state can no longer be trusted: the process must end at once. */
  failed(cause: unknown): void;
  /** Worth a line in the log. */
  noted(level: 'info' | 'warn' | 'error', what: string, facts: Readonly<Record<string, unknown>>): void;
}

export interface Site {
  readonly engine: Engine;
  /** Hash of the last policy file that was applied; '' when none was. */
  readonly policyFileHash: string;
  /** Whether a policy is in force. */
  readonly hasPolicy: boolean;
  /** Makes everything durable, saves a snapshot, lets go of the directory. */
  close(): Promise<void>;
}

/** Opens the directory, recovers, and starts. Throws JournalFailure or WireFailure when that cannot be done without a loss. */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { directory, observer } = options;
  const journal = await openSqliteJournal(directory);
  try {
    const startedMs = performance.now();
    const core = recoverFrom(directory, observer);
    observer.noted('info', 'recovered', { seq: core.seq, tookMs: Math.round(performance.now() - startedMs) });
    return await startSite(options, journal, core);
  } catch (cause) {
    await journal.close();
    throw cause;
  }
}

function recoverFrom(directory: string, observer: SiteObserver): Core {
  const reader = openReadAhead(directory);
  const archive = openSqliteArchive(directory, { isReadOnly: true });
  try {
    const { core, damaged } = recover(reader, archive);
    for (const failure of damaged) observer.noted('warn', 'damaged snapshot passed over', { failure: failure.message });
    return core;
  } finally {
    reader.close();
    archive.close();
  }
}

async function startSite(options: SiteOptions, journal: Journal, core: Core): Promise<Site> {
  const { directory, observer, maxPending } = options;
  const past = new Past({
    directory,
    ...PAST_BOUNDS,
    ...options.past,
    failed: (message) => observer.noted('error', 'the past could not be explained', { message }),
  });
  const follower = startFollower(options, journal, core);
  const failure = Promise.withResolvers<unknown>();
  let hasFailed = false;
  const engine = new Engine({
    core,
    clock: new EngineClock(systemTime, core.at),
    journal,
    encoder: new EventEncoder(),
    pictures: new ClosedPictures(follower),
    past,
    maxPending,
    onFailure: (cause) => {
      hasFailed = true;
      failure.resolve(cause);
      observer.failed(cause);
    },
    monotonicMs: systemTime.monotonicMs,
  });
  engine.committed$.subscribe(({ lastSeq }) => follower.durable(lastSeq));
  follower.durable(core.seq);
  try {
    if (core.seq > 0) await restart(engine, failure.promise);
  } catch (cause) {
    engine.stop();
    await follower.abandon();
    throw cause;
  }
  engine.start();
  return {
    engine,
    policyFileHash: core.state.policyFileHash,
    hasPolicy: core.state.policy !== undefined,
    close: async () => {
      await engine.close();
      await past.close();
      // After a failure the process is to end, not to save what the next start replays.
      await (hasFailed ? follower.abandon() : follower.close());
      await journal.close();
    },
  };
}

function startFollower(options: SiteOptions, journal: Journal, core: Core): Follower {
  const { directory, observer, snapshotEveryEvents, snapshotEveryMs, retainMs } = options;
  const { followerRetryMs: retryMs = FOLLOWER_RETRY_MS } = options;
  const follower = new Follower(
    { directory, snapshotEveryEvents, snapshotEveryMs, retainMs, retryMs },
    openSqliteClosedContacts(directory),
    {
      snapshot: (seq, pruneSeq, tookMs) => {
        observer.noted('info', 'snapshot saved', { seq, tookMs: Math.round(tookMs) });
        // The last one is saved when nobody is there any more to prune or to compare.
        if (follower.isClosing) return;
        prune(options, journal, core, pruneSeq);
        expectHash(core, follower);
      },
      compared: (seq, agrees) => {
        if (agrees) return;
        observer.noted('error', 'the follower has another state than the engine: it saves no more snapshots', { seq });
      },
      failed: (message) => observer.noted('error', 'the follower failed: no snapshots for now', { message, retryMs }),
    },
  );
  return follower;
}

/** Rejects with the cause if the engine fails before the restart is durable. */
async function restart(engine: Engine, failed: Promise<unknown>): Promise<void> {
  const replied = new Promise<Reply>((resolve) => engine.execute({ type: 'restart', graceMs: 0 }, resolve));
  const reply = await Promise.race([replied, failed.then((cause) => Promise.reject(cause))]);
  assert('ok' in reply, 'a router restarts');
}

function prune(
  { retainMs, retainBytes, observer }: SiteOptions,
  journal: Journal,
  core: Core,
  behindSeq: number,
): void {
  if (behindSeq === 0) return;
  journal.prune({ behindSeq, beforeAt: core.at - retainMs, bytesMax: retainBytes }).then(
    ({ commitCount, firstSeq }) => {
      if (commitCount > 0) observer.noted('info', 'journal pruned', { commitCount, firstSeq });
    },
    (failure: JournalFailure) => observer.noted('warn', 'journal not pruned', { failure: failure.message }),
  );
}

/** Now and then, while that is cheap: the follower's state must be the engine's. */
function expectHash(core: Core, follower: Follower): void {
  const { known, agents, customers } = core.state;
  if (known.size + agents.size + customers.size <= HASHED_MAX) follower.expect(core.seq, core.stateHash());
}
