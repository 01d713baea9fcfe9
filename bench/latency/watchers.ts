/**
 * A supervisor with a feed and a scraper of /metrics, who can be there or not: whether they make contacts wait is the question.
 *
 * 1. They live in a thread of their own, so that what they read does not hold up the load; a fault there ends the run.
 */
import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../src/lib/sibling-module.ts';
import type { Subprotocol } from '../../src/wire/request.ts';

export interface WatchersWish {
  readonly port: number;
  readonly subprotocol: Subprotocol;
  /** A supervisor's. */
  readonly token: string;
  readonly everyMs: number;
  readonly scrapeEveryMs: number;
}

/** What they saw while they were there. */
export interface Sights {
  readonly feeds: number;
  /** Of all feeds together. */
  readonly agentRows: number;
  readonly scrapes: number;
  readonly scrapeBytes: number;
  readonly longestScrapeMs: number;
}

export class Watchers {
  readonly #wish: WatchersWish;
  readonly #thread: Worker;

  constructor(wish: WatchersWish) {
    this.#wish = wish;
    this.#thread = new Worker(siblingModule(import.meta.url, './watchers-thread'), { name: 'watchers', execArgv: [] });
  }

  /** They come; resolves when the supervisor has all rows. */
  async begin(): Promise<void> {
    await this.#ask(this.#wish);
  }

  /** They go. */
  async end(): Promise<Sights> {
    return (await this.#ask('end')) as Sights;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #ask(message: WatchersWish | 'end'): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#thread.once('message', resolve);
    this.#thread.once('error', reject);
    this.#thread.postMessage(message);
    return promise.finally(() => {
      this.#thread.off('message', resolve);
      this.#thread.off('error', reject);
    });
  }
}
