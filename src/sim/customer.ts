// The world's side of a contact: who waits, for how long, with whom; and the pool of them, since a run has millions and few at a time.
//
// Invariants: 1. a customer's id names its slot, so that an event's contact is found without a table. 2. an id is never used twice in a run.
// 3. each slot has two nodes in the calendar: its patience, and whatever is under way (the answer, the end of the conversation or of wrap-up).

import { assert } from '../lib/assert.ts';
import type { Arrival } from './arrival.ts';
import type { CrewAgent } from './crew.ts';

/** The last part of an id: one text put to another costs a tenth of writing a number anew. */
const LAST: readonly string[] = Array.from({ length: 1000 }, (_, index) => String(index));

export type CustomerState = 'gone' | 'queued' | 'offered' | 'assigned' | 'wrapUp';

/** An offer of the contact that its agent is to answer. */
export interface PendingAnswer {
  readonly agent: CrewAgent;
  readonly offerSeq: number;
  readonly willBeDeclined: boolean;
  /** When; Infinity: the agent misses it. */
  readonly answerMs: number;
}

export class Customer {
  readonly slot: number;
  #prefix = '';
  #lives = 0;
  /** The contact's id. */
  id = '';
  /** Its number among all that arrived, from 1. */
  serial = 0;
  /** Which source it came from. */
  source = 0;
  batch = 0;
  recordedId = '';
  atMs = Number.NaN;
  /** What is left of the conversation, with an agent of handleFactor 1. */
  handleMs = Number.NaN;
  wrapUpMs = Number.NaN;
  patienceMs = Number.NaN;
  withinUs = Number.NaN;
  /** When it was last answered. */
  answeredMs = Number.NaN;
  state: CustomerState = 'gone';
  agent: CrewAgent | undefined = undefined;
  offerSeq = 0;
  /** The agent that it is offered to will decline. */
  willBeDeclined = false;
  /** When that agent answers; Infinity: never. */
  answerMs = Number.NaN;
  /** While it is offered to several agents: the offers that are answered later than that one. */
  readonly others: PendingAnswer[] = [];
  /** What came of it is counted. */
  isSettled = false;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Takes in an offer beside others that are pending. */
  addOffer(offer: PendingAnswer): void {
    const { agent, offerSeq, willBeDeclined, answerMs } = this;
    assert(agent !== undefined, 'it is offered to somebody already');
    if (offer.answerMs < answerMs) {
      this.others.push({ agent, offerSeq, willBeDeclined, answerMs });
      this.#answerFirst(offer);
    } else this.others.push(offer);
    this.others.sort((one, other) => orderOf(one, other));
  }

  /** The agent has no offer of it any more, others have. */
  dropOffer(agent: CrewAgent): void {
    const place = this.others.findIndex((one) => one.agent === agent);
    if (place !== -1) {
      this.others.splice(place, 1);
      return;
    }
    const next = this.others.shift();
    assert(next !== undefined, 'another offer is pending');
    this.#answerFirst(next);
  }

  #answerFirst({ agent, offerSeq, willBeDeclined, answerMs }: PendingAnswer): void {
    this.agent = agent;
    this.offerSeq = offerSeq;
    this.willBeDeclined = willBeDeclined;
    this.answerMs = answerMs;
  }

  /** Another customer takes the slot, with an id of its own. */
  begin(source: number, arrival: Arrival): void {
    const last = this.#lives % LAST.length;
    if (last === 0) this.#prefix = `${this.slot}.${this.#lives / LAST.length}.`;
    this.id = this.#prefix + LAST[last];
    this.#lives++;
    this.source = source;
    this.recordedId = arrival.recordedId;
    this.atMs = arrival.atMs;
    this.handleMs = arrival.handleMs;
    this.wrapUpMs = arrival.wrapUpMs;
    this.patienceMs = arrival.patienceMs;
    this.state = 'queued';
    this.isSettled = false;
  }
}

/** By their answers, then as they were made. */
function orderOf(one: PendingAnswer, other: PendingAnswer): number {
  return one.answerMs === other.answerMs ? one.offerSeq - other.offerSeq : one.answerMs < other.answerMs ? -1 : 1;
}

const DOT = 46;
const ZERO = 48;

export class Customers {
  readonly #slots: Customer[] = [];
  readonly #free: Customer[] = [];

  /** A customer that is nobody yet. */
  take(): Customer {
    const customer = this.#free.pop();
    if (customer !== undefined) return customer;
    const fresh = new Customer(this.#slots.length);
    this.#slots.push(fresh);
    return fresh;
  }

  /** The customer has gone; its slot is free. */
  release(customer: Customer): void {
    customer.state = 'gone';
    customer.agent = undefined;
    this.#free.push(customer);
  }

  /** Whose contact it is. */
  find(id: string): Customer {
    let slot = 0;
    for (let index = 0; index < id.length; index++) {
      const digit = id.charCodeAt(index);
      if (digit === DOT) break;
      slot = slot * 10 + digit - ZERO;
    }
    const customer = this.at(slot);
    assert(customer.id === id, 'an event is about a customer that is there');
    return customer;
  }

  at(slot: number): Customer {
    const customer = this.#slots[slot];
    assert(customer !== undefined, 'a customer has a slot');
    return customer;
  }

  /** Those that are not gone. */
  *present(): Iterable<Customer> {
    for (const customer of this.#slots) if (customer.state !== 'gone') yield customer;
  }
}
