/** The engine's side of the SQLite journal against a thread that is only pretended: order, refusals, a thread that dies. */
import { EventEmitter } from 'node:events';
import t from 'tap';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import type { JournalAnswer, JournalRequest } from '../../src/journal/sqlite-journal-messages.ts';
import { commitAt, failureOf } from './contract.ts';

class PretendedThread extends EventEmitter {
  readonly requests: JournalRequest[] = [];

  postMessage(request: JournalRequest): void {
    this.requests.push(request);
  }

  answer(answer: JournalAnswer): void {
    this.emit('message', answer);
  }
}

function opened(): { thread: PretendedThread; journal: SqliteJournal } {
  const thread = new PretendedThread();
  const journal = new SqliteJournal(thread);
  thread.answer({ kind: 'opened', firstSeq: 5, lastSeq: 10 });
  return { thread, journal };
}

t.test('one answer may settle several appends, and only those that it covers', async (t) => {
  const { thread, journal } = opened();
  t.equal(journal.firstSeq, 5);
  t.equal(journal.lastSeq, 10);
  const settled: number[] = [];
  const appends = [commitAt(11, 2), commitAt(13), commitAt(14, 3)].map(async (commit) => {
    await journal.append(commit);
    settled.push(commit.firstSeq);
  });
  t.equal(thread.requests.length, 3);
  t.equal(journal.lastSeq, 10);
  thread.answer({ kind: 'durable', lastSeq: 13 });
  await Promise.all(appends.slice(0, 2));
  t.same(settled, [11, 13]);
  t.equal(journal.lastSeq, 13);
  thread.answer({ kind: 'durable', lastSeq: 16 });
  await appends[2];
  t.equal(journal.lastSeq, 16);
});

t.test('prunings and sizes find who asked', async (t) => {
  const { thread, journal } = opened();
  const asked = [journal.prune({ behindSeq: 6 }), journal.sizeBytes(), journal.prune({ behindSeq: 8 })] as const;
  thread.answer({ kind: 'pruned', id: 1, pruned: { commitCount: 1, firstSeq: 7 } });
  thread.answer({ kind: 'size', id: 2, sizeBytes: 4096 });
  thread.answer({ kind: 'pruned', id: 3, pruned: { commitCount: 2, firstSeq: 9 } });
  t.same(await Promise.all(asked), [{ commitCount: 1, firstSeq: 7 }, 4096, { commitCount: 2, firstSeq: 9 }]);
  t.equal(journal.firstSeq, 9);
});

const ENDS: Record<string, (thread: PretendedThread) => void> = {
  'crashes: an out-of-memory error': (thread) => {
    thread.emit('error', new Error('an out-of-memory error'));
    thread.emit('exit', 1);
  },
  'ended by itself (exit code 3)': (thread) => thread.emit('exit', 3),
};

for (const [name, end] of Object.entries(ENDS)) {
  t.test(`a thread that ${name}`, async (t) => {
    const { thread, journal } = opened();
    const waiting = [journal.append(commitAt(11)), journal.prune({ behindSeq: 6 }), journal.sizeBytes()];
    end(thread);
    const failures = await Promise.all(waiting.map((promise) => failureOf(t, () => promise)));
    t.equal(failures[0]?.code, 'CRASHED');
    t.match(failures[0]?.message, name.replace('crashes', 'crashed'));
    t.equal(new Set(failures).size, 1);
    t.equal(journal.failure, failures[0]);
    t.equal(await failureOf(t, () => journal.append(commitAt(12))), failures[0]);
    t.equal(journal.lastSeq, 10);
    await journal.close();
  });
}

t.test('what still waits when the journal closes is told so', async (t) => {
  const { thread, journal } = opened();
  const append = journal.append(commitAt(11));
  const pruning = journal.prune({ behindSeq: 6 });
  const closed = journal.close();
  t.same(
    thread.requests.map((request) => request.kind),
    ['append', 'prune', 'close'],
  );
  thread.answer({ kind: 'durable', lastSeq: 11 });
  await append;
  thread.answer({ kind: 'closed' });
  thread.emit('exit', 0);
  t.equal((await failureOf(t, () => pruning))?.code, 'CLOSED');
  await closed;
});

t.test('a thread that dies before it has opened', async (t) => {
  const thread = new PretendedThread();
  const journal = new SqliteJournal(thread);
  thread.emit('error', new Error('cannot find module'));
  t.match(await failureOf(t, () => journal.opened), { code: 'CRASHED', message: /cannot find module/ });
});
