// The agents of a scenario: when they are on duty, what they do with offers, how much of their time they are busy.
//
// Invariants: 1. an agent's group says when it is on duty; its presence is what the events said last. 2. what an agent does with offers comes from
// streams of its own, so that one agent more changes nothing about the others. 3. times are clipped to the measured period.

import type { Actor } from '../core/commands.ts';
import type { Presence } from '../core/views.ts';
import { assert } from '../lib/assert.ts';
import { RandomStream } from './random-stream.ts';
import type { AgentReport } from './report.ts';
import type { AgentGroup, AnswerModel, Shift } from './scenario.ts';
import { type Sampler, samplerOf } from './variate.ts';

/** Part of the run that counts, milliseconds. */
export interface MeasuredPeriod {
  readonly fromMs: number;
  readonly toMs: number;
}

export class CrewAgent {
  readonly index: number;
  readonly actor: Actor;
  readonly handleFactor: number;
  readonly #period: MeasuredPeriod;
  readonly #choices: RandomStream;
  readonly #after: Sampler;
  presence: Presence = 'OFFLINE';
  #held = 0;
  #busySince = 0;
  #busyMs = 0;
  #signedInSince = 0;
  #signedInMs = 0;
  #handled = 0;

  constructor(
    id: string,
    index: number,
    facts: {
      readonly handleFactor: number;
      readonly after: AnswerModel['after'];
      readonly seed: number;
      readonly period: MeasuredPeriod;
    },
  ) {
    this.index = index;
    this.actor = { role: 'agent', id };
    this.handleFactor = facts.handleFactor;
    this.#period = facts.period;
    this.#choices = new RandomStream(facts.seed, `agent ${id} choice`);
    this.#after = samplerOf(facts.after, new RandomStream(facts.seed, `agent ${id} answer`));
  }

  /** What it does with an offer. */
  choose(answer: AnswerModel): 'accept' | 'decline' | 'miss' {
    if (answer.missRatio === 0 && answer.declineRatio === 0) return 'accept';
    const chance = this.#choices.uniform();
    if (chance < answer.missRatio) return 'miss';
    return chance < answer.missRatio + answer.declineRatio ? 'decline' : 'accept';
  }

  /** How long it takes to answer an offer, milliseconds. */
  answerAfterMs(): number {
    return this.#after.next();
  }

  hold(atMs: number): void {
    if (this.#held++ === 0) this.#busySince = atMs;
  }

  release(atMs: number): void {
    assert(this.#held > 0, 'an agent lets go of what it holds');
    if (--this.#held === 0) this.#busyMs += overlapMs(this.#busySince, atMs, this.#period);
  }

  accepted(atMs: number): void {
    if (atMs >= this.#period.fromMs && atMs < this.#period.toMs) this.#handled++;
  }

  become(presence: Presence, atMs: number): void {
    const wasIn = this.presence !== 'OFFLINE';
    const isIn = presence !== 'OFFLINE';
    this.presence = presence;
    if (!wasIn && isIn) this.#signedInSince = atMs;
    if (wasIn && !isIn) this.#signedInMs += overlapMs(this.#signedInSince, atMs, this.#period);
  }

  /** Its figures at the end of a run, which is not before the end of the period. */
  report(): AgentReport {
    const { period, end } = { period: this.#period, end: this.#period.toMs };
    const busyMs = this.#busyMs + (this.#held > 0 ? overlapMs(this.#busySince, end, period) : 0);
    const isIn = this.presence !== 'OFFLINE';
    const signedInMs = this.#signedInMs + (isIn ? overlapMs(this.#signedInSince, end, period) : 0);
    return { occupancy: signedInMs > 0 ? busyMs / signedInMs : null, handled: this.#handled };
  }
}

function overlapMs(fromMs: number, toMs: number, period: MeasuredPeriod): number {
  return Math.max(0, Math.min(toMs, period.toMs) - Math.max(fromMs, period.fromMs));
}

/** A group's hours. */
export class Roster {
  readonly agents: readonly CrewAgent[];
  readonly #shifts: readonly Shift[];
  isOnDuty = false;

  constructor(group: AgentGroup, agents: readonly CrewAgent[]) {
    this.agents = agents;
    this.#shifts = group.shifts;
  }

  /** Whether one of its shifts covers the instant. A shift's end is not in it. */
  coversAt(atMs: number): boolean {
    return this.#shifts.some((shift) => covers(shift, atMs));
  }

  /** The next instant after this one at which a shift begins or ends; Infinity when none ever does. */
  nextChangeAfter(atMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const shift of this.#shifts) nextMs = Math.min(nextMs, nextEdge(shift, atMs));
    return nextMs;
  }
}

/** A shift whose period is infinite is there once. One that is as long as its period never ends. */
function isEndless({ fromMs, toMs, periodMs }: Shift): boolean {
  return periodMs !== Number.POSITIVE_INFINITY && toMs - fromMs >= periodMs;
}

function covers(shift: Shift, atMs: number): boolean {
  const { fromMs, toMs, periodMs } = shift;
  if (isEndless(shift)) return true;
  const phase = atMs % periodMs;
  return (phase >= fromMs && phase < toMs) || (phase + periodMs >= fromMs && phase + periodMs < toMs);
}

function nextEdge(shift: Shift, atMs: number): number {
  const { fromMs, toMs, periodMs } = shift;
  if (isEndless(shift)) return Number.POSITIVE_INFINITY;
  let nextMs = Number.POSITIVE_INFINITY;
  const isOnce = periodMs === Number.POSITIVE_INFINITY;
  const first = isOnce ? 0 : Math.floor(atMs / periodMs) - 1;
  for (let repeat = first; repeat <= (isOnce ? first : first + 2); repeat++) {
    const startMs = repeat === 0 ? 0 : repeat * periodMs;
    if (startMs + fromMs > atMs) nextMs = Math.min(nextMs, startMs + fromMs);
    if (startMs + toMs > atMs) nextMs = Math.min(nextMs, startMs + toMs);
  }
  return nextMs;
}
