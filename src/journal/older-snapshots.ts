/**
 * Which snapshots are kept beside the newest two: a few, spread over all that the journal has, so that any state of the past is a bounded
 * stretch of commits away from one. Recovery needs none of them.
 *
 * 1. One that the commits do not follow on any more is of no use.
 * 2. The spread follows from what is kept and needs no clock: the one goes that leaves the smallest gap.
 */

/** So many at most: with a journal as large as it may be by default, three million events from one to the next, some 20 s to replay. */
export const OLDER_MAX = 64;
/** So much room at most: a router with a million in line writes a gigabyte each time. */
export const OLDER_BYTES_MAX = 4 * 1024 ** 3;

/** A snapshot that may go. */
export interface OlderSnapshot {
  readonly seq: number;
  readonly sizeBytes: number;
}

/**
 * Of the older ones, newest first, the seqs of those that stay. `newerSeq`: the oldest snapshot that stays anyhow; `firstSeq`: where the
 * journal begins.
 */
export function keptOlder(older: readonly OlderSnapshot[], newerSeq: number, firstSeq: number): readonly number[] {
  const kept = older.filter(({ seq }) => seq + 1 >= firstSeq);
  let sizeBytes = kept.reduce((sum, one) => sum + one.sizeBytes, 0);
  while (kept.length > OLDER_MAX || sizeBytes > OLDER_BYTES_MAX) {
    const seqs = kept.map(({ seq }) => seq);
    const [gone] = kept.splice(leastMissed(seqs, newerSeq, firstSeq), 1);
    sizeBytes -= gone?.sizeBytes ?? 0;
  }
  return kept.map(({ seq }) => seq);
}

/** The index of the one without which the stretch between its neighbours is the shortest. */
function leastMissed(seqs: readonly number[], newerSeq: number, firstSeq: number): number {
  let least = 0;
  let leastGap = Number.POSITIVE_INFINITY;
  for (const index of seqs.keys()) {
    // The state before the first event needs no snapshot; any other journal begins with the oldest one.
    const before = seqs[index + 1] ?? (firstSeq === 1 ? 0 : Number.NEGATIVE_INFINITY);
    const gap = (seqs[index - 1] ?? newerSeq) - before;
    if (gap >= leastGap) continue;
    least = index;
    leastGap = gap;
  }
  return least;
}
