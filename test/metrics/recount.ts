// The counters once more, the plain way: from the events as the journal keeps them, one by one, with nothing of src/metrics.
import type { CoreEvent } from '../../src/core/events.ts';
import type { ResolvedPolicy } from '../../src/core/policy.ts';
import type { MemoryDisk } from '../../src/journal/memory-journal.ts';
import { decodeEvents } from '../../src/wire/event-codec.ts';

interface Known {
  queue: string;
  readonly channel: string;
  readonly segment: string;
  agedFrom: number;
  assignedAt: number;
}

const OUTCOMES: Readonly<Partial<Record<CoreEvent['type'], string>>> = {
  offerAccepted: 'ACCEPTED',
  offerDeclined: 'DECLINED',
  offerMissed: 'MISSED',
  offerRevoked: 'REVOKED',
};

/** Counts by labels' values joined by spaces; sums of seconds by queue. */
export class Recount {
  eventCount = 0;
  readonly submitted: Record<string, number> = {};
  readonly closed: Record<string, number> = {};
  readonly offers: Record<string, number> = {};
  readonly relaxations: Record<string, number> = {};
  readonly overflows: Record<string, number> = {};
  readonly declines: Record<string, number> = {};
  readonly assigns: Record<string, number> = {};
  readonly answers: Record<string, number> = {};
  readonly waitSeconds: Record<string, number> = {};
  readonly handleSeconds: Record<string, number> = {};
  readonly #withinMs: ReadonlyMap<string, number>;
  readonly #reasons: ReadonlySet<string>;
  readonly #known = new Map<string, Known>();

  constructor(policy: ResolvedPolicy) {
    this.#reasons = new Set(Object.keys(policy.presence.declineReasons ?? {}));
    this.#withinMs = new Map(policy.queues.map(({ name, serviceLevel }) => [name, serviceLevel.withinMs]));
  }

  /** Everything that became durable after the seq. */
  add(disk: MemoryDisk, afterSeq: number): this {
    for (const { firstSeq, events } of disk.commits) {
      if (firstSeq <= afterSeq) continue;
      for (const { at, event } of decodeEvents(events)) this.#add(event, at);
    }
    return this;
  }

  #add(event: CoreEvent, at: number): void {
    this.eventCount++;
    if (event.type === 'contactSubmitted') {
      const { contactId, queue, channel, segment } = event;
      this.#known.set(contactId, { queue, channel, segment, agedFrom: at, assignedAt: 0 });
    }
    const contact = 'contactId' in event ? this.#known.get(event.contactId) : undefined;
    if (contact === undefined) return;
    const { queue, channel, segment } = contact;
    const outcome = OUTCOMES[event.type];
    if (outcome !== undefined) add(this.offers, `${queue} ${outcome}`, 1);
    if (event.type === 'offerDeclined') add(this.declines, this.#reasons.has(event.reason) ? event.reason : 'other', 1);
    if (event.type === 'contactAssigned' && event.cause === 'ASSIGN') add(this.assigns, queue, 1);
    if (event.type === 'contactSubmitted') add(this.submitted, `${queue} ${channel} ${segment}`, 1);
    if (event.type === 'contactRelaxed') {
      contact.queue = event.queue;
      if (event.from === '') add(this.relaxations, event.queue, 1);
      else add(this.overflows, event.from, 1);
    }
    if (event.type === 'contactRequeued') Object.assign(contact, { agedFrom: event.agedFrom, assignedAt: 0 });
    if (event.type === 'offerAccepted' || event.type === 'contactAssigned') {
      contact.assignedAt = at;
      const waitedMs = at - contact.agedFrom;
      add(this.answers, `${queue} ${segment} ${waitedMs <= (this.#withinMs.get(queue) ?? 0)}`, 1);
      add(this.waitSeconds, queue, waitedMs / 1000);
    }
    if (event.type === 'contactClosed') {
      add(this.closed, `${queue} ${channel} ${segment} ${event.state}`, 1);
      if (contact.assignedAt > 0) add(this.handleSeconds, queue, (at - contact.assignedAt) / 1000);
    }
  }
}

function add(counts: Record<string, number>, key: string, by: number): void {
  counts[key] = (counts[key] ?? 0) + by;
}
