// A gateway's client: puts contacts in line and hears what becomes of them.
//
// 1. Every verb that may be asked twice without harm is sent again after a lost connection, under the same id, unless told otherwise.
// 2. A subscription goes on by itself after a lost connection, from the last push seen.

import { type Observable, Subject } from 'rxjs';
import type { Customer } from '../core/views.ts';
import type { Push } from '../wire/messages.ts';
import { Client, type ClientOptions } from './client.ts';
import { platformClock } from './clock.ts';
import {
  type Contact,
  changesOf,
  contactOf,
  dispositionOf,
  draftOf,
  type NewContact,
  type NewContactValues,
  type NewDisposition,
} from './contact.ts';
import { getCustomer, type NewCustomer, putCustomer, removeCustomer } from './customer.ts';
import type { RequestOptions } from './session.ts';
import { type Resync, Subscription } from './subscription.ts';

/** Options of a request on a contact; `version`: only if the contact is at that version. */
export interface ContactRequestOptions extends RequestOptions {
  readonly version?: number;
}

export interface ListOptions extends RequestOptions {
  /** Only contacts that are not closed. */
  readonly open?: boolean;
  /** Go on after this contact: `next` of the page before. */
  readonly afterId?: string;
  /** Most contacts of the page, 100 by default, 1000 at most. */
  readonly limit?: number;
}

export interface ContactPage {
  readonly contacts: readonly Contact[];
  /** Where the next page begins; '' when there is none. */
  readonly next: string;
  /** The newest event that the page saw. */
  readonly seq: number;
}

export class GatewayClient extends Client {
  readonly #contacts$ = new Subject<Contact>();
  readonly #resync$ = new Subject<Resync>();
  readonly #subscription: Subscription;
  /** The newest state of each contact that changed, once subscribed; intermediate states may be left out. */
  readonly contacts$: Observable<Contact> = this.#contacts$;
  /** After too long an absence: pushes were missed, the open contacts came again in `contacts$`; `get` those that are not among them. */
  readonly resync$: Observable<Resync> = this.#resync$;

  constructor(options: ClientOptions) {
    super(options);
    this.#subscription = new Subscription({
      clock: options.clock ?? platformClock,
      subscribe: (sinceSeq) => this.ask('subscribe', { sinceSeq }),
      listOpen: (afterId, limit) => this.ask('list', { open: true, afterId, limit }),
      onListed: (contact) => this.#contacts$.next(contactOf(contact)),
      onResync: (resync) => this.#resync$.next(resync),
    });
  }

  /** Puts a contact in line. The same contact again answers it as it stands; the same id with other content is CONTACT_DIFFERS. */
  submit(contact: NewContact, options?: RequestOptions): Promise<Contact> {
    return this.askContact('submit', { contact: draftOf(contact) }, options);
  }

  /** Changes what is present in `set`. Not sent again by itself. */
  update(contactId: string, set: NewContactValues, options: ContactRequestOptions = {}): Promise<Contact> {
    const body = { contactId, set: changesOf(set), version: options.version ?? 0 };
    return this.askContact('update', body, { retry: false, ...options });
  }

  /** Closes a contact that nobody has answered. ABANDONED, the customer left, also ends one that was just answered. */
  cancel(
    contactId: string,
    cause: 'ABANDONED' | 'CANCELLED' = 'CANCELLED',
    options: ContactRequestOptions = {},
  ): Promise<Contact> {
    return this.askContact('cancel', { contactId, cause, version: options.version ?? 0 }, options);
  }

  /** The customer hung up: wrap-up begins. */
  end(
    contactId: string,
    options: ContactRequestOptions & { readonly disposition?: NewDisposition } = {},
  ): Promise<Contact> {
    const { disposition, version = 0 } = options;
    return this.askContact('end', { contactId, version, ...dispositionOf(disposition) }, options);
  }

  /** The customer of a waiting contact hung up and wants to be called: the contact keeps its place, OUTBOUND from now on. Refused NO_CALLBACK. */
  callback(contactId: string, options: ContactRequestOptions = {}): Promise<Contact> {
    return this.askContact('callback', { contactId, version: options.version ?? 0 }, options);
  }

  /** The customer of an outbound contact was called and not reached: another attempt later, or EXPIRED after the last. */
  retry(
    contactId: string,
    options: ContactRequestOptions & { readonly disposition?: NewDisposition } = {},
  ): Promise<Contact> {
    const { disposition, version = 0 } = options;
    // By the time that it is sent again it may be due, and somebody's: only a version keeps it from counting twice.
    return this.askContact(
      'retry',
      { contactId, version, ...dispositionOf(disposition) },
      { retry: version > 0, ...options },
    );
  }

  /** A contact as it stands, with its `position` while it is QUEUED. */
  get(contactId: string, options?: RequestOptions): Promise<Contact> {
    return this.askContact('get', { contactId }, options);
  }

  /** A page of the gateway's contacts in order of arrival. */
  async list(options: ListOptions = {}): Promise<ContactPage> {
    const { open = false, afterId = '', limit = 0 } = options;
    const { ok, seq } = await this.ask('list', { open, afterId, limit }, { retry: true, ...options });
    return { contacts: (ok.contacts ?? []).map(contactOf), next: ok.next ?? '', seq: ok.seq ?? seq };
  }

  /** Keeps the profile of a customer, or replaces it whole; with a `version` only if it is at that version. */
  putCustomer(customer: NewCustomer, options?: RequestOptions): Promise<Customer> {
    return putCustomer(this.ask.bind(this), customer, options);
  }

  /** The profile of a customer; refused NO_SUCH_CUSTOMER where there is none. */
  getCustomer(customerId: string, options?: RequestOptions): Promise<Customer> {
    return getCustomer(this.ask.bind(this), customerId, options);
  }

  /** Forgets the profile of a customer; answers it as it was. Not sent again by itself. */
  removeCustomer(customerId: string, options?: RequestOptions): Promise<Customer> {
    return removeCustomer(this.ask.bind(this), customerId, options);
  }

  /**
   * From now on `contacts$` tells every change. 0: from now; n: first the newest state of every contact that changed after n. Answers the seq.
   * Throws {@link CordboardError} with reason RESYNC if n is too far back: `list`, then subscribe from its seq.
   */
  subscribe(sinceSeq = 0): Promise<number> {
    return this.#subscription.start(sinceSeq);
  }

  /** The newest seq seen by the subscription: what `subscribe` may go on from, in another process too. */
  get lastSeq(): number {
    return this.#subscription.lastSeq;
  }

  protected override pushed(push: Push): void {
    this.#subscription.pushed(push);
    if ('contact' in push) this.#contacts$.next(contactOf(push.contact));
  }

  protected override ended(): void {
    this.#subscription.stop();
    this.#contacts$.complete();
    this.#resync$.complete();
  }
}
