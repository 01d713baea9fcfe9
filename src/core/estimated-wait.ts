// How long a place in line takes, seen from what the line did lately: in each minute how long somebody stood in line, and who left it. Part of
// the state, folded from events by their instants, so that a restart loses nothing.
//
//   wait of a place = position · lined / (answered + left / 2) + ring      over the policy's last minutes, in milliseconds
//
// A freed agent takes one from the line, whatever else the queue's agents serve: what the line really got is its flow, other queues that compete
// for the same agents included. Of those who leave the line without an answer half stand ahead, in the mean. `ring` is what answering takes.
//
// Invariants: 1. `since` is set exactly while somebody of the queue is QUEUED and the policy wants estimates. 2. `slots` are in order of their
// minutes, each with something in it, none older than the policy's minutes before the newest. 3. a line that forms and goes in one instant leaves
// no trace: a queue where nobody waits costs two comparisons a contact.

import type { Queue } from './names.ts';
import type { EstimatePolicy } from './policy.ts';

const MINUTE_MS = 60_000;

export interface PaceSlot {
  /** floor(instant / 60 000). */
  readonly minute: number;
  /** How long somebody stood in line, in stretches that are over. */
  linedMs: number;
  /** Answers to those who had stood in line, and how long their offers were pending. */
  answered: number;
  ringMs: number;
  /** Those who left the line otherwise than by an offer. */
  left: number;
}

export class LinePace {
  /** Since when somebody stands in line; 0: nobody does. */
  since = 0;
  slots: PaceSlot[] = [];

  /** Somebody stands in line from `at` on. */
  start(at: number): void {
    if (this.since === 0) this.since = at;
  }

  /** The line is empty from `at` on. */
  stop(at: number, { minutes }: EstimatePolicy): void {
    const { since } = this;
    this.since = 0;
    for (let from = Math.max(since, windowStart(at, minutes)); from < at; ) {
      const minute = Math.floor(from / MINUTE_MS);
      const end = Math.min(at, (minute + 1) * MINUTE_MS);
      this.#slot(minute, minutes).linedMs += end - from;
      from = end;
    }
  }

  /** One who had stood in line was answered `ringMs` after the offer. */
  countAnswer(at: number, ringMs: number, { minutes }: EstimatePolicy): void {
    const slot = this.#slot(Math.floor(at / MINUTE_MS), minutes);
    slot.answered++;
    slot.ringMs += ringMs;
  }

  /** One who had stood in line left without an offer. */
  countLeft(at: number, { minutes }: EstimatePolicy): void {
    this.#slot(Math.floor(at / MINUTE_MS), minutes).left++;
  }

  /** What the policy wants from `at` on: nothing is kept of what it does not. */
  adapt(policy: EstimatePolicy | undefined, isLined: boolean, at: number): void {
    if (policy !== undefined) {
      if (isLined) this.start(at);
      return;
    }
    this.since = 0;
    this.slots = [];
  }

  /** Milliseconds until one at this position is answered; undefined while too few were. */
  waitMs(position: number, { minutes, answersMin }: EstimatePolicy, now: number): number | undefined {
    const start = windowStart(now, minutes);
    let linedMs = this.since === 0 ? 0 : now - Math.max(this.since, start);
    let answered = 0;
    let ringMs = 0;
    let left = 0;
    for (const slot of this.slots) {
      if (slot.minute * MINUTE_MS < start) continue;
      linedMs += slot.linedMs;
      answered += slot.answered;
      ringMs += slot.ringMs;
      left += slot.left;
    }
    if (answered < answersMin) return undefined;
    return Math.round((2 * position * linedMs) / (2 * answered + left) + ringMs / answered);
  }

  #slot(minute: number, minutes: number): PaceSlot {
    const { slots } = this;
    let place = slots.length;
    while (place > 0 && (slots[place - 1] as PaceSlot).minute > minute) place--;
    let slot = slots[place - 1];
    if (slot?.minute !== minute) {
      slot = { minute, linedMs: 0, answered: 0, ringMs: 0, left: 0 };
      slots.splice(place, 0, slot);
    }
    const oldest = (slots.at(-1) as PaceSlot).minute - minutes;
    while ((slots[0] as PaceSlot).minute <= oldest) slots.shift();
    return slot;
  }
}

function windowStart(now: number, minutes: number): number {
  return (Math.floor(now / MINUTE_MS) - minutes + 1) * MINUTE_MS;
}

/**
 * How long one who joined the queue now would wait for an answer, milliseconds: 0 if nobody waits and an agent is available. Undefined: the policy
 * wants no estimates, or too few were answered lately to tell.
 */
export function newcomersWaitMs(queue: Queue, policy: EstimatePolicy | undefined, now: number): number | undefined {
  if (policy === undefined) return undefined;
  const { size } = queue.waiting;
  return size === 0 && queue.agentsAvailable > 0 ? 0 : queue.linePace.waitMs(size + 1, policy, now);
}
