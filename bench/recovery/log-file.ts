/**
 * The write-ahead log of a journal, seen from outside: how often it was begun anew. Its header counts that (SQLite's file format, "WAL
 * Format", offset 12), and it happens with the first commit after each complete checkpoint.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dataPaths } from '../../src/journal/data-directory.ts';

const HEADER_BYTES = 32;
const SEQUENCE_OFFSET = 12;

/** The log's checkpoint sequence number; 0 while there is no log. */
export function checkpointSequence(directory: string): number {
  const header = Buffer.alloc(HEADER_BYTES);
  const path = `${dataPaths(directory).journal}-wal`;
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return 0;
  const file = openSync(path, 'r');
  const length = readSync(file, header, 0, HEADER_BYTES, 0);
  closeSync(file);
  return length < HEADER_BYTES ? 0 : header.readUInt32BE(SEQUENCE_OFFSET);
}
