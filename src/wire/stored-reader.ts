// Readers of stored messages (journal, snapshots), for speed: a start reads a million of them. For each message one function is written
// from the schema, as protobufjs does it: fields are looked for in the order in which our encoder writes them, and the object is one
// literal, so that all of a kind have one hidden class: that of the events that the core itself makes, with the same keys in the same order.
//
// Invariants: 1. what comes of it equals what the strict decoder gives, or IRREGULAR is thrown and that one is asked: it has the last word
// and all the words (stored-cursor.ts). 2. where code may not be made from text, there are no such readers, and nothing else is missing.
// 3. only names and numbers of the schema go into the code. 4. Node only: the client reads with proto-decoder.ts alone.

import { absentMessage, EMPTY_LIST, isKeyless, isPatch, type PlainObject } from './absent.ts';
import { ByteTable, LIST_PLACES } from './byte-table.ts';
import { wireTypeOf } from './proto-encoder.ts';
import { tagOf } from './protobuf-runtime.ts';
import type { Field, Message } from './schema.ts';
import { IRREGULAR, type ReadAt } from './stored-cursor.ts';

/** Lists of these are the same for many contacts, and are decoded once. */
const SHARED: ReadonlySet<string> = new Set(['Alternative', 'Preference']);

/** Texts that every message has its own of; all others are looked for among those known. */
const UNREPEATED: ReadonlySet<string> = new Set([
  'hash',
  'customerId',
  'journeyId',
  'attributes',
  'notes',
  'resolved',
  'source',
  'policy',
  'policySource',
  'ContactRecord.id',
  'TombstoneRecord.contactId',
]);

const compiled = new Map<string, ReadAt<PlainObject> | undefined>();
const tables = new Map<string, ByteTable<readonly PlainObject[]>>();

/**
 * The reader of a message; undefined if there is none: then the strict decoder is to be used.
 * @param mark a constant that stands first in every object made, such as the `type` of an event.
 */
export function storedReader(
  message: Message,
  mark?: readonly [key: string, value: string],
): ReadAt<PlainObject> | undefined {
  const key = `${message.name} ${mark?.join('=') ?? ''}`;
  if (!compiled.has(key)) compiled.set(key, compile(message, mark));
  return compiled.get(key);
}

function compile(message: Message, mark: readonly [string, string] | undefined): ReadAt<PlainObject> | undefined {
  if (isPatch(message) || message.oneofs.size > 0) return undefined;
  const source = new ReaderSource(message, mark);
  if (!source.isWhole) return undefined;
  try {
    return source.build();
  } catch (error) {
    // Node can be told to make no code from text.
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** Writes the function: `(cursor, end) => object`. */
class ReaderSource {
  /** Whether every field can be read by it. */
  isWhole = true;
  readonly #message: Message;
  readonly #absent: PlainObject;
  /** What the code uses beside its parameters, by name. */
  readonly #uses = new Map<string, unknown>([
    ['IRREGULAR', IRREGULAR],
    ['EMPTY_LIST', EMPTY_LIST],
  ]);
  readonly #declared: string[] = [];
  readonly #read: string[] = [];
  readonly #keys: string[] = [];
  readonly #optional: string[] = [];

  constructor(message: Message, mark: readonly [string, string] | undefined) {
    this.#message = message;
    this.#absent = absentMessage(message, message.fields, false);
    if (mark !== undefined) this.#keys.push(`${JSON.stringify(mark[0])}: ${JSON.stringify(mark[1])}`);
    for (const [index, field] of message.fields.entries()) this.#addField(field, `field${index}`);
  }

  build(): ReadAt<PlainObject> {
    const body = [
      '"use strict";',
      'return (cursor, end) => {',
      `let ${[...this.#declared, 'tag = cursor.tag(end)'].join(', ')};`,
      ...this.#read,
      'if (tag !== 0 || cursor.pos !== end) throw IRREGULAR;',
      `const object = { ${this.#keys.join(', ')} };`,
      ...this.#optional,
      'return object;',
      '};',
    ];
    return new Function(...this.#uses.keys(), body.join('\n'))(...this.#uses.values()) as ReadAt<PlainObject>;
  }

  #addField(field: Field, variable: string): void {
    const value = this.#valueOf(field, variable);
    if (value === undefined) {
      this.isWhole = false;
      return;
    }
    const tag = tagOf(field.number, wireTypeOf(field));
    const key = JSON.stringify(field.name);
    if (field.shape === 'list') {
      const isBare = isKeyless(this.#message, field);
      this.#declared.push(isBare ? variable : `${variable} = EMPTY_LIST`);
      this.#read.push(`if (tag === ${tag}) {`, ...this.#listOf(field, variable, value, tag), '}');
      if (isBare) this.#optional.push(`if (${variable} !== undefined) object[${key}] = ${variable};`);
      else this.#keys.push(`${key}: ${variable}`);
      return;
    }
    const absent = this.#absent[field.name];
    this.#declared.push(`${variable} = ${JSON.stringify(absent)}`);
    // Only the strict decoder knows what is said of an enum value that is missing or not known.
    const unlessKnown = `if (${variable} === undefined || ${variable} === '') throw IRREGULAR;`;
    const ofEnum = field.kind === 'enum' ? [unlessKnown] : [];
    const [ifThere, always] = field.optional ? [ofEnum, []] : [[], ofEnum];
    this.#read.push(
      `if (tag === ${tag}) {`,
      `${variable} = ${value};`,
      ...ifThere,
      'tag = cursor.tag(end);',
      '}',
      ...always,
    );
    if (field.optional) this.#optional.push(`if (${variable} !== undefined) object[${key}] = ${variable};`);
    else this.#keys.push(`${key}: ${variable}`);
  }

  /** Statements that read a list whose first tag was read. */
  #listOf(field: Field, variable: string, value: string, tag: number): string[] {
    if (field.kind === 'message' && SHARED.has(field.message.name)) {
      const table = this.#use(`${variable}Table`, tableOf(field.message));
      return [`${variable} = cursor.shared(${table}, ${tag}, end, ${variable}Read);`, 'tag = cursor.tag(end);'];
    }
    const loop = [`${variable}.push(${value});`, 'tag = cursor.tag(end);'];
    return [`${variable} = [];`, 'do {', ...loop, `} while (tag === ${tag});`];
  }

  /** The expression that reads one value; undefined if this way there is none. */
  #valueOf(field: Field, variable: string): string | undefined {
    if (field.shape === 'map') return undefined;
    const isText = field.kind === 'string' || field.kind === 'json' || field.kind === 'message';
    // Lists of numbers lie packed: nothing that a start has many of.
    if (field.shape === 'list' && !isText) return undefined;
    switch (field.kind) {
      case 'string':
      case 'json':
        return UNREPEATED.has(field.name) || UNREPEATED.has(`${this.#message.name}.${field.name}`)
          ? 'cursor.text(end)'
          : 'cursor.name(end)';
      case 'bool':
        return 'cursor.yes()';
      case 'double':
        return 'cursor.double(end)';
      case 'uint32':
        return 'cursor.natural32()';
      case 'uint64':
        return 'cursor.natural()';
      case 'int64':
        return 'cursor.integer()';
      case 'enum':
        return `${this.#use(`${variable}Names`, field.enumType.nameByNumber)}[cursor.natural()]`;
      case 'message': {
        const read = storedReader(field.message);
        return read === undefined ? undefined : `${this.#use(`${variable}Read`, read)}(cursor, cursor.end(end))`;
      }
    }
  }

  #use(name: string, value: unknown): string {
    this.#uses.set(name, value);
    return name;
  }
}

/** One for all fields of the kind: what a contact requires is often all that is required. */
function tableOf(message: Message): ByteTable<readonly PlainObject[]> {
  const table = tables.get(message.name) ?? new ByteTable<readonly PlainObject[]>(LIST_PLACES);
  tables.set(message.name, table);
  return table;
}
