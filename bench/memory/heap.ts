/**
 * What this process holds after full collections. For parts that were started with `--expose-gc`.
 *
 * 1. Bytes of the heap in use, and of buffers outside of it; not what the collector keeps in reserve, nor sources and machine code, which
 *    V8 lets go of when it sees fit.
 */

/** More than one: the first may only find what finalizers let go of. */
const ROUNDS = 3;

/** Bytes in use when nothing is left to collect. */
export async function heldBytes(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('this part needs --expose-gc');
  for (let round = 0; round < ROUNDS; round++) {
    await gc({ execution: 'async', type: 'major' });
    gc();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
