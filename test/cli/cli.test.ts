// The command line as a process: help, usage, check and token, with what goes to stdout, what to stderr, and exit codes.
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { flagOf, variableOf } from '../../src/config/option.ts';
import { SAMPLE_POLICY } from '../../src/config/sample-policy.ts';
import { commandOptions } from '../../src/config.ts';
import { LocalTokens } from '../../src/edge/tokens.ts';
import { cordboard } from './run-cordboard.ts';

// Processes are slow to start where much else runs.
t.setTimeout(240_000);

t.test('[CLI1] help tells every command, option, variable and default', async (t) => {
  const { exitCode, stdout, stderr } = cordboard(['--help']);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  for (const [name, options] of Object.entries(commandOptions)) {
    t.match(stdout, new RegExp(`^  ${name} `, 'm'));
    const help = cordboard([name, '--help']);
    t.equal(help.exitCode, 0);
    const flat = help.stdout.replaceAll(/\s+/g, ' ');
    t.match(flat, 'Examples:');
    for (const [key, option] of Object.entries(options)) {
      const flag = option.argument === '' ? flagOf(key) : `${flagOf(key)} <${option.argument}>`;
      const shown = option.environmentOnly ? variableOf(key) : `${flag} ${option.about}`;
      t.ok(flat.includes(shown), `${name}: ${shown}`);
      const standard = option.fallback ? `, default ${option.fallback}]` : ']';
      if (!option.environmentOnly) t.ok(flat.includes(`[${variableOf(key)}${standard}`), `${name}: ${variableOf(key)}`);
    }
  }
});

t.test('version', async (t) => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  t.same(cordboard(['--version']), { exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

const MISUSED: readonly (readonly [args: readonly string[], line: string])[] = [
  [['serv'], "unknown command 'serv' (Did you mean serve?)"],
  [['serve', '--prot', '1'], "unknown option '--prot' (Did you mean --port?)"],
  [['serve', '--port'], "option '--port <PORT>' argument missing"],
  [['serve', '--port', 'x'], '--port: expected a port, 0 to 65535 (0: any free one), found "x"'],
  [['serve', 'policy.yaml'], "too many arguments for 'serve'. Expected 0 arguments but got 1."],
  [['serve', '--jwt-secret', 'x'], "unknown option '--jwt-secret'"],
  [['simulat', 'x'], "unknown command 'simulat' (Did you mean simulate?)"],
  [['simulate'], "missing required argument 'FILE'"],
  [['simulate', 'x.yaml', '--seed', '-1'], '--seed: expected a whole number from 0 to 999999999999999, found "-1"'],
  [['check'], "missing required argument 'FILE'"],
  [['check', '/no/such/file'], "cannot read /no/such/file: ENOENT: no such file or directory, open '/no/such/file'"],
  [
    ['serve', '--policy', '/no/such/file'],
    "cannot read /no/such/file: ENOENT: no such file or directory, open '/no/such/file'",
  ],
  [['token', '--subject', 'ana'], '--role: missing; expected one of gateway, agent, supervisor, admin'],
];

for (const [args, line] of MISUSED) {
  t.test(`misused: ${args.join(' ')}`, async (t) => {
    t.same(cordboard(args), { exitCode: 2, stdout: '', stderr: `cordboard: ${line}\n` });
  });
}

t.test('no command: the help, as a complaint', async (t) => {
  const { exitCode, stdout, stderr } = cordboard([]);
  t.match({ exitCode, stdout }, { exitCode: 2, stdout: '' });
  t.match(stderr, 'Usage: cordboard');
});

t.test('[CLI2] check: every fault, one a line', async (t) => {
  const directory = t.testdir({ 'bad.yaml': 'channels: { voice: { cost: "5" } }\nqueues: { all: { limts: {} } }\n' });
  const file = join(directory, 'bad.yaml');
  t.same(cordboard(['check', file]), {
    exitCode: 1,
    stdout: [
      `${file}:1:28 channels.voice.cost: expected a whole number from 0 to 1000000, found the text "5"; write it without quotes`,
      `${file}:2:18 queues.all.limts: unknown key "limts"; did you mean limits?`,
      '',
    ].join('\n'),
    stderr: '',
  });
});

t.test('check: a good one, from standard input too, and its warnings', async (t) => {
  const directory = t.testdir({ 'sample.yaml': SAMPLE_POLICY });
  const file = join(directory, 'sample.yaml');
  t.same(cordboard(['check', file]), {
    exitCode: 0,
    stdout: `${file}: ok, 3 channels, 3 queues, 3 segments, 3 agents\n`,
    stderr: '',
  });
  const text = 'channels: { voice: {} }\nqueues: { all: {}, more: {} }';
  t.same(cordboard(['check', '-'], {}, text), {
    exitCode: 0,
    stdout:
      '-:2:20 warning: queues.more: no contact gets here by matching: all comes first and matches all of them\n' +
      '-: ok, 1 channel, 2 queues, 1 segment, 0 agents\n',
    stderr: '',
  });
});

t.test('check: bytes that are no text', async (t) => {
  const file = join(t.testdir(), 'latin1.yaml');
  writeFileSync(file, Buffer.from('channels: { caf\xe9: {} }', 'latin1'));
  t.same(cordboard(['check', file]), {
    exitCode: 2,
    stdout: '',
    stderr: `cordboard: ${file}: expected UTF-8, found other bytes\n`,
  });
});

t.test('[CLI3] [TOK5] token: made with its key, alone on stdout', async (t) => {
  const directory = join(t.testdir(), 'deep', 'data');
  const { exitCode, stdout, stderr } = cordboard([
    'token',
    '--role',
    'agent',
    '--subject',
    'ana',
    '--ttl',
    '1h',
    '--data',
    directory,
  ]);
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const key = join(directory, 'token.key');
  t.equal(statSync(key).mode & 0o777, 0o600);
  const tokens = new LocalTokens(new TextEncoder().encode(readFileSync(key, 'utf8').trim()));
  const verified = await tokens.verify(stdout.trim(), Date.now());
  t.match(verified, { ok: { role: 'agent', id: 'ana' } });
  const again = cordboard(['token'], { CORDBOARD_ROLE: 'admin', CORDBOARD_SUBJECT: 'me', CORDBOARD_DATA: directory });
  t.match(
    await tokens.verify(again.stdout.trim(), Date.now()),
    { ok: { role: 'admin', id: 'me' } },
    'with the same key',
  );
});

t.test('token: with the secret of the environment, and no directory is made', async (t) => {
  const secret = 'a secret of thirty-two bytes, yes';
  const directory = join(t.testdir(), 'data');
  const args = ['token', '--role', 'gateway', '--subject', 'g1', '--data', directory];
  const { stdout } = cordboard(args, { CORDBOARD_JWT_SECRET: secret });
  const verified = await new LocalTokens(new TextEncoder().encode(secret)).verify(stdout.trim(), Date.now());
  t.match(verified, { ok: { role: 'gateway', id: 'g1' } });
  t.notOk(existsSync(directory));
});

t.test('token: a key that cannot be read is one line', async (t) => {
  const directory = t.testdir();
  mkdirSync(join(directory, 'token.key'));
  chmodSync(directory, 0o755);
  const { exitCode, stdout, stderr } = cordboard(['token', '--role', 'agent', '--subject', 'ana', '--data', directory]);
  t.match({ exitCode, stdout }, { exitCode: 1, stdout: '' });
  t.match(stderr, /^cordboard: cannot read .*token\.key: .*\n$/);
});
