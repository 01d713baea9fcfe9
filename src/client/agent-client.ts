// An agent's client: declares presence, takes offers, finishes contacts.
//
// 1. `offers$` tells every offer once, also those that were made while the connection was lost; `revoked$` likewise.
// 2. After a reconnection `welcome$` says all that the agent holds: what is not in it is not the agent's any more.

import { type Observable, Subject } from 'rxjs';
import type { TransferTarget } from '../core/commands.ts';
import type { AgentView, Presence } from '../core/views.ts';
import type { Push, RequestBodies } from '../wire/messages.ts';
import { Client, present } from './client.ts';
import {
  type Contact,
  changesOf,
  contactOf,
  dispositionOf,
  type NewContactValues,
  type NewDisposition,
  type Offer,
  offerOf,
} from './contact.ts';
import type { ContactPage, ContactRequestOptions, ListOptions } from './gateway-client.ts';
import { type GoneOffer, HeldOffers } from './held-offers.ts';
import type { RequestOptions } from './session.ts';
import { type GiveOptions, givenOf, targetOf } from './transfer.ts';

export interface PresenceOptions extends RequestOptions {
  /** Why, when BUSY now or next. */
  readonly reason?: string;
  /** The channels that the agent takes; absent: all. */
  readonly channels?: readonly string[];
  /** With DRAINING: what then; absent: OFFLINE. */
  readonly next?: 'BUSY' | 'OFFLINE';
}

/** The body of a declaration. */
export function declarationOf(
  presence: Presence,
  { reason = '', channels = [], next }: PresenceOptions,
  agentId: string,
): RequestBodies['setPresence'] {
  return { presence, reason, channels, agentId, ...(next === undefined ? {} : { next }) };
}

export interface FinishOptions extends RequestOptions {
  /** What came of the contact. */
  readonly disposition?: NewDisposition;
  /** Only if the contact is at this version. */
  readonly version?: number;
}

export class AgentClient extends Client {
  readonly #held = new HeldOffers();
  readonly #offers$ = new Subject<Offer>();
  readonly #revoked$ = new Subject<GoneOffer>();
  readonly #contacts$ = new Subject<Contact>();
  readonly #agent$ = new Subject<AgentView>();
  /** Contacts proposed to this agent. Those with `autoAccepted` are its already: `accept` answers with the contact. */
  readonly offers$: Observable<Offer> = this.#offers$;
  /** Offers that are no longer this agent's, with the reason. */
  readonly revoked$: Observable<GoneOffer> = this.#revoked$;
  /** Contacts of this agent that others changed: the customer hung up, wrap-up ran out, … */
  readonly contacts$: Observable<Contact> = this.#contacts$;
  /** The agent itself, when others changed it: BUSY after a missed offer, … */
  readonly agent$: Observable<AgentView> = this.#agent$;

  /** Declares presence; answers the agent as it stands. Not sent again by itself. */
  async setPresence(presence: Presence, options: PresenceOptions = {}): Promise<AgentView> {
    const { ok } = await this.ask('setPresence', declarationOf(presence, options, ''), options);
    return present(ok, 'agent');
  }

  /**
   * BUSY after this one: from now on no new offers, and BUSY for that reason once the agent holds nothing any more, at once if it holds
   * nothing now. Answers the agent as it stands, DRAINING with `next` BUSY, or BUSY; `agent$` tells when it becomes BUSY later. What it was
   * offered already it still has to answer. Any other presence takes it back.
   */
  busyAfterThis(reason: string, options: Omit<PresenceOptions, 'reason' | 'next'> = {}): Promise<AgentView> {
    return this.setPresence('DRAINING', { ...options, reason, next: 'BUSY' });
  }

  /** Takes an offer: the contact is this agent's. Refused with OFFER_EXPIRED or OFFER_NOT_PENDING when it is too late. */
  accept(offerId: string, options?: RequestOptions): Promise<Contact> {
    this.#held.gone(offerId);
    return this.askContact('accept', { offerId }, options);
  }

  /** Refuses an offer. The contact is not proposed to this agent again for a while. */
  decline(offerId: string, options: RequestOptions & { readonly reason?: string } = {}): Promise<Contact> {
    this.#held.gone(offerId);
    return this.askContact('decline', { offerId, reason: options.reason ?? '' }, options);
  }

  /** A page of the waiting contacts that this agent may take, best first. Refused PULL_NOT_ALLOWED unless the directory lets it. */
  async listWaiting(options: Omit<ListOptions, 'open'> = {}): Promise<ContactPage> {
    const { afterId = '', limit = 0 } = options;
    const { ok, seq } = await this.ask('list', { open: true, afterId, limit }, { retry: true, ...options });
    return { contacts: (ok.contacts ?? []).map(contactOf), next: ok.next ?? '', seq: ok.seq ?? seq };
  }

  /** Takes a waiting contact: it is this agent's, without an offer. Refused CONTACT_NOT_WAITING or CONTACT_ANSWERED when another was faster. */
  pull(contactId: string, options?: RequestOptions): Promise<Contact> {
    return this.askContact('pull', { contactId }, options);
  }

  /**
   * Writes down what was learnt of the customer: attributes (merged key by key, null deletes) and intent of a contact that this agent has.
   * Whoever has it next sees them.
   */
  update(
    contactId: string,
    set: Pick<NewContactValues, 'attributes' | 'intent'>,
    options: ContactRequestOptions = {},
  ): Promise<Contact> {
    const { version = 0, ...rest } = options;
    return this.askContact('update', { contactId, set: changesOf(set), version }, { retry: false, ...rest });
  }

  /** The conversation is over: wrap-up begins. */
  end(contactId: string, options: FinishOptions = {}): Promise<Contact> {
    const { disposition, version = 0 } = options;
    return this.askContact('end', { contactId, version, ...dispositionOf(disposition) }, options);
  }

  /** Wrap-up is done and the room free. From ASSIGNED it ends and completes at once. */
  complete(contactId: string, options: FinishOptions = {}): Promise<Contact> {
    const { disposition, version = 0 } = options;
    return this.askContact('complete', { contactId, version, ...dispositionOf(disposition) }, options);
  }

  /** The customer of an outbound contact was called and not reached: another attempt later, or EXPIRED after the last. This agent is free. */
  retry(contactId: string, options: FinishOptions = {}): Promise<Contact> {
    const { disposition, version = 0 } = options;
    return this.askContact('retry', { contactId, version, ...dispositionOf(disposition) }, options);
  }

  /** Gives a contact back: it is in line again, keeping its age, and not proposed to this agent for a while. */
  requeue(contactId: string, options: GiveOptions = {}): Promise<Contact> {
    return this.askContact('requeue', { contactId, ...givenOf(options) }, options);
  }

  /** Sends a contact to a queue, to an agent, or to others who can do something; what is not named stays. */
  transfer(contactId: string, to: Partial<TransferTarget>, options: GiveOptions = {}): Promise<Contact> {
    return this.askContact('transfer', { contactId, to: targetOf(to), ...givenOf(options) }, options);
  }

  /**
   * Asks another agent about a contact that this one has; the answer is the consult contact, of the id given here. When it is ASSIGNED
   * (`contacts$` tells), `transfer` with `{ consultId }` hands the customer over; `takeBack` ends it before.
   */
  consult(
    contactId: string,
    consultId: string,
    to: Partial<TransferTarget>,
    options: ContactRequestOptions = {},
  ): Promise<Contact> {
    const { version = 0, ...rest } = options;
    return this.askContact('consult', { contactId, consultId, to: targetOf(to), version }, rest);
  }

  /** Takes a consult back that nobody has answered. */
  takeBack(consultId: string, options: RequestOptions = {}): Promise<Contact> {
    return this.askContact('cancel', { contactId: consultId, cause: 'CANCELLED', version: 0 }, options);
  }

  protected override pushed(push: Push): void {
    if ('offer' in push) {
      if (this.#held.offered(push.offer)) this.#offers$.next(offerOf(push.offer));
    } else if ('offerRevoked' in push) {
      this.#held.gone(push.offerRevoked.offerId);
      this.#revoked$.next(push.offerRevoked);
    } else if ('contact' in push) {
      this.#contacts$.next(contactOf(push.contact));
    } else if ('agent' in push) {
      this.#agent$.next(push.agent);
    } else if ('welcome' in push) {
      const { gone, offered } = this.#held.welcomed(push.welcome);
      for (const offer of gone) this.#revoked$.next(offer);
      for (const offer of offered) this.#offers$.next(offerOf(offer));
    }
  }

  protected override ended(): void {
    this.#offers$.complete();
    this.#revoked$.complete();
    this.#contacts$.complete();
    this.#agent$.complete();
  }
}
