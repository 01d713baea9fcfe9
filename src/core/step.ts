// One step of the core: the events that a command (and the deadlines before it) brings about, each applied the moment it is emitted.
//
// Invariants: 1. `events[i]` has seq `firstSeq + i` and happened at `now`. 2. `subjects[i]` is the contact that event i is about.
// 3. a draining agent that lets go of its last contact is OFFLINE with the very next event.

import type { Agent } from './agent.ts';
import { apply } from './apply.ts';
import { type Contact, holderOf } from './contact.ts';
import type { CoreEvent, EndCause } from './events.ts';
import type { RevocationReason } from './refusal.ts';
import type { State } from './state.ts';
import type { Disposition } from './views.ts';

export class Step {
  readonly state: State;
  readonly now: number;
  readonly firstSeq: number;
  readonly events: CoreEvent[] = [];
  readonly subjects: (Contact | undefined)[] = [];

  constructor(state: State, now: number) {
    this.state = state;
    this.now = now;
    this.firstSeq = state.seq + 1;
  }

  /** The event happens: it is applied and will be journalled. */
  emit(event: CoreEvent): void {
    const { state } = this;
    const contactId = 'contactId' in event ? event.contactId : undefined;
    const before = contactId === undefined ? undefined : state.known.get(contactId)?.contact;
    const holder = before === undefined ? undefined : holderOf(before);
    state.seq++;
    state.at = this.now;
    if (state.epoch === 0) state.epoch = this.now;
    this.events.push(event);
    apply(state, event);
    const subject = before ?? (contactId === undefined ? undefined : state.known.get(contactId)?.contact);
    this.subjects.push(subject);
    if (holder !== undefined) this.#finishDraining(holder);
  }

  /** The pending offer leaves its agent without an answer; the contact is back in line. */
  revoke(contact: Contact, reason: RevocationReason): void {
    if (contact.phase.state !== 'OFFERED') return;
    this.emit({ type: 'offerRevoked', contactId: contact.id, agentId: contact.phase.offer.agent.id, reason });
  }

  /** The conversation is over: wrap-up begins, or the contact is complete when its channel has none. */
  end(contact: Contact, cause: EndCause, disposition: Disposition | undefined): void {
    if (contact.phase.state !== 'ASSIGNED') return;
    const { wrapUpMs } = contact.channel.policy;
    const given = disposition === undefined ? {} : { disposition };
    if (wrapUpMs === 0) {
      this.emit({
        type: 'contactClosed',
        contactId: contact.id,
        state: 'COMPLETED',
        cause,
        endedNow: true,
        ...given,
      });
      return;
    }
    this.emit({
      type: 'contactEnded',
      contactId: contact.id,
      agentId: contact.phase.agent.id,
      cause,
      wrapUpUntil: this.now + wrapUpMs,
      ...given,
    });
  }

  #finishDraining(agent: Agent): void {
    if (agent.presence !== 'DRAINING' || agent.held.length > 0) return;
    this.emit({
      type: 'presenceSet',
      agentId: agent.id,
      presence: 'OFFLINE',
      reason: '',
      channels: agent.channels,
      cause: 'DRAINED',
    });
  }
}
