// What an offer did not keep of the choice that it came from, found again: its runners-up and what idling gave. On the state right before
// the event that made it, with the search that keeps them where the policy asks for it.
//
// Invariant: what the offer did keep begins what is found here.

import type { OfferMade, RunnerUp } from './events.ts';
import { idleUs } from './rank.ts';
import { runnersUp } from './runners-up.ts';
import type { State } from './state.ts';

export interface Retraced {
  readonly runnersUp: readonly RunnerUp[];
  /** What idling gave of the offer's readiness, microseconds. */
  readonly idleUs: number;
}

/** At most so many runners-up, best first. Undefined when the state is not the one that the offer was made in. */
export function retrace(state: State, offer: OfferMade, at: number, countMax: number): Retraced | undefined {
  const contact = state.known.get(offer.contactId)?.contact;
  const agent = state.agents.get(offer.agentId);
  if (contact?.demand === undefined || agent === undefined) return undefined;
  const { urgencyUs, fitUs, readinessUs } = offer;
  const pair = { contact, agent, urgencyUs, fitUs, readinessUs };
  return {
    runnersUp: runnersUp(pair, countMax, state.moment(at), state),
    idleUs: idleUs(agent.readySince, at, state.terms),
  };
}
