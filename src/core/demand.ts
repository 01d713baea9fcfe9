// The waiting side: contacts by demand class and line. A demand class is a channel, a requirement (and the original, where it was relaxed) and
// preferences: all that the choice of an agent depends on. A line is the part of a class with one tier and clock rate: its order is constant in time, so one heap holds it for ever.
//
// Invariants: 1. a line's heap is ordered by (key down, arrival). 2. `nonEmpty` holds exactly the classes with a waiting contact.
// 3. a contact with preferred agents is among these agents' own, too (affinity.ts). 4. classes that no open
// contact uses are kept for reuse, IDLE_MAX of them, and then forgotten, oldest first. 5. contacts that their preferred agents hold stand in lines
// of their own (`held`), where only those agents' heaps lead to: nobody else looks at them.

import { KeyedHeap } from '../lib/keyed-heap.ts';
import { Affinity } from './affinity.ts';
import type { AgentBuckets } from './agent-buckets.ts';
import type { Contact, LineEntry } from './contact.ts';
import { cameBefore, type Lined, LineUp } from './line-up.ts';
import { type Channel, gateOf, type Queue } from './names.ts';
import { urgencyKey } from './rank.ts';
import { relaxedEligibilityOf } from './relaxation.ts';
import { type Alternative, type Preference, requirementKey } from './requirement.ts';
import type { Fact } from './supply.ts';

/** Most classes that open contacts may use at once. */
export const DEMAND_CLASSES_MAX = 10_000;
const IDLE_MAX = 1_024;
const WRITTEN_AS_MAX = 4;
/** Classes of one requirement that are found without a key: they are looked at one by one. */
const WRITTEN_ALIKE_MAX = 16;
/** So many lines that are empty a class keeps: contacts of the same few tiers and clock rates come again. */
const SPARE_LINES_MAX = 8;

export interface Line extends Lined {
  readonly demand: DemandClass;
  /** Of contacts that their preferred agents hold. */
  readonly isHeld: boolean;
  /** Waits for settle. */
  dirty: boolean;
}

export interface DemandClass {
  readonly key: string;
  readonly channel: Channel;
  /** What an agent must have. */
  readonly requirement: readonly Alternative[];
  /** What fit goes by: the same object unless it was relaxed. */
  readonly original: readonly Alternative[];
  readonly prefers: readonly Preference[];
  /** The queue behind whose gate its contacts wait. */
  readonly gate: Queue | undefined;
  /** Behind a gate: waiting contacts that a line's head does not stand for, with cool-downs or preferred agents. */
  readonly odd: Set<Contact>;
  /** The objects that lead to it without a key. */
  readonly writtenAs: (readonly Alternative[])[];
  /** Those that somebody waits in, one for each tier and clock rate; few. */
  readonly waiting: LineUp<Line>;
  /** The same of held contacts. */
  readonly held: LineUp<Line>;
  /** Empty ones of both kinds, for the next that needs one; the one that was emptied last is last. */
  readonly spareLines: Line[];
  waitingCount: number;
  /** Contacts that are offered to somebody and may be offered to one more (fan-out.ts). */
  furtherCount: number;
  /** Place in `nonEmpty`; −1. */
  nonEmptyIndex: number;
  /** Contacts QUEUED or OFFERED. */
  useCount: number;
  /** Active supply classes that meet it. */
  facts: Fact[];
  /** Available agents who may serve it, where it has many suppliers; else they are found in its suppliers' pools. */
  available: AgentBuckets | undefined;
}

/** Text that is equal exactly for contacts of one class. `eligibility`: what an agent must have, where that is something else. */
export function demandKey(
  channel: string,
  requirement: readonly Alternative[],
  prefers: readonly Preference[],
  gate: Queue | undefined,
  eligibility: readonly Alternative[] | undefined,
): string {
  let key = `${channel};${requirementKey(requirement)}`;
  for (const preference of prefers) key += `;${preference.skill} ${preference.secondsPerLevel}`;
  if (eligibility !== undefined) key += `<${requirementKey(eligibility)}`;
  return gate === undefined ? key : `${key}|${gate.name}`;
}

/** The one among classes of the same channel and requirement. */
function classAmong(
  classes: readonly DemandClass[],
  prefers: readonly Preference[],
  gate: Queue | undefined,
  eligibility: readonly Alternative[] | undefined,
): DemandClass | undefined {
  for (const demand of classes) {
    if (demand.gate !== gate || demand.requirement !== (eligibility ?? demand.original)) continue;
    if (isSamePreference(demand.prefers, prefers)) return demand;
  }
  return undefined;
}

function isSamePreference(a: readonly Preference[], b: readonly Preference[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    const { skill, secondsPerLevel } = a[index] as Preference;
    if (skill !== b[index]?.skill || secondsPerLevel !== b[index]?.secondsPerLevel) return false;
  }
  return true;
}

const NONE: Set<Contact> = new Set();

export class DemandIndex {
  readonly #classes = new Map<string, DemandClass>();
  readonly #idle = new Set<DemandClass>();
  /** Classes by channel's index and requirement, the very object: found without writing a key. */
  readonly #written: Map<readonly Alternative[], DemandClass[]>[] = [];
  readonly affinity = new Affinity();
  /** Classes with a waiting contact, in no particular order. */
  readonly nonEmpty: DemandClass[] = [];
  readonly #onNew: (demand: DemandClass) => void;
  readonly #onEvict: (demand: DemandClass) => void;

  /** `onNew` and `onEvict` tell the supply side of classes that come and go. */
  constructor(onNew: (demand: DemandClass) => void, onEvict: (demand: DemandClass) => void) {
    this.#onNew = onNew;
    this.#onEvict = onEvict;
  }

  /** Whether there is no room for another class. */
  get isFull(): boolean {
    return this.#classes.size - this.#idle.size >= DEMAND_CLASSES_MAX;
  }

  /** Whether a contact of this class would be one class too many. */
  isFullFor(key: string): boolean {
    return this.isFull && (this.#classes.get(key)?.useCount ?? 0) === 0;
  }

  /** The contact's class from now on: until `releaseClass`. */
  retainClass(contact: Contact): DemandClass {
    const demand = this.#find(contact);
    if (demand.useCount++ === 0) this.#idle.delete(demand);
    contact.demand = demand;
    return demand;
  }

  /** The contact's class; its requirement is the class's own from now on, so that equal ones are kept once. */
  #find(contact: Contact): DemandClass {
    const { channel, requirement, prefers } = contact;
    const gate = gateOf(contact.queue);
    const eligibility = relaxedEligibilityOf(contact);
    const alike = this.#written[channel.index]?.get(requirement);
    const found = alike === undefined ? undefined : classAmong(alike, prefers, gate, eligibility);
    if (found !== undefined) return found;
    const key = demandKey(channel.name, requirement, prefers, gate, eligibility);
    const known = this.#classes.get(key);
    // Of a queue that was dropped and has come back.
    if (known !== undefined && known.gate !== gate) this.#evict(known);
    const demand = this.#classes.get(key) ?? this.#addClass(key, contact, gate, eligibility ?? requirement);
    contact.requirement = demand.original;
    this.#rememberWritten(requirement, demand);
    return demand;
  }

  #rememberWritten(requirement: readonly Alternative[], demand: DemandClass): void {
    if (demand.writtenAs.includes(requirement)) return;
    const { index } = demand.channel;
    let byRequirement = this.#written[index];
    if (byRequirement === undefined) {
      byRequirement = new Map();
      this.#written[index] = byRequirement;
    }
    const classes = byRequirement.get(requirement) ?? [];
    if (classes.length >= WRITTEN_ALIKE_MAX) return;
    byRequirement.set(requirement, classes);
    classes.push(demand);
    demand.writtenAs.push(requirement);
    const oldest = demand.writtenAs.length > WRITTEN_AS_MAX ? demand.writtenAs.shift() : undefined;
    if (oldest !== undefined) this.#forgetWritten(oldest, demand);
  }

  releaseClass(contact: Contact): void {
    const demand = contact.demand;
    if (demand === undefined) return;
    contact.demand = undefined;
    if (--demand.useCount > 0) return;
    this.#idle.add(demand);
    if (this.#idle.size <= IDLE_MAX) return;
    const [oldest] = this.#idle;
    if (oldest !== undefined) this.#evict(oldest);
  }

  /** Puts the contact into its line, with the constant key that its age gives. */
  enter(contact: Contact, epoch: number, isHeld = false): Line {
    const demand = contact.demand ?? this.retainClass(contact);
    const line = lineOf(demand, isHeld, contact);
    const key = urgencyKey(contact, epoch);
    contact.line = line;
    contact.lineEntry = { heapIndex: -1, contact };
    line.heap.push(contact.lineEntry, -key);
    lineUpOf(line).noted(line);
    if (demand.waitingCount++ === 0) {
      demand.nonEmptyIndex = this.nonEmpty.length;
      this.nonEmpty.push(demand);
    }
    if (contact.preferredAgents.length > 0) this.affinity.enter(contact, line, key);
    if (demand.gate !== undefined && contact.coolDowns.length + contact.preferredAgents.length > 0) {
      demand.odd.add(contact);
    }
    return line;
  }

  leave(contact: Contact): void {
    const { line, lineEntry } = contact;
    if (line === undefined || lineEntry === undefined) return;
    line.heap.remove(lineEntry);
    contact.line = undefined;
    contact.lineEntry = undefined;
    const demand = line.demand;
    if (line.heap.size === 0) putAside(line);
    else lineUpOf(line).noted(line);
    if (--demand.waitingCount === 0) this.#dropNonEmpty(demand);
    if (demand.gate !== undefined) demand.odd.delete(contact);
    if (contact.affinityEntries.length > 0) this.affinity.leave(contact);
  }

  #addClass(key: string, contact: Contact, gate: Queue | undefined, eligibility: readonly Alternative[]): DemandClass {
    const demand: DemandClass = {
      key,
      channel: contact.channel,
      requirement: eligibility,
      original: contact.requirement,
      prefers: contact.prefers,
      gate,
      odd: gate === undefined ? NONE : new Set(),
      writtenAs: [],
      waiting: new LineUp(),
      held: new LineUp(),
      spareLines: [],
      waitingCount: 0,
      furtherCount: 0,
      nonEmptyIndex: -1,
      useCount: 0,
      facts: [],
      available: undefined,
    };
    this.#classes.set(key, demand);
    gate?.gated.add(demand);
    this.#onNew(demand);
    return demand;
  }

  #evict(demand: DemandClass): void {
    this.#idle.delete(demand);
    this.#classes.delete(demand.key);
    demand.gate?.gated.delete(demand);
    for (const requirement of demand.writtenAs) this.#forgetWritten(requirement, demand);
    this.#onEvict(demand);
  }

  #forgetWritten(requirement: readonly Alternative[], demand: DemandClass): void {
    const byRequirement = this.#written[demand.channel.index];
    const classes = byRequirement?.get(requirement)?.filter((one) => one !== demand) ?? [];
    if (classes.length === 0) byRequirement?.delete(requirement);
    else byRequirement?.set(requirement, classes);
  }

  #dropNonEmpty(demand: DemandClass): void {
    const last = this.nonEmpty.pop();
    if (last !== undefined && last !== demand) {
      this.nonEmpty[demand.nonEmptyIndex] = last;
      last.nonEmptyIndex = demand.nonEmptyIndex;
    }
    demand.nonEmptyIndex = -1;
  }
}

/** The contact's line, which is about to get it. */
function lineOf(demand: DemandClass, isHeld: boolean, { clockRate, tier }: Contact): Line {
  const present = isHeld ? demand.held : demand.waiting;
  for (const line of present.lines) if (line.clockRate === clockRate && line.tier === tier) return line;
  const line = takeSpare(demand, isHeld, clockRate, tier) ?? newLine(demand, isHeld, clockRate, tier);
  present.add(line);
  return line;
}

/** Where the line stands while somebody waits in it. */
function lineUpOf({ demand, isHeld }: Line): LineUp<Line> {
  return isHeld ? demand.held : demand.waiting;
}

function newLine(demand: DemandClass, isHeld: boolean, clockRate: number, tier: number): Line {
  return { demand, clockRate, tier, isHeld, heap: new KeyedHeap<LineEntry>(cameBefore), place: -1, dirty: false };
}

function takeSpare({ spareLines }: DemandClass, isHeld: boolean, clockRate: number, tier: number): Line | undefined {
  for (let index = spareLines.length - 1; index >= 0; index--) {
    const line = spareLines[index] as Line;
    if (line.clockRate !== clockRate || line.tier !== tier || line.isHeld !== isHeld) continue;
    takeOut(spareLines, index);
    return line;
  }
  return undefined;
}

/** Nobody waits in it any more. */
function putAside(line: Line): void {
  const { spareLines } = line.demand;
  lineUpOf(line).remove(line);
  if (spareLines.length >= SPARE_LINES_MAX) takeOut(spareLines, 0);
  spareLines.push(line);
}

/** In place: to splice makes a list of what went. */
function takeOut(lines: Line[], place: number): void {
  for (let index = place + 1; index < lines.length; index++) lines[index - 1] = lines[index] as Line;
  lines.pop();
}
