// The demo's verdict: were contacts lost, given to two agents, or to agents without room, by what the clients saw. Pure: facts in, faults out.
//
// 1. No false alarm: a fault needs facts that no order of messages on different sockets can excuse. What one agent did is judged on its own
//    socket, where pushes come in order, and what it gives back counts as free from the moment it says so. Between agents only two orders
//    count: seqs of pushes, and that an answer is sent before anything that follows from it is received.
// 2. In the demo an accepted contact never goes back in line (no agent is away for longer than the policy's `agentLost`), so that a second
//    offer after an accepted one is a double assignment whenever it happens.
// 3. Memory: one record a contact. Faults are all counted; the first few of a kind are kept in words.

import type { ClosedStateName, ContactStateName } from '../core/views.ts';
import { assert } from '../lib/assert.ts';
import type { AgentFact, ContactSight, Fact, GatewayFact, OfferSight, Room } from './demo-facts.ts';

export type FaultKind = 'lost' | 'doubled' | 'overCapacity' | 'contradiction';

export interface Verdict {
  readonly countByKind: Readonly<Record<FaultKind, number>>;
  /** The first faults of each kind in words. */
  readonly examples: readonly string[];
  /** Acknowledged contacts by the terminal state that their gateway saw. */
  readonly closedCountByState: Readonly<Record<ClosedStateName, number>>;
  readonly acknowledgedCount: number;
  readonly passed: boolean;
}

const EXAMPLES_PER_KIND = 5;
const CLOSED_STATES: readonly string[] = ['COMPLETED', 'ABANDONED', 'CANCELLED', 'EXPIRED'] satisfies ClosedStateName[];

/** Whether the state is one that a contact never leaves. */
export function isClosed(state: ContactStateName): state is ClosedStateName {
  return CLOSED_STATES.includes(state);
}

interface OfferRecord {
  readonly agentId: string;
  readonly offerId: string;
  readonly seq: number;
  /** When it was received, as the number of the fact. */
  readonly receivedAs: number;
  outcome: 'open' | 'accepting' | 'accepted' | 'declined' | 'revoked';
  /** When the decline was sent, as the number of the fact; Infinity: it was not. */
  declinedAs: number;
  /** Infinity: it was not. */
  revokedSeq: number;
  /** Its agent was away when it ended, so that it was not told how. */
  endedAway: boolean;
}

interface ContactRecord {
  readonly id: string;
  readonly gatewayId: string;
  submit: 'sent' | 'acknowledged' | 'refused' | 'unanswered';
  closedAs: ClosedStateName | undefined;
  pushedVersion: number;
  /** The agent that the gateway was told of last, after an answer. */
  agentId: string;
  /** Its agent has said that it is done with it. */
  completing: boolean;
  readonly offers: OfferRecord[];
}

interface AgentRecord {
  readonly room: Room;
  /** Channel by id of contact: offered, assigned or in wrap-up, as far as the agent knows. */
  readonly channelByContactId: Map<string, string>;
}

export class Judge {
  readonly #contactById = new Map<string, ContactRecord>();
  readonly #agentById = new Map<string, AgentRecord>();
  readonly #counts: Record<FaultKind, number> = { lost: 0, doubled: 0, overCapacity: 0, contradiction: 0 };
  #factCount = 0;
  #openCount = 0;
  readonly #examples: Record<FaultKind, string[]> = { lost: [], doubled: [], overCapacity: [], contradiction: [] };

  /** Takes a fact into account. Facts come in the order in which they were written. */
  observe(fact: Fact): void {
    this.#factCount += 1;
    if ('agentId' in fact) this.#observeAgent(fact);
    else this.#observeGateway(fact);
  }

  /** How many acknowledged contacts have not been seen closed. */
  get openCount(): number {
    return this.#openCount;
  }

  /** Ids of the acknowledged contacts of the gateway that have not been seen closed. */
  openIdsOf(gatewayId: string): string[] {
    return [...this.#contactById.values()].filter((c) => c.gatewayId === gatewayId && isOwed(c)).map((c) => c.id);
  }

  /** The verdict on everything observed; to be asked for once, after the last fact. */
  verdict(): Verdict {
    const closedCountByState = { COMPLETED: 0, ABANDONED: 0, CANCELLED: 0, EXPIRED: 0 };
    let acknowledgedCount = 0;
    for (const contact of this.#contactById.values()) {
      if (contact.submit === 'acknowledged') acknowledgedCount += 1;
      if (isOwed(contact)) this.#fault('lost', `${contact.id} was acknowledged but never seen closed`);
      this.#checkOffersOf(contact);
      if (contact.closedAs === undefined) continue;
      closedCountByState[contact.closedAs] += 1;
      this.#checkClosedWith(contact, contact.closedAs);
    }
    const passed = Object.values(this.#counts).every((count) => count === 0);
    const examples = Object.values(this.#examples).flat();
    return { countByKind: { ...this.#counts }, examples, closedCountByState, acknowledgedCount, passed };
  }

  /** A contact that closed answered needs an agent who took it, and one that closed unanswered must have none. */
  #checkClosedWith(contact: ContactRecord, closedAs: ClosedStateName): void {
    const taken = contact.offers.find((offer) => offer.outcome === 'accepted');
    if (closedAs !== 'COMPLETED' && taken !== undefined) {
      this.#fault('contradiction', `${contact.id} was ${closedAs}, but ${taken.agentId} had accepted it`);
    }
    if (closedAs !== 'COMPLETED') return;
    // An accept whose answer was lost may have been the one.
    const taker = taken ?? contact.offers.find((offer) => offer.outcome === 'accepting');
    if (taker === undefined) {
      this.#fault('contradiction', `${contact.id} was COMPLETED, but no agent had accepted it`);
    } else if (taken !== undefined && contact.agentId !== '' && contact.agentId !== taken.agentId) {
      this.#fault(
        'contradiction',
        `${contact.id} was with ${contact.agentId} by its gateway, but ${taken.agentId} had it`,
      );
    }
  }

  #observeGateway(fact: GatewayFact): void {
    if (fact.type === 'submitting') {
      const { contactId: id, gatewayId } = fact;
      const submit = 'sent' as const;
      const unseen = { closedAs: undefined, pushedVersion: 0, agentId: '', completing: false, offers: [] };
      this.#contactById.set(id, { id, gatewayId, submit, ...unseen });
      return;
    }
    const contactId = 'sight' in fact ? fact.sight.contactId : fact.contactId;
    const contact = this.#contactById.get(contactId);
    if (contact === undefined) {
      this.#fault('contradiction', `a gateway was told of ${contactId}, which nobody had submitted`);
      return;
    }
    switch (fact.type) {
      case 'acknowledged':
        contact.submit = 'acknowledged';
        if (contact.closedAs === undefined) this.#openCount += 1;
        this.#see(contact, fact.gatewayId, fact.sight, false);
        break;
      case 'seen':
        this.#see(contact, fact.gatewayId, fact.sight, fact.pushed);
        break;
      case 'checked':
        if (isClosed(fact.sight.state) && contact.closedAs === undefined) {
          this.#fault('contradiction', `${contactId} is ${fact.sight.state}, but its gateway was never told`);
        }
        this.#see(contact, fact.gatewayId, fact.sight, false);
        break;
      case 'refused':
      case 'unanswered':
        contact.submit = fact.type;
        break;
    }
  }

  #see(contact: ContactRecord, gatewayId: string, sight: ContactSight, pushed: boolean): void {
    const { id } = contact;
    if (gatewayId !== contact.gatewayId) {
      this.#fault('contradiction', `${gatewayId} was told of ${id}, which belongs to ${contact.gatewayId}`);
    }
    if (contact.submit === 'refused') this.#fault('contradiction', `${id} is there although its submit was refused`);
    if (pushed && sight.version < contact.pushedVersion) {
      this.#fault('contradiction', `${id} was pushed at version ${sight.version} after ${contact.pushedVersion}`);
    }
    if (pushed) contact.pushedVersion = sight.version;
    const answered = sight.state === 'ASSIGNED' || sight.state === 'WRAP_UP' || sight.state === 'COMPLETED';
    if (answered && sight.agentId !== '') contact.agentId = sight.agentId;
    if (isClosed(sight.state)) {
      if (contact.closedAs !== undefined && contact.closedAs !== sight.state) {
        this.#fault('doubled', `${id} was ${contact.closedAs} and then ${sight.state}`);
      }
      if (isOwed(contact)) this.#openCount -= 1;
      contact.closedAs ??= sight.state;
    } else if (contact.closedAs !== undefined && pushed) {
      this.#fault('contradiction', `${id} was ${sight.state} after it had been ${contact.closedAs}`);
    }
  }

  #observeAgent(fact: AgentFact): void {
    if (fact.type === 'hired') {
      this.#agentById.set(fact.agentId, { room: fact.room, channelByContactId: new Map() });
      return;
    }
    const agent = this.#agentById.get(fact.agentId);
    assert(agent !== undefined, `${fact.agentId} was never hired`);
    switch (fact.type) {
      case 'welcomed':
        this.#welcome(fact.agentId, agent, fact);
        break;
      case 'offered':
        this.#offer(fact.agentId, agent, fact.offer, fact.eligible);
        break;
      case 'revoked':
        this.#revoke(fact.contactId, fact.offerId, fact.seq);
        agent.channelByContactId.delete(fact.contactId);
        break;
      case 'accepting':
        this.#answer(fact.contactId, fact.offerId, 'accepting');
        break;
      case 'accepted':
        this.#accept(fact.agentId, fact.offerId, fact.sight);
        break;
      case 'declining':
        this.#answer(fact.contactId, fact.offerId, 'declined');
        agent.channelByContactId.delete(fact.contactId);
        break;
      case 'completing':
        this.#complete(fact.contactId);
        agent.channelByContactId.delete(fact.contactId);
        break;
      case 'told':
        if (isClosed(fact.sight.state)) agent.channelByContactId.delete(fact.sight.contactId);
        break;
    }
  }

  /** What the agent holds is what the welcome says, but for what it had given back already: that answer is on its way again. */
  #welcome(agentId: string, agent: AgentRecord, fact: Extract<AgentFact, { type: 'welcomed' }>): void {
    const { offers, contacts } = fact;
    const offerIds = new Set(offers.map((offer) => offer.offerId));
    for (const contactId of agent.channelByContactId.keys()) {
      for (const offer of this.#contactById.get(contactId)?.offers ?? []) {
        if (offer.agentId === agentId && !offerIds.has(offer.offerId)) offer.endedAway = true;
      }
    }
    agent.channelByContactId.clear();
    for (const { contactId, offerId, channel } of offers) {
      if (this.#offerOf(contactId, offerId)?.outcome !== 'declined') agent.channelByContactId.set(contactId, channel);
    }
    for (const { contactId, channel } of contacts) {
      if (this.#contactById.get(contactId)?.completing !== true) agent.channelByContactId.set(contactId, channel);
    }
    this.#checkRoom(agentId, agent);
  }

  #offer(agentId: string, agent: AgentRecord, sight: OfferSight, eligible: boolean): void {
    const { contactId, offerId, channel, seq } = sight;
    const contact = this.#contactById.get(contactId);
    if (contact === undefined) {
      this.#fault('contradiction', `${contactId} was offered to ${agentId}, but nobody had submitted it`);
      return;
    }
    if (!eligible) this.#fault('contradiction', `${contactId} was offered to ${agentId}, who has not the skills`);
    const known = this.#offerOf(contactId, offerId);
    if (known?.agentId === agentId) return;
    if (known !== undefined) {
      this.#fault('doubled', `${offerId} of ${contactId} was made to ${known.agentId} and to ${agentId}`);
    }
    const unanswered = { outcome: 'open' as const, declinedAs: Infinity, revokedSeq: Infinity, endedAway: false };
    contact.offers.push({ agentId, offerId, seq, receivedAs: this.#factCount, ...unanswered });
    agent.channelByContactId.set(contactId, channel);
    this.#checkRoom(agentId, agent);
  }

  /** Of two offers of a contact the earlier has to have ended, unaccepted, before the later was made. */
  #checkOffersOf(contact: ContactRecord): void {
    const offers = [...contact.offers].sort((a, b) => a.seq - b.seq);
    for (const [index, offer] of offers.entries()) {
      const next = offers[index + 1];
      if (next === undefined) return;
      const ended = offer.declinedAs < next.receivedAs || offer.revokedSeq <= next.seq || offer.endedAway;
      if (offer.outcome !== 'accepted' && ended) continue;
      const how = offer.outcome === 'accepted' ? 'had accepted' : 'still had the offer of';
      this.#fault('doubled', `${contact.id} was offered to ${next.agentId}, but ${offer.agentId} ${how} it`);
    }
  }

  #accept(agentId: string, offerId: string, sight: ContactSight): void {
    const contact = this.#contactById.get(sight.contactId);
    const offer = this.#offerOf(sight.contactId, offerId);
    if (contact === undefined || offer?.agentId !== agentId) {
      this.#fault(
        'contradiction',
        `${agentId} was given ${sight.contactId} for ${offerId}, which was never offered to it`,
      );
      return;
    }
    const rival = contact.offers.find((other) => other !== offer && other.outcome === 'accepted');
    if (rival !== undefined) {
      this.#fault('doubled', `${contact.id} was assigned to ${rival.agentId} and to ${agentId}`);
    }
    if (sight.agentId !== agentId || sight.state === 'QUEUED' || sight.state === 'OFFERED') {
      const where = `${sight.state} with ${sight.agentId || 'nobody'}`;
      this.#fault('contradiction', `${contact.id} was accepted by ${agentId}, but the answer says ${where}`);
    }
    offer.outcome = 'accepted';
  }

  #answer(contactId: string, offerId: string, answer: 'accepting' | 'declined'): void {
    const offer = this.#offerOf(contactId, offerId);
    if (offer?.outcome !== 'open') return;
    offer.outcome = answer;
    if (answer === 'declined') offer.declinedAs = this.#factCount;
  }

  #revoke(contactId: string, offerId: string, seq: number): void {
    const offer = this.#offerOf(contactId, offerId);
    if (offer === undefined) return;
    if (offer.outcome === 'accepted') {
      this.#fault('contradiction', `${offerId} of ${contactId} was revoked after ${offer.agentId} had accepted it`);
      return;
    }
    offer.outcome = 'revoked';
    offer.revokedSeq = seq;
  }

  #complete(contactId: string): void {
    const contact = this.#contactById.get(contactId);
    if (contact !== undefined) contact.completing = true;
  }

  #offerOf(contactId: string, offerId: string): OfferRecord | undefined {
    return this.#contactById.get(contactId)?.offers.find((offer) => offer.offerId === offerId);
  }

  #checkRoom(agentId: string, agent: AgentRecord): void {
    const { room, channelByContactId } = agent;
    let load = 0;
    const countByChannel = new Map<string, number>();
    for (const channel of channelByContactId.values()) {
      load += room.costByChannel[channel] ?? 0;
      countByChannel.set(channel, (countByChannel.get(channel) ?? 0) + 1);
    }
    if (load > room.capacity) this.#fault('overCapacity', `${agentId} carried ${load} of ${room.capacity}`);
    for (const [channel, count] of countByChannel) {
      const limit = room.limitByChannel[channel] ?? 0;
      if (count > limit) this.#fault('overCapacity', `${agentId} had ${count} ${channel} contacts, at most ${limit}`);
    }
  }

  #fault(kind: FaultKind, words: string): void {
    this.#counts[kind] += 1;
    if (this.#examples[kind].length < EXAMPLES_PER_KIND) this.#examples[kind].push(words);
  }
}

function isOwed(contact: ContactRecord): boolean {
  return contact.submit === 'acknowledged' && contact.closedAs === undefined;
}
