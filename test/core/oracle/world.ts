// What the oracle's deciders work with: the state, the instant, and the events made so far in the step. An event that is emitted is
// folded into the state at once.
import type { ContactDraft } from '../../../src/core/commands.ts';
import type { CoreEvent } from '../../../src/core/events.ts';
import type { RefusalReason, RevocationReason } from '../../../src/core/refusal.ts';
import { fold } from './fold.ts';
import { agentOf, heldBy, type OracleAgent, type OracleContact, type OracleState, pendingOffers } from './model.ts';

/** What a command comes to: the contact or agent that the answer shows, nothing to show, or a refusal. */
export type Verdict =
  | { readonly kind: 'contact'; readonly id: string; readonly created?: boolean }
  | { readonly kind: 'agent'; readonly id: string }
  | { readonly kind: 'customer'; readonly customer: object }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export const done: Verdict = { kind: 'done' };

export function refused(reason: RefusalReason): Verdict {
  return { kind: 'refused', reason };
}

export function contactVerdict(id: string): Verdict {
  return { kind: 'contact', id };
}

export class World {
  readonly state: OracleState;
  now = 0;
  events: CoreEvent[] = [];

  constructor(state: OracleState) {
    this.state = state;
  }

  emit(event: CoreEvent, submitted?: ContactDraft): void {
    this.state.seq += 1;
    this.events.push(event);
    fold(this.state, event, this.now, submitted);
  }

  /** [FAN5]: all its pending offers. */
  revoke(contact: OracleContact, reason: RevocationReason): void {
    for (const { agentId } of pendingOffers(contact)) this.revokeFrom(contact, agentId, reason);
  }

  revokeFrom(contact: OracleContact, agentId: string, reason: RevocationReason): void {
    this.emit({ type: 'offerRevoked', contactId: contact.id, agentId, reason });
    this.drain(agentId);
  }

  /** The agent's pending offers in order of the contacts' arrival. */
  pendingOf(agentId: string): OracleContact[] {
    return heldBy(this.state, agentId)
      .filter((contact) => contact.state === 'OFFERED')
      .sort((left, right) => left.ordinal - right.ordinal);
  }

  /** [PRES4], [PRES7]: a draining agent that holds nothing is what it said it would be next, else OFFLINE. */
  drain(agentId: string): void {
    const agent = agentOf(this.state, agentId);
    if (agent.presence !== 'DRAINING' || heldBy(this.state, agentId).length > 0) return;
    const { next = 'OFFLINE', nextReason = '' } = agent;
    this.setPresence(agent, next, nextReason, 'DRAINED');
  }

  /** Sets a presence with what follows from it for pending offers [PRES3], keeping the channels. */
  setPresence(
    agent: OracleAgent,
    presence: OracleAgent['presence'],
    reason: string,
    cause: 'AGENT' | 'SUPERVISOR' | 'MISSED_OFFER' | 'SESSION_LOST' | 'DRAINED',
    channels: readonly string[] = agent.channels,
    next: Pick<OracleAgent, 'next' | 'nextReason'> = {},
  ): void {
    if (presence === 'BUSY' || presence === 'OFFLINE') {
      const why = presence === 'BUSY' ? 'AGENT_BUSY' : 'AGENT_OFFLINE';
      for (const contact of this.pendingOf(agent.id)) this.revokeFrom(contact, agent.id, why);
    }
    if (presence === 'OFFLINE' && agent.presence === 'OFFLINE') return;
    if (presence === 'BUSY' && isDeclared(agent, presence, reason, channels, next)) return;
    this.emit({ type: 'presenceSet', agentId: agent.id, presence, reason, channels, cause, ...next });
  }
}

/** [PRES6]: whether the agent's presence is that already, in all that it consists of. */
export function isDeclared(
  agent: OracleAgent,
  presence: OracleAgent['presence'],
  reason: string,
  channels: readonly string[],
  next: Pick<OracleAgent, 'next' | 'nextReason'>,
): boolean {
  return (
    agent.presence === presence &&
    agent.reason === reason &&
    JSON.stringify(agent.channels) === JSON.stringify(channels) &&
    agent.next === next.next &&
    (agent.nextReason ?? '') === (next.nextReason ?? '')
  );
}
