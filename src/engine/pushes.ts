// Draws what clients are told of a step, right after it, from the state as it stands then: immutable pictures, newest states.
//
// Invariants: 1. in seq order. 2. an agent is not told of changes that it asked for: what time or others did in the same step is told.
// 3. a gateway is told once a step of each of its contacts that changed, with the seq of the last change, and so is an agent of those by
// which it consults another. 4. what a step takes out of the
// state and somebody must be told of is known from before: pending offers always, sessions for the commands that end them.

import { type Agent, agentView } from '../core/agent.ts';
import { isSelfServed } from '../core/bots.ts';
import type { Command } from '../core/commands.ts';
import {
  acceptedOfferView,
  type Contact,
  contactView,
  type OfferedPhase,
  offerView,
  pendingOffers,
  waitedMs,
} from '../core/contact.ts';
import type { StepResult } from '../core/core.ts';
import type { CoreEvent } from '../core/events.ts';
import type { RevocationReason } from '../core/refusal.ts';
import type { State } from '../core/state.ts';
import type { ContactView } from '../core/views.ts';
import { assert } from '../lib/assert.ts';
import { PendingOffers } from './pending-offers.ts';
import type { EventSubject, Push } from './port.ts';

/** The step's event that is being told of. */
interface Happened {
  readonly event: CoreEvent;
  readonly seq: number;
  readonly at: number;
  readonly subject: Contact | undefined;
}

type Placed = (contact: Contact, at: number) => ContactView;

/** What an agent asked for and got; changes that are exactly this are not told to it. */
interface Asked {
  readonly agentId: string;
  /** The contact that it asked about; undefined when it named none. */
  readonly contactId: string | undefined;
}

/** Declines for reasons that the policy does not name are counted together. */
const OTHER_REASON = 'other';
const NO_SESSIONS: ReadonlyMap<string, string> = new Map();

export class PushDrawer {
  readonly #state: Readonly<State>;
  readonly #pending = new PendingOffers();
  readonly #placed: Placed;
  /** Open sessions, before the step, of the agents that may lose them by it. */
  #sessionByAgent = NO_SESSIONS;

  /** `placed` draws a waiting contact with its place in line. */
  constructor(state: Readonly<State>, placed: Placed) {
    this.#state = state;
    this.#placed = placed;
    for (const contact of new Set(state.offers.values())) {
      for (const { seq, agent } of pendingOffers(contact)) this.#made(contact, agent.id, seq);
    }
  }

  /** To be called right before the command is decided. */
  before(command: Command): void {
    this.#sessionByAgent = sessionsAtStake(this.#state, command);
  }

  /** The pushes of the step that followed. */
  draw(command: Command, result: StepResult): Push[] {
    const pushes: Push[] = [];
    const asked = askedBy(command, result);
    for (const [index, event] of result.events.entries()) {
      const happened = { event, seq: result.firstSeq + index, at: result.at, subject: result.subjects[index] };
      this.#tellAgents(happened, asked, pushes);
    }
    gatewayPushes(result, asked, pushes, this.#placed);
    return pushes.length > 1 ? pushes.sort((a, b) => a.seq - b.seq) : pushes;
  }

  #tellAgents({ event, seq, at, subject }: Happened, asked: Asked | undefined, pushes: Push[]): void {
    switch (event.type) {
      case 'offerMade': {
        if (subject === undefined) return;
        this.#made(subject, event.agentId, seq);
        const offer = event.autoAccepted ? acceptedOfferView(subject) : offerView(subject, event.agentId);
        if (offer !== undefined) pushes.push({ to: 'agent', id: event.agentId, seq, at, kind: 'offer', offer });
        if (offer?.autoAccepted) tellAccepted(event.agentId, subject, seq + 1, at, pushes);
        return;
      }
      case 'offerAccepted':
      case 'offerDeclined':
        this.#pending.over(event.contactId, event.agentId);
        return;
      case 'offerMissed':
        return this.#tellRevoked(event, 'MISSED', seq, at, pushes);
      case 'offerRevoked':
        return this.#tellRevoked(event, event.reason, seq, at, pushes);
      case 'contactAssigned':
      case 'callbackRequested':
      case 'contactRetried':
      case 'contactUpdated':
      case 'contactClassified':
      case 'contactEnded':
      case 'contactClosed':
      case 'contactRequeued':
      case 'dispositionSet': {
        if (subject === undefined) this.#tellChanged(event.contactId, seq, at, pushes);
        const agentId = 'agentId' in event ? event.agentId : subject?.agentId;
        if (subject === undefined || agentId === undefined || agentId === '') return;
        if (agentId === asked?.agentId && event.contactId === asked.contactId) return;
        pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'contact', contact: contactView(subject) });
        if (subject.phase.state === 'OFFERED') tellOthers(subject, subject.phase, seq, at, pushes);
        return;
      }
      case 'contactTransferred':
        if (subject === undefined) return;
        for (const agentId of [event.agentId, event.toAgentId]) {
          if (agentId === '' || (agentId === asked?.agentId && event.contactId === asked.contactId)) continue;
          pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'contact', contact: contactView(subject) });
        }
        return;
      case 'agentPut':
      case 'presenceSet': {
        const isOwn = event.type === 'presenceSet' && event.cause === 'AGENT' && event.agentId === asked?.agentId;
        const agent = this.#state.agents.get(event.agentId);
        if (isOwn || agent === undefined) return;
        pushes.push({ to: 'agent', id: event.agentId, seq, at, kind: 'agent', agent: agentView(agent) });
        return;
      }
      case 'agentRemoved':
        return this.#tellSession(event.agentId, 'removed', seq, at, pushes);
      case 'sessionOpened':
        if (event.role === 'AGENT') this.#tellSession(event.subjectId, 'replaced', seq, at, pushes);
        return;
      default:
        return;
    }
  }

  #made({ id, phase }: Contact, agentId: string, seq: number): void {
    const isFurther = phase.state === 'OFFERED' && phase.offer.seq !== seq;
    if (isFurther) this.#pending.madeFurther(id, agentId, seq);
    else this.#pending.madeFirst(id, seq);
  }

  #tellRevoked(
    { agentId, contactId }: { readonly agentId: string; readonly contactId: string },
    reason: RevocationReason,
    seq: number,
    at: number,
    pushes: Push[],
  ): void {
    const offerSeq = this.#pending.over(contactId, agentId);
    assert(offerSeq !== undefined, 'only a pending offer is revoked');
    const offerRevoked = { offerId: `o${offerSeq}`, contactId, reason };
    pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'offerRevoked', offerRevoked });
  }

  /** A disposition came after the close. */
  #tellChanged(contactId: string, seq: number, at: number, pushes: Push[]): void {
    const gateway = this.#state.known.get(contactId)?.gateway;
    if (gateway !== undefined) pushes.push({ to: 'gateway', id: gateway.id, seq, at, kind: 'changed' });
  }

  #tellSession(agentId: string, kind: 'removed' | 'replaced', seq: number, at: number, pushes: Push[]): void {
    const id = this.#sessionByAgent.get(agentId);
    if (id !== undefined) pushes.push({ to: 'session', id, seq, at, kind });
  }
}

/** The others whom it is offered to. */
function tellOthers(subject: Contact, { others }: OfferedPhase, seq: number, at: number, pushes: Push[]): void {
  for (const { agent } of others) {
    pushes.push({ to: 'agent', id: agent.id, seq, at, kind: 'contact', contact: contactView(subject) });
  }
}

/** The router accepted for the agent, with event `seq`: the contact is the agent's. */
function tellAccepted(agentId: string, subject: Contact, seq: number, at: number, pushes: Push[]): void {
  pushes.push({ to: 'agent', id: agentId, seq, at, kind: 'contact', contact: contactView(subject) });
}

/** Sessions that the command may end: those of the agents that it removes or signs in anew. */
function sessionsAtStake({ agents }: Readonly<State>, command: Command): ReadonlyMap<string, string> {
  switch (command.type) {
    case 'removeAgent':
      return sessionsOf([agents.get(command.agentId)]);
    case 'openSession':
      return command.actor.role === 'agent' ? sessionsOf([agents.get(command.actor.id)]) : NO_SESSIONS;
    case 'setPolicy':
      return sessionsOf([...agents.values()].filter(({ ofPolicy }) => ofPolicy));
    default:
      return NO_SESSIONS;
  }
}

function sessionsOf(agents: readonly (Agent | undefined)[]): ReadonlyMap<string, string> {
  const sessions = new Map<string, string>();
  for (const agent of agents)
    if (agent !== undefined && agent.sessionId !== '') sessions.set(agent.id, agent.sessionId);
  return sessions;
}

/** Undefined: no agent asked, or it was refused. */
function askedBy(command: Command, { outcome }: StepResult): Asked | undefined {
  if (!('actor' in command) || command.actor.role !== 'agent' || 'error' in outcome) return undefined;
  if (command.type === 'consult') return { agentId: command.actor.id, contactId: command.consultId };
  return { agentId: command.actor.id, contactId: 'contactId' in command ? command.contactId : undefined };
}

function gatewayPushes(
  { events, subjects, firstSeq, at }: StepResult,
  asked: Asked | undefined,
  pushes: Push[],
  placed: Placed,
): void {
  const told = new Set<Contact>();
  for (let index = subjects.length - 1; index >= 0; index--) {
    const subject = subjects[index];
    if (subject === undefined || told.has(subject) || isInward(events[index])) continue;
    told.add(subject);
    const contact = offersCallback(events[index], subject) ? placed(subject, at) : contactView(subject);
    const seq = firstSeq + index;
    pushes.push({ to: 'gateway', id: subject.gateway.id, seq, at, kind: 'contact', contact });
    const { consultedBy } = subject;
    if (consultedBy === '' || (consultedBy === asked?.agentId && subject.id === asked.contactId)) continue;
    // Who asked may have got it itself, by a supervisor's word.
    if (subject.agentId === consultedBy) continue;
    pushes.push({ to: 'agent', id: consultedBy, seq, at, kind: 'contact', contact });
  }
}

/** Whether the event has the gateway offer its customer a callback, for which it needs to know how long the wait will be. */
function offersCallback(event: CoreEvent | undefined, { queue, direction, phase, consultedBy }: Contact): boolean {
  if (consultedBy !== '') return false;
  if (event?.type !== 'contactRelaxed' || event.from !== '' || direction === 'OUTBOUND') return false;
  return phase.state === 'QUEUED' && queue.policy.relax?.[event.step - 1]?.offerCallback === true;
}

/** Whether the event is about who may have the contact, which stays as it is. */
function isInward(event: CoreEvent | undefined): boolean {
  return event?.type === 'coolDownEnded' || event?.type === 'preferenceEnded';
}

/** What observers need to know of the contact of an event. */
export function subjectOf(
  contact: Contact | undefined,
  now: number,
  event: CoreEvent | undefined,
  { policy, agents }: Readonly<State>,
): EventSubject | undefined {
  if (contact === undefined) return undefined;
  const subject = {
    queue: contact.queue.name,
    channel: contact.channel.name,
    segment: contact.segment,
    submittedAt: contact.submittedAt,
    enqueuedAt: contact.enqueuedAt,
    assignedAt: contact.assignedAt,
    endedAt: contact.endedAt,
    waitedMs: waitedMs(contact, now),
    withinMs: contact.queue.policy.serviceLevel.withinMs,
    isSelfServed: isSelfServed(contact, agents),
  };
  if (event?.type !== 'offerDeclined') return subject;
  const isNamed = Object.hasOwn(policy?.presence.declineReasons ?? {}, event.reason);
  return { ...subject, declineReason: isNamed ? event.reason : OTHER_REASON };
}
