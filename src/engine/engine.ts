// Runs the core: stamps commands with the router's time, has their events committed, and lets nothing out before they are durable.
//
// Invariants: 1. replies leave in the order of what they saw, when that is durable; the pushes of a commit before its replies. 2. a journal
// that fails ends the engine: nothing is answered any more and `onFailure` is called once. 3. while the oldest uncommitted event is over
// STALL_MS old no deadline fires. 4. past `maxPending` uncommitted events submissions are refused, everything else goes on.

import { Subject } from 'rxjs';
import type { Command, Outcome, Query } from '../core/commands.ts';
import { contactView } from '../core/contact.ts';
import type { Core, StepResult } from '../core/core.ts';
import { queueView } from '../core/queries.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { Fifo } from '../lib/fifo.ts';
import type { EngineClock } from './clock.ts';
import type { ClosedPictures } from './closed-pictures.ts';
import { type CommitEncoder, type CommitSink, GroupCommit } from './group-commit.ts';
import type { CommittedBatch, CommittedStep, EngineGauges, EnginePort, PortOk, Reply } from './port.ts';
import { drawPushes, subjectOf } from './pushes.ts';

/** How long commits may take before time stands still for deadlines. */
const STALL_MS = 1_000;
const BACK_PRESSURE_RETRY_MS = 100;
const TIMER_MAX_MS = 2 ** 31 - 1;

export interface EngineOptions {
  readonly core: Core;
  readonly clock: EngineClock;
  readonly journal: CommitSink;
  readonly encoder: CommitEncoder;
  readonly pictures: ClosedPictures;
  /** Uncommitted events past which submissions are refused. */
  readonly maxPending: number;
  /** The journal failed, or the state can no longer be trusted: the process must end. */
  readonly onFailure: (cause: unknown) => void;
  readonly monotonicMs: () => number;
}

interface Waiting {
  readonly seq: number;
  readonly at: number;
  readonly outcome: Outcome;
  readonly query: Query | undefined;
  readonly reply: (reply: Reply) => void;
}

export class Engine implements EnginePort {
  readonly committed$ = new Subject<CommittedBatch>();
  readonly #options: EngineOptions;
  readonly #core: Core;
  readonly #commits: GroupCommit;
  readonly #waiting = new Fifo<Waiting>();
  #durableSeq: number;
  #timer: NodeJS.Timeout | undefined = undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #isDraining = false;
  #hasEnded = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#core = options.core;
    this.#durableSeq = options.core.seq;
    const observer = {
      committed: (steps: readonly CommittedStep[], commitMs: number, waitedMs: number) =>
        this.#committed(steps, commitMs, waitedMs),
      failed: (cause: unknown) => this.#fail(cause),
    };
    this.#commits = new GroupCommit(options.journal, options.encoder, observer, options.monotonicMs);
  }

  get ready(): boolean {
    return !this.#isDraining && !this.#hasEnded && this.#core.state.policy !== undefined;
  }

  now(): number {
    return this.#options.clock.now();
  }

  execute(command: Command, reply: (reply: Reply) => void): void {
    if (this.#hasEnded) return;
    const refusal = command.type === 'submit' ? this.#refuseSubmission() : undefined;
    if (refusal !== undefined) {
      const at = this.now();
      return this.#answer({ seq: this.#core.seq, at, outcome: { error: refusal }, query: undefined, reply });
    }
    const result = this.#step(command);
    if (result === undefined) return;
    this.#answer({ seq: this.#core.seq, at: result.at, outcome: result.outcome, query: undefined, reply });
  }

  query(query: Query, reply: (reply: Reply) => void): void {
    if (this.#hasEnded) return;
    const at = this.now();
    this.#answer({ seq: this.#core.seq, at, outcome: this.#core.query(query, at), query, reply });
  }

  /** Starts deadlines. To be called once, when recovery is done. */
  start(): void {
    this.#arm();
  }

  /** From now on submissions are refused as UNAVAILABLE; resolves when everything decided is durable and answered. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#commits.flushed();
  }

  /** No more deadlines, no more answers. */
  stop(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.committed$.complete();
  }

  gauges(): EngineGauges {
    const { state } = this.#core;
    const now = this.now();
    const agentsByPresence = { AVAILABLE: 0, BUSY: 0, DRAINING: 0, OFFLINE: 0 };
    let load = 0;
    let capacity = 0;
    for (const agent of state.agents.values()) {
      agentsByPresence[agent.presence]++;
      if (agent.presence === 'OFFLINE') continue;
      load += agent.load;
      capacity += agent.capacity;
    }
    return {
      durableSeq: this.#durableSeq,
      decidedSeq: this.#core.seq,
      clockGapSeconds: this.#options.clock.gapSeconds(),
      queues: [...state.queues.values()].map((queue) => queueView(queue, now)),
      agentsByPresence,
      agentLoadRatio: capacity === 0 ? 0 : load / capacity,
    };
  }

  #refuseSubmission(): Refusal | undefined {
    if (this.#isDraining) return refuse('DRAINING', 'the router is shutting down');
    const { maxPending } = this.#options;
    if (this.#commits.uncommittedCount < maxPending) return undefined;
    const message = `${maxPending} events wait to be journalled`;
    return refuse('TOO_MANY_PENDING', message, '', BACK_PRESSURE_RETRY_MS);
  }

  /** Decides; undefined when the state broke, which ends the engine. */
  #step(command: Command): StepResult | undefined {
    const { state } = this.#core;
    const agentId = agentOf(command);
    const sessionId = agentId === undefined ? '' : (state.agents.get(agentId)?.sessionId ?? '');
    const startedMs = this.#options.monotonicMs();
    const deadlines = this.#commits.oldestWaitMs() > STALL_MS ? 'hold' : 'fire';
    let result: StepResult;
    try {
      result = this.#core.step(command, this.now(), deadlines);
    } catch (cause) {
      this.#fail(cause);
      return undefined;
    }
    if (result.events.length > 0) {
      const pushes = drawPushes(state, command, { sessionId }, result);
      this.#keepClosed(result);
      const subjects = result.subjects.map((subject) => subjectOf(subject, result.at));
      const decisionUs = (this.#options.monotonicMs() - startedMs) * 1000;
      const { firstSeq, at, events } = result;
      this.#commits.add({ firstSeq, at, events, subjects, pushes, startedMs, decisionUs });
    }
    this.#arm();
    return result;
  }

  #keepClosed({ events, subjects, firstSeq }: StepResult): void {
    const { pictures } = this.#options;
    for (const [index, event] of events.entries()) {
      const seq = firstSeq + index;
      if (event.type === 'contactClosed') {
        const subject = subjects[index];
        if (subject !== undefined) pictures.keep(seq, contactView(subject));
      } else if (event.type === 'dispositionSet') pictures.dispose(seq, event.contactId, event.disposition);
      else if (event.type === 'tombstonesForgotten') pictures.forget(event.closedThrough);
    }
  }

  #committed(steps: readonly CommittedStep[], commitMs: number, waitedMs: number): void {
    const first = steps[0];
    const last = steps.at(-1);
    if (first === undefined || last === undefined || this.#hasEnded) return;
    const lastSeq = last.firstSeq + last.events.length - 1;
    this.#durableSeq = lastSeq;
    const durableMs = this.#options.monotonicMs();
    this.committed$.next({ firstSeq: first.firstSeq, lastSeq, steps, commitMs, durableMs });
    this.#release();
    if (waitedMs <= STALL_MS) return;
    this.#step({ type: 'withdrawStalled', firstSeq: first.firstSeq, lastSeq });
  }

  #answer(waiting: Waiting): void {
    if (waiting.seq <= this.#durableSeq) this.#send(waiting);
    else this.#waiting.push(waiting);
  }

  #release(): void {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (next.seq > this.#durableSeq) return;
      this.#waiting.shift();
      this.#send(next);
    }
  }

  #send({ seq, at, outcome, query, reply }: Waiting): void {
    if ('ok' in outcome) {
      const ok = this.#options.pictures.complete(outcome.ok);
      if (ok !== undefined) return reply({ seq, at, ok });
      this.#reply(this.#options.pictures.completed(outcome.ok), seq, at, reply);
      return;
    }
    const { error } = outcome;
    if (query?.type !== 'get' || error.reason !== 'NO_SUCH_CONTACT') return reply({ seq, at, error });
    this.#reply(this.#findArchived(query, error), seq, at, reply);
  }

  #reply(answer: Promise<PortOk | Refusal>, seq: number, at: number, reply: (reply: Reply) => void): void {
    answer.then(
      (found) => reply('code' in found ? { seq, at, error: found } : { seq, at, ok: found }),
      (fault: unknown) => {
        const message = `the archive does not answer: ${fault instanceof Error ? fault.message : String(fault)}`;
        reply({ seq, at, error: refuse('INTERNAL_FAULT', message) });
      },
    );
  }

  /** A contact that the core has forgotten, if it may be told. */
  async #findArchived(query: Extract<Query, { readonly type: 'get' }>, refusal: Refusal): Promise<PortOk | Refusal> {
    const { actor, contactId } = query;
    if (actor.role === 'agent') return refusal;
    const contact = await this.#options.pictures.archived(contactId);
    if (contact === undefined || (actor.role === 'gateway' && contact.gatewayId !== actor.id)) return refusal;
    return { contact };
  }

  #arm(): void {
    const due = this.#core.nextDeadline();
    if (this.#hasEnded || due >= this.#timerDue) return;
    clearTimeout(this.#timer);
    this.#wakeAt(due, Math.min(Math.max(due - this.now(), 0), TIMER_MAX_MS));
  }

  #wakeAt(due: number, delayMs: number): void {
    this.#timerDue = due;
    this.#timer = setTimeout(() => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      if (this.#hasEnded) return;
      // While the journal stalls, look again soon: no earlier deadline may cut this short.
      if (this.#commits.oldestWaitMs() > STALL_MS) this.#wakeAt(0, STALL_MS / 10);
      else this.#step({ type: 'tick' });
    }, delayMs);
  }

  #fail(cause: unknown): void {
    if (this.#hasEnded) return;
    this.stop();
    this.#options.onFailure(cause);
  }
}

function agentOf(command: Command): string | undefined {
  if (command.type === 'removeAgent') return command.agentId;
  return command.type === 'openSession' && command.actor.role === 'agent' ? command.actor.id : undefined;
}
