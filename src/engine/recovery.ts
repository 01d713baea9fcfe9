// From what is on disk to a core that is as the last durable event left it: the newest whole snapshot, then replay. Decides nothing.

import { Core } from '../core/core.ts';
import type { Archive, JournalReader, Snapshot } from '../journal/journal.ts';
import type { JournalFailure } from '../journal/journal-failure.ts';
import { planRecovery } from '../journal/recovery.ts';
import { assert } from '../lib/assert.ts';
import { decodeEvents } from '../wire/event-codec.ts';
import { decodeRecords } from '../wire/state-codec.ts';

export interface Recovered {
  readonly core: Core;
  /** 0: there was none. */
  readonly snapshotSeq: number;
  readonly replayedCount: number;
  /** Snapshots that had to be passed over. */
  readonly damaged: readonly JournalFailure[];
}

/** Throws JournalFailure or WireFailure when what is there cannot be recovered without a loss. */
export function recover(reader: JournalReader, archive: Archive): Recovered {
  const plan = planRecovery(reader, archive);
  const core = restoreSnapshot(plan.snapshot);
  const snapshotSeq = core.seq;
  for (const commit of plan.commits) {
    replay(core, commit.firstSeq, commit.events);
    const lastSeq = commit.firstSeq + commit.count - 1;
    assert(core.seq === lastSeq, `the commit at seq ${commit.firstSeq} ends at ${core.seq}, not at ${lastSeq}`);
  }
  assert(core.seq === plan.lastSeq, `recovered are ${core.seq} events, not ${plan.lastSeq}`);
  return { core, snapshotSeq, replayedCount: core.seq - snapshotSeq, damaged: plan.damaged };
}

/** The core as the snapshot has it; an empty one without a snapshot. */
export function restoreSnapshot(snapshot: Snapshot | undefined): Core {
  if (snapshot === undefined) return new Core();
  const core = Core.fromRecords(decodeRecords(snapshot.chunks));
  assert(core.seq === snapshot.seq, `the snapshot of seq ${snapshot.seq} holds the state at ${core.seq}`);
  return core;
}

/** Applies a commit's events to the core, those that it has not seen yet. */
export function replay(core: Core, firstSeq: number, bytes: Uint8Array): void {
  let seq = firstSeq;
  for (const { at, event } of decodeEvents(bytes)) if (seq++ > core.seq) core.apply(event, at);
}
