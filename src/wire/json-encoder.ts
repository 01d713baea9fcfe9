// Plain objects → JSON text, along the schema. Compiled once for each message into closures that write bytes; nothing of the schema is
// looked up while encoding, and free JSON objects are spliced in as the text that they are.
//
// Invariants: 1. numbers, booleans and enums are always written; empty texts, lists and maps, instants at 0 and what is undefined are
// left out; in a patch an empty list is written, since it says something. 2. keys that the schema does not know are left out.
// 3. free objects must be JSON text already (the decoders see to it): they are not looked into. 4. pictures are immutable: of each, what
// was written once is copied from then on. Only frames have pictures in them.

import { assert } from '../lib/assert.ts';
import { isPatch, type PlainObject } from './absent.ts';
import { JsonWriter } from './json-writer.ts';
import type { Frame, SentName, SentTypes } from './messages.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

/** Writes one value. */
type Write = (value: unknown, to: JsonWriter) => void;

/** Writes the field, if it is to be written; answers whether it is still the first of its object. */
type WriteField = (object: PlainObject, to: JsonWriter, isFirst: boolean) => boolean;

/** The message whose objects stand in several frames each: the reply, the gateway's push, the offer. */
const PICTURE = 'Contact';
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKETS = { open: 0x5b, close: 0x5d } as const;
const BRACES = { open: 0x7b, close: 0x7d } as const;

const utf8 = new TextEncoder();
const decoder = new TextDecoder();
const compiled = new Map<string, Write>();
const pictureWriters = new Map<string, Write>();
const writer = new JsonWriter();
const written = new WeakMap<object, Uint8Array>();

/** Encodes a message as text. */
export function encodeJson<K extends SentName>(name: K, plain: SentTypes[K]): string {
  writer.begin();
  messageWriter(messageNamed(name), compiled)(plain, writer);
  return decoder.decode(writer.finish());
}

/** Encodes a frame, whose contacts must be immutable pictures, as UTF-8. */
export function encodeJsonFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  writer.begin();
  writeFrame(frame, writer);
  return writer.finish();
}

const writeFrame = messageWriter(messageNamed('Frame'), pictureWriters);

/** `writers` is where those of its messages are kept: for frames there are others. */
function messageWriter(message: Message, writers: Map<string, Write>): Write {
  const known = writers.get(message.name);
  if (known !== undefined) return known;
  const write =
    writers === pictureWriters && message.name === PICTURE ? pictureWriter(message) : plainWriter(message, writers);
  writers.set(message.name, write);
  return write;
}

function plainWriter(message: Message, writers: Map<string, Write>): Write {
  const fields = message.fields.map((field) => fieldWriter(field, isPatch(message), writers));
  return (value, to) => {
    let isFirst = true;
    to.byte(BRACES.open);
    for (const writeField of fields) isFirst = writeField(value as PlainObject, to, isFirst);
    to.byte(BRACES.close);
  };
}

function pictureWriter(message: Message): Write {
  const write = plainWriter(message, pictureWriters);
  return (value, to) => {
    const picture = value as PlainObject;
    const known = written.get(picture);
    if (known !== undefined) return to.bytes(known);
    const start = to.position;
    write(picture, to);
    written.set(picture, to.copySince(start));
  };
}

function fieldWriter(field: Field, ofPatch: boolean, writers: Map<string, Write>): WriteField {
  const { name } = field;
  const first = utf8.encode(`"${name}":`);
  const later = utf8.encode(`,"${name}":`);
  const write = shapeWriter(field, writers);
  // What is left out although it is there. A value is compared with three constants, which is cheaper than asking a function each time.
  const isBare = field.shape === 'one' && !(field.kind === 'string' && field.optional);
  const emptyText = isBare ? '' : undefined;
  const emptyNumber = field.options.instant ? 0 : undefined;
  const leavesEmptyOut = field.shape === 'map' || (field.shape === 'list' && !ofPatch);
  return (object, to, isFirst) => {
    const value = object[name];
    if (value === undefined || value === emptyText || value === emptyNumber) return isFirst;
    if (leavesEmptyOut && isEmpty(value)) return isFirst;
    to.short(isFirst ? first : later);
    write(value, to);
    return false;
  };
}

/** Whether a list or a map has no entries. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value as PlainObject) return false;
  return true;
}

function shapeWriter(field: Field, writers: Map<string, Write>): Write {
  const write = valueWriter(field, writers);
  if (field.shape === 'list') return listWriter(write);
  return field.shape === 'map' ? mapWriter(write) : write;
}

function listWriter(write: Write): Write {
  return (value, to) => {
    const list = value as readonly unknown[];
    to.byte(BRACKETS.open);
    for (let i = 0; i < list.length; i++) {
      if (i > 0) to.byte(COMMA);
      write(list[i], to);
    }
    to.byte(BRACKETS.close);
  };
}

function mapWriter(write: Write): Write {
  return (value, to) => {
    const map = value as PlainObject;
    let isFirst = true;
    to.byte(BRACES.open);
    for (const key of Object.keys(map)) {
      if (!isFirst) to.byte(COMMA);
      isFirst = false;
      to.string(key);
      to.byte(COLON);
      write(map[key], to);
    }
    to.byte(BRACES.close);
  };
}

function valueWriter(field: Field, writers: Map<string, Write>): Write {
  switch (field.kind) {
    case 'message':
      return messageWriter(field.message, writers);
    case 'string':
    case 'enum':
      return (value, to) => to.string(value as string);
    case 'json':
      return (value, to) => to.json(value as string);
    case 'bool':
      return (value, to) => to.json(value === true ? 'true' : 'false');
    default:
      return (value, to) => {
        if (!Number.isFinite(value)) assert(false, `${field.name}: ${String(value)} is no number that JSON has`);
        to.number(value as number);
      };
  }
}
