/**
 * The data directory: its files, its lock, and what is refused before anything in it is touched.
 *
 *     lock.db       an empty database, held in BEGIN EXCLUSIVE by the one process that writes; never has content
 *     journal.db    the commits (SQLite, WAL), written by the journal's thread alone
 *     closed.db     closed contacts (SQLite, WAL), written by the follower's archive alone
 *     snapshots/    saved states, one file each, written by the follower's archive alone
 *
 * 1. The lock is the operating system's: it goes with the process, even one that was killed. It has a file of its own,
 *    because an exclusive lock on journal.db would lock out the readers too.
 * 2. What is foreign, damaged or newer is refused by name and left as it was: nothing is made before all was inspected.
 * 3. Three files for three writers: saving snapshots and closed contacts never waits for a commit nor delays one.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CLOSED_FORMAT } from './closed-table.ts';
import { COMMIT_FORMAT } from './commit-table.ts';
import { createDatabaseFile, inspectDatabaseFile, syncPath } from './database-file.ts';
import { JournalFailure, journalFailureOf } from './journal-failure.ts';
import { makeDirectory } from './make-directory.ts';

/** The paths in a data directory. */
export interface DataPaths {
  readonly directory: string;
  readonly lock: string;
  readonly journal: string;
  readonly closed: string;
  readonly snapshots: string;
}

export function dataPaths(directory: string): DataPaths {
  return {
    directory,
    lock: join(directory, 'lock.db'),
    journal: join(directory, 'journal.db'),
    closed: join(directory, 'closed.db'),
    snapshots: join(directory, 'snapshots'),
  };
}

/** The lock on a data directory, for as long as it is held. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the lock, inspects what is there and makes what is missing. Throws a JournalFailure: LOCKED, FOREIGN, CORRUPT,
 * NEWER_FORMAT, UNWRITABLE, FULL or IO.
 */
export function claimDataDirectory(paths: DataPaths): DirectoryLock {
  prepareDirectory(paths.directory);
  // A directory without a lock file was never ours: look before leaving even an empty file in it. With a lock file,
  // look only under the lock (database-file.ts, invariant 3).
  if (!existsSync(paths.lock)) inspect(paths);
  const lock = takeLock(paths);
  try {
    inspect(paths);
    makeMissing(paths);
  } catch (error) {
    lock.release();
    throw error;
  }
  return lock;
}

function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    if (!statSync(directory).isDirectory()) throw new JournalFailure('UNWRITABLE', `${directory} is not a directory`);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw journalFailureOf(error, `cannot use ${directory} as the data directory`);
  }
}

function takeLock(paths: DataPaths): DirectoryLock {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(paths.lock, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const failure = journalFailureOf(error, `cannot lock ${paths.directory} by ${paths.lock}`);
    if (failure.code !== 'LOCKED') throw failure;
    throw new JournalFailure('LOCKED', `${paths.directory} is in use by another running router`, error);
  }
  const held = database;
  return { release: () => held.close() };
}

function inspect(paths: DataPaths): void {
  if (existsSync(paths.journal)) {
    inspectDatabaseFile(paths.journal, COMMIT_FORMAT);
  } else if (existsSync(paths.snapshots) && readdirSync(paths.snapshots).some((name) => name.endsWith('.snap'))) {
    throw new JournalFailure('CORRUPT', `${paths.journal} is missing, though there are snapshots of it`);
  }
  if (existsSync(paths.closed)) inspectDatabaseFile(paths.closed, CLOSED_FORMAT);
}

function makeMissing(paths: DataPaths): void {
  if (!existsSync(paths.journal)) createDatabaseFile(paths.journal, COMMIT_FORMAT);
  if (!existsSync(paths.closed)) createDatabaseFile(paths.closed, CLOSED_FORMAT);
  try {
    if (!existsSync(paths.snapshots)) {
      mkdirSync(paths.snapshots, { mode: 0o700 });
      syncPath(paths.directory);
    }
    // SQLite would open a file that it may not write for reading only, and tell so at the first commit.
    for (const path of [paths.journal, paths.closed, paths.snapshots])
      accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw journalFailureOf(error, `cannot use ${paths.directory} as the data directory`);
  }
}
