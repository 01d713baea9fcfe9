// Runs a history through the core and the oracle side by side and throws at the first difference, with all that was asked until then.
//
// 1. Compared after every step: events, answer, next deadline, views of every contact, agent and queue; now and then all records of the state.
// 2. From some step on two shadows go along, one read from records, one replayed from events: same events, same hash.
// 3. At the end the whole journal is replayed; events once given out have not changed.

import type { Actor, Command, Outcome, Tombstone } from '../../../src/core/commands.ts';
import { Core, type StepResult } from '../../../src/core/core.ts';
import type { CoreEvent } from '../../../src/core/events.ts';
import type { StateRecord } from '../../../src/core/state-records.ts';
import type { ContactView } from '../../../src/core/views.ts';
import { checkInvariants } from './invariants.ts';
import type { History, Pause } from './moves.ts';
import { Oracle, type OracleStep } from './oracle.ts';
import {
  agentPicture,
  canonicalText,
  changedIds,
  getPicture,
  isSame,
  listIds,
  normalized,
  queuePictures,
  recordPictures,
  withoutDefaults,
} from './picture.ts';
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
  readonly #resolver = new Resolver();
  readonly #script: { readonly now: number; readonly command: Command; readonly deadlines: string }[] = [];
  readonly #given: string[] = [];
  readonly #shadows: Core[] = [];
  #now = START;

  constructor(rule: RuleParts = theRule) {
    this.#oracle = new Oracle(rule);
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
    this.#same('events', expected.events.map(normalized), actual.events.map(normalized));
    this.#same('step', { firstSeq: before + 1, at: now }, { firstSeq: actual.firstSeq, at: actual.at });
    this.#same('seq', this.#oracle.state.seq, this.core.seq);
    this.#compareAnswer(expected, actual.outcome);
    this.#compareDeadlines(command.type === 'tick' && deadlines === 'fire');
    this.#compareViews();
    if (this.#script.length % RECORDS_EVERY === 0) this.#compareRecords();
    checkInvariants(this.#oracle.state, actual.events, (what) => this.fail(what));
    for (const shadow of this.#shadows) {
      const { events, outcome } = shadow.step(command, now, deadlines);
      this.#same('events of a shadow', actual.events, events);
      this.#same('answer of a shadow', actual.outcome, outcome);
      // A copy may wait for a deadline that has fired already and came to nothing: never for a later one.
      if (shadow.nextDeadline() > this.core.nextDeadline()) this.fail('a shadow waits longer');
    }
    return actual;
  }

  /** From now on a copy read from records and one replayed from the events go along. */
  startShadows(): void {
    const records: StateRecord[] = JSON.parse(JSON.stringify([...this.core.records()]));
    this.#shadows.push(Core.fromRecords(records), this.replayed());
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
    this.#compareRecords();
    this.#compareLists();
    this.#compareShadowHashes();
    const hash = this.core.stateHash();
    this.#same('hash after replay', hash, this.replayed().stateHash());
    this.#same('hash of the records', hash, Core.fromRecords(this.core.records()).stateHash());
    this.#same(
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
      this.#same(`hash of a copy after event ${count}`, follower.stateHash(), copy.stateHash());
      for (const { event, at } of this.journal.slice(count)) copy.apply(event, at);
      this.#same(`hash at the end, copied after event ${count}`, hash, copy.stateHash());
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

  #compareAnswer({ verdict, answer }: OracleStep, outcome: Outcome): void {
    if (verdict.kind === 'refused') {
      const given = 'error' in outcome ? outcome.error.reason : outcome;
      this.#same('refusal', verdict.reason, given);
      return;
    }
    if ('error' in outcome) this.fail(`refused: ${canonicalText(outcome.error)}`);
    for (const [name, expected] of Object.entries(answer)) {
      this.#same(`answer.${name}`, expected, outcome.ok[name as keyof typeof outcome.ok]);
    }
  }

  #compareDeadlines(isTick: boolean): void {
    const next = this.core.nextDeadline();
    if (next > this.#oracle.nextDeadline) {
      this.fail(`nextDeadline ${next}, expected ${this.#oracle.nextDeadline}`);
    }
    if (isTick && next <= this.#now) this.fail(`nextDeadline ${next} right after a tick at ${this.#now}`);
  }

  #compareViews(): void {
    const { state } = this.#oracle;
    const known = [...state.contacts.map(({ id }) => id), ...state.tombstones.map(({ contactId }) => contactId)];
    for (const contactId of known) {
      const outcome = this.core.query({ type: 'get', actor: ADMIN, contactId }, this.#now);
      const view = 'ok' in outcome ? outcome.ok.contact : outcome.error;
      this.#same(`get ${contactId}`, getPicture(state, contactId, this.#now), view);
    }
    for (const agent of state.agents) {
      const outcome = this.core.query({ type: 'agent', agentId: agent.id }, this.#now);
      const view = 'ok' in outcome ? outcome.ok.agent : outcome.error;
      this.#same(`agent ${agent.id}`, agentPicture(state, agent), view);
    }
    const outcome = this.core.query({ type: 'queues' }, this.#now);
    this.#same('queues', queuePictures(state, this.#now), 'ok' in outcome ? outcome.ok.queues : outcome.error);
  }

  #compareRecords(): void {
    const actual = [...this.core.records()]
      .filter((record) => record.kind !== 'queueFlow' || record.answered.length > 0)
      .map((record) => withoutDefaults(normalized(record)));
    this.#same('records', recordPictures(this.#oracle.state), actual);
  }

  /** Pages of `list` and `changes`, small ones, put together. */
  #compareLists(): void {
    const { state } = this.#oracle;
    this.#compareAgentPages();
    for (const gatewayId of ['', ...state.gateways.map(({ id }) => id)]) {
      const listed: string[] = [];
      for (let afterId: string | undefined = ''; afterId !== undefined; ) {
        const outcome = this.core.query(
          { type: 'list', actor: ADMIN, open: false, afterId, limit: 3, gatewayId, state: '' },
          this.#now,
        );
        if ('error' in outcome) this.fail(`list after ${afterId}: ${outcome.error.reason}`);
        listed.push(...(outcome.ok.contacts ?? []).map(idOf));
        afterId = outcome.ok.next;
      }
      this.#same(`list of ${gatewayId}`, listIds(state, gatewayId), listed);
      if (gatewayId !== '') this.#compareChanges(gatewayId);
    }
  }

  #compareAgentPages(): void {
    const listed: string[] = [];
    for (let afterId: string | undefined = ''; afterId !== undefined; ) {
      const outcome = this.core.query({ type: 'agents', afterId, limit: 2 }, this.#now);
      if ('error' in outcome) this.fail(`agents after ${afterId}: ${outcome.error.reason}`);
      listed.push(...(outcome.ok.agents ?? []).map(({ id }) => id));
      afterId = outcome.ok.next;
    }
    const inOrder = this.#oracle.state.agents.toSorted((one, other) => one.ordinal - other.ordinal);
    this.#same(
      'agents',
      inOrder.map(({ id }) => id),
      listed,
    );
  }

  #compareChanges(gatewayId: string): void {
    const { state } = this.#oracle;
    const forgotten = state.gateways.find(({ id }) => id === gatewayId)?.forgottenSeq ?? 0;
    const changed: string[] = [];
    for (let sinceSeq: number | undefined = forgotten; sinceSeq !== undefined; ) {
      const outcome = this.core.query({ type: 'changes', gatewayId, sinceSeq, limit: 3 }, this.#now);
      if ('error' in outcome) this.fail(`changes since ${sinceSeq}: ${outcome.error.reason}`);
      changed.push(...(outcome.ok.contacts ?? []).map(idOf));
      sinceSeq = outcome.ok.next === undefined ? undefined : Number(outcome.ok.next);
    }
    this.#same(`changes of ${gatewayId}`, changedIds(state, gatewayId, forgotten), changed);
    const further = this.core.query({ type: 'changes', gatewayId, sinceSeq: forgotten - 1, limit: 3 }, this.#now);
    if (forgotten > 0 && !('error' in further)) this.fail('changes reach back behind what is forgotten');
  }

  #compareShadowHashes(): void {
    for (const shadow of this.#shadows) this.#same('hash of a shadow', this.core.stateHash(), shadow.stateHash());
  }

  #same(what: string, expected: unknown, actual: unknown): void {
    if (!isSame(expected, actual)) this.fail(`${what} differ:\n${difference(expected, actual)}`);
  }
}

function idOf(contact: ContactView | Tombstone): string {
  return 'contactId' in contact ? contact.contactId : contact.id;
}

/** The first items of two lists that differ, or the whole. */
function difference(expected: unknown, actual: unknown): string {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    for (let index = 0; index < length; index++) {
      const [one, other] = [canonicalText(expected[index]), canonicalText(actual[index])];
      if (one !== other)
        return `item ${index} of ${expected.length} and ${actual.length}\nexpected ${one}\nactual   ${other}`;
    }
  }
  return `expected ${canonicalText(expected)}\nactual   ${canonicalText(actual)}`;
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
