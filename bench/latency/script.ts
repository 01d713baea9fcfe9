/**
 * What the router says and commits in the lives of each kind of contact, as recorded at the rehearsal: what the relays do
 * in its place. Frames are kept as bytes with the places where numbers stand.
 *
 * 1. `play` gives frames of exactly the recorded size, with the numbers of another life.
 */

import { NUMBER_MARK } from './centre.ts';
import type { Receiver } from './crew.ts';
import { LIFE_DIGITS, REQUEST_ID_BYTES, REQUEST_ID_DIGITS } from './life.ts';

/** A frame as recorded; `bytes` in base64. */
export interface ScriptFrame {
  readonly to: Receiver;
  readonly bytes: string;
  /** Where the life's number stands. */
  readonly lifeAt: readonly number[];
  /** Where the request's id stands; -1: it has none. */
  readonly requestIdAt: number;
}

/** What one request brings about. */
export interface ScriptStep {
  readonly frames: readonly ScriptFrame[];
  /** The events that are committed, each as the journal keeps it, in base64. */
  readonly events: readonly string[];
}

export interface Script {
  readonly isText: boolean;
  /** Steps of a life, by kind of contact: that of a life is its number modulo their count. */
  readonly kinds: readonly (readonly ScriptStep[])[];
}

/** Finds the numbers in a recorded frame; a reply has the id of its request, a push has none. */
export function scriptFrame(
  to: Receiver,
  frame: Buffer,
  isText: boolean,
  life: number,
  requestId: number | undefined,
): ScriptFrame {
  const number = Buffer.from(NUMBER_MARK + life);
  const lifeAt: number[] = [];
  for (let at = frame.indexOf(number); at !== -1; at = frame.indexOf(number, at + 1)) {
    lifeAt.push(at + NUMBER_MARK.length);
  }
  const requestIdAt = requestId === undefined ? -1 : frame.indexOf(requestIdBytes(requestId, isText));
  if (requestId !== undefined && requestIdAt === -1) throw new Error('a reply without the id of its request');
  return { to, bytes: frame.toString('base64'), lifeAt, requestIdAt };
}

/** Frames of a script, ready to be played. */
export class PlayedFrame {
  readonly to: Receiver;
  readonly #bytes: Buffer;
  readonly #lifeAt: readonly number[];
  readonly #requestIdAt: number;
  readonly #isText: boolean;

  constructor(frame: ScriptFrame, isText: boolean) {
    this.to = frame.to;
    this.#bytes = Buffer.from(frame.bytes, 'base64');
    this.#lifeAt = frame.lifeAt;
    this.#requestIdAt = frame.requestIdAt;
    this.#isText = isText;
  }

  /** The frame for another life. */
  play(life: number, requestId: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.#bytes.length);
    bytes.set(this.#bytes);
    for (const at of this.#lifeAt) writeDigits(bytes, at, life, LIFE_DIGITS);
    if (this.#requestIdAt !== -1) {
      if (this.#isText) writeDigits(bytes, this.#requestIdAt, requestId, REQUEST_ID_DIGITS);
      else writeVarint(bytes, this.#requestIdAt, requestId);
    }
    return bytes;
  }
}

/** The id of the request in a client's frame; it stands right at its beginning. */
export function requestIdIn(frame: Uint8Array, isText: boolean): number {
  let id = 0;
  if (isText) {
    const start = '{"id":'.length;
    for (let at = start; at < start + REQUEST_ID_DIGITS; at++) id = id * 10 + ((frame[at] ?? 0) - 0x30);
    return id;
  }
  // Behind the tag; the last of the bytes has the highest digits.
  for (let at = REQUEST_ID_BYTES; at >= 1; at--) id = id * 128 + ((frame[at] ?? 0) & 0x7f);
  return id;
}

function requestIdBytes(requestId: number, isText: boolean): Buffer {
  if (isText) return Buffer.from(String(requestId));
  const bytes = Buffer.alloc(REQUEST_ID_BYTES);
  writeVarint(bytes, 0, requestId);
  return bytes;
}

function writeDigits(bytes: Buffer, at: number, value: number, count: number): void {
  let rest = value;
  for (let index = at + count - 1; index >= at; index--) {
    bytes[index] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function writeVarint(bytes: Buffer, at: number, value: number): void {
  let rest = value;
  for (let index = 0; index < REQUEST_ID_BYTES; index++) {
    const isLast = index === REQUEST_ID_BYTES - 1;
    bytes[at + index] = (rest % 128) | (isLast ? 0 : 0x80);
    rest = Math.floor(rest / 128);
  }
}
