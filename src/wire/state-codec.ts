// The state's records ↔ the bytes of a snapshot (state.proto), in chunks, and closed contacts ↔ the bytes of the archive.
//
// Invariants: 1. what is decoded equals what was encoded. 2. a chunk holds whole records, each with its length in front, so chunks can
// be kept apart and read one at a time. 3. what is not known is never passed over: an unknown record or field means a newer version,
// and throws.

import type { StateRecord } from '../core/state-records.ts';
import type { ContactView } from '../core/views.ts';
import { assert } from '../lib/assert.ts';
import type { PlainObject } from './absent.ts';
import { messageReader, noteBroken, type ReadMessage } from './proto-decoder.ts';
import { messageWriter, type Write } from './proto-encoder.ts';
import { LENGTH_DELIMITED, Reader, tagOf, Writer } from './protobuf-runtime.ts';
import { Report } from './report.ts';
import { messageNamed } from './schema.ts';
import { IRREGULAR, type ReadAt, StoredCursor } from './stored-cursor.ts';
import { storedReader } from './stored-reader.ts';
import { storedFailure, WireFailure } from './wire-failure.ts';

/** A chunk is closed when it has grown to this; it is larger by its last record. */
export const CHUNK_BYTES = 256 * 1024;

const writerByKind = new Map<string, { readonly tag: number; readonly write: Write }>();
const readerByTag = new Map<number, ReadMessage>();
const quickReaderByTag: (ReadAt<PlainObject> | undefined)[] = [];

for (const field of messageNamed('StateRecord').fields) {
  assert(field.kind === 'message', `StateRecord.${field.name}: records are messages`);
  const tag = tagOf(field.number, LENGTH_DELIMITED);
  writerByKind.set(field.name, { tag, write: messageWriter(field.message) });
  readerByTag.set(tag, messageReader(field.message, 'stored', ['kind', field.name]));
  quickReaderByTag[tag] = storedReader(field.message, ['kind', field.name]);
}

/** Snapshot chunks of about 256 KiB, made as they are asked for; each in a buffer of its own. */
export function* encodeRecords(records: Iterable<StateRecord>): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  const writer = Writer.create();
  for (const record of records) {
    const entry = writerByKind.get(record.kind);
    if (entry === undefined) assert(false, `the schema has no record ${record.kind}`);
    writer.fork().uint32(entry.tag).fork();
    entry.write(record as unknown as PlainObject, writer);
    writer.ldelim().ldelim();
    if (writer.len < CHUNK_BYTES) continue;
    yield writer.finish() as Uint8Array<ArrayBuffer>;
    writer.reset();
  }
  if (writer.len > 0) yield writer.finish() as Uint8Array<ArrayBuffer>;
}

/** The records of a snapshot, read as they are asked for. Throws a WireFailure if this version cannot read one. */
export function* decodeRecords(chunks: Iterable<Uint8Array>): Generator<StateRecord, void, undefined> {
  let count = 0;
  for (const chunk of chunks) {
    const cursor = new StoredCursor(chunk, 0);
    while (cursor.pos < chunk.length) {
      yield (readQuickly(cursor) ?? readStrictly(cursor, count)) as unknown as StateRecord;
      count += 1;
    }
  }
}

/** The record at the cursor; undefined, with the cursor where it was, if it is one for the strict reader. */
function readQuickly(cursor: StoredCursor): PlainObject | undefined {
  const start = cursor.pos;
  try {
    const end = cursor.end(cursor.bytes.length);
    const read = quickReaderByTag[cursor.tag(end)];
    if (read !== undefined) {
      const record = read(cursor, cursor.end(end));
      if (cursor.pos === end) return record;
    }
  } catch (error) {
    if (error !== IRREGULAR) throw error;
  }
  cursor.pos = start;
  return undefined;
}

function readStrictly(cursor: StoredCursor, index: number): PlainObject {
  const reader = new Reader(cursor.bytes);
  reader.pos = cursor.pos;
  const record = readStored(`record ${index} of a snapshot`, (report) => readRecord(reader, report));
  cursor.pos = reader.pos;
  return record;
}

/** Runs a reader of stored bytes; whatever is wrong is thrown as a WireFailure. */
function readStored(what: string, read: (report: Report) => PlainObject | undefined): PlainObject {
  const report = new Report(0);
  try {
    const value = read(report);
    if (value !== undefined) return value;
  } catch (error) {
    noteBroken(error, report);
  }
  const refusal = report.refusal();
  if (refusal === undefined) throw new WireFailure('broken', `${what}: nothing in it`);
  throw storedFailure(what, refusal);
}

function readRecord(reader: Reader, report: Report): PlainObject | undefined {
  const end = reader.size() + reader.pos;
  const tag = reader.tag();
  const read = readerByTag.get(tag);
  if (read === undefined) return report.refuse('UNKNOWN_FIELD', `there is no record of number ${tag >>> 3}`);
  const record = read(reader, reader.size(), report);
  if (!report.failed && reader.pos !== end) return report.refuse('UNKNOWN_FIELD', 'more than one record in it');
  return record;
}

const contactMessage = messageNamed('Contact');

/** A contact as the archive of closed contacts keeps it. */
export function encodeContact(contact: ContactView): Uint8Array<ArrayBuffer> {
  const writer = Writer.create();
  messageWriter(contactMessage)(contact as unknown as PlainObject, writer);
  return writer.finish() as Uint8Array<ArrayBuffer>;
}

/** The contact again. Throws a WireFailure if this version cannot read it. */
export function decodeContact(bytes: Uint8Array): ContactView {
  const read = messageReader(contactMessage, 'stored');
  const contact = readStored('an archived contact', (report) => read(new Reader(bytes), bytes.length, report));
  return contact as unknown as ContactView;
}
