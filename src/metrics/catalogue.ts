// Every metric of the router in one table: name, kind, help, labels, buckets, and where its values come from. What is scraped, the
// document (docs/OPERATIONS.md) and the tests are made from it.
//
// Invariants: 1. base units: seconds, ratios, counts. 2. a label takes names of the policy or words of a closed list, never an id, so that
// the number of series is bounded by the policy. 3. names never change; metrics are only ever added.

export type MetricKind = 'counter' | 'gauge' | 'histogram';

/**
 * Where values come from: `events` are counted as they become durable, so counters start at 0 with the process; `state` is read from the
 * engine when somebody scrapes, so it is right at once after a restart; `edge` is what the edge counts.
 */
export type MetricSource = 'events' | 'state' | 'edge';

/** What each label may say. */
export const labelMeanings = {
  queue: 'a queue of the policy',
  channel: 'a channel of the policy',
  segment: 'a segment of the policy',
  state: 'how the contact ended: COMPLETED, ABANDONED, CANCELLED, EXPIRED',
  outcome:
    'how the offer ended: ACCEPTED, DECLINED, MISSED, REVOKED; or who had done with the contact: contained (an agent of the queue’s `first`), handed_over (to people)',
  within: 'whether the wait was within `serviceLevel.within` of the queue: true, false',
  presence: 'AVAILABLE, BUSY, DRAINING, OFFLINE',
  role: 'gateway, agent, supervisor, admin',
  reason:
    'rejections: a reason of the closed list of refusals (SPEC.md, "Refusals"); declines: a reason of `presence.declineReasons`, or `other`',
  to: 'what the contact was sent to, of several the narrowest: queue, requirement, agent; or handed over to: consult',
  cause: 'who put the contact back in line: AGENT, SUPERVISOR; or why: AGENT_LOST, TOO_LONG',
} as const;

export type LabelName = keyof typeof labelMeanings;

export interface CatalogueEntry {
  readonly kind: MetricKind;
  readonly help: string;
  readonly labels: readonly LabelName[];
  readonly source: MetricSource;
  /** Histograms: upper bounds in seconds, ascending; the last, +Inf, is understood. */
  readonly buckets?: readonly number[];
}

/** Waiting: from a bot's answer at once to a day of e-mail. */
const WAIT_BUCKETS = [0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400] as const;
/** Handling: from seconds of a bot to a shift. */
const HANDLE_BUCKETS = [1, 5, 10, 30, 60, 120, 180, 300, 600, 900, 1_800, 3_600, 7_200, 28_800] as const;
/** Decisions: from microseconds. */
const DECISION_BUCKETS = [
  0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 1,
] as const;
/** Commits, and what waits for one: from a tenth of a millisecond. */
const COMMIT_BUCKETS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
] as const;

export const catalogue = {
  cordboard_contacts_submitted_total: {
    kind: 'counter',
    help: 'Contacts taken for a queue, scheduled ones too. A repeated submit of the same contact does not count.',
    labels: ['queue', 'channel', 'segment'],
    source: 'events',
  },
  cordboard_contacts_closed_total: {
    kind: 'counter',
    help: 'Contacts that reached a terminal state.',
    labels: ['queue', 'channel', 'segment', 'state'],
    source: 'events',
  },
  cordboard_contacts_waiting: {
    kind: 'gauge',
    help: 'Contacts in line now, those offered to an agent not among them.',
    labels: ['queue'],
    source: 'state',
  },
  cordboard_oldest_wait_seconds: {
    kind: 'gauge',
    help: 'How long the contact that has waited longest in line has waited; 0 when the line is empty.',
    labels: ['queue'],
    source: 'state',
  },
  cordboard_queue_gate_shut: {
    kind: 'gauge',
    help: 'Whether something keeps the queue’s contacts from being offered now (a reserve, another queue’s service level, a pace): 1 or 0.',
    labels: ['queue'],
    source: 'state',
  },
  cordboard_contacts_scheduled: {
    kind: 'gauge',
    help: 'Contacts that are to enter the line of the queue later.',
    labels: ['queue'],
    source: 'state',
  },
  cordboard_queue_open: {
    kind: 'gauge',
    help: 'Whether the queue takes contacts now: 1, or 0 while it is closed by its calendar or by a person.',
    labels: ['queue'],
    source: 'state',
  },
  cordboard_estimated_wait_seconds: {
    kind: 'gauge',
    help: 'How long a contact that joined the queue now would wait for an answer, by what its line did lately; no series while too little is known.',
    labels: ['queue'],
    source: 'state',
  },
  cordboard_offers_total: {
    kind: 'counter',
    help: 'Offers that came to an end. A pending offer is not counted yet.',
    labels: ['queue', 'outcome'],
    source: 'events',
  },
  cordboard_relaxations_total: {
    kind: 'counter',
    help: 'Steps of `relax` that applied to contacts of the queue, those that lead to another queue not among them.',
    labels: ['queue'],
    source: 'events',
  },
  cordboard_callbacks_total: {
    kind: 'counter',
    help: 'Waiting customers who hung up to be called.',
    labels: ['queue'],
    source: 'events',
  },
  cordboard_attempts_failed_total: {
    kind: 'counter',
    help: 'Calls to customers who were not reached.',
    labels: ['queue'],
    source: 'events',
  },
  cordboard_overflows_total: {
    kind: 'counter',
    help: 'Contacts that a step of `relax` moved from this queue to another one.',
    labels: ['queue'],
    source: 'events',
  },
  cordboard_declines_total: {
    kind: 'counter',
    help: 'Offers that agents declined, by reason.',
    labels: ['reason'],
    source: 'events',
  },
  cordboard_pulls_total: {
    kind: 'counter',
    help: 'Contacts that an agent took out of the line by itself.',
    labels: ['queue'],
    source: 'events',
  },
  cordboard_assigns_total: {
    kind: 'counter',
    help: 'Contacts that a supervisor gave to an agent.',
    labels: ['queue'],
    source: 'events',
  },
  cordboard_self_service_total: {
    kind: 'counter',
    help: 'Contacts of queues with `first` that an agent with that skill completed (contained) or gave away to people (handed_over).',
    labels: ['queue', 'outcome'],
    source: 'events',
  },
  cordboard_speed_of_answer_seconds: {
    kind: 'histogram',
    help: 'How long contacts had waited when an agent accepted, took or was given them; the time offered counts, an earlier conversation does not.',
    labels: ['queue'],
    buckets: WAIT_BUCKETS,
    source: 'events',
  },
  cordboard_handle_time_seconds: {
    kind: 'histogram',
    help: 'From the answer to the end of wrap-up, of contacts that an agent answered; observed when they are closed.',
    labels: ['queue'],
    buckets: HANDLE_BUCKETS,
    source: 'events',
  },
  cordboard_service_level_answers_total: {
    kind: 'counter',
    help: 'Contacts that an agent accepted, took or was given, within the service level of their queue or later.',
    labels: ['queue', 'segment', 'within'],
    source: 'events',
  },
  cordboard_agents: {
    kind: 'gauge',
    help: 'Agents of the directory by what they declare, connected or not.',
    labels: ['presence'],
    source: 'state',
  },
  cordboard_agent_load_ratio: {
    kind: 'gauge',
    help: 'Load over capacity, summed over the agents that are not OFFLINE, each at most full; 0 when there is none.',
    labels: [],
    source: 'state',
  },
  cordboard_connections: {
    kind: 'gauge',
    help: 'Open WebSocket connections.',
    labels: ['role'],
    source: 'edge',
  },
  cordboard_submit_to_offer_seconds: {
    kind: 'histogram',
    help: 'Of contacts offered in the very step of their submit: from when the engine took the submit until its offer was durable and might leave.',
    labels: [],
    buckets: COMMIT_BUCKETS,
    source: 'events',
  },
  cordboard_decision_seconds: {
    kind: 'histogram',
    help: 'What deciding took, for each command or tick that changed anything: due deadlines, decision, settling, drawing of pushes.',
    labels: [],
    buckets: DECISION_BUCKETS,
    source: 'events',
  },
  cordboard_journal_commit_seconds: {
    kind: 'histogram',
    help: 'From handing a commit to the journal until it was durable.',
    labels: [],
    buckets: COMMIT_BUCKETS,
    source: 'events',
  },
  cordboard_journal_events_total: {
    kind: 'counter',
    help: 'Events that became durable.',
    labels: [],
    source: 'events',
  },
  cordboard_rejections_total: {
    kind: 'counter',
    help: 'Requests refused, over WebSocket and HTTP.',
    labels: ['reason'],
    source: 'edge',
  },
  cordboard_slow_consumers_total: {
    kind: 'counter',
    help: 'Connections closed with 4408 because they did not read what was sent.',
    labels: [],
    source: 'edge',
  },
  cordboard_clock_gap_seconds: {
    kind: 'gauge',
    help: 'Wall clock minus the time of the router; negative while the wall clock has been set back and the router slews towards it.',
    labels: [],
    source: 'state',
  },
  cordboard_transfers_total: {
    kind: 'counter',
    help: 'Contacts that were sent elsewhere, by the queue that they are in afterwards.',
    labels: ['queue', 'to'],
    source: 'events',
  },
  cordboard_requeues_total: {
    kind: 'counter',
    help: 'Contacts that went from an agent back in line.',
    labels: ['queue', 'cause'],
    source: 'events',
  },
  cordboard_past_explanations_total: {
    kind: 'counter',
    help: 'Explanations of contacts as they stood after an event of the past, refused ones too once their turn had come.',
    labels: [],
    source: 'state',
  },
  cordboard_past_explanation_seconds_total: {
    kind: 'counter',
    help: 'What these explanations took, each from when its turn had come: over their number, how long one takes.',
    labels: [],
    source: 'state',
  },
  cordboard_customers: {
    kind: 'gauge',
    help: 'Profiles of customers that the router keeps.',
    labels: [],
    source: 'state',
  },
} as const satisfies Readonly<Record<`cordboard_${string}`, CatalogueEntry>>;

export type MetricName = keyof typeof catalogue;

/** Names of the catalogue, in its order. */
export const metricNames = Object.keys(catalogue) as readonly MetricName[];

/** An entry with all that any entry may have. */
export function entryOf(name: MetricName): CatalogueEntry {
  return catalogue[name];
}
