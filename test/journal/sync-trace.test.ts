/**
 * No acknowledgement before the sync: seen in the system calls of a process that appends. A killed process loses
 * nothing that only the page cache held, so kill -9 alone cannot show this.
 *
 * Needs strace (and leave to trace); without it the tests are skipped and say so.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const COMMIT_COUNT = 40;
const CALLS = 'trace=write,pwrite64,writev,pwritev,fsync,fdatasync,rename';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const options = { skip: canTrace ? false : 'strace cannot trace here' };

/** One line of `strace -f -y`: a call, begun or ended or both. */
interface TraceLine {
  readonly thread: string;
  readonly text: string;
}

/** A call that succeeded, by the lines at which it began and ended. */
interface Sync {
  readonly begunAt: number;
  readonly endedAt: number;
}

class Trace {
  /** In the order in which the calls began or ended. */
  readonly lines: readonly TraceLine[];

  constructor(text: string) {
    this.lines = text.split('\n').map((line) => {
      const space = line.indexOf(' ');
      return { thread: line.slice(0, space), text: line.slice(space).trim() };
    });
  }

  /** Where a call began that matches. */
  begun(pattern: RegExp): readonly number[] {
    return this.lines.flatMap(({ text }, at) => (pattern.test(text) ? [at] : []));
  }

  /** Where writing to the file began. */
  writes(file: string): readonly number[] {
    return this.lines.flatMap(({ text }, at) =>
      /^p?write(64|v)?\(/.test(text) && text.includes(`${file}>`) ? [at] : [],
    );
  }

  /** The syncs of the file that succeeded. */
  syncs(file: string): readonly Sync[] {
    const begunByThread = new Map<string, number>();
    return this.lines.flatMap(({ thread, text }, at) => {
      if (/^f(data)?sync\(/.test(text) && text.includes(`${file}>`)) {
        if (/= 0$/.test(text)) return [{ begunAt: at, endedAt: at }];
        begunByThread.set(thread, at);
        return [];
      }
      const begunAt = begunByThread.get(thread);
      if (begunAt === undefined || !/^<\.\.\. f(data)?sync resumed>.*= 0$/.test(text)) return [];
      begunByThread.delete(thread);
      return [{ begunAt, endedAt: at }];
    });
  }
}

/** Runs a script of this folder under strace. */
function traced(t: Test, script: string, ...scriptArguments: readonly string[]): { trace: Trace; stdout: string } {
  const directory = t.testdir({ data: {} });
  const tracePath = join(directory, 'trace');
  const scriptPath = fileURLToPath(new URL(script, import.meta.url));
  const command = [process.execPath, scriptPath, join(directory, 'data'), ...scriptArguments];
  const { status, stdout } = spawnSync('strace', ['-f', '-y', '-e', CALLS, '-o', tracePath, ...command], {
    encoding: 'utf8',
  });
  t.equal(status, 0);
  return { trace: new Trace(readFileSync(tracePath, 'utf8')), stdout };
}

t.test('every acknowledgement follows a sync of its commit', options, async (t) => {
  const { trace, stdout } = traced(t, './appender.ts', String(COMMIT_COUNT));
  t.equal(stdout.match(/^acked /gm)?.length, COMMIT_COUNT);
  const writes = trace.writes('journal.db-wal');
  const syncs = trace.syncs('journal.db-wal');
  const acks = trace.begun(/^write\(1<[^"]*"acked \d+/);
  t.equal(acks.length, COMMIT_COUNT, 'each acknowledgement is in the trace');
  // One commit in flight: what was written to the log since the acknowledgement before is this commit.
  for (const [index, ack] of acks.entries()) {
    const previousAck = acks[index - 1] ?? -1;
    const lastWrite = writes.findLast((at) => at > previousAck && at < ack) ?? Number.POSITIVE_INFINITY;
    const isSynced = syncs.some(({ begunAt, endedAt }) => begunAt > lastWrite && endedAt < ack);
    t.ok(isSynced, `acknowledgement ${index + 1}`, { lines: trace.lines.slice(previousAck + 1, ack + 1) });
  }
});

t.test('a snapshot gets its name after it, and the closed contacts before it, are synced', options, async (t) => {
  const { trace } = traced(t, './archiver.ts');
  const [named = -1] = trace.begun(/^rename\(.*\.snap\.unfinished", .*\.snap"\)/);
  t.ok(named > 0, 'the snapshot was renamed');
  const lastWrite = trace.writes('.snap.unfinished').at(-1) ?? Number.POSITIVE_INFINITY;
  const isBetween = (from: number, to: number) => (sync: Sync) => sync.begunAt > from && sync.endedAt < to;
  t.ok(trace.syncs('.snap.unfinished').some(isBetween(lastWrite, named)), 'its bytes');
  t.ok(trace.syncs('snapshots').some(isBetween(named, trace.lines.length)), 'its name');
  const lastPut = trace.writes('closed.db-wal').findLast((at) => at < named) ?? Number.POSITIVE_INFINITY;
  t.ok(trace.syncs('closed.db-wal').some(isBetween(lastPut, named)), 'the closed contacts');
});
