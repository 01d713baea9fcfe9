/**
 * What became of the contacts of one run at one peer: who got each, after how long, and what went wrong.
 *
 * 1. Durations count from the instant for which the contact was scheduled.
 * 2. Every contact is begun once, by a team that can serve it, then owned, then done; or it is refused. Anything else is a fault.
 */
import { Durations } from '../durations.ts';
import type { PushListener } from './peer.ts';
import { requirementName, type Work, type WorkContact } from './work.ts';

const BEGUN = 1;
const OWNED = 2;
const DONE = 4;
export const WHOLE = BEGUN | OWNED | DONE;
const FAULTS_KEPT = 5;

export class HandlingLog implements PushListener {
  readonly contacts: readonly WorkContact[];
  readonly late = new Durations();
  readonly pushToBegun = new Durations();
  readonly pushToOwned = new Durations();
  /** Priorities in the order in which contacts were begun. */
  readonly begunOrder: WorkContact[] = [];
  readonly faults: string[] = [];
  faultCount = 0;
  refusedCount = 0;
  /** Those that were refused as well: nothing more is to come of them. */
  doneCount = 0;
  readonly #work: Work;
  readonly #scheduledUs: Float64Array;
  readonly #marks: Uint8Array;
  readonly #first: number;
  #onEnd: () => void = () => undefined;

  /** `scheduledUs` on the clock of the load, one for each contact. */
  constructor(work: Work, contacts: readonly WorkContact[], scheduledUs: Float64Array) {
    this.#work = work;
    this.contacts = contacts;
    this.#scheduledUs = scheduledUs;
    this.#marks = new Uint8Array(contacts.length);
    this.#first = contacts[0]?.number ?? 0;
  }

  sent(index: number, atUs: number): void {
    this.late.record(atUs - (this.#scheduledUs[index] ?? 0));
  }

  begun(number: number, team: number, atUs: number): void {
    const index = this.#mark(number, BEGUN, 0);
    const contact = this.contacts[index];
    if (contact === undefined) return;
    if (this.#work.teams[team]?.requirements.includes(contact.requirement) !== true) {
      this.fault(`contact ${number} needs ${requirementName(contact.requirement)} and came to team ${team}`);
    }
    this.begunOrder.push(contact);
    this.pushToBegun.record(atUs - (this.#scheduledUs[index] ?? 0));
  }

  owned(number: number, atUs: number): void {
    const index = this.#mark(number, OWNED, BEGUN);
    if (index !== -1) this.pushToOwned.record(atUs - (this.#scheduledUs[index] ?? 0));
  }

  done(number: number): void {
    if (this.#mark(number, DONE, OWNED) !== -1) this.#end();
  }

  refused(number: number): void {
    if (this.#mark(number, WHOLE, 0) === -1) return;
    this.refusedCount += 1;
    this.#end();
  }

  fault(what: string): void {
    this.faultCount += 1;
    if (this.faults.length < FAULTS_KEPT) this.faults.push(what);
  }

  /** Calls back when every contact is done. */
  whenDone(callback: () => void): void {
    this.#onEnd = callback;
    if (this.doneCount === this.contacts.length) callback();
  }

  /** Marks of every contact, in order. */
  outcomes(): Uint8Array {
    return this.#marks;
  }

  #end(): void {
    this.doneCount += 1;
    if (this.doneCount === this.contacts.length) this.#onEnd();
  }

  /** Index of the contact; -1 where the mark was a fault. */
  #mark(number: number, mark: number, needed: number): number {
    const index = number - this.#first;
    const marks = this.#marks[index];
    if (marks === undefined) {
      this.fault(`something about contact ${number}, which is not of this run`);
      return -1;
    }
    if ((marks & mark) !== 0 || (marks & needed) !== needed) {
      this.fault(`contact ${number}: mark ${mark} on marks ${marks}`);
      return -1;
    }
    this.#marks[index] = marks | mark;
    return index;
  }
}

/** Where reports go that belong to whichever run is under way. */
export class CurrentLog implements PushListener {
  log: HandlingLog | undefined;

  begun(contact: number, team: number, atUs: number): void {
    this.log?.begun(contact, team, atUs);
  }

  owned(contact: number, atUs: number): void {
    this.log?.owned(contact, atUs);
  }

  done(contact: number): void {
    this.log?.done(contact);
  }

  refused(contact: number): void {
    this.log?.refused(contact);
  }

  fault(what: string): void {
    this.log?.fault(what);
  }
}
