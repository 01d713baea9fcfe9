// The waiting side: contacts by demand class and line. A demand class is a channel, a requirement (and the original, where it was relaxed) and
// preferences: all that the choice of an agent depends on. A line is the part of a class with one tier and clock rate: its order is constant in time, so one heap holds it for ever.
//
// Invariants: 1. a line's heap is ordered by (key down, arrival). 2. `nonEmpty` holds exactly the classes with a waiting contact.
// 3. a contact with preferred agents is also in one heap per agent and line, so that a freed agent finds its own. 4. classes that no open
// contact uses are kept for reuse, IDLE_MAX of them, and then forgotten, oldest first. 5. contacts that their preferred agents hold stand in lines
// of their own (`heldLines`), where only those agents' heaps lead to: nobody else looks at them. 6. `heads` says of each of `lines` what its
// heap says.

import { KeyedHeap } from '../lib/keyed-heap.ts';
import type { AgentBuckets } from './agent-buckets.ts';
import type { Contact, LineEntry } from './contact.ts';
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
/** What `heads` tells of a line: its tier, its clock rate, and the least key of its heap. */
export const HEAD_NUMBERS = 3;
/** So many lines that are empty a class keeps: contacts of the same few tiers and clock rates come again. */
const SPARE_LINES_MAX = 8;

export interface Line {
  readonly demand: DemandClass;
  /** Thousandths. */
  readonly clockRate: number;
  readonly tier: number;
  /** Of contacts that their preferred agents hold. */
  readonly isHeld: boolean;
  /** By the contacts' keys, negated: the greatest goes first. */
  readonly heap: KeyedHeap<LineEntry>;
  /** Its place in `lines` or `heldLines` of its class; −1 while it is empty. */
  place: number;
  /** Waits for settle. */
  dirty: boolean;
}

/** A waiting contact's place with one of its preferred agents. */
export interface AffinityEntry extends LineEntry {
  readonly agentId: string;
  readonly line: Line;
  /** Whether the agent may hold it, now or when it signs in. */
  readonly mayHold: boolean;
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
  readonly lines: Line[];
  /** Of each of `lines`, in the same order, HEAD_NUMBERS: numbers side by side, so that most lines are never looked into. */
  readonly heads: number[];
  /** The same lines of held contacts. */
  readonly heldLines: Line[];
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

/** Of two with one key, which goes first: the one that came earlier. */
function cameBefore(a: LineEntry, b: LineEntry): boolean {
  return a.contact.ordinal < b.contact.ordinal;
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

type AffinityLines = Map<Line, KeyedHeap<LineEntry>>;

export class DemandIndex {
  readonly #classes = new Map<string, DemandClass>();
  readonly #idle = new Set<DemandClass>();
  /** Classes by channel's index and requirement, the very object: found without writing a key. */
  readonly #written: Map<readonly Alternative[], DemandClass[]>[] = [];
  readonly #affinity = new Map<string, AffinityLines>();
  /** Waiting contacts whose preference still runs, by each of their preferred agents. */
  readonly #mayHold = new Map<string, Set<Contact>>();
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
    noteHead(line);
    if (demand.waitingCount++ === 0) {
      demand.nonEmptyIndex = this.nonEmpty.length;
      this.nonEmpty.push(demand);
    }
    if (contact.preferredAgents.length > 0) this.#enterAffinity(contact, line, key);
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
    else noteHead(line);
    if (--demand.waitingCount === 0) this.#dropNonEmpty(demand);
    if (demand.gate !== undefined) demand.odd.delete(contact);
    if (contact.affinityEntries.length === 0) return;
    for (const entry of contact.affinityEntries) this.#leaveAffinity(entry);
    contact.affinityEntries = [];
  }

  /** Heaps of the waiting contacts that prefer the agent, by line; undefined when there are none. */
  affinityOf(agentId: string): ReadonlyMap<Line, KeyedHeap<LineEntry>> | undefined {
    return this.#affinity.get(agentId);
  }

  /** Waiting contacts that the agent holds, or would if it could; undefined when there are none. */
  heldFor(agentId: string): ReadonlySet<Contact> | undefined {
    return this.#mayHold.get(agentId);
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
      lines: [],
      heads: [],
      heldLines: [],
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

  #enterAffinity(contact: Contact, line: Line, key: number): void {
    const mayHold = contact.preferredUntil !== 0;
    contact.affinityEntries = [...new Set(contact.preferredAgents)].map((agentId) => {
      const entry: AffinityEntry = { heapIndex: -1, contact, agentId, line, mayHold };
      if (mayHold) this.#mayHold.set(agentId, (this.#mayHold.get(agentId) ?? new Set()).add(contact));
      const lines = this.#affinity.get(agentId) ?? new Map<Line, KeyedHeap<LineEntry>>();
      this.#affinity.set(agentId, lines);
      const heap = lines.get(line) ?? new KeyedHeap<LineEntry>(cameBefore);
      lines.set(line, heap);
      heap.push(entry, -key);
      return entry;
    });
  }

  #leaveAffinity(entry: AffinityEntry): void {
    if (entry.mayHold) this.#dropHold(entry);
    const lines = this.#affinity.get(entry.agentId);
    const heap = lines?.get(entry.line);
    if (lines === undefined || heap === undefined) return;
    heap.remove(entry);
    if (heap.size > 0) return;
    lines.delete(entry.line);
    if (lines.size === 0) this.#affinity.delete(entry.agentId);
  }

  #dropHold({ agentId, contact }: AffinityEntry): void {
    const contacts = this.#mayHold.get(agentId);
    if (contacts?.delete(contact) && contacts.size === 0) this.#mayHold.delete(agentId);
  }
}

/** The contact's line, which is about to get it. */
function lineOf(demand: DemandClass, isHeld: boolean, { clockRate, tier }: Contact): Line {
  const lines = isHeld ? demand.heldLines : demand.lines;
  for (const line of lines) if (line.clockRate === clockRate && line.tier === tier) return line;
  const line = takeSpare(demand, isHeld, clockRate, tier) ?? newLine(demand, isHeld, clockRate, tier);
  line.place = lines.length;
  lines.push(line);
  if (!isHeld) demand.heads.push(tier, clockRate, line.heap.leastKey);
  return line;
}

function newLine(demand: DemandClass, isHeld: boolean, clockRate: number, tier: number): Line {
  return { demand, clockRate, tier, isHeld, heap: new KeyedHeap<LineEntry>(cameBefore), place: -1, dirty: false };
}

/** Another contact may be its first. */
function noteHead({ demand, isHeld, place, heap }: Line): void {
  if (!isHeld) demand.heads[place * HEAD_NUMBERS + HEAD_NUMBERS - 1] = heap.leastKey;
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

/** Nobody waits in it any more: the last one takes its place. */
function putAside(line: Line): void {
  const { lines, heads, heldLines, spareLines } = line.demand;
  const present = line.isHeld ? heldLines : lines;
  const last = present.pop() as Line;
  if (last !== line) {
    present[line.place] = last;
    last.place = line.place;
  }
  if (!line.isHeld) dropHead(heads, line.place);
  line.place = -1;
  if (spareLines.length >= SPARE_LINES_MAX) takeOut(spareLines, 0);
  spareLines.push(line);
}

/** The numbers of the last one take the place. */
function dropHead(heads: number[], place: number): void {
  const from = heads.length - HEAD_NUMBERS;
  for (let index = 0; index < HEAD_NUMBERS; index++)
    heads[place * HEAD_NUMBERS + index] = heads[from + index] as number;
  for (let index = 0; index < HEAD_NUMBERS; index++) heads.pop();
}

/** In place: to splice makes a list of what went. */
function takeOut(lines: Line[], place: number): void {
  for (let index = place + 1; index < lines.length; index++) lines[index - 1] = lines[index] as Line;
  lines.pop();
}
