// Decides the consult: an agent asks another one about a contact that it has, by a contact of its own in the gateway's name. It stays with
// its agent meanwhile; a transfer hands it over. Checks in the order of SPEC's list of refusals, then emits. A refusal emits nothing.

import type { Command, ContactDraft, TransferTarget } from './commands.ts';
import { type Contact, isConsultOf, journeyOf } from './contact.ts';
import { checkVersion, decideSubmit, findKnown, noSuchContact } from './decide-contact.ts';
import { refusalOf, shapeRefusal } from './decide-transfer.ts';
import type { Decided } from './decided.ts';
import { DIRECT_DEFAULT, type ResolvedPolicy } from './policy.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Step } from './step.ts';

type Asked = Extract<Command, { readonly type: 'consult' }>;

/** What the submit says of the fields of its contact, in the words of who consults. */
const PATHS: Readonly<Record<string, string>> = {
  'contact.id': 'consultId',
  'contact.queue': 'to.queue',
  'contact.requires': 'to.requires',
};

export function decideConsult(step: Step, { actor, contactId, consultId, to, version }: Asked): Decided {
  const { state } = step;
  const shape = consultRefusal(to, actor.id);
  if (shape !== undefined) return { error: shape };
  const asked = state.known.get(consultId)?.contact;
  if (isConsultOf(asked, actor.id) && isAbout(asked, contactId, state.known.get(contactId)?.contact)) {
    return { contact: asked, created: false };
  }
  const known = findKnown(state, actor, contactId);
  if (known === undefined) return { error: noSuchContact() };
  if (to.agentId !== '' && !state.agents.has(to.agentId)) {
    return { error: refuse('NO_SUCH_AGENT', `there is no agent ${to.agentId}`, 'to.agentId') };
  }
  const { contact } = known;
  const unfit = refusalOf(contact, false);
  if (contact === undefined || unfit !== undefined) return { error: unfit ?? noSuchContact() };
  if (asked !== undefined) return { error: refuse('CONTACT_DIFFERS', `id ${consultId} is taken`, 'consultId') };
  const wrongVersion = checkVersion(known, version);
  if (wrongVersion !== undefined) return { error: wrongVersion };
  const draft = draftOf(contact, consultId, to, state.policy as ResolvedPolicy);
  const gateway = { role: 'gateway', id: contact.gateway.id } as const;
  const decided = decideSubmit(step, { type: 'submit', actor: gateway, contact: draft }, actor.id);
  if (!('error' in decided)) return decided;
  const { error } = decided;
  return { error: { ...error, path: PATHS[error.path] ?? '' } };
}

/** As far as what is kept tells: of a contact that is gone, nothing. */
function isAbout(consult: Contact, contactId: string, contact: Contact | undefined): boolean {
  if (contact === undefined) return consult.id !== contactId;
  return consult !== contact && consult.journeyId === journeyOf(contact) && consult.channel === contact.channel;
}

function consultRefusal(to: TransferTarget, agentId: string): Refusal | undefined {
  if (to.consultId !== '') return refuse('INVALID_FIELD', 'expected nothing: it is beside `to`', 'to.consultId');
  if (to.agentId === agentId) return refuse('INVALID_FIELD', 'expected another agent', 'to.agentId');
  return shapeRefusal(to);
}

/** What is not named of `to` is as with the contact; who gets it is to see what the agent who asks sees. */
function draftOf(contact: Contact, id: string, to: TransferTarget, policy: ResolvedPolicy): ContactDraft {
  const isDirect = to.agentId !== '';
  const holdMs = to.holdMs === 0 ? (policy.direct ?? DIRECT_DEFAULT).holdMs : to.holdMs;
  return {
    id,
    channel: contact.channel.name,
    direction: 'INBOUND',
    customerId: contact.customerId,
    journeyId: journeyOf(contact),
    intent: contact.intent,
    language: contact.language,
    queue: to.queue === '' ? contact.queue.name : to.queue,
    requires: to.requires.length === 0 ? contact.requires : to.requires,
    prefers: contact.prefers,
    segment: contact.segment,
    value: contact.value,
    tier: contact.tier,
    headStartMs: contact.headStartMs,
    preferredAgents: isDirect ? [to.agentId] : [],
    preferredForMs: isDirect ? holdMs : 0,
    attributes: contact.attributes,
    version: 0,
  };
}
