// Runs the core: stamps commands with the router's time, has their events committed, and lets nothing out before they are durable.
//
// Invariants: 1. what is durable is told first, to all who listen; then the answers that saw it leave. 2. a journal that fails, a subscriber
// that throws, and whatever breaks after an event was applied, end the engine: nothing is answered any more and `onFailure` is called once.
// 3. while the oldest uncommitted event is over STALL_MS old no deadline fires, nor after that before the offers that never left are
// withdrawn. 4. past `maxPending` uncommitted events submissions are refused, at once; everything else goes on. 5. no command is decided by
// hours that were resolved more than a day ago, and no policy takes effect without its own.

import type { Command, ContactDraft, Outcome, Query } from '../core/commands.ts';
import { drawContact, forgetViews } from '../core/contact.ts';
import { zonesInUse } from '../core/contact-hours.ts';
import type { Core, StepResult } from '../core/core.ts';
import type { ResolvedHours } from '../core/hours.ts';
import type { ResolvedPolicy } from '../core/policy.ts';
import { queueViews } from '../core/queries.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { contactCalendars, resolveContactHours, resolveHours } from '../hours/openings.ts';
import { type Alarm, SystemAlarm } from './alarm.ts';
import { Answers } from './answers.ts';
import type { EngineClock } from './clock.ts';
import type { ClosedPictures } from './closed-pictures.ts';
import { type CommitEncoder, type CommitSink, GroupCommit } from './group-commit.ts';
import { GuardedFeed } from './guarded-feed.ts';
import type { PastExplainer } from './past.ts';
import type { CommittedBatch, CommittedStep, EngineGauges, EnginePort, Reply } from './port.ts';
import { PushDrawer, subjectOf } from './pushes.ts';
import type { PastQuestion } from './rebuilder.ts';
import { TimeZones } from './time-zones.ts';

/** How long commits may take before time stands still for deadlines. */
const STALL_MS = 1_000;
/** How often calendars are resolved anew; each time far beyond that. */
const HOURS_EVERY_MS = 86_400_000;
const BACK_PRESSURE_RETRY_MS = 100;
const TIMER_MAX_MS = 2 ** 31 - 1;

export interface EngineOptions {
  readonly core: Core;
  readonly clock: EngineClock;
  readonly journal: CommitSink;
  readonly encoder: CommitEncoder;
  readonly pictures: ClosedPictures;
  /** Who explains contacts as they stood; where nobody does, such questions are refused. */
  readonly past?: PastExplainer;
  /** Uncommitted events past which submissions are refused. */
  readonly maxPending: number;
  /** The journal failed, or the state can no longer be trusted: the process must end. */
  readonly onFailure: (cause: unknown) => void;
  readonly monotonicMs: () => number;
  /** What wakes it for deadlines, on the clock of `monotonicMs`; Node's timers unless given. */
  readonly alarm?: Alarm;
}

export class Engine implements EnginePort {
  readonly committed$ = new GuardedFeed<CommittedBatch>();
  readonly underWay$ = new GuardedFeed<readonly CommittedStep[]>();
  readonly #options: EngineOptions;
  readonly #core: Core;
  readonly #commits: GroupCommit;
  readonly #answers: Answers;
  readonly #pushes: PushDrawer;
  readonly #alarm: Alarm;
  #alarmDue = Number.POSITIVE_INFINITY;
  /** The router's time less the monotonic clock's, when the alarm was set. */
  #alarmLeadMs = Number.POSITIVE_INFINITY;
  readonly #zones = new TimeZones();
  /** When the next command finds calendars resolved anew; Infinity: the policy has none. */
  #hoursDue = 0;
  #isDraining = false;
  #hasEnded = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#core = options.core;
    this.#alarm = options.alarm ?? new SystemAlarm();
    this.#answers = new Answers(options.pictures, options.core.seq, (cause) => this.#fail(cause));
    this.#pushes = new PushDrawer(options.core.state, (contact, at) => options.core.placed(contact, at));
    const observer = {
      underWay: (steps: readonly CommittedStep[]) => this.#underWay(steps),
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

  execute(command: Command, reply: (reply: Reply) => void, prepare?: (reply: Reply) => void): void {
    if (this.#hasEnded) return;
    const refusal = command.type === 'submit' ? this.#refuseSubmission(command.contact) : undefined;
    // It saw nothing, so it waits for nothing: who is to slow down must hear of it now.
    if (refusal !== undefined) return reply({ seq: this.#answers.durableSeq, at: this.now(), error: refusal });
    const result = this.#step(command);
    if (result === undefined) return;
    const { at, outcome } = result;
    this.#answers.give({ seq: this.#core.seq, at, outcome, query: undefined }, reply, prepare);
  }

  query(query: Query, reply: (reply: Reply) => void): void {
    if (this.#hasEnded) return;
    const at = this.now();
    if (query.type === 'explain' && query.at !== undefined && query.at > 0) {
      this.#explainPast({ ...query, at: query.at }, reply);
      return;
    }
    this.#answers.give({ seq: this.#core.seq, at, outcome: this.#look(query, at), query }, reply, undefined);
  }

  /** Starts deadlines. To be called once, when recovery is done. */
  start(): void {
    if (this.#core.state.policy?.calendars !== undefined) this.#step({ type: 'tick' });
    this.#arm(this.now(), this.#options.monotonicMs());
  }

  /** From now on submissions are refused as UNAVAILABLE; resolves when everything decided so far is durable and answered. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const closing = this.#options.past?.close();
    await this.#commits.flushed();
    await closing;
    await this.#answers.fetched();
  }

  /** Fires no more deadlines, drains until nothing is left, then stops. */
  async close(): Promise<void> {
    this.#alarm.clear();
    this.#alarmDue = Number.NEGATIVE_INFINITY;
    this.#alarmLeadMs = Number.POSITIVE_INFINITY;
    do await this.drain();
    while (this.#commits.uncommittedCount > 0 && !this.#hasEnded);
    this.stop();
  }

  /** No more deadlines, no more answers. */
  stop(): void {
    this.#hasEnded = true;
    this.#alarm.clear();
    this.#answers.end();
    void this.#options.past?.close();
    this.committed$.complete();
    this.underWay$.complete();
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
      // What yields may be held beyond capacity.
      load += Math.min(agent.load, agent.capacity);
      capacity += agent.capacity;
    }
    return {
      durableSeq: this.#answers.durableSeq,
      decidedSeq: this.#core.seq,
      past: this.#options.past?.counts ?? { count: 0, seconds: 0 },
      clockGapSeconds: this.#options.clock.gapSeconds(),
      queues: queueViews(state, now),
      agentsByPresence,
      agentLoadRatio: capacity === 0 ? 0 : load / capacity,
      customerCount: state.customers.size,
    };
  }

  /** Not from the live state; and not before the event asked for is durable, so that others can read it. */
  #explainPast(question: PastQuestion, reply: (reply: Reply) => void): void {
    const { seq } = this.#core;
    const { past } = this.#options;
    const saw = { seq, at: this.now() };
    const refusal =
      question.at > seq
        ? refuse('INVALID_FIELD', `expected the seq of an event: at most ${seq}, the last one`, 'at')
        : refuse('HISTORY_GONE', 'this router keeps nothing that the past could be rebuilt from', 'at');
    if (question.at > seq || past === undefined) {
      this.#answers.give({ ...saw, outcome: { error: refusal }, query: question }, reply, undefined);
    } else this.#answers.giveLater(saw, () => past.explain(question), reply);
  }

  #refuseSubmission({ timeZone = '' }: ContactDraft): Refusal | undefined {
    if (this.#isDraining) return refuse('DRAINING', 'the router is shutting down');
    const { maxPending } = this.#options;
    if (this.#commits.uncommittedCount < maxPending)
      return timeZone === '' ? undefined : this.#zones.refusalOf(timeZone);
    const message = `${maxPending} events wait to be journalled`;
    return refuse('TOO_MANY_PENDING', message, '', BACK_PRESSURE_RETRY_MS);
  }

  /** A question changes nothing: one that breaks is answered so, and the engine goes on. */
  #look(query: Query, at: number): Outcome {
    try {
      return this.#core.query(query, at);
    } catch (fault) {
      return { error: refuse('INTERNAL_FAULT', fault instanceof Error ? fault.message : String(fault)) };
    }
  }

  /** Decides; undefined when the state broke, which ends the engine. */
  #step(command: Command): StepResult | undefined {
    try {
      return this.#decide(command);
    } catch (cause) {
      this.#fail(cause);
      return undefined;
    }
  }

  #decide(command: Command): StepResult {
    switch (command.type) {
      case 'setPolicy':
        return this.#setPolicy(command);
      // These two say what was lost, before anything else is decided.
      case 'restart':
      case 'withdrawStalled':
        return this.#make(command);
      default:
        if (this.now() >= this.#hoursDue) this.#resolveHours();
        if (command.type === 'submit') this.#resolveZone(command.contact);
        return this.#make(command);
    }
  }

  /** With the openings of its calendars, unless whoever asks has resolved them. */
  #setPolicy(command: Extract<Command, { readonly type: 'setPolicy' }>): StepResult {
    const { policy, hours } = command;
    const isResolved = policy.calendars === undefined || hours !== undefined;
    const result = this.#make(isResolved ? command : { ...command, hours: this.#hoursOf(policy) });
    if ('ok' in result.outcome) this.#awaitHours();
    return result;
  }

  #resolveHours(): void {
    const { policy } = this.#core.state;
    this.#awaitHours();
    if (policy?.calendars === undefined) return;
    this.#make({ type: 'resolveHours', hours: this.#hoursOf(policy) });
  }

  /** Of the calendars, and where customers are called in the time zones that contacts name. */
  #hoursOf(policy: ResolvedPolicy): ResolvedHours[] {
    const now = this.now();
    const ownHours = resolveHours(policy, now);
    if (contactCalendars(policy).length === 0) return ownHours;
    return [...ownHours, ...resolveContactHours(policy, zonesInUse(this.#core.state), now)];
  }

  /** Before a contact comes whose time zone, its own or its customer's, nobody named lately. */
  #resolveZone({ timeZone: own = '', customerId }: ContactDraft): void {
    const { policy, hasContactHours, customers } = this.#core.state;
    if (policy === undefined || !hasContactHours) return;
    const timeZone = own || customers.get(customerId)?.timeZone;
    // The database of the process that took the profile may have known another zone.
    if (!timeZone || this.#zones.refusalOf(timeZone) !== undefined) return;
    const now = this.now();
    if (!this.#zones.areStale(this.#core.state, timeZone, now - HOURS_EVERY_MS)) return;
    this.#make({ type: 'resolveHours', hours: resolveContactHours(policy, [timeZone], now) });
  }

  #awaitHours(): void {
    const hasCalendars = this.#core.state.policy?.calendars !== undefined;
    this.#hoursDue = hasCalendars ? this.now() + HOURS_EVERY_MS : Number.POSITIVE_INFINITY;
  }

  #make(command: Command): StepResult {
    const startedMs = this.#options.monotonicMs();
    const deadlines = this.#commits.oldestWaitMs() > STALL_MS ? 'hold' : 'fire';
    this.#pushes.before(command);
    const result = this.#core.step(command, this.now(), deadlines);
    if (result.events.length > 0) {
      const pushes = this.#pushes.draw(command, result);
      this.#keepClosed(result);
      const subjects = result.subjects.map((subject, index) =>
        subjectOf(subject, result.at, result.events[index], this.#core.state),
      );
      forgetViews(result.subjects);
      const decisionUs = (this.#options.monotonicMs() - startedMs) * 1000;
      const { firstSeq, at, events } = result;
      this.#commits.add({ firstSeq, at, events, subjects, pushes, startedMs, decisionUs });
    }
    this.#arm(result.at, startedMs);
    return result;
  }

  #keepClosed({ events, subjects, firstSeq }: StepResult): void {
    const { pictures } = this.#options;
    for (const [index, event] of events.entries()) {
      const seq = firstSeq + index;
      const subject = subjects[index];
      if (event.type === 'contactClosed') {
        // A picture of its own: what the one that is told was encoded to would stay with it, and memory is let go of by the slab.
        if (subject !== undefined) pictures.keep(seq, drawContact(subject));
      } else if (event.type === 'dispositionSet') {
        // An open contact has its disposition in the state.
        if (subject === undefined) pictures.dispose(seq, event.contactId, event.disposition);
      } else if (event.type === 'tombstonesForgotten') pictures.forget(event.closedThrough);
    }
  }

  #underWay(steps: readonly CommittedStep[]): void {
    const last = steps.at(-1);
    if (last === undefined || this.#hasEnded) return;
    this.underWay$.emit(steps);
    this.#answers.prepare(last.firstSeq + last.events.length - 1);
  }

  #committed(steps: readonly CommittedStep[], commitMs: number, waitedMs: number): void {
    const first = steps[0];
    const last = steps.at(-1);
    if (first === undefined || last === undefined || this.#hasEnded) return;
    const { firstSeq } = first;
    const lastSeq = last.firstSeq + last.events.length - 1;
    const durableMs = this.#options.monotonicMs();
    // Before anybody is told: whoever asks for something then makes time go on.
    if (waitedMs > STALL_MS) this.#step({ type: 'withdrawStalled', firstSeq, lastSeq });
    if (this.#hasEnded) return;
    this.committed$.emit({ firstSeq, lastSeq, steps, commitMs, durableMs });
    this.#answers.release(lastSeq);
  }

  #arm(now: number, monotonicMs: number): void {
    const due = this.#core.nextDeadline();
    const leadMs = now - monotonicMs;
    // An alarm that was set before time jumped ahead comes too late for what it was set for, and for all after that.
    const hasJumped = leadMs > this.#alarmLeadMs + 1;
    if (this.#hasEnded || (due >= this.#alarmDue && !hasJumped)) return;
    this.#alarmLeadMs = leadMs;
    this.#wakeAt(due, Math.min(Math.max(due - now, 0), TIMER_MAX_MS));
  }

  #wakeAt(due: number, delayMs: number): void {
    this.#alarmDue = due;
    this.#alarm.set(delayMs, () => {
      this.#alarmDue = Number.POSITIVE_INFINITY;
      if (this.#hasEnded) return;
      // While the journal stalls, look again soon: no earlier deadline may cut this short.
      if (this.#commits.oldestWaitMs() > STALL_MS) this.#wakeAt(0, STALL_MS / 10);
      else this.#step({ type: 'tick' });
    });
  }

  #fail(cause: unknown): void {
    if (this.#hasEnded) return;
    this.stop();
    this.#options.onFailure(cause);
  }
}
