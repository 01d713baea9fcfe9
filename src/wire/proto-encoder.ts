// Plain objects → protobuf bytes, along the schema. Compiled once for each message into closures that write straight to protobufjs's
// Writer: enum names become numbers on the way, and no second object is made.
//
// Invariants: 1. the bytes are those that protobufjs's own static code writes (a test compares them). 2. what is absent or undefined is
// not written, nor zero values without presence of their own. 3. what could not be read again is a broken invariant, not a value: integers
// that are not exact, half surrogate pairs, names that the enum does not have.

import { assert } from '../lib/assert.ts';
import { CLEAR_FIELD, isPatch, type PlainObject } from './absent.ts';
import type { SentName, SentTypes } from './messages.ts';
import { FIXED64, LENGTH_DELIMITED, tagOf, VARINT, Writer } from './protobuf-runtime.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

/** Writes the fields of an object, without a length in front. */
export type Write = (object: PlainObject, writer: Writer) => void;

/** Writes one value, without its tag. */
type WriteValue = (value: unknown, writer: Writer) => void;

const compiled = new Map<string, Write>();

/** Encodes a message. Throws an AssertionFailure for what the types do not allow. */
export function encodeProto<K extends SentName>(name: K, plain: SentTypes[K]): Uint8Array<ArrayBuffer> {
  const writer = Writer.create();
  messageWriter(messageNamed(name))(plain as PlainObject, writer);
  return writer.finish() as Uint8Array<ArrayBuffer>;
}

/** Bytes that the message takes. */
export function encodedLength(message: Message, plain: PlainObject): number {
  const writer = Writer.create();
  messageWriter(message)(plain, writer);
  return writer.len;
}

/** The compiled writer of a message's fields. */
export function messageWriter(message: Message): Write {
  const known = compiled.get(message.name);
  if (known !== undefined) return known;
  const fields = message.fields.map(fieldWriter);
  if (isPatch(message)) fields.push(clearWriter(message));
  const write: Write = (object, writer) => {
    for (const field of fields) field(object, writer);
  };
  compiled.set(message.name, write);
  return write;
}

/** Names the empty lists of a patch in its `clear`, in front of what `clear` holds already. */
function clearWriter(message: Message): Write {
  const clear = message.fieldByName.get(CLEAR_FIELD);
  assert(clear !== undefined, `${message.name} has no ${CLEAR_FIELD}`);
  const tag = tagOf(clear.number, LENGTH_DELIMITED);
  const lists = message.fields.filter((field) => field.shape === 'list' && field !== clear).map((field) => field.name);
  return (object, writer) => {
    for (const name of lists) {
      const list = object[name];
      if (Array.isArray(list) && list.length === 0) writer.uint32(tag).string(name);
    }
  };
}

function fieldWriter(field: Field): Write {
  if (field.shape === 'map') return mapWriter(field);
  if (field.shape === 'list') return isPackable(field) ? packedWriter(field) : listWriter(field);
  const { name, optional } = field;
  if (field.kind === 'message') {
    const tag = tagOf(field.number, LENGTH_DELIMITED);
    const write = messageWriter(field.message);
    return (object, writer) => {
      const value = object[name];
      if (value === undefined) return;
      writer.uint32(tag).fork();
      write(value as PlainObject, writer);
      writer.ldelim();
    };
  }
  const tag = tagOf(field.number, wireTypeOf(field));
  const write = valueWriter(field);
  return (object, writer) => {
    const value = object[name];
    if (value === undefined || (!optional && (value === '' || value === 0 || value === false))) return;
    writer.uint32(tag);
    write(value, writer);
  };
}

function listWriter(field: Field): Write {
  const { name } = field;
  const tag = tagOf(field.number, LENGTH_DELIMITED);
  const write = field.kind === 'message' ? delimited(messageWriter(field.message)) : valueWriter(field);
  return (object, writer) => {
    const list = object[name] as readonly unknown[] | undefined;
    if (list === undefined) return;
    for (let i = 0; i < list.length; i++) {
      writer.uint32(tag);
      write(list[i], writer);
    }
  };
}

/** Lists of numbers lie packed behind one tag. */
function packedWriter(field: Field): Write {
  const { name } = field;
  const tag = tagOf(field.number, LENGTH_DELIMITED);
  const write = valueWriter(field);
  return (object, writer) => {
    const list = object[name] as readonly unknown[] | undefined;
    if (list === undefined || list.length === 0) return;
    writer.uint32(tag).fork();
    for (let i = 0; i < list.length; i++) write(list[i], writer);
    writer.ldelim();
  };
}

function mapWriter(field: Field): Write {
  const { name } = field;
  const tag = tagOf(field.number, LENGTH_DELIMITED);
  const keyTag = tagOf(1, LENGTH_DELIMITED);
  const valueTag = tagOf(2, wireTypeOf(field));
  const write = field.kind === 'message' ? delimited(messageWriter(field.message)) : valueWriter(field);
  return (object, writer) => {
    const map = object[name] as PlainObject | undefined;
    if (map === undefined) return;
    for (const key of Object.keys(map)) {
      writer.uint32(tag).fork().uint32(keyTag);
      writeText(key, writer);
      writer.uint32(valueTag);
      write(map[key], writer);
      writer.ldelim();
    }
  };
}

function delimited(write: Write): WriteValue {
  return (value, writer) => {
    writer.fork();
    write(value as PlainObject, writer);
    writer.ldelim();
  };
}

/** The wire type of one value of the field. */
export function wireTypeOf(field: Field): number {
  if (field.kind === 'double') return FIXED64;
  return field.kind === 'string' || field.kind === 'json' || field.kind === 'message' ? LENGTH_DELIMITED : VARINT;
}

/** Whether lists of the field are packed: numbers, bools, enums. */
export function isPackable(field: Field): boolean {
  return wireTypeOf(field) !== LENGTH_DELIMITED;
}

function valueWriter(field: Field): WriteValue {
  switch (field.kind) {
    case 'string':
    case 'json':
      return (value, writer) => writeText(value as string, writer);
    case 'bool':
      return (value, writer) => writer.bool(value as boolean);
    case 'double':
      return (value, writer) => writer.double(value as number);
    case 'uint32':
      return (value, writer) => {
        if (!Number.isSafeInteger(value)) notExact(field, value);
        writer.uint32(value as number);
      };
    case 'uint64':
    case 'int64':
      return (value, writer) => {
        if (!Number.isSafeInteger(value)) notExact(field, value);
        writer.int64(value as number);
      };
    case 'enum': {
      const { name, numberByName } = field.enumType;
      return (value, writer) => {
        const number = numberByName.get(value as string);
        if (number === undefined) assert(false, `${name} has no ${String(value)}`);
        writer.uint32(number);
      };
    }
    default:
      assert(false, `${field.name}: a message is no single value`);
  }
}

// Asserted with an `if` in front where it runs for every field: the message is put together only for the fault.
function notExact(field: Field, value: unknown): never {
  assert(false, `${field.name}: ${String(value)} is no exact integer`);
}

function writeText(text: string, writer: Writer): void {
  assert(text.isWellFormed(), 'text with half a surrogate pair cannot be written as UTF-8');
  writer.string(text);
}
