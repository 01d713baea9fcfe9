// An agent of the demo: takes offers (nearly always), talks, wraps up, and writes down what it does and is told.
//
// 1. Every fact is written before the request it is about is sent, or when its answer or push is read.
// 2. What it holds is what the router told it last; after a reconnection, what the welcome says.
// 3. Whatever happens to its contacts, it comes back AVAILABLE until it is stopped.

import type { AgentClient } from '../client/agent-client.ts';
import type { Welcome } from '../client/client.ts';
import type { Contact, Offer } from '../client/contact.ts';
import { CordboardError } from '../client/cordboard-error.ts';
import { Prng } from '../lib/prng.ts';
import { type DemoStage, sightOf } from './demo-gateway.ts';
import {
  type AgentProfile,
  customerOf,
  type DemoTerms,
  hasSkills,
  type Pace,
  reactionTo,
  roomOf,
} from './demo-scenario.ts';
import { isClosed } from './demo-verdict.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** Share of the agent-ended contacts that are completed without wrap-up. */
const NO_WRAP_UP_SHARE = 0.3;
const AT_ONCE = { answer: 'accept', afterMs: 0 } as const;
const DISPOSITION = { reasons: ['answered'], outcome: 'solved' };

/** A contact or an offer in the agent's hands. */
interface Held {
  readonly cost: number;
  /** What the agent does next with it. */
  timer: NodeJS.Timeout | undefined;
  isWrappingUp: boolean;
}

export class DemoAgent {
  readonly profile: AgentProfile;
  readonly #client: AgentClient;
  readonly #terms: DemoTerms;
  readonly #pace: Pace;
  readonly #stage: DemoStage;
  readonly #prng: Prng;
  readonly #heldByContactId = new Map<string, Held>();
  readonly #costByChannel: Readonly<Record<string, number>>;
  /** Of the push that is being read. */
  #seq = 0;
  #load = 0;
  #isStopping = false;
  #backTimer: NodeJS.Timeout | undefined;

  constructor(profile: AgentProfile, client: AgentClient, terms: DemoTerms, pace: Pace, stage: DemoStage) {
    this.profile = profile;
    this.#client = client;
    this.#terms = terms;
    this.#pace = pace;
    this.#stage = stage;
    this.#prng = new Prng([...profile.id].reduce((seed, letter) => Math.imul(seed, 31) + letter.charCodeAt(0), 7));
    const room = roomOf(profile);
    this.#costByChannel = room.costByChannel;
    stage.record({ type: 'hired', agentId: profile.id, room });
    client.pushes$.subscribe(({ seq }) => {
      this.#seq = seq;
    });
    client.welcome$.subscribe((welcome) => this.#welcomed(welcome));
    client.offers$.subscribe((offer) => this.#offered(offer));
    client.revoked$.subscribe(({ offerId, contactId, reason }) => this.#revoked(offerId, contactId, reason));
    client.contacts$.subscribe((contact) => this.#told(contact));
    client.agent$.subscribe(({ presence }) => {
      if (presence !== 'AVAILABLE') this.#comeBack();
    });
  }

  /** Units of capacity that its offers and contacts take. */
  get load(): number {
    return this.#load;
  }

  /** Connects and is AVAILABLE. */
  async start(): Promise<void> {
    await this.#client.connect();
  }

  /** Goes OFFLINE and closes the connection. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#backTimer);
    for (const contactId of [...this.#heldByContactId.keys()]) this.#release(contactId);
    if (this.#client.state.phase === 'open')
      await this.#attempt(this.#client.setPresence('OFFLINE', { timeoutMs: 2_000 }));
    this.#client.close();
  }

  #welcomed({ offers, contacts, agent }: Welcome): void {
    const held = contacts.map(({ id, channel }) => ({ contactId: id, channel }));
    const offered = offers.map((offer) => ({
      offerId: offer.id,
      contactId: offer.contact.id,
      channel: offer.contact.channel,
      seq: this.#seq,
    }));
    this.#stage.record({ type: 'welcomed', agentId: this.profile.id, offers: offered, contacts: held });
    const ids = new Set([...held, ...offered].map(({ contactId }) => contactId));
    for (const contactId of [...this.#heldByContactId.keys()]) if (!ids.has(contactId)) this.#release(contactId);
    for (const contact of contacts) if (!this.#heldByContactId.has(contact.id)) this.#talk(contact);
    if (agent?.presence !== 'AVAILABLE') void this.#beAvailable();
  }

  #offered({ id: offerId, contact, autoAccepted }: Offer): void {
    const { record, measures, now } = this.#stage;
    const { id: contactId, channel } = contact;
    measures.offered(contactId, contact.offeredAt === contact.submittedAt, now());
    const eligible = hasSkills(this.profile, contact.queue, contact.requires);
    const offer = { offerId, contactId, channel, seq: this.#seq };
    record({ type: 'offered', agentId: this.profile.id, offer, eligible });
    const { answer, afterMs } = autoAccepted ? AT_ONCE : reactionTo(this.#pace, this.#prng);
    const held = this.#hold(contactId, channel);
    if (answer === 'accept') held.timer = setTimeout(() => void this.#accept(offerId, contactId), afterMs);
    if (answer === 'decline') held.timer = setTimeout(() => void this.#decline(offerId, contactId), afterMs);
  }

  #revoked(offerId: string, contactId: string, reason: string): void {
    // An offer that ended unseen, while the connection was lost: the next welcome has told that already.
    if (reason === 'CONNECTION_LOST') return;
    if (reason === 'MISSED') this.#stage.measures.missed();
    this.#stage.record({ type: 'revoked', agentId: this.profile.id, offerId, contactId, seq: this.#seq });
    this.#release(contactId);
  }

  async #accept(offerId: string, contactId: string): Promise<void> {
    const { record, measures, now } = this.#stage;
    const agentId = this.profile.id;
    record({ type: 'accepting', agentId, offerId, contactId });
    const contact = await this.#attempt(this.#client.accept(offerId, { timeoutMs: REQUEST_TIMEOUT_MS }));
    if (contact === undefined) return;
    record({ type: 'accepted', agentId, offerId, sight: sightOf(contact) });
    measures.answered(contactId, now());
    this.#talk(contact);
  }

  async #decline(offerId: string, contactId: string): Promise<void> {
    this.#stage.record({ type: 'declining', agentId: this.profile.id, offerId, contactId });
    this.#stage.measures.declined();
    this.#release(contactId);
    await this.#attempt(this.#client.decline(offerId, { reason: 'later', timeoutMs: REQUEST_TIMEOUT_MS }));
  }

  /** The agent has the contact: somebody ends the conversation after a while. The agent does when its customer should but does not. */
  #talk(contact: Contact): void {
    if (this.#isStopping) return;
    if (isClosed(contact.state)) {
      this.#release(contact.id);
      return;
    }
    const held = this.#hold(contact.id, contact.channel);
    if (contact.state === 'WRAP_UP') this.#wrapUp(contact);
    // The answer to the accept may be older than a push that has come already: the customer is gone.
    if (held.isWrappingUp) return;
    const { talkMs, endedBy } = customerOf(this.#terms, this.#pace, contact.id);
    const afterMs = endedBy === 'agent' ? talkMs : 2 * talkMs + 5_000;
    clearTimeout(held.timer);
    held.timer = setTimeout(() => void this.#end(contact.id), afterMs);
  }

  async #end(contactId: string): Promise<void> {
    if (this.#prng.chance(NO_WRAP_UP_SHARE)) {
      await this.#complete(contactId);
      return;
    }
    const options = { disposition: DISPOSITION, timeoutMs: REQUEST_TIMEOUT_MS };
    const contact = await this.#attempt(this.#client.end(contactId, options));
    if (contact !== undefined) this.#told(contact);
  }

  #wrapUp({ id: contactId, channel }: Contact): void {
    const held = this.#hold(contactId, channel);
    if (held.isWrappingUp) return;
    held.isWrappingUp = true;
    clearTimeout(held.timer);
    const { wrapUpMs } = customerOf(this.#terms, this.#pace, contactId);
    held.timer = setTimeout(() => void this.#complete(contactId), wrapUpMs);
  }

  async #complete(contactId: string): Promise<void> {
    this.#stage.record({ type: 'completing', agentId: this.profile.id, contactId });
    this.#release(contactId);
    const options = { disposition: DISPOSITION, timeoutMs: REQUEST_TIMEOUT_MS };
    const contact = await this.#attempt(this.#client.complete(contactId, options));
    if (contact !== undefined) this.#stage.record({ type: 'told', agentId: this.profile.id, sight: sightOf(contact) });
  }

  #told(contact: Contact): void {
    this.#stage.record({ type: 'told', agentId: this.profile.id, sight: sightOf(contact) });
    if (!this.#heldByContactId.has(contact.id)) return;
    if (isClosed(contact.state)) this.#release(contact.id);
    else if (contact.state === 'WRAP_UP') this.#wrapUp(contact);
  }

  /** After a missed offer, or a grace that ran out: available again in a moment. */
  #comeBack(): void {
    if (this.#isStopping) return;
    clearTimeout(this.#backTimer);
    this.#backTimer = setTimeout(() => void this.#beAvailable(), 300 + 500 * this.#prng.next());
  }

  async #beAvailable(): Promise<void> {
    if (this.#isStopping) return;
    const agent = await this.#attempt(this.#client.setPresence('AVAILABLE', { timeoutMs: REQUEST_TIMEOUT_MS }));
    if (agent === undefined) this.#comeBack();
  }

  #hold(contactId: string, channel: string): Held {
    const known = this.#heldByContactId.get(contactId);
    if (known !== undefined) return known;
    const held: Held = { cost: this.#costByChannel[channel] ?? 0, timer: undefined, isWrappingUp: false };
    this.#heldByContactId.set(contactId, held);
    this.#load += held.cost;
    return held;
  }

  #release(contactId: string): void {
    const held = this.#heldByContactId.get(contactId);
    if (held === undefined) return;
    clearTimeout(held.timer);
    this.#heldByContactId.delete(contactId);
    this.#load -= held.cost;
  }

  /** The answer, or nothing when it is refused or does not come: that is counted. */
  async #attempt<T>(request: Promise<T>): Promise<T | undefined> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof CordboardError) this.#stage.measures.refused(error.reason);
      else if (!this.#isStopping) this.#stage.measures.unanswered();
      return undefined;
    }
  }
}
