// Profiles of customers, and what contacts take from them at their submit [CUS6], [CUS8], [AFF9].
import type { ContactDraft } from '../../../src/core/commands.ts';
import type { CustomerPut } from '../../../src/core/events.ts';
import { type OracleState, policyOf, queueOf } from './model.ts';

/** What a test may put in the place of a part of the rule. */
export interface CustomerRule {
  /** The draft with what the customer's profile says where it says nothing. */
  withProfile(state: OracleState, draft: ContactDraft): ContactDraft;
  /** The agent who goes in front of all others that the contact prefers. */
  ownerIn(state: OracleState, queue: string, draft: ContactDraft): string | undefined;
}

function withProfile(state: OracleState, draft: ContactDraft): ContactDraft {
  const profile = state.customers.find(({ id }) => id === draft.customerId);
  if (profile === undefined) return draft;
  const segment = Object.hasOwn(policyOf(state).segments, profile.segment) ? profile.segment : '';
  return {
    ...draft,
    segment: draft.segment || segment,
    value: draft.value || profile.value,
    language: draft.language || profile.language,
    timeZone: draft.timeZone || profile.timeZone,
  };
}

function ownerIn(state: OracleState, queue: string, draft: ContactDraft): string | undefined {
  if (queueOf(policyOf(state), queue).preferOwner !== true) return undefined;
  const owner = state.customers.find(({ id }) => id === draft.customerId)?.owner;
  return state.agents.find(({ id }) => id === owner)?.id;
}

export const customerRule: CustomerRule = { withProfile, ownerIn };

/** In its place, if there was one. */
export function putCustomer(state: OracleState, event: CustomerPut): void {
  const { type: _type, customerId: id, ...facts } = event;
  const before = state.customers.find((customer) => customer.id === id);
  const after = { kind: 'customer', id, ...facts, version: (before?.version ?? 0) + 1 } as const;
  if (before === undefined) state.customers = [...state.customers, after];
  else state.customers = state.customers.map((customer) => (customer === before ? after : customer));
}

export function removeCustomer(state: OracleState, id: string): void {
  state.customers = state.customers.filter((customer) => customer.id !== id);
}
