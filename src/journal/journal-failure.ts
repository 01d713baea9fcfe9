/**
 * The one error class of this layer: the storage did not do what it was asked, and the program is not to blame.
 *
 * 1. The code is for programs, from the closed list below; the message is for the operator and names file and seq.
 * 2. A fault of the program (a gap between commits) is a failed assertion and never a JournalFailure.
 */

/**
 * What went wrong.
 * - LOCKED: another process (or another journal in this one) holds the data directory.
 * - FOREIGN: a file is not ours.
 * - CORRUPT: a file is ours and damaged, or files contradict each other.
 * - NEWER_FORMAT: a file was written by a newer version.
 * - UNWRITABLE: the directory or a file in it cannot be made or written by this user.
 * - PRUNED: the events asked for are no longer kept.
 * - FULL: no room left on the disk.
 * - IO: any other failure of reading or writing.
 * - CRASHED: the journal's thread ended without being asked.
 * - CLOSED: used after close.
 */
export type JournalFailureCode =
  | 'LOCKED'
  | 'FOREIGN'
  | 'CORRUPT'
  | 'NEWER_FORMAT'
  | 'UNWRITABLE'
  | 'PRUNED'
  | 'FULL'
  | 'IO'
  | 'CRASHED'
  | 'CLOSED';

/** An operating failure of the journal. */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure';
  readonly code: JournalFailureCode;

  constructor(code: JournalFailureCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A JournalFailure in the form in which it crosses from thread to thread. */
export interface PlainFailure {
  readonly code: JournalFailureCode;
  readonly message: string;
  readonly cause: string | undefined;
}

/** The failure as plain data, for a message to another thread. */
export function plainFailure(failure: JournalFailure): PlainFailure {
  const { code, message, cause } = failure;
  return { code, message, cause: cause instanceof Error ? cause.message : undefined };
}

/** The failure that {@link plainFailure} took apart. */
export function failureFromPlain({ code, message, cause }: PlainFailure): JournalFailure {
  return new JournalFailure(code, message, cause === undefined ? undefined : new Error(cause));
}

/**
 * What an error caught around SQLite or the file system means. `doing` begins the message: 'cannot append seq 7 to
 * /data/journal.db'. Any other error is a fault of the program and is thrown on.
 */
export function journalFailureOf(error: unknown, doing: string): JournalFailure {
  if (error instanceof JournalFailure) return error;
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined) throw error;
  return new JournalFailure(code, `${doing}: ${error.message}`, error);
}

/** SQLite's result codes: https://sqlite.org/rescode.html (the primary code is the low byte). */
const IOERR_SHORT_READ = 522;
const CODE_BY_SQLITE_CODE: ReadonlyMap<number, JournalFailureCode> = new Map([
  [3, 'UNWRITABLE'], // PERM
  [5, 'LOCKED'], // BUSY
  [6, 'LOCKED'], // LOCKED
  [8, 'UNWRITABLE'], // READONLY
  [11, 'CORRUPT'], // CORRUPT
  [13, 'FULL'], // FULL
  [14, 'UNWRITABLE'], // CANTOPEN
  [26, 'CORRUPT'], // NOTADB
]);

const CODE_BY_SYSTEM_CODE: ReadonlyMap<string, JournalFailureCode> = new Map([
  ['ENOSPC', 'FULL'],
  ['EDQUOT', 'FULL'],
  ['EACCES', 'UNWRITABLE'],
  ['EPERM', 'UNWRITABLE'],
  ['EROFS', 'UNWRITABLE'],
  ['EEXIST', 'UNWRITABLE'],
  ['ENOENT', 'UNWRITABLE'],
  ['ENOTDIR', 'UNWRITABLE'],
  ['EISDIR', 'UNWRITABLE'],
]);

/** The code for an error of SQLite or of the operating system, undefined for any other. */
function codeOf(error: unknown): JournalFailureCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') {
    if (error.errcode === IOERR_SHORT_READ) return 'CORRUPT';
    return CODE_BY_SQLITE_CODE.get(error.errcode & 0xff) ?? 'IO';
  }
  // How node:sqlite tells of an integer beyond 2^53 in a row; nothing that was written has one.
  if ('code' in error && error.code === 'ERR_OUT_OF_RANGE') return 'CORRUPT';
  if ('syscall' in error && 'code' in error && typeof error.code === 'string') {
    return CODE_BY_SYSTEM_CODE.get(error.code) ?? 'IO';
  }
  return undefined;
}
