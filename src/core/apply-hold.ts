// The fold of what makes contacts held or open: agents who come and go, cool-downs that end, the end of the preference.
//
// Invariant: a waiting contact stands in a held line exactly while it is held (hold.ts).

import { assert } from '../lib/assert.ts';
import type { Agent } from './agent.ts';
import { endPreference, joinLine, quitLine } from './apply-contact.ts';
import type { Contact } from './contact.ts';
import { isHeldNow } from './hold.ts';
import type { State } from './state.ts';

/** The preference's time is over: open to all. */
export function applyPreferenceEnded(state: State, contact: Contact): void {
  assert(contact.preferredUntil !== 0, 'only a preference that runs ends');
  const { line } = contact;
  if (line !== undefined) quitLine(state, contact);
  endPreference(state, contact);
  if (line !== undefined) joinLine(state, contact);
  else if (contact.further !== undefined) state.dirty.addContact(contact);
}

/** Who may hold the contact changed: it moves if it is held now and was not, or the other way round. */
export function placeAgain(state: State, contact: Contact): void {
  const { line } = contact;
  if (line === undefined || line.isHeld === isHeldNow(state, contact)) return;
  quitLine(state, contact);
  joinLine(state, contact);
}

/** The agent signed in or out, or has other skills: so may the contacts that it holds, or would hold. */
export function placeHeldAgain(state: State, agent: Agent): void {
  if (state.fanOut.size > 0) lookForMore(state, agent);
  const contacts = state.demands.affinity.heldFor(agent.id);
  if (contacts === undefined) return;
  for (const contact of [...contacts]) placeAgain(state, contact);
}

/** The same of those that are offered to somebody already: whether they are held is asked when it matters. */
function lookForMore(state: State, agent: Agent): void {
  for (const contact of state.fanOut.odd()) {
    if (contact.preferredAgents.includes(agent.id)) state.dirty.addContact(contact);
  }
}
