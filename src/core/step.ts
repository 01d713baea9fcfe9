// One step of the core: the events that a command (and the deadlines before it) brings about, each applied the moment it is emitted.
//
// Invariants: 1. `events[i]` has seq `firstSeq + i` and happened at `now`. 2. `subjects[i]` is the contact that event i is about.
// 3. a draining agent that lets go of its last contact is what comes next, OFFLINE as a rule, with the very next event.

import type { Agent } from './agent.ts';
import { applyElse, applyTo } from './apply.ts';
import { applySubmitted } from './apply-contact.ts';
import { type Contact, holderOf, offerTo } from './contact.ts';
import type { ContactEvent, ContactSubmitted, CoreEvent, EndCause, OtherEvent } from './events.ts';
import type { RevocationReason } from './refusal.ts';
import type { State } from './state.ts';
import type { Disposition } from './views.ts';

export class Step {
  readonly state: State;
  readonly now: number;
  readonly firstSeq: number;
  events: CoreEvent[] = [];
  subjects: (Contact | undefined)[] = [];

  constructor(state: State, now: number) {
    this.state = state;
    this.now = now;
    this.firstSeq = state.seq + 1;
  }

  /** The event happens: it is applied and will be journalled. */
  emit(event: OtherEvent): void {
    this.#note(event);
    applyElse(this.state, event);
    this.subjects = withOneMore(this.subjects, undefined);
  }

  /** The same of an event about a contact; undefined: it is closed already. */
  emitOf(contact: Contact | undefined, event: ContactEvent): void {
    const holder = contact === undefined ? undefined : holderIn(contact, event);
    this.#note(event);
    applyTo(this.state, contact, event);
    this.subjects = withOneMore(this.subjects, contact);
    if (holder !== undefined && holder.presence === 'DRAINING') this.finishDraining(holder);
  }

  /** The same of the event that makes a contact. */
  emitSubmitted(event: ContactSubmitted): Contact {
    this.#note(event);
    const contact = applySubmitted(this.state, event, false);
    this.subjects = withOneMore(this.subjects, contact);
    return contact;
  }

  /** All its pending offers leave their agents without an answer; the contact is back in line. */
  revoke(contact: Contact, reason: RevocationReason): void {
    while (contact.phase.state === 'OFFERED') this.revokeFrom(contact, contact.phase.offer.agent, reason);
  }

  /** The agent's alone, if it has one: the contact is back in line, or with those who have its other offers. */
  revokeFrom(contact: Contact, agent: Agent, reason: RevocationReason): void {
    if (offerTo(contact, agent.id) === undefined) return;
    this.emitOf(contact, { type: 'offerRevoked', contactId: contact.id, agentId: agent.id, reason });
  }

  /** The conversation is over: wrap-up begins, or the contact is complete when its channel has none. */
  end(contact: Contact, cause: EndCause, disposition: Disposition | undefined): void {
    if (contact.phase.state !== 'ASSIGNED') return;
    const { wrapUpMs } = contact.channel.policy;
    if (wrapUpMs === 0) return this.complete(contact, cause, true, disposition);
    const wrapUpUntil = this.now + wrapUpMs;
    const contactId = contact.id;
    const agentId = contact.phase.agent.id;
    // Written out twice: an event that is put together by spreading costs three times as much.
    if (disposition === undefined) {
      this.emitOf(contact, { type: 'contactEnded', contactId, agentId, cause, wrapUpUntil });
    } else {
      this.emitOf(contact, { type: 'contactEnded', contactId, agentId, cause, wrapUpUntil, disposition });
    }
  }

  /** The contact is complete; `endedNow`: its conversation lasted until now. */
  complete(contact: Contact, cause: EndCause, endedNow: boolean, disposition: Disposition | undefined): void {
    const state = 'COMPLETED';
    const contactId = contact.id;
    if (disposition === undefined) {
      this.emitOf(contact, { type: 'contactClosed', contactId, state, cause, endedNow });
    } else {
      this.emitOf(contact, { type: 'contactClosed', contactId, state, cause, endedNow, disposition });
    }
  }

  /** A draining agent that holds nothing is what it said it would be next. */
  finishDraining(agent: Agent): void {
    if (agent.held.length > 0) return;
    const { id: agentId, next, nextReason: reason, channels } = agent;
    const presence = next === '' ? 'OFFLINE' : next;
    this.emit({ type: 'presenceSet', agentId, presence, reason, channels, cause: 'DRAINED' });
  }

  #note(event: CoreEvent): void {
    const { state } = this;
    state.seq++;
    state.at = this.now;
    if (state.epoch === 0) state.epoch = this.now;
    this.events = withOneMore(this.events, event);
  }
}

/** Who may let go of the contact by the event. */
function holderIn(contact: Contact, event: ContactEvent): Agent | undefined {
  const { phase } = contact;
  if (phase.state !== 'OFFERED' || phase.others.length === 0) return holderOf(contact);
  return 'agentId' in event ? offerTo(contact, event.agentId)?.agent : undefined;
}

/** The list with the item behind. Most steps have one to three events: pushing would make room for seventeen each time. */
function withOneMore<T>(list: T[], item: T): T[] {
  switch (list.length) {
    case 0:
      return [item];
    case 1:
      return [list[0] as T, item];
    case 2:
      return [list[0] as T, list[1] as T, item];
    default:
      list.push(item);
      return list;
  }
}
