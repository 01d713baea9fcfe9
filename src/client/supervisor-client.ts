// A supervisor's client: watches queues and agents, ends what has to be ended, sets anybody's presence.
//
// 1. A watch goes on by itself after a lost connection; its first feed then has every row again.

import { type Observable, Subject } from 'rxjs';
import type { TransferTarget } from '../core/commands.ts';
import type { AgentView, Customer, Presence, QueueView } from '../core/views.ts';
import type { Push, RequestBodies } from '../wire/messages.ts';
import { declarationOf, type FinishOptions, type PresenceOptions } from './agent-client.ts';
import { Client, present } from './client.ts';
import { type Contact, contactOf, dispositionOf } from './contact.ts';
import { getCustomer, type NewCustomer, putCustomer, removeCustomer } from './customer.ts';
import type { ContactPage, ContactRequestOptions, ListOptions } from './gateway-client.ts';
import type { RequestOptions } from './session.ts';
import { type GiveOptions, givenOf, onceOf, targetOf } from './transfer.ts';

/** Rows that changed since the last feed. */
export interface Feed {
  readonly queues: readonly QueueView[];
  readonly agents: readonly AgentView[];
}

export interface WatchOptions {
  /** Names of queues; absent: all. */
  readonly queues?: readonly string[];
  /** Agents too. */
  readonly agents?: boolean;
  /** Pace, 250 at least; absent: 1000. */
  readonly everyMs?: number;
}

export class SupervisorClient extends Client {
  readonly #feed$ = new Subject<Feed>();
  #watch: RequestBodies['watch'] | undefined;
  /** Rows of the watch, at its pace. */
  readonly feed$: Observable<Feed> = this.#feed$;

  /** From now on `feed$` tells what changes. A second watch replaces the first. */
  async watch(options: WatchOptions = {}): Promise<void> {
    const { queues = [], agents = false, everyMs = 1_000 } = options;
    const body = { queues, agents, everyMs };
    await this.ask('watch', body, { retry: true });
    this.#watch = body;
  }

  /** Closes any contact that nobody has answered. */
  cancel(
    contactId: string,
    cause: 'ABANDONED' | 'CANCELLED' = 'CANCELLED',
    options: ContactRequestOptions = {},
  ): Promise<Contact> {
    return this.askContact('cancel', { contactId, cause, version: options.version ?? 0 }, options);
  }

  /** Ends any conversation. */
  end(contactId: string, options: FinishOptions = {}): Promise<Contact> {
    const { disposition, version = 0 } = options;
    return this.askContact('end', { contactId, version, ...dispositionOf(disposition) }, options);
  }

  /** Completes any contact. */
  complete(contactId: string, options: FinishOptions = {}): Promise<Contact> {
    const { disposition, version = 0 } = options;
    return this.askContact('complete', { contactId, version, ...dispositionOf(disposition) }, options);
  }

  /** Gives a contact that nobody has answered to an agent, whatever it requires; refused NOT_ELIGIBLE where the agent has no room. */
  assign(contactId: string, agentId: string, options: RequestOptions = {}): Promise<Contact> {
    return this.askContact('assign', { contactId, agentId }, options);
  }

  /** Takes any contact back from its agent: it is in line again, keeping its age. Not sent again by itself, unless `version` is given. */
  requeue(contactId: string, options: GiveOptions = {}): Promise<Contact> {
    return this.askContact('requeue', { contactId, ...givenOf(options) }, onceOf(options));
  }

  /**
   * Sends any contact, answered or waiting, to a queue, to an agent, or to others who can do something; what is not named stays. Not sent
   * again by itself, unless `version` is given: it could take the contact from the agent who has got it by then.
   */
  transfer(contactId: string, to: Partial<TransferTarget>, options: GiveOptions = {}): Promise<Contact> {
    return this.askContact('transfer', { contactId, to: targetOf(to), ...givenOf(options) }, onceOf(options));
  }

  /** Sets the presence of an agent; answers the agent as it stands. */
  async setPresence(agentId: string, presence: Presence, options: PresenceOptions = {}): Promise<AgentView> {
    const { ok } = await this.ask('setPresence', declarationOf(presence, options, agentId), options);
    return present(ok, 'agent');
  }

  /** Any contact as it stands. */
  get(contactId: string, options?: RequestOptions): Promise<Contact> {
    return this.askContact('get', { contactId }, options);
  }

  /** A page of all contacts in order of arrival. */
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

  protected override pushed(push: Push): void {
    if ('welcome' in push) void this.#watchAgain();
    if ('feed' in push) this.#feed$.next({ queues: push.feed.queues ?? [], agents: push.feed.agents ?? [] });
  }

  protected override ended(): void {
    this.#feed$.complete();
  }

  async #watchAgain(): Promise<void> {
    if (this.#watch === undefined) return;
    // Refused or lost again: the next welcome is the next chance, and the feed's silence shows.
    await this.ask('watch', this.#watch).catch(() => undefined);
  }
}
