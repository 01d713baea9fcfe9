// What is seen outside of the process: replies and pushes. Nothing may be seen that was not durable, and what was seen stays.
//
// 1. A reply comes at most once, shows what was decided, and leaves when that is durable and was told [OUT1].
// 2. Steps are told once, in order of seq, when they are durable, with the pushes that their events call for [OUT2], [OUT3], [OUT4].
// 3. When nothing is under way any more: everybody who asked was answered, and what gateways and agents have been told is how things stand.

import type { Command, Outcome } from '../../src/core/commands.ts';
import type { CommittedBatch, CommittedStep, Push, Reply } from '../../src/engine/port.ts';
import { type OracleState, pendingOffers } from '../core/oracle/model.ts';
import { canonicalText, contactPicture, isSame } from '../core/oracle/picture.ts';
import { GatewayConsumer } from './gateway-consumer.ts';
import type { Product } from './product.ts';
import type { Sightings } from './sightings.ts';
import type { Happened } from './twin.ts';

/** What was decided about a command, as text that nobody changes. */
interface Decision {
  readonly seq: number;
  readonly at: number;
  readonly text: string;
  /** Versions of the closed contacts in it. */
  readonly versions: readonly number[];
  /** Whether the archive has to complete it: then a disposition that came after it was decided may be in it too. */
  readonly isLate: boolean;
}

export interface Asked {
  readonly command: Command;
  readonly number: number;
  /** Why it is to be refused without being decided. */
  readonly refusedFor: 'DRAINING' | 'TOO_MANY_PENDING' | undefined;
  decision: Decision | undefined;
  prepared: string | undefined;
  isAnswered: boolean;
}

export class Outside {
  /** The newest event that anybody has seen. */
  seenSeq = 0;
  /** The newest event that was told in this life. */
  toldSeq = 0;
  #lifeFromSeq = 0;
  /** Contacts whose submission was answered, with the seq that the answer saw. */
  readonly acknowledged = new Map<string, number>();
  readonly asked: Asked[] = [];
  readonly gateways = new Map<string, GatewayConsumer>();
  readonly #product: Product;
  readonly #sightings: Sightings;
  readonly #fail: (what: string) => never;
  /** Ids of the offers that an agent has been told of and has not answered. */
  readonly #offersByAgent = new Map<string, Set<string>>();
  #unanswered = new Set<Asked>();
  #lastAnswered = -1;

  constructor(product: Product, sightings: Sightings, fail: (what: string) => never) {
    this.#sightings = sightings;
    this.#product = product;
    this.#fail = fail;
  }

  ask(command: Command, refusedFor: Asked['refusedFor']): Asked {
    const number = this.asked.length;
    const asked: Asked = { command, number, refusedFor, decision: undefined, prepared: undefined, isAnswered: false };
    this.asked.push(asked);
    this.#unanswered.add(asked);
    return asked;
  }

  decided(asked: Asked, seq: number, at: number, outcome: Outcome): void {
    const text = shown(outcome);
    const versions = versionsOf(outcome);
    asked.decision = { seq, at, text, versions, isLate: 'ok' in outcome && isLate(outcome.ok) };
  }

  /** The answer as it may be sent once it is durable. */
  prepare(asked: Asked, prepared: Reply): void {
    if (asked.isAnswered || asked.prepared !== undefined) this.#fail(`command ${asked.number} was prepared twice`);
    asked.prepared = canonicalText(prepared);
  }

  reply(asked: Asked, reply: Reply, durableSeq: number): void {
    const what = `the answer to command ${asked.number} (${asked.command.type})`;
    if (asked.isAnswered) this.#fail(`${what} came twice`);
    asked.isAnswered = true;
    this.#unanswered.delete(asked);
    if (reply.seq > durableSeq) this.#fail(`${what} saw seq ${reply.seq}, durable is ${durableSeq}`);
    if (reply.seq > this.toldSeq)
      this.#fail(`${what} saw seq ${reply.seq} before it was told; told is ${this.toldSeq}`);
    this.seenSeq = Math.max(this.seenSeq, reply.seq);
    const { decision } = asked;
    if (decision === undefined) return this.#refused(asked, reply, what);
    const { seq, at, text, versions, isLate } = decision;
    if (seq !== reply.seq || at !== reply.at) {
      this.#fail(`${what} says seq ${reply.seq} at ${reply.at}, decided was ${seq} at ${at}`);
    }
    const answered = shown(reply);
    if (answered !== text) this.#fail(`${what} differs:\nexpected ${text}\nactual   ${answered}`);
    for (const [index, version] of versionsOf(reply).entries()) {
      const decided = versions[index] ?? 0;
      if (version < decided || (version > decided && !isLate))
        this.#fail(`${what} shows version ${version}, not ${decided}`);
    }
    if (asked.prepared !== undefined && asked.prepared !== canonicalText(reply))
      this.#fail(`${what} was prepared otherwise`);
    if (!isLate) {
      if (asked.number < this.#lastAnswered) this.#fail(`${what} left after that to command ${this.#lastAnswered}`);
      this.#lastAnswered = asked.number;
    }
    this.#learn(asked.command, reply);
  }

  /** Committed steps are told. */
  batch(batch: CommittedBatch, durableSeq: number, happened: readonly Happened[]): void {
    const { firstSeq, lastSeq, steps } = batch;
    if (firstSeq !== this.toldSeq + 1)
      this.#fail(`told are events from ${firstSeq}, the last told was ${this.toldSeq}`);
    if (lastSeq > durableSeq) this.#fail(`told are events up to ${lastSeq}, durable is ${durableSeq}`);
    let seq = firstSeq;
    for (const step of steps) {
      if (step.firstSeq !== seq) this.#fail(`told is a step at seq ${step.firstSeq}, expected ${seq}`);
      for (const event of step.events) {
        const text = happened[seq - 1]?.text;
        if (text !== canonicalText(event))
          this.#fail(`told is another event ${seq}: ${canonicalText(event)}, not ${text}`);
        seq += 1;
      }
      this.#pushes(step);
    }
    if (seq !== lastSeq + 1) this.#fail(`told are events up to ${seq - 1}, not ${lastSeq}`);
    this.toldSeq = lastSeq;
    this.seenSeq = Math.max(this.seenSeq, lastSeq);
    for (const consumer of this.gateways.values()) consumer.flush();
  }

  /** A process is up, with all events up to the seq. */
  lifeBegan(recoveredSeq: number): void {
    this.toldSeq = recoveredSeq;
    this.#lifeFromSeq = recoveredSeq;
  }

  /** The process died: what was not answered never will be. Gives those commands. */
  lifeEnded(): Command[] {
    const unanswered = [...this.#unanswered].map(({ command }) => command);
    this.#unanswered = new Set();
    this.#lastAnswered = -1;
    this.#offersByAgent.clear();
    for (const consumer of this.gateways.values()) consumer.fallBehind(this.toldSeq);
    return unanswered;
  }

  /** Nothing is under way. */
  quiet(state: OracleState): void {
    const [waiting] = this.#unanswered;
    if (waiting !== undefined) this.#fail(`command ${waiting.number} (${waiting.command.type}) was never answered`);
    for (const contact of state.contacts) {
      const seen = this.#seenBy(contact.gatewayId, contact.id);
      const picture = contactPicture(contact, state);
      if (seen !== 'behind' && !isSame(picture, withoutPlace(seen))) {
        this.#fail(`${contact.gatewayId} sees ${canonicalText(seen)}, it is ${canonicalText(picture)}`);
      }
    }
    for (const { contactId, gatewayId, state: closedAs, version } of state.tombstones) {
      const seen = this.#seenBy(gatewayId, contactId);
      if (seen !== 'behind' && (seen?.state !== closedAs || seen.version !== version)) {
        this.#fail(`${gatewayId} sees ${canonicalText(seen)}, ${contactId} is ${closedAs}, version ${version}`);
      }
    }
    for (const { id } of state.agents) this.#compareOffers(id, state);
  }

  gateway(id: string): GatewayConsumer {
    const known = this.gateways.get(id);
    if (known !== undefined) return known;
    const consumer = new GatewayConsumer(this.#product, () =>
      this.#sightings.note('a gateway too slow for its pushes'),
    );
    // Of what was told to an earlier life's subscribers it knows nothing.
    consumer.fallBehind(0);
    this.gateways.set(id, consumer);
    return consumer;
  }

  #seenBy(gatewayId: string, contactId: string): ReturnType<GatewayConsumer['contactById']['get']> | 'behind' {
    const consumer = this.gateway(gatewayId);
    if (consumer.isSlow || consumer.behindSeq !== undefined) return 'behind';
    return consumer.contactById.get(contactId);
  }

  #compareOffers(agentId: string, state: OracleState): void {
    const told = [...(this.#offersByAgent.get(agentId) ?? [])].sort();
    const pending = state.contacts
      .flatMap(pendingOffers)
      .filter((offer) => offer.agentId === agentId)
      .map(({ offerSeq }) => `o${offerSeq}`)
      .sort();
    if (told.join() !== pending.join()) this.#fail(`${agentId} was told of offers ${told}, pending are ${pending}`);
  }

  #refused({ refusedFor, command }: Asked, reply: Reply, what: string): void {
    const reason = 'error' in reply ? reply.error.reason : 'ok';
    if (refusedFor !== undefined) this.#sightings.note(`a submission refused: ${refusedFor}`);
    if (refusedFor === undefined || refusedFor !== reason || command.type !== 'submit') {
      this.#fail(`${what} is ${reason} without being decided, expected ${refusedFor ?? 'a decision'}`);
    }
  }

  #learn(command: Command, reply: Reply): void {
    if ('error' in reply) return;
    if (reply.ok.created === false && command.type === 'submit') this.#sightings.note('a submission repeated');
    if (command.type === 'submit') this.acknowledged.set(command.contact.id, reply.seq);
    if (command.type === 'accept' || command.type === 'decline') {
      this.#offersByAgent.get(command.actor.id)?.delete(command.offerId);
    }
  }

  #pushes(step: CommittedStep): void {
    const expected = step.events.flatMap((event, index) => {
      const seq = step.firstSeq + index;
      if (event.type === 'offerMade') return [`${seq} offer o${seq} to ${event.agentId}`];
      const isOver = event.type === 'offerRevoked' || event.type === 'offerMissed';
      return isOver ? [`${seq} over ${event.contactId} to ${event.agentId}`] : [];
    });
    const given: string[] = [];
    let lastSeq = step.firstSeq;
    for (const push of step.pushes) {
      const { seq } = push;
      if (seq < lastSeq || seq >= step.firstSeq + step.events.length)
        this.#fail(`a push of seq ${seq} out of its order`);
      lastSeq = seq;
      const offer = this.#take(push);
      if (offer !== undefined) given.push(offer);
    }
    if (given.join() !== expected.join()) this.#fail(`pushed are [${given}], expected [${expected}]`);
  }

  /** A push arrives; gives what it says of an offer. */
  #take(push: Push): string | undefined {
    if (push.to === 'gateway') {
      if (push.kind === 'contact') this.gateway(push.id).push(push.seq, push.contact);
      else this.gateway(push.id).fallBehind(push.seq - 1);
      return undefined;
    }
    if (push.kind !== 'offer' && push.kind !== 'offerRevoked') return undefined;
    const offers = this.#offersByAgent.get(push.id) ?? new Set<string>();
    this.#offersByAgent.set(push.id, offers);
    if (push.kind === 'offer') {
      if (!push.offer.autoAccepted) offers.add(push.offer.id);
      return `${push.seq} offer ${push.offer.id} to ${push.id}`;
    }
    const { offerId, contactId } = push.offerRevoked;
    // Offers of an earlier life are revoked by the restart: the agent that had them is gone, or never heard of them.
    const isOfThisLife = Number(offerId.slice(1)) > this.#lifeFromSeq;
    if (!offers.delete(offerId) && isOfThisLife) this.#fail(`${push.id} lost offer ${offerId}, which it did not have`);
    return `${push.seq} over ${contactId} to ${push.id}`;
  }
}

type Shown = { readonly ok: object } | { readonly error: object };

/** An outcome or a reply as text; of closed contacts only what their tombstones say, without the version. */
function shown(outcome: Shown): string {
  if (!('ok' in outcome)) return canonicalText(outcome.error);
  const { contact, contacts, ...rest } = outcome.ok as { contact?: Closed; contacts?: Closed[] };
  return canonicalText({ ...rest, contact: contact && bare(contact), contacts: contacts?.map(bare) });
}

interface Closed {
  readonly id?: string;
  readonly contactId?: string;
  readonly state: string;
  readonly closedAt: number;
  readonly version: number;
}

function bare(contact: Closed): object {
  if (contact.closedAt === 0) return contact;
  const { id, contactId, state, closedAt } = contact;
  return { id: id ?? contactId, state, closedAt };
}

function versionsOf(outcome: Shown): number[] {
  if (!('ok' in outcome)) return [];
  const { contact, contacts = [] } = outcome.ok as { contact?: Closed; contacts?: Closed[] };
  return [contact, ...contacts].flatMap((one) => (one === undefined || one.closedAt === 0 ? [] : [one.version]));
}

function isLate(ok: object): boolean {
  const { contact, contacts = [] } = ok as { contact?: object; contacts?: object[] };
  return [contact, ...contacts].some((one) => one !== undefined && 'hash' in one);
}

/** What a push that offers a callback tells of the place is of that instant. */
function withoutPlace(seen: object | undefined): object | undefined {
  const { position: _position, estimatedWaitMs: _waitMs, ...facts } = { position: 0, estimatedWaitMs: 0, ...seen };
  return seen === undefined ? undefined : facts;
}
