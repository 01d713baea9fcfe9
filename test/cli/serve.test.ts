// `serve` as a process: what it prints, how it stops, which policy it starts with, and how it refuses to start or go on.
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';
import { keyOfDataDirectory } from '../../src/edge/local-key.ts';
import { LocalTokens } from '../../src/edge/tokens.ts';
import { cordboard, logOf, Serving } from './run-cordboard.ts';

// Processes are slow to start where much else runs.
t.setTimeout(240_000);

const POLICY = 'channels: { voice: {} }\nqueues: { all: {} }\n';

/** A token of the directory's key, as `token` makes it. */
async function tokenOf(directory: string, role: string): Promise<string> {
  const wish = { role, subject: 'me', ttlMs: 60_000, now: Date.now() };
  const minted = await new LocalTokens(keyOfDataDirectory(directory)).mint(wish);
  return 'token' in minted ? minted.token : '';
}

/** Asks the router as its admin. */
async function ask(url: string, directory: string, path: string, init: RequestInit = {}): Promise<Response> {
  const authorization = `Bearer ${await tokenOf(directory, 'admin')}`;
  return fetch(`${url}${path}`, { ...init, headers: { authorization, 'content-type': 'application/yaml' } });
}

async function policyOf(url: string, directory: string): Promise<string> {
  return (await ask(url, directory, '/v1/policy')).text();
}

/** Starts a router, does something with it, stops it. */
async function whileServing(
  t: Test,
  args: readonly string[],
  what: (url: string) => Promise<void>,
): Promise<Readonly<Record<string, unknown>>[]> {
  const serving = new Serving(t, args);
  await what(await serving.url());
  const ended = await serving.stop();
  t.equal(ended.exitCode, 0);
  return logOf(ended);
}

t.test('[EDGE7, CLI4] from start to SIGTERM', async (t) => {
  const directory = join(t.testdir(), 'data');
  const serving = new Serving(t, ['--data', directory]);
  const url = await serving.url();
  t.equal((await fetch(`${url}/healthz`)).status, 200);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  t.match(await (await fetch(`${url}/metrics`)).text(), 'cordboard_contacts_waiting{queue="billing"} 0');
  t.equal(await policyOf(url, directory), SAMPLE_POLICY);
  t.match(await (await ask(url, directory, '/v1/agents/ana')).json(), { agent: { name: 'Ana', presence: 'OFFLINE' } });

  const second = cordboard(['serve', '--port', '0', '--data', directory]);
  t.match({ exitCode: second.exitCode, stdout: second.stdout }, { exitCode: 70, stdout: '' });
  t.match(logOf(second), [{ level: 'fatal', code: 'LOCKED' }], '[JRN3] a second router on the directory');

  const { port } = new URL(url);
  const taken = cordboard(['serve', '--port', port, '--data', join(t.testdirName, 'other')]);
  t.equal(taken.exitCode, 1);
  t.match(
    logOf(taken).find(({ level }) => level === 'fatal'),
    { code: 'LISTEN_FAILED' },
    'a port that is taken',
  );

  const ended = await serving.stop();
  t.equal(ended.exitCode, 0);
  t.match(
    ended.stdout,
    /^cordboard \S+ listens on http:\/\/127\.0\.0\.1:\d+ \(WebSocket ws:\/\/127\.0\.0\.1:\d+\/v1\/connect\)\n/,
  );
  t.match(ended.stdout, / token --role agent --subject ana --data .*\n/);
  t.match(
    logOf(ended).map(({ msg }) => msg),
    ['recovered', 'policy in force', 'listening', 'draining', 'snapshot saved', 'stopped'],
  );
});

t.test('what it writes is for its owner alone, in a directory that others may enter too', async (t) => {
  const directory = t.testdir();
  chmodSync(directory, 0o755);
  await whileServing(t, ['--data', directory], async () => undefined);
  for (const name of readdirSync(directory)) t.equal(statSync(join(directory, name)).mode & 0o077, 0, name);
});

t.test('[POL5] a file is applied when it changed, and only then', async (t) => {
  const directory = join(t.testdir(), 'data');
  const file = join(t.testdirName, 'policy.yaml');
  const args = ['--data', directory, '--policy', file];
  writeFileSync(file, POLICY);
  const first = await whileServing(t, args, async (url) => {
    t.equal(await policyOf(url, directory), POLICY);
    const put = await ask(url, directory, '/v1/policy', { method: 'PUT', body: `${POLICY}# by API\n` });
    t.equal(put.status, 200);
  });
  t.match(first, [{ msg: 'recovered' }, { msg: 'policy in force', policy: 'file' }]);
  const unchanged = await whileServing(t, args, async (url) => {
    t.equal(await policyOf(url, directory), `${POLICY}# by API\n`, 'what came by API stays');
  });
  t.match(unchanged, [{ msg: 'recovered' }, { msg: 'policy in force', policy: 'fileUnchanged' }]);
  const none = await whileServing(t, ['--data', directory], async (url) => {
    t.equal(await policyOf(url, directory), `${POLICY}# by API\n`, 'no file: what is in force stays');
  });
  t.match(none, [{ msg: 'recovered' }, { msg: 'policy in force', policy: 'inForce' }]);
  writeFileSync(file, `${POLICY}  # changed\n`);
  const changed = await whileServing(t, args, async (url) => {
    t.equal(await policyOf(url, directory), `${POLICY}  # changed\n`);
  });
  t.match(changed, [{ msg: 'recovered' }, { msg: 'policy in force', policy: 'file' }]);
});

t.test('a bad policy file: every fault, and nothing is made', async (t) => {
  const directory = join(t.testdir(), 'data');
  const file = join(t.testdirName, 'policy.yaml');
  writeFileSync(file, 'channels: { voice: 5 }\nqueue: {}\n');
  const { exitCode, stdout, stderr } = cordboard(['serve', '--policy', file, '--data', directory]);
  t.match({ exitCode, stdout }, { exitCode: 2, stdout: '' });
  t.equal(
    stderr,
    [
      `cordboard: ${file}:1:1 queues: missing; expected an object by name (1 to 1000 names)`,
      `cordboard: ${file}:1:20 channels.voice: expected an object, found the number 5`,
      `cordboard: ${file}:2:1 queue: unknown key "queue"; did you mean queues?`,
      '',
    ].join('\n'),
  );
  t.notOk(existsSync(directory));
});

t.test('[POL2] a policy that open contacts forbid: refused, with the way out', async (t) => {
  const directory = join(t.testdir(), 'data');
  const file = join(t.testdirName, 'policy.yaml');
  await whileServing(t, ['--data', directory], async (url) => {
    const token = await tokenOf(directory, 'gateway');
    const submitted = await fetch(`${url}/v1/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ contact: { id: 'c1', channel: 'chat' } }),
    });
    t.equal(submitted.status, 201);
  });
  writeFileSync(file, POLICY);
  const { exitCode, stderr } = cordboard(['serve', '--policy', file, '--data', directory]);
  t.equal(exitCode, 2);
  t.match(stderr, /: channels\.chat: .*; without --policy the router goes on with the policy in force\n$/);
});

t.test('a second signal ends it at once', async (t) => {
  const serving = new Serving(t, ['--data', join(t.testdir(), 'data')]);
  await serving.url();
  // Held while both are sent, so that neither is late.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) serving.signal(signal);
  const ended = await serving.ended;
  t.ok(ended.exitCode === 143 || ended.exitCode === 130, `exit code ${ended.exitCode}`);
  const last = logOf(ended).find(({ msg }) => msg === 'second signal: ending at once');
  t.match(last, { level: 'warn' });
});

t.test('[JRN2] a damaged journal is refused and left as it is', async (t) => {
  const directory = t.testdir({ 'journal.db': 'this is no journal at all' });
  const { exitCode, stdout, stderr } = cordboard(['serve', '--port', '0', '--data', directory]);
  t.match({ exitCode, stdout }, { exitCode: 70, stdout: '' });
  t.match(logOf({ exitCode, stdout, stderr }), [{ level: 'fatal', msg: /journal\.db/ }]);
});

t.test('[JRN4] a journal that fails while it runs: one line, exit code 70', async (t) => {
  const directory = join(t.testdir(), 'data');
  const serving = new Serving(t, ['--data', directory], 'ulimit -f 600');
  const url = await serving.url();
  const filler = `# ${'x'.repeat(100_000)}\n`;
  let answered = 0;
  for (let round = 0; round < 50; round++) {
    const body = `${POLICY}# ${round}\n${filler}`;
    const put = await ask(url, directory, '/v1/policy', { method: 'PUT', body }).catch(() => undefined);
    if (put?.status !== 200) break;
    answered += 1;
  }
  const ended = await serving.ended;
  t.equal(ended.exitCode, 70);
  t.ok(answered > 0 && answered < 50, `${answered} policies were taken`);
  const fatal = logOf(ended).filter(({ level }) => level === 'fatal');
  t.equal(fatal.length, 1);
  t.match(fatal[0], { msg: /cannot append to .*journal\.db/ });
});
