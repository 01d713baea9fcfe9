// What was decoded before, by its bytes: so that what repeats is decoded once, and kept once. A table has so many places, and every key
// belongs to one: a newer value drives an older one out.
//
// Invariants: 1. what is found was made of exactly these bytes. 2. memory is bounded, by the number of places and the length of keys.

/** Sizes of a table. Keys that are longer than `keyBytesMax` are not kept. */
export interface Places {
  /** A power of two. */
  readonly count: number;
  readonly keyBytesMax: number;
  /** Of a longer key only so many bytes at its beginning and at its end are hashed. */
  readonly hashedEnds: number;
}

/** For ids and names: of more contacts than are on their way at once. At the ends ids differ. */
export const TEXT_PLACES: Places = { count: 8192, keyBytesMax: 40, hashedEnds: 6 };
/** For lists of requirements and preferences. */
export const LIST_PLACES: Places = { count: 1024, keyBytesMax: 256, hashedEnds: 128 };

/** A step of the hash, in the manner of FNV-1a: `(hash ^ byte) * PRIME`. */
const PRIME = 0x0100_0193;

export class ByteTable<Value> {
  readonly #mask: number;
  readonly #keyBytesMax: number;
  readonly #hashedEnds: number;
  readonly #values: (Value | undefined)[];
  readonly #lengths: Uint16Array;
  /** The keys, each in a stretch of `keyBytesMax`. */
  readonly #keys: Uint8Array;

  constructor({ count, keyBytesMax, hashedEnds }: Places) {
    this.#mask = count - 1;
    this.#keyBytesMax = keyBytesMax;
    this.#hashedEnds = hashedEnds;
    this.#values = new Array<Value | undefined>(count).fill(undefined);
    this.#lengths = new Uint16Array(count);
    this.#keys = new Uint8Array(count * keyBytesMax);
  }

  /** Where a value of the key stands if it is there: for `get` and `set`. */
  slotOf(bytes: Uint8Array, start: number, end: number): number {
    const ends = this.#hashedEnds;
    let hash = end - start;
    const pause = hash > 2 * ends ? start + ends : end;
    for (let index = start; index < pause; index++) hash = Math.imul(hash ^ (bytes[index] as number), PRIME);
    const resume = pause === end ? end : end - ends;
    for (let index = resume; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), PRIME);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }

  get(slot: number, bytes: Uint8Array, start: number, end: number): Value | undefined {
    const length = end - start;
    if (this.#lengths[slot] !== length) return undefined;
    const keys = this.#keys;
    const offset = slot * this.#keyBytesMax;
    for (let index = 0; index < length; index++) if (keys[offset + index] !== bytes[start + index]) return undefined;
    return this.#values[slot];
  }

  /** Keeps the value if its key is short enough. Returns it. */
  set(slot: number, bytes: Uint8Array, start: number, end: number, value: Value): Value {
    const length = end - start;
    if (length > this.#keyBytesMax) return value;
    const keys = this.#keys;
    const offset = slot * this.#keyBytesMax;
    for (let index = 0; index < length; index++) keys[offset + index] = bytes[start + index] as number;
    this.#lengths[slot] = length;
    this.#values[slot] = value;
    return value;
  }
}
