// Protobuf bytes → the same plain objects as from JSON, checked by the same options. Compiled once for each message into closures that
// read straight from protobufjs's Reader; nothing of the schema is looked up while decoding.
//
// Invariants: 1. bytes never make it throw: what is cut short, no UTF-8, out of range or of an unknown enum number is a refusal.
// 2. `request`: options enforced, output-only fields passed over, unknown fields ignored. `answer` (a client reads its server): only
// types are checked. `stored` (journal, snapshots, archive): every field must be known, or the data is of a newer version.
// 3. a zero without presence of its own is absent; of a single field that comes twice the last one counts.

import { AssertionFailure, assert } from '../lib/assert.ts';
import { absentMessage, EMPTY_LIST, EMPTY_MAP, type PlainObject } from './absent.ts';
import { countIsRight, numberCheck, textCheck, valuePhrase } from './field-rules.ts';
import { jsonObjectTextOf } from './json-text.ts';
import type { AnswerName, WireName, WireTypes } from './messages.ts';
import { isPackable, wireTypeOf } from './proto-encoder.ts';
import { LENGTH_DELIMITED, Reader, tagOf } from './protobuf-runtime.ts';
import { type Decoded, Report } from './report.ts';
import { requestCheck } from './request-check.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

export type ProtoMode = 'request' | 'answer' | 'stored';

/** Reads a message of so many bytes; notes a fault and returns undefined if they are wrong. */
export type ReadMessage = (reader: Reader, length: number, report: Report) => PlainObject | undefined;

/** Reads one value, without its tag; notes a fault and returns anything if it is wrong. */
type ReadValue = (reader: Reader, report: Report) => unknown;

/** What to do on a tag. */
interface TagReader {
  readonly name: string;
  readonly read: (target: PlainObject, reader: Reader, report: Report) => void;
}

/** A check of the whole message after its last field. */
type Finish = (target: PlainObject, report: Report) => void;

const compiled = new Map<string, ReadMessage>();

/** Decodes a request's message; a refusal names the first fault by its path. */
export function decodeProto<K extends WireName>(name: K, bytes: Uint8Array): Decoded<WireTypes[K]> {
  return decodeBytes(name, bytes, 'request');
}

/** Decodes what a server sent: ranges are not checked. */
export function decodeProtoAnswer<K extends AnswerName>(name: K, bytes: Uint8Array): Decoded<WireTypes[K]> {
  return decodeBytes(name, bytes, 'answer');
}

function decodeBytes<K extends WireName>(name: K, bytes: Uint8Array, mode: ProtoMode): Decoded<WireTypes[K]> {
  const report = new Report(bytes.length);
  const value = messageReader(messageNamed(name), mode)(new Reader(bytes), bytes.length, report);
  const refusal = report.refusal();
  return refusal === undefined ? { value: value as WireTypes[K] } : { refusal };
}

/**
 * The compiled reader of a message.
 * @param mark a constant that stands first in every object made, such as the `type` of an event.
 */
export function messageReader(
  message: Message,
  mode: ProtoMode,
  mark?: readonly [key: string, value: string],
): ReadMessage {
  const key = `${mode} ${message.name} ${mark?.join('=') ?? ''}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const read = compileMessage(message, mode, mark === undefined ? {} : { [mark[0]]: mark[1] });
  compiled.set(key, read);
  return read;
}

/** Notes what protobufjs's Reader threw. An AssertionFailure is ours and goes on. */
export function noteBroken(error: unknown, report: Report): undefined {
  if (error instanceof AssertionFailure) throw error;
  return report.refuse('INVALID_FIELD', `no valid encoding: ${error instanceof Error ? error.message : String(error)}`);
}

function compileMessage(message: Message, mode: ProtoMode, marks: PlainObject): ReadMessage {
  const wanted = message.fields.filter((field) => mode !== 'request' || !field.options.outputOnly);
  const absent = { ...marks, ...absentMessage(message, wanted, mode === 'request') };
  const readers: TagReader[] = [];
  for (const field of wanted) addTagReaders(readers, field, absent[field.name], mode);
  const finish =
    mode === 'request' ? requestFinish(message, wanted) : mode === 'stored' ? storedFinish(wanted) : undefined;
  return (reader, length, report) => {
    const target: PlainObject = { ...absent };
    const end = reader.pos + length;
    const outerEnd = reader.len;
    if (end > outerEnd) return report.refuse('INVALID_FIELD', 'no valid encoding: it is cut short');
    reader.len = end;
    let field: TagReader | undefined;
    try {
      while (reader.pos < end) {
        const tag = reader.tag();
        field = readers[tag];
        if (field !== undefined) {
          field.read(target, reader, report);
          if (report.failed) return report.within(field.name);
        } else if (mode === 'stored') {
          return report.refuse('UNKNOWN_FIELD', `${message.name} has a field ${tag >>> 3} of a newer version`);
        } else {
          reader.skipType(tag & 7, 0, tag >>> 3);
        }
      }
    } catch (error) {
      noteBroken(error, report);
      return field === undefined ? undefined : report.within(field.name);
    }
    reader.len = outerEnd;
    finish?.(target, report);
    return report.failed ? undefined : target;
  };
}

/** What makes a field given in binary: it is not what absent means. */
function isGiven(field: Field, target: PlainObject): boolean {
  const value = target[field.name];
  if (value === undefined || value === '' || value === EMPTY_LIST || value === EMPTY_MAP) return false;
  return value !== 0 || field.optional;
}

function requestFinish(message: Message, wanted: readonly Field[]): Finish | undefined {
  const check = requestCheck(message);
  const counted = wanted.filter((field) => field.options.maxItems !== undefined);
  if (check === undefined && counted.length === 0) return undefined;
  return (target, report) => {
    for (const field of counted) {
      const entries = target[field.name];
      if (entries === undefined) continue;
      const count = Array.isArray(entries) ? entries.length : Object.keys(entries as PlainObject).length;
      if (!countIsRight(field, count, report)) return report.within(field.name);
    }
    check?.(isGiven, target, report);
  };
}

/** An enum value that is stored was known when it was written; absent it means something only if the table of absent values says so. */
function storedFinish(fields: readonly Field[]): Finish | undefined {
  const enums = fields.filter((field) => field.kind === 'enum' && field.shape === 'one');
  if (enums.length === 0) return undefined;
  return (target, report) => {
    for (const field of enums) {
      if (target[field.name] !== '') continue;
      report.expected(valuePhrase(field), 'nothing');
      return report.within(field.name);
    }
  };
}

/** Puts the readers of a field in their places by tag. `absent` is what the field holds when it does not come. */
function addTagReaders(readers: TagReader[], field: Field, absent: unknown, mode: ProtoMode): void {
  const { name } = field;
  const add = (wireType: number, read: TagReader['read']): void => {
    readers[tagOf(field.number, wireType)] = { name, read };
  };
  const { raw, accept } = valueReader(field, mode);
  const read: ReadValue = accept === undefined ? raw : (reader, report) => accept(raw(reader, report), report);
  if (field.shape === 'map') {
    add(LENGTH_DELIMITED, mapReader(field, mode));
  } else if (field.shape === 'list') {
    add(wireTypeOf(field), listReader(name, read));
    if (isPackable(field)) add(LENGTH_DELIMITED, packedReader(name, read));
  } else if (field.optional) {
    add(wireTypeOf(field), (target, reader, report) => {
      target[name] = read(reader, report);
    });
  } else {
    add(wireTypeOf(field), (target, reader, report) => {
      const value = raw(reader, report);
      if (value === 0 || value === '') target[name] = absent ?? value;
      else target[name] = accept === undefined ? value : accept(value, report);
    });
  }
}

/** How a value is read, and what is made of it then: checked, brought into canonical form. Zeros without presence are not checked. */
interface ValueReader {
  readonly raw: ReadValue;
  readonly accept?: (value: unknown, report: Report) => unknown;
}

function valueReader(field: Field, mode: ProtoMode): ValueReader {
  switch (field.kind) {
    case 'message':
      return { raw: delimitedReader(messageReader(field.message, mode)) };
    case 'enum':
      return { raw: enumReader(field, mode) };
    case 'bool':
      return { raw: (reader) => reader.bool() };
    case 'string': {
      const isRight = textCheck(field);
      const accept = (value: unknown, report: Report) => (isRight(value as string, report) ? value : undefined);
      return mode === 'request' ? { raw: readText, accept } : { raw: readText };
    }
    case 'json': {
      const limits = field.options.jsonObject;
      assert(limits !== undefined, `${field.name}: a free object without limits`);
      const accept = (value: unknown, report: Report) => jsonObjectTextOf(value as string, limits, report);
      return mode === 'request' ? { raw: readText, accept } : { raw: readText };
    }
    default:
      return numberReader(field, mode);
  }
}

function numberReader(field: Field, mode: ProtoMode): ValueReader {
  const isRight = numberCheck(field);
  const accept = (value: unknown, report: Report) => (isRight(value as number, report) ? value : undefined);
  const checked = mode === 'request' ? { accept } : {};
  if (field.kind === 'double') return { raw: (reader) => reader.double(), ...checked };
  if (field.kind === 'uint32') return { raw: (reader) => reader.uint32(), ...checked };
  const isSigned = field.kind === 'int64';
  return {
    raw: (reader, report) => {
      const value = (isSigned ? reader.int64() : reader.uint64()) as unknown as number;
      return Number.isSafeInteger(value) ? value : report.expected(valuePhrase(field), `${value}`);
    },
    ...checked,
  };
}

function readText(reader: Reader): string {
  return reader.stringVerify();
}

function enumReader(field: Field & { readonly kind: 'enum' }, mode: ProtoMode): ReadValue {
  const { nameByNumber } = field.enumType;
  const phrase = valuePhrase(field);
  return (reader, report) => {
    const number = reader.uint32();
    if (number === 0) return '';
    // A client takes what it does not know, as its number: its server may be newer.
    return nameByNumber[number] ?? (mode === 'answer' ? `${number}` : report.expected(phrase, `the number ${number}`));
  };
}

function delimitedReader(read: ReadMessage): ReadValue {
  return (reader, report) => read(reader, reader.size(), report);
}

function listReader(name: string, read: ReadValue): TagReader['read'] {
  return (target, reader, report) => {
    const list = ownList(target, name);
    list.push(read(reader, report));
    if (report.failed) report.withinItem(list.length - 1);
  };
}

/** The list in the object, made if what stands there is the shared empty one. */
function ownList(target: PlainObject, name: string): unknown[] {
  const list = target[name];
  if (list !== undefined && list !== EMPTY_LIST) return list as unknown[];
  const made: unknown[] = [];
  target[name] = made;
  return made;
}

function packedReader(name: string, read: ReadValue): TagReader['read'] {
  return (target, reader, report) => {
    const end = reader.size() + reader.pos;
    if (end > reader.len) return report.refuse('INVALID_FIELD', 'no valid encoding: it is cut short');
    const list = ownList(target, name);
    while (reader.pos < end) {
      list.push(read(reader, report));
      if (report.failed) return report.withinItem(list.length - 1);
    }
  };
}

function mapReader(field: Field, mode: ProtoMode): TagReader['read'] {
  const { name } = field;
  const { raw, accept } = valueReader(field, mode);
  const keyIsRight = mode === 'request' ? textCheck(field) : undefined;
  const valueTag = tagOf(2, wireTypeOf(field));
  const zero = field.kind === 'message' ? undefined : field.kind === 'string' ? '' : field.kind === 'bool' ? false : 0;
  return (target, reader, report) => {
    const end = reader.size() + reader.pos;
    if (end > reader.len) return report.refuse('INVALID_FIELD', 'no valid encoding: it is cut short');
    let key = '';
    let value: unknown = zero;
    while (reader.pos < end) {
      const tag = reader.tag();
      if (tag === MAP_KEY_TAG) key = readText(reader);
      else if (tag === valueTag) value = raw(reader, report);
      else reader.skipType(tag & 7, 0, tag >>> 3);
    }
    if (keyIsRight?.(key, report) !== false && accept !== undefined && !report.failed) value = accept(value, report);
    if (report.failed) return report.withinKey(key);
    let map = target[name] as PlainObject | undefined;
    if (map === undefined || map === EMPTY_MAP) {
      map = Object.create(null) as PlainObject;
      target[name] = map;
    }
    map[key] = value;
  };
}

const MAP_KEY_TAG = tagOf(1, LENGTH_DELIMITED);
