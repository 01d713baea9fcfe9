// Contacts that are offered to somebody and may be offered to more agents at once (SPEC, FAN): where a freed agent finds them. They stand beside
// the lines of those that wait: by round (how many pending offers they have), demand class, and in the order of a line.
//
// Invariants: 1. exactly the contacts that `wantsMore` are in it, each with its place in `contact.further`. 2. a contact with preferred agents
// may be worth more to one agent than to another, or be held: it is not in a heap but in `odd`, and looked at by itself. 3. every contact in
// it has agents that it is offered to already: a line's head stands for nobody, so that it is contacts and agents that are looked at.
// 4. without a queue that fans out it is empty.

import { KeyedHeap } from '../lib/keyed-heap.ts';
import type { Contact, LineEntry } from './contact.ts';
import type { DemandClass } from './demand.ts';
import { cameBefore } from './line-up.ts';
import { urgencyKey } from './rank.ts';

/** Contacts of one tier and clock rate: their order is constant in time. */
export interface FurtherLine {
  readonly tier: number;
  /** Thousandths. */
  readonly clockRate: number;
  readonly heap: KeyedHeap<LineEntry>;
}

/** Contacts of one demand class in one round. */
export interface FurtherClass {
  readonly demand: DemandClass;
  readonly contacts: Set<Contact>;
  readonly lines: FurtherLine[];
  /** Those with preferred agents; in no line. */
  readonly odd: Set<Contact>;
}

/** A contact's place. */
export interface Further extends LineEntry {
  /** How many pending offers it has. */
  readonly round: number;
  readonly of: FurtherClass;
  readonly line: FurtherLine | undefined;
}

type Round = Map<DemandClass, FurtherClass>;

const NO_CLASSES: Round = new Map();

/** Whether it is offered to somebody and may be offered to one more. Where the router accepts by itself it is not. */
export function wantsMore({ phase, queue, channel, cost, direction }: Contact): boolean {
  const { fanOut = 1 } = queue.policy;
  if (phase.state !== 'OFFERED' || 1 + phase.others.length >= fanOut) return false;
  // Windows end while offers are pending: whoever is called within them is offered to one agent.
  if (direction === 'OUTBOUND' && queue.policy.contactHours !== undefined) return false;
  // It takes the same room with all who have its offers.
  return channel.policy.autoAccept !== true && channel.policy.cost === cost;
}

export class FanOut {
  readonly #rounds: Round[] = [];
  /** How many contacts are in it. */
  size = 0;

  /** The last round that has had contacts. */
  get lastRound(): number {
    return this.#rounds.length - 1;
  }

  /** Classes of the contacts with so many pending offers. */
  classesIn(round: number): ReadonlyMap<DemandClass, FurtherClass> {
    return this.#rounds[round] ?? NO_CLASSES;
  }

  /** Those with preferred agents. */
  *odd(): Iterable<Contact> {
    for (const classes of this.#rounds) for (const { odd } of classes.values()) yield* odd;
  }

  /** Puts the contact, which wants more, where its pending offers and its class say. */
  enter(contact: Contact, epoch: number): void {
    const { phase, demand } = contact;
    if (phase.state !== 'OFFERED' || demand === undefined) return;
    const round = 1 + phase.others.length;
    const of = this.#classOf(round, demand);
    const isOdd = contact.preferredAgents.length > 0;
    const line = isOdd ? undefined : lineOf(of, contact);
    const further: Further = { heapIndex: -1, contact, round, of, line };
    of.contacts.add(contact);
    if (line === undefined) of.odd.add(contact);
    else line.heap.push(further, -urgencyKey(contact, epoch));
    if (demand.gate !== undefined) demand.gate.furtherCount++;
    demand.furtherCount++;
    contact.further = further;
    this.size++;
  }

  /** Takes it out if it is in. */
  leave(contact: Contact): void {
    const { further } = contact;
    if (further === undefined) return;
    const { round, of, line } = further;
    const { demand } = of;
    line?.heap.remove(further);
    of.odd.delete(contact);
    of.contacts.delete(contact);
    if (of.contacts.size === 0) this.#rounds[round]?.delete(demand);
    if (demand.gate !== undefined) demand.gate.furtherCount--;
    demand.furtherCount--;
    contact.further = undefined;
    this.size--;
  }

  #classOf(round: number, demand: DemandClass): FurtherClass {
    while (this.#rounds.length <= round) this.#rounds.push(new Map());
    const classes = this.#rounds[round] as Round;
    let of = classes.get(demand);
    if (of === undefined) {
      of = { demand, contacts: new Set(), lines: [], odd: new Set() };
      classes.set(demand, of);
    }
    return of;
  }
}

function lineOf({ lines }: FurtherClass, { tier, clockRate }: Contact): FurtherLine {
  for (const line of lines) if (line.tier === tier && line.clockRate === clockRate) return line;
  const line: FurtherLine = { tier, clockRate, heap: new KeyedHeap<LineEntry>(cameBefore) };
  lines.push(line);
  return line;
}
