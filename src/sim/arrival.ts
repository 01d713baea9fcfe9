// What the world brings, one customer at a time. Whatever is random about a customer is drawn when it arrives, from streams of its traffic's
// own, so that two runs which differ elsewhere meet the same customers (common random numbers).

import type { ContactTemplate } from './scenario.ts';

export interface Arrival {
  /** Instant from the start of the run, milliseconds, any real number from 0; ascending within a source. */
  readonly atMs: number;
  readonly contact: ContactTemplate;
  /** Conversation and wrap-up with an agent of handleFactor 1. */
  readonly handleMs: number;
  readonly wrapUpMs: number;
  /** From arrival on; Infinity: for ever. */
  readonly patienceMs: number;
  /** Name of the recorded contact that this one repeats; '' when it is made up. */
  readonly recordedId: string;
}

/** A stream of arrivals: a traffic of a scenario, or what a journal recorded. */
export interface ArrivalSource {
  /** What it is reported under. */
  readonly name: string;
  /** The next customer; undefined: there is none any more. */
  next(): Arrival | undefined;
}
