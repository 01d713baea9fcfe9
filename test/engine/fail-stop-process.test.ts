// The same as a process: a journal that fails, at the start or later, is one line of the log and exit code 70.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { keyOfDataDirectory } from '../../src/edge/local-key.ts';
import { LocalTokens } from '../../src/edge/tokens.ts';
import { type Ended, logOf, Serving } from '../cli/run-cordboard.ts';

/** Somebody else who writes to the journal, against all rules: every commit finds it locked. */
function intruderOf(t: Test, directory: string): DatabaseSync {
  const intruder = new DatabaseSync(join(directory, 'journal.db'));
  t.teardown(() => intruder.close());
  intruder.exec('BEGIN IMMEDIATE');
  return intruder;
}

function checkFailStop(t: Test, ended: Ended): void {
  t.equal(ended.exitCode, 70);
  const bad = logOf(ended).filter(({ level }) => level !== 'info');
  t.match(bad, [{ level: 'fatal', code: 'LOCKED', msg: /^cannot append to .*journal\.db after seq \d+: / }]);
  t.equal(bad.length, 1, 'one line');
}

t.test('[JRN4] the first commit after a start fails', async (t) => {
  const directory = join(t.testdir(), 'data');
  const first = new Serving(t, ['--data', directory]);
  await first.url();
  t.equal((await first.stop()).exitCode, 0);
  intruderOf(t, directory);
  const second = new Serving(t, ['--data', directory]);
  const ended = await second.ended;
  checkFailStop(t, ended);
  t.equal(ended.stdout, '', 'it never said that it listens');
});

t.test('[JRN4] [JRN8] a commit fails while it runs: what it held is never answered', async (t) => {
  const directory = join(t.testdir(), 'data');
  const serving = new Serving(t, ['--data', directory]);
  const url = await serving.url();
  const wish = { role: 'gateway', subject: 'gw', ttlMs: 60_000, now: Date.now() } as const;
  const minted = await new LocalTokens(keyOfDataDirectory(directory)).mint(wish);
  const submit = (id: string) =>
    fetch(`${url}/v1/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${'token' in minted ? minted.token : ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ contact: { id, channel: 'voice', queue: 'billing' } }),
    });
  t.equal((await submit('c1')).status, 201);
  const intruder = intruderOf(t, directory);
  const answers = ['c2', 'c3', 'c4'].map((id) =>
    submit(id).then(
      ({ status }) => `answered ${status}`,
      () => 'cut off',
    ),
  );
  t.same(await Promise.all(answers), ['cut off', 'cut off', 'cut off']);
  checkFailStop(t, await serving.ended);
  intruder.exec('ROLLBACK');

  const again = new Serving(t, ['--data', directory]);
  await again.url();
  const ended = await again.stop();
  t.equal(ended.exitCode, 0, 'and the next start goes on');
});
