// Group commit against a sink whose appends are finished by hand.
import t from 'tap';
import { type CommitEncoder, GroupCommit } from '../../src/engine/group-commit.ts';
import type { CommittedStep } from '../../src/engine/port.ts';
import { settled } from './world.ts';

interface Append {
  readonly firstSeq: number;
  readonly count: number;
  readonly finish: () => void;
  readonly fail: (cause: Error) => void;
}

class CountingEncoder implements CommitEncoder {
  count = 0;

  add(): void {
    this.count++;
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.count);
    this.count = 0;
    return bytes;
  }
}

function stepOf(firstSeq: number, count: number): CommittedStep {
  const event = { type: 'coolDownEnded', contactId: 'c', agentId: 'a' } as const;
  return {
    firstSeq,
    at: firstSeq,
    events: Array(count).fill(event),
    subjects: [],
    pushes: [],
    startedMs: 0,
    decisionUs: 0,
  };
}

function seqsOf(steps: readonly CommittedStep[]): number[] {
  return steps.map((step) => step.firstSeq);
}

function world() {
  const appends: Append[] = [];
  const committed: number[][] = [];
  const failures: unknown[] = [];
  /** What was told, in order. */
  const told: string[] = [];
  const time = { ms: 0 };
  const sink = {
    append: ({ firstSeq, count }: { readonly firstSeq: number; readonly count: number }) =>
      new Promise<void>((finish, fail) => appends.push({ firstSeq, count, finish, fail })),
  };
  const observer = {
    underWay: (steps: readonly CommittedStep[]) => told.push(`under way ${seqsOf(steps)}`),
    committed: (steps: readonly CommittedStep[]) => {
      told.push(`committed ${seqsOf(steps)}`);
      committed.push(seqsOf(steps));
    },
    failed: (cause: unknown) => failures.push(cause),
  };
  const commits = new GroupCommit(sink, new CountingEncoder(), observer, () => time.ms);
  return { commits, appends, committed, failures, told, time };
}

t.test('[JRN1] a commit is told as under way once, when the one before was told as durable', async (t) => {
  const { commits, appends, told } = world();
  commits.add(stepOf(1, 2));
  await settled();
  commits.add(stepOf(3, 1));
  appends[0]?.finish();
  await settled();
  appends[1]?.finish();
  await settled();
  t.same(told, ['under way 1', 'committed 1', 'under way 3', 'committed 3']);
});

t.test('[JRN1] what comes while a commit is in flight shares the next one', async (t) => {
  const { commits, appends, committed } = world();
  commits.add(stepOf(1, 2));
  commits.add(stepOf(3, 1));
  await settled();
  t.match(appends, [{ firstSeq: 1, count: 3 }], 'one turn, one commit');
  commits.add(stepOf(4, 1));
  commits.add(stepOf(5, 1));
  await settled();
  t.equal(appends.length, 1, 'one in flight');
  t.equal(commits.uncommittedCount, 5);
  appends[0]?.finish();
  await settled();
  t.same(committed, [[1, 3]]);
  t.match(appends[1], { firstSeq: 4, count: 2 });
  appends[1]?.finish();
  await settled();
  t.same(committed, [
    [1, 3],
    [4, 5],
  ]);
  t.equal(commits.uncommittedCount, 0);
});

t.test('the wait of the oldest uncommitted event counts from its decision', async (t) => {
  const { commits, appends, time } = world();
  t.equal(commits.oldestWaitMs(), 0);
  commits.add(stepOf(1, 1));
  await settled();
  time.ms = 400;
  commits.add(stepOf(2, 1));
  time.ms = 1000;
  t.equal(commits.oldestWaitMs(), 1000);
  appends[0]?.finish();
  await settled();
  t.equal(commits.oldestWaitMs(), 600);
});

t.test('[JRN4] a failure is told once and nothing is appended any more', async (t) => {
  const { commits, appends, failures, committed } = world();
  commits.add(stepOf(1, 1));
  await settled();
  const fault = new Error('disk gone');
  appends[0]?.fail(fault);
  await settled();
  commits.add(stepOf(2, 1));
  await settled();
  t.same(failures, [fault]);
  t.equal(appends.length, 1);
  t.same(committed, []);
  await commits.flushed();
  t.pass('nobody waits for ever');
});

t.test('flushed waits for everything that was added', async (t) => {
  const { commits, appends } = world();
  commits.add(stepOf(1, 1));
  let isFlushed = false;
  const flushed = commits.flushed().then(() => {
    isFlushed = true;
  });
  await settled();
  t.notOk(isFlushed);
  appends[0]?.finish();
  await flushed;
  t.ok(isFlushed);
});

t.test('[EDGE7] flushed does not wait for what comes meanwhile', async (t) => {
  const { commits, appends } = world();
  commits.add(stepOf(1, 1));
  await settled();
  commits.add(stepOf(2, 1));
  const flushed = commits.flushed();
  appends[0]?.finish();
  await settled();
  // There is always something under way.
  commits.add(stepOf(3, 1));
  appends[1]?.finish();
  await flushed;
  t.equal(commits.uncommittedCount, 1);
});
