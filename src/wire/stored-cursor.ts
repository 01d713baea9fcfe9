// A place in bytes of our own making (journal, snapshots), and how values are read there: in the form that our encoder writes, and in no
// other. Whoever finds something else throws IRREGULAR, and the strict decoder (proto-decoder.ts) says what is the matter, if anything is.
//
// Invariants: 1. no value is ever read wrongly: what is not surely in the usual form is IRREGULAR. 2. texts are flat, and those that
// repeat are one text: what is read here is kept for as long as a contact lives. 3. equal runs of shared messages are one list: nobody may
// change what a decoder returned. 4. Node only: not for the client.

import { ByteTable, TEXT_PLACES } from './byte-table.ts';

/** Thrown for what is not in the usual form. It has no trace: it is a branch, not a fault. */
export const IRREGULAR: unique symbol = Symbol('irregular');

/** Reads a message that ends at `end`. */
export type ReadAt<Message> = (cursor: StoredCursor, end: number) => Message;

const texts = new ByteTable<string>(TEXT_PLACES);
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const REPLACEMENT = '\ufffd';
const doubleBytes = new Uint8Array(8);
const doubleView = new DataView(doubleBytes.buffer);

/** What is beneath Buffer's `toString`, which costs as much again for short texts; protobufjs uses it too. It takes any Uint8Array. */
const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
};

export class StoredCursor {
  readonly bytes: Uint8Array;
  pos: number;

  constructor(bytes: Uint8Array, pos: number) {
    this.bytes = bytes;
    this.pos = pos;
  }

  /** The tag of the next field; 0 at the end. */
  tag(end: number): number {
    const { bytes, pos } = this;
    if (pos >= end) return 0;
    const first = bytes[pos] as number;
    if (first === 0) throw IRREGULAR;
    if (first < 0x80) {
      this.pos = pos + 1;
      return first;
    }
    const second = bytes[pos + 1] as number;
    // A second byte of 0 is not our encoder's: what it makes longer may even be a 0, which would pass for the end.
    if (pos + 1 >= end || second >= 0x80 || second === 0) throw IRREGULAR;
    this.pos = pos + 2;
    return (first & 0x7f) | (second << 7);
  }

  /** Where something ends that has its length in front. */
  end(end: number): number {
    const length = this.integer();
    const stop = this.pos + length;
    if (length < 0 || stop > end) throw IRREGULAR;
    return stop;
  }

  /** An exact integer, negative ones in two's complement of 64 bits. */
  integer(): number {
    const { bytes } = this;
    let { pos } = this;
    let byte = bytes[pos++] as number;
    let low = byte & 0x7f;
    if (byte >= 0x80) {
      byte = bytes[pos++] as number;
      low |= (byte & 0x7f) << 7;
      if (byte >= 0x80) {
        byte = bytes[pos++] as number;
        low |= (byte & 0x7f) << 14;
        if (byte >= 0x80) {
          byte = bytes[pos++] as number;
          low |= (byte & 0x7f) << 21;
          if (byte >= 0x80) return this.#longInteger(low, pos);
        }
      }
    }
    this.pos = pos;
    return low;
  }

  /** The same without a sign. */
  natural(): number {
    const value = this.integer();
    if (value < 0) throw IRREGULAR;
    return value;
  }

  /** The same of 32 bits. */
  natural32(): number {
    const value = this.integer();
    if (value < 0 || value > 0xffff_ffff) throw IRREGULAR;
    return value;
  }

  /** True: false is not written. */
  yes(): true {
    if (this.bytes[this.pos++] !== 1) throw IRREGULAR;
    return true;
  }

  double(end: number): number {
    const { bytes, pos } = this;
    if (pos + 8 > end) throw IRREGULAR;
    for (let index = 0; index < 8; index++) doubleBytes[index] = bytes[pos + index] as number;
    this.pos = pos + 8;
    // Adding zero makes −0 an ordinary zero.
    return doubleView.getFloat64(0, true) + 0;
  }

  /** A text that will hardly come again. */
  text(end: number): string {
    const stop = this.end(end);
    const { pos } = this;
    this.pos = stop;
    return this.#textBetween(pos, stop);
  }

  /** A text that others may have too, such as an id: equal ones are one, as long as it is remembered. */
  name(end: number): string {
    const stop = this.end(end);
    const { bytes, pos } = this;
    this.pos = stop;
    const slot = texts.slotOf(bytes, pos, stop);
    return texts.get(slot, bytes, pos, stop) ?? texts.set(slot, bytes, pos, stop, this.#textBetween(pos, stop));
  }

  #textBetween(start: number, end: number): string {
    if (start === end) return '';
    const text = utf8Slice.call(this.bytes, start, end);
    // What is no UTF-8 is replaced: then it is decoded strictly, which throws.
    return text.includes(REPLACEMENT) ? decodeStrictly(this.bytes.subarray(start, end)) : text;
  }

  /**
   * A list of messages, each behind the tag, of which the first was read: one list for the same bytes, as long as it is remembered.
   * All that read with the same table read the same kind of message.
   */
  shared<Message>(
    table: ByteTable<readonly Message[]>,
    tag: number,
    end: number,
    read: ReadAt<Message>,
  ): readonly Message[] {
    const start = this.pos;
    const stop = this.#endOfRun(tag, end);
    const slot = table.slotOf(this.bytes, start, stop);
    const known = table.get(slot, this.bytes, start, stop);
    if (known !== undefined) {
      this.pos = stop;
      return known;
    }
    this.pos = start;
    const list = [read(this, this.end(end))];
    while (this.pos < stop) {
      this.tag(end);
      list.push(read(this, this.end(end)));
    }
    table.set(slot, this.bytes, start, stop, list);
    return list;
  }

  /** Where the last of the messages ends that follow one another behind the tag. */
  #endOfRun(tag: number, end: number): number {
    for (;;) {
      const stop = this.end(end);
      this.pos = stop;
      if (this.tag(end) !== tag) return stop;
    }
  }

  /** The rest of an integer of more than 28 bits, whose lowest 28 are known. */
  #longInteger(low: number, from: number): number {
    const { bytes } = this;
    let pos = from;
    let middle = 0;
    let high = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[pos++] as number;
      middle |= (byte & 0x7f) << shift;
    }
    if (byte >= 0x80) {
      const ninth = bytes[pos++] as number;
      const tenth = ninth >= 0x80 ? (bytes[pos++] as number) : 0;
      high = (ninth & 0x7f) | (tenth << 7);
    }
    this.pos = pos;
    // All of the upper eight bits set: a negative number.
    if (high === 0xff) middle -= 0x1000_0000;
    else if (high !== 0) throw IRREGULAR;
    const value = middle * 0x1000_0000 + low;
    if (!Number.isSafeInteger(value)) throw IRREGULAR;
    return value;
  }
}

function decodeStrictly(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw IRREGULAR;
  }
}
