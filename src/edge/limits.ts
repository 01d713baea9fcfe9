/**
 * Every number by which the edge defends itself, with its default. Nothing here is read from anywhere: config fills it.
 *
 * 1. Times are milliseconds, sizes are bytes, rates are requests a second of one subject.
 * 2. `silenceMaxMs` is more than `pingEveryMs` plus a second, or lively sockets would be taken for dead ones.
 */
import type { Role } from '../core/commands.ts';

export interface RequestRate {
  readonly perSecond: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
}

export interface EdgeLimits {
  /** Largest frame and largest HTTP body. */
  readonly frameBytesMax: number;
  /** Largest body of PUT /v1/policy. */
  readonly policyBytesMax: number;
  /** What may wait for one socket before it is closed as too slow. */
  readonly outboxBytesMax: number;
  /** Contacts of which a slow gateway's newest state is kept; past it they are read again once the socket drains. */
  readonly heldLevelsMax: number;
  readonly rateByRole: Readonly<Record<Role, RequestRate>>;
  /** Requests of one connection that wait for their answers. */
  readonly inFlightMax: number;
  /** How long a client may go on sending past its rate before it is closed. */
  readonly ignoredRateMs: number;
  readonly pingEveryMs: number;
  /** A socket that said nothing for so long is dead. */
  readonly silenceMaxMs: number;
  /** How long the peer has to answer a close frame. */
  readonly closeTimeoutMs: number;
  /** How long an HTTP request may take to arrive whole; its headers get the same. */
  readonly requestTimeoutMs: number;
  /** How long an idle HTTP connection stays open. */
  readonly keepAliveMs: number;
}

const PEOPLE: RequestRate = { perSecond: 50, burst: 200 };

export const defaultLimits: EdgeLimits = {
  frameBytesMax: 64 * 1024,
  policyBytesMax: 4 * 1024 * 1024,
  outboxBytesMax: 1024 * 1024,
  heldLevelsMax: 2_000,
  rateByRole: { gateway: { perSecond: 10_000, burst: 10_000 }, agent: PEOPLE, supervisor: PEOPLE, admin: PEOPLE },
  inFlightMax: 1_000,
  ignoredRateMs: 5_000,
  pingEveryMs: 15_000,
  silenceMaxMs: 29_000,
  closeTimeoutMs: 5_000,
  requestTimeoutMs: 15_000,
  keepAliveMs: 72_000,
};
