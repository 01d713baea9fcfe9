// The engine's side of the past: questions in line, one at a time to a thread that is there while somebody asks.
//
// Invariants: 1. every question is answered once, in the order in which they came. 2. one that takes too long is answered so, and its
// thread ended, wherever it is: the next one gets another. 3. the engine's thread reads and replays nothing. 4. after `close` nothing is
// under way, and what was is refused.

import { Worker } from 'node:worker_threads';
import { type Refusal, refuse } from '../core/refusal.ts';
import { siblingModule } from '../lib/sibling-module.ts';
import type { PastAnswer, PastRequest, PastThreadData } from './past-messages.ts';
import type { PastExplanation, PastQuestion } from './rebuilder.ts';

/** How many may wait, and how long. */
export interface PastBounds {
  /** Questions that may wait beside the one that is being answered. */
  readonly waitingMax: number;
  /** How long an answer may take once its turn has come. */
  readonly limitMs: number;
  /** The thread, and the state that it has rebuilt, go when nobody has asked for so long. */
  readonly idleMs: number;
}

export interface PastOptions extends PastBounds {
  readonly directory: string;
  /** A question could not be answered by a fault of the router's. */
  readonly failed: (message: string) => void;
}

/** What answering came to since the start. */
export interface PastCounts {
  readonly count: number;
  readonly seconds: number;
}

/** Explains contacts as they stood. */
export interface PastExplainer {
  readonly counts: PastCounts;
  explain(question: PastQuestion): Promise<PastExplanation>;
  /** Refuses what waits and what comes; resolves when the thread is gone. */
  close(): Promise<void>;
}

export const PAST_BOUNDS: PastBounds = { waitingMax: 8, limitMs: 30_000, idleMs: 60_000 };
const RETRY_MS = 1_000;

interface Waiting {
  readonly question: PastQuestion;
  readonly answer: (explanation: PastExplanation) => void;
}

/** The question whose turn it is. */
interface UnderWay extends Waiting {
  readonly startedMs: number;
  readonly limit: NodeJS.Timeout;
}

export class Past implements PastExplainer {
  readonly #options: PastOptions;
  readonly #waiting: Waiting[] = [];
  #underWay: UnderWay | undefined = undefined;
  #thread: Worker | undefined = undefined;
  #idle: NodeJS.Timeout | undefined = undefined;
  /** Threads that were told to end. */
  readonly #ending = new Set<Promise<unknown>>();
  #isClosed = false;
  #count = 0;
  #seconds = 0;

  constructor(options: PastOptions) {
    this.#options = options;
  }

  get counts(): PastCounts {
    return { count: this.#count, seconds: this.#seconds };
  }

  explain(question: PastQuestion): Promise<PastExplanation> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.resolve({ error: refusal });
    return new Promise((answer) => {
      this.#waiting.push({ question, answer });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopThread();
    const refused = this.#waiting.splice(0);
    this.#finish({ error: draining() });
    for (const { answer } of refused) answer({ error: draining() });
    await Promise.all(this.#ending);
  }

  #refusal(): Refusal | undefined {
    if (this.#isClosed) return draining();
    const { waitingMax } = this.#options;
    if (this.#waiting.length < waitingMax) return undefined;
    return refuse('HISTORY_BUSY', `${waitingMax} questions about the past wait already`, '', RETRY_MS);
  }

  #next(): void {
    if (this.#underWay !== undefined) return;
    clearTimeout(this.#idle);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      if (this.#thread !== undefined) this.#idle = setTimeout(() => this.#stopThread(), this.#options.idleMs);
      return;
    }
    this.#thread ??= this.#start();
    const limit = setTimeout(() => this.#tire(), this.#options.limitMs);
    this.#underWay = { ...waiting, startedMs: performance.now(), limit };
    const request: PastRequest = { question: waiting.question };
    this.#thread.postMessage(request);
  }

  /** Answers the question under way, if there is one. */
  #finish(explanation: PastExplanation): void {
    const underWay = this.#underWay;
    if (underWay === undefined) return;
    this.#underWay = undefined;
    clearTimeout(underWay.limit);
    this.#count += 1;
    this.#seconds += (performance.now() - underWay.startedMs) / 1000;
    underWay.answer(explanation);
    this.#next();
  }

  #tire(): void {
    this.#stopThread();
    const { limitMs } = this.#options;
    this.#finish({
      error: refuse('HISTORY_TOO_LONG', `to rebuild that state takes longer than ${limitMs / 1000} s`, 'at'),
    });
  }

  #start(): Worker {
    const workerData: PastThreadData = { directory: this.#options.directory };
    // What is preloaded for the main thread (by --import) has no business in this one.
    const thread = new Worker(siblingModule(import.meta.url, './past-thread'), {
      name: 'past',
      workerData,
      execArgv: [],
    });
    thread.on('message', (answer: PastAnswer) => {
      if (this.#thread !== thread) return;
      if (answer.kind === 'answered') this.#finish(answer.explanation);
      else this.#fail(answer.message);
    });
    thread.on('error', (fault) => this.#lose(thread, fault.message));
    thread.on('exit', () => this.#lose(thread, 'its thread ended by itself'));
    return thread;
  }

  /** The thread is gone, and not because it was told to go. */
  #lose(thread: Worker, message: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#fail(message);
  }

  #fail(message: string): void {
    this.#options.failed(message);
    this.#finish({ error: refuse('INTERNAL_FAULT', `the past cannot be explained: ${message}`) });
  }

  #stopThread(): void {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#thread = undefined;
    const ending = thread.terminate().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

function draining(): Refusal {
  return refuse('DRAINING', 'the router is shutting down');
}
