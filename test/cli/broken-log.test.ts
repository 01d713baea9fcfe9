// A router whose log cannot be written: it works, and ends when it is told to. A log must never be what stops a router.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { tokenOf } from './router-process.ts';

t.setTimeout(120_000);
// They mostly wait for processes to start.
t.jobs = 2;

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const FULL = '/dev/full';

/** Starts a router that logs as much as it can to the descriptor; resolves to its address when it listens. */
async function serve(t: Test, stderr: number | 'pipe'): Promise<{ child: ChildProcess; url: string; data: string }> {
  const data = join(t.testdir(), 'data');
  const args = [MAIN, 'serve', '--port', '0', '--log-level', 'trace', '--data', data];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', stderr],
    env: { PATH: process.env.PATH },
  });
  t.teardown(() => child.kill('SIGKILL'));
  // Nobody reads it: the pipe fills up.
  child.stderr?.pause();
  let out = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const [found] = /http:\/\/\S+/.exec(out) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url, data };
}

/** Tells it to stop; answers its exit code. */
function stop(child: ChildProcess): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  return ended;
}

/** Makes some lines of the log: sockets that open and close. */
async function makeNoise(url: string, token: string, socketCount: number): Promise<void> {
  for (let i = 0; i < socketCount; i++) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, ['cordboard.v1.json', `bearer.${token}`]);
    await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
    socket.close();
  }
}

t.test('[EDGE7, CLI4] a full disk under the log', { skip: !existsSync(FULL) }, async (t) => {
  const full = openSync(FULL, 'w');
  t.teardown(() => closeSync(full));
  const { child, url, data } = await serve(t, full);
  await makeNoise(url, await tokenOf(data, 'admin', 'root'), 5);
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  t.equal(await stop(child), 0);
});

t.test('[EDGE7, CLI4] a log that nobody reads', async (t) => {
  const { child, url, data } = await serve(t, 'pipe');
  // Two lines of some 200 bytes a socket: more than a pipe and the reader's own buffer hold.
  await makeNoise(url, await tokenOf(data, 'admin', 'root'), 500);
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  t.equal(await stop(child), 0);
});
