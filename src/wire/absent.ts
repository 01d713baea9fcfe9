// What a field means that is not there. The schema cannot say it, so it is said here, once, for both codecs and the OpenAPI document.
//
// Invariants: 1. what the tables name exists in the schema, and their values are allowed by it, or loading throws. 2. proto3 cannot tell
// 0 from absent, so for the fields of `NUMBERS` a 0 means the same in both codecs, where it is allowed at all. 3. lists and maps that
// stand for "empty" are frozen and shared: nobody may add to what a decoder returned.

import { assert } from '../lib/assert.ts';
import { type Field, type Message, messageNamed } from './schema.ts';

/** An object as codecs take and give it: fields by name. */
export type PlainObject = Record<string, unknown>;

const ENUMS: Readonly<Record<string, string>> = {
  'Contact.direction': 'INBOUND',
  'Cancel.cause': 'CANCELLED',
  'CancelQuery.cause': 'CANCELLED',
};

const NUMBERS: Readonly<Record<string, number>> = {
  'SkillNeed.level': 1,
  'Agent.capacity': 100,
  'List.limit': 100,
  'Watch.everyMs': 1000,
  'ContactsQuery.limit': 100,
  'AgentsQuery.limit': 100,
};

/** Lists that few messages have: empty, they have no key, so that all others keep the shape that they had before the field came. */
const KEYLESS_LISTS: ReadonlySet<string> = new Set(['Alternative.without']);

/** Messages that change something: a field that is absent has no key, so that "leave it" differs from "empty it". */
const PATCHES: ReadonlySet<string> = new Set(['ContactChanges']);

/** The list, in a patch, of the names of lists to empty: binary frames cannot tell an empty list from none. */
export const CLEAR_FIELD = 'clear';

export const EMPTY_LIST: readonly never[] = Object.freeze([]);

/** Without a prototype, so that `map['constructor']` is absent too. */
export const EMPTY_MAP: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

/** Whether absent fields of the message have no key at all. */
export function isPatch(message: Message): boolean {
  return PATCHES.has(message.name);
}

/** Whether the field is a list that, empty, has no key. */
export function isKeyless(message: Message, field: Field): boolean {
  return KEYLESS_LISTS.has(`${message.name}.${field.name}`);
}

/** What an absent field means in a request, where that is neither empty nor zero. */
export function meaningOfAbsent(message: Message, field: Field): string | number | undefined {
  const key = `${message.name}.${field.name}`;
  return Object.hasOwn(ENUMS, key) ? ENUMS[key] : Object.hasOwn(NUMBERS, key) ? NUMBERS[key] : undefined;
}

/** The value of an absent field; undefined when the object then has no such key. */
function absentValue(message: Message, field: Field, withMeanings: boolean): unknown {
  if (field.shape === 'list') return isKeyless(message, field) ? undefined : EMPTY_LIST;
  if (field.shape === 'map') return EMPTY_MAP;
  if (field.optional) return undefined;
  switch (field.kind) {
    case 'string':
    case 'json':
      return '';
    case 'enum':
      return (ENUMS[`${message.name}.${field.name}`] ?? '') as string;
    case 'bool':
      return false;
    case 'message':
      return undefined;
    default:
      return (withMeanings ? meaningOfAbsent(message, field) : undefined) ?? 0;
  }
}

/**
 * The object that a message decodes to when nothing is in it; copied for every message decoded.
 * @param withMeanings whether an absent number means what the table says: in requests, not in what is stored.
 */
export function absentMessage(message: Message, fields: readonly Field[], withMeanings: boolean): PlainObject {
  if (isPatch(message)) return {};
  const entries = fields.map((field) => [field.name, absentValue(message, field, withMeanings)] as const);
  // Not assigned one by one: an object that gets many keys by computed names becomes a slow one, and so do its copies.
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function checkTables(): void {
  for (const [key, value] of [...Object.entries(ENUMS), ...Object.entries(NUMBERS)]) {
    const [messageName = '', fieldName = ''] = key.split('.');
    const field = messageNamed(messageName).fieldByName.get(fieldName);
    assert(field !== undefined && field.shape === 'one' && !field.optional, `${key}: no field that can be absent`);
    const fits =
      typeof value === 'string'
        ? field.kind === 'enum' && field.enumType.numberByName.has(value)
        : value >= (field.options.minimum ?? 0) && value <= (field.options.maximum ?? Infinity);
    assert(fits, `${key}: ${value} is no value of it`);
  }
  for (const key of KEYLESS_LISTS) {
    const [messageName = '', fieldName = ''] = key.split('.');
    assert(messageNamed(messageName).fieldByName.get(fieldName)?.shape === 'list', `${key}: no list`);
  }
  for (const name of PATCHES) {
    assert(messageNamed(name).fieldByName.get(CLEAR_FIELD)?.shape === 'list', `${name} has no list ${CLEAR_FIELD}`);
  }
}

checkTables();
