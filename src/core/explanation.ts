// What `explain` answers: immutable views in the shapes of explain.proto. Types only.

import type { Alternative } from './requirement.ts';
import type { ContactStateName, RankView } from './views.ts';

export interface Explanation {
  readonly contactId: string;
  readonly state: ContactStateName;
  readonly asOf: number;
  readonly offer?: ExplainedOffer;
  readonly waiting?: ExplainedWait;
  /** Of the past: the event after which it was so. */
  readonly at?: number;
}

export interface ExplainedOffer {
  readonly offerId: string;
  readonly agentId: string;
  readonly offeredAt: number;
  readonly rank: RankView;
  readonly parts: readonly RankPart[];
  readonly approximate: boolean;
  readonly runnersUp: readonly ExplainedRunnerUp[];
}

export type PartOf = 'URGENCY' | 'FIT' | 'READINESS';

export interface RankPart {
  readonly of: PartOf;
  readonly what: string;
  readonly skill: string;
  readonly seconds: number;
  readonly policyPath: string;
  readonly how: string;
}

export interface ExplainedRunnerUp {
  readonly agentId: string;
  readonly rank: RankView;
  readonly behind: number;
  readonly why: string;
}

export interface ExplainedWait {
  readonly queue: string;
  readonly position: number;
  /** Of all queues. */
  readonly rivalsAhead: number;
  readonly estimatedWaitMs?: number;
  readonly agedFrom: number;
  readonly enqueuedAt: number;
  readonly waitUntil: number;
  readonly requires: readonly Alternative[];
  readonly obstacles: readonly ObstacleCount[];
  readonly agents: readonly AgentInTheWay[];
  readonly missing: readonly MissingCount[];
  readonly partial: boolean;
  readonly gate: string;
  readonly relaxations: readonly NextRelaxation[];
}

export type Obstacle =
  | 'OFFLINE'
  | 'NOT_CONNECTED'
  | 'BUSY'
  | 'DRAINING'
  | 'CHANNEL_OFF'
  | 'NO_ROOM'
  | 'CAPPED'
  | 'COOL_DOWN'
  | 'HELD'
  | 'RESERVED'
  | 'FREE';

export interface AgentInTheWay {
  readonly agentId: string;
  readonly obstacle: Obstacle;
  readonly reason: string;
  readonly until: number;
  readonly holds: readonly HeldContact[];
}

export interface HeldContact {
  readonly contactId: string;
  readonly channel: string;
  readonly state: ContactStateName;
  readonly since: number;
  readonly until: number;
}

export interface ObstacleCount {
  readonly obstacle: Obstacle;
  readonly agents: number;
}

export interface NextRelaxation {
  readonly step: number;
  readonly at: number;
  readonly pending: boolean;
  readonly when: string;
  readonly requires: readonly Alternative[];
  readonly headStartMs: number;
  readonly overflowTo: string;
  readonly offerCallback: boolean;
}

export interface MissingCount {
  readonly missing: string;
  readonly agents: number;
}
