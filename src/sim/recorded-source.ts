// Recorded contacts as arrivals: one source for each queue that they were recorded in, whatever queue the policy that is tried puts them into, so that
// figures before and after are about the same contacts.
//
// 1. A contact that named its queue keeps it; for the others the policy that is tried chooses, by the facts of the submit. 2. What the policy cannot
// take (a channel, segment or queue that it does not have) is a fault and not a contact less.

import type { ResolvedPolicy } from '../core/policy.ts';
import { compileMatch } from '../core/queue-match.ts';
import { joinRequirements } from '../core/requirement.ts';
import type { Arrival, ArrivalSource } from './arrival.ts';
import type { DrawnContact } from './recorded-draws.ts';
import type { RecordedContact } from './recording.ts';

/** Who stands for a recorded agent in the world: several, if it changed in between. */
export type NamesOfAgent = (agentId: string) => readonly string[];

export type RecordedSources = { readonly sources: readonly ArrivalSource[] } | { readonly faults: readonly string[] };

/** Preferred agents of a contact at most (LIM1). */
const PREFERRED_MAX = 32;

/** The arrivals under a policy, instants counted from `startAt`; or why the policy cannot take them. */
export function recordedSources(
  contacts: readonly DrawnContact[],
  startAt: number,
  policy: ResolvedPolicy,
  namesOf: NamesOfAgent,
): RecordedSources {
  const placing = new Placing(policy);
  const arrivals = new Map<string, Arrival[]>();
  for (const drawn of contacts) {
    const { contact } = drawn;
    const queue = placing.queueOf(contact);
    if (queue === undefined) continue;
    let ofQueue = arrivals.get(contact.queue);
    if (ofQueue === undefined) {
      ofQueue = [];
      arrivals.set(contact.queue, ofQueue);
    }
    const preferredAgents = contact.template.preferredAgents.flatMap(namesOf).slice(0, PREFERRED_MAX);
    ofQueue.push({
      atMs: contact.submittedAt - startAt,
      contact: { ...contact.template, queue, preferredAgents },
      ...placing.handlingOf(drawn),
      patienceMs: drawn.patienceMs,
      recordedId: drawn.name,
    });
  }
  const faults = placing.faults();
  if (faults.length > 0) return { faults };
  const names = [...arrivals.keys()].sort();
  return { sources: names.map((name) => new RecordedSource(name, arrivals.get(name) ?? [])) };
}

/** A list of arrivals, in their order. */
export class RecordedSource implements ArrivalSource {
  readonly name: string;
  readonly #arrivals: readonly Arrival[];
  #next = 0;

  constructor(name: string, arrivals: readonly Arrival[]) {
    this.name = name;
    this.#arrivals = arrivals;
  }

  next(): Arrival | undefined {
    return this.#arrivals[this.#next++];
  }
}

/** Finds contacts their queue, and gathers what stands against it. */
class Placing {
  readonly #policy: ResolvedPolicy;
  readonly #queues: readonly {
    readonly name: string;
    readonly matches: ReturnType<typeof compileMatch>;
    readonly requires: ResolvedPolicy['queues'][number]['requires'];
  }[];
  readonly #countByFault = new Map<string, number>();

  constructor(policy: ResolvedPolicy) {
    this.#policy = policy;
    this.#queues = policy.queues.map(({ name, when, requires }) => ({ name, matches: compileMatch(when), requires }));
  }

  /** The queue that takes the contact; undefined: none, and a fault is noted. */
  queueOf(contact: RecordedContact): string | undefined {
    const { template, gatewayId, customerId } = contact;
    const { channel, segment, intent, language, direction } = template;
    if (!Object.hasOwn(this.#policy.channels, channel)) return this.#fault(`no channel ${channel}`);
    if (!Object.hasOwn(this.#policy.segments, segment)) return this.#fault(`no segment ${segment}`);
    const facts = { channel, intent, language, segment, direction, gatewayId, customerId };
    const named = template.queue;
    const queue = this.#queues.find(({ name, matches }) => (named === '' ? matches(facts) : name === named));
    if (queue === undefined) return this.#fault(named === '' ? 'no queue that takes them' : `no queue ${named}`);
    const ofSegment = this.#policy.segments[segment]?.requires ?? [];
    const required = joinRequirements(queue.requires, ofSegment);
    if (required === undefined || joinRequirements(required, template.requires) === undefined) {
      return this.#fault(`a queue ${queue.name} whose requirement, joined with theirs, is too large`);
    }
    return queue.name;
  }

  /** Conversation and wrap-up, as far as the channel lets them last. */
  handlingOf({ contact, handleMs, wrapUpMs }: DrawnContact): Pick<Arrival, 'handleMs' | 'wrapUpMs'> {
    const { channels } = this.#policy;
    const channel = Object.hasOwn(channels, contact.template.channel) ? channels[contact.template.channel] : undefined;
    if (channel === undefined) return { handleMs, wrapUpMs };
    // A conversation that is cut and begins anew each time would never end.
    const isCut = channel.assigned.then === 'requeue' && handleMs >= channel.assigned.maxMs;
    return {
      handleMs: isCut ? channel.assigned.maxMs - 1 : handleMs,
      wrapUpMs: Math.min(wrapUpMs, channel.wrapUpMs),
    };
  }

  /** One line for each reason, with the number of contacts. */
  faults(): readonly string[] {
    return [...this.#countByFault].map(
      ([what, count]) =>
        `the policy has ${what}: ${count} recorded contact${count === 1 ? '' : 's'} could not be submitted`,
    );
  }

  #fault(what: string): undefined {
    this.#countByFault.set(what, (this.#countByFault.get(what) ?? 0) + 1);
    return undefined;
  }
}
