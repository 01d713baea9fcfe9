// One number of 128 bits over every event of a run, in order: equal runs, equal hash. Cheap enough for each event of a fast run.
//
// 1. What is mixed in: each event's type, instant, contact, agent and every fact that the router decided (queue, place in line, deadlines, rank
// parts, causes). What only repeats the command (the contact's own fields) is there as the number of its customer. 2. Names by number; a name's
// text is mixed in when it is first met. 3. Not for secrets.

import type { CoreEvent } from '../core/events.ts';
import type { Alternative } from '../core/requirement.ts';
import { unreachable } from '../lib/assert.ts';
import { hash128 } from '../lib/hash128.ts';

const TWO_32 = 4_294_967_296;

/** Marks the upper half of a number that has one. */
const LONG = 0x5bd1e995;

const CODES: Readonly<Record<CoreEvent['type'], number>> = {
  contactSubmitted: 1,
  contactUpdated: 2,
  contactClassified: 3,
  offerMade: 4,
  offerAccepted: 5,
  offerDeclined: 6,
  offerMissed: 7,
  offerRevoked: 8,
  coolDownEnded: 9,
  contactEnded: 10,
  contactClosed: 11,
  contactRequeued: 12,
  dispositionSet: 13,
  tombstonesForgotten: 14,
  agentPut: 15,
  agentRemoved: 16,
  presenceSet: 17,
  sessionOpened: 18,
  sessionLost: 19,
  policySet: 20,
  restarted: 21,
  contactRelaxed: 23,
  relaxationsTested: 24,
  contactAssigned: 28,
  hoursResolved: 30,
  queueClosureSet: 31,
  contactDue: 32,
  callbackRequested: 33,
  contactRetried: 34,
  contactPostponed: 35,
  contactTransferred: 25,
  preferenceEnded: 26,
  customerPut: 36,
  customerRemoved: 37,
};

/** Those that are not so many that they need a method of their own. */
type OtherEvent = Exclude<
  CoreEvent,
  { readonly type: 'contactSubmitted' | 'offerMade' | 'offerAccepted' | 'contactClosed' }
>;

export class EventHash {
  #h1 = 0x243f6a88;
  #h2 = 0x85a308d3 | 0;
  #h3 = 0x13198a2e;
  #h4 = 0x03707344;
  #count = 0;
  #at = 0;
  readonly #numberByName = new Map<string, number>();

  /** How many events there were. */
  get count(): number {
    return this.#count;
  }

  /** What is added from now on happens at this instant. */
  moveTo(at: number): void {
    this.#at = at;
    this.#number(at);
  }

  /** The event, with the number of the customer that it is about; below also of the agent, −1: none. */
  submitted(event: Extract<CoreEvent, { type: 'contactSubmitted' }>, customer: number): void {
    this.#begin(CODES.contactSubmitted, customer, -1);
    this.#name(event.queue);
    this.#name(event.segment);
    this.#requirement(event.requirement);
    this.#word(event.clockRate);
    this.#number(event.headStartUs);
    this.#number(event.waitUntil - this.#at);
  }

  offered(event: Extract<CoreEvent, { type: 'offerMade' }>, customer: number, agent: number): void {
    this.#begin(CODES.offerMade, customer, agent);
    this.#number(event.deadline - this.#at);
    this.#number(event.urgencyUs);
    this.#number(event.fitUs);
    this.#number(event.readinessUs);
  }

  accepted(event: Extract<CoreEvent, { type: 'offerAccepted' }>, customer: number, agent: number): void {
    this.#begin(CODES.offerAccepted, customer, agent);
    this.#number(event.assignedUntil - this.#at);
  }

  closed(event: Extract<CoreEvent, { type: 'contactClosed' }>, customer: number, agent: number): void {
    this.#begin(CODES.contactClosed, customer, agent);
    this.#name(event.state);
    this.#name(event.cause);
  }

  /** Every other event; customer 0: about none. */
  other(event: OtherEvent, customer: number, agent: number): void {
    this.#begin(CODES[event.type], customer, agent);
    switch (event.type) {
      case 'tombstonesForgotten':
        return this.#number(event.closedThrough - this.#at);
      case 'offerDeclined':
      case 'offerMissed':
        return this.#number(event.coolDownUntil - this.#at);
      case 'offerRevoked':
        return this.#name(event.reason);
      case 'contactEnded':
        this.#name(event.cause);
        return this.#number(event.wrapUpUntil - this.#at);
      case 'contactRequeued':
        this.#name(event.cause);
        this.#number(event.agedFrom - this.#at);
        return this.#number(event.waitUntil - this.#at);
      case 'presenceSet':
        this.#name(event.presence);
        this.#name(event.cause);
        this.#name(event.channels.join());
        if (event.next === undefined) return;
        this.#name(event.next);
        return this.#name(event.nextReason ?? '');
      case 'coolDownEnded':
      case 'relaxationsTested':
        return;
      case 'contactRelaxed':
        this.#number(event.step);
        this.#name(event.queue);
        return this.#number(event.headStartUs);
      case 'contactAssigned':
      case 'contactUpdated':
      case 'contactClassified':
      case 'contactDue':
      case 'callbackRequested':
      case 'contactRetried':
      case 'contactPostponed':
      case 'dispositionSet':
      case 'agentRemoved':
      case 'sessionOpened':
      case 'sessionLost':
      case 'hoursResolved':
      case 'queueClosureSet':
      case 'customerPut':
      case 'customerRemoved':
      case 'restarted':
      case 'contactTransferred':
      case 'preferenceEnded':
        return this.#text(JSON.stringify(event));
      case 'agentPut': {
        // What came later and is at its default is left out, so that hashes last.
        const { mayPull, ...facts } = event;
        return this.#text(JSON.stringify(mayPull ? event : facts));
      }
      case 'policySet': {
        // What it changes follows from the policies.
        const { changes: _, ...facts } = event;
        return this.#text(JSON.stringify(facts));
      }
      default:
        return unreachable(event);
    }
  }

  /** 32 hex digits over all that was added so far. */
  digest(): string {
    const words = [this.#h1, this.#h2, this.#h3, this.#h4, this.#count];
    return hash128(words.map((word) => (word >>> 0).toString(16)).join(' '));
  }

  #begin(code: number, customer: number, agent: number): void {
    this.#count++;
    this.#word((code << 24) ^ agent);
    this.#word(customer);
  }

  #requirement(requirement: readonly Alternative[]): void {
    this.#word(requirement.length);
    for (const { all, without } of requirement) {
      this.#word(all.length);
      for (const need of all) {
        this.#name(need.skill);
        this.#word(need.level);
      }
      if (without !== undefined) for (const skill of without) this.#name(skill);
    }
  }

  #name(name: string): void {
    let number = this.#numberByName.get(name);
    if (number === undefined) {
      number = this.#numberByName.size + 1;
      this.#numberByName.set(name, number);
      this.#text(name);
    }
    this.#word(number);
  }

  #text(text: string): void {
    const hash = hash128(text);
    for (let index = 0; index < 32; index += 8) this.#word(Number.parseInt(hash.slice(index, index + 8), 16));
  }

  /** A whole number up to 2^53; most have 32 bits. */
  #number(value: number): void {
    const low = value | 0;
    this.#word(low);
    if (low !== value) this.#word(Math.floor(value / TWO_32) ^ LONG);
  }

  /** One lane takes the word, then the lanes change places. The mixing is that of MurmurHash3. */
  #word(value: number): void {
    const mixed = Math.imul(value, 0x239b961b);
    const h1 = this.#h1 ^ Math.imul((mixed << 15) | (mixed >>> 17), 0xab0e9789);
    const h2 = this.#h2;
    this.#h1 = h2;
    this.#h2 = this.#h3;
    this.#h3 = this.#h4;
    this.#h4 = (Math.imul((((h1 << 19) | (h1 >>> 13)) + h2) | 0, 5) + 0x561ccd1b) | 0;
  }
}
