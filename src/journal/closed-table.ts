/**
 * The table of closed contacts: its schema and the form of its rows.
 *
 * 1. The crc covers all of the row.
 * 2. A contact has one row; a put with a lower seq than the row's changes nothing.
 */
import { crc32 } from 'node:zlib';
import type { DatabaseFormat } from './database-file.ts';
import type { ClosedContact } from './journal.ts';
import { JournalFailure } from './journal-failure.ts';

export const CLOSED_FORMAT: DatabaseFormat = {
  name: 'table of closed contacts',
  applicationId: 0x43424343, // 'CBCC'
  version: 1,
  schema: `CREATE TABLE closed(
      contactId TEXT NOT NULL UNIQUE,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      hash BLOB NOT NULL,
      contact BLOB NOT NULL) STRICT;
    CREATE INDEX closedByAt ON closed(at)`,
};

/** A row as SQLite gives it, in the order of {@link CLOSED_COLUMNS}. */
export type ClosedRow = readonly [
  contactId: string,
  seq: number,
  at: number,
  crc: number,
  hash: Uint8Array,
  contact: Uint8Array,
];

export const CLOSED_COLUMNS = 'contactId, seq, at, crc, hash, contact';

const headBytes = new Uint8Array(16);
const head = new DataView(headBytes.buffer);

/** The check sum of a closed contact: CRC-32 of seq and at (two little-endian doubles), id, hash and contact. */
export function crcOfClosed({ contactId, seq, at, hash, contact }: ClosedContact): number {
  head.setFloat64(0, seq, true);
  head.setFloat64(8, at, true);
  return crc32(contact, crc32(hash, crc32(contactId, crc32(headBytes))));
}

/** The closed contact in a row; throws a JournalFailure CORRUPT, naming id and file, if the row fails its check. */
export function closedOfRow(row: ClosedRow, path: string): ClosedContact {
  const [contactId, seq, at, crc, hash, contact] = row;
  const closed: ClosedContact = { contactId, seq, at, hash, contact };
  // A damaged row may hold values of any type, whatever the schema says.
  const isTyped = typeof contactId === 'string' && hash instanceof Uint8Array && contact instanceof Uint8Array;
  if (!isTyped || crcOfClosed(closed) !== crc) {
    throw new JournalFailure('CORRUPT', `${path} is damaged: closed contact ${contactId} fails its check`);
  }
  return closed;
}
