// The fault that decoding found, with its path. Decoders return at once when there is one; on the way back each level puts its own name
// in front of the path, so that well-formed input pays nothing for it.
//
// Invariants: 1. a report holds the first fault only. 2. paths read like `submit.contact.requires[0].all[1].level`; a key of a map or of
// free JSON that is no plain name stands in brackets and quotes, cut short, so that a path never carries a flood.

import { type Refusal, type RefusalReason, refuse } from '../core/refusal.ts';

/** The decoded value, or why there is none. */
export type Decoded<T> = { readonly value: T } | { readonly refusal: Refusal };

/** An upper bound of the bytes that a frame takes in UTF-8. */
export function bytesMaxOf(data: string | Uint8Array): number {
  return typeof data === 'string' ? data.length * 3 : data.length;
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const KEY_CHARACTERS_MAX = 64;

export class Report {
  /** No more bytes than this came in: what is decoded from them needs no measuring below it. */
  readonly inputBytesMax: number;
  #reason: RefusalReason | undefined;
  #message = '';
  #path = '';

  constructor(inputBytesMax: number) {
    this.inputBytesMax = inputBytesMax;
  }

  /** Whether there is a fault: then every decoder returns. */
  get failed(): boolean {
    return this.#reason !== undefined;
  }

  /** Notes a fault here; only the first counts. Returns undefined, for decoders to return in turn. */
  refuse(reason: RefusalReason, message: string): undefined {
    if (this.failed) return;
    this.#reason = reason;
    // What a parser quotes it cuts by UTF-16 units, and half a pair of surrogates cannot be sent in a binary frame.
    this.#message = message.toWellFormed();
  }

  /** Notes that something else was expected. */
  expected(expected: string, found: string): undefined {
    return this.refuse('INVALID_FIELD', `expected ${expected}, found ${found}`);
  }

  /** Puts a field's name in front of the path. */
  within(name: string): undefined {
    const joint = this.#path === '' || this.#path.startsWith('[') ? '' : '.';
    this.#path = name + joint + this.#path;
  }

  /** Puts a list's index in front of the path. */
  withinItem(index: number): undefined {
    return this.within(`[${index}]`);
  }

  /** Puts the key of a map or of a free JSON object in front of the path. */
  withinKey(key: string): undefined {
    return this.within(PLAIN_NAME.test(key) ? key : `[${quoted(key, KEY_CHARACTERS_MAX)}]`);
  }

  /** The fault as a refusal; undefined when there is none. */
  refusal(): Refusal | undefined {
    return this.#reason === undefined ? undefined : refuse(this.#reason, this.#message, this.#path);
  }
}

/** A text in quotes, cut after so many characters. */
export function quoted(text: string, charactersMax: number): string {
  return JSON.stringify(text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`);
}

/** What was found instead of what was expected, in few words. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  switch (typeof value) {
    case 'string':
      return value === '' ? 'empty text' : `the text ${quoted(value, 40)}`;
    case 'number':
      return `the number ${value}`;
    case 'undefined':
      return 'nothing';
    case 'object':
      return 'an object';
    default:
      return String(value);
  }
}
