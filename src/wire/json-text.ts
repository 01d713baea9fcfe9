// JSON as text: how deep it nests before anything walks it, the canonical form of free objects, parsing and quoting.
//
// Invariants: 1. depth is bounded by a scan of the text before any recursive walk: deep nesting passes JSON.parse and would overflow the
// stack later. 2. canonical text has its keys sorted by UTF-16 unit, no white space, and parses to an equal object; what a double cannot
// hold exactly is refused, not rounded, and so is half a surrogate pair, at which many readers of JSON stop. 3. of a key that is given
// twice the last value counts, as JSON.parse has it. 4. a key `__proto__` is data like any other: objects are only read by their own keys
// and never assigned into.

import { utf8ByteLength } from '../lib/utf8.ts';
import { describe, type Report } from './report.ts';

/** Levels that any JSON text given to us may have: those of the schema's messages and 16 of free objects inside them. */
export const JSON_DEPTH_MAX = 24;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENERS_AND_CLOSERS = { openBrace: 0x7b, closeBrace: 0x7d, openBracket: 0x5b, closeBracket: 0x5d } as const;

/** Whether brackets and braces outside of strings nest at most `depthMax` deep. The text need not be JSON. */
export function nestsWithin(text: string, depthMax: number): boolean {
  const { openBrace, closeBrace, openBracket, closeBracket } = OPENERS_AND_CLOSERS;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) {
      i = endOfString(text, i);
    } else if (unit === openBrace || unit === openBracket) {
      depth += 1;
      if (depth > depthMax) return false;
    } else if (unit === closeBrace || unit === closeBracket) {
      depth -= 1;
    }
  }
  return true;
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** Parses; notes a fault if the text is no JSON or nests too deep. */
export function parseJson(text: string, report: Report): unknown {
  if (!nestsWithin(text, JSON_DEPTH_MAX)) return report.expected(`JSON of at most ${JSON_DEPTH_MAX} levels`, 'more');
  try {
    return JSON.parse(text);
  } catch (error) {
    return report.expected('JSON', error instanceof Error ? error.message.slice(0, 120) : 'something else');
  }
}

/** An object by its braces: neither a list nor null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Limits of a free JSON object. */
export interface JsonObjectLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/**
 * The canonical text of a free JSON object, '' if it is empty; undefined, with a fault noted, if it is no object, too large or too deep.
 * The value must come from text that was checked with `nestsWithin`.
 */
export function jsonObjectText(value: unknown, limits: JsonObjectLimits, report: Report): string | undefined {
  const { maxBytes, maxDepth } = limits;
  if (!isObject(value)) return report.expected('an object', describe(value));
  const check = new FreeObject(maxDepth, report);
  if (!check.holds(value)) return undefined;
  const text = check.isSorted ? JSON.stringify(value) : sortedText(value);
  if (text === '{}') return '';
  if (utf8Within(text, maxBytes)) return text;
  const found = utf8ByteLength(text);
  return report.refuse('ATTRIBUTES_TOO_LARGE', `expected an object of at most ${maxBytes} bytes, found ${found}`);
}

/** The same for an object that comes as text. */
export function jsonObjectTextOf(text: string, limits: JsonObjectLimits, report: Report): string | undefined {
  const value = parseJson(text, report);
  return report.failed ? undefined : jsonObjectText(value, limits, report);
}

/** Looks whether JSON values can be kept; what cannot is a fault, noted with its path. */
class FreeObject {
  /** Whether the keys of all objects seen stand in order: then the text that JSON.stringify gives is canonical. */
  isSorted = true;
  readonly #depthMax: number;
  readonly #report: Report;

  constructor(depthMax: number, report: Report) {
    this.#depthMax = depthMax;
    this.#report = report;
  }

  holds(object: Readonly<Record<string, unknown>>): boolean {
    this.#checkObject(object, 1);
    return !this.#report.failed;
  }

  #checkObject(object: Readonly<Record<string, unknown>>, depth: number): void {
    if (depth > this.#depthMax) return this.#tooDeep();
    let last = '';
    for (const key of Object.keys(object)) {
      if (key < last) this.isSorted = false;
      last = key;
      this.#checkText(key);
      this.#checkValue(object[key], depth);
      if (this.#report.failed) return this.#report.withinKey(key);
    }
  }

  #checkValue(value: unknown, depth: number): void {
    if (typeof value === 'number') this.#checkNumber(value);
    else if (typeof value === 'string') this.#checkText(value);
    else if (Array.isArray(value)) this.#checkList(value, depth + 1);
    else if (isObject(value)) this.#checkObject(value, depth + 1);
  }

  #checkList(list: readonly unknown[], depth: number): void {
    if (depth > this.#depthMax) return this.#tooDeep();
    for (let i = 0; i < list.length; i++) {
      this.#checkValue(list[i], depth);
      if (this.#report.failed) return this.#report.withinItem(i);
    }
  }

  #checkText(value: string): void {
    if (!value.isWellFormed()) this.#report.expected('text', 'text with half a surrogate pair');
  }

  #checkNumber(value: number): void {
    const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (!isExact) this.#report.expected('a number of at most 2^53 (as text, if it is an id)', describe(value));
  }

  #tooDeep(): void {
    this.#report.refuse('ATTRIBUTES_TOO_LARGE', `expected at most ${this.#depthMax} levels, found more`);
  }
}

/** The canonical text of a value that can be kept. One flat text: grown piece by piece it would stay a tree of them for as long as it is kept. */
function sortedText(value: unknown): string {
  const pieces: string[] = [];
  addSorted(value, pieces);
  return pieces.join('');
}

function addSorted(value: unknown, pieces: string[]): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      pieces.push(i === 0 ? '[' : ',');
      addSorted(value[i], pieces);
    }
    pieces.push(value.length === 0 ? '[]' : ']');
  } else if (isObject(value)) {
    const keys = Object.keys(value).sort();
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      pieces.push(i === 0 ? '{' : ',', JSON.stringify(key), ':');
      addSorted(value[key], pieces);
    }
    pieces.push(keys.length === 0 ? '{}' : '}');
  } else {
    pieces.push(JSON.stringify(value));
  }
}

/** Whether the text takes at most so many bytes; short ones are not counted. */
function utf8Within(text: string, bytesMax: number): boolean {
  return text.length * 3 <= bytesMax || (text.length <= bytesMax && utf8ByteLength(text) <= bytesMax);
}
