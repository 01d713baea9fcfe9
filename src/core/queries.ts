// Answers questions from the state: one contact with its position, pages of contacts, changes, agents, queues, the policy. Changes nothing.
//
// Positions are exact up to EXACT_MAX waiting in the queue; above that they come from a ranking at most RANKING_AGE_MS old, made when
// somebody asks, so that a crowd of questions costs one ranking a second and never a scan each.

import type { SortedLog } from '../lib/sorted-log.ts';
import { agentView } from './agent.ts';
import type { Ok, Outcome, Query, Tombstone } from './commands.ts';
import { type Contact, drawContact, type Known, type Offer, offerTo, pendingOffers } from './contact.ts';
import { pullNotAllowed } from './decide-assign.ts';
import { findKnown } from './decide-contact.ts';
import { noSuchCustomer } from './decide-customer.ts';
import { drawKnown } from './decided.ts';
import { newcomersWaitMs } from './estimated-wait.ts';
import { explainOffer } from './explain-offer.ts';
import { explainAgents, explainRelaxations } from './explain-wait.ts';
import type { ExplainedWait } from './explanation.ts';
import { shownGate } from './gate.ts';
import { closesAt, isOpen, opensAt } from './hours.ts';
import type { Queue } from './names.ts';
import { refuse } from './refusal.ts';
import type { Retraced } from './retrace.ts';
import { isAhead, rivalsAhead } from './rivals.ts';
import type { State } from './state.ts';
import { takeable } from './takeable.ts';
import type { ContactView, QueueView } from './views.ts';

const EXACT_MAX = 1_000;
const RANKING_AGE_MS = 1_000;
const EXAMINE_MAX = 5_000;

type Asked<T extends Query['type']> = Extract<Query, { readonly type: T }>;

interface Ranking {
  readonly at: number;
  readonly positions: ReadonlyMap<Contact, number>;
}

export class Queries {
  readonly #state: State;
  readonly #rankings = new WeakMap<Queue, Ranking>();

  constructor(state: State) {
    this.#state = state;
  }

  answer(query: Query, now: number): Outcome {
    switch (query.type) {
      case 'get':
        return this.#get(query, now);
      case 'explain':
        return this.explain(query, now);
      case 'list':
        return query.actor.role === 'agent' ? this.#takeable(query, now) : this.#list(query);
      case 'changes':
        return this.#changes(query);
      case 'agent': {
        const agent = this.#state.agents.get(query.agentId);
        return agent === undefined
          ? { error: refuse('NO_SUCH_AGENT', 'there is no such agent', 'id') }
          : { ok: { agent: agentView(agent) } };
      }
      case 'agents':
        return this.#agents(query);
      case 'queues':
        return { ok: { queues: queueViews(this.#state, now) } };
      case 'customer': {
        const customer = this.#state.customers.get(query.customerId);
        return customer === undefined ? { error: noSuchCustomer() } : { ok: { customer } };
      }
      case 'policy': {
        const { policy, policySource } = this.#state;
        return policy === undefined
          ? { error: refuse('STARTING', 'there is no policy yet') }
          : { ok: { policy: { source: policySource, resolved: policy } } };
      }
    }
  }

  #get({ actor, contactId }: Asked<'get'>, now: number): Outcome {
    const known = findKnown(this.#state, actor, contactId);
    if (known === undefined) {
      return { error: refuse('NO_SUCH_CONTACT', 'there is no such contact, or it is not yours', 'contactId') };
    }
    const { contact } = known;
    if (contact?.phase.state !== 'QUEUED') return drawKnown(known);
    return { ok: { contact: this.placed(contact, now) } };
  }

  /** A contact in line with its place there. */
  placed(contact: Contact, now: number): ContactView {
    const position = this.#position(contact, now);
    const waitMs = this.#waitMs(contact, position, now);
    const place = waitMs === undefined ? { position } : { position, estimatedWaitMs: waitMs };
    return { ...drawContact(contact), ...place };
  }

  /** `retraced`: what the offer did not keep that the last event made. */
  explain({ actor, contactId }: Asked<'explain'>, now: number, retraced?: Retraced): Outcome {
    const known = findKnown(this.#state, actor, contactId);
    const state = known?.contact?.phase.state ?? known?.tombstone?.state;
    if (known === undefined || state === undefined) {
      return { error: refuse('NO_SUCH_CONTACT', 'there is no such contact, or it is not yours', 'contactId') };
    }
    const explanation = { contactId, state, asOf: now };
    const { contact } = known;
    const { policy, terms } = this.#state;
    if (contact === undefined || policy === undefined) return { ok: { explanation } };
    const { phase } = contact;
    if ((phase.state === 'OFFERED' || phase.state === 'ASSIGNED') && phase.offer !== undefined) {
      const agentId = actor.role === 'agent' ? actor.id : '';
      const offer = askedOffer(contact, phase.offer, agentId, retraced === undefined ? 0 : this.#state.seq);
      const found = offer.seq === this.#state.seq ? retraced : undefined;
      return { ok: { explanation: { ...explanation, offer: explainOffer(contact, offer, policy, terms, found) } } };
    }
    if (phase.state !== 'QUEUED') return { ok: { explanation } };
    const tellsIds = actor.role === 'supervisor' || actor.role === 'admin';
    return { ok: { explanation: { ...explanation, waiting: this.#explainWait(contact, tellsIds, now) } } };
  }

  #explainWait(contact: Contact, tellsIds: boolean, now: number): ExplainedWait {
    const { queue, agedFrom, enqueuedAt, waitUntil, demand, requirement } = contact;
    const position = this.#position(contact, now);
    const waitMs = this.#waitMs(contact, position, now);
    return {
      queue: queue.name,
      position,
      rivalsAhead: rivalsAhead(contact, this.#state.demands, now),
      ...(waitMs === undefined ? {} : { estimatedWaitMs: waitMs }),
      agedFrom,
      enqueuedAt,
      waitUntil,
      requires: demand?.requirement ?? requirement,
      relaxations: explainRelaxations(contact),
      gate: shownGate(queue, now, this.#state.queues),
      ...explainAgents(this.#state, contact, tellsIds, now),
    };
  }

  /** What is left of its wait, by what the line did lately. */
  #waitMs(contact: Contact, position: number, now: number): number | undefined {
    const { estimate } = this.#state;
    return estimate === undefined ? undefined : contact.queue.linePace.waitMs(position, estimate, now);
  }

  #position(contact: Contact, now: number): number {
    const { waiting } = contact.queue;
    if (waiting.size <= EXACT_MAX) {
      let ahead = 0;
      for (const other of waiting) if (isAhead(other, contact, now)) ahead++;
      return ahead + 1;
    }
    const ranking = this.#ranking(contact.queue, now);
    return ranking.positions.get(contact) ?? waiting.size;
  }

  #ranking(queue: Queue, now: number): Ranking {
    const known = this.#rankings.get(queue);
    if (known !== undefined && now - known.at <= RANKING_AGE_MS) return known;
    const order = [...queue.waiting].sort((a, b) => (isAhead(a, b, now) ? -1 : 1));
    const ranking = { at: now, positions: new Map(order.map((contact, index) => [contact, index + 1])) };
    this.#rankings.set(queue, ranking);
    return ranking;
  }

  #list({ actor, open, afterId, limit, gatewayId, state }: Asked<'list'>): Outcome {
    const owner = actor.role === 'gateway' ? actor.id : gatewayId;
    const after = afterId === '' ? undefined : findKnown(this.#state, actor, afterId);
    if (afterId !== '' && after === undefined) {
      return { error: refuse('RESYNC', `contact ${afterId} is forgotten: list from the start`, 'afterId') };
    }
    const log = owner === '' ? this.#state.arrivals : this.#state.gateways.get(owner)?.arrivals;
    const accept = (known: Known): boolean => {
      if (known.contact === undefined) return !open && (state === '' || known.tombstone?.state === state);
      return state === '' || known.contact.phase.state === state;
    };
    return { ok: this.#page(log, after?.ordinal ?? 0, limit, accept) };
  }

  /** What an agent may take by itself. */
  #takeable({ actor, afterId, limit }: Asked<'list'>, now: number): Outcome {
    const state = this.#state;
    const agent = state.agents.get(actor.id);
    if (agent === undefined || !agent.mayPull) return { error: pullNotAllowed(actor.id) };
    const after = state.known.get(afterId)?.contact;
    const page = afterId !== '' && after === undefined ? 'nowhere' : takeable(state, agent, after, limit, now);
    if (page === 'nowhere') {
      return { error: refuse('RESYNC', `contact ${afterId} is over: list from the start`, 'afterId') };
    }
    const contacts = page.contacts.map(drawContact);
    const last = page.contacts.at(-1);
    const { seq } = state;
    return { ok: page.hasMore && last !== undefined ? { contacts, seq, next: last.id } : { contacts, seq } };
  }

  #page(log: SortedLog<Known> | undefined, after: number, limit: number, accept: (known: Known) => boolean): Ok {
    const page = log?.pageAfter(after, limit, EXAMINE_MAX, accept) ?? { items: [], last: undefined, next: undefined };
    const contacts = page.items.map(pictureOf);
    const seq = this.#state.seq;
    return page.next === undefined || page.last === undefined
      ? { contacts, seq }
      : { contacts, seq, next: page.last.id };
  }

  #changes({ gatewayId, sinceSeq, limit }: Asked<'changes'>): Outcome {
    const gateway = this.#state.gateways.get(gatewayId);
    const { seq } = this.#state;
    if (sinceSeq > seq || sinceSeq < (gateway?.forgottenSeq ?? 0)) {
      return { error: refuse('RESYNC', 'changes since then are not kept: list, then subscribe from now', 'sinceSeq') };
    }
    if (gateway === undefined) return { ok: { contacts: [], seqs: [], seq } };
    const page = gateway.changes.pageAfter(sinceSeq, limit, EXAMINE_MAX, () => true);
    const contacts = page.items.map(pictureOf);
    const seqs = page.items.map((known) => known.changeSeq);
    return { ok: page.next === undefined ? { contacts, seqs, seq } : { contacts, seqs, seq, next: String(page.next) } };
  }

  #agents({ afterId, limit }: Asked<'agents'>): Outcome {
    const { agents, agentLog } = this.#state;
    const after = afterId === '' ? 0 : agents.get(afterId)?.ordinal;
    if (after === undefined) {
      return { error: refuse('RESYNC', `agent ${afterId} is gone: list from the start`, 'after') };
    }
    const page = agentLog.pageAfter(after, limit, EXAMINE_MAX, () => true);
    const views = page.items.map(agentView);
    return page.next === undefined || page.last === undefined
      ? { ok: { agents: views } }
      : { ok: { agents: views, next: page.last.id } };
  }
}

/** Of several that are pending an agent is told of its own, anybody else of the one that event `madeBy` made, or else of the first. */
function askedOffer(contact: Contact, first: Offer, agentId: string, madeBy: number): Offer {
  return offerTo(contact, agentId) ?? pendingOffers(contact).find(({ seq }) => seq === madeBy) ?? first;
}

function pictureOf(known: Known): ContactView | Tombstone {
  return known.contact === undefined ? (known.tombstone as Tombstone) : drawContact(known.contact);
}

/** The queues as they stand at `now`. */
export function queueViews(state: Pick<State, 'queues' | 'estimate'>, now: number): QueueView[] {
  return [...state.queues.values()].map((queue) => queueView(queue, now, state));
}

/** One of them. */
export function queueView(
  queue: Queue,
  now: number,
  { queues, estimate }: Pick<State, 'queues' | 'estimate'>,
): QueueView {
  const { answered, abandoned } = queue.flow.sums(now);
  const oldest = queue.waiting.first();
  const open = isOpen(queue, now);
  const estimatedWaitMs = newcomersWaitMs(queue, estimate, now);
  const view = {
    name: queue.name,
    waiting: queue.waiting.size,
    oldestWaitMs: oldest === undefined ? 0 : now - oldest.agedFrom,
    offered: queue.offeredCount,
    assigned: queue.assignedCount,
    wrapUp: queue.wrapUpCount,
    agentsAvailable: queue.agentsAvailable,
    agentsEligible: queue.agentsEligible,
    serviceLevel: queue.flow.serviceLevel(now),
    answered,
    abandoned,
    gate: shownGate(queue, now, queues),
    open,
    opensAt: open ? 0 : opensAt(queue, now),
    closesAt: open ? closesAt(queue, now) : 0,
    scheduled: queue.scheduledCount,
  };
  return estimatedWaitMs === undefined ? view : { ...view, estimatedWaitMs };
}
