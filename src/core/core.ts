// The core: commands and time in, events out. It knows no clock, no disk, no socket; the same code runs live, in recovery and in simulation.
//
// Invariants: 1. a step: deadlines due at or before now fire, then the command is decided, then the router settles once (SPEC, TIME and SET).
// 2. time never goes back. 3. a failed assertion before anything was applied is answered INTERNAL and the core goes on; after that it is
// thrown, since the state can no longer be trusted. 4. replay (`apply`) decides nothing.

import { AssertionFailure, assert, unreachable } from '../lib/assert.ts';
import { apply } from './apply.ts';
import { touch } from './apply-contact.ts';
import type { Command, Outcome, Query } from './commands.ts';
import type { Contact } from './contact.ts';
import { postponeShutOut } from './contact-hours.ts';
import {
  accept,
  decideAccept,
  decideCloseSession,
  decideDecline,
  decideOpenSession,
  decidePutAgent,
  decideRemoveAgent,
  decideRestart,
  decideSetPresence,
  decideWithdrawStalled,
} from './decide-agent.ts';
import { decideAssign, decidePull } from './decide-assign.ts';
import { decideCallback, decideRetry } from './decide-callback.ts';
import { decideConsult } from './decide-consult.ts';
import { decideCancel, decideComplete, decideEnd, decideSubmit, decideUpdate } from './decide-contact.ts';
import { decidePutCustomer, decideRemoveCustomer } from './decide-customer.ts';
import { decideCloseQueue, decideOpenQueue, decideResolveHours } from './decide-hours.ts';
import { decideSetPolicy } from './decide-policy.ts';
import { decideRequeue, decideTransfer } from './decide-transfer.ts';
import { type Decided, draw } from './decided.ts';
import type { CoreEvent, OfferMade } from './events.ts';
import { fireDeadlines } from './fire.ts';
import { type Pair, pairTotalUs } from './matching.ts';
import { Queries, queueView } from './queries.ts';
import { idleUs } from './rank.ts';
import { restore, stateRecords } from './records.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type Retraced, retrace } from './retrace.ts';
import { runnersUp } from './runners-up.ts';
import { settle } from './settle.ts';
import { State } from './state.ts';
import { hashRecords } from './state-hash.ts';
import type { StateRecord } from './state-records.ts';
import { Step } from './step.ts';
import type { ContactView } from './views.ts';

/** How much longer than shown an offer is waited for, for the network. */
export const OFFER_SLACK_MS = 500;

export interface StepResult {
  readonly outcome: Outcome;
  readonly events: readonly CoreEvent[];
  /** Beside `events`: the contact that the event is about, live: pictures must be drawn before the next step. */
  readonly subjects: readonly (Contact | undefined)[];
  /** Seq of the first event, or of the next one when there is none. */
  readonly firstSeq: number;
  readonly at: number;
}

/** What came of a step that nobody is told of. */
export interface Performed {
  readonly refusal: Refusal | undefined;
  readonly events: readonly CoreEvent[];
  /** Seq of the first event. */
  readonly firstSeq: number;
}

/** How the indexes are kept; for tests and benchmarks. */
export interface Tuning {
  /** A demand class that more supply classes meet has an index of its own (supply.ts). */
  readonly suppliersScannedMax?: number;
}

export class Core {
  readonly #state: State;
  readonly #queries: Queries;

  /** What it decides does not depend on `tuning`. */
  constructor(tuning: Tuning = {}) {
    this.#state = new State(tuning.suppliersScannedMax);
    this.#queries = new Queries(this.#state);
  }

  /** A core with the facts of the records, as `records` gave them. */
  static fromRecords(records: Iterable<StateRecord>, tuning: Tuning = {}): Core {
    const core = new Core(tuning);
    restore(core.#state, records);
    return core;
  }

  /** Seq of the last event. */
  get seq(): number {
    return this.#state.seq;
  }

  /** Instant of the last event; 0 before the first. */
  get at(): number {
    return this.#state.at;
  }

  /** Read access for those that draw pictures and count: nothing outside the core changes it. */
  get state(): Readonly<State> {
    return this.#state;
  }

  /** When the next step is due without a command; Infinity when nothing is waited for. */
  nextDeadline(): number {
    return Math.min(this.#state.deadlines.next, this.#state.caps.next);
  }

  /** The same but for the forgetting of tombstones, which can wait for the next command. */
  nextOccasion(): number {
    const { deadlines, forgetDeadline, caps } = this.#state;
    return Math.min(deadlines.nextBut(forgetDeadline), caps.next);
  }

  /**
   * Fires what is due at `now` (epoch milliseconds), decides the command, settles. The outcome's pictures are as of the end of the step.
   * Throws AssertionFailure when the state can no longer be trusted. `hold`: deadlines wait, since what was decided does not leave in time.
   */
  step(command: Command, now: number, deadlines: 'fire' | 'hold' = 'fire'): StepResult {
    const step = new Step(this.#state, now);
    const outcome = draw(this.#attempt(step, command, deadlines === 'fire'), step, queueView);
    return { outcome, events: step.events, subjects: step.subjects, firstSeq: step.firstSeq, at: now };
  }

  /** The same step for those who look at nothing but its events: no pictures are drawn. */
  perform(command: Command, now: number): Performed {
    const step = new Step(this.#state, now);
    const decided = this.#attempt(step, command, true);
    const refusal = 'error' in decided ? decided.error : undefined;
    return { refusal, events: step.events, firstSeq: step.firstSeq };
  }

  /** Answers a question as of now. */
  query(query: Query, now: number): Outcome {
    return this.#queries.answer(query, now);
  }

  /** What the offer that the next event makes, at that instant, does not keep; for a core that replays. */
  retrace(offer: OfferMade, at: number, runnersUpMax: number): Retraced | undefined {
    catchUp(this.#state, at);
    return retrace(this.#state, offer, at, runnersUpMax);
  }

  /** Explains as of the last event, for a core that replays; `retraced`: what the offer did not keep that this event made. */
  explainReplayed(query: Extract<Query, { readonly type: 'explain' }>, retraced?: Retraced): Outcome {
    catchUp(this.#state, this.at);
    return this.#queries.explain(query, this.at, retraced);
  }

  /** The picture of a waiting contact with its place in line, as `get` shows it. */
  placed(contact: Contact, now: number): ContactView {
    return this.#queries.placed(contact, now);
  }

  /** Replays the next event: what step emitted once, at its instant. */
  apply(event: CoreEvent, at: number): void {
    const state = this.#state;
    state.seq++;
    state.at = at;
    if (state.epoch === 0) state.epoch = at;
    apply(state, event);
    state.dirty.compact();
    // Who decided about it has postponed them.
    if (state.shutOut.length > 0) state.shutOut = [];
  }

  /** Every fact, for a snapshot. Must be consumed before the next step or apply. */
  records(): Iterable<StateRecord> {
    return stateRecords(this.#state);
  }

  /** 32 hex digits; equal for equal facts. */
  stateHash(): string {
    return hashRecords(this.records());
  }

  #attempt(step: Step, command: Command, mayFire: boolean): Decided {
    assert(step.now >= this.#state.at, 'time does not go back');
    try {
      return this.#run(step, command, mayFire);
    } catch (fault) {
      if (!(fault instanceof AssertionFailure) || step.events.length > 0) throw fault;
      return { error: refuse('INTERNAL_FAULT', fault.message) };
    }
  }

  #run(step: Step, command: Command, mayFire: boolean): Decided {
    if (this.#state.caps.next <= step.now) endCaps(this.#state, step.now);
    // These two say what was lost while nobody watched the clock; deadlines must not fire before that is known.
    const first = command.type === 'restart' || command.type === 'withdrawStalled';
    if (mayFire && !first) fireDeadlines(step);
    const decided = decide(step, command);
    if (this.#state.shutOut.length > 0) postponeShutOut(step);
    if (mayFire && first) fireDeadlines(step);
    if (!mayFire) this.#state.lookBehindGates();
    settle(this.#state, step, offer);
    return decided;
  }
}

function decide(step: Step, command: Command): Decided {
  if (step.state.policy === undefined && command.type !== 'setPolicy' && command.type !== 'tick') {
    return { error: refuse('STARTING', 'there is no policy yet') };
  }
  switch (command.type) {
    case 'submit':
      return decideSubmit(step, command);
    case 'update':
      return decideUpdate(step, command);
    case 'cancel':
      return decideCancel(step, command);
    case 'end':
      return decideEnd(step, command);
    case 'complete':
      return decideComplete(step, command);
    case 'requeue':
      return decideRequeue(step, command);
    case 'transfer':
      return decideTransfer(step, command);
    case 'callback':
      return decideCallback(step, command);
    case 'retry':
      return decideRetry(step, command);
    case 'consult':
      return decideConsult(step, command);
    case 'accept':
      return decideAccept(step, command);
    case 'decline':
      return decideDecline(step, command);
    case 'pull':
      return decidePull(step, command);
    case 'assign':
      return decideAssign(step, command);
    case 'setPresence':
      return decideSetPresence(step, command);
    case 'openSession':
      return decideOpenSession(step, command);
    case 'closeSession':
      return decideCloseSession(step, command);
    case 'putAgent':
      return decidePutAgent(step, command);
    case 'removeAgent':
      return decideRemoveAgent(step, command);
    case 'setPolicy':
      return decideSetPolicy(step, command);
    case 'resolveHours':
      return decideResolveHours(step, command);
    case 'closeQueue':
      return decideCloseQueue(step, command);
    case 'openQueue':
      return decideOpenQueue(step, command);
    case 'putCustomer':
      return decidePutCustomer(step, command);
    case 'removeCustomer':
      return decideRemoveCustomer(step, command);
    case 'restart':
      return decideRestart(step, command);
    case 'withdrawStalled':
      return decideWithdrawStalled(step, command);
    case 'tick':
      return { ok: {} };
    default:
      return unreachable(command);
  }
}

/** Who was made too many offers a minute ago may be made others now: no event says so, it follows from the time. */
function endCaps(state: State, now: number): void {
  state.recountedSeq = -1;
  for (let agent = state.caps.freeOne(now); agent !== undefined; agent = state.caps.freeOne(now)) touch(state, agent);
}

/** Who only applies never settles: what steps see to beside their events, who is capped and whom the queues count as free. */
function catchUp(state: State, at: number): void {
  endCaps(state, at);
  for (const agent of state.dirty.agents) state.supplies.recount(agent);
}

const NO_RUNNERS_UP: readonly never[] = [];

/** Proposes the pair's contact to its agent, and accepts for it where the channel says so. */
function offer(step: Step, pair: Pair): void {
  const { contact, agent } = pair;
  const { state, now } = step;
  const countMax = state.runnersUpMax;
  const { policy } = contact.channel;
  assert(Number.isSafeInteger(pairTotalUs(pair)), 'ranks are safe integers');
  const expiresAt = now + policy.offerTimeoutMs;
  const event: OfferMade = {
    type: 'offerMade',
    contactId: contact.id,
    agentId: agent.id,
    expiresAt,
    deadline: expiresAt + OFFER_SLACK_MS,
    cost: policy.cost,
    urgencyUs: pair.urgencyUs,
    fitUs: pair.fitUs,
    readinessUs: pair.readinessUs,
    autoAccepted: policy.autoAccept === true,
    runnersUp: countMax === 0 ? NO_RUNNERS_UP : runnersUp(pair, countMax, state.moment(now), state),
    idleUs: countMax === 0 ? 0 : idleUs(agent.readySince, now, state.terms),
  };
  step.emitOf(contact, event);
  if (event.autoAccepted) accept(step, contact, agent.id);
}
