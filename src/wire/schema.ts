// The schema as a model to walk: messages, their fields, enums, limits. Made once from the generated descriptor of proto/; every codec
// and the OpenAPI document are derived from it, so that there is no second definition by hand.
//
// Invariants: 1. everything that the descriptor holds is understood, or loading throws. 2. no message contains itself, so that walking
// a value along the schema is bounded by the schema. 3. enums have their zero value, UNSPECIFIED, which stands for absent and is never sent.

import type { IEnum, IField, INamespace, IType } from 'protobufjs';
import { assert } from '../lib/assert.ts';
import { type FieldOptions, fieldOptions, messageMaxBytes } from './field-options.ts';
import { descriptor } from './generated/descriptor.js';

export interface EnumType {
  /** As in the .proto file, with the message that it is nested in: `Contact.State`. */
  readonly name: string;
  /** Without the zero value, in the order of their numbers. */
  readonly names: readonly string[];
  readonly nameByNumber: readonly (string | undefined)[];
  readonly numberByName: ReadonlyMap<string, number>;
  /** Comments by name. */
  readonly comments: ReadonlyMap<string, string>;
}

export type ScalarKind = 'string' | 'json' | 'bool' | 'double' | 'uint32' | 'uint64' | 'int64';

interface FieldBase {
  /** In lowerCamelCase. */
  readonly name: string;
  readonly number: number;
  /** `map`: from string to the kind. */
  readonly shape: 'one' | 'list' | 'map';
  /** Whether absent differs from the zero value: singular messages and `optional` fields. */
  readonly optional: boolean;
  /** The oneof that it is an arm of; '' when none. */
  readonly oneof: string;
  readonly options: FieldOptions;
  readonly comment: string;
}

/** `json` is a string field that holds the text of a JSON object. */
export type Field = FieldBase &
  (
    | { readonly kind: ScalarKind }
    | { readonly kind: 'enum'; readonly enumType: EnumType }
    | { readonly kind: 'message'; readonly message: Message }
  );

export interface Message {
  readonly name: string;
  /** In the order of the .proto file. */
  readonly fields: readonly Field[];
  readonly fieldByName: ReadonlyMap<string, Field>;
  /** Names of the arms by name of the oneof. */
  readonly oneofs: ReadonlyMap<string, readonly string[]>;
  /** The largest encoding that a request may give. */
  readonly maxBytes?: number;
  readonly comment: string;
}

/** Enums as the generator writes them: with the comments of the values. */
type CommentedEnum = IEnum & { readonly comments?: Readonly<Record<string, string | null>> };

/** Protobuf's own mark of `optional`. */
const OPTIONAL_MARK = 'proto3_optional';
const SCALARS: ReadonlySet<string> = new Set(['string', 'bool', 'double', 'uint32', 'uint64', 'int64']);

const types = packageTypes();
const messages = new Map<string, Message>();
const enums = new Map<string, EnumType>();
const building = new Set<string>();

/** All types of the package by name. */
function packageTypes(): Readonly<Record<string, IType>> {
  let namespace: INamespace = descriptor;
  for (const name of ['cordboard', 'v1']) {
    const inner = namespace.nested?.[name];
    assert(inner !== undefined, `the descriptor has no package ${name}`);
    namespace = inner;
  }
  const found: Record<string, IType> = Object.create(null);
  for (const [name, object] of Object.entries(namespace.nested ?? {})) {
    assert('fields' in object && !('services' in object), `${name}: only messages may stand at the top of the schema`);
    found[name] = object as IType;
  }
  return found;
}

/** The message of that name; throws when the schema has none. */
export function messageNamed(name: string): Message {
  const known = messages.get(name);
  if (known !== undefined) return known;
  const type = types[name];
  assert(type !== undefined, `the schema has no message ${name}`);
  assert(!building.has(name), `${name} contains itself`);
  building.add(name);
  const message = buildMessage(name, type);
  building.delete(name);
  messages.set(name, message);
  return message;
}

/** Names of all messages of the schema, in its order. */
export function messageNames(): readonly string[] {
  return Object.keys(types);
}

function buildMessage(name: string, type: IType): Message {
  const oneofs = new Map<string, readonly string[]>();
  for (const [oneofName, { oneof }] of Object.entries(type.oneofs ?? {})) {
    // Protobuf wraps every `optional` field in a oneof of its own, named with an underscore.
    if (!oneofName.startsWith('_')) oneofs.set(oneofName, oneof);
  }
  const oneofByField = new Map([...oneofs].flatMap(([oneof, names]) => names.map((field) => [field, oneof] as const)));
  const fields = Object.entries(type.fields).map(([fieldName, field]) =>
    buildField(name, fieldName, field, oneofByField.get(fieldName) ?? ''),
  );
  const maxBytes = messageMaxBytes(type.options ?? {}, name);
  return {
    name,
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    oneofs,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    comment: type.comment ?? '',
  };
}

function buildField(owner: string, name: string, field: IField, oneof: string): Field {
  const where = `${owner}.${name}`;
  const shape = 'keyType' in field ? 'map' : field.rule === 'repeated' ? 'list' : 'one';
  assert(field.rule === undefined || field.rule === 'repeated', `${where}: rule ${field.rule} is not of proto3`);
  assert(!('keyType' in field) || field.keyType === 'string', `${where}: maps go from string`);
  const raw: Readonly<Record<string, unknown>> = field.options ?? {};
  const options = fieldOptions(raw, { where, type: field.type, shape });
  const base = { name, number: field.id, shape, oneof, options, comment: field.comment ?? '' } as const;
  const optional = raw[OPTIONAL_MARK] === true;
  if (SCALARS.has(field.type)) {
    const kind = options.jsonObject === undefined ? (field.type as ScalarKind) : 'json';
    return { ...base, optional, kind };
  }
  const target = resolveType(owner, field.type, where);
  if ('values' in target.type)
    return { ...base, optional, kind: 'enum', enumType: enumNamed(target.name, target.type) };
  return { ...base, optional: shape === 'one', kind: 'message', message: messageNamed(target.name) };
}

/** Finds what a field's type names: nested in its own message, nested in the message named, or a message. */
function resolveType(owner: string, typeName: string, where: string): { name: string; type: IType | CommentedEnum } {
  const candidates = typeName.includes('.') ? [typeName] : [`${owner}.${typeName}`, typeName];
  for (const name of candidates) {
    const [outer = '', inner] = name.split('.');
    const type = inner === undefined ? types[outer] : types[outer]?.nested?.[inner];
    if (type !== undefined && ('fields' in type || 'values' in type))
      return { name, type: type as IType | CommentedEnum };
  }
  assert(false, `${where}: type ${typeName} is unknown`);
}

function enumNamed(name: string, type: CommentedEnum): EnumType {
  const known = enums.get(name);
  if (known !== undefined) return known;
  const pairs = Object.entries(type.values).sort(([, a], [, b]) => a - b);
  const zero = pairs.shift();
  assert(zero?.[1] === 0 && zero[0].endsWith('_UNSPECIFIED'), `${name}: the zero value is UNSPECIFIED`);
  const nameByNumber: (string | undefined)[] = [undefined];
  for (const [value, number] of pairs) nameByNumber[number] = value;
  const comments = new Map<string, string>();
  for (const [value, comment] of Object.entries(type.comments ?? {})) comments.set(value, comment ?? '');
  const built: EnumType = {
    name,
    names: pairs.map(([value]) => value),
    nameByNumber,
    numberByName: new Map(pairs),
    comments,
  };
  enums.set(name, built);
  return built;
}

// Loading the module reads the whole schema, so that a fault in it shows at the start and not with the first message.
for (const name of messageNames()) messageNamed(name);
