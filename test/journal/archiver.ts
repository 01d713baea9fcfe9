/**
 * A process that puts closed contacts and saves a snapshot after them, for the test that traces it.
 *
 *     node archiver.ts DIRECTORY
 */
import { argv } from 'node:process';
import { openSqliteArchive } from '../../src/journal/sqlite-archive.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { closedAt, commitAt } from './contract.ts';

const [directory = ''] = argv.slice(2);
const journal = await openSqliteJournal(directory);
await journal.append(commitAt(1, 9));
const archive = openSqliteArchive(directory);
archive.putClosed([closedAt('a', 1), closedAt('b', 2)]);
archive.saveSnapshot({ seq: 9, at: 9 }, [Buffer.alloc(100_000, 1), Buffer.alloc(100_000, 2)]);
archive.close();
await journal.close();
