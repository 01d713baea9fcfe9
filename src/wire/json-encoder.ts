// Plain objects → JSON text, along the schema. Compiled once for each message into closures that append to one string; nothing of the
// schema is looked up while encoding, and free JSON objects are spliced in as the text that they are.
//
// Invariants: 1. numbers, booleans and enums are always written; empty texts, lists and maps, instants at 0 and what is undefined are
// left out; in a patch an empty list is written, since it says something. 2. keys that the schema does not know are left out.
// 3. free objects must be JSON text already (the decoders see to it): they are not looked into.

import { assert } from '../lib/assert.ts';
import { isPatch, type PlainObject } from './absent.ts';
import type { SentName, SentTypes } from './messages.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

/** Appends the field, if it is to be written, to the text of an object that is not closed yet. */
type Append = (object: PlainObject, text: string) => string;

/** The JSON text of one value. */
type TextOf = (value: unknown) => string;

const compiled = new Map<string, TextOf>();

/** Encodes a message. */
export function encodeJson<K extends SentName>(name: K, plain: SentTypes[K]): string {
  return messageText(messageNamed(name))(plain);
}

function messageText(message: Message): TextOf {
  const known = compiled.get(message.name);
  if (known !== undefined) return known;
  const fields = message.fields.map((field) => fieldAppender(field, isPatch(message)));
  const textOf: TextOf = (value) => {
    const object = value as PlainObject;
    let text = '{';
    for (const append of fields) text = append(object, text);
    return `${text}}`;
  };
  compiled.set(message.name, textOf);
  return textOf;
}

function fieldAppender(field: Field, ofPatch: boolean): Append {
  const { name } = field;
  const first = `"${name}":`;
  const later = `,"${name}":`;
  const textOf = fieldText(field);
  // What is left out although it is there. A value is compared with three constants, which is cheaper than asking a function each time.
  const isBare = field.shape === 'one' && !(field.kind === 'string' && field.optional);
  const emptyText = isBare ? '' : undefined;
  const emptyNumber = field.options.instant ? 0 : undefined;
  const leavesEmptyOut = field.shape === 'map' || (field.shape === 'list' && !ofPatch);
  return (object, text) => {
    const value = object[name];
    if (value === undefined || value === emptyText || value === emptyNumber) return text;
    if (leavesEmptyOut && isEmpty(value)) return text;
    // One character: the opening brace.
    return text + (text.length === 1 ? first : later) + textOf(value);
  };
}

/** Whether a list or a map has no entries. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value as PlainObject) return false;
  return true;
}

function fieldText(field: Field): TextOf {
  const textOf = valueText(field);
  if (field.shape === 'list') return listText(textOf);
  return field.shape === 'map' ? mapText(textOf) : textOf;
}

function listText(textOf: TextOf): TextOf {
  return (value) => {
    const list = value as readonly unknown[];
    let text = '[';
    for (let i = 0; i < list.length; i++) text += (i === 0 ? '' : ',') + textOf(list[i]);
    return `${text}]`;
  };
}

function mapText(textOf: TextOf): TextOf {
  return (value) => {
    const map = value as PlainObject;
    let text = '{';
    for (const key of Object.keys(map))
      text += `${(text.length === 1 ? '' : ',') + JSON.stringify(key)}:${textOf(map[key])}`;
    return `${text}}`;
  };
}

function valueText(field: Field): TextOf {
  switch (field.kind) {
    case 'message':
      return messageText(field.message);
    case 'string':
      return (value) => quote(value as string);
    case 'enum':
      return (value) => `"${String(value)}"`;
    case 'json':
    case 'bool':
      return String;
    default:
      return (value) => {
        if (!Number.isFinite(value)) assert(false, `${field.name}: ${String(value)} is no number that JSON has`);
        return String(value);
      };
  }
}

/** Texts up to this length are looked through here; for longer ones the platform is faster. */
const LOOKED_THROUGH_MAX = 40;

/** The text as a JSON string. Most texts are short and need no escapes. */
function quote(text: string): string {
  if (text.length > LOOKED_THROUGH_MAX) return JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Control characters, quote, backslash; surrogates, because a lone one has to be escaped.
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}
