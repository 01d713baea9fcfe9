// What the demo's two processes say to each other: the one with the router gives the order, the one with the load tells how it goes.

import type { MeasuresSummary, Progress } from './demo-measures.ts';
import type { DemoTerms } from './demo-scenario.ts';
import type { Verdict } from './demo-verdict.ts';

/** A subject and the token that names it. */
export interface Pass {
  readonly id: string;
  readonly token: string;
}

/** Everything that the load needs to know. */
export interface LoadOrder {
  readonly terms: DemoTerms;
  /** The router's address, `http://…`. */
  readonly url: string;
  readonly adminToken: string;
  readonly gateways: readonly Pass[];
  /** In the order of the agents' profiles. */
  readonly agentTokens: readonly string[];
}

export interface LoadResult {
  readonly measures: MeasuresSummary;
  readonly verdict: Verdict;
  /** How long submitting and draining took. */
  readonly submittingMs: number;
  readonly drainingMs: number;
}

export type ToLoad = { readonly type: 'start'; readonly order: LoadOrder } | { readonly type: 'stop' };

export type FromLoad =
  /** Everybody is connected; contacts begin to come. */
  | { readonly type: 'ready'; readonly setUpMs: number }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'result'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly message: string };
