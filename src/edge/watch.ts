/**
 * A supervisor's watch on one connection: rounds that read queues (and agents, a page at a time) and push the rows that
 * changed since they were last pushed.
 *
 * 1. A round starts `everyMs` after the start of the one before, or later: never while the socket is full. So a slow
 *    supervisor gets fewer rounds, each with the newest rows, and is never too slow because of its feed.
 * 2. The first round pushes every row, and one feed even if there is none; later ones push rows that changed.
 * 3. Agents are read only if anything was decided since they were last read.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { AgentView, QueueView } from '../core/views.ts';
import type { EnginePort, Reply } from '../engine/port.ts';
import type { RequestBodies } from '../wire/messages.ts';
import type { Subprotocol } from '../wire/request.ts';
import type { Outbox } from './outbox.ts';
import { PushFrame } from './push-frame.ts';
import type { Timers } from './timers.ts';

const PAGE_AGENTS = 200;

export interface WatchOptions {
  readonly wish: RequestBodies['watch'];
  readonly subprotocol: Subprotocol;
  readonly port: EnginePort;
  readonly outbox: Outbox;
  readonly timers: Timers;
}

export type Watched = { readonly seq: number } | { readonly seq: number; readonly refusal: Refusal };

export class Watch {
  readonly #options: WatchOptions;
  readonly #names: ReadonlySet<string>;
  #isStopped = false;
  #isFirst = true;
  #startedAt = 0;
  #cancelTimer: () => void = () => undefined;
  /** What to do once the socket has room again. */
  #resume: (() => void) | undefined;
  #queueByName = new Map<string, QueueView>();
  #agentById = new Map<string, AgentView>();
  /** Agents of the round that runs: what `#agentById` becomes at its end. */
  #nextAgentById = new Map<string, AgentView>();
  /** Seq that the first page of the last whole round of agents saw; -1: none yet. */
  #agentsSeq = -1;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#names = new Set(options.wish.queues);
  }

  /** Reads the queues, tells whether those asked for exist, and begins the first round with them. */
  start(answer: (watched: Watched) => void): void {
    this.#startedAt = this.#options.timers.now();
    // Answered even if a later watch has stopped this one in between.
    this.#options.port.query({ type: 'queues' }, (reply) => {
      const refusal = this.#refusalOf(reply);
      answer(refusal === undefined ? { seq: reply.seq } : { seq: reply.seq, refusal });
      if (refusal !== undefined) this.stop();
      else if (!this.#isStopped) this.#takeQueues(reply);
    });
  }

  /** The socket has drained. */
  proceed(): void {
    const resume = this.#resume;
    if (resume === undefined || this.#options.outbox.isFull) return;
    this.#resume = undefined;
    resume();
  }

  stop(): void {
    this.#isStopped = true;
    this.#resume = undefined;
    this.#cancelTimer();
  }

  #refusalOf(reply: Reply): Refusal | undefined {
    if ('error' in reply) return reply.error;
    const known = new Set(reply.ok.queues?.map((queue) => queue.name));
    const at = this.#options.wish.queues.findIndex((name) => !known.has(name));
    if (at === -1) return undefined;
    return refuse('UNKNOWN_QUEUE', `the policy has no queue '${this.#options.wish.queues[at]}'`, `queues[${at}]`);
  }

  #startRound(): void {
    this.#startedAt = this.#options.timers.now();
    this.#query({ type: 'queues' }, (reply) => this.#takeQueues(reply));
  }

  #takeQueues(reply: Reply): void {
    const rows = ('ok' in reply ? (reply.ok.queues ?? []) : []).filter(
      (queue) => this.#names.size === 0 || this.#names.has(queue.name),
    );
    const changed = rows.filter((row) => !isDeepStrictEqual(row, this.#queueByName.get(row.name)));
    this.#queueByName = new Map(rows.map((row) => [row.name, row]));
    if (this.#options.wish.agents && reply.seq !== this.#agentsSeq) this.#readAgents('', changed);
    else {
      this.#feed(reply, changed, []);
      this.#endRound();
    }
  }

  /** Reads the page of agents after one, and pushes what changed in it, with the queue rows that are still to go. */
  #readAgents(afterId: string, queues: readonly QueueView[]): void {
    this.#query({ type: 'agents', afterId, limit: PAGE_AGENTS }, (reply) => {
      const { agents: rows = [], next } = 'ok' in reply ? reply.ok : {};
      if (afterId === '' || 'error' in reply) this.#agentsSeq = 'ok' in reply ? reply.seq : -1;
      const changed = rows.filter((row) => !isDeepStrictEqual(row, this.#agentById.get(row.id)));
      for (const row of rows) this.#nextAgentById.set(row.id, row);
      this.#feed(reply, queues, changed);
      if (next !== undefined && next !== '') {
        this.#whenRoom(() => this.#options.timers.soon(() => this.#readAgents(next, [])));
        return;
      }
      this.#agentById = this.#nextAgentById;
      this.#nextAgentById = new Map();
      this.#endRound();
    });
  }

  #endRound(): void {
    this.#isFirst = false;
    const { timers, wish } = this.#options;
    const delayMs = Math.max(0, this.#startedAt + wish.everyMs - timers.now());
    this.#cancelTimer = timers.after(delayMs, () => this.#whenRoom(() => this.#startRound()));
  }

  #whenRoom(go: () => void): void {
    if (this.#isStopped) return;
    if (this.#options.outbox.isFull) this.#resume = go;
    else go();
  }

  #feed(reply: Reply, queues: readonly QueueView[], agents: readonly AgentView[]): void {
    if (queues.length === 0 && agents.length === 0 && !this.#isFirst) return;
    const { outbox, subprotocol } = this.#options;
    outbox.put(new PushFrame({ seq: reply.seq, at: reply.at, feed: { queues, agents } }).encode(subprotocol));
    this.#isFirst = false;
  }

  #query(query: Parameters<EnginePort['query']>[0], take: (reply: Reply) => void): void {
    if (this.#isStopped) return;
    this.#options.port.query(query, (reply) => {
      if (!this.#isStopped) take(reply);
    });
  }
}
