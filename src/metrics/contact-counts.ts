// What is counted of contacts, in objects that an event finds by the names of its contact's queue, channel and segment.
//
// Invariants: 1. names come from the policy alone, so that there are as many objects as the policies of this process had names, whatever
// is submitted. 2. an object is never dropped: what a policy no longer names keeps its counts. 3. lists only grow at their end, so that a
// reader may pause between two items.

import type { RequeueCause, TransferKind } from '../core/events.ts';
import type { ClosedStateName } from '../core/views.ts';
import type { EventSubject } from '../engine/port.ts';
import { catalogue } from './catalogue.ts';
import { CounterSeries, HistogramSeries } from './series.ts';

type TransferTargets = Readonly<Record<TransferKind, CounterSeries>>;
type RequeueCauses = Readonly<Record<RequeueCause, CounterSeries>>;

export type OfferOutcome = 'ACCEPTED' | 'DECLINED' | 'MISSED' | 'REVOKED';

/** What is counted of a queue. */
export class QueueCounts {
  readonly offers: Readonly<Record<OfferOutcome, CounterSeries>>;
  readonly relaxations: CounterSeries;
  readonly overflows: CounterSeries;
  readonly callbacks: CounterSeries;
  readonly attemptsFailed: CounterSeries;
  readonly pulls: CounterSeries;
  readonly assigns: CounterSeries;
  readonly selfService: Readonly<Record<'contained' | 'handedOver', CounterSeries>>;
  readonly speedOfAnswer: HistogramSeries;
  readonly handleTime: HistogramSeries;
  readonly transfers: TransferTargets;
  readonly requeues: RequeueCauses;
  readonly answersBySegment = new Map<string, AnswerCounts>();
  readonly contactsByChannel = new Map<string, Map<string, ContactCounts>>();

  constructor(queue: string) {
    const offers = (outcome: OfferOutcome): CounterSeries => new CounterSeries({ queue, outcome });
    this.offers = {
      ACCEPTED: offers('ACCEPTED'),
      DECLINED: offers('DECLINED'),
      MISSED: offers('MISSED'),
      REVOKED: offers('REVOKED'),
    };
    this.relaxations = new CounterSeries({ queue });
    this.overflows = new CounterSeries({ queue });
    this.callbacks = new CounterSeries({ queue });
    this.attemptsFailed = new CounterSeries({ queue });
    this.pulls = new CounterSeries({ queue });
    this.assigns = new CounterSeries({ queue });
    const transfers = (to: string): CounterSeries => new CounterSeries({ queue, to });
    this.transfers = {
      QUEUE: transfers('queue'),
      REQUIREMENT: transfers('requirement'),
      ONE_AGENT: transfers('agent'),
      CONSULT: transfers('consult'),
    };
    const requeues = (cause: RequeueCause): CounterSeries => new CounterSeries({ queue, cause });
    this.requeues = {
      AGENT: requeues('AGENT'),
      SUPERVISOR: requeues('SUPERVISOR'),
      AGENT_LOST: requeues('AGENT_LOST'),
      TOO_LONG: requeues('TOO_LONG'),
    };
    this.selfService = {
      contained: new CounterSeries({ queue, outcome: 'contained' }),
      handedOver: new CounterSeries({ queue, outcome: 'handed_over' }),
    };
    this.speedOfAnswer = histogram('cordboard_speed_of_answer_seconds', queue);
    this.handleTime = histogram('cordboard_handle_time_seconds', queue);
  }
}

function histogram(
  name: 'cordboard_speed_of_answer_seconds' | 'cordboard_handle_time_seconds',
  queue: string,
): HistogramSeries {
  return new HistogramSeries(name, { queue }, catalogue[name].buckets);
}

/** Answers of one queue and segment, by whether they came within the service level. */
export class AnswerCounts {
  readonly within: CounterSeries;
  readonly later: CounterSeries;

  constructor(queue: string, segment: string) {
    this.within = new CounterSeries({ queue, segment, within: 'true' });
    this.later = new CounterSeries({ queue, segment, within: 'false' });
  }
}

/** Contacts of one queue, channel and segment. */
export class ContactCounts {
  readonly submitted: CounterSeries;
  readonly closed: Readonly<Record<ClosedStateName, CounterSeries>>;
  readonly queue: QueueCounts;
  readonly answers: AnswerCounts;

  constructor({ queue, channel, segment }: Names, queueCounts: QueueCounts, answers: AnswerCounts) {
    const closed = (state: ClosedStateName): CounterSeries => new CounterSeries({ queue, channel, segment, state });
    this.submitted = new CounterSeries({ queue, channel, segment });
    this.closed = {
      COMPLETED: closed('COMPLETED'),
      ABANDONED: closed('ABANDONED'),
      CANCELLED: closed('CANCELLED'),
      EXPIRED: closed('EXPIRED'),
    };
    this.queue = queueCounts;
    this.answers = answers;
  }
}

type Names = Pick<EventSubject, 'queue' | 'channel' | 'segment'>;

/** Finds, or makes at first sight, what an event adds to. */
export class ContactCountIndex {
  readonly #queueByName = new Map<string, QueueCounts>();
  readonly #queues: QueueCounts[] = [];
  readonly #answers: AnswerCounts[] = [];
  readonly #contacts: ContactCounts[] = [];

  /** In order of first sight. */
  get queues(): readonly QueueCounts[] {
    return this.#queues;
  }

  get answers(): readonly AnswerCounts[] {
    return this.#answers;
  }

  get contacts(): readonly ContactCounts[] {
    return this.#contacts;
  }

  queue(name: string): QueueCounts {
    const known = this.#queueByName.get(name);
    if (known !== undefined) return known;
    const queue = new QueueCounts(name);
    this.#queueByName.set(name, queue);
    this.#queues.push(queue);
    return queue;
  }

  find(names: Names): ContactCounts {
    const queue = this.queue(names.queue);
    const known = queue.contactsByChannel.get(names.channel)?.get(names.segment);
    return known ?? this.#add(queue, names);
  }

  #add(queue: QueueCounts, names: Names): ContactCounts {
    let answers = queue.answersBySegment.get(names.segment);
    if (answers === undefined) {
      answers = new AnswerCounts(names.queue, names.segment);
      queue.answersBySegment.set(names.segment, answers);
      this.#answers.push(answers);
    }
    let bySegment = queue.contactsByChannel.get(names.channel);
    if (bySegment === undefined) {
      bySegment = new Map();
      queue.contactsByChannel.set(names.channel, bySegment);
    }
    const contacts = new ContactCounts(names, queue, answers);
    bySegment.set(names.segment, contacts);
    this.#contacts.push(contacts);
    return contacts;
  }
}
