// The demo's agents in the router's directory, by HTTP as an administrator would put them there.
//
// 1. A few requests at a time. 2. Taking them out at the end is a courtesy: what fails is left.

import type { AgentProfile } from './demo-scenario.ts';

const AT_ONCE = 16;

/** The directory of the router at an address, with an admin token. */
export class DemoDirectory {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, adminToken: string) {
    this.#url = url;
    this.#headers = { authorization: `Bearer ${adminToken}` };
  }

  /** Puts the agents in. Throws with the router's own words if it refuses one. */
  async put(profiles: readonly AgentProfile[]): Promise<void> {
    await eachOf(profiles, async (profile) => {
      const response = await fetch(this.#urlOf(profile), {
        method: 'PUT',
        headers: { ...this.#headers, 'content-type': 'application/json' },
        body: JSON.stringify(profile),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`PUT ${this.#urlOf(profile)} was answered ${response.status}: ${text}`);
    });
  }

  /** Takes the agents out again, those who have no work. */
  async remove(profiles: readonly AgentProfile[]): Promise<void> {
    await eachOf(profiles, async (profile) => {
      const response = await fetch(this.#urlOf(profile), { method: 'DELETE', headers: this.#headers });
      await response.arrayBuffer();
    });
  }

  #urlOf(profile: AgentProfile): string {
    return `${this.#url}/v1/agents/${encodeURIComponent(profile.id)}`;
  }
}

/** Does the work for each item, a few at a time. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const item of queue) await work(item);
  });
  await Promise.all(workers);
}
