// JSON text → plain objects, strictly, along the schema: what protobufjs's own `fromObject` coerces or drops is refused here with its
// path. Compiled once for each message into closures; nothing of the schema is looked up while decoding.
//
// Invariants: 1. nothing is coerced; null is no value. 2. the first fault in the order of the text is reported, then fields that are
// missing in the order of the schema. 3. `request`: unknown fields are refused, output-only ones ignored whatever they hold, all options
// enforced. `answer` (a client reads its server): unknown fields are ignored, output-only ones read, only types are checked.
// 4. the objects made have the shapes of the core's views and commands: texts '', lists [] and so on where a field is absent.

import { assert } from '../lib/assert.ts';
import { absentMessage, isKeyless, meaningOfAbsent, type PlainObject } from './absent.ts';
import { countIsRight, fieldPhrase, numberCheck, textCheck, valuePhrase } from './field-rules.ts';
import { isObject, jsonObjectText, parseJson } from './json-text.ts';
import type { AnswerName, WireName, WireTypes } from './messages.ts';
import { bytesMaxOf, type Decoded, describe, Report } from './report.ts';
import { requestCheck } from './request-check.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

export type JsonMode = 'request' | 'answer';

/** Reads one value; notes a fault and returns undefined if it is wrong. */
type Read = (value: unknown, report: Report) => unknown;

const compiled: Readonly<Record<JsonMode, Map<string, Read>>> = { request: new Map(), answer: new Map() };
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes a request's message from JSON; a refusal names the first fault by its path. */
export function decodeJson<K extends WireName>(name: K, data: string | Uint8Array): Decoded<WireTypes[K]> {
  return decodeText(name, data, 'request');
}

/** Decodes what a server sent: unknown fields are ignored and ranges are not checked. */
export function decodeJsonAnswer<K extends AnswerName>(name: K, data: string | Uint8Array): Decoded<WireTypes[K]> {
  return decodeText(name, data, 'answer');
}

function decodeText<K extends WireName>(name: K, data: string | Uint8Array, mode: JsonMode): Decoded<WireTypes[K]> {
  const report = new Report(bytesMaxOf(data));
  const text = textOf(data, report);
  const parsed = text === undefined ? undefined : parseJson(text, report);
  const value = report.failed ? undefined : readMessage(messageNamed(name), parsed, mode, report);
  const refusal = report.refusal();
  return refusal === undefined ? { value: value as WireTypes[K] } : { refusal };
}

/** The text of a frame; notes a fault if its bytes are no UTF-8. */
export function textOf(data: string | Uint8Array, report: Report): string | undefined {
  if (typeof data === 'string') return data;
  try {
    return utf8.decode(data);
  } catch {
    return report.expected('UTF-8 text', 'bytes that are none');
  }
}

/** Reads a message from parsed JSON that nests no deeper than the scan of its text allows. */
export function readMessage(message: Message, value: unknown, mode: JsonMode, report: Report): PlainObject | undefined {
  return messageReader(message, mode)(value, report) as PlainObject | undefined;
}

function messageReader(message: Message, mode: JsonMode): Read {
  const known = compiled[mode].get(message.name);
  if (known !== undefined) return known;
  const read = compileMessage(message, mode);
  compiled[mode].set(message.name, read);
  return read;
}

function compileMessage(message: Message, mode: JsonMode): Read {
  const isRequest = mode === 'request';
  const wanted = isRequest ? message.fields.filter((field) => !field.options.outputOnly) : message.fields;
  const ignored = new Set(message.fields.filter((field) => !wanted.includes(field)).map((field) => field.name));
  const absent = absentMessage(message, wanted, isRequest);
  const readers = new Map<string, Read>(wanted.map((field) => [field.name, fieldReader(message, field, mode)]));
  const check = isRequest ? requestCheck(message) : undefined;
  return (source, report) => {
    if (!isObject(source)) return report.expected('an object', describe(source));
    const target: PlainObject = { ...absent };
    for (const key of Object.keys(source)) {
      const read = readers.get(key);
      if (read === undefined) {
        if (!isRequest || ignored.has(key)) continue;
        report.refuse('UNKNOWN_FIELD', `${message.name} has no such field`);
        return report.withinKey(key);
      }
      const value = read(source[key], report);
      if (report.failed) return report.within(key);
      if (value !== NO_KEY) target[key] = value;
    }
    check?.((field) => Object.hasOwn(source, field.name), target, report);
    return report.failed ? undefined : target;
  };
}

function fieldReader(message: Message, field: Field, mode: JsonMode): Read {
  const read = valueReader(field, mode);
  if (field.shape === 'list') {
    const readList = listReader(field, read, mode);
    return isKeyless(message, field) ? withoutEmpty(readList) : readList;
  }
  if (field.shape === 'map') return mapReader(field, read, mode);
  const meaning = mode === 'request' && field.kind !== 'enum' ? meaningOfAbsent(message, field) : undefined;
  if (meaning === undefined) return read;
  return (value, report) => {
    const found = read(value, report);
    return found === 0 ? meaning : found;
  };
}

/** What a reader answers for a value that stands for none. */
const NO_KEY: unique symbol = Symbol('no key');

function withoutEmpty(read: Read): Read {
  return (value, report) => {
    const list = read(value, report);
    return Array.isArray(list) && list.length === 0 ? NO_KEY : list;
  };
}

function listReader(field: Field, read: Read, mode: JsonMode): Read {
  return (value, report) => {
    if (!Array.isArray(value)) return report.expected(fieldPhrase(field), describe(value));
    if (mode === 'request' && !countIsRight(field, value.length, report)) return undefined;
    const list: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      list.push(read(value[i], report));
      if (report.failed) return report.withinItem(i);
    }
    return list;
  };
}

function mapReader(field: Field, read: Read, mode: JsonMode): Read {
  const keyIsRight = mode === 'request' ? textCheck(field) : () => true;
  return (value, report) => {
    if (!isObject(value)) return report.expected(fieldPhrase(field), describe(value));
    const keys = Object.keys(value);
    if (mode === 'request' && !countIsRight(field, keys.length, report)) return undefined;
    const map: PlainObject = Object.create(null);
    for (const key of keys) {
      if (!keyIsRight(key, report)) return report.withinKey(key);
      map[key] = read(value[key], report);
      if (report.failed) return report.withinKey(key);
    }
    return map;
  };
}

function valueReader(field: Field, mode: JsonMode): Read {
  switch (field.kind) {
    case 'message':
      return messageReader(field.message, mode);
    case 'enum':
      return enumReader(field, mode);
    case 'json': {
      const limits = field.options.jsonObject;
      assert(limits !== undefined, `${field.name}: a free object without limits`);
      return (value, report) => jsonObjectText(value, limits, report);
    }
    case 'string':
      return textReader(field, mode);
    case 'bool':
      return (value, report) =>
        typeof value === 'boolean' ? value : report.expected('true or false', describe(value));
    default:
      return numberReader(field, mode);
  }
}

function enumReader(field: Field & { readonly kind: 'enum' }, mode: JsonMode): Read {
  const { numberByName } = field.enumType;
  const phrase = valuePhrase(field);
  return (value, report) => {
    // A client takes names that it does not know: its server may be newer.
    if (typeof value === 'string' && (numberByName.has(value) || mode === 'answer')) return value;
    return report.expected(phrase, describe(value));
  };
}

function textReader(field: Field, mode: JsonMode): Read {
  const isRight = mode === 'request' ? textCheck(field) : () => true;
  const phrase = valuePhrase(field);
  return (value, report) => {
    if (typeof value !== 'string') return report.expected(phrase, describe(value));
    return isRight(value, report) ? value : undefined;
  };
}

const DECIMAL = /^(?:0|-?[1-9][0-9]{0,15})$/;

function numberReader(field: Field, mode: JsonMode): Read {
  const isRight = mode === 'request' ? numberCheck(field) : () => true;
  const takesText = field.kind === 'uint64' || field.kind === 'int64';
  const phrase = valuePhrase(field);
  return (value, report) => {
    const number = takesText && typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
    if (typeof number !== 'number') return report.expected(phrase, describe(value));
    // Adding zero makes −0 an ordinary zero.
    return isRight(number, report) ? number + 0 : undefined;
  };
}
