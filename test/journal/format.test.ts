/** The formats on disk, byte by byte: whoever changes one of these changes what older files can be read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { crcOfClosed } from '../../src/journal/closed-table.ts';
import { crcOfCommit } from '../../src/journal/commit-table.ts';
import { openSnapshotFile, writeSnapshotFile } from '../../src/journal/snapshot-file.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';

const EVENTS = Buffer.from('some events');

// Made by another program (Python's zlib and struct) from the formats as they are described.
const CRC_OF_COMMIT = 3031766425;
const CRC_OF_CLOSED = 1113626700;
const SNAPSHOT =
  '4342534e41500d0a01000000000000002a000000000000007bc02cc899010000020000000000000018000000' +
  '000000000000000000000000000000000adf90bc03000000f1866c7a6f6e650500000045f1a57b7468726565';

t.test('check sums', async (t) => {
  t.equal(crcOfCommit(7, 3, 1_760_000_000_123, EVENTS), CRC_OF_COMMIT);
  const closed = { contactId: 'c-1', seq: 9, at: 1_760_000_000_123, hash: Buffer.alloc(16, 1), contact: EVENTS };
  t.equal(crcOfClosed(closed), CRC_OF_CLOSED);
});

t.test('tables and marks', async (t) => {
  const directory = t.testdir();
  const journal = await openSqliteJournal(directory);
  await journal.append({ firstSeq: 1, count: 2, at: 1_760_000_000_123, events: EVENTS });
  await journal.close();
  const marks = ['journal.db', 'closed.db'].map((name) => {
    const header = readFileSync(join(directory, name)).subarray(0, 100);
    return [header.readUInt16BE(16), header.readInt32BE(60), header.toString('latin1', 68, 72)];
  });
  t.same(marks, [
    [4096, 1, 'CBJL'],
    [4096, 1, 'CBCC'],
  ]);
  const columns = ['journal.db', 'closed.db'].map((name) => {
    const database = new DatabaseSync(join(directory, name), { readOnly: true });
    const rows = database
      .prepare('SELECT name, type FROM pragma_table_info(?)')
      .all(name === 'closed.db' ? 'closed' : 'commits');
    database.close();
    return rows.map(({ name, type }) => `${name} ${type}`).join(', ');
  });
  t.same(columns, [
    'firstSeq INTEGER, count INTEGER, at INTEGER, crc INTEGER, events BLOB',
    'contactId TEXT, seq INTEGER, at INTEGER, crc INTEGER, hash BLOB, contact BLOB',
  ]);
});

t.test('a snapshot', async (t) => {
  const path = join(t.testdir(), '0000000000000042.snap');
  writeSnapshotFile(path, { seq: 42, at: 1_760_000_000_123 }, [Buffer.from('one'), Buffer.from('three')]);
  t.equal(readFileSync(path).toString('hex'), SNAPSHOT);
  t.same(
    Array.from(openSnapshotFile(path).chunks, (chunk) => Buffer.from(chunk).toString()),
    ['one', 'three'],
  );
});
