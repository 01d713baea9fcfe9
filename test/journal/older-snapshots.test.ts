// Which older snapshots stay: spread over the journal, as many as there may be, none that its commits do not follow on.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keptOlder, OLDER_BYTES_MAX, OLDER_MAX } from '../../src/journal/older-snapshots.ts';
import { SnapshotFolder } from '../../src/journal/snapshot-folder.ts';

/** Saves a snapshot every `step` events, with a journal that keeps so many events behind the newest one; what is kept in the end, newest first. */
function kept(
  count: number,
  step: number,
  keepEvents = Number.POSITIVE_INFINITY,
  sizeBytes = 1,
): { older: number[]; firstSeq: number } {
  let seqs: number[] = [];
  let firstSeq = 1;
  for (let seq = step; seq <= count * step; seq += step) {
    const newest = [seq, ...seqs.slice(0, 1)];
    const newerSeq = newest.at(-1) ?? seq;
    const candidates = seqs.slice(1).map((one) => ({ seq: one, sizeBytes }));
    const older = keptOlder(candidates, newerSeq, firstSeq);
    seqs = [...newest, ...older];
    firstSeq = Math.max(firstSeq, Math.min(newerSeq, seq - keepEvents) + 1);
  }
  return { older: seqs.slice(2), firstSeq };
}

t.test('[JRN9] all while there are few', async (t) => {
  t.strictSame(kept(5, 10).older, [30, 20, 10]);
  t.equal(kept(OLDER_MAX + 2, 10).older.length, OLDER_MAX);
});

t.test('[JRN9] in the long run they lie evenly over all that the journal has', async (t) => {
  for (const count of [100, 1000, 5000]) {
    const { older } = kept(count, 10);
    t.equal(older.length, OLDER_MAX);
    const all = [count * 10, ...older, 0];
    const gaps = older.map((_, index) => (all[index] ?? 0) - (all[index + 1] ?? 0));
    t.ok(Math.max(...gaps) <= (3 * count * 10) / OLDER_MAX, `${count}: ${gaps}`);
  }
});

t.test('[JRN9] of a journal that is pruned the oldest that its commits follow on stays', async (t) => {
  const { older, firstSeq } = kept(5000, 10, 20_000);
  const oldest = older.at(-1) ?? 0;
  t.ok(older.length > OLDER_MAX / 2 && older.length <= OLDER_MAX, String(older));
  t.ok(oldest + 10 + 1 >= firstSeq && oldest - firstSeq < 4000, `${oldest} of ${firstSeq}`);
});

t.test('[JRN9] large ones are fewer, and spread alike', async (t) => {
  const { older } = kept(1000, 10, Number.POSITIVE_INFINITY, OLDER_BYTES_MAX / 8);
  t.equal(older.length, 8);
  const all = [10_000, ...older, 0];
  const gaps = older.map((_, index) => (all[index] ?? 0) - (all[index + 1] ?? 0));
  t.ok(Math.max(...gaps) <= (3 * 10_000) / 8, String(gaps));
  t.strictSame(
    kept(10, 10, Number.POSITIVE_INFINITY, OLDER_BYTES_MAX + 1).older,
    [],
    'none that is too large by itself',
  );
});

t.test(
  '[EXP9] a snapshot that goes between its check and its reading is a failure of the journal, as others are',
  async (t) => {
    const folder = new SnapshotFolder(t.testdir());
    folder.save({ seq: 1, at: 1 }, [Uint8Array.of(1, 2, 3)]);
    const snapshot = folder.latest();
    rmSync(join(t.testdirName, '0000000000000001.snap'));
    t.throws(() => [...(snapshot?.chunks ?? [])], { name: 'JournalFailure' });
  },
);
