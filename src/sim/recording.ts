// What a journal recorded of a stretch of time: who came and how it went with them, and which agents were there. The raw material of replays;
// `recording-fold.ts` makes it from events, `recorded-source.ts` makes arrivals of it, `recorded-crew.ts` agents.
//
// 1. Instants are epoch milliseconds. `startAt` is a while before `fromAt`, so that a replay does not begin with empty lines; contacts up to
// `endAt`, a while after `toAt`, are there too, because those that count compete with them. 2. Facts only: nothing here is drawn or guessed.

import type { ResolvedPolicy } from '../core/policy.ts';
import type { ContactTemplate } from './scenario.ts';

/** What became of a recorded contact. OPEN: it was still in line where the journal ended. */
export type RecordedOutcome = 'ANSWERED' | 'ABANDONED' | 'CANCELLED' | 'EXPIRED' | 'OPEN';

export interface RecordedContact {
  readonly id: string;
  readonly submittedAt: number;
  readonly gatewayId: string;
  readonly customerId: string;
  /** As it was submitted; `queue` is '' where the policy chose it. */
  readonly template: ContactTemplate;
  /** Where it was in line. */
  readonly queue: string;
  readonly outcome: RecordedOutcome;
  /** From the submit until it was answered first, or left, was ended or expired; of an OPEN one, until the journal's end. */
  readonly waitMs: number;
  /** Who answered first; '' : nobody. */
  readonly agentId: string;
  /** All conversations together, if it came back in line in between; undefined: nobody answered. */
  readonly handleMs: number | undefined;
  readonly wrapUpMs: number;
  /** The conversation and the wrap-up were over before the journal's end: `handleMs` and `wrapUpMs` are all of it. */
  readonly isWhole: boolean;
}

/** What the directory and its own word say of an agent, for offers. */
export interface AgentFacts {
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  /** The channels that it takes; empty: all. */
  readonly channels: readonly string[];
}

/** A time in which an agent was AVAILABLE and connected, and all the time the same. `toAt` Infinity: beyond the end. */
export interface AgentSpell {
  readonly agentId: string;
  readonly facts: AgentFacts;
  readonly fromAt: number;
  readonly toAt: number;
}

/** How agents answered offers. */
export interface RecordedAnswers {
  /** From offer to accept, each of them. */
  readonly acceptDelaysMs: readonly number[];
  readonly declinedCount: number;
  readonly missedCount: number;
}

export interface Recording {
  readonly startAt: number;
  readonly fromAt: number;
  readonly toAt: number;
  readonly endAt: number;
  /** In force at `fromAt`. */
  readonly policy: ResolvedPolicy;
  /** In order of arrival. */
  readonly contacts: readonly RecordedContact[];
  readonly spells: readonly AgentSpell[];
  readonly answers: RecordedAnswers;
  /** What the reader of figures should know. */
  readonly warnings: readonly string[];
}
