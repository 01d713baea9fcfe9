// An engine's port that does nothing by itself: tests see what was asked and answer by hand, or set answers beforehand.
import { Subject } from 'rxjs';
import type { Command, Ok, Query } from '../../src/core/commands.ts';
import type { Refusal } from '../../src/core/refusal.ts';
import type {
  CommittedBatch,
  CommittedStep,
  EngineGauges,
  EnginePort,
  PortOk,
  Push,
  Reply,
} from '../../src/engine/port.ts';

export interface Asked<T> {
  readonly what: T;
  answer(result: { readonly ok: PortOk } | { readonly error: Refusal }, seq?: number): void;
}

type Answers = (what: Command | Query) => { readonly ok: Ok } | { readonly error: Refusal } | undefined;

export class FakePort implements EnginePort {
  readonly committed$ = new Subject<CommittedBatch>();
  readonly underWay$ = new Subject<readonly CommittedStep[]>();
  readonly commands: Asked<Command>[] = [];
  readonly queries: Asked<Query>[] = [];
  ready = true;
  seq = 100;
  at = 1_760_000_000_000;
  /** Answers at once what it gives an answer for; the rest waits in `commands` and `queries`. */
  answers: Answers = () => undefined;

  execute(command: Command, reply: (reply: Reply) => void, prepare?: (reply: Reply) => void): void {
    this.#ask(this.commands, command, reply, prepare);
  }

  query(query: Query, reply: (reply: Reply) => void): void {
    this.#ask(this.queries, query, reply);
  }

  now(): number {
    return this.at;
  }

  gauges(): EngineGauges {
    return {
      durableSeq: this.seq,
      decidedSeq: this.seq,
      past: { count: 0, seconds: 0 },
      clockGapSeconds: 0,
      queues: [],
      agentsByPresence: { AVAILABLE: 0, BUSY: 0, DRAINING: 0, OFFLINE: 0 },
      agentLoadRatio: 0,
      customerCount: 0,
    };
  }

  /** Commits pushes, each as a step of its own. */
  commit(...pushes: Push[]): void {
    this.endCommit(this.beginCommit(...pushes));
  }

  /** Pushes, each of a step of its own, are under way until {@link endCommit}. */
  beginCommit(...pushes: Push[]): readonly CommittedStep[] {
    const steps = stepsOf(pushes);
    this.underWay$.next(steps);
    return steps;
  }

  endCommit(steps: readonly CommittedStep[]): void {
    const pushes = steps.flatMap((step) => step.pushes);
    const lastSeq = Math.max(this.seq, ...pushes.map((push) => push.seq));
    this.seq = lastSeq;
    this.committed$.next({ firstSeq: pushes[0]?.seq ?? lastSeq, lastSeq, steps, commitMs: 1, durableMs: 1 });
  }

  /** What was asked of a type and not answered yet, the oldest first. */
  pending<T extends Command['type'] | Query['type']>(type: T): Asked<Extract<Command | Query, { readonly type: T }>>[] {
    const all: Asked<Command | Query>[] = [...this.commands, ...this.queries];
    return all.filter((asked) => asked.what.type === type) as never;
  }

  #ask<T extends Command | Query>(
    list: Asked<T>[],
    what: T,
    reply: (reply: Reply) => void,
    prepare?: (reply: Reply) => void,
  ): void {
    const asked: Asked<T> = {
      what,
      answer: (result, seq = this.seq) => {
        list.splice(list.indexOf(asked), 1);
        const given = { seq, at: this.at, ...result } as Reply;
        prepare?.(given);
        reply(given);
      },
    };
    list.push(asked);
    const given = this.answers(what);
    if (given !== undefined) asked.answer(given as { readonly ok: PortOk });
  }
}

function stepsOf(pushes: readonly Push[]): CommittedStep[] {
  return pushes.map((push) => ({
    firstSeq: push.seq,
    at: push.at,
    events: [],
    subjects: [],
    pushes: [push],
    startedMs: 0,
    decisionUs: 1,
  }));
}
