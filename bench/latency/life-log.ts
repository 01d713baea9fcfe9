/**
 * What happened in the lives of one run at one server: each life's marks, how long things took, what went wrong.
 *
 * 1. Durations count from the instant for which the contact was scheduled, not from when it was sent.
 * 2. A mark comes once, and after the one that it needs; anything else is a fault. Faults are counted; the first few are
 *    kept to be shown.
 */
import { Durations } from '../durations.ts';
import { MARKS, wholeLife } from './life.ts';

const FAULTS_KEPT = 5;

export class LifeLog {
  readonly firstLife: number;
  readonly count: number;
  /** From the schedule to the socket's write: what of the others is the load's own. */
  readonly late = new Durations();
  readonly submitToOffer = new Durations();
  framesIn = 0;
  framesOut = 0;
  faultCount = 0;
  readonly faults: string[] = [];
  readonly #marks: Uint8Array;
  readonly #scheduledUs: Float64Array;
  readonly #whole: number;
  #wholeCount = 0;
  #completedCount = 0;
  #onWhole: (() => void) | undefined;

  /** `scheduledUs` on the clock of the load, one for each life from `firstLife` on. */
  constructor(firstLife: number, scheduledUs: Float64Array, isSubscribed: boolean) {
    this.firstLife = firstLife;
    this.count = scheduledUs.length;
    this.#scheduledUs = scheduledUs;
    this.#marks = new Uint8Array(this.count);
    this.#whole = wholeLife(isSubscribed);
  }

  get wholeCount(): number {
    return this.#wholeCount;
  }

  get completedCount(): number {
    return this.#completedCount;
  }

  sent(life: number, atUs: number): void {
    this.late.record(atUs - this.#scheduledOf(life));
  }

  answered(life: number): void {
    this.mark(life, MARKS.answered, 0);
  }

  offered(life: number, atUs: number): void {
    if (this.mark(life, MARKS.offered, 0)) this.submitToOffer.record(atUs - this.#scheduledOf(life));
  }

  completed(life: number): void {
    if (this.mark(life, MARKS.completed, MARKS.ended)) this.#completedCount += 1;
  }

  /** Sets a mark; false, and a fault, if it is there already or the needed one is not. */
  mark(life: number, mark: number, needed: number): boolean {
    const index = life - this.firstLife;
    const marks = this.#marks[index];
    if (marks === undefined) {
      this.fault(`something about life ${life}, which is not of this run`);
      return false;
    }
    if ((marks & mark) !== 0 || (marks & needed) !== needed) {
      this.fault(`life ${life}: mark ${mark} on marks ${marks}`);
      return false;
    }
    this.#marks[index] = marks | mark;
    if ((marks | mark) === this.#whole) {
      this.#wholeCount += 1;
      if (this.#wholeCount === this.count) this.#onWhole?.();
    }
    return true;
  }

  fault(what: string): void {
    this.faultCount += 1;
    if (this.faults.length < FAULTS_KEPT) this.faults.push(what);
  }

  /** Calls back when every life is whole. */
  whenWhole(callback: () => void): void {
    this.#onWhole = callback;
  }

  /** Marks of every life, in order: what came of them, whatever the timing was. */
  outcomes(): Uint8Array {
    return this.#marks;
  }

  #scheduledOf(life: number): number {
    return this.#scheduledUs[life - this.firstLife] ?? 0;
  }
}
