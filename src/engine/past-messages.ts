// What the engine's thread and the thread that explains the past say to each other.

import type { PastExplanation, PastQuestion } from './rebuilder.ts';

export interface PastThreadData {
  readonly directory: string;
}

/** One at a time: the next one after the answer. */
export interface PastRequest {
  readonly question: PastQuestion;
}

export type PastAnswer =
  | { readonly kind: 'answered'; readonly explanation: PastExplanation }
  | { readonly kind: 'failed'; readonly message: string };
