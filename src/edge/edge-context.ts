/**
 * What all connections and routes of one edge share. Handed down by edge.ts; nothing in here is global.
 *
 * 1. `draining` only ever goes from false to true.
 */
import type { Refusal } from '../core/refusal.ts';
import { refuse } from '../core/refusal.ts';
import type { EnginePort } from '../engine/port.ts';
import type { EdgeCounters } from './edge-counters.ts';
import type { EdgeLimits } from './limits.ts';
import type { PushRoutes } from './push-routes.ts';
import type { SubjectRates } from './rate-limit.ts';
import type { Timers } from './timers.ts';
import type { TokenVerifier } from './tokens.ts';

/** Where the edge logs: what pino offers of it. */
export interface EdgeLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface EdgeContext {
  readonly port: EnginePort;
  readonly tokens: TokenVerifier;
  readonly limits: EdgeLimits;
  readonly rates: SubjectRates;
  readonly routes: PushRoutes;
  readonly counters: EdgeCounters;
  readonly timers: Timers;
  readonly logger: EdgeLogger;
  /** Whether the edge is going down. */
  draining: boolean;
}

/** Why nothing can be asked now; undefined when the router is there. */
export function unreadyRefusal(edge: EdgeContext): Refusal | undefined {
  if (edge.draining) return drainingRefusal();
  if (!edge.port.ready) return refuse('STARTING', 'the router is not ready', '', 1_000);
  return undefined;
}

/** What submissions get while the router goes down. */
export function drainingRefusal(): Refusal {
  return refuse('DRAINING', 'the router is going down: connect again', '', 1_000);
}
