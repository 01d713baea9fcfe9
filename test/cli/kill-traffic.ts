// Traffic for the kill test: one gateway that submits without pause, agents that accept and complete, and a record of all they were told.
// Everything in the record was seen at a socket; nothing is assumed.

import type { Prng } from '../../src/lib/prng.ts';
import { RawClient, type RawContact, type RawOffer, type RawPush, type RawReply } from './raw-client.ts';
import type { RouterProcess } from './router-process.ts';

const IN_FLIGHT = 24;
const WAITING_WANTED = 40;

interface Tokens {
  readonly gateway: string;
  readonly admin: string;
  readonly agents: readonly string[];
}

interface AgentState {
  readonly id: string;
  client: RawClient | undefined;
  /** The contact of which the agent was told that it has it. */
  holds: string;
  /** Asked to complete, answer not seen. */
  completing: boolean;
}

export class KillTraffic {
  readonly #tokens: Tokens;
  readonly #random: Prng;
  readonly #agents: AgentState[];
  #gateway: RawClient | undefined;
  #submittedCount = 0;
  #isOn = false;
  #loops: Promise<void>[] = [];
  readonly #unanswered = new Set<string>();
  readonly #accepting = new Set<string>();
  readonly acknowledged = new Set<string>();
  /** Contact by the seq that a reply or push about it carried; '' when it was about none. */
  readonly seenBySeq = new Map<number, string>();
  newestSeq = 0;

  constructor(tokens: Tokens, random: Prng) {
    this.#tokens = tokens;
    this.#random = random;
    this.#agents = tokens.agents.map((_, index) => ({
      id: `agent-${index}`,
      client: undefined,
      holds: '',
      completing: false,
    }));
  }

  /** Connects everybody, compares what the router says with what was told before, and lets traffic run. Answers the faults found. */
  async begin(router: RouterProcess): Promise<string[]> {
    const faults: string[] = [];
    this.#isOn = true;
    this.#gateway = await RawClient.open(router.socketUrl, this.#tokens.gateway, (push) => this.#seen(push.seq, ''));
    faults.push(...(await this.#checkLine()));
    for (const [index, agent] of this.#agents.entries()) {
      await this.#putAgent(router, agent.id);
      faults.push(...(await this.#connect(router, agent, this.#tokens.agents[index] ?? '')));
    }
    for (let lane = 0; lane < IN_FLIGHT; lane++) this.#loops.push(this.#submitLoop());
    return faults;
  }

  /** Submits so many at once; answers how many never got an answer. */
  async burst(count: number): Promise<number> {
    const gateway = this.#gateway;
    if (gateway === undefined) return 0;
    const answers = Array.from({ length: count }, () => this.#submit(gateway, `c-${++this.#submittedCount}`));
    return (await Promise.all(answers)).filter((answered) => !answered).length;
  }

  /** The router is gone: every connection ends, every loop too. */
  async cut(): Promise<void> {
    this.#isOn = false;
    await Promise.all([this.#gateway?.closed, ...this.#agents.map((agent) => agent.client?.closed)]);
    await Promise.all(this.#loops.splice(0));
  }

  /** Submits nothing new, lets agents finish; answers acknowledged contacts that are not closed then. */
  async finish(): Promise<string[]> {
    this.#isOn = false;
    await Promise.all(this.#loops.splice(0));
    for (;;) {
      const reply = await this.#gateway?.ask('list', { open: true, limit: 1000 });
      const contacts = (reply?.ok?.contacts ?? []) as readonly RawContact[];
      if (contacts.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const open: string[] = [];
    for (const id of this.acknowledged) {
      const state = (await this.#gateway?.ask('get', { contactId: id }))?.ok?.contact?.state;
      if (state !== 'COMPLETED' && state !== 'ABANDONED') open.push(`${id} is ${state}`);
    }
    this.#gateway?.close();
    for (const agent of this.#agents) agent.client?.close();
    return open;
  }

  #seen(seq: number, contactId: string): void {
    this.newestSeq = Math.max(this.newestSeq, seq);
    if (contactId !== '' || !this.seenBySeq.has(seq)) this.seenBySeq.set(seq, contactId);
  }

  /** All acknowledged contacts that are open stand in the order in which they were submitted. */
  async #checkLine(): Promise<string[]> {
    const listed: RawContact[] = [];
    let afterId = '';
    do {
      const reply = await this.#gateway?.ask('list', { open: true, afterId, limit: 1000 });
      listed.push(...((reply?.ok?.contacts ?? []) as readonly RawContact[]));
      afterId = (reply?.ok?.next as string | undefined) ?? '';
    } while (afterId !== '');
    const queued = listed.filter(({ id, state }) => state === 'QUEUED' && this.acknowledged.has(id));
    const faults: string[] = [];
    let last = 0;
    for (const { id } of queued.slice(0, 30)) {
      const position = (await this.#gateway?.ask('get', { contactId: id }))?.ok?.contact?.position ?? 0;
      if (position <= last) faults.push(`${id} is at position ${position}, behind one at ${last}`);
      last = position;
    }
    return faults;
  }

  async #putAgent(router: RouterProcess, id: string): Promise<void> {
    const response = await fetch(`${router.httpUrl}/v1/agents/${id}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.#tokens.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id }),
    });
    if (!response.ok) throw new Error(`PUT agent: ${response.status} ${await response.text()}`);
  }

  async #connect(router: RouterProcess, agent: AgentState, token: string): Promise<string[]> {
    const welcomed = Promise.withResolvers<NonNullable<RawPush['welcome']>>();
    const client = await RawClient.open(router.socketUrl, token, (push) => {
      this.#seen(push.seq, push.offer?.contact.id ?? push.contact?.id ?? '');
      if (push.welcome !== undefined) welcomed.resolve(push.welcome);
      if (push.offer !== undefined) void this.#work(agent, client, push.offer);
    });
    agent.client = client;
    const welcome = await welcomed.promise;
    const faults = this.#checkWelcome(agent, welcome.contacts ?? []);
    const [has] = welcome.contacts ?? [];
    agent.holds = has?.id ?? '';
    await client.ask('setPresence', { presence: 'AVAILABLE' });
    if (agent.holds !== '') void this.#complete(agent, client, agent.holds);
    for (const offer of welcome.offers ?? []) void this.#work(agent, client, offer);
    return faults;
  }

  /** An agent that was told that it has a contact, and did not ask to complete it, still has it. */
  #checkWelcome(agent: AgentState, contacts: readonly RawContact[]): string[] {
    const faults = contacts.length > 1 ? [`${agent.id} has ${contacts.length} contacts`] : [];
    const has = contacts.some(({ id }) => id === agent.holds);
    if (agent.holds !== '' && !agent.completing && !has) faults.push(`${agent.id} has lost ${agent.holds}`);
    agent.completing = false;
    return faults;
  }

  async #work(agent: AgentState, client: RawClient, offer: RawOffer): Promise<void> {
    this.#accepting.add(offer.contact.id);
    const reply = await client.ask('accept', { offerId: offer.id });
    this.#accepting.delete(offer.contact.id);
    if (reply?.ok === undefined) return;
    this.#note(reply);
    agent.holds = offer.contact.id;
    await new Promise((resolve) => setTimeout(resolve, this.#random.below(12)));
    await this.#complete(agent, client, offer.contact.id);
  }

  async #complete(agent: AgentState, client: RawClient, contactId: string): Promise<void> {
    agent.completing = true;
    const reply = await client.ask('complete', { contactId });
    if (reply?.ok === undefined) return;
    this.#note(reply);
    agent.completing = false;
    if (agent.holds === contactId) agent.holds = '';
  }

  async #submitLoop(): Promise<void> {
    const gateway = this.#gateway;
    while (this.#isOn && gateway !== undefined) {
      const [again] = this.#unanswered;
      const isRetry = again !== undefined && this.#random.below(2) === 0;
      const id = isRetry ? again : `c-${++this.#submittedCount}`;
      this.#unanswered.delete(id);
      if (!(await this.#submit(gateway, id))) return;
      if (this.#submittedCount % WAITING_WANTED === 0) {
        const left = await gateway.ask('cancel', { contactId: id, cause: 'ABANDONED' });
        if (left !== undefined) this.#note(left);
      }
      await new Promise((resolve) => setTimeout(resolve, 20 + this.#random.below(60)));
    }
  }

  async #submit(gateway: RawClient, id: string): Promise<boolean> {
    const reply = await gateway.ask('submit', { contact: { id, channel: 'voice' } });
    if (reply === undefined) {
      this.#unanswered.add(id);
      return false;
    }
    this.#note(reply);
    if (reply.ok !== undefined) this.acknowledged.add(id);
    return true;
  }

  #note(reply: RawReply): void {
    this.#seen(reply.seq, '');
  }
}
