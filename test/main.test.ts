// The bin under a Node that is too old, and under one that is not. dist/ is not needed: main.ts alone is compiled here.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { delimiter, join } from 'node:path';
import { parse } from 'acorn';
import t, { type Test } from 'tap';

const SOURCE = readFileSync(join(import.meta.dirname, '../src/main.ts'), 'utf8');
const COMPILED = stripTypeScriptTypes(SOURCE).replaceAll(".ts'", ".js'");
const FIRST_LINE = /^cordboard needs Node 24 or newer, but this is Node (\d+)\.\d+\.\d+ \(.+\)\n$/;

/** A folder like dist/ with the compiled bin and a command line that shows what it was given. */
function layOut(t: Test): string {
  return t.testdir({
    'package.json': '{"type": "module"}',
    'main.js': COMPILED,
    'preload.mjs': `Object.defineProperty(process.versions, 'node', { value: '23.11.1' });`,
    cli: { 'cli.js': 'export async function main(argv) { console.log(JSON.stringify(argv.slice(2))); }' },
  });
}

/** Runs a Node without what the test runner puts into the environment of its children. */
function run(node: string, args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** A Node older than 24 on this machine, if there is one. */
function findOldNode(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path))
    .find((path) => Number(run(path, ['-p', 'process.versions.node.split(".")[0]']).stdout) < 24);
}

t.test('however the router is started, Node gets the same options', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  const [shebang = ''] = SOURCE.split('\n');
  const options = shebang.replace('#!/usr/bin/env -S node ', '');
  t.match(options, /^--v8-pool-size=\d+ --initial-old-space-size=\d+$/);
  for (const name of ['start', 'demo', 'cordboard'])
    t.ok(scripts[name].startsWith(`exec node ${options} dist/main.js`));
});

t.test('a Node that is new enough hands its arguments to the command line', async (t) => {
  const folder = layOut(t);
  const result = run(process.execPath, [join(folder, 'main.js'), 'serve', '--port', '9000']);
  t.strictSame(result, { status: 0, stdout: '["serve","--port","9000"]\n', stderr: '' });
});

t.test('[CLI6] a Node that says it is too old is refused with one clear line and exit code 1', async (t) => {
  const folder = layOut(t);
  const result = run(process.execPath, ['--import', join(folder, 'preload.mjs'), join(folder, 'main.js'), 'serve']);
  t.equal(result.status, 1);
  t.equal(result.stdout, '');
  t.match(result.stderr, FIRST_LINE);
});

t.test('[CLI6] a Node that really is too old parses the bin and refuses in the same way', async (t) => {
  const node = findOldNode();
  if (node === undefined) return t.pass('no Node older than 24 here; the parse is covered by the next test');
  const folder = layOut(t);
  const result = run(node, [join(folder, 'main.js'), 'serve']);
  t.equal(result.status, 1);
  t.equal(result.stdout, '');
  t.match(result.stderr, FIRST_LINE);
  t.not(FIRST_LINE.exec(result.stderr)?.[1], '24');
});

t.test('the bin has the syntax of 2022 (Node 18) and no static import', async (t) => {
  const program = parse(COMPILED, { ecmaVersion: 2022, sourceType: 'module', allowHashBang: true });
  t.strictSame(
    program.body.filter((node) => node.type === 'ImportDeclaration' || ('source' in node && node.source)),
    [],
  );
  t.ok(SOURCE.startsWith('#!/usr/bin/env -S node '), 'it has its shebang');
});
