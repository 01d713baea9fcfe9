// A gateway of the demo: submits its customers, hangs up for them, and writes down what it is told.
//
// 1. Every fact is written before the request it is about is sent, or when its answer or push is read.
// 2. It trusts no order between answers and pushes: what it is told last is where a contact stands.

import type { Contact } from '../client/contact.ts';
import { CordboardError } from '../client/cordboard-error.ts';
import type { GatewayClient } from '../client/gateway-client.ts';
import type { ContactSight, Fact } from './demo-facts.ts';
import type { Measures } from './demo-measures.ts';
import type { Customer } from './demo-scenario.ts';
import { isClosed } from './demo-verdict.ts';

/** Longer than any reconnection of the demo should take. */
const REQUEST_TIMEOUT_MS = 30_000;

/** What the parties of the demo share. */
export interface DemoStage {
  readonly measures: Measures;
  readonly record: (fact: Fact) => void;
  /** Milliseconds of one clock for all. */
  readonly now: () => number;
}

interface Caller {
  readonly customer: Customer;
  timer: NodeJS.Timeout | undefined;
  isTalking: boolean;
}

/** What a contact says, for the record. */
export function sightOf({ id, state, agentId, version }: Contact): ContactSight {
  return { contactId: id, state, agentId, version };
}

export class DemoGateway {
  readonly id: string;
  readonly #client: GatewayClient;
  readonly #stage: DemoStage;
  readonly #callerById = new Map<string, Caller>();
  #unansweredCount = 0;

  constructor(id: string, client: GatewayClient, stage: DemoStage) {
    this.id = id;
    this.#client = client;
    this.#stage = stage;
    client.contacts$.subscribe((contact) => this.#see(contact, true));
  }

  /** Submits that have no answer yet. */
  get unansweredCount(): number {
    return this.#unansweredCount;
  }

  async start(): Promise<void> {
    await this.#client.connect();
    await this.#client.subscribe();
  }

  /** A customer arrives. Comes back when the router has answered, or never will. */
  async submit(customer: Customer): Promise<void> {
    const { contactId, patienceMs, talkMs, wrapUpMs, endedBy, ...wishes } = customer;
    const { measures, record, now } = this.#stage;
    const caller: Caller = { customer, timer: undefined, isTalking: false };
    caller.timer = setTimeout(() => void this.#leave(contactId), patienceMs);
    this.#callerById.set(contactId, caller);
    this.#unansweredCount += 1;
    record({ type: 'submitting', gatewayId: this.id, contactId });
    measures.submitting(contactId, customer.segment, now());
    const attributes = { talkMs: Math.round(talkMs), wrapUpMs: Math.round(wrapUpMs), endedBy };
    try {
      const options = { timeoutMs: REQUEST_TIMEOUT_MS };
      const contact = await this.#client.submit({ id: contactId, ...wishes, attributes }, options);
      record({ type: 'acknowledged', gatewayId: this.id, sight: sightOf(contact) });
      this.#see(contact, false);
    } catch (error) {
      this.#forget(contactId);
      record({ type: error instanceof CordboardError ? 'refused' : 'unanswered', contactId });
      this.#count(error);
    } finally {
      this.#unansweredCount -= 1;
    }
  }

  /** Asks where a contact stands, of which no push told that it closed. */
  async check(contactId: string): Promise<void> {
    try {
      const contact = await this.#client.get(contactId);
      this.#stage.record({ type: 'checked', gatewayId: this.id, sight: sightOf(contact) });
    } catch (error) {
      this.#count(error);
    }
  }

  /** Closes the connection; customers that are still there are forgotten. */
  stop(): void {
    for (const contactId of [...this.#callerById.keys()]) this.#forget(contactId);
    this.#client.close();
  }

  #see(contact: Contact, pushed: boolean): void {
    const { measures, record } = this.#stage;
    if (pushed) record({ type: 'seen', gatewayId: this.id, sight: sightOf(contact), pushed });
    measures.seen(contact.id, contact.state);
    const caller = this.#callerById.get(contact.id);
    if (caller === undefined || contact.state === 'QUEUED' || contact.state === 'OFFERED') return;
    if (isClosed(contact.state)) this.#forget(contact.id);
    else if (contact.state === 'ASSIGNED') this.#talk(caller);
  }

  /** The conversation has begun: nobody leaves for impatience any more; half of the customers end it themselves. */
  #talk(caller: Caller): void {
    if (caller.isTalking) return;
    caller.isTalking = true;
    clearTimeout(caller.timer);
    const { contactId, endedBy, talkMs } = caller.customer;
    if (endedBy === 'customer') caller.timer = setTimeout(() => void this.#hangUp(contactId), talkMs);
  }

  async #hangUp(contactId: string): Promise<void> {
    await this.#ask(() => this.#client.end(contactId, { timeoutMs: REQUEST_TIMEOUT_MS }));
  }

  async #leave(contactId: string): Promise<void> {
    await this.#ask(() => this.#client.cancel(contactId, 'ABANDONED', { timeoutMs: REQUEST_TIMEOUT_MS }));
  }

  async #ask(request: () => Promise<Contact>): Promise<void> {
    try {
      const contact = await request();
      this.#stage.record({ type: 'seen', gatewayId: this.id, sight: sightOf(contact), pushed: false });
      this.#see(contact, false);
    } catch (error) {
      this.#count(error);
    }
  }

  #forget(contactId: string): void {
    clearTimeout(this.#callerById.get(contactId)?.timer);
    this.#callerById.delete(contactId);
  }

  #count(error: unknown): void {
    if (error instanceof CordboardError) this.#stage.measures.refused(error.reason);
    else this.#stage.measures.unanswered();
  }
}
