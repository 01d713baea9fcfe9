// Runs a history through the core and the oracle side by side and throws at the first difference, with all that was asked until then.
//
// 1. Compared after every step: events, answer, next deadline, views of every contact, agent and queue; now and then all records of the state.
// 2. From some step on two shadows go along, one read from records, one replayed from events: same events, same hash.
// 3. At the end the whole journal is replayed; events once given out have not changed.

import type { Actor, Command } from '../../../src/core/commands.ts';
import { Core, type StepResult } from '../../../src/core/core.ts';
import type { CoreEvent } from '../../../src/core/events.ts';
import type { StateRecord } from '../../../src/core/state-records.ts';
import { Comparison } from './comparison.ts';
import { checkInvariants } from './invariants.ts';
import type { History, Pause } from './moves.ts';
import { Oracle } from './oracle.ts';
import { canonicalText } from './picture.ts';
import { type RuleParts, theRule } from './rank.ts';
import { Resolver } from './resolve.ts';

export const ADMIN: Actor = { role: 'admin', id: 'root' };
/** Whole states are compared so often, and at the end. */
const RECORDS_EVERY = 5;
/** Only long pauses go to deadlines further away than this, lest every history end with everybody tired of waiting. */
const FAR_MS = 3_600_000;
const START = 1_760_000_000_123;

export interface RunOptions {
  /** Step after which the shadows start. */
  readonly shadowFrom: number;
  /** Compare the hash at every event boundary, and go on from each. */
  readonly everyBoundary: boolean;
  readonly rule?: RuleParts;
}

/** What a run came to, for statistics and golden journals. */
export interface RunResult {
  readonly core: Core;
  readonly journal: readonly JournalEntry[];
}

export interface JournalEntry {
  readonly at: number;
  readonly event: CoreEvent;
}

/** The core, the oracle and what happened so far. */
export class Run {
  readonly core = new Core();
  readonly journal: JournalEntry[] = [];
  readonly #oracle: Oracle;
  readonly #comparison: Comparison;
  readonly #resolver = new Resolver();
  readonly #script: { readonly now: number; readonly command: Command; readonly deadlines: string }[] = [];
  readonly #given: string[] = [];
  /** Cores that go along; the first has an index for every demand class, which small worlds would not see otherwise. */
  readonly #shadows: Core[] = [new Core({ suppliersScannedMax: 0 })];
  #now = START;

  constructor(rule: RuleParts = theRule) {
    this.#oracle = new Oracle(rule);
    this.#comparison = new Comparison(this.core, this.#oracle, (what) => this.fail(what));
  }

  /** Resolves and makes one move. */
  move(move: History['moves'][number]): void {
    this.#now = this.#instantOf(move.pause);
    this.step(this.#resolver.resolve(this.#oracle.state, move), this.#now, move.hold ? 'hold' : 'fire');
  }

  /** Steps both sides and compares everything. */
  step(command: Command, now: number, deadlines: 'fire' | 'hold' = 'fire'): StepResult {
    this.#now = now;
    this.#script.push({ now, command, deadlines });
    const before = this.core.seq;
    const expected = this.#oracle.step(command, now, deadlines);
    const actual = this.core.step(command, now, deadlines);
    for (const event of actual.events) this.#note(event, now);
    this.#comparison.step(expected, actual, before, now);
    this.#comparison.deadlines(command.type === 'tick' && deadlines === 'fire', now);
    this.#comparison.views(now);
    if (this.#script.length % RECORDS_EVERY === 0) this.#comparison.records();
    checkInvariants(this.#oracle.state, actual.events, (what) => this.fail(what));
    for (const shadow of this.#shadows) {
      const { events, outcome } = shadow.step(command, now, deadlines);
      this.#comparison.same('events of a shadow', actual.events, events);
      this.#comparison.same('answer of a shadow', actual.outcome, outcome);
      // A copy may wait for a deadline that has fired already and came to nothing: never for a later one.
      if (shadow.nextDeadline() > this.core.nextDeadline()) this.fail('a shadow waits longer');
    }
    return actual;
  }

  /** From now on a copy read from records and one replayed from the events go along. */
  startShadows(): void {
    const records: StateRecord[] = JSON.parse(JSON.stringify([...this.core.records()]));
    this.#shadows.push(Core.fromRecords(records, { suppliersScannedMax: 1 }), this.replayed());
    this.#compareShadowHashes();
  }

  /** A new core that has applied every event of the journal, or the first so many. */
  replayed(count = this.journal.length): Core {
    const copy = new Core();
    for (const { event, at } of this.journal.slice(0, count)) copy.apply(event, at);
    return copy;
  }

  /** What holds at the end of every history. */
  finish(everyBoundary: boolean): RunResult {
    this.#comparison.records();
    this.#comparison.lists(this.#now);
    this.#compareShadowHashes();
    const hash = this.core.stateHash();
    this.#comparison.same('hash after replay', hash, this.replayed().stateHash());
    this.#comparison.same('hash of the records', hash, Core.fromRecords(this.core.records()).stateHash());
    this.#comparison.same(
      'events given out',
      this.#given,
      this.journal.map(({ event }) => JSON.stringify(event)),
    );
    if (everyBoundary) this.#checkBoundaries(hash);
    return { core: this.core, journal: this.journal };
  }

  fail(what: string): never {
    throw new Error(`${what}\n--- asked until then:\n${this.#script.map(canonicalText).join('\n')}`);
  }

  #checkBoundaries(hash: string): void {
    const follower = new Core();
    for (let count = 0; count <= this.journal.length; count++) {
      const copy = Core.fromRecords(follower.records());
      this.#comparison.same(`hash of a copy after event ${count}`, follower.stateHash(), copy.stateHash());
      for (const { event, at } of this.journal.slice(count)) copy.apply(event, at);
      this.#comparison.same(`hash at the end, copied after event ${count}`, hash, copy.stateHash());
      const next = this.journal[count];
      if (next !== undefined) follower.apply(next.event, next.at);
    }
  }

  #instantOf(pause: Pause): number {
    if ('ms' in pause) return this.#now + pause.ms;
    const due = this.core.nextDeadline();
    const isFar = due - this.#now > FAR_MS && pause.deadlinePlusMs < FAR_MS;
    return isFar || !Number.isFinite(due) ? this.#now : Math.max(this.#now, due + pause.deadlinePlusMs);
  }

  #note(event: CoreEvent, at: number): void {
    this.journal.push({ event, at });
    this.#given.push(JSON.stringify(event));
    if (event.type === 'contactSubmitted') this.#oracle.learnHash(event.contactId, event.hash);
    if (event.type === 'offerMade') this.#resolver.noteOffer(this.journal.length, event.agentId);
  }

  #compareShadowHashes(): void {
    for (const shadow of this.#shadows)
      this.#comparison.same('hash of a shadow', this.core.stateHash(), shadow.stateHash());
  }
}

/** Runs the whole history; throws at the first difference. */
export function runHistory(history: History, { shadowFrom, everyBoundary, rule }: RunOptions): RunResult {
  const run = new Run(rule);
  run.step({ type: 'setPolicy', actor: ADMIN, policy: history.policy, source: 'first', fileHash: 'f1' }, START);
  for (const [index, move] of history.moves.entries()) {
    if (index === shadowFrom) run.startShadows();
    run.move(move);
  }
  return run.finish(everyBoundary);
}
