// Bytes of JSON text, UTF-8, written one behind the other into one buffer that all frames use in turn: what most frames consist of, short texts
// without escapes and whole numbers, costs a loop over its characters and leaves no garbage. No node: modules.
//
// Invariants: 1. what `finish` gives is the caller's own; the buffer is used again. 2. texts are escaped as JSON.stringify does it. 3. a value
// that throws half-way leaves nothing behind: `begin` starts anew.

import { allocate } from './protobuf-runtime.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
/** Past this, characters are no longer one byte each. */
const ASCII_END = 0x80;
const SPACE = 0x20;
const START_BYTES = 64 * 1024;
/** A buffer that a long value made larger is given up. */
const KEPT_BYTES = 1024 * 1024;
/** Texts above this go through the platform, whose loops are faster than ours and whose calls cost more. */
const LOOPED_MAX = 256;
/** What a whole number is cut at, so that both halves are 32-bit integers. */
const HALF = 1e9;
const HALF_DIGITS = 9;

const utf8 = new TextEncoder();

export class JsonWriter {
  #bytes = new Uint8Array(START_BYTES);
  #end = 0;

  begin(): void {
    this.#end = 0;
  }

  /** How many bytes were written: a place for {@link copySince}. */
  get position(): number {
    return this.#end;
  }

  /** A copy of what was written since the place. */
  copySince(start: number): Uint8Array<ArrayBuffer> {
    const length = this.#end - start;
    const copy = allocate(length);
    copy.set(this.#bytes.subarray(start, this.#end));
    return copy;
  }

  /** All that was written. */
  finish(): Uint8Array<ArrayBuffer> {
    const copy = this.copySince(0);
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(START_BYTES);
    this.#end = 0;
    return copy;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = value;
  }

  /** Short bytes, such as a key. */
  short(source: Uint8Array): void {
    const { length } = source;
    this.#reserve(length);
    const bytes = this.#bytes;
    let end = this.#end;
    for (let i = 0; i < length; i++) bytes[end++] = source[i] as number;
    this.#end = end;
  }

  /** Bytes that were written before. */
  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#end);
    this.#end += source.length;
  }

  /** Text that is JSON already. */
  json(text: string): void {
    const { length } = text;
    this.#reserve(length * 3);
    if (length > LOOPED_MAX || !this.#ascii(text)) {
      this.#end += utf8.encodeInto(text, this.#bytes.subarray(this.#end)).written;
    }
  }

  /** Text as a JSON string. */
  string(text: string): void {
    const { length } = text;
    this.#reserve(length + 2);
    const bytes = this.#bytes;
    let end = this.#end;
    bytes[end++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < SPACE || unit === QUOTE || unit === BACKSLASH || unit >= ASCII_END)
        return this.json(JSON.stringify(text));
      bytes[end++] = unit;
    }
    bytes[end++] = QUOTE;
    this.#end = end;
  }

  /** A finite number. */
  number(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.json(String(value));
      return;
    }
    this.#reserve(2 * HALF_DIGITS + 2);
    let rest = value;
    if (value < 0) {
      this.#bytes[this.#end++] = 0x2d;
      rest = -value;
    }
    if (rest < HALF) return this.#digits(rest, 1);
    const high = Math.floor(rest / HALF);
    this.#digits(high, 1);
    this.#digits(rest - high * HALF, HALF_DIGITS);
  }

  /** A 32-bit integer, with leading zeros up to `countMin` digits. */
  #digits(value: number, countMin: number): void {
    let count = 1;
    for (let power = 10; count < HALF_DIGITS + 1 && value >= power; power *= 10) count++;
    if (count < countMin) count = countMin;
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#end + count - 1; at >= this.#end; at--) {
      const quotient = (rest / 10) | 0;
      bytes[at] = ZERO + (rest - quotient * 10);
      rest = quotient;
    }
    this.#end += count;
  }

  /** False, with nothing written, if it is not ASCII throughout. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    let end = this.#end;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= ASCII_END) return false;
      bytes[end++] = unit;
    }
    this.#end = end;
    return true;
  }

  #reserve(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }
}
