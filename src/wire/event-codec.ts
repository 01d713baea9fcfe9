// Core events ↔ the bytes that the journal keeps (events.proto, EventBatch). It runs for every event, so events are written as they are,
// straight into one growing buffer, and read straight into the core's shapes: by the quick readers, and if what comes is not in the form
// that they know, by the strict ones, which also say what is wrong.
//
// Invariants: 1. what is decoded equals what was encoded, in every field of every event. 2. an event's `type` is the name of its arm in
// Event, in camelCase. 3. what is not known is never passed over: an unknown event or field means a newer version, and throws.

import type { CoreEvent } from '../core/events.ts';
import { assert } from '../lib/assert.ts';
import type { PlainObject } from './absent.ts';
import type { TimedEvent } from './messages.ts';
import { messageReader, noteBroken, type ReadMessage } from './proto-decoder.ts';
import { messageWriter, type Write } from './proto-encoder.ts';
import { LENGTH_DELIMITED, Reader, tagOf, VARINT, Writer } from './protobuf-runtime.ts';
import { Report } from './report.ts';
import { messageNamed } from './schema.ts';
import { IRREGULAR, type ReadAt, StoredCursor } from './stored-cursor.ts';
import { storedReader } from './stored-reader.ts';
import { storedFailure } from './wire-failure.ts';

const BATCH_EVENT_TAG = tagOf(messageNamed('EventBatch').fieldByName.get('events')?.number ?? 0, LENGTH_DELIMITED);
const AT_TAG = tagOf(messageNamed('Event').fieldByName.get('at')?.number ?? 0, VARINT);

const writerByType = new Map<string, { readonly tag: number; readonly write: Write }>();
const readerByTag = new Map<number, ReadMessage>();
const quickReaderByTag: (ReadAt<PlainObject> | undefined)[] = [];

for (const field of messageNamed('Event').fields) {
  if (field.kind !== 'message') continue;
  const tag = tagOf(field.number, LENGTH_DELIMITED);
  writerByType.set(field.name, { tag, write: messageWriter(field.message) });
  readerByTag.set(tag, messageReader(field.message, 'stored', ['type', field.name]));
  quickReaderByTag[tag] = storedReader(field.message, ['type', field.name]);
}

/** The largest buffer that an encoder keeps for its next batch. */
const KEPT_BYTES_MAX = 1024 * 1024;

/** Gathers the events of one commit. One encoder serves for ever: `finish` leaves it empty. */
export class EventEncoder {
  #writer = Writer.create();
  #count = 0;

  /** Events added since the last `finish`. */
  get count(): number {
    return this.#count;
  }

  /** Bytes that `finish` would give now. */
  get byteLength(): number {
    return this.#writer.len;
  }

  /** Adds an event with the router's time when it was decided. Throws an AssertionFailure for what could not be read again. */
  add(at: number, event: CoreEvent): void {
    const entry = writerByType.get(event.type);
    if (entry === undefined) assert(false, `the schema has no event ${event.type}`);
    if (!Number.isSafeInteger(at)) assert(false, `an event at ${at}`);
    const writer = this.#writer;
    writer.uint32(BATCH_EVENT_TAG).fork();
    if (at !== 0) writer.uint32(AT_TAG).int64(at);
    writer.uint32(entry.tag).fork();
    entry.write(event as unknown as PlainObject, writer);
    writer.ldelim().ldelim();
    this.#count += 1;
  }

  /** The batch's bytes, in a buffer of their own; the encoder is empty again. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#writer.finish() as Uint8Array<ArrayBuffer>;
    // A buffer that grew for a rare large batch is not kept.
    if (bytes.length > KEPT_BYTES_MAX) this.#writer = Writer.create();
    else this.#writer.reset();
    this.#count = 0;
    return bytes;
  }
}

/** The bytes of one commit. */
export function encodeEvents(events: readonly TimedEvent[]): Uint8Array<ArrayBuffer> {
  const encoder = new EventEncoder();
  for (const { at, event } of events) encoder.add(at, event);
  return encoder.finish();
}

/** The events of one commit, in order. Throws a WireFailure if this version cannot read them. */
export function decodeEvents(bytes: Uint8Array): TimedEvent[] {
  try {
    return decodeQuickly(bytes);
  } catch (error) {
    if (error === IRREGULAR) return decodeStrictly(bytes);
    throw error;
  }
}

/** Throws IRREGULAR for what the quick readers leave to the strict ones. */
function decodeQuickly(bytes: Uint8Array): TimedEvent[] {
  const events: TimedEvent[] = [];
  const cursor = new StoredCursor(bytes, 0);
  const { length } = bytes;
  for (let tag = cursor.tag(length); tag !== 0; tag = cursor.tag(length)) {
    if (tag !== BATCH_EVENT_TAG) throw IRREGULAR;
    const end = cursor.end(length);
    let at = 0;
    let kind = cursor.tag(end);
    if (kind === AT_TAG) {
      at = cursor.integer();
      kind = cursor.tag(end);
    }
    const read = quickReaderByTag[kind];
    if (read === undefined) throw IRREGULAR;
    const event = read(cursor, cursor.end(end)) as unknown as CoreEvent;
    if (cursor.pos !== end) throw IRREGULAR;
    events.push({ at, event });
  }
  return events;
}

function decodeStrictly(bytes: Uint8Array): TimedEvent[] {
  const events: TimedEvent[] = [];
  const report = new Report(bytes.length);
  const reader = new Reader(bytes);
  try {
    while (reader.pos < bytes.length && !report.failed) {
      const tag = reader.tag();
      if (tag !== BATCH_EVENT_TAG)
        report.refuse('UNKNOWN_FIELD', `EventBatch has a field ${tag >>> 3} of a newer version`);
      else {
        const event = readEvent(reader, report);
        if (event !== undefined) events.push(event);
      }
    }
  } catch (error) {
    noteBroken(error, report);
  }
  const refusal = report.refusal();
  if (refusal !== undefined) throw storedFailure(`event ${events.length} of a commit`, refusal);
  return events;
}

function readEvent(reader: Reader, report: Report): TimedEvent | undefined {
  const end = reader.size() + reader.pos;
  if (end > reader.len) return report.refuse('INVALID_FIELD', 'no valid encoding: it is cut short');
  let at = 0;
  let event: PlainObject | undefined;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === AT_TAG) {
      at = reader.int64() as unknown as number;
      if (!Number.isSafeInteger(at)) return report.expected('an instant', `${at}`);
      continue;
    }
    const read = readerByTag.get(tag);
    if (read === undefined) return report.refuse('UNKNOWN_FIELD', `there is no event of number ${tag >>> 3}`);
    event = read(reader, reader.size(), report);
    if (report.failed) return undefined;
  }
  if (event === undefined || reader.pos !== end) return report.refuse('INVALID_FIELD', 'no event in it');
  return { at, event: event as unknown as CoreEvent };
}
