/**
 * Broken invariants. An assertion that fails is a fault of the program, never of its input: bad input is refused with
 * a value at the wire, and an operating failure has its layer's own error class.
 *
 * 1. Assertions are on in production too.
 * 2. Nothing catches an AssertionFailure to go on as if nothing had happened; only the engine's outermost guard may
 *    answer it, and only while no event has been applied.
 */

/** Thrown when the program contradicts itself. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Throws an {@link AssertionFailure} with the message unless the condition holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/**
 * Ends a switch over a union: it compiles only while every arm is handled, and throws an {@link AssertionFailure}
 * if a value from outside the types gets there all the same.
 */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable value: ${describe(value)}`);
}

/** A short text for any value that never throws itself; objects by their JSON, cut at 200 characters. */
function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value).slice(0, 200);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
