/**
 * Whole lives in virtual time, as cheaply as can be: contacts come by chance, are accepted at once, talked with and wrapped up for
 * times that are the same for all, so that three queues in order of time are the whole calendar.
 *
 * 1. Who executes (core or engine) is the caller's business: it tells of every offer by `offered`, in the turn of the command.
 * 2. Everything follows from the seed.
 */
import type { Actor, Command } from '../../src/core/commands.ts';
import { Fifo } from '../../src/lib/fifo.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type BenchAgent, CONTACT_PREFIX, contactOf, DISPOSITION } from '../latency/centre.ts';

export const GATEWAY: Actor = { role: 'gateway', id: 'bench' };
export const ADMIN: Actor = { role: 'admin', id: 'bench' };

/** Conversation and wrap-up. */
const TALK_MS = 60_000;
const WRAP_UP_MS = 10_000;
/** Share of the agents that are busy in the long run. */
const OCCUPANCY = 0.85;

/** A contact with its agent, and when its next step is due. */
interface Held {
  readonly contactId: string;
  readonly actor: Actor;
  readonly at: number;
}

interface Offered {
  readonly contactId: string;
  readonly agentId: string;
  readonly offerId: string;
}

export interface LivesWish {
  readonly seed: number;
  /** Instant of the first, epoch milliseconds. */
  readonly startAt: number;
  readonly agents: readonly BenchAgent[];
  /** Number of the first contact. */
  readonly firstLife: number;
  readonly execute: (command: Command, at: number) => void;
}

export class Lives {
  readonly #execute: LivesWish['execute'];
  readonly #random: Prng;
  readonly #gapMs: number;
  readonly #actorById: ReadonlyMap<string, Actor>;
  readonly #offers = new Fifo<Offered>();
  readonly #talks = new Fifo<Held>();
  readonly #wrapUps = new Fifo<Held>();
  #arrivesAt: number;
  #nextLife: number;
  #at: number;
  #completedCount = 0;

  constructor(wish: LivesWish) {
    this.#execute = wish.execute;
    this.#random = new Prng(wish.seed);
    this.#gapMs = (TALK_MS + WRAP_UP_MS) / (wish.agents.length * OCCUPANCY);
    this.#actorById = new Map(wish.agents.map(({ id }) => [id, { role: 'agent', id }]));
    this.#at = wish.startAt;
    this.#arrivesAt = wish.startAt;
    this.#nextLife = wish.firstLife;
  }

  get completedCount(): number {
    return this.#completedCount;
  }

  /** Instant of the last command. */
  get at(): number {
    return this.#at;
  }

  /** An offer was made by the command under way. */
  offered(contactId: string, agentId: string, seq: number): void {
    this.#offers.push({ contactId, agentId, offerId: `o${seq}` });
  }

  /** The next happening in order of time, and the acceptances that it brings about. */
  next(): void {
    const talk = this.#talks.peek();
    const wrapUp = this.#wrapUps.peek();
    const talkEndsAt = talk?.at ?? Number.POSITIVE_INFINITY;
    const wrapUpEndsAt = wrapUp?.at ?? Number.POSITIVE_INFINITY;
    if (wrapUp !== undefined && wrapUpEndsAt <= Math.min(talkEndsAt, this.#arrivesAt)) this.#complete(wrapUp);
    else if (talk !== undefined && talkEndsAt <= this.#arrivesAt) this.#end(talk);
    else this.#arrive();
    for (let offer = this.#offers.shift(); offer !== undefined; offer = this.#offers.shift()) this.#accept(offer);
  }

  /** No more contacts come; those that are there are brought to their end. */
  finish(): void {
    this.#arrivesAt = Number.POSITIVE_INFINITY;
    while (this.#talks.size + this.#wrapUps.size > 0) this.next();
  }

  #arrive(): void {
    this.#at = Math.floor(this.#arrivesAt);
    this.#arrivesAt += this.#random.exponential(this.#gapMs);
    this.#execute({ type: 'submit', actor: GATEWAY, contact: contactOf(this.#nextLife++) }, this.#at);
  }

  #accept({ contactId, agentId, offerId }: Offered): void {
    const actor = this.#actorById.get(agentId);
    if (actor === undefined) throw new Error(`${CONTACT_PREFIX} offered to ${agentId}, whom nobody knows`);
    this.#execute({ type: 'accept', actor, offerId }, this.#at);
    this.#talks.push({ contactId, actor, at: this.#at + TALK_MS });
  }

  #end({ contactId, actor, at }: Held): void {
    this.#talks.shift();
    this.#at = at;
    this.#execute({ type: 'end', actor, contactId, version: 0 }, at);
    this.#wrapUps.push({ contactId, actor, at: at + WRAP_UP_MS });
  }

  #complete({ contactId, actor, at }: Held): void {
    this.#wrapUps.shift();
    this.#at = at;
    this.#completedCount++;
    this.#execute({ type: 'complete', actor, contactId, disposition: DISPOSITION, version: 0 }, at);
  }
}

/** What brings the agents to their desks. */
export function* signIns(agents: readonly BenchAgent[]): Generator<Command> {
  for (const { id, name, skills } of agents) {
    const actor: Actor = { role: 'agent', id };
    yield { type: 'putAgent', actor: ADMIN, agent: { id, name, skills, capacity: 100, limits: {}, version: 0 } };
    yield { type: 'openSession', actor, sessionId: `session-${id}` };
    yield { type: 'setPresence', actor, agentId: id, presence: 'AVAILABLE', reason: '', channels: [] };
  }
}
