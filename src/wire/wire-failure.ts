// The one error class of this layer: stored bytes that cannot be read. Requests are never a failure, they are refused with a value.

import type { Refusal } from '../core/refusal.ts';

/** `newer`: written by a newer version, which added what this one does not know. `broken`: not what this version ever wrote. */
export type WireFailureCode = 'newer' | 'broken';

/** Stored bytes that this version cannot read; the message names the field. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure';
  readonly code: WireFailureCode;

  constructor(code: WireFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The failure that a refusal to read stored bytes means. `what` is what was read: 'event 3 of a commit'. */
export function storedFailure(what: string, refusal: Refusal): WireFailure {
  const place = refusal.path === '' ? what : `${what}, ${refusal.path}`;
  return refusal.reason === 'UNKNOWN_FIELD'
    ? new WireFailure('newer', `${place}: ${refusal.message}; written by a newer version of the router`)
    : new WireFailure('broken', `${place}: ${refusal.message}`);
}
