/** What a history is made of, and what is known of one that was made: the words between the suite and its parts. */

/** Far ahead of the wall clock: the router goes on from there, so nothing runs out because time has passed since the run began. */
export const START_AT = 4_102_444_800_000;

export interface HistoryParams {
  readonly seed: number;
  readonly directory: string;
  /** Contacts that wait, all of them in the snapshot. */
  readonly waiting: number;
  /** Events behind the snapshot. */
  readonly events: number;
  readonly agents: number;
  /** Commands that share a commit. */
  readonly commitSteps: number;
}

export interface HistoryResult {
  readonly snapshotSeq: number;
  readonly seq: number;
  /** Of what is behind the snapshot. */
  readonly commits: number;
  readonly eventBytes: number;
  /** Of the whole history's events, as they are in the journal. */
  readonly hash: string;
  /** Of the state after the last event. */
  readonly stateHash: string;
}
