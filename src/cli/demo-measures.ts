// What the demo counts and times, as its clients saw it: for the line of each second and for the summary.
//
// 1. Latencies are taken in the one process that runs gateways and agents: from right before the submit is sent to when the offer is read at
//    its agent's socket. 2. "At once": offered in the submit's own step, an agent being free; its latency is the router's, not the line's.
// 3. Waiting, offered, talking: the state that a contact's gateway was told last.

import type { ContactStateName } from '../core/views.ts';
import { LatencyHistogram } from '../lib/latency-histogram.ts';
import { SEGMENTS, SERVICE_LEVEL_MS, type Segment } from './demo-scenario.ts';
import { isClosed } from './demo-verdict.ts';

/** p50, p99 and the longest, in microseconds. */
export interface Latency {
  readonly count: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** One second of the demo. */
export interface Progress {
  readonly second: number;
  readonly submittedCount: number;
  readonly answeredCount: number;
  readonly abandonedCount: number;
  readonly waitingCount: number;
  readonly offeredCount: number;
  readonly talkingCount: number;
  /** Share of the room that agents can fill which is filled, now. */
  readonly occupancy: number;
  readonly submitToOffer: Latency;
  readonly draining: boolean;
}

/** Of one segment. Service level: answered in time / (answered + abandoned). */
export interface SegmentSummary {
  readonly answeredCount: number;
  readonly answeredInTimeCount: number;
  readonly abandonedCount: number;
}

export interface MeasuresSummary {
  readonly submittedCount: number;
  readonly answeredCount: number;
  readonly abandonedCount: number;
  readonly offerCount: number;
  readonly declinedCount: number;
  readonly missedCount: number;
  readonly bySegment: Readonly<Record<Segment, SegmentSummary>>;
  /** Contacts offered in their submit's own step. */
  readonly offeredAtOnce: Latency;
  /** First offer of every contact, waiting included. */
  readonly offeredAtAll: Latency;
  /** Average while contacts came in. */
  readonly occupancy: number;
  /** Refusals that a run brings about, by reason: a contact that was answered just when its customer left, … */
  readonly refusedCountByReason: Readonly<Record<string, number>>;
  /** Requests that had no answer: timed out, connection lost. */
  readonly unansweredCount: number;
}

interface OpenContact {
  readonly segment: Segment;
  readonly submittedAtMs: number;
  state: ContactStateName | undefined;
  offered: boolean;
}

interface SegmentCounts {
  answeredCount: number;
  answeredInTimeCount: number;
  abandonedCount: number;
}

export class Measures {
  readonly #openById = new Map<string, OpenContact>();
  readonly #countByState = new Map<ContactStateName, number>();
  readonly #bySegment: Record<Segment, SegmentCounts>;
  readonly #atOnce = new LatencyHistogram();
  readonly #atAll = new LatencyHistogram();
  readonly #thisSecond = new LatencyHistogram();
  readonly #refused = new Map<string, number>();
  readonly #total = { submitted: 0, offers: 0, declined: 0, missed: 0, unanswered: 0 };
  #lastTotal = { submitted: 0, answered: 0, abandoned: 0 };
  #second = 0;
  #occupancySum = 0;
  #occupancyCount = 0;

  constructor() {
    const none = (): SegmentCounts => ({ answeredCount: 0, answeredInTimeCount: 0, abandonedCount: 0 });
    this.#bySegment = { platinum: none(), gold: none(), default: none() };
  }

  /** A submit is about to be sent. */
  submitting(contactId: string, segment: Segment, nowMs: number): void {
    this.#total.submitted += 1;
    this.#openById.set(contactId, { segment, submittedAtMs: nowMs, state: undefined, offered: false });
  }

  /** Its gateway was told where a contact stands. */
  seen(contactId: string, state: ContactStateName): void {
    const contact = this.#openById.get(contactId);
    if (contact === undefined || contact.state === state) return;
    this.#move(contact.state, -1);
    contact.state = state;
    if (isClosed(state)) this.#openById.delete(contactId);
    else this.#move(state, 1);
    if (state === 'ABANDONED') this.#bySegment[contact.segment].abandonedCount += 1;
  }

  /** An offer was read at its agent's socket. */
  offered(contactId: string, atOnce: boolean, nowMs: number): void {
    this.#total.offers += 1;
    const contact = this.#openById.get(contactId);
    if (contact === undefined || contact.offered) return;
    contact.offered = true;
    const us = (nowMs - contact.submittedAtMs) * 1000;
    this.#atAll.record(us);
    if (!atOnce) return;
    this.#atOnce.record(us);
    this.#thisSecond.record(us);
  }

  /** An agent has the contact. */
  answered(contactId: string, nowMs: number): void {
    const contact = this.#openById.get(contactId);
    if (contact === undefined) return;
    const counts = this.#bySegment[contact.segment];
    counts.answeredCount += 1;
    if (nowMs - contact.submittedAtMs <= SERVICE_LEVEL_MS) counts.answeredInTimeCount += 1;
  }

  declined(): void {
    this.#total.declined += 1;
  }

  missed(): void {
    this.#total.missed += 1;
  }

  refused(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  unanswered(): void {
    this.#total.unanswered += 1;
  }

  /** Ends a second: what happened in it, and how things stand. */
  progress(occupancy: number, draining: boolean): Progress {
    this.#second += 1;
    if (!draining) {
      this.#occupancySum += occupancy;
      this.#occupancyCount += 1;
    }
    const total = {
      submitted: this.#total.submitted,
      answered: this.#sum('answeredCount'),
      abandoned: this.#sum('abandonedCount'),
    };
    const last = this.#lastTotal;
    this.#lastTotal = total;
    const submitToOffer = latencyOf(this.#thisSecond);
    this.#thisSecond.reset();
    return {
      second: this.#second,
      submittedCount: total.submitted - last.submitted,
      answeredCount: total.answered - last.answered,
      abandonedCount: total.abandoned - last.abandoned,
      waitingCount: this.#countByState.get('QUEUED') ?? 0,
      offeredCount: this.#countByState.get('OFFERED') ?? 0,
      talkingCount: this.#countByState.get('ASSIGNED') ?? 0,
      occupancy,
      submitToOffer,
      draining,
    };
  }

  summary(): MeasuresSummary {
    const { submitted, offers, declined, missed, unanswered } = this.#total;
    return {
      submittedCount: submitted,
      answeredCount: this.#sum('answeredCount'),
      abandonedCount: this.#sum('abandonedCount'),
      offerCount: offers,
      declinedCount: declined,
      missedCount: missed,
      bySegment: this.#bySegment,
      offeredAtOnce: latencyOf(this.#atOnce),
      offeredAtAll: latencyOf(this.#atAll),
      occupancy: this.#occupancyCount === 0 ? 0 : this.#occupancySum / this.#occupancyCount,
      refusedCountByReason: Object.fromEntries(this.#refused),
      unansweredCount: unanswered,
    };
  }

  #move(state: ContactStateName | undefined, by: number): void {
    if (state !== undefined) this.#countByState.set(state, (this.#countByState.get(state) ?? 0) + by);
  }

  #sum(name: keyof SegmentCounts): number {
    return SEGMENTS.reduce((sum, segment) => sum + this.#bySegment[segment][name], 0);
  }
}

function latencyOf(histogram: LatencyHistogram): Latency {
  return {
    count: histogram.count,
    p50Us: histogram.percentileUs(0.5),
    p99Us: histogram.percentileUs(0.99),
    maxUs: histogram.maxUs,
  };
}
