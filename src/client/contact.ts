// Contacts as programs handle them: what a gateway submits needs only what it wants to say, and free attributes are objects. On the wire
// everything is filled in and attributes are JSON text.
//
// 1. What the router fills in by default is left to it: absent stays absent, or is sent as "not said".

import type { ContactChanges, ContactDraft } from '../core/commands.ts';
import type { ContactView, Disposition, OfferView } from '../core/views.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

type WithAttributes<T> = Omit<T, 'attributes'> & { readonly attributes: JsonObject };

/** What came of a contact, as told. */
export type ContactDisposition = WithAttributes<Disposition>;
/** What came of a contact, as given: only what there is to say. */
export type NewDisposition = Partial<ContactDisposition>;

/** A contact as the router tells of it. Unset text is '', an unset instant 0. */
export type Contact = Omit<WithAttributes<ContactView>, 'disposition'> & { readonly disposition?: ContactDisposition };

/** A contact to submit: id and channel, and whatever else there is to say. */
export type NewContact = Pick<ContactDraft, 'id' | 'channel'> &
  Partial<WithAttributes<Omit<ContactDraft, 'id' | 'channel'>>>;

/** New values of a contact's fields; only what is present is changed. Attributes merge by key, null deletes one. */
export type NewContactValues = Omit<ContactChanges, 'attributes'> & { readonly attributes?: JsonObject };

/** A contact proposed to this agent until `expiresAt`. `rank` in seconds of waiting. `autoAccepted`: it is the agent's already. */
export type Offer = Omit<OfferView, 'contact'> & { readonly contact: Contact };

const EMPTY: JsonObject = Object.freeze({});

function objectOf(text: string): JsonObject {
  return text === '' ? EMPTY : (JSON.parse(text) as JsonObject);
}

function textOf(attributes: JsonObject | undefined): string {
  return attributes === undefined ? '' : JSON.stringify(attributes);
}

/** The contact of a view from the wire. */
export function contactOf(view: ContactView): Contact {
  const { disposition, ...rest } = view;
  const contact = { ...rest, attributes: objectOf(view.attributes) };
  if (disposition === undefined) return contact;
  return { ...contact, disposition: { ...disposition, attributes: objectOf(disposition.attributes) } };
}

/** The offer of a view from the wire. */
export function offerOf(view: OfferView): Offer {
  return { ...view, contact: contactOf(view.contact) };
}

/** What is sent for a contact. */
export function draftOf(contact: NewContact): ContactDraft {
  return {
    direction: 'INBOUND',
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    queue: '',
    requires: [],
    prefers: [],
    segment: '',
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    preferredForMs: 0,
    version: 0,
    ...contact,
    attributes: textOf(contact.attributes),
  };
}

/** What is sent for changes. */
export function changesOf(values: NewContactValues): ContactChanges {
  const { attributes, ...rest } = values;
  return attributes === undefined ? rest : { ...rest, attributes: textOf(attributes) };
}

/** What is sent for a disposition; nothing for none. */
export function dispositionOf(given: NewDisposition | undefined): { readonly disposition?: Disposition } {
  if (given === undefined) return {};
  return {
    disposition: { reasons: [], outcome: '', notes: '', ...given, attributes: textOf(given.attributes) },
  };
}
