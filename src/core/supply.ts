// The agents' side: supply classes (one set of skills and levels) and, per demand class, the available agents in buckets of equal fit and
// load. Inside a bucket the one ready longest goes first, so that finding the best agent compares the heads of a few buckets.
//
// Invariants: 1. a fact (this class meets that demand, with this fit) is computed once per pair of classes, while both are in use.
// 2. an indexed agent is in one bucket of every demand class that its class meets and its room allows; `memberships[i]` belongs to `facts[i]`.
// 3. bases in a demand class's buckets descend strictly; no bucket is empty.

import { type FifoItem, OrderedFifo } from '../lib/ordered-fifo.ts';
import { type Agent, hasRoom, isAvailable } from './agent.ts';
import type { DemandClass } from './demand.ts';
import type { Channel, Queue } from './names.ts';
import { fitUs, loadUs, type RankTerms } from './rank.ts';
import { meets, type Skills } from './requirement.ts';

/** That a supply class meets a demand class, and how well. */
export interface Fact {
  readonly demand: DemandClass;
  readonly fitUs: number;
}

export interface SupplyClass {
  readonly key: string;
  readonly skills: Skills;
  readonly agents: Set<Agent>;
  readonly facts: (Fact | undefined)[];
  readonly slotByDemand: Map<DemandClass, number>;
  readonly freeSlots: number[];
  /** Queues whose own requirement it meets. */
  readonly queues: readonly Queue[];
}

/** One agent's place in one bucket. `order` is the agent's ready ordinal. */
export interface Membership extends FifoItem {
  readonly agent: Agent;
  readonly buckets: AgentBuckets;
  bucket: Bucket | undefined;
}

export interface Bucket {
  /** Fit minus the load part of readiness. */
  readonly baseUs: number;
  readonly agents: OrderedFifo<Membership>;
}

/** The available agents of one demand class. */
export class AgentBuckets {
  /** Best base first. */
  readonly buckets: Bucket[] = [];

  insert(membership: Membership, baseUs: number): void {
    const buckets = this.buckets;
    let low = 0;
    let high = buckets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((buckets[middle] as Bucket).baseUs > baseUs) low = middle + 1;
      else high = middle;
    }
    let bucket = buckets[low];
    if (bucket === undefined || bucket.baseUs !== baseUs) {
      bucket = { baseUs, agents: new OrderedFifo<Membership>() };
      if (low === buckets.length) buckets.push(bucket);
      else buckets.splice(low, 0, bucket);
    }
    bucket.agents.insert(membership);
    membership.bucket = bucket;
  }

  remove(membership: Membership): void {
    const bucket = membership.bucket;
    if (bucket === undefined) return;
    bucket.agents.remove(membership);
    membership.bucket = undefined;
    if (bucket.agents.size > 0) return;
    if (this.buckets.at(-1) === bucket) this.buckets.pop();
    else this.buckets.splice(this.buckets.indexOf(bucket), 1);
  }
}

/** What the supply side asks of the rest of the state. */
export interface World {
  demands(): Iterable<DemandClass>;
  queues(): Iterable<Queue>;
  channels(): readonly Channel[];
}

export class SupplyIndex {
  readonly #classes = new Map<string, SupplyClass>();
  readonly #classesBySkill = new Map<string, Set<SupplyClass>>();
  #terms: RankTerms;
  readonly #world: World;

  constructor(terms: RankTerms, world: World) {
    this.#terms = terms;
    this.#world = world;
  }

  /** Numbers of the rank rule from now on. Nobody may be signed in. */
  setTerms(terms: RankTerms): void {
    this.#terms = terms;
  }

  /** The agent counts from now on; not yet indexed. */
  signIn(agent: Agent): void {
    const key = skillsKey(agent.skills);
    const supply = this.#classes.get(key) ?? this.#addClass(key, agent.skills);
    supply.agents.add(agent);
    agent.supply = supply;
    agent.memberships = [];
    for (const queue of supply.queues) queue.agentsEligible++;
  }

  /** The agent counts no more; it is not indexed. */
  signOut(agent: Agent): void {
    const supply = agent.supply;
    if (supply === undefined) return;
    this.withdraw(agent);
    this.#countAvailable(agent, supply, false);
    for (const queue of supply.queues) queue.agentsEligible--;
    supply.agents.delete(agent);
    agent.supply = undefined;
    agent.memberships = [];
    if (supply.agents.size === 0) this.#dropClass(supply);
  }

  /** Puts the agent where arriving contacts find it. It must be available, with room on some channel. */
  insert(agent: Agent): void {
    const supply = agent.supply;
    if (supply === undefined || agent.indexed) return;
    agent.indexed = true;
    const facts = supply.facts;
    const carriedUs = loadUs(agent, this.#terms);
    for (let slot = 0; slot < facts.length; slot++) {
      const fact = facts[slot];
      if (fact !== undefined) this.#insertFor(agent, slot, fact, carriedUs);
    }
  }

  /** Takes the agent out; afterwards what its place depends on may change. */
  withdraw(agent: Agent): void {
    if (!agent.indexed) return;
    agent.indexed = false;
    for (const membership of agent.memberships) {
      if (membership?.bucket !== undefined) membership.buckets.remove(membership);
    }
  }

  /** Brings the queues' counts of agents with room up to date; whether the agent is available with room on some channel. */
  recount(agent: Agent): boolean {
    const supply = agent.supply;
    if (supply === undefined) return false;
    const free = isAvailable(agent) && this.#hasSomeRoom(agent);
    this.#countAvailable(agent, supply, free);
    return free;
  }

  #hasSomeRoom(agent: Agent): boolean {
    for (const channel of this.#world.channels()) if (hasRoom(agent, channel)) return true;
    return false;
  }

  #countAvailable(agent: Agent, supply: SupplyClass, free: boolean): void {
    if (agent.countedAvailable === free) return;
    agent.countedAvailable = free;
    for (const queue of supply.queues) queue.agentsAvailable += free ? 1 : -1;
  }

  /** A demand class came into use: finds who meets it, through the rarest skill of each alternative. */
  addDemand(demand: DemandClass): void {
    for (const supply of this.#candidates(demand)) this.#learn(supply, demand);
  }

  removeDemand(demand: DemandClass): void {
    for (const supply of demand.suppliers) {
      const slot = supply.slotByDemand.get(demand);
      if (slot === undefined) continue;
      supply.slotByDemand.delete(demand);
      supply.facts[slot] = undefined;
      supply.freeSlots.push(slot);
      for (const agent of supply.agents) {
        const membership = agent.memberships[slot];
        if (membership?.bucket !== undefined) membership.buckets.remove(membership);
        agent.memberships[slot] = undefined;
      }
    }
    demand.suppliers.clear();
  }

  #candidates(demand: DemandClass): Iterable<SupplyClass> {
    const found = new Set<SupplyClass>();
    const alternatives = demand.requirement.length === 0 ? [{ all: [] }] : demand.requirement;
    for (const { all } of alternatives) {
      let rarest: Iterable<SupplyClass> = this.#classes.values();
      let rarestSize = this.#classes.size;
      for (const need of all) {
        const holders = this.#classesBySkill.get(need.skill);
        if ((holders?.size ?? 0) < rarestSize) {
          rarest = holders ?? [];
          rarestSize = holders?.size ?? 0;
        }
      }
      for (const supply of rarest) found.add(supply);
    }
    return found;
  }

  #learn(supply: SupplyClass, demand: DemandClass): void {
    const fit = fitUs(demand, supply.skills, this.#terms);
    if (fit === undefined) return;
    const slot = supply.freeSlots.pop() ?? supply.facts.length;
    const fact: Fact = { demand, fitUs: fit };
    supply.facts[slot] = fact;
    supply.slotByDemand.set(demand, slot);
    demand.suppliers.add(supply);
    for (const agent of supply.agents) {
      if (agent.indexed) this.#insertFor(agent, slot, fact, loadUs(agent, this.#terms));
    }
  }

  #insertFor(agent: Agent, slot: number, fact: Fact, carriedUs: number): void {
    if (!hasRoom(agent, fact.demand.channel)) return;
    let membership = agent.memberships[slot];
    if (membership === undefined) {
      membership = newMembership(agent, fact.demand.available);
      agent.memberships[slot] = membership;
    }
    membership.order = agent.readyOrdinal;
    fact.demand.available.insert(membership, fact.fitUs - carriedUs);
  }

  #addClass(key: string, skills: Skills): SupplyClass {
    const supply: SupplyClass = {
      key,
      skills,
      agents: new Set(),
      facts: [],
      slotByDemand: new Map(),
      freeSlots: [],
      queues: [...this.#world.queues()].filter((queue) => meets(skills, queue.policy.requires)),
    };
    this.#classes.set(key, supply);
    for (const skill of skills.keys()) {
      const holders = this.#classesBySkill.get(skill) ?? new Set();
      this.#classesBySkill.set(skill, holders.add(supply));
    }
    for (const demand of this.#world.demands()) this.#learn(supply, demand);
    return supply;
  }

  #dropClass(supply: SupplyClass): void {
    this.#classes.delete(supply.key);
    for (const skill of supply.skills.keys()) {
      const holders = this.#classesBySkill.get(skill);
      holders?.delete(supply);
      if (holders?.size === 0) this.#classesBySkill.delete(skill);
    }
    for (const demand of supply.slotByDemand.keys()) demand.suppliers.delete(supply);
  }
}

/** Text that is equal exactly for equal skills and levels. */
export function skillsKey(skills: Skills): string {
  let key = '';
  for (const skill of [...skills.keys()].sort()) key += `${skill} ${skills.get(skill)},`;
  return key;
}

function newMembership(agent: Agent, buckets: AgentBuckets): Membership {
  return {
    agent,
    buckets,
    bucket: undefined,
    order: 0,
    heapIndex: -1,
    fifoPlace: 'none',
    fifoPrevious: undefined,
    fifoNext: undefined,
  };
}
