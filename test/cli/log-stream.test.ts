// The stream of the log before a descriptor that is slow, full, stalled or closed at its other end.
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { type ByteSink, LogStream } from '../../src/cli/log-stream.ts';

const noteOf = (count: number): string => `${count} dropped\n`;

function failureOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A descriptor that keeps what it takes; writes beside the caller wait until they are answered by hand. */
class FakeSink implements ByteSink {
  text = '';
  /** Answers of writes at once: an error, or how many bytes to take; then all are taken. */
  readonly answersNow: (Error | number)[] = [];
  #asked: { bytes: Uint8Array; done: (error: Error | null, taken: number) => void }[] = [];

  write(bytes: Uint8Array, done: (error: Error | null, taken: number) => void): void {
    this.#asked.push({ bytes, done });
  }

  writeNow(bytes: Uint8Array): number {
    const answer = this.answersNow.shift() ?? bytes.length;
    if (typeof answer !== 'number') throw answer;
    return this.#keep(bytes, answer);
  }

  get askedCount(): number {
    return this.#asked.length;
  }

  /** Ends the write that is under way. */
  answer(outcome: Error | number = Number.POSITIVE_INFINITY): void {
    const asked = this.#asked.shift();
    if (asked === undefined) throw new Error('nothing is written');
    if (typeof outcome !== 'number') asked.done(outcome, 0);
    else asked.done(null, this.#keep(asked.bytes, Math.min(outcome, asked.bytes.length)));
  }

  #keep(bytes: Uint8Array, count: number): number {
    this.text += Buffer.from(bytes.subarray(0, count)).toString();
    return count;
  }
}

t.test('[CLI4] lines of one turn leave together, in order, one write at a time', async (t) => {
  const sink = new FakeSink();
  const stream = new LogStream(sink, noteOf);
  stream.write('a\n');
  stream.write('b\n');
  t.equal(sink.askedCount, 0, 'not before the turn ends');
  await turn();
  t.equal(sink.askedCount, 1);
  stream.write('c\n');
  await turn();
  t.equal(sink.askedCount, 1, 'one at a time');
  sink.answer(3);
  t.equal(sink.text, 'a\nb', 'half of it was taken');
  sink.answer();
  t.equal(sink.text, 'a\nb\nc\n');
  t.equal(sink.askedCount, 0);
});

t.test('[CLI4] a descriptor that refuses loses lines, and a later one says how many', async (t) => {
  const sink = new FakeSink();
  const stream = new LogStream(sink, noteOf);
  stream.write('a\n');
  stream.write('b\n');
  await turn();
  sink.answer(failureOf('ENOSPC'));
  stream.write('c\n');
  stream.flush();
  t.equal(sink.text, 'c\n2 dropped\n');
});

t.test('[CLI4] lines beyond what may wait are dropped', async (t) => {
  const sink = new FakeSink();
  const stream = new LogStream(sink, noteOf);
  const line = `${'x'.repeat(1024 * 1024)}\n`;
  for (let i = 0; i < 7; i++) stream.write(line);
  stream.flush();
  t.equal(sink.text, `${line.repeat(4)}3 dropped\n`);
});

t.test('[EDGE7] a flush ends, whatever the descriptor does', async (t) => {
  for (const code of ['ENOSPC', 'EPIPE', 'EIO']) {
    const sink = new FakeSink();
    const stream = new LogStream(sink, noteOf);
    stream.write('why\n');
    sink.answersNow.push(failureOf(code), failureOf(code));
    stream.flush();
    t.equal(sink.text, '', code);
  }
  const slow = new FakeSink();
  const toSlow = new LogStream(slow, noteOf);
  toSlow.write('why\n');
  slow.answersNow.push(failureOf('EAGAIN'), 2, failureOf('EAGAIN'));
  toSlow.flush();
  t.equal(slow.text, 'why\n', 'a stalled one is tried again');

  const stalled = new FakeSink();
  stalled.writeNow = () => {
    throw failureOf('EAGAIN');
  };
  const toStalled = new LogStream(stalled, noteOf);
  toStalled.write('why\n');
  toStalled.flush();
  t.equal(stalled.text, '', 'but not for ever');
});

t.test('[CLI4] what a stalled descriptor did not take is written by the flush, in its place', async (t) => {
  const sink = new FakeSink();
  const stream = new LogStream(sink, noteOf);
  stream.write('a\n');
  await turn();
  sink.answer(failureOf('EAGAIN'));
  stream.write('b\n');
  stream.flush();
  t.equal(sink.text, 'a\nb\n');
});
