// A day of a router whose journal tests replay: a small driver of the core, apart from the simulator's world, that keeps every event as a router
// would. Customers, agents and their breaks come from a seed.

import type { Actor, Command, ContactDraft } from '../../src/core/commands.ts';
import { Core } from '../../src/core/core.ts';
import type { ChannelPolicy, QueuePolicy, ResolvedPolicy } from '../../src/core/policy.ts';
import type { Commit } from '../../src/journal/journal.ts';
import { Heap, type HeapItem } from '../../src/lib/heap.ts';
import { Prng } from '../../src/lib/prng.ts';
import { EventEncoder } from '../../src/wire/event-codec.ts';

export const ADMIN: Actor = { role: 'admin', id: 'root' };
export const GATEWAY: Actor = { role: 'gateway', id: 'gw' };
/** 2027-01-15T08:00:00Z, at the hour. */
export const DAY_AT = 1_800_000_000_000;
export const HOUR_MS = 3_600_000;
const COMMIT_EVENTS = 100;

export const VOICE: ChannelPolicy = {
  cost: 100,
  limit: 1,
  offerTimeoutMs: 20_000,
  wrapUpMs: 60_000,
  assigned: { maxMs: 28_800_000, agentLostMs: 300_000, then: 'requeue' },
  gatewayLost: { afterMs: 300_000, then: 'keep' },
};

export function queue(name: string, more: Partial<QueuePolicy> = {}): QueuePolicy {
  return {
    name,
    requires: [],
    serviceLevel: { withinMs: 20_000, target: 0.8 },
    clockRate: 1,
    headStartMs: 0,
    limits: { waiting: 50_000, waitMs: 604_800_000 },
    ...more,
  };
}

/** First come first served, to the agent idle longest. */
export function policyOf(queues: readonly QueuePolicy[], more: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  return {
    channels: { voice: VOICE },
    segments: { default: { headStartMs: 0, clockRate: 1 }, gold: { headStartMs: 0, clockRate: 1 } },
    value: { scale: 1000, headStartMs: 0 },
    queues,
    fit: { perLevelMs: 0, affinityMs: 0, breadthMs: 0 },
    readiness: { idleRate: 1000, idleCapMs: 600_000, loadMs: 0 },
    presence: { graceMs: 10_000, missesBeforeBusy: 1, declineCoolDownMs: 30_000 },
    forgetMs: 3_600_000,
    agents: {},
    ...more,
  };
}

export function draft(id: string, more: Partial<ContactDraft> = {}): ContactDraft {
  return {
    id,
    channel: 'voice',
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
    attributes: '',
    version: 0,
    ...more,
  };
}

export function agentActor(id: string): Actor {
  return { role: 'agent', id };
}

/** The core with its journal: every event of every step is kept. */
export class Recorder {
  readonly core = new Core();
  readonly commits: Commit[] = [];
  readonly #encoder = new EventEncoder();
  #firstSeq = 1;
  #at = 0;

  /** Does the command at the instant; deadlines before it fire when they are due. Throws on a refusal. */
  do(at: number, command: Command): void {
    for (let due = this.core.nextDeadline(); due < at; due = this.core.nextDeadline())
      this.#step(due, { type: 'tick' });
    this.#step(at, command);
  }

  /** What was not committed yet is. */
  flush(): void {
    if (this.#encoder.count === 0) return;
    const count = this.#encoder.count;
    this.commits.push({ firstSeq: this.#firstSeq, count, at: this.#at, events: this.#encoder.finish() });
    this.#firstSeq += count;
  }

  /** The agent is put, comes and is AVAILABLE. */
  signIn(at: number, id: string, skills: Readonly<Record<string, number>>): void {
    const agent = { id, name: '', skills, capacity: 100, limits: {}, version: 0 };
    this.do(at, { type: 'putAgent', actor: ADMIN, agent });
    this.do(at, { type: 'openSession', actor: agentActor(id), sessionId: `s-${id}` });
    this.presence(at, id, 'AVAILABLE');
  }

  presence(at: number, id: string, presence: 'AVAILABLE' | 'BUSY' | 'OFFLINE'): void {
    this.do(at, { type: 'setPresence', actor: agentActor(id), agentId: id, presence, reason: '', channels: [] });
  }

  setPolicy(at: number, policy: ResolvedPolicy): void {
    this.do(at, { type: 'setPolicy', actor: ADMIN, policy, source: '', fileHash: '' });
  }

  #step(at: number, command: Command): void {
    const { outcome, events } = this.core.step(command, at);
    if ('error' in outcome) throw new Error(`${command.type} is refused: ${outcome.error.message}`);
    for (const event of events) this.#encoder.add(at, event);
    this.#at = at;
    if (this.#encoder.count >= COMMIT_EVENTS) this.flush();
  }
}

/** One kind of customers of the day. */
export interface DayTraffic {
  readonly draft: Partial<ContactDraft>;
  readonly meanIntervalMs: number;
  readonly meanHandleMs: number;
  readonly wrapUpMs: number;
  /** Infinity: they never leave. */
  readonly meanPatienceMs: number;
}

export interface DayPlan {
  readonly seed: number;
  readonly policy: ResolvedPolicy;
  readonly hours: number;
  readonly traffics: readonly DayTraffic[];
  /** Skills by agent. */
  readonly agents: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** From offer to accept. */
  readonly acceptAfterMs: number | ((agentId: string) => number);
  /** Every agent takes a break so long, once in so long. */
  readonly breaks?: { readonly everyMs: number; readonly lastMs: number };
}

/** Plays the day. The handle time that each contact was given is beside its id. */
export function playDay(plan: DayPlan): {
  readonly recorder: Recorder;
  readonly handleMsById: ReadonlyMap<string, number>;
} {
  const day = new Day(plan);
  day.play();
  return { recorder: day.recorder, handleMsById: day.handleMsById };
}

class Day {
  readonly recorder = new Recorder();
  readonly handleMsById = new Map<string, number>();
  readonly #plan: DayPlan;
  readonly #prng: Prng;
  readonly #wrapUpMsById = new Map<string, number>();
  readonly #planned = new Heap(isBefore);
  readonly #waiting = new Set<string>();
  /** Offers that somebody is about to answer, by seq. */
  readonly #answering = new Set<number>();
  #ordinal = 0;
  #now = DAY_AT;

  constructor(plan: DayPlan) {
    this.#plan = plan;
    this.#prng = new Prng(plan.seed);
  }

  play(): void {
    const { policy, agents, hours, traffics } = this.#plan;
    this.recorder.setPolicy(DAY_AT, policy);
    let index = 0;
    for (const [id, skills] of Object.entries(agents)) {
      this.recorder.signIn(DAY_AT, id, skills);
      this.#planBreaks(id, index++ / Object.keys(agents).length);
    }
    for (const [number, traffic] of traffics.entries()) this.#planArrivals(number, traffic);
    const endAt = DAY_AT + hours * HOUR_MS;
    for (let next = this.#next(); next !== undefined && next.at <= endAt; next = this.#next()) {
      this.#now = next.at;
      next.does();
    }
    this.recorder.flush();
  }

  #do(command: Command): void {
    const before = this.recorder.core.seq;
    this.recorder.do(this.#now, command);
    if (this.recorder.core.seq === before) return;
    // Offers are found in the state: few agents, so a look at all of them costs little.
    for (const agent of this.recorder.core.state.agents.values()) {
      for (const contact of agent.held) {
        if (contact.phase.state !== 'OFFERED' || this.#answering.has(contact.phase.offer.seq)) continue;
        const { seq } = contact.phase.offer;
        this.#answering.add(seq);
        const { id } = contact;
        const { acceptAfterMs } = this.#plan;
        const afterMs = typeof acceptAfterMs === 'number' ? acceptAfterMs : acceptAfterMs(agent.id);
        this.#later(this.#now + afterMs, () => this.#accept(agent.id, id, seq));
      }
    }
  }

  #accept(agentId: string, contactId: string, offerSeq: number): void {
    const contact = this.recorder.core.state.known.get(contactId)?.contact;
    if (contact?.phase.state !== 'OFFERED' || contact.phase.offer.seq !== offerSeq) return;
    this.#waiting.delete(contactId);
    this.#do({ type: 'accept', actor: agentActor(agentId), offerId: `o${offerSeq}` });
    const handleMs = this.handleMsById.get(contactId) ?? 0;
    const wrapUpMs = this.#wrapUpMsById.get(contactId) ?? 0;
    this.#later(this.#now + handleMs, () => {
      this.#do({ type: 'end', actor: agentActor(agentId), contactId, version: 0 });
      this.#later(this.#now + wrapUpMs, () =>
        this.#do({ type: 'complete', actor: agentActor(agentId), contactId, version: 0 }),
      );
    });
  }

  #planArrivals(number: number, traffic: DayTraffic): void {
    const prng = this.#prng;
    let at = DAY_AT;
    const endAt = DAY_AT + this.#plan.hours * HOUR_MS;
    for (let count = 1; ; count++) {
      at += Math.round(prng.exponential(traffic.meanIntervalMs));
      if (at > endAt) return;
      const id = `${number}-${count}`;
      this.handleMsById.set(id, 1 + Math.round(prng.exponential(traffic.meanHandleMs)));
      this.#wrapUpMsById.set(id, traffic.wrapUpMs);
      const patienceMs = Math.round(prng.exponential(1) * traffic.meanPatienceMs);
      this.#later(at, () => {
        this.#waiting.add(id);
        this.#do({ type: 'submit', actor: GATEWAY, contact: draft(id, traffic.draft) });
      });
      if (Number.isFinite(patienceMs)) this.#later(at + patienceMs, () => this.#leave(id));
    }
  }

  #leave(contactId: string): void {
    if (!this.#waiting.delete(contactId)) return;
    this.#do({ type: 'cancel', actor: GATEWAY, contactId, cause: 'ABANDONED', version: 0 });
  }

  #planBreaks(id: string, share: number): void {
    const { breaks, hours } = this.#plan;
    if (breaks === undefined) return;
    const endAt = DAY_AT + hours * HOUR_MS;
    for (let at = DAY_AT + Math.round(share * breaks.everyMs); at < endAt; at += breaks.everyMs) {
      this.#later(at, () => {
        this.recorder.presence(this.#now, id, 'BUSY');
      });
      this.#later(at + breaks.lastMs, () => {
        this.#do({
          type: 'setPresence',
          actor: agentActor(id),
          agentId: id,
          presence: 'AVAILABLE',
          reason: '',
          channels: [],
        });
      });
    }
  }

  #later(at: number, does: () => void): void {
    this.#planned.push({ at, ordinal: this.#ordinal++, does, heapIndex: -1 });
  }

  #next(): Planned | undefined {
    const next = this.#planned.peek();
    if (next !== undefined) this.#planned.remove(next);
    return next;
  }
}

interface Planned extends HeapItem {
  readonly at: number;
  readonly ordinal: number;
  readonly does: () => void;
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.ordinal < other.ordinal);
}
