/** What was acknowledged survives kill -9, and the lock of a killed process is gone with it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openSqliteJournalReader } from '../../src/journal/sqlite-journal-reader.ts';
import { commitAt, failureOf, plain } from './contract.ts';

const APPENDER = fileURLToPath(new URL('./appender.ts', import.meta.url));

class Appender {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #closed: Promise<unknown>;
  readonly #waiters: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];
  #output = '';

  constructor(directory: string, inFlight: number) {
    this.#child = spawn(process.execPath, [APPENDER, directory, '1000000', String(inFlight)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      for (const waiter of this.#waiters) if (waiter.isMet()) waiter.resolve();
    });
  }

  /** The seqs of the whole lines, in order. */
  acked(): readonly number[] {
    return Array.from(this.#output.matchAll(/^acked (\d+)\n/gm), (match) => Number(match[1]));
  }

  /** Resolves when so many commits were acknowledged. */
  async hasAcked(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ isMet: () => this.acked().length >= count, resolve });
    await Promise.race([promise, this.#closed]);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

/** All that was acknowledged is there; what else is there is whole and in order. */
async function checkJournal(t: Test, directory: string, acked: readonly number[]): Promise<void> {
  const journal = await openSqliteJournal(directory);
  t.ok(journal.lastSeq >= Math.max(...acked), `${journal.lastSeq} covers ${acked.at(-1)}`);
  const reader = openSqliteJournalReader(directory);
  let nextSeq = 1;
  for (const commit of reader.read(0)) {
    t.same(plain([commit]), plain([commitAt(nextSeq, 1 + (nextSeq % 3), 500 + (nextSeq % 1000))]));
    nextSeq += commit.count;
  }
  t.equal(nextSeq, journal.lastSeq + 1);
  reader.close();
  await journal.close();
}

for (const inFlight of [1, 8]) {
  t.test(`[JRN8] kill -9 with ${inFlight} in flight, again and again`, async (t) => {
    const directory = t.testdir();
    for (const ackedCount of [1, 40, 300]) {
      const appender = new Appender(directory, inFlight);
      await appender.hasAcked(ackedCount);
      await appender.kill();
      t.ok(appender.acked().length >= ackedCount);
      await checkJournal(t, directory, appender.acked());
    }
  });
}

t.test('[JRN3] a second process is refused, by name, until the first is gone', async (t) => {
  const directory = t.testdir();
  const appender = new Appender(directory, 1);
  await appender.hasAcked(1);
  const failure = await failureOf(t, () => openSqliteJournal(directory));
  t.equal(failure?.code, 'LOCKED');
  t.equal(failure?.message, `${directory} is in use by another running router`);
  const reader = openSqliteJournalReader(directory);
  t.ok(reader.range().lastSeq >= 1, 'but reading is allowed');
  reader.close();
  await appender.hasAcked(appender.acked().length + 5);
  await appender.kill();
  const journal = await openSqliteJournal(directory);
  await journal.append(commitAt(journal.lastSeq + 1));
  await journal.close();
});
