// The custom options of the schema (options.proto), read from the JSON descriptor into typed values.
//
// Invariants: 1. an option that nobody knows, of the wrong type, or on a kind of field that it says nothing about, throws when the
// module loads: a limit that is written down but not enforced would be worse than none. 2. options are only read here.

import { assert } from '../lib/assert.ts';

/** What a field may hold beyond its type; sizes as options.proto explains them. */
export interface FieldOptions {
  readonly required: boolean;
  /** Written by the server; in a request it is ignored. */
  readonly outputOnly: boolean;
  /** As written in the schema, not anchored. On a map: of its keys; on a list: of its items. */
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  /** The text of a JSON object, with its largest size in bytes and depth in levels. */
  readonly jsonObject?: { readonly maxBytes: number; readonly maxDepth: number };
  /** Epoch milliseconds; 0 is unset. */
  readonly instant: boolean;
}

type OptionType = 'boolean' | 'number' | 'string';

const FIELD_OPTIONS: Readonly<Record<string, OptionType>> = {
  '(required)': 'boolean',
  '(output_only)': 'boolean',
  '(pattern)': 'string',
  '(max_length)': 'number',
  '(minimum)': 'number',
  '(maximum)': 'number',
  '(max_items)': 'number',
  '(json_object)': 'boolean',
  '(max_bytes)': 'number',
  '(max_depth)': 'number',
  '(instant)': 'boolean',
  // Protobuf's own mark of `optional`.
  proto3_optional: 'boolean',
};

const MESSAGE_OPTIONS: Readonly<Record<string, OptionType>> = { '(message_max_bytes)': 'number' };

type RawOptions = Readonly<Record<string, unknown>>;

/** Checks that all options are known and of their type. */
function checkNames(raw: RawOptions, known: Readonly<Record<string, OptionType>>, where: string): void {
  for (const [name, value] of Object.entries(raw)) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    assert(type !== undefined, `${where}: option ${name} is unknown`);
    assert(typeof value === type, `${where}: option ${name} takes a ${type}`);
  }
}

function numberOption(raw: RawOptions, name: string): number | undefined {
  const value = raw[name];
  return typeof value === 'number' ? value : undefined;
}

/** The options of a field; throws if one is unknown or does not fit the field's type (`type` as in the .proto file). */
export function fieldOptions(
  raw: RawOptions,
  field: { readonly where: string; readonly type: string; readonly shape: 'one' | 'list' | 'map' },
): FieldOptions {
  const { where, type, shape } = field;
  checkNames(raw, FIELD_OPTIONS, where);
  const isText = type === 'string';
  const isNumber = ['double', 'uint32', 'uint64', 'int64'].includes(type);
  const only = (fits: boolean, ...names: string[]): void => {
    for (const name of names) assert(fits || raw[name] === undefined, `${where}: option ${name} says nothing here`);
  };
  only(isText || shape === 'map', '(pattern)');
  only(isText, '(max_length)', '(json_object)');
  only(isNumber, '(minimum)', '(maximum)');
  only(shape !== 'one', '(max_items)');
  only(raw['(json_object)'] === true, '(max_bytes)', '(max_depth)');
  only(type === 'int64', '(instant)');

  const pattern = raw['(pattern)'];
  const maxLength = numberOption(raw, '(max_length)');
  const minimum = numberOption(raw, '(minimum)');
  const maximum = numberOption(raw, '(maximum)');
  const maxItems = numberOption(raw, '(max_items)');
  const maxBytes = numberOption(raw, '(max_bytes)');
  const maxDepth = numberOption(raw, '(max_depth)');
  const isJson = raw['(json_object)'] === true;
  assert(!isJson || (maxBytes !== undefined && maxDepth !== undefined), `${where}: json_object needs both its limits`);
  assert((minimum ?? -Infinity) <= (maximum ?? Infinity), `${where}: minimum is above maximum`);
  return {
    required: raw['(required)'] === true,
    outputOnly: raw['(output_only)'] === true,
    instant: raw['(instant)'] === true,
    ...(typeof pattern === 'string' ? { pattern } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(maxBytes === undefined || maxDepth === undefined ? {} : { jsonObject: { maxBytes, maxDepth } }),
  };
}

/** The largest encoding of a message in a request, in bytes; undefined: no limit of its own. Throws on unknown options. */
export function messageMaxBytes(raw: RawOptions, where: string): number | undefined {
  checkNames(raw, MESSAGE_OPTIONS, where);
  return numberOption(raw, '(message_max_bytes)');
}
