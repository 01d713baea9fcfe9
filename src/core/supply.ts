// The agents' side: supply classes (one set of skills and levels), and where an arriving contact finds the available agents who may serve it.
//
// A demand class with few suppliers is *scanned*: its choice compares the supply classes' pools, each with its agents by load, and an agent that
// comes or goes changes the one pool of its class. One with many is *indexed*: it has all its agents in buckets of its own by fit and load, so
// that the choice does not grow with the number of supply classes, and an agent that comes or goes changes each of these.
//
// Invariants: 1. a fact (this class meets that demand, with this fit) is computed once per pair of classes, while both are in use.
// 2. an available agent that is not dirty is in the pool of each channel that it has room for and that some scanned demand class needs, and in
// the buckets of every indexed demand class that its class meets and its room allows. 3. `fact.slot` is −1 exactly while `fact.pool` is there.

import { type Agent, hasRoom, isAvailable } from './agent.ts';
import { AgentBuckets, type Membership, newMembership } from './agent-buckets.ts';
import type { DemandClass } from './demand.ts';
import type { Channel, Queue } from './names.ts';
import { fitUs, loadPartUs, loadUs, type RankTerms } from './rank.ts';
import { meets, type Skills } from './requirement.ts';

/** With more suppliers a demand class is indexed. To look at so many pools costs less than its agents' ways into and out of an index. */
export const SUPPLIERS_SCANNED_MAX = 32;

/** That a supply class meets a demand class, and how well. */
export interface Fact {
  readonly demand: DemandClass;
  readonly supply: SupplyClass;
  readonly fitUs: number;
  /** Places in the lists of both. */
  supplyPlace: number;
  demandPlace: number;
  /** Where the demand class is scanned: the agents that may serve it. */
  pool: Pool | undefined;
  /** Where it is indexed: the place in `supply.indexed` and in its agents' memberships; −1. */
  slot: number;
}

/** Available agents of one supply class with room on one channel, by load. */
export interface Pool {
  readonly channel: Channel;
  readonly agents: AgentBuckets;
  /** Facts that look into it; without any it goes. */
  factCount: number;
}

export interface SupplyClass {
  readonly key: string;
  readonly skills: Skills;
  readonly agents: Set<Agent>;
  readonly facts: Fact[];
  readonly factByDemand: Map<DemandClass, Fact>;
  readonly pools: Pool[];
  readonly indexed: (Fact | undefined)[];
  readonly freeSlots: number[];
  /** Queues whose own requirement it meets. */
  queues: readonly Queue[];
}

/** What the supply side asks of the rest of the state. */
export interface World {
  queues(): Iterable<Queue>;
  channels(): readonly Channel[];
}

export class SupplyIndex {
  readonly #classes = new Map<string, SupplyClass>();
  readonly #classesBySkill = new Map<string, Set<SupplyClass>>();
  /** Demand classes under one skill of each of their alternatives, and those that somebody without any skill may meet. */
  readonly #demandsBySkill = new Map<string, Set<DemandClass>>();
  readonly #demandsOfAll = new Set<DemandClass>();
  #terms: RankTerms;
  readonly #world: World;
  readonly #scannedMax: number;

  constructor(terms: RankTerms, world: World, scannedMax: number) {
    this.#terms = terms;
    this.#world = world;
    this.#scannedMax = scannedMax;
  }

  /**
   * Numbers of the rank rule, channels and queues are others from now on. The agents, all who are signed in, are taken out of where arriving
   * contacts find them; settle puts them back.
   */
  adapt(terms: RankTerms, agents: readonly Agent[]): void {
    const hasSameFit = terms.perLevelUs === this.#terms.perLevelUs && terms.breadthUs === this.#terms.breadthUs;
    for (const agent of agents) {
      if (hasSameFit) this.withdraw(agent);
      else this.signOut(agent);
    }
    this.#terms = terms;
    if (!hasSameFit) for (const agent of agents) this.signIn(agent);
    else for (const supply of this.#classes.values()) this.#serve(supply, this.#queuesOf(supply.skills));
  }

  #queuesOf(skills: Skills): Queue[] {
    return [...this.#world.queues()].filter((queue) => meets(skills, queue.policy.requires));
  }

  /** The class may serve these queues from now on: its agents are counted there, and no more where they were. */
  #serve(supply: SupplyClass, queues: readonly Queue[]): void {
    for (const agent of supply.agents) this.#countAvailable(agent, supply, false);
    for (const queue of supply.queues) queue.agentsEligible -= supply.agents.size;
    supply.queues = queues;
    for (const queue of queues) queue.agentsEligible += supply.agents.size;
  }

  /** The agent counts from now on; not yet indexed. */
  signIn(agent: Agent): void {
    const key = skillsKey(agent.skills);
    const supply = this.#classes.get(key) ?? this.#addClass(key, agent.skills);
    supply.agents.add(agent);
    agent.supply = supply;
    agent.memberships = [];
    agent.poolMemberships = [];
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
    agent.poolMemberships = [];
    if (supply.agents.size === 0) this.#dropClass(supply);
  }

  /** Puts the agent where arriving contacts find it. It must be available, with room on some channel. */
  insert(agent: Agent): void {
    const supply = agent.supply;
    if (supply === undefined || agent.indexed) return;
    agent.indexed = true;
    const plainUs = loadPartUs(agent, agent.load, this.#terms);
    for (const pool of supply.pools) insertIntoPool(agent, pool, this.#carriedUs(agent, pool.channel, plainUs));
    for (const fact of supply.indexed) {
      if (fact !== undefined) insertFor(agent, fact, this.#carriedUs(agent, fact.demand.channel, plainUs));
    }
  }

  /** The load part as the channel sees it; `plainUs`: as all channels do to which nothing yields. */
  #carriedUs(agent: Agent, channel: Channel, plainUs: number): number {
    return channel.blend === undefined ? plainUs : loadUs(agent, channel, this.#terms);
  }

  /** Takes the agent out; afterwards what its place depends on may change. */
  withdraw(agent: Agent): void {
    if (!agent.indexed) return;
    agent.indexed = false;
    for (const membership of agent.poolMemberships) leaveBucket(membership);
    for (const membership of agent.memberships) leaveBucket(membership);
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
    this.#file(demand);
    for (const supply of this.#candidates(demand)) this.#learn(supply, demand);
  }

  /** A supply class that comes later finds the demand class by its skills. */
  #file(demand: DemandClass): void {
    if (demand.requirement.length === 0) this.#demandsOfAll.add(demand);
    for (const { all } of demand.requirement) {
      const [first, ...others] = all;
      if (first === undefined) {
        this.#demandsOfAll.add(demand);
        continue;
      }
      const countOf = (skill: string): number => this.#demandsBySkill.get(skill)?.size ?? 0;
      const rarest = others.reduce((best, { skill }) => (countOf(skill) < countOf(best) ? skill : best), first.skill);
      const demands = this.#demandsBySkill.get(rarest) ?? new Set();
      this.#demandsBySkill.set(rarest, demands.add(demand));
    }
  }

  #unfile(demand: DemandClass): void {
    this.#demandsOfAll.delete(demand);
    for (const { all } of demand.requirement) {
      for (const { skill } of all) {
        const demands = this.#demandsBySkill.get(skill);
        if (demands?.delete(demand) && demands.size === 0) this.#demandsBySkill.delete(skill);
      }
    }
  }

  removeDemand(demand: DemandClass): void {
    this.#unfile(demand);
    for (const fact of demand.facts) {
      if (fact.pool === undefined) this.#unindex(fact);
      else this.#unscan(fact, fact.pool);
      fact.supply.factByDemand.delete(demand);
      const last = fact.supply.facts.pop();
      if (last === undefined || last === fact) continue;
      fact.supply.facts[fact.supplyPlace] = last;
      last.supplyPlace = fact.supplyPlace;
    }
    demand.facts = [];
    demand.available = undefined;
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
    const supplyPlace = supply.facts.length;
    const demandPlace = demand.facts.length;
    const fact: Fact = { demand, supply, fitUs: fit, supplyPlace, demandPlace, pool: undefined, slot: -1 };
    supply.facts.push(fact);
    supply.factByDemand.set(demand, fact);
    demand.facts.push(fact);
    if (demand.available !== undefined) this.#index(fact);
    else if (demand.facts.length <= this.#scannedMax) this.#scan(fact);
    else this.#indexAll(demand);
  }

  #indexAll(demand: DemandClass): void {
    demand.available = new AgentBuckets();
    for (const fact of demand.facts) {
      if (fact.pool !== undefined) this.#unscan(fact, fact.pool);
      this.#index(fact);
    }
  }

  #index(fact: Fact): void {
    const { supply } = fact;
    fact.slot = supply.freeSlots.pop() ?? supply.indexed.length;
    supply.indexed[fact.slot] = fact;
    for (const agent of supply.agents) {
      if (agent.indexed) insertFor(agent, fact, loadUs(agent, fact.demand.channel, this.#terms));
    }
  }

  #unindex({ supply, slot }: Fact): void {
    supply.indexed[slot] = undefined;
    supply.freeSlots.push(slot);
    for (const agent of supply.agents) {
      leaveBucket(agent.memberships[slot]);
      agent.memberships[slot] = undefined;
    }
  }

  #scan(fact: Fact): void {
    const { supply } = fact;
    const { channel } = fact.demand;
    let pool = supply.pools.find((one) => one.channel === channel);
    if (pool === undefined) {
      pool = { channel, agents: new AgentBuckets(), factCount: 0 };
      supply.pools.push(pool);
      for (const agent of supply.agents)
        if (agent.indexed) insertIntoPool(agent, pool, loadUs(agent, channel, this.#terms));
    }
    pool.factCount++;
    fact.pool = pool;
  }

  #unscan(fact: Fact, pool: Pool): void {
    fact.pool = undefined;
    if (--pool.factCount > 0) return;
    const { pools, agents } = fact.supply;
    pools.splice(pools.indexOf(pool), 1);
    for (const agent of agents) {
      leaveBucket(agent.poolMemberships[pool.channel.index]);
      agent.poolMemberships[pool.channel.index] = undefined;
    }
  }

  #addClass(key: string, skills: Skills): SupplyClass {
    const supply: SupplyClass = {
      key,
      skills,
      agents: new Set(),
      facts: [],
      factByDemand: new Map(),
      pools: [],
      indexed: [],
      freeSlots: [],
      queues: this.#queuesOf(skills),
    };
    this.#classes.set(key, supply);
    for (const skill of skills.keys()) {
      const holders = this.#classesBySkill.get(skill) ?? new Set();
      this.#classesBySkill.set(skill, holders.add(supply));
    }
    for (const demand of this.#demandsOfAll) this.#learn(supply, demand);
    for (const skill of skills.keys()) {
      for (const demand of this.#demandsBySkill.get(skill) ?? []) {
        if (!supply.factByDemand.has(demand)) this.#learn(supply, demand);
      }
    }
    return supply;
  }

  #dropClass(supply: SupplyClass): void {
    this.#classes.delete(supply.key);
    for (const skill of supply.skills.keys()) {
      const holders = this.#classesBySkill.get(skill);
      holders?.delete(supply);
      if (holders?.size === 0) this.#classesBySkill.delete(skill);
    }
    for (const { demand, demandPlace } of supply.facts) {
      const last = demand.facts.pop();
      if (last !== undefined && last.supply !== supply) {
        demand.facts[demandPlace] = last;
        last.demandPlace = demandPlace;
      }
      if (demand.facts.length === 0) demand.available = undefined;
    }
  }
}

/** Text that is equal exactly for equal skills and levels. */
export function skillsKey(skills: Skills): string {
  let key = '';
  for (const skill of [...skills.keys()].sort()) key += `${skill} ${skills.get(skill)},`;
  return key;
}

function insertIntoPool(agent: Agent, { channel, agents }: Pool, carriedUs: number): void {
  if (!hasRoom(agent, channel)) return;
  let membership = agent.poolMemberships[channel.index];
  if (membership === undefined) {
    membership = newMembership(agent, agents);
    agent.poolMemberships[channel.index] = membership;
  }
  membership.order = agent.readyOrdinal;
  agents.insert(membership, -carriedUs);
}

function insertFor(agent: Agent, { demand, slot, fitUs: fit }: Fact, carriedUs: number): void {
  const { available } = demand;
  if (available === undefined || !hasRoom(agent, demand.channel)) return;
  let membership = agent.memberships[slot];
  if (membership === undefined) {
    membership = newMembership(agent, available);
    agent.memberships[slot] = membership;
  }
  membership.order = agent.readyOrdinal;
  available.insert(membership, fit - carriedUs);
}

function leaveBucket(membership: Membership | undefined): void {
  if (membership?.bucket !== undefined) membership.buckets.remove(membership);
}
