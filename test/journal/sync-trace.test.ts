/**
 * No acknowledgement before the sync: seen in the system calls of a process that appends. A killed process loses
 * nothing that only the page cache held, so kill -9 alone cannot show this.
 *
 * Needs strace (and leave to trace); without it the test is skipped and says so.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const COMMIT_COUNT = 40;
const LOG = 'journal.db-wal>';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

/** One line of `strace -f -y`: a call, begun or ended or both. */
interface TraceLine {
  readonly thread: string;
  readonly text: string;
}

interface Sync {
  readonly begunAtLine: number;
  readonly endedAtLine: number;
}

/** The lines of the trace, in the order in which the calls began or ended. */
function parse(trace: string): readonly TraceLine[] {
  return trace.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return { thread: line.slice(0, space), text: line.slice(space).trim() };
  });
}

/** Where the log was written: where the call began. */
function logWrites(lines: readonly TraceLine[]): readonly number[] {
  return lines.flatMap(({ text }, at) => (/^p?write(64|v)?\(/.test(text) && text.includes(LOG) ? [at] : []));
}

/** The syncs of the log that succeeded. */
function logSyncs(lines: readonly TraceLine[]): readonly Sync[] {
  const begunByThread = new Map<string, number>();
  return lines.flatMap(({ thread, text }, at) => {
    if (/^f(data)?sync\(/.test(text) && text.includes(LOG)) {
      if (/= 0$/.test(text)) return [{ begunAtLine: at, endedAtLine: at }];
      begunByThread.set(thread, at);
    } else if (/^<\.\.\. f(data)?sync resumed>.*= 0$/.test(text)) {
      const begunAtLine = begunByThread.get(thread);
      begunByThread.delete(thread);
      if (begunAtLine !== undefined) return [{ begunAtLine, endedAtLine: at }];
    }
    return [];
  });
}

/** Where the process began to write each acknowledgement. */
function acknowledgements(lines: readonly TraceLine[]): readonly number[] {
  return lines.flatMap(({ text }, at) => (/^write\(1<[^"]*"acked \d+/.test(text) ? [at] : []));
}

t.test(
  'every acknowledgement follows a sync of its commit',
  { skip: canTrace ? false : 'strace cannot trace here' },
  (t) => {
    const directory = t.testdir({ data: {} });
    const tracePath = join(directory, 'trace');
    const appender = fileURLToPath(new URL('./appender.ts', import.meta.url));
    const calls = 'trace=write,pwrite64,writev,pwritev,fsync,fdatasync';
    const { status, stdout } = spawnSync(
      'strace',
      [
        '-f',
        '-y',
        '-e',
        calls,
        '-o',
        tracePath,
        process.execPath,
        appender,
        join(directory, 'data'),
        String(COMMIT_COUNT),
      ],
      { encoding: 'utf8' },
    );
    t.equal(status, 0);
    t.equal(stdout.match(/^acked /gm)?.length, COMMIT_COUNT);

    const lines = parse(readFileSync(tracePath, 'utf8'));
    const writes = logWrites(lines);
    const syncs = logSyncs(lines);
    const acks = acknowledgements(lines);
    t.equal(acks.length, COMMIT_COUNT, 'each acknowledgement is in the trace');
    t.ok(syncs.length >= COMMIT_COUNT, `${syncs.length} syncs of the log`);
    // One commit in flight: all writes of the log before an acknowledgement belong to its commit or to earlier ones.
    let previousAck = -1;
    for (const ack of acks) {
      const ownWrites = writes.filter((at) => at > previousAck && at < ack);
      const lastWrite = ownWrites.at(-1) ?? Number.POSITIVE_INFINITY;
      const sync = syncs.find(({ begunAtLine, endedAtLine }) => begunAtLine > lastWrite && endedAtLine < ack);
      if (sync === undefined)
        t.fail('an acknowledgement without a sync', { before: lines.slice(previousAck + 1, ack + 1) });
      previousAck = ack;
    }
    t.end();
  },
);
