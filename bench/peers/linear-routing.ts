/**
 * What small skill routers do: lists in memory. Every arrival scans all agents for one who has the skill and is free, longest idle first; every
 * agent who becomes free scans all waiting contacts for the most urgent, then the oldest. Nothing is durable.
 */
import type { OnPair, RoutedContact, Routing } from './small-router-process.ts';

interface ListedAgent {
  readonly id: string;
  readonly skills: ReadonlySet<string>;
  isFree: boolean;
  /** Counts up: who became free later has more. */
  freeSince: number;
}

export class LinearRouting implements Routing {
  readonly #onPair: OnPair;
  readonly #agents: ListedAgent[] = [];
  readonly #waiting: RoutedContact[] = [];
  #instant = 0;

  constructor(onPair: OnPair) {
    this.#onPair = onPair;
  }

  agentAvailable(agentId: string, skills: readonly string[]): void {
    if (this.#agents.some(({ id }) => id === agentId)) return;
    const agent = { id: agentId, skills: new Set(skills), isFree: true, freeSince: 0 };
    this.#agents.push(agent);
    this.#free(agent);
  }

  submitted(contact: RoutedContact): void {
    let best: ListedAgent | undefined;
    for (const agent of this.#agents) {
      if (!agent.isFree || !agent.skills.has(contact.queue)) continue;
      if (best === undefined || agent.freeSince < best.freeSince) best = agent;
    }
    if (best === undefined) this.#waiting.push(contact);
    else this.#pair(contact, best);
  }

  completed(_contactId: string, agentId: string): void {
    const agent = this.#agents.find(({ id }) => id === agentId);
    if (agent !== undefined) this.#free(agent);
  }

  close(): void {
    // It has nothing that stays.
  }

  #free(agent: ListedAgent): void {
    this.#instant += 1;
    agent.isFree = true;
    agent.freeSince = this.#instant;
    let best = -1;
    for (const [index, contact] of this.#waiting.entries()) {
      if (!agent.skills.has(contact.queue)) continue;
      // In order of arrival, so that among equals the first stays.
      if (contact.tier > (this.#waiting[best]?.tier ?? -1)) best = index;
    }
    const [contact] = best === -1 ? [] : this.#waiting.splice(best, 1);
    if (contact !== undefined) this.#pair(contact, agent);
  }

  #pair(contact: RoutedContact, agent: ListedAgent): void {
    agent.isFree = false;
    this.#onPair(contact, agent.id);
  }
}
