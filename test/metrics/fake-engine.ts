// An engine's port for metrics: batches by hand, gauges set by hand. And short ways to write a batch.
import { Subject } from 'rxjs';
import type { CoreEvent } from '../../src/core/events.ts';
import type { CommittedBatch, CommittedStep, EngineGauges, EventSubject } from '../../src/engine/port.ts';
import { type EdgeCounts, Metrics } from '../../src/metrics/metrics.ts';
import { type Family, readExposition } from './exposition-text.ts';

export const AT = 1_800_000_000_000;

export class FakeEngine {
  readonly committed$ = new Subject<CommittedBatch>();
  gaugesCount = 0;
  state: EngineGauges = {
    durableSeq: 0,
    decidedSeq: 0,
    past: { count: 0, seconds: 0 },
    clockGapSeconds: 0,
    queues: [],
    agentsByPresence: { AVAILABLE: 0, BUSY: 0, DRAINING: 0, OFFLINE: 0 },
    agentLoadRatio: 0,
    customerCount: 0,
  };
  #seq = 0;

  gauges(): EngineGauges {
    this.gaugesCount++;
    return this.state;
  }

  /** Queues that are empty. */
  useQueues(...names: string[]): void {
    this.state = {
      ...this.state,
      queues: names.map((name) => ({
        name,
        waiting: 0,
        oldestWaitMs: 0,
        estimatedWaitMs: 0,
        gate: '',
        open: true,
        scheduled: 0,
      })),
    };
  }

  commit(
    steps: readonly CommittedStep[],
    times: { readonly commitMs?: number; readonly durableMs?: number } = {},
  ): void {
    const firstSeq = this.#seq + 1;
    this.#seq += steps.reduce((sum, { events }) => sum + events.length, 0);
    const { commitMs = 0, durableMs = 0 } = times;
    this.committed$.next({ firstSeq, lastSeq: this.#seq, steps, commitMs, durableMs });
  }

  /** One batch of one step. */
  happens(...happened: readonly Happened[]): void {
    this.commit([step(happened)]);
  }
}

export type Happened = readonly [event: CoreEvent, subject: EventSubject | undefined];

export function step(happened: readonly Happened[], more: Partial<CommittedStep> = {}): CommittedStep {
  return {
    firstSeq: 1,
    at: AT,
    events: happened.map(([event]) => event),
    subjects: happened.map(([, subject]) => subject),
    pushes: [],
    startedMs: 0,
    decisionUs: 0,
    ...more,
  };
}

export function subject(more: Partial<EventSubject> = {}): EventSubject {
  return {
    queue: 'billing',
    channel: 'voice',
    segment: 'default',
    submittedAt: AT,
    enqueuedAt: AT,
    assignedAt: 0,
    endedAt: 0,
    waitedMs: 0,
    withinMs: 20_000,
    isSelfServed: false,
    ...more,
  };
}

export function submitted(contactId: string, more: Partial<EventSubject> = {}): Happened {
  const of = subject(more);
  const event: CoreEvent = {
    type: 'contactSubmitted',
    contactId,
    gatewayId: 'gw',
    hash: '',
    channel: of.channel,
    direction: 'INBOUND',
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    requires: [],
    prefers: [],
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    attributes: '',
    queue: of.queue,
    segment: of.segment,
    requirement: [],
    clockRate: 1000,
    headStartUs: 0,
    waitUntil: AT,
  };
  return [event, of];
}

export function offered(contactId: string, more: Partial<EventSubject> = {}): Happened {
  const times = { expiresAt: AT, deadline: AT, cost: 100, urgencyUs: 0, fitUs: 0, readinessUs: 0, autoAccepted: false };
  const reasons = { runnersUp: [], idleUs: 0 };
  return [{ type: 'offerMade', contactId, agentId: 'ana', ...times, ...reasons }, subject(more)];
}

export function accepted(contactId: string, waitedMs: number, more: Partial<EventSubject> = {}): Happened {
  const event: CoreEvent = { type: 'offerAccepted', contactId, agentId: 'ana', assignedUntil: AT };
  return [event, subject({ waitedMs, assignedAt: AT, ...more })];
}

export function closed(
  contactId: string,
  state: Extract<CoreEvent, { readonly type: 'contactClosed' }>['state'],
  more: Partial<EventSubject> = {},
): Happened {
  return [{ type: 'contactClosed', contactId, state, cause: 'AGENT', endedNow: false }, subject(more)];
}

/** Metrics that count what the engine commits. */
export function metricsOf(engine: FakeEngine, edge?: EdgeCounts): Metrics {
  return new Metrics({ port: engine, edgeCounts: () => edge });
}

/** A scrape, read strictly. */
export class Scrape {
  readonly families: ReadonlyMap<string, Family>;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.families = readExposition(text);
  }

  static async of(metrics: Metrics): Promise<Scrape> {
    return new Scrape((await metrics.render()).text);
  }

  /** The router's own. */
  get own(): Family[] {
    return [...this.families.values()].filter(({ name }) => name.startsWith('cordboard_'));
  }

  /** Of the series with just these labels; undefined when there is none. `name` without the prefix. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const family = this.families.get(`cordboard_${name.replace(/_(bucket|sum|count)$/, '')}`);
    return family?.samples.find((sample) => sample.name === `cordboard_${name}` && isSame(sample.labels, labels))
      ?.value;
  }

  /** Samples other than 0 by their labels' values, as in `{ 'billing voice': 2 }`; without the lines of buckets. */
  counts(name: string): Record<string, number> {
    const samples = this.families.get(`cordboard_${name}`)?.samples ?? [];
    return Object.fromEntries(
      samples
        .filter((sample) => sample.value !== 0 && sample.name === `cordboard_${name}`)
        .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
    );
  }
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
