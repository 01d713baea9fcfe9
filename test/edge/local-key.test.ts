// The key that signs tokens: made once, kept for its owner alone, the same for all who start at once.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { KEY_FILE, keyOfDataDirectory, keyOfSecret } from '../../src/edge/local-key.ts';

t.test('[TOK5] a key is made on first use, whole and for its owner alone, and is the same ever after', async (t) => {
  const directory = join(t.testdir(), 'not', 'yet', 'there');
  const key = keyOfDataDirectory(directory);
  t.ok(key.length >= 32);
  t.same(keyOfDataDirectory(directory), key);
  t.equal(statSync(join(directory, KEY_FILE)).mode & 0o777, 0o600);
  t.equal(statSync(directory).mode & 0o777, 0o700);
  t.same(readdirSync(directory), [KEY_FILE], 'nothing else is left');
  t.same(keyOfSecret(readFileSync(join(directory, KEY_FILE), 'utf8')), key, 'the text is the key');
});

t.test('a key that is there is never replaced', async (t) => {
  const directory = t.testdir({ [KEY_FILE]: 'a key that somebody brought along, long enough\n' });
  t.same(keyOfDataDirectory(directory), keyOfSecret('a key that somebody brought along, long enough'));
});

t.test('what is wrong is said by name', async (t) => {
  t.throws(() => keyOfSecret('short'), { name: 'EdgeFailure', code: 'KEY_TOO_SHORT' });
  t.throws(() => keyOfSecret(` ${'x'.repeat(31)} `), { code: 'KEY_TOO_SHORT' }, 'without the space around it');
  const short = t.testdir({ [KEY_FILE]: 'short' });
  t.throws(() => keyOfDataDirectory(short), { code: 'KEY_TOO_SHORT' });
  t.equal(readFileSync(join(short, KEY_FILE), 'utf8'), 'short', 'and left as it is');
  const file = join(t.testdir({ file: '' }), 'file');
  t.throws(() => keyOfDataDirectory(file), { code: 'KEY_UNREADABLE' }, 'the directory is a file');
  const folder = t.testdir({ [KEY_FILE]: {} });
  t.throws(() => keyOfDataDirectory(folder), { code: 'KEY_UNREADABLE' }, 'the file is a directory');
});

t.test('processes that start at once end with one key', async (t) => {
  const directory = t.testdir();
  const module = new URL('../../src/edge/local-key.ts', import.meta.url).href;
  const script = `import('${module}').then((m) => process.stdout.write(Buffer.from(m.keyOfDataDirectory(process.argv[1])).toString('hex')))`;
  const keys = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
      const chunks: Buffer[] = [];
      for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    }),
  );
  t.equal(new Set(keys).size, 1);
  t.ok((keys[0]?.length ?? 0) >= 64);
  t.same(readdirSync(directory), [KEY_FILE]);
});

t.test(
  'a directory that cannot be written',
  { skip: process.getuid?.() === 0 ? 'root may write everywhere' : false },
  async (t) => {
    const directory = join(t.testdir(), 'closed');
    mkdirSync(directory);
    writeFileSync(join(directory, 'x'), '');
    chmodSync(directory, 0o500);
    t.throws(() => keyOfDataDirectory(directory), { code: 'KEY_UNREADABLE' });
    chmodSync(directory, 0o700);
  },
);
