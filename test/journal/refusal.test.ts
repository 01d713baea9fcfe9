/** What is foreign, damaged, newer or out of reach is refused by name, and left byte for byte as it was. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { commitAt, commitsFrom, failureOf } from './contract.ts';

/** The hash of every file below the directory. */
function fingerprint(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** A directory with some commits, closed. */
async function usedDirectory(t: Test): Promise<string> {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory);
  await Promise.all(commitsFrom(1, 200, 300).map((commit) => journal.append(commit)));
  await journal.close();
  return directory;
}

async function refused(t: Test, directory: string, code: string, message: RegExp): Promise<void> {
  const before = fingerprint(directory);
  for (const attempt of ['first', 'second']) {
    const failure = await failureOf(t, () => openSqliteJournal(directory));
    t.equal(failure?.code, code, `${attempt}: ${failure?.message}`);
    t.match(failure?.message, message);
  }
  t.same(fingerprint(directory), before, 'nothing changed and nothing was added');
}

function foreignDatabase(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE commits(firstSeq INTEGER PRIMARY KEY); PRAGMA user_version = 1',
  );
  database.close();
}

const STRANGE_FILES: Record<string, { readonly bytes: Uint8Array; readonly code: string; readonly message: RegExp }> = {
  'an empty file': { bytes: Buffer.alloc(0), code: 'CORRUPT', message: /journal\.db is empty/ },
  'a file of zeros': { bytes: Buffer.alloc(8192), code: 'CORRUPT', message: /journal\.db begins with zeros/ },
  'a text': { bytes: Buffer.from('to whom it may concern\n'), code: 'FOREIGN', message: /journal\.db is no SQLite/ },
  garbage: {
    bytes: Buffer.from(Array.from({ length: 9000 }, (_, index) => (index * 89 + 13) & 0xff)),
    code: 'FOREIGN',
    message: /journal\.db is no SQLite database/,
  },
  'a header cut short': { bytes: Buffer.from('SQLite format 3\0'), code: 'FOREIGN', message: /is no SQLite database/ },
};

for (const [name, { bytes, code, message }] of Object.entries(STRANGE_FILES)) {
  t.test(`${name} in the journal's place`, async (t) => {
    const directory = t.testdir({ 'journal.db': bytes });
    await refused(t, directory, code, message);
  });
}

t.test("[JRN2] another program's database", async (t) => {
  const directory = t.testdir();
  foreignDatabase(join(directory, 'journal.db'));
  await refused(t, directory, 'FOREIGN', /journal\.db is a SQLite database of another program \(application id 0/);
});

t.test("another program's database in the place of the closed contacts", async (t) => {
  const directory = await usedDirectory(t);
  rmSync(join(directory, 'closed.db'));
  foreignDatabase(join(directory, 'closed.db'));
  await refused(t, directory, 'FOREIGN', /closed\.db is a SQLite database of another program/);
});

t.test("a folder in the journal's place", async (t) => {
  await refused(t, t.testdir({ 'journal.db': { 'a.txt': 'a' } }), 'FOREIGN', /journal\.db is not a file/);
});

t.test('a lock file that is none', async (t) => {
  const directory = t.testdir({
    'lock.db': 'a text that is no database, and longer than a header of one hundred bytes…',
  });
  await refused(t, directory, 'CORRUPT', /lock\.db: file is not a database/);
});

t.test('[RST7] a newer format', async (t) => {
  const directory = await usedDirectory(t);
  const path = join(directory, 'journal.db');
  const bytes = readFileSync(path);
  bytes.writeInt32BE(2, 60);
  writeFileSync(path, bytes);
  await refused(
    t,
    directory,
    'NEWER_FORMAT',
    /journal\.db has format 2 of a newer version; this one knows formats up to 1/,
  );
});

t.test('no format at all', async (t) => {
  const directory = await usedDirectory(t);
  const path = join(directory, 'journal.db');
  const bytes = readFileSync(path);
  bytes.writeInt32BE(0, 60);
  writeFileSync(path, bytes);
  await refused(t, directory, 'CORRUPT', /journal\.db has no valid format version/);
});

t.test('a journal whose pages are gone', async (t) => {
  const directory = await usedDirectory(t);
  const path = join(directory, 'journal.db');
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096);
  writeFileSync(path, bytes);
  await refused(t, directory, 'CORRUPT', /journal\.db/);
});

t.test('a journal that is cut short', async (t) => {
  const directory = await usedDirectory(t);
  const path = join(directory, 'journal.db');
  writeFileSync(path, readFileSync(path).subarray(0, 3 * 4096));
  await refused(t, directory, 'CORRUPT', /journal\.db/);
});

t.test('snapshots without their journal', async (t) => {
  const directory = await usedDirectory(t);
  const archive = openSqliteArchive(directory);
  archive.saveSnapshot({ seq: 9, at: 9 }, [Buffer.from('nine')]);
  archive.close();
  rmSync(join(directory, 'journal.db'));
  await refused(t, directory, 'CORRUPT', /journal\.db is missing, though there are snapshots/);
});

t.test('a directory that is a file, or lies below one', async (t) => {
  const directory = t.testdir({ data: 'a file' });
  const path = join(directory, 'data');
  const itself = await failureOf(t, () => openSqliteJournal(path));
  t.equal(itself?.code, 'UNWRITABLE');
  t.equal(itself?.message, `${path} is not a directory`);
  const below = await failureOf(t, () => openSqliteJournal(join(path, 'below')));
  t.equal(below?.code, 'UNWRITABLE');
  t.match(below?.message, /^cannot use .*below as the data directory: ENOTDIR/);
  t.equal(readFileSync(join(directory, 'data'), 'utf8'), 'a file');
});

t.test('a directory that cannot be written', async (t) => {
  // Permissions do not stop the superuser; the process file system stops everybody.
  const isSuperuser = process.getuid?.() === 0;
  const directory = isSuperuser ? '/proc' : join(t.testdir(), 'data');
  if (!isSuperuser) {
    mkdirSync(directory);
    chmodSync(directory, 0o500);
  }
  const failure = await failureOf(t, () => openSqliteJournal(directory));
  t.equal(failure?.code, 'UNWRITABLE');
  t.match(failure?.message, directory);
  if (!isSuperuser) chmodSync(directory, 0o700);
});

t.test('a directory that can never be made', async (t) => {
  // Where Node's own recursive mkdir would not return.
  const directory = t.testdir({ dangling: t.fixture('symlink', 'nowhere/at-all') });
  for (const path of ['/proc/data', join(directory, 'dangling'), join(directory, 'dangling', 'data')]) {
    const failure = await failureOf(t, () => openSqliteJournal(path));
    t.equal(failure?.code, 'UNWRITABLE');
    t.match(failure?.message, `cannot use ${path} as the data directory`);
  }
});

t.test('directories above are made as needed', async (t) => {
  const directory = join(t.testdir(), 'var', 'lib', 'data');
  const journal = await openSqliteJournal(directory);
  await journal.append(commitAt(1));
  await journal.close();
  t.equal(statSync(directory).mode & 0o777, 0o700);
});

t.test('a refusal leaves nothing locked', async (t) => {
  const directory = t.testdir({ 'journal.db': 'a text' });
  t.equal((await failureOf(t, () => openSqliteJournal(directory)))?.code, 'FOREIGN');
  rmSync(join(directory, 'journal.db'));
  const journal = await openSqliteJournal(directory);
  t.equal(journal.lastSeq, 0);
  await journal.close();
});
