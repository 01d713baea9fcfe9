// Waiting contacts that prefer an agent, by agent, demand class and line: a freed agent finds its own without a look at others.
//
// Invariants: 1. a contact in line is in one heap of each of its preferred agents, for as long. 2. no heap and no list here is empty.

import { KeyedHeap } from '../lib/keyed-heap.ts';
import type { Agent } from './agent.ts';
import type { Contact, LineEntry } from './contact.ts';
import type { DemandClass, Line } from './demand.ts';
import { cameBefore, type Lined, LineUp } from './line-up.ts';
import type { SupplyClass } from './supply.ts';

/** The part of a line that prefers one agent. */
export interface PreferringLine extends Lined {
  readonly line: Line;
}

/** A waiting contact's place with one of its preferred agents. */
export interface AffinityEntry extends LineEntry {
  readonly agentId: string;
  readonly within: PreferringLine;
  /** Whether the agent may hold it, now or when it signs in. */
  readonly mayHold: boolean;
}

/** The lines of one class in which contacts prefer one agent. */
export class PreferringLines extends LineUp<PreferringLine> {
  readonly demand: DemandClass;
  /** The supply class that `fitFor` was asked for last, and what it fits. */
  #supply: SupplyClass | undefined = undefined;
  #fitUs: number | undefined = undefined;

  constructor(demand: DemandClass) {
    super();
    this.demand = demand;
  }

  /** What the agent's class fits the demand, without affinity; undefined when it does not meet it. Looked up once for a supply class. */
  fitFor({ supply }: Agent): number | undefined {
    if (supply !== this.#supply) {
      this.#supply = supply;
      this.#fitUs = supply?.factByDemand.get(this.demand)?.fitUs;
    }
    return this.#fitUs;
  }
}

type LinesByClass = Map<DemandClass, PreferringLines>;

export class Affinity {
  readonly #linesByAgent = new Map<string, LinesByClass>();
  /** Waiting contacts whose preference still runs, by each of their preferred agents. */
  readonly #mayHold = new Map<string, Set<Contact>>();

  /** The contact came into line, with this key. */
  enter(contact: Contact, line: Line, key: number): void {
    const mayHold = contact.preferredUntil !== 0;
    contact.affinityEntries = [...new Set(contact.preferredAgents)].map((agentId) => {
      const lines = this.#linesOf(agentId, line.demand);
      const within = lines.lines.find((one) => one.line === line) ?? addTo(lines, line);
      const entry: AffinityEntry = { heapIndex: -1, contact, agentId, within, mayHold };
      within.heap.push(entry, -key);
      lines.noted(within);
      if (mayHold) this.#mayHold.set(agentId, (this.#mayHold.get(agentId) ?? new Set()).add(contact));
      return entry;
    });
  }

  /** It left its line. */
  leave(contact: Contact): void {
    for (const entry of contact.affinityEntries) {
      if (entry.mayHold) this.#dropHold(entry);
      this.#drop(entry);
    }
    contact.affinityEntries = [];
  }

  /** Lines with contacts that prefer the agent, by class; undefined when there are none. */
  linesFor(agentId: string): ReadonlyMap<DemandClass, PreferringLines> | undefined {
    return this.#linesByAgent.get(agentId);
  }

  /** Waiting contacts that the agent holds, or would if it could; undefined when there are none. */
  heldFor(agentId: string): ReadonlySet<Contact> | undefined {
    return this.#mayHold.get(agentId);
  }

  #linesOf(agentId: string, demand: DemandClass): PreferringLines {
    let byClass = this.#linesByAgent.get(agentId);
    if (byClass === undefined) {
      byClass = new Map();
      this.#linesByAgent.set(agentId, byClass);
    }
    let lines = byClass.get(demand);
    if (lines === undefined) {
      lines = new PreferringLines(demand);
      byClass.set(demand, lines);
    }
    return lines;
  }

  #drop(entry: AffinityEntry): void {
    const { agentId, within } = entry;
    const byClass = this.#linesByAgent.get(agentId);
    const lines = byClass?.get(within.line.demand);
    if (byClass === undefined || lines === undefined) return;
    within.heap.remove(entry);
    if (within.heap.size > 0) return lines.noted(within);
    lines.remove(within);
    if (lines.lines.length > 0) return;
    byClass.delete(within.line.demand);
    if (byClass.size === 0) this.#linesByAgent.delete(agentId);
  }

  #dropHold({ agentId, contact }: AffinityEntry): void {
    const contacts = this.#mayHold.get(agentId);
    if (contacts?.delete(contact) && contacts.size === 0) this.#mayHold.delete(agentId);
  }
}

function addTo(lines: PreferringLines, line: Line): PreferringLine {
  const { tier, clockRate } = line;
  const within: PreferringLine = { line, tier, clockRate, heap: new KeyedHeap<LineEntry>(cameBefore), place: -1 };
  lines.add(within);
  return within;
}
