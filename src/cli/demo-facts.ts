// What gateways and agents of the demo write down about what they did and were told: the verdict is made of these facts and of nothing that
// the router says about itself. One process writes them all, so that "before" means before on one clock.
//
// 1. A fact is written when it happens: a request right before it is sent, an answer or a push right when it is received.

import type { ContactStateName } from '../core/views.ts';

/** What one side was told of a contact. */
export interface ContactSight {
  readonly contactId: string;
  readonly state: ContactStateName;
  readonly agentId: string;
  readonly version: number;
}

/** What an offer or a held contact takes from an agent's room. */
export interface HeldContact {
  readonly contactId: string;
  readonly channel: string;
}

export interface OfferSight extends HeldContact {
  readonly offerId: string;
  /** Of the push that brought it (an offer, or the welcome). */
  readonly seq: number;
}

/** An agent's room, as it was put into the directory, and what the policy says a contact of each channel takes of it. */
export interface Room {
  readonly capacity: number;
  readonly limitByChannel: Readonly<Record<string, number>>;
  readonly costByChannel: Readonly<Record<string, number>>;
}

export type GatewayFact =
  | { readonly type: 'submitting'; readonly gatewayId: string; readonly contactId: string }
  | { readonly type: 'acknowledged'; readonly gatewayId: string; readonly sight: ContactSight }
  /** The router refused the submit: the contact does not exist. */
  | { readonly type: 'refused'; readonly contactId: string }
  /** No answer came: the contact may exist or not. */
  | { readonly type: 'unanswered'; readonly contactId: string }
  /** Asked at the end, since no push had told of its close. */
  | { readonly type: 'checked'; readonly gatewayId: string; readonly sight: ContactSight }
  /** `pushed`: by a push, in the order of the socket; else by an answer, which may be overtaken. */
  | { readonly type: 'seen'; readonly gatewayId: string; readonly sight: ContactSight; readonly pushed: boolean };

export type AgentFact =
  | { readonly type: 'hired'; readonly agentId: string; readonly room: Room }
  /** A connection began: what the agent holds is exactly this. */
  | {
      readonly type: 'welcomed';
      readonly agentId: string;
      readonly offers: readonly OfferSight[];
      readonly contacts: readonly HeldContact[];
    }
  /** `eligible`: whether the agent has the skills, by its own knowledge of them. */
  | { readonly type: 'offered'; readonly agentId: string; readonly offer: OfferSight; readonly eligible: boolean }
  | {
      readonly type: 'revoked';
      readonly agentId: string;
      readonly offerId: string;
      readonly contactId: string;
      readonly seq: number;
    }
  | { readonly type: 'accepting'; readonly agentId: string; readonly offerId: string; readonly contactId: string }
  | { readonly type: 'accepted'; readonly agentId: string; readonly offerId: string; readonly sight: ContactSight }
  | { readonly type: 'declining'; readonly agentId: string; readonly offerId: string; readonly contactId: string }
  /** From here on the agent does not count the contact as its own any more. */
  | { readonly type: 'completing'; readonly agentId: string; readonly contactId: string }
  /** Told by a push or an answer how its contact stands. */
  | { readonly type: 'told'; readonly agentId: string; readonly sight: ContactSight };

export type Fact = GatewayFact | AgentFact;
