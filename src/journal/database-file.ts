/**
 * A SQLite file of ours: how it is made, and how a file found in its place is told from one.
 *
 * 1. A file is complete (format marks, schema, WAL mode) and durable before it gets its name, so that a file under the
 *    name is ours, or not, by its first 100 bytes.
 * 2. Inspecting reads those bytes alone and opens no database: a file that is refused is left exactly as it was.
 * 3. POSIX drops a process's locks on a file when it closes any descriptor of it. So no file that SQLite may have
 *    open for writing in this process is inspected without holding the directory's lock.
 */
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalFailure, journalFailureOf } from './journal-failure.ts';

/** What marks a file as one of ours, and its tables. */
export interface DatabaseFormat {
  /** What the file is, for messages: 'journal'. */
  readonly name: string;
  /** SQLite's application_id: four bytes that name the program. */
  readonly applicationId: number;
  /** SQLite's user_version: the newest version of the format that this program knows. */
  readonly version: number;
  readonly schema: string;
}

/** The page size of our databases, SQLite's default. */
export const PAGE_BYTES = 4096;

const HEADER_LENGTH = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const USER_VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;

/** Makes an empty database under the path, which must be free. Throws a JournalFailure. */
export function createDatabaseFile(path: string, format: DatabaseFormat): void {
  const newPath = `${path}.new`;
  try {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(newPath + suffix, { force: true });
    const database = new DatabaseSync(newPath);
    try {
      database.exec(`PRAGMA page_size = ${PAGE_BYTES};
        PRAGMA application_id = ${format.applicationId};
        PRAGMA user_version = ${format.version};
        ${format.schema};
        PRAGMA journal_mode = WAL`);
    } finally {
      database.close();
    }
    syncPath(newPath);
    renameSync(newPath, path);
    syncPath(dirname(path));
  } catch (error) {
    throw journalFailureOf(error, `cannot make ${path}`);
  }
}

/** Throws a JournalFailure (FOREIGN, CORRUPT, NEWER_FORMAT, UNWRITABLE) unless the file is one of ours. */
export function inspectDatabaseFile(path: string, format: DatabaseFormat): void {
  const header = readHeader(path);
  if (header.length === 0) throw new JournalFailure('CORRUPT', `${path} is empty: it is no ${format.name}`);
  if (header.every((byte) => byte === 0)) {
    throw new JournalFailure('CORRUPT', `${path} begins with zeros: it is no longer a ${format.name}`);
  }
  if (header.length < HEADER_LENGTH || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new JournalFailure('FOREIGN', `${path} is no SQLite database, so no ${format.name} of this program`);
  }
  const applicationId = header.readInt32BE(APPLICATION_ID_OFFSET);
  if (applicationId !== format.applicationId) {
    const found = `application id ${applicationId}, not ${format.applicationId}`;
    throw new JournalFailure('FOREIGN', `${path} is a SQLite database of another program (${found})`);
  }
  const version = header.readInt32BE(USER_VERSION_OFFSET);
  if (version > format.version) {
    const known = `this one knows formats up to ${format.version}`;
    throw new JournalFailure('NEWER_FORMAT', `${path} has format ${version} of a newer version; ${known}`);
  }
  if (version < 1) throw new JournalFailure('CORRUPT', `${path} has no valid format version (${version})`);
}

function readHeader(path: string): Buffer {
  try {
    if (!statSync(path).isFile()) throw new JournalFailure('FOREIGN', `${path} is not a file`);
    const header = Buffer.alloc(HEADER_LENGTH);
    const descriptor = openSync(path, 'r');
    try {
      return header.subarray(0, readSync(descriptor, header, 0, HEADER_LENGTH, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw journalFailureOf(error, `cannot read ${path}`);
  }
}

/** Makes a file's bytes, or a directory's names, durable. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
