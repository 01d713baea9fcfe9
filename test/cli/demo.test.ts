// The demo as a user starts it: it passes, it leaves nothing behind, it ends early but orderly when asked to.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

// They mostly wait.
t.jobs = 4;

const MAIN = join(import.meta.dirname, '../../src/main.ts');

interface Run {
  readonly child: ChildProcess;
  /** Everything on stdout so far. */
  readonly output: () => string;
  /** The exit code, once it has ended; what was on stderr is in `errors`. */
  readonly ended: Promise<number | null>;
  readonly errors: () => string;
  /** Until stdout has matched. */
  readonly said: (pattern: RegExp) => Promise<void>;
}

/** Starts the demo; what it has for temporary files is `temporary`. */
function demo(temporary: string, ...args: readonly string[]): Run {
  const child = spawn(process.execPath, [MAIN, 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, TMPDIR: temporary },
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(output)) resolve();
      };
      child.stdout?.on('data', look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${pattern}: ${output}${errors}`)));
    });
  return { child, output: () => output, errors: () => errors, ended, said };
}

const PASSED = /lost +0\n +doubled +0\n +over capacity +0\n +contradictions +0\n\nPASSED: nothing lost/;

t.test('[CLI5] a small demo passes and leaves nothing behind', async (t) => {
  const temporary = t.testdir();
  const run = demo(temporary, '--agents', '12', '--rate', '15', '--seconds', '3');
  t.equal(await run.ended, 0, run.errors());
  const output = run.output();
  t.match(output, /Run [0-9a-z]{6}: 12 agents and 3 gateways on real sockets, 15 contacts\/s for 3 s/);
  t.match(output, /time +in\/s +waiting.*\n +0:01 /);
  t.match(output, /Contacts in +\d+ +acknowledged \d+/);
  t.match(output, /Service level.*\n +platinum .*\n +gold .*\n +default /);
  t.match(output, /an agent free +p50 +[\d.]+ ms/);
  t.match(output, PASSED);
  t.equal(run.errors(), '');
  t.same(readdirSync(temporary), []);
});

t.test('a signal ends it early: it drains, judges and keeps the directory that it was given', async (t) => {
  const directory = t.testdir({ tmp: {}, data: {} });
  const data = join(directory, 'data');
  const run = demo(join(directory, 'tmp'), '--agents', '12', '--rate', '12', '--seconds', '600', '--data', data);
  await run.said(/ 0:02 /);
  run.child.kill('SIGINT');
  // npm passes on the Ctrl-C that the terminal has sent already.
  run.child.kill('SIGINT');
  t.equal(await run.ended, 0, run.errors());
  t.match(run.output(), /Stopping: no more contacts/);
  t.match(run.output(), PASSED);
  t.ok(readdirSync(data).length > 0);
  t.same(readdirSync(join(directory, 'tmp')), []);
});

t.test('another signal ends it at once', async (t) => {
  const temporary = t.testdir();
  const run = demo(temporary, '--agents', '12', '--rate', '12', '--seconds', '600');
  await run.said(/ 0:01 /);
  run.child.kill('SIGINT');
  await run.said(/Stopping/);
  run.child.kill('SIGTERM');
  t.equal(await run.ended, 143);
  t.same(readdirSync(temporary), []);
});

t.test('what is wrong before it starts is one line', async (t) => {
  const directory = t.testdir({ 'no-directory': 'a file' });
  const run = demo(directory, '--data', join(directory, 'no-directory'));
  t.not(await run.ended, 0);
  t.equal(run.output(), '');
  t.equal(run.errors().trim().split('\n').length, 1, run.errors());
});
