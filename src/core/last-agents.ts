// Who answered a customer, or within a journey, last: kept while some queue of the policy asks for it.
//
// Invariants: 1. at most REMEMBERED_MAX of each scope; the one whose answer lies furthest back goes first. 2. entries are in the order of their
// answers, and so are their records. 3. what the policy does not ask for is not kept.

import type { Contact } from './contact.ts';
import type { LastAgentScope, ResolvedPolicy } from './policy.ts';
import type { LastAgentRecord } from './state-records.ts';

const REMEMBERED_MAX = 100_000;

/** An agent, and when it answered. */
interface LastAnswer {
  readonly agentId: string;
  readonly at: number;
}

const SCOPES = ['customer', 'journey'] as const satisfies readonly LastAgentScope[];
const NAMES = { customer: 'CUSTOMER', journey: 'JOURNEY' } as const;

export class LastAgents {
  readonly #byScope = new Map<LastAgentScope, Map<string, LastAnswer>>();

  /** What is remembered under the policy; undefined: nothing. */
  static under(policy: ResolvedPolicy, before: LastAgents | undefined): LastAgents | undefined {
    const scopes = SCOPES.filter((scope) => policy.queues.some(({ lastAgent }) => lastAgent === scope));
    if (scopes.length === 0) return undefined;
    const present = before === undefined ? new Map<LastAgentScope, Map<string, LastAnswer>>() : before.#byScope;
    const kept = new LastAgents();
    for (const scope of scopes) kept.#byScope.set(scope, present.get(scope) ?? new Map());
    return kept;
  }

  /** The agent has answered the contact. */
  answered({ customerId, journeyId }: Contact, agentId: string, at: number): void {
    this.#remember('customer', customerId, agentId, at);
    this.#remember('journey', journeyId, agentId, at);
  }

  /** Who answered last, at `sinceAt` or later. */
  find(scope: LastAgentScope, id: string, sinceAt: number): string | undefined {
    const last = this.#byScope.get(scope)?.get(id);
    return last === undefined || last.at < sinceAt ? undefined : last.agentId;
  }

  *records(): Generator<LastAgentRecord> {
    for (const scope of SCOPES) {
      for (const [id, { agentId, at }] of this.#byScope.get(scope) ?? []) {
        yield { kind: 'lastAgent', scope: NAMES[scope], id, agentId, at };
      }
    }
  }

  restore({ scope, id, agentId, at }: LastAgentRecord): void {
    this.#remember(scope === 'CUSTOMER' ? 'customer' : 'journey', id, agentId, at);
  }

  #remember(scope: LastAgentScope, id: string, agentId: string, at: number): void {
    const answers = this.#byScope.get(scope);
    if (answers === undefined || id === '') return;
    answers.delete(id);
    answers.set(id, { agentId, at });
    if (answers.size <= REMEMBERED_MAX) return;
    const [oldest] = answers.keys();
    if (oldest !== undefined) answers.delete(oldest);
  }
}
