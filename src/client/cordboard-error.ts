// What a request of the client can fail with: the router refused it (CordboardError), or no answer came (ClientFailure). Nothing else.
//
// 1. A CordboardError means that what was asked did not happen.
// 2. After a ClientFailure of code CONNECTION_LOST or TIMED_OUT it is unknown whether it happened: ask again, or `get`.

import type { Refusal, RefusalCode } from '../core/refusal.ts';

/** The router refused a request, or would: what cannot be encoded is not sent. `reason` is from the closed list in docs/SPEC.md; `path` names the field at fault, or is ''. */
export class CordboardError extends Error {
  override readonly name = 'CordboardError';
  readonly code: RefusalCode;
  readonly reason: Refusal['reason'];
  readonly path: string;
  /** When to try again, if that helps. */
  readonly retryAfterMs: number | undefined;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.code = refusal.code;
    this.reason = refusal.reason;
    this.path = refusal.path;
    this.retryAfterMs = refusal.retryAfterMs;
  }
}

/**
 * CONNECTION_LOST: the socket died before the answer. TIMED_OUT: no answer in time. CLOSED: the client is closed, for good.
 * TOO_MANY_REQUESTS: too many are waiting for an answer already; this one was not sent. FRAME_TOO_LARGE: over 64 KiB; not sent.
 */
export type ClientFailureCode = 'CONNECTION_LOST' | 'TIMED_OUT' | 'CLOSED' | 'TOO_MANY_REQUESTS' | 'FRAME_TOO_LARGE';

/** No answer came to a request, or it was not sent at all. */
export class ClientFailure extends Error {
  override readonly name: string = 'ClientFailure';
  readonly code: ClientFailureCode;

  constructor(code: ClientFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The socket died between a request and its answer, and the request is not one that is sent again by itself. */
export class ConnectionLost extends ClientFailure {
  override readonly name = 'ConnectionLost';

  constructor(message: string) {
    super('CONNECTION_LOST', message);
  }
}
