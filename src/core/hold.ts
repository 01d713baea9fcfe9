// Whether a contact is held: its preferred agents have it to themselves for a while, as long as one of them could take it.
//
// 1. Only facts that change by events decide (who is signed in, skills, cool-downs), so that a held contact is one until an event says otherwise.
// 2. Room and presence do not count: whoever is busy with another contact, or at lunch, still holds.

import { type Agent, isSignedIn } from './agent.ts';
import { type Contact, isCooling } from './contact.ts';
import { eligibilityOf } from './relaxation.ts';
import { meets } from './requirement.ts';

/** Whether one of its preferred agents is signed in, meets its requirement and does not cool down with it. */
export function isHeldNow({ agents }: { readonly agents: ReadonlyMap<string, Agent> }, contact: Contact): boolean {
  for (const agentId of contact.preferredAgents) {
    const agent = agents.get(agentId);
    if (agent === undefined || !isSignedIn(agent) || isCooling(contact, agent)) continue;
    if (meets(agent.skills, eligibilityOf(contact))) return true;
  }
  return false;
}
