// The closed list of refusals: what was asked did not happen, and why. A refusal is a value, never an exception.
// docs/SPEC.md lists the same reasons in the order in which they are checked; a test holds the two together.

export const refusalReasons = {
  // Shape and limits (the wire finds these; the core those that need the policy).
  INVALID_FIELD: 'INVALID_ARGUMENT',
  UNKNOWN_FIELD: 'INVALID_ARGUMENT',
  UNKNOWN_VERB: 'INVALID_ARGUMENT',
  UNKNOWN_CHANNEL: 'INVALID_ARGUMENT',
  UNKNOWN_QUEUE: 'INVALID_ARGUMENT',
  UNKNOWN_SEGMENT: 'INVALID_ARGUMENT',
  REQUIREMENT_TOO_LARGE: 'INVALID_ARGUMENT',
  ATTRIBUTES_TOO_LARGE: 'INVALID_ARGUMENT',
  INVALID_POLICY: 'INVALID_ARGUMENT',
  // Who.
  TOKEN_INVALID: 'UNAUTHENTICATED',
  TOKEN_EXPIRED: 'UNAUTHENTICATED',
  ROLE_MAY_NOT: 'PERMISSION_DENIED',
  NOT_YOURSELF: 'PERMISSION_DENIED',
  PULL_NOT_ALLOWED: 'PERMISSION_DENIED',
  ORIGIN_NOT_ALLOWED: 'PERMISSION_DENIED',
  // What there is.
  NO_SUCH_CONTACT: 'NOT_FOUND',
  NO_SUCH_AGENT: 'NOT_FOUND',
  NO_SUCH_OFFER: 'NOT_FOUND',
  NO_SUCH_CUSTOMER: 'NOT_FOUND',
  NO_SUCH_ROUTE: 'NOT_FOUND',
  CONTACT_DIFFERS: 'ALREADY_EXISTS',
  // The state it is in.
  VERSION_MISMATCH: 'FAILED_PRECONDITION',
  NO_QUEUE: 'FAILED_PRECONDITION',
  QUEUE_CLOSED: 'FAILED_PRECONDITION',
  OFFER_EXPIRED: 'FAILED_PRECONDITION',
  OFFER_NOT_PENDING: 'FAILED_PRECONDITION',
  CONTACT_ANSWERED: 'FAILED_PRECONDITION',
  CONTACT_NOT_ANSWERED: 'FAILED_PRECONDITION',
  CONTACT_CLOSED: 'FAILED_PRECONDITION',
  CONTACT_NOT_WAITING: 'FAILED_PRECONDITION',
  NO_CALLBACK: 'FAILED_PRECONDITION',
  NOT_ELIGIBLE: 'FAILED_PRECONDITION',
  NOT_CONNECTED: 'FAILED_PRECONDITION',
  AGENT_HAS_WORK: 'FAILED_PRECONDITION',
  AGENT_OF_POLICY: 'FAILED_PRECONDITION',
  POLICY_NAMES_IN_USE: 'FAILED_PRECONDITION',
  // How far back.
  RESYNC: 'OUT_OF_RANGE',
  HISTORY_GONE: 'OUT_OF_RANGE',
  // Too much.
  QUEUE_FULL: 'RESOURCE_EXHAUSTED',
  TOO_MANY_PENDING: 'RESOURCE_EXHAUSTED',
  TOO_MANY_CLASSES: 'RESOURCE_EXHAUSTED',
  TOO_MANY_CUSTOMERS: 'RESOURCE_EXHAUSTED',
  TOO_MANY_REQUESTS: 'RESOURCE_EXHAUSTED',
  HISTORY_BUSY: 'RESOURCE_EXHAUSTED',
  HISTORY_TOO_LONG: 'RESOURCE_EXHAUSTED',
  // The router itself.
  INTERNAL_FAULT: 'INTERNAL',
  DRAINING: 'UNAVAILABLE',
  STARTING: 'UNAVAILABLE',
  KEYS_UNAVAILABLE: 'UNAVAILABLE',
} as const;

export type RefusalReason = keyof typeof refusalReasons;
export type RefusalCode = (typeof refusalReasons)[RefusalReason];

export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: RefusalReason;
  readonly message: string;
  /** The field at fault, in the request's own words; '' when none is. */
  readonly path: string;
  /** When to try again, if that helps. */
  readonly retryAfterMs?: number;
}

/** A refusal for a named reason; its code follows from the reason. */
export function refuse(reason: RefusalReason, message: string, path = '', retryAfterMs?: number): Refusal {
  const code = refusalReasons[reason];
  return retryAfterMs === undefined ? { code, reason, message, path } : { code, reason, message, path, retryAfterMs };
}

/** Why an offer left its agent without an answer of the agent's; the `reason` of `offerRevoked`. */
export const revocationReasons = [
  'MISSED', // its deadline passed
  'CONTACT_CANCELLED', // the customer or the company ended the contact
  'REQUIREMENT_CHANGED', // an update made the agent ineligible
  'AGENT_BUSY', // the agent became BUSY
  'AGENT_OFFLINE', // the agent became OFFLINE
  'AGENT_CHANGED', // the directory made the agent ineligible
  'POLICY_CHANGED', // a new policy made the agent ineligible
  'ENGINE_RESTARTED', // the router started again
  'CLOCK_STALLED', // the offer never left the router in time
  'REASSIGNED', // a supervisor gave the contact to an agent
  'CONTACT_TRANSFERRED', // a supervisor sent the contact elsewhere
  'ACCEPTED_ELSEWHERE', // another agent whom the contact was offered to accepted it
] as const;

export type RevocationReason = (typeof revocationReasons)[number];
