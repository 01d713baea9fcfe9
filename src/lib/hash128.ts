// A 128-bit hash of text, the same on every platform and version: in the manner of MurmurHash3 x86_128 (Austin Appleby, public domain), over the text's
// UTF-16 code units, taken as bytes in little-endian order. Not for secrets: it tells contents apart, it does not resist an attacker.

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Two code units from `index` on as one little-endian word. */
function wholeWord(text: string, index: number): number {
  return text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16);
}

/** The same near the end: 0 past it. */
function word(text: string, index: number): number {
  const low = index < text.length ? text.charCodeAt(index) : 0;
  const high = index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
  return low | (high << 16);
}

/** A hash of several texts and numbers in a row; how they are cut counts, so that none runs into the next. */
export class Hash128 {
  #h1 = 0;
  #h2 = 0;
  #h3 = 0;
  #h4 = 0;
  #isFresh = true;

  /** Begins anew. */
  reset(): this {
    this.#h1 = 0;
    this.#h2 = 0;
    this.#h3 = 0;
    this.#h4 = 0;
    this.#isFresh = true;
    return this;
  }

  text(text: string): this {
    if (!this.#isFresh) this.#stir();
    this.#isFresh = false;
    if (text.length >= 8) this.#blocks(text);
    const blockEnd = text.length & ~7;
    const length = text.length * 2;
    if (blockEnd < text.length) {
      this.#h1 ^= Math.imul(rotate(Math.imul(word(text, blockEnd), C1), 15), C2);
      this.#h2 ^= Math.imul(rotate(Math.imul(word(text, blockEnd + 2), C2), 16), C3);
      this.#h3 ^= Math.imul(rotate(Math.imul(word(text, blockEnd + 4), C3), 17), C4);
      this.#h4 ^= Math.imul(rotate(Math.imul(word(text, blockEnd + 6), C4), 18), C1);
    }
    this.#h1 ^= length;
    this.#h2 ^= length;
    this.#h3 ^= length;
    this.#h4 ^= length;
    return this;
  }

  /** A whole number of 32 bits goes in as it is, any other as its text. */
  number(value: number): this {
    const whole = value | 0;
    if (whole !== value) return this.text(String(value));
    this.#stir();
    this.#isFresh = false;
    this.#h1 ^= Math.imul(rotate(Math.imul(whole, C1), 15), C2);
    return this;
  }

  /** The hash as 32 lower-case hex digits. */
  hex(): string {
    const sum = (this.#h1 + this.#h2 + this.#h3 + this.#h4) | 0;
    const m1 = mix(sum);
    const m2 = mix((this.#h2 + sum) | 0);
    const m3 = mix((this.#h3 + sum) | 0);
    const m4 = mix((this.#h4 + sum) | 0);
    const first = (m1 + m2 + m3 + m4) | 0;
    return hexOf(first, (m2 + first) | 0, (m3 + first) | 0, (m4 + first) | 0);
  }

  #blocks(text: string): void {
    let h1 = this.#h1;
    let h2 = this.#h2;
    let h3 = this.#h3;
    let h4 = this.#h4;
    const end = text.length & ~7;
    for (let index = 0; index < end; index += 8) {
      h1 ^= Math.imul(rotate(Math.imul(wholeWord(text, index), C1), 15), C2);
      h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
      h2 ^= Math.imul(rotate(Math.imul(wholeWord(text, index + 2), C2), 16), C3);
      h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
      h3 ^= Math.imul(rotate(Math.imul(wholeWord(text, index + 4), C3), 17), C4);
      h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
      h4 ^= Math.imul(rotate(Math.imul(wholeWord(text, index + 6), C4), 18), C1);
      h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
    }
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
    this.#h4 = h4;
  }

  /** What came before has its place: another order is another hash. */
  #stir(): void {
    this.#h1 = (Math.imul((rotate(this.#h1, 19) + this.#h2) | 0, 5) + 0x561ccd1b) | 0;
    this.#h2 = (Math.imul((rotate(this.#h2, 17) + this.#h3) | 0, 5) + 0x0bcaa747) | 0;
    this.#h3 = (Math.imul((rotate(this.#h3, 15) + this.#h4) | 0, 5) + 0x96cd1c35) | 0;
    this.#h4 = (Math.imul((rotate(this.#h4, 13) + this.#h1) | 0, 5) + 0x32ac3b17) | 0;
  }
}

const once = new Hash128();

/** The hash of one text as 32 lower-case hex digits. */
export function hash128(text: string): string {
  return once.reset().text(text).hex();
}

const HEX_CODES = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

function digit(value: number, shift: number): number {
  return HEX_CODES[(value >>> shift) & 15] as number;
}

/** All at once: put together from pieces it costs twice as much, and leaves a tree of them behind. */
function hexOf(a: number, b: number, c: number, d: number): string {
  return String.fromCharCode(
    digit(a, 28),
    digit(a, 24),
    digit(a, 20),
    digit(a, 16),
    digit(a, 12),
    digit(a, 8),
    digit(a, 4),
    digit(a, 0),
    digit(b, 28),
    digit(b, 24),
    digit(b, 20),
    digit(b, 16),
    digit(b, 12),
    digit(b, 8),
    digit(b, 4),
    digit(b, 0),
    digit(c, 28),
    digit(c, 24),
    digit(c, 20),
    digit(c, 16),
    digit(c, 12),
    digit(c, 8),
    digit(c, 4),
    digit(c, 0),
    digit(d, 28),
    digit(d, 24),
    digit(d, 20),
    digit(d, 16),
    digit(d, 12),
    digit(d, 8),
    digit(d, 4),
    digit(d, 0),
  );
}
