// protobufjs's Reader and Writer, set up for this schema: 64-bit integers are numbers, as the schema keeps them within ±(2^53 − 1).
//
// Invariants: 1. whoever reads or writes bytes imports these, so that the setting is made before the first use. 2. the generated static
// code makes the same setting for itself; both share one runtime.

import protobuf from 'protobufjs/minimal.js';

// With `long` present, a dependency of protobufjs, 64-bit fields would become Long objects.
protobuf.util.Long = null as unknown as typeof protobuf.util.Long;
protobuf.configure();

export const { Reader, Writer } = protobuf;
export type Reader = protobuf.Reader;
export type Writer = protobuf.Writer;

/** Memory that is written over at once, from where the runtime's own writer takes it: the cheapest that the platform has. */
export const allocate = (Writer.create().constructor as typeof protobuf.Writer).alloc as (
  length: number,
) => Uint8Array<ArrayBuffer>;

/** Wire types of the encoding. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;

/** The tag of a field: its number and wire type. */
export function tagOf(number: number, wireType: number): number {
  return ((number << 3) | wireType) >>> 0;
}
