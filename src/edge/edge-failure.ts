/**
 * The one error class of this layer: what the edge needs to start is not there. Clients never see it: what they do
 * wrong is answered with a Refusal.
 */

/**
 * - KEY_TOO_SHORT: the secret has fewer than 32 bytes.
 * - KEY_UNREADABLE: the key file cannot be read or made.
 * - LISTEN_FAILED: the address cannot be bound.
 * - BAD_OPTIONS: options contradict each other.
 */
export type EdgeFailureCode = 'KEY_TOO_SHORT' | 'KEY_UNREADABLE' | 'LISTEN_FAILED' | 'BAD_OPTIONS';

/** An operating failure of the edge. */
export class EdgeFailure extends Error {
  override readonly name = 'EdgeFailure';
  readonly code: EdgeFailureCode;

  constructor(code: EdgeFailureCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
