// The metrics of one router: listens to committed events, and when somebody scrapes adds what engine and edge say of the present.
//
// Invariants: 1. one way: nothing here changes anything, or is read by anything but a scrape. 2. an event costs a few additions; all else is
// done by who asks. 3. every queue of the policy has all of its series from the first scrape on, at 0 if nothing happened.

import type { Subscription } from 'rxjs';
import type { Role } from '../core/commands.ts';
import { type RefusalReason, refusalReasons } from '../core/refusal.ts';
import type { EngineGauges, EnginePort } from '../engine/port.ts';
import type { LabelName } from './catalogue.ts';
import { EventCounts } from './event-counts.ts';
import { Exposition, type RenderedMetrics, type SeriesByMetric } from './exposition.ts';
import { type Labels, type Series, sampleOf } from './series.ts';

/** What the edge counts. */
export interface EdgeCounts {
  readonly connectionsByRole: Readonly<Record<Role, number>>;
  readonly slowConsumerCount: number;
  readonly rejectionsByReason: ReadonlyMap<RefusalReason, number>;
}

export interface MetricsOptions {
  readonly port: Pick<EnginePort, 'committed$' | 'gauges'>;
  /** Undefined while there is no edge yet, since the edge needs the metrics to be made. */
  readonly edgeCounts: () => EdgeCounts | undefined;
}

const REASONS = Object.keys(refusalReasons) as readonly RefusalReason[];
const NO_EDGE: EdgeCounts = {
  connectionsByRole: { gateway: 0, agent: 0, supervisor: 0, admin: 0 },
  slowConsumerCount: 0,
  rejectionsByReason: new Map(),
};

export class Metrics {
  readonly #options: MetricsOptions;
  readonly #counts = new EventCounts();
  readonly #exposition = new Exposition();
  readonly #subscription: Subscription;

  /** Counts what is committed from now on. */
  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#subscription = options.port.committed$.subscribe((batch) => this.#counts.count(batch));
  }

  /** Everything as Prometheus text; takes as many turns of the event loop as it needs. */
  render(): Promise<RenderedMetrics> {
    return this.#exposition.render(() => this.#series());
  }

  /** Stops counting. */
  close(): void {
    this.#subscription.unsubscribe();
  }

  #series(): SeriesByMetric {
    const gauges = this.#options.port.gauges();
    for (const { name } of gauges.queues) this.#counts.contacts.queue(name);
    return {
      ...eventSeries(this.#counts),
      ...stateSeries(gauges),
      ...edgeSeries(this.#options.edgeCounts() ?? NO_EDGE),
    };
  }
}

type EdgeMetric = 'cordboard_connections' | 'cordboard_rejections_total' | 'cordboard_slow_consumers_total';
type StateMetric =
  | 'cordboard_contacts_waiting'
  | 'cordboard_oldest_wait_seconds'
  | 'cordboard_queue_gate_shut'
  | 'cordboard_contacts_scheduled'
  | 'cordboard_queue_open'
  | 'cordboard_estimated_wait_seconds'
  | 'cordboard_agents'
  | 'cordboard_agent_load_ratio'
  | 'cordboard_clock_gap_seconds'
  | 'cordboard_past_explanations_total'
  | 'cordboard_past_explanation_seconds_total'
  | 'cordboard_customers';

function eventSeries(counts: EventCounts): Omit<SeriesByMetric, EdgeMetric | StateMetric> {
  const { contacts } = counts;
  return {
    cordboard_contacts_submitted_total: () => each(contacts.contacts, ({ submitted }) => [submitted]),
    cordboard_contacts_closed_total: () => each(contacts.contacts, ({ closed }) => Object.values(closed)),
    cordboard_offers_total: () => each(contacts.queues, ({ offers }) => Object.values(offers)),
    cordboard_relaxations_total: () => each(contacts.queues, ({ relaxations }) => [relaxations]),
    cordboard_overflows_total: () => each(contacts.queues, ({ overflows }) => [overflows]),
    cordboard_callbacks_total: () => each(contacts.queues, ({ callbacks }) => [callbacks]),
    cordboard_attempts_failed_total: () => each(contacts.queues, ({ attemptsFailed }) => [attemptsFailed]),
    cordboard_pulls_total: () => each(contacts.queues, ({ pulls }) => [pulls]),
    cordboard_assigns_total: () => each(contacts.queues, ({ assigns }) => [assigns]),
    cordboard_declines_total: () => counts.declines,
    cordboard_self_service_total: () => each(contacts.queues, ({ selfService }) => Object.values(selfService)),
    cordboard_speed_of_answer_seconds: () => each(contacts.queues, ({ speedOfAnswer }) => [speedOfAnswer]),
    cordboard_handle_time_seconds: () => each(contacts.queues, ({ handleTime }) => [handleTime]),
    cordboard_service_level_answers_total: () => each(contacts.answers, ({ within, later }) => [within, later]),
    cordboard_transfers_total: () => each(contacts.queues, ({ transfers }) => Object.values(transfers)),
    cordboard_requeues_total: () => each(contacts.queues, ({ requeues }) => Object.values(requeues)),
    cordboard_submit_to_offer_seconds: () => [counts.submitToOffer],
    cordboard_decision_seconds: () => [counts.decision],
    cordboard_journal_commit_seconds: () => [counts.journalCommit],
    cordboard_journal_events_total: () => [counts.journalEvents],
  };
}

function stateSeries(gauges: EngineGauges): Pick<SeriesByMetric, StateMetric> {
  const { queues, agentsByPresence, agentLoadRatio, clockGapSeconds, customerCount, past } = gauges;
  return {
    cordboard_contacts_waiting: () => queues.map(({ name, waiting }) => readout({ queue: name }, waiting)),
    cordboard_oldest_wait_seconds: () =>
      queues.map(({ name, oldestWaitMs }) => readout({ queue: name }, oldestWaitMs / 1e3)),
    cordboard_queue_gate_shut: () => queues.map(({ name, gate }) => readout({ queue: name }, gate === '' ? 0 : 1)),
    cordboard_contacts_scheduled: () => queues.map(({ name, scheduled }) => readout({ queue: name }, scheduled)),
    cordboard_queue_open: () => queues.map(({ name, open }) => readout({ queue: name }, open ? 1 : 0)),
    cordboard_estimated_wait_seconds: () =>
      queues.flatMap(({ name, estimatedWaitMs }) =>
        estimatedWaitMs === undefined ? [] : [readout({ queue: name }, estimatedWaitMs / 1e3)],
      ),
    cordboard_agents: () => readouts('presence', Object.entries(agentsByPresence)),
    cordboard_agent_load_ratio: () => [readout({}, agentLoadRatio)],
    cordboard_clock_gap_seconds: () => [readout({}, clockGapSeconds)],
    cordboard_past_explanations_total: () => [readout({}, past.count)],
    cordboard_past_explanation_seconds_total: () => [readout({}, past.seconds)],
    cordboard_customers: () => [readout({}, customerCount)],
  };
}

function edgeSeries(counts: EdgeCounts): Pick<SeriesByMetric, EdgeMetric> {
  const { connectionsByRole, rejectionsByReason, slowConsumerCount } = counts;
  return {
    cordboard_connections: () => readouts('role', Object.entries(connectionsByRole)),
    cordboard_rejections_total: () =>
      readouts(
        'reason',
        REASONS.map((reason) => [reason, rejectionsByReason.get(reason) ?? 0]),
      ),
    cordboard_slow_consumers_total: () => [readout({}, slowConsumerCount)],
  };
}

/** A value of now. */
function readout(labels: Labels, value: number): Series {
  return { samples: () => [sampleOf(labels, value)] };
}

function readouts(label: LabelName, values: readonly (readonly [name: string, value: number])[]): Series[] {
  return values.map(([name, value]) => readout({ [label]: name }, value));
}

/** The series of each item, read as they are asked for: items that come up meanwhile are among them. */
function* each<T>(items: readonly T[], seriesOf: (item: T) => readonly Series[]): Generator<Series> {
  for (const item of items) yield* seriesOf(item);
}
