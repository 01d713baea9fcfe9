// A scenario, resolved: what the world brings (traffic), who answers (agents), by which policy, for how long. `config/` makes it from a file;
// replays and staffing make it from other sources.
//
// Invariants: 1. durations and instants are milliseconds, instants counted from the start of the run. 2. every name is one that the policy
// has, every distribution has a finite mean above or equal to 0. 3. `traffic` and `agents` are in the order of the file: the order is part of
// what a seed means.

import type { ContactDraft } from '../core/commands.ts';
import type { ResolvedPolicy } from '../core/policy.ts';

/** A distribution of durations, milliseconds. */
export type Distribution =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'exponential'; readonly meanMs: number }
  /** `cv`: standard deviation / mean. */
  | { readonly kind: 'lognormal'; readonly meanMs: number; readonly cv: number }
  /** One of these, each as likely as any other; at least one, ascending. */
  | { readonly kind: 'empirical'; readonly valuesMs: readonly number[] };

/** From `fromMs` on, until the next step: so many contacts a millisecond. */
export interface RateStep {
  readonly fromMs: number;
  readonly perMs: number;
}

/** What each contact of a traffic says of itself; the rest of a draft is its own. */
export type ContactTemplate = Omit<ContactDraft, 'id' | 'customerId' | 'journeyId' | 'attributes' | 'version'>;

export interface Traffic {
  readonly name: string;
  /** Ascending, the first from 0; repeats every `periodMs`. */
  readonly profile: readonly RateStep[];
  readonly periodMs: number;
  readonly contact: ContactTemplate;
  readonly handle: Distribution;
  /** What the agent does after the customer left; the channel's `wrapUp` bounds it. */
  readonly wrapUp: Distribution;
  /** How long a customer waits before leaving; undefined: for ever. */
  readonly patience: Distribution | undefined;
}

/** When an agent works, again every `periodMs`. `fromMs` 0 and `toMs` = `periodMs`: always. */
export interface Shift {
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
}

/** `count` equal agents: `id` alone when count is 1 and not written, else `id-1` … `id-count`. */
export interface AgentGroup {
  readonly id: string;
  readonly agentIds: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  readonly capacity: number;
  readonly limits: Readonly<Record<string, number>>;
  /** Multiplies handle times and wrap-ups. */
  readonly handleFactor: number;
  readonly shifts: readonly Shift[];
}

/** What agents do with offers. */
export interface AnswerModel {
  /** How long until an offer is answered. */
  readonly after: Distribution;
  /** Shares of the offers that are declined, or left to run out, 0 to 1. */
  readonly declineRatio: number;
  readonly missRatio: number;
}

export interface Scenario {
  readonly policy: ResolvedPolicy;
  readonly traffic: readonly Traffic[];
  readonly agents: readonly AgentGroup[];
  readonly answer: AnswerModel;
  /** Most contacts in the system, wrap-up aside; more are blocked. Infinity: no limit. */
  readonly lines: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Who submits the world's contacts; a policy may look at it. */
export const WORLD_GATEWAY_ID = 'world';
