// Counts committed events. Runs inside the engine's turn: a few additions an event, nothing that can fail.
//
// Invariants: 1. counters agree with the events, each counted once (SPEC, MET). 2. no text is built and nothing of prom-client is called
// here. 3. instants are the journal's, so that waits and handle times are those of the events, however late they are counted.

import type { ContactRequeued, CoreEvent } from '../core/events.ts';
import type { CommittedBatch, CommittedStep, EventSubject } from '../engine/port.ts';
import { catalogue } from './catalogue.ts';
import { ContactCountIndex } from './contact-counts.ts';
import { CounterSeries, HistogramSeries } from './series.ts';

type TimingName =
  | 'cordboard_submit_to_offer_seconds'
  | 'cordboard_decision_seconds'
  | 'cordboard_journal_commit_seconds';

const OTHER_REASON = 'other';

export class EventCounts {
  readonly contacts = new ContactCountIndex();
  readonly journalEvents = new CounterSeries({});
  readonly #declinesByReason = new Map([[OTHER_REASON, new CounterSeries({ reason: OTHER_REASON })]]);
  readonly submitToOffer = timing('cordboard_submit_to_offer_seconds');
  readonly decision = timing('cordboard_decision_seconds');
  readonly journalCommit = timing('cordboard_journal_commit_seconds');

  /** By the reasons that the policies of this process named; all others together. */
  get declines(): Iterable<CounterSeries> {
    return this.#declinesByReason.values();
  }

  count({ steps, commitMs, durableMs }: CommittedBatch): void {
    this.journalCommit.observe(commitMs / 1e3);
    for (const step of steps) {
      this.decision.observe(step.decisionUs / 1e6);
      this.journalEvents.value += step.events.length;
      this.#countStep(step, durableMs);
    }
  }

  #countStep({ events, subjects, at, startedMs }: CommittedStep, durableMs: number): void {
    // The contact that this step's command submitted, while its offer is looked for.
    let submittedId: string | undefined;
    let index = 0;
    for (const event of events) {
      const subject = subjects[index++];
      if (subject === undefined) continue;
      if (event.type === 'contactSubmitted') submittedId = event.contactId;
      else if (event.type === 'offerMade') {
        if (event.contactId !== submittedId) continue;
        submittedId = undefined;
        this.submitToOffer.observe((durableMs - startedMs) / 1e3);
        continue;
      }
      this.#countEvent(event, subject, at);
    }
  }

  #countEvent(event: CoreEvent, subject: EventSubject, at: number): void {
    switch (event.type) {
      case 'contactSubmitted':
        this.contacts.find(subject).submitted.value++;
        return;
      case 'offerAccepted':
        this.contacts.queue(subject.queue).offers.ACCEPTED.value++;
        return this.#countAnswer(subject);
      case 'contactAssigned': {
        const { pulls, assigns } = this.contacts.queue(subject.queue);
        (event.cause === 'PULL' ? pulls : assigns).value++;
        return this.#countAnswer(subject);
      }
      case 'offerDeclined':
        this.contacts.queue(subject.queue).offers.DECLINED.value++;
        this.#decline(subject.declineReason ?? OTHER_REASON).value++;
        return;
      case 'offerMissed':
        this.contacts.queue(subject.queue).offers.MISSED.value++;
        return;
      case 'offerRevoked':
        this.contacts.queue(subject.queue).offers.REVOKED.value++;
        return;
      case 'contactRelaxed':
        if (event.from === '') this.contacts.queue(event.queue).relaxations.value++;
        else this.contacts.queue(event.from).overflows.value++;
        return;
      case 'contactClosed': {
        const counts = this.contacts.find(subject);
        counts.closed[event.state].value++;
        if (subject.isSelfServed && event.state === 'COMPLETED') counts.queue.selfService.contained.value++;
        if (event.cause === 'ATTEMPTS_EXHAUSTED') counts.queue.attemptsFailed.value++;
        if (subject.assignedAt > 0) counts.queue.handleTime.observe((at - subject.assignedAt) / 1e3);
        return;
      }
      case 'contactRequeued':
        this.contacts.queue(subject.queue).requeues[event.cause].value++;
        return this.#countHandOver(event);
      case 'callbackRequested':
        this.contacts.queue(subject.queue).callbacks.value++;
        return;
      case 'contactRetried':
        this.contacts.queue(subject.queue).attemptsFailed.value++;
        return;
      case 'contactTransferred':
        this.contacts.queue(event.queue).transfers[event.to].value++;
        return this.#countHandOver(event);
      default:
        return;
    }
  }

  #decline(reason: string): CounterSeries {
    let series = this.#declinesByReason.get(reason);
    if (series === undefined) {
      series = new CounterSeries({ reason });
      this.#declinesByReason.set(reason, series);
    }
    return series;
  }

  #countHandOver({ handedOverFrom }: Pick<ContactRequeued, 'handedOverFrom'>): void {
    if (handedOverFrom !== undefined) this.contacts.queue(handedOverFrom).selfService.handedOver.value++;
  }

  #countAnswer(subject: EventSubject): void {
    const { queue, answers } = this.contacts.find(subject);
    queue.speedOfAnswer.observe(subject.waitedMs / 1e3);
    if (subject.waitedMs <= subject.withinMs) answers.within.value++;
    else answers.later.value++;
  }
}

function timing(name: TimingName): HistogramSeries {
  return new HistogramSeries(name, {}, catalogue[name].buckets);
}
