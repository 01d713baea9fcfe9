// What a decision answers with, before it is drawn. Pictures are made once, at the end of the step: settle may have moved what was decided
// about, and an answer shows it as it stands then.

import { type Agent, agentView, heldInOrder } from './agent.ts';
import type { Ok, Outcome, Tombstone } from './commands.ts';
import { type Contact, contactView, drawContact, type Known, offerView } from './contact.ts';
import type { Queue } from './names.ts';
import { refuse } from './refusal.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';
import type { ContactView, OfferView, QueueView } from './views.ts';

export type Decided =
  /** A refusal, or what nothing can move any more. */
  | Outcome
  /** A contact that was open when it was decided about. */
  | { readonly contact: Contact; readonly created?: boolean }
  /** A contact that may be closed since long. */
  | { readonly known: Known; readonly created?: boolean }
  | { readonly agent: Agent; readonly created?: boolean }
  /** A queue that was closed or opened. */
  | { readonly queue: Queue }
  /** An agent's fresh session. */
  | { readonly signedIn: Agent };

type DrawQueue = (queue: Queue, now: number, state: State) => QueueView;

/** The answer, as things stand now, at the end of the step. */
export function draw(decided: Decided, step: Step, drawQueue: DrawQueue): Outcome {
  if ('error' in decided || 'ok' in decided) return decided;
  if ('contact' in decided) return withContact(pictureOf(decided.contact, step), decided.created);
  if ('known' in decided) {
    const { known, created } = decided;
    // One that a deadline closed in this very step is shown whole.
    const closed = known.contact === undefined ? step.subjects.findLast((one) => one?.known === known) : undefined;
    return closed === undefined ? drawKnown(known, created) : withContact(contactView(closed), created);
  }
  if ('agent' in decided) {
    const agent = agentView(decided.agent);
    return { ok: decided.created === undefined ? { agent } : { agent, created: decided.created } };
  }
  if ('queue' in decided) return { ok: { queues: [drawQueue(decided.queue, step.now, step.state)] } };
  return { ok: sessionPicture(decided.signedIn) };
}

/** One that the step changed has its picture in common with the pushes about it. */
function pictureOf(contact: Contact, step: Step): ContactView {
  return step.subjects.includes(contact) ? contactView(contact) : drawContact(contact);
}

/** The contact or what is left of it. */
export function drawKnown({ contact, tombstone }: Known, created?: boolean): Outcome {
  const picture = contact === undefined ? tombstone : drawContact(contact);
  if (picture === undefined) {
    return { error: refuse('NO_SUCH_CONTACT', 'there is no such contact, or it is not yours', 'contactId') };
  }
  return withContact(picture, created);
}

function withContact(contact: ContactView | Tombstone, created: boolean | undefined): Outcome {
  return { ok: created === undefined ? { contact } : { contact, created } };
}

/** What a fresh session needs to know: the agent, its pending offers, the contacts that it has. */
function sessionPicture(agent: Agent): Ok {
  const offers: OfferView[] = [];
  const contacts: ContactView[] = [];
  for (const contact of heldInOrder(agent)) {
    const offer = offerView(contact, agent.id);
    if (offer === undefined) contacts.push(drawContact(contact));
    else offers.push(offer);
  }
  return { agent: agentView(agent), offers, contacts };
}
