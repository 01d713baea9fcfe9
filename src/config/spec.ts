/**
 * Specifications of values: what may stand at a key, said once as data (kind, range, default, description) that also
 * reads. The table made of them (policy-schema.ts) is the whole grammar of policy files.
 *
 * 1. Reading never stops at a fault: it is noted, something of the right type stands in, and the next value is read.
 * 2. Nothing is coerced: a number in quotes is a text and a bare number is no duration.
 * 3. A key that is absent means the default; a key whose value is not written (`voice:` and nothing) is a fault.
 */
import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { DURATION_EXAMPLES, durationText, parseDuration } from './duration.ts';
import type { Fault, PathSteps } from './fault.ts';
import { nearest } from './nearest.ts';
import { offsetOf, type Value, type YamlSource } from './yaml-source.ts';

const FAULTS_MAX = 1_000;

/** One pass over a text: where it reads and what it found wrong. */
export class Reading {
  readonly source: YamlSource;
  readonly faults: Fault[] = [];
  #unlisted = 0;

  constructor(source: YamlSource) {
    this.source = source;
  }

  /** Notes a fault at an offset; the list is cut after so many that nobody reads on. */
  fault(offset: number, path: PathSteps, message: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(this.source.fault(offset, path, message));
    else this.#unlisted += 1;
  }

  /** Notes a fault at a value that is known by its path. */
  faultAt(path: PathSteps, message: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(this.source.faultAt(path, message));
    else this.#unlisted += 1;
  }

  /** All faults so far. */
  get faultCount(): number {
    return this.faults.length + this.#unlisted;
  }

  /** How many faults were found beyond those listed. */
  get unlistedCount(): number {
    return this.#unlisted;
  }
}

/** What may stand at a place. `fallback` gives what the absence of the key means; without it the key must be there. */
export interface Spec<T> {
  /** For the reference: `a duration`, `a number`, … */
  readonly kind: string;
  readonly range: string;
  readonly about: string;
  readonly fallback: (() => T) | undefined;
  /** The default as it would be written. */
  readonly fallbackText: string;
  /** What lies inside, by the last step of its path (`NAME` and `[]` for those that have no fixed name). */
  readonly inside: readonly (readonly [step: string, spec: Spec<unknown>])[];
  read(value: Value, path: PathSteps, reading: Reading): T;
}

/** What a value is, for messages. */
export function found(value: Value): string {
  if (value === undefined) return 'found nothing';
  if (isMap(value)) return 'found an object';
  if (isSeq(value)) return 'found a list';
  const { value: plain, source } = value;
  if (plain === null || plain === undefined) return 'found nothing';
  if (typeof plain === 'string')
    return `found the text ${JSON.stringify(plain.length > 60 ? `${plain.slice(0, 60)}…` : plain)}`;
  return `found ${typeof plain === 'number' ? 'the number ' : ''}${source ?? String(plain)}`;
}

/** What most specifications have in common. */
interface Terms<F> {
  readonly about: string;
  readonly fallback?: F;
}

interface NumberTerms extends Terms<number> {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** A number within bounds, both included. */
export function number({ about, fallback, least, most, whole = false }: NumberTerms): Spec<number> {
  const kind = whole ? 'a whole number' : 'a number';
  const range = `${least} to ${most}`;
  return {
    kind,
    range,
    about,
    inside: [],
    fallbackText: String(fallback ?? ''),
    fallback: fallback === undefined ? undefined : () => fallback,
    read(value, path, reading) {
      const plain = isScalar(value) ? value.value : undefined;
      if (typeof plain === 'number' && plain >= least && plain <= most && (!whole || Number.isInteger(plain)))
        return plain;
      const unquote = typeof plain === 'string' && /^[\d.]+$/.test(plain) ? '; write it without quotes' : '';
      reading.fault(offsetOf(value), path, `expected ${kind} from ${range}, ${found(value)}${unquote}`);
      return fallback ?? least;
    },
  };
}

interface DurationTerms extends Terms<string> {
  readonly least: string;
  readonly most: string;
}

/** A duration within bounds, both included; read as milliseconds. */
export function duration({ about, fallback, least, most }: DurationTerms): Spec<number> {
  const [leastMs, mostMs, fallbackMs] = [msOf(least), msOf(most), msOf(fallback ?? least)];
  const range = `${least} to ${most}`;
  return {
    kind: 'a duration',
    range,
    about,
    inside: [],
    fallbackText: fallback ?? '',
    fallback: fallback === undefined ? undefined : () => fallbackMs,
    read(value, path, reading) {
      const plain = isScalar(value) ? value.value : undefined;
      const ms = typeof plain === 'string' ? parseDuration(plain) : undefined;
      if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
      const hint = typeof plain === 'number' ? unitHint(plain) : '';
      const what = ms === undefined ? `a duration such as ${DURATION_EXAMPLES}` : `a duration from ${range}`;
      reading.fault(offsetOf(value), path, `expected ${what}, ${found(value)}${hint}`);
      return fallbackMs;
    },
  };
}

function msOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new TypeError(`${text} is no duration`);
  return ms;
}

/** A bare number is nearly always meant as seconds. */
function unitHint(plain: number): string {
  const ms = Math.round(plain * 1000);
  return ms >= 0 && ms < 1e12 ? `; did you mean ${durationText(ms)}?` : '';
}

/** One of a few words. */
export function choice<const T extends string>({
  about,
  fallback,
  of,
}: Terms<T> & { readonly of: readonly [T, ...T[]] }): Spec<T> {
  const range = of.join(', ');
  return {
    kind: 'a word',
    range,
    about,
    inside: [],
    fallbackText: fallback ?? '',
    fallback: fallback === undefined ? undefined : () => fallback,
    read(value, path, reading) {
      const plain = isScalar(value) ? value.value : undefined;
      const chosen = of.find((word) => word === plain);
      if (chosen !== undefined) return chosen;
      const meant = typeof plain === 'string' ? nearest(plain, of) : undefined;
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      reading.fault(offsetOf(value), path, `expected one of ${range}, ${found(value)}${hint}`);
      return fallback ?? of[0];
    },
  };
}

/** Yes or no. */
export function flag({ about, fallback }: { readonly about: string; readonly fallback: boolean }): Spec<boolean> {
  return {
    kind: 'a flag',
    range: 'true, false',
    about,
    inside: [],
    fallbackText: String(fallback),
    fallback: () => fallback,
    read(value, path, reading) {
      const plain = isScalar(value) ? value.value : undefined;
      if (typeof plain === 'boolean') return plain;
      reading.fault(offsetOf(value), path, `expected true or false, ${found(value)}`);
      return fallback;
    },
  };
}

interface TextTerms extends Terms<string> {
  /** Characters. */
  readonly most: number;
  /** What the whole text matches, and how to say so. */
  readonly pattern?: RegExp;
  readonly patternText?: string;
}

/** A text, not empty. */
export function text({ about, fallback, most, pattern, patternText }: TextTerms): Spec<string> {
  const range = patternText ?? `1 to ${most} characters`;
  return {
    kind: 'a text',
    range,
    about,
    inside: [],
    fallbackText: fallback ?? '',
    fallback: fallback === undefined ? undefined : () => fallback,
    read(value, path, reading) {
      const plain = isScalar(value) ? value.value : undefined;
      const isText = typeof plain === 'string' && plain !== '' && plain.length <= most;
      if (isText && pattern?.test(plain) !== false && plain.isWellFormed()) return plain;
      const quote = typeof plain === 'number' || typeof plain === 'boolean' ? '; write it in quotes' : '';
      const half = isText && !plain.isWellFormed() ? ' with half a surrogate pair' : '';
      reading.fault(offsetOf(value), path, `expected a text of ${range}, ${found(value)}${half}${quote}`);
      return fallback ?? '';
    },
  };
}

interface ListTerms<T> extends Terms<readonly T[]> {
  readonly of: Spec<T>;
  readonly least?: number;
  readonly most: number;
}

/** A list of values of one kind. */
export function list<T>({ about, fallback, of, least = 0, most }: ListTerms<T>): Spec<readonly T[]> {
  const range = `${least} to ${most} items`;
  return {
    kind: 'a list',
    range,
    about,
    fallbackText: fallback === undefined ? '' : '[]',
    inside: [['[]', of]],
    fallback: fallback === undefined ? undefined : () => fallback,
    read(value, path, reading) {
      if (!isSeq(value) || value.items.length < least || value.items.length > most) {
        const count = isSeq(value) ? `found ${value.items.length}` : found(value);
        reading.fault(offsetOf(value), path, `expected a list of ${range}, ${count}`);
        return fallback ?? [];
      }
      return value.items.map((item, index) => of.read(reading.source.follow(item), [...path, index], reading));
    },
  };
}

/** A value or a list of values of one kind; read as a list. */
export function oneOrMany<T>(terms: ListTerms<T>): Spec<readonly T[]> {
  const many = list(terms);
  const isOne = (value: Value): boolean => isScalar(value) || (isMap(value) && terms.of.kind === 'an object');
  return {
    ...many,
    kind: `${terms.of.kind} or a list of them`,
    inside: terms.of.inside,
    read: (value, path, reading) =>
      isOne(value) ? [terms.of.read(value, path, reading)] : many.read(value, path, reading),
  };
}

interface ParsedTerms<T> extends Terms<T> {
  readonly kind: string;
  readonly range: string;
  /** What is expected, as the messages say it: `a rate such as 100 per 30m`. */
  readonly expected: string;
  /** Stands in where the text is none of these. */
  readonly otherwise: T;
  /** Undefined: not what is expected. */
  parse(text: string): T | undefined;
}

/** A text that stands for something else. */
export function parsed<T>({ about, kind, range, expected, otherwise, parse }: ParsedTerms<T>): Spec<T> {
  return {
    kind,
    range,
    about,
    inside: [],
    fallbackText: '',
    fallback: undefined,
    read(value, path, reading) {
      const plain = isScalar(value) ? value.value : undefined;
      const result = typeof plain === 'string' ? parse(plain) : undefined;
      if (result !== undefined) return result;
      reading.fault(offsetOf(value), path, `expected ${expected}, ${found(value)}`);
      return otherwise;
    },
  };
}

/** What a specification reads, made into something else. */
export function mapped<T, R>(of: Spec<T>, each: (value: T) => R): Spec<R> {
  const { fallback } = of;
  return {
    ...of,
    fallback: fallback === undefined ? undefined : () => each(fallback()),
    read: (value, path, reading) => each(of.read(value, path, reading)),
  };
}

/** What is wrong with a value as a whole, and at which part of it. */
export type Objection = readonly [path: PathSteps, message: string];

/** A value whose parts have to go together; they are looked at only if each of them holds. */
export function checked<T>(of: Spec<T>, objections: (value: T) => Iterable<Objection>): Spec<T> {
  return {
    ...of,
    read(value, path, reading) {
      const before = reading.faultCount;
      const result = of.read(value, path, reading);
      if (reading.faultCount > before) return result;
      for (const [inner, message] of objections(result)) reading.faultAt([...path, ...inner], message);
      return result;
    },
  };
}

interface OneKeyTerms<T> extends Terms<T> {
  readonly fallbackText?: string;
  /** By the key that says which kind of value this is. */
  readonly of: Readonly<Record<string, Spec<T>>>;
  /** Words that stand for a value without a key. */
  readonly words?: Readonly<Record<string, T>>;
  /** Stands in where there is no such value. */
  readonly otherwise: T;
}

/** An object with exactly one of several keys, which says what kind of value it holds; or one of a few words. */
export function oneKey<T>({ about, of, words = {}, otherwise, fallback, fallbackText = '' }: OneKeyTerms<T>): Spec<T> {
  const arms = new Map(Object.entries(of));
  const plainWords = new Map(Object.entries(words));
  const range = [...[...arms.keys()].map((key) => `{ ${key}: … }`), ...plainWords.keys()].join(', ');
  const expected = `expected one of ${range}`;
  return {
    kind: 'an object with one key',
    range,
    about,
    inside: [...arms],
    fallbackText,
    fallback: fallback === undefined ? undefined : () => fallback,
    read(value, path, reading) {
      if (!isMap(value)) {
        const plain = isScalar(value) ? value.value : undefined;
        for (const [known, meaning] of plainWords) if (known === plain) return meaning;
        reading.fault(offsetOf(value), path, `${expected}, ${found(value)}`);
        return otherwise;
      }
      const entries = entriesOf(value, path, reading);
      const known = [...entries].flatMap(([key, entry]) => {
        const arm = arms.get(key);
        if (arm === undefined) reading.fault(entry.offset, [...path, key], unknownKey(key, [...arms.keys()]));
        return arm === undefined ? [] : [{ key, arm, entry }];
      });
      const [first] = known;
      if (first === undefined || known.length > 1) {
        if (known.length > 1) reading.fault(offsetOf(value), path, `${expected}, found ${known.length} of them`);
        else if (entries.size === 0) reading.fault(offsetOf(value), path, `${expected}, found an empty object`);
        return otherwise;
      }
      return first.arm.read(first.entry.inner, [...path, first.key], reading);
    },
  };
}

/** A key that may be absent and has no default. */
export function optional<T>(of: Spec<T>): Spec<T | undefined> {
  return { ...of, fallback: () => undefined };
}

interface NamesTerms<T> extends Terms<ReadonlyMap<string, T>> {
  readonly of: Spec<T>;
  readonly least?: number;
  readonly most: number;
}

const NAME = /^[A-Za-z0-9._:~-]{1,128}$/;

/** Values of one kind by names of the writer's choice, in their order. */
export function names<T>({ about, fallback, of, least = 0, most }: NamesTerms<T>): Spec<ReadonlyMap<string, T>> {
  const range = `${least} to ${most} names`;
  return {
    kind: 'an object by name',
    range,
    about,
    fallbackText: fallback === undefined ? '' : '{}',
    inside: [['NAME', of]],
    fallback: fallback === undefined ? undefined : () => fallback,
    read(value, path, reading) {
      if (!isMap(value) || value.items.length < least || value.items.length > most) {
        const count = isMap(value) ? `found ${value.items.length}` : found(value);
        reading.fault(offsetOf(value), path, `expected an object with ${range}, ${count}`);
        return fallback ?? new Map();
      }
      const entries = new Map<string, T>();
      for (const [name, { offset, inner }] of entriesOf(value, path, reading)) {
        if (!NAME.test(name)) {
          const rule = 'expected a name of 1 to 128 letters, digits and . _ : ~ -';
          reading.fault(offset, [...path, name], `${rule}, found ${JSON.stringify(name)}`);
        }
        entries.set(name, of.read(inner, [...path, name], reading));
      }
      return entries;
    },
  };
}

/** Specifications of the keys of an object. */
type Keys<T> = { readonly [K in keyof T]: Spec<T[K]> };

/** An object with known keys; a key that is not known is a fault. Absent as a whole, it means all of its defaults. */
export function object<T extends object>(about: string, keys: Keys<T>): Spec<T> {
  const specs = Object.entries<Spec<unknown>>(keys);
  const known = new Map(specs);
  const assemble = (readKey: (key: string, spec: Spec<unknown>) => unknown): T =>
    // The one place where the table's keys become a typed object: each value was read by the specification of its key.
    Object.fromEntries(specs.map(([key, spec]) => [key, readKey(key, spec)])) as T;
  const allHaveFallbacks = specs.every(([, spec]) => spec.fallback !== undefined);
  return {
    kind: 'an object',
    range: specs.map(([key]) => key).join(', '),
    about,
    fallbackText: '',
    inside: specs,
    fallback: allHaveFallbacks ? () => assemble((_key, spec) => spec.fallback?.()) : undefined,
    read(value, path, reading) {
      const entries = isMap(value) ? entriesOf(value, path, reading) : new Map<string, Entry>();
      if (!isMap(value)) {
        const hint = allHaveFallbacks && isNothing(value) ? '; write {} for all defaults' : '';
        reading.fault(offsetOf(value), path, `expected an object, ${found(value)}${hint}`);
      }
      for (const [key, { offset }] of entries) {
        if (!known.has(key)) reading.fault(offset, [...path, key], unknownKey(key, [...known.keys()]));
      }
      return assemble((key, spec) => {
        const entry = entries.get(key);
        if (entry !== undefined) return spec.read(entry.inner, [...path, key], reading);
        if (spec.fallback !== undefined) return spec.fallback();
        // Where the object itself is missing or of another kind, that was told already.
        const where = isMap(value) ? reading : new Reading(reading.source);
        where.fault(
          offsetOf(value),
          [...path, key],
          `missing; expected ${spec.kind}${spec.range === '' ? '' : ` (${spec.range})`}`,
        );
        return spec.read(undefined, [...path, key], new Reading(reading.source));
      });
    },
  };
}

function isNothing(value: Value): boolean {
  return value === undefined || (isScalar(value) && value.value === null);
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`;
  return `unknown key ${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)}; ${hint}`;
}

/** A key's place and its value. */
interface Entry {
  readonly offset: number;
  readonly inner: Value;
}

/** The entries of a map in order; a key that stands twice is a fault, and its first value counts. */
function entriesOf(map: YAMLMap, path: PathSteps, reading: Reading): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of map.items) {
    const { key, offset } = keyOf(pair);
    if (entries.has(key)) reading.fault(offset, [...path, key], 'this key stands here twice');
    else entries.set(key, { offset, inner: reading.source.follow(pair.value) });
  }
  return entries;
}

function keyOf({ key }: Pair): { key: string; offset: number } {
  return isScalar(key) ? { key: String(key.value), offset: key.range?.[0] ?? 0 } : { key: '', offset: 0 };
}
