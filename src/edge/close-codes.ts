/**
 * Why a socket is closed, in numbers that clients act on (PROTOCOL). Broken frames are closed by the socket library itself:
 * 1002 (against the WebSocket protocol), 1007 (bad UTF-8), 1008 (in more than 16 384 fragments), 1009 (longer than the limit).
 * It ends a socket whose pings come faster than their pongs leave, without a word.
 *
 * 1. A client never comes back by itself after 4400, 4403 and 4409.
 */
export const closeCodes = {
  /** The router goes down: connect again. */
  draining: 1001,
  /** Binary on the JSON sub-protocol, text on the protobuf one. */
  wrongFrameType: 1003,
  /** A fault of the router's: connect again. */
  internal: 1011,
  /** The router cannot tell now whether the token holds: connect again later. */
  tryLater: 1013,
  /** Not a Request: not decodable, or without an id. */
  notARequest: 4400,
  /** The token does not hold, or no longer. */
  token: 4401,
  /** The token holds, but its agent is not in the directory (any more). */
  notAllowed: 4403,
  /** More waits for the socket than the outbox holds: connect again. */
  tooSlow: 4408,
  /** A newer session of the same agent took over. */
  replaced: 4409,
  /** Too many requests for too long: connect again later. */
  tooManyRequests: 4429,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
