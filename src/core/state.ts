// The whole state of a site: facts and the indexes over them. `apply` folds events into it; nothing else changes it.
//
// Invariants: 1. `known` has every open contact and every tombstone. 2. `offers` has exactly the OFFERED contacts, by each of their offers' seqs.
// 3. `tombstones` are in order of closing. 4. ordinals and ready ordinals only ascend.

import { Fifo } from '../lib/fifo.ts';
import { PassingMap } from '../lib/passing-map.ts';
import { SortedLog } from '../lib/sorted-log.ts';
import { type Agent, isSignedIn } from './agent.ts';
import { blendChannels } from './blend.ts';
import type { Contact, Known } from './contact.ts';
import { ContentHash } from './content-hash.ts';
import { Customers } from './customers.ts';
import { type Deadline, Deadlines } from './deadlines.ts';
import { DemandIndex } from './demand.ts';
import { FanOut } from './fan-out.ts';
import { type Gateway, newGateway } from './gateway.ts';
import type { ResolvedHours } from './hours.ts';
import { LastAgents } from './last-agents.ts';
import type { Moment } from './matching.ts';
import { type Channel, newQueue, type Queue } from './names.ts';
import { OfferCaps } from './offer-cap.ts';
import type { EstimatePolicy, ResolvedPolicy } from './policy.ts';
import { compileMatch } from './queue-match.ts';
import { type RankTerms, rankTerms, ZERO_TERMS } from './rank.ts';
import { RequirementCache } from './requirement-cache.ts';
import { Dirty } from './settle.ts';
import { SUPPLIERS_SCANNED_MAX, SupplyIndex } from './supply.ts';

export class State {
  /** The last event and its instant; the instant of the first. */
  seq = 0;
  at = 0;
  epoch = 0;
  lastOrdinal = 0;
  lastReadyOrdinal = 0;
  policy: ResolvedPolicy | undefined = undefined;
  policyText = '';
  /** The policy's own, at hand. */
  estimate: EstimatePolicy | undefined = undefined;
  runnersUpMax = 0;
  policySource = '';
  policyFileHash = '';
  /** No grace ends before this instant: set by the last restart. */
  graceFloor = 0;
  /** When conditions of `relax` steps did not hold last; how many contacts in line wait for one, each step counted; their deadline. */
  relaxTestedAt = 0;
  pendingRelaxations = 0;
  relaxTestDeadline: Extract<Deadline, { readonly kind: 'relaxTest' }> | undefined = undefined;
  /** The event after which the queues' counts of available agents were brought up to date last, before a settle. */
  recountedSeq = -1;
  terms: RankTerms = ZERO_TERMS;
  readonly channels = new Map<string, Channel>();
  /** The same, in the policy's order. */
  channelList: readonly Channel[] = [];
  #costMin = 0;
  readonly #moment: { -readonly [K in keyof Moment]: Moment[K] };
  /** Every channel that there ever was: one that comes back is the one that it was. */
  readonly #everyChannel = new Map<string, Channel>();
  readonly queues = new Map<string, Queue>();
  /** The same, in the policy's order. */
  queueList: readonly Queue[] = [];
  /** Whether any of them has a gate. */
  hasGates = false;
  /** Whether any of them has contact hours; those in line since this step although they may not be called now (contact-hours.ts). */
  hasContactHours = false;
  shutOut: Contact[] = [];
  /** Openings of the policy's calendars, by calendar and time zone. */
  readonly hours = new Map<string, ResolvedHours>();
  /** Open contacts by segment. */
  readonly openBySegment = new Map<string, { count: number }>();
  readonly agents = new Map<string, Agent>();
  /** Agents in order of their ordinals, for paging. */
  readonly agentLog = new SortedLog<Agent>((agent) => this.agents.get(agent.id) === agent);
  readonly gateways = new Map<string, Gateway>();
  readonly known = new Map<string, Known>();
  readonly arrivals = new SortedLog<Known>((known) => known.contact !== undefined || known.tombstone !== undefined);
  readonly tombstones = new Fifo<Known>();
  readonly offers = new PassingMap<number, Contact>();
  readonly deadlines = new Deadlines();
  readonly caps = new OfferCaps();
  readonly requirements = new RequirementCache();
  readonly contentHash = new ContentHash();
  forgetDeadline: Deadline | undefined = undefined;
  /** Who answered last, while a queue of the policy asks for it. */
  lastAgents: LastAgents | undefined = undefined;
  /** Profiles of customers. */
  readonly customers = new Customers();
  readonly demands: DemandIndex;
  readonly supplies: SupplyIndex;
  readonly dirty = new Dirty();
  /** Contacts that are offered to somebody and may be offered to one more. */
  readonly fanOut = new FanOut();

  constructor(suppliersScannedMax: number = SUPPLIERS_SCANNED_MAX) {
    this.demands = new DemandIndex(
      (demand) => this.supplies.addDemand(demand),
      (demand) => this.supplies.removeDemand(demand),
    );
    const world = {
      queues: () => this.queues.values(),
      channels: () => this.channelList,
    };
    this.supplies = new SupplyIndex(ZERO_TERMS, world, suppliersScannedMax);
    const { queues } = this;
    this.#moment = {
      now: 0,
      epoch: 0,
      terms: ZERO_TERMS,
      costMin: 0,
      blends: false,
      queues,
      dirtyAgents: this.dirty.agents,
    };
  }

  /** Good until it is asked for again: there is one settle at a time. */
  moment(now: number): Moment {
    const moment = this.#moment;
    moment.now = now;
    moment.epoch = this.epoch;
    moment.terms = this.terms;
    moment.costMin = this.#costMin;
    moment.dirtyAgents = this.dirty.agents;
    return moment;
  }

  nextOrdinal(): number {
    return ++this.lastOrdinal;
  }

  /** The gateway, made on first mention with the next ordinal, or with the one that it is restored with. */
  gateway(id: string, ordinal?: number): Gateway {
    let gateway = this.gateways.get(id);
    if (gateway === undefined) {
      gateway = newGateway(id, ordinal ?? this.nextOrdinal());
      this.gateways.set(id, gateway);
    }
    return gateway;
  }

  /** The contact changed with the present event: its gateway's subscribers will want it. */
  noteChange(known: Known): void {
    const changes = known.gateway.changes;
    if (known.changeSeq === this.seq) return;
    const isNew = known.changeSeq === 0;
    known.changeSeq = this.seq;
    if (isNew) changes.append(known, this.seq);
    else changes.renew(known, this.seq);
  }

  /** Names, numbers and indexes as the policy says. */
  usePolicy(policy: ResolvedPolicy): void {
    this.policy = policy;
    this.estimate = policy.estimate;
    this.runnersUpMax = policy.explain?.runnersUp ?? 0;
    this.#useChannels(policy);
    this.#useQueues(policy);
    const signedIn = [...this.agents.values()].filter(isSignedIn);
    this.caps.change(policy.presence.offersPerMinute ?? 0, this.agents.values(), this.at);
    this.lastAgents = LastAgents.under(policy, this.lastAgents);
    this.terms = rankTerms(policy.fit, policy.readiness);
    this.supplies.adapt(this.terms, signedIn);
    for (const agent of signedIn) this.dirty.addAgent(agent);
  }

  /** Time may have opened gates whose deadlines wait. */
  lookBehindGates(): void {
    if (!this.hasGates) return;
    for (const queue of this.queueList) if (queue.policy.gate !== undefined) this.dirty.addGate(queue);
  }

  /** Counts up or down the open contacts of the segment. */
  countSegment(segment: string, by: 1 | -1): void {
    const open = this.openBySegment.get(segment);
    if (open === undefined) this.openBySegment.set(segment, { count: by });
    else open.count += by;
  }

  /** In the policy's order. */
  #useChannels(policy: ResolvedPolicy): void {
    this.channels.clear();
    for (const channel of this.#everyChannel.values()) channel.blend = undefined;
    for (const [name, channelPolicy] of Object.entries(policy.channels)) {
      const index = this.#everyChannel.size;
      const channel = this.#everyChannel.get(name) ?? {
        name,
        index,
        policy: channelPolicy,
        blend: undefined,
        openCount: 0,
      };
      channel.policy = channelPolicy;
      this.#everyChannel.set(name, channel);
      this.channels.set(name, channel);
    }
    this.channelList = [...this.channels.values()];
    this.#costMin = Math.min(...this.channelList.map((channel) => channel.policy.cost));
    this.#moment.blends = blendChannels(this.channelList);
  }

  #useQueues(policy: ResolvedPolicy): void {
    const before = new Map(this.queues);
    this.queues.clear();
    for (const queuePolicy of policy.queues) {
      const queue = before.get(queuePolicy.name) ?? newQueue(queuePolicy);
      queue.policy = queuePolicy;
      queue.matches = compileMatch(queuePolicy.when);
      this.queues.set(queue.name, queue);
    }
    this.queueList = [...this.queues.values()];
    this.hasGates = this.queueList.some((queue) => queue.policy.gate !== undefined);
    this.hasContactHours = this.queueList.some((queue) => queue.policy.contactHours !== undefined);
    for (const queue of this.queueList) queue.watchers = this.hasGates ? this.#watchersOf(queue) : NO_QUEUES;
    for (const { linePace, waiting } of this.queueList) linePace.adapt(policy.estimate, waiting.size > 0, this.at);
  }

  #watchersOf({ name }: Queue): Queue[] {
    return this.queueList.filter((other) => other.policy.gate?.serviceLevelAtLeast?.queue === name);
  }
}

const NO_QUEUES: readonly Queue[] = [];
