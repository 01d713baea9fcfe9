// Everything around the router, in virtual time: customers arrive, wait, are answered, leave; agents come, answer, talk, go. The router is the
// production core; the world gives it commands and reads its events, nothing else.
//
// Invariants: 1. an instant of the world is a real number of milliseconds from the start; the core is told its whole part, from `START_MS` on.
// 2. the core's deadlines fire on time: before anything happens at t, every deadline at or before t has had a tick of its own; only
// the forgetting of closed contacts waits for the next command.
// 3. happenings at one instant go in the order in which they were scheduled: the run follows from scenario and seed alone.
// 4. what is refused is a fault of the scenario or of the world, but for QUEUE_FULL and QUEUE_CLOSED, which block.

import type { Actor, Command } from '../core/commands.ts';
import { Core, type Performed } from '../core/core.ts';
import type { CoreEvent } from '../core/events.ts';
import type { Presence } from '../core/views.ts';
import { runHours } from '../hours/run-hours.ts';
import { assert } from '../lib/assert.ts';
import type { Arrival, ArrivalSource } from './arrival.ts';
import { BATCHES } from './batch-means.ts';
import { Calendar } from './calendar.ts';
import { CrewAgent, type MeasuredPeriod, Roster } from './crew.ts';
import { type Customer, Customers } from './customer.ts';
import { EventHash } from './event-hash.ts';
import { Ledger, type OnContact } from './ledger.ts';
import { type Scenario, WORLD_GATEWAY_ID } from './scenario.ts';

/** What the core takes for the instant 0 of a run: midnight, and not 0, which means "never" to it. */
export const START_MS = 86_400_000;

/** So many commands may follow from each other without any time passing, and so many more for each agent. */
const COMMANDS_AT_ONE_INSTANT_MAX = 50_000;
const COMMANDS_OF_AGENT_MAX = 100;

/** How much longer than the measured period the run may go on, as a share of it. */
const OVERTIME = 0.1;

const SYSTEM: Actor = { role: 'admin', id: 'simulator' };
const GATEWAY: Actor = { role: 'gateway', id: WORLD_GATEWAY_ID };

export interface WorldOptions {
  readonly seed: number;
  readonly sources: readonly ArrivalSource[];
  readonly onContact: OnContact | undefined;
}

export class World {
  readonly ledger: Ledger;
  readonly agents: readonly CrewAgent[];
  readonly hash = new EventHash();
  readonly #scenario: Scenario;
  readonly #core = new Core();
  readonly #calendar = new Calendar();
  readonly #customers = new Customers();
  readonly #sources: readonly ArrivalSource[];
  readonly #rosters: readonly Roster[];
  readonly #agentById = new Map<string, CrewAgent>();
  readonly #period: MeasuredPeriod;
  /** The next customer of each source. */
  readonly #nextArrivals: (Arrival | undefined)[];
  /** Offers to be answered at this very instant, in order. */
  readonly #answersDue: Customer[] = [];
  readonly #answersAtOnce: boolean;
  /** First nodes: sources, rosters, agents that come back from BUSY, customers (two each). Before them: the edges of the batches. */
  readonly #sourceNode: number;
  readonly #rosterNode: number;
  readonly #agentNode: number;
  readonly #customerNode: number;
  #atMs = 0;
  #now = START_MS;
  /** QUEUED, OFFERED or ASSIGNED. */
  #inSystem = 0;
  /** Whose command is being decided; any other customer is found by its id. */
  #current: Customer | undefined = undefined;
  #commandsAtInstant = 0;
  readonly #commandsMax: number;

  constructor(scenario: Scenario, options: WorldOptions) {
    const { agents, answer, warmUpMs, measureMs, policy } = scenario;
    this.#scenario = scenario;
    this.#sources = options.sources;
    this.#period = { fromMs: warmUpMs, toMs: warmUpMs + measureMs };
    this.ledger = new Ledger(options.sources, this.#period, policy.queues, options.onContact);
    this.#nextArrivals = this.#sources.map(() => undefined);
    const crew: CrewAgent[] = [];
    this.#rosters = agents.map((group) => {
      const facts = { handleFactor: group.handleFactor, after: answer.after, seed: options.seed, period: this.#period };
      const members = group.agentIds.map((id, place) => new CrewAgent(id, crew.length + place, facts));
      for (const agent of members) crew.push(agent);
      return new Roster(group, members);
    });
    this.agents = crew;
    for (const agent of crew) this.#agentById.set(agent.actor.id, agent);
    assert(this.#agentById.size === crew.length, 'agents have different ids');
    this.#commandsMax = COMMANDS_AT_ONE_INSTANT_MAX + COMMANDS_OF_AGENT_MAX * crew.length;
    this.#answersAtOnce = answer.after.kind === 'constant' && answer.after.ms === 0;
    this.#sourceNode = BATCHES + 1;
    this.#rosterNode = this.#sourceNode + this.#sources.length;
    this.#agentNode = this.#rosterNode + this.#rosters.length;
    this.#customerNode = this.#agentNode + crew.length;
    this.#begin();
  }

  /** How much of warm-up and measured period has passed; 1 in overtime. */
  get fraction(): number {
    return Math.min(1, this.#atMs / this.#period.toMs);
  }

  /** Lets so many things happen. Answers whether the run is over. */
  advance(happenings: number): boolean {
    const lastMs = this.#period.toMs + OVERTIME * (this.#period.toMs - this.#period.fromMs);
    for (let count = 0; count < happenings; count++) {
      if (this.#atMs >= this.#period.toMs && this.ledger.openCount === 0) return true;
      const nextMs = this.#calendar.nextAt;
      const dueMs = this.#core.nextOccasion() - START_MS;
      if (Math.min(nextMs, dueMs) > lastMs) {
        this.#moveTo(lastMs);
        return true;
      }
      if (dueMs <= nextMs) {
        // A deadline of this very millisecond may lie before what has already happened in it.
        this.#moveTo(Math.max(dueMs, this.#atMs));
        this.#do({ type: 'tick' });
      } else {
        this.#moveTo(nextMs);
        this.#happen(this.#calendar.pop());
      }
      if (this.#answersDue.length > 0) this.#answerAtOnce();
    }
    return false;
  }

  /** Those of whom nothing has come by the end are still waiting. Once, when the run is over. */
  close(): void {
    for (const customer of this.#customers.present()) {
      this.ledger.settle(customer, 'stillWaiting', '', this.#atMs);
    }
  }

  /** Policy, directory, and whatever is known of the future at the start. */
  #begin(): void {
    const { policy, agents, measureMs } = this.#scenario;
    // Nobody is called back here.
    const queues = policy.queues.map(({ closed, ...queue }) =>
      closed === undefined || closed.then === 'schedule' ? queue : { ...queue, closed },
    );
    // The last week begins when the run may be over: nobody asks beyond it.
    const untilMs = START_MS + Math.ceil((1 + OVERTIME) * this.#period.toMs) + 604_800_000;
    const hours = policy.calendars === undefined ? {} : { hours: runHours(policy, START_MS, untilMs) };
    this.#do({ type: 'setPolicy', actor: SYSTEM, policy: { ...policy, queues }, source: '', fileHash: '', ...hours });
    for (const group of agents) {
      for (const id of group.agentIds) {
        const { skills, capacity, limits } = group;
        const agent = { id, name: '', skills, capacity, limits, version: 0 };
        this.#do({ type: 'putAgent', actor: SYSTEM, agent });
      }
    }
    for (let edge = 0; edge <= BATCHES; edge++) {
      this.#calendar.schedule(edge, this.#period.fromMs + (measureMs * edge) / BATCHES);
    }
    for (const index of this.#rosters.keys()) this.#calendar.schedule(this.#rosterNode + index, 0);
    for (const index of this.#sources.keys()) this.#awaitArrival(index);
  }

  #moveTo(atMs: number): void {
    this.#commandsAtInstant = atMs === this.#atMs ? this.#commandsAtInstant : 0;
    this.#atMs = atMs;
    this.#now = START_MS + Math.floor(atMs);
  }

  #happen(node: number): void {
    if (node >= this.#customerNode) {
      const place = node - this.#customerNode;
      const customer = this.#customers.at(place >> 1);
      if ((place & 1) === 0) this.#losePatience(customer);
      else this.#goOn(customer);
    } else if (node < this.#sourceNode) this.ledger.passEdge(node, this.#atMs);
    else if (node < this.#rosterNode) this.#arrive(node - this.#sourceNode);
    else if (node < this.#agentNode) this.#changeShift(node - this.#rosterNode);
    else this.#comeBack(node - this.#agentNode);
  }

  // Customers.

  #awaitArrival(source: number): void {
    const arrival = this.#sources[source]?.next();
    this.#nextArrivals[source] = arrival;
    if (arrival === undefined) return;
    assert(arrival.atMs >= this.#atMs, 'customers come in order of time');
    this.#calendar.schedule(this.#sourceNode + source, arrival.atMs);
  }

  #arrive(source: number): void {
    const arrival = this.#nextArrivals[source];
    assert(arrival !== undefined, 'who arrives was awaited');
    this.#awaitArrival(source);
    this.ledger.arrived(source);
    if (this.#inSystem >= this.#scenario.lines) return this.ledger.blocked(source, arrival);
    const customer = this.#customers.take();
    customer.begin(source, arrival);
    this.ledger.register(customer);
    if (!this.#submit(customer, arrival)) {
      this.#customers.release(customer);
      return this.ledger.blocked(source, arrival);
    }
    this.#inSystem++;
    // Who is answered on arrival needs no patience.
    if (this.#answersDue.length > 0) this.#answerAtOnce();
    if (customer.state === 'queued' || customer.state === 'offered') this.#awaitPatience(customer);
  }

  /** Whether the router took the contact. */
  #submit(customer: Customer, arrival: Arrival): boolean {
    const { contact } = arrival;
    this.#current = customer;
    const command: Command = {
      type: 'submit',
      actor: GATEWAY,
      contact: {
        id: customer.id,
        channel: contact.channel,
        direction: contact.direction,
        customerId: '',
        journeyId: '',
        intent: contact.intent,
        language: contact.language,
        queue: contact.queue,
        requires: contact.requires,
        prefers: contact.prefers,
        segment: contact.segment,
        value: contact.value,
        tier: contact.tier,
        headStartMs: contact.headStartMs,
        preferredAgents: contact.preferredAgents,
        preferredForMs: contact.preferredForMs ?? 0,
        attributes: '',
        version: 0,
      },
    };
    const result = this.#core.perform(command, this.#now);
    if (result.refusal !== undefined) {
      const { reason, message } = result.refusal;
      const isBlocked = reason === 'QUEUE_FULL' || reason === 'QUEUE_CLOSED';
      assert(isBlocked, `a contact of ${this.#sources[customer.source]?.name} is refused: ${message}`);
      this.#observe(result);
      return false;
    }
    this.#observe(result);
    return true;
  }

  #awaitPatience(customer: Customer): void {
    if (customer.patienceMs === Number.POSITIVE_INFINITY) return;
    this.#calendar.schedule(this.#patienceNode(customer), this.#atMs + customer.patienceMs);
  }

  #losePatience(customer: Customer): void {
    this.#current = customer;
    this.#do({ type: 'cancel', actor: GATEWAY, contactId: customer.id, cause: 'ABANDONED', version: 0 });
  }

  /** What was under way with the customer comes to its end. */
  #goOn(customer: Customer): void {
    if (customer.state === 'offered') return this.#answer(customer);
    const agent = servedBy(customer);
    this.#current = customer;
    const { actor } = agent;
    const wrapsUp = customer.state === 'assigned' && customer.wrapUpMs * agent.handleFactor > 0;
    this.#do({ type: wrapsUp ? 'end' : 'complete', actor, contactId: customer.id, version: 0 });
  }

  #patienceNode(customer: Customer): number {
    return this.#customerNode + 2 * customer.slot;
  }

  #activityNode(customer: Customer): number {
    return this.#customerNode + 2 * customer.slot + 1;
  }

  // Agents.

  #changeShift(index: number): void {
    const roster = this.#rosters[index];
    assert(roster !== undefined, 'a change of shift is a roster’s');
    const nextMs = roster.nextChangeAfter(this.#atMs);
    if (nextMs !== Number.POSITIVE_INFINITY) this.#calendar.schedule(this.#rosterNode + index, nextMs);
    const isOnDuty = roster.coversAt(this.#atMs);
    if (isOnDuty === roster.isOnDuty) return;
    roster.isOnDuty = isOnDuty;
    for (const agent of roster.agents) {
      const { actor } = agent;
      // An agent that was here before is connected already, and this changes nothing.
      if (isOnDuty) this.#do({ type: 'openSession', actor, sessionId: actor.id });
      this.#setPresence(agent, isOnDuty ? 'AVAILABLE' : 'DRAINING');
    }
  }

  #setPresence(agent: CrewAgent, presence: 'AVAILABLE' | 'DRAINING'): void {
    const { actor } = agent;
    this.#do({ type: 'setPresence', actor, agentId: actor.id, presence, reason: '', channels: [] });
  }

  #comeBack(index: number): void {
    const agent = this.agents[index];
    if (agent?.presence === 'BUSY') this.#setPresence(agent, 'AVAILABLE');
  }

  #answerAtOnce(): void {
    // Each answer may bring about offers that are answered at once too.
    for (let index = 0; index < this.#answersDue.length; index++) {
      const customer = this.#answersDue[index];
      // Of several agents another may have answered, or all that are left will miss it.
      if (customer?.state === 'offered' && customer.answerMs <= this.#atMs) this.#answer(customer);
    }
    while (this.#answersDue.length > 0) this.#answersDue.pop();
  }

  #answer(customer: Customer): void {
    this.#current = customer;
    const { actor } = servedBy(customer);
    const offerId = `o${customer.offerSeq}`;
    if (customer.willBeDeclined) this.#do({ type: 'decline', actor, offerId, reason: '' });
    else this.#do({ type: 'accept', actor, offerId });
  }

  // What the router says.

  #do(command: Command): void {
    const result = this.#core.perform(command, this.#now);
    if (result.refusal !== undefined) {
      const { reason, message } = result.refusal;
      assert(false, `${command.type} of the world is refused: ${reason}, ${message}`);
    }
    this.#observe(result);
  }

  #observe(result: Performed): void {
    assert(++this.#commandsAtInstant <= this.#commandsMax, 'time goes on');
    const { events, firstSeq } = result;
    if (events.length > 0) this.hash.moveTo(this.#now);
    for (let index = 0; index < events.length; index++) {
      const event = events[index];
      if (event !== undefined) this.#happened(event, firstSeq + index);
    }
  }

  // Each arm of its own, so that each reads events of one shape only: that is what makes it fast.
  #happened(event: CoreEvent, seq: number): void {
    switch (event.type) {
      case 'contactSubmitted': {
        const customer = this.#customerOf(event.contactId);
        this.hash.submitted(event, customer.serial);
        return this.ledger.submitted(customer, event.queue, this.#atMs);
      }
      case 'offerMade': {
        const customer = this.#customerOf(event.contactId);
        const agent = this.#agentNamed(event.agentId);
        this.hash.offered(event, customer.serial, agent.index);
        if (event.autoAccepted) return this.#proposed(customer, agent, seq);
        return this.#offered(customer, agent, seq, event.expiresAt);
      }
      case 'offerAccepted': {
        const customer = this.#customerOf(event.contactId);
        const agent = servedBy(customer);
        this.hash.accepted(event, customer.serial, agent.index);
        return this.#accepted(customer, agent);
      }
      case 'contactClosed': {
        const customer = this.#customerOf(event.contactId);
        this.hash.closed(event, customer.serial, customer.agent?.index ?? -1);
        return this.#closed(customer, event.state);
      }
      case 'offerDeclined':
      case 'offerMissed':
      case 'offerRevoked':
      case 'contactEnded':
      case 'contactRequeued': {
        const customer = this.#customerOf(event.contactId);
        const agent = customer.others.length === 0 ? servedBy(customer) : this.#agentNamed(event.agentId);
        this.hash.other(event, customer.serial, agent.index);
        if (event.type === 'contactEnded') return this.#wrapUp(customer, agent);
        if (event.type === 'contactRequeued') return this.#requeued(customer, agent);
        return this.#returned(customer, agent);
      }
      case 'contactRelaxed':
        return this.hash.other(event, this.#customerOf(event.contactId).serial, -1);
      case 'presenceSet': {
        const agent = this.#agentNamed(event.agentId);
        this.hash.other(event, 0, agent.index);
        return this.#present(agent, event.presence);
      }
      default:
        return this.hash.other(event, 0, -1);
    }
  }

  #customerOf(contactId: string): Customer {
    const current = this.#current;
    return current?.id === contactId ? current : this.#customers.find(contactId);
  }

  #agentNamed(id: string): CrewAgent {
    const agent = this.#agentById.get(id);
    assert(agent !== undefined, 'an event is about an agent of the scenario');
    return agent;
  }

  #present(agent: CrewAgent, presence: Presence): void {
    const node = this.#agentNode + agent.index;
    agent.become(presence, this.#atMs);
    if (presence !== 'BUSY') return this.#calendar.cancel(node);
    this.#calendar.schedule(node, this.#atMs + this.#scenario.policy.presence.declineCoolDownMs);
  }

  #proposed(customer: Customer, agent: CrewAgent, seq: number): void {
    customer.state = 'offered';
    customer.agent = agent;
    customer.offerSeq = seq;
    agent.hold(this.#atMs);
  }

  #offered(customer: Customer, agent: CrewAgent, seq: number, expiresAt: number): void {
    const isOneMore = customer.state === 'offered';
    if (!isOneMore) this.#proposed(customer, agent, seq);
    else agent.hold(this.#atMs);
    const choice = agent.choose(this.#scenario.answer);
    const willBeDeclined = choice === 'decline';
    const answerMs = choice === 'miss' ? Number.POSITIVE_INFINITY : this.#answerAt(agent, expiresAt);
    if (isOneMore) customer.addOffer({ agent, offerSeq: seq, willBeDeclined, answerMs });
    else {
      customer.willBeDeclined = willBeDeclined;
      customer.answerMs = answerMs;
    }
    if (answerMs === Number.POSITIVE_INFINITY) return;
    if (this.#answersAtOnce) this.#answersDue.push(customer);
    else this.#calendar.schedule(this.#activityNode(customer), customer.answerMs);
  }

  /** When the agent answers an offer that it does not mean to miss; Infinity: too slowly, so that it misses it. */
  #answerAt(agent: CrewAgent, expiresAt: number): number {
    if (this.#answersAtOnce) return this.#atMs;
    const answerMs = this.#atMs + agent.answerAfterMs();
    return START_MS + Math.floor(answerMs) < expiresAt ? answerMs : Number.POSITIVE_INFINITY;
  }

  /** One of several offers came to nothing: those that are left are answered as they would have been. */
  #lostOne(customer: Customer, agent: CrewAgent): void {
    customer.dropOffer(agent);
    agent.release(this.#atMs);
    if (this.#answersAtOnce) return;
    const node = this.#activityNode(customer);
    if (customer.answerMs === Number.POSITIVE_INFINITY) this.#calendar.cancel(node);
    else this.#calendar.schedule(node, customer.answerMs);
  }

  #accepted(customer: Customer, agent: CrewAgent): void {
    customer.state = 'assigned';
    customer.answeredMs = this.#atMs;
    agent.accepted(this.#atMs);
    this.ledger.leaveLine(customer, this.#atMs);
    this.#calendar.cancel(this.#patienceNode(customer));
    this.#calendar.schedule(this.#activityNode(customer), this.#atMs + customer.handleMs * agent.handleFactor);
    this.ledger.settle(customer, 'answered', agent.actor.id, this.#atMs);
  }

  /** Back in line, from an offer or from the agent. */
  #returned(customer: Customer, agent: CrewAgent): void {
    if (customer.others.length > 0) return this.#lostOne(customer, agent);
    agent.release(this.#atMs);
    customer.agent = undefined;
    customer.state = 'queued';
    this.#calendar.cancel(this.#activityNode(customer));
  }

  #requeued(customer: Customer, agent: CrewAgent): void {
    // The next agent goes on where this one stopped.
    customer.handleMs -= (this.#atMs - customer.answeredMs) / agent.handleFactor;
    this.#returned(customer, agent);
    this.ledger.enterLine(customer, this.#atMs);
    this.#awaitPatience(customer);
  }

  #wrapUp(customer: Customer, agent: CrewAgent): void {
    this.#inSystem--;
    customer.state = 'wrapUp';
    this.#calendar.schedule(this.#activityNode(customer), this.#atMs + customer.wrapUpMs * agent.handleFactor);
  }

  #closed(customer: Customer, state: 'COMPLETED' | 'ABANDONED' | 'CANCELLED' | 'EXPIRED'): void {
    if (customer.state !== 'wrapUp') this.#inSystem--;
    if (state === 'COMPLETED') customer.agent?.release(this.#atMs);
    else this.ledger.leaveLine(customer, this.#atMs);
    this.#calendar.cancel(this.#activityNode(customer));
    this.#calendar.cancel(this.#patienceNode(customer));
    this.ledger.settle(customer, state === 'EXPIRED' ? 'expired' : 'abandoned', '', this.#atMs);
    this.#customers.release(customer);
  }
}

function servedBy({ agent }: Customer): CrewAgent {
  assert(agent !== undefined, 'whoever is offered, answered or in wrap-up has an agent');
  return agent;
}
