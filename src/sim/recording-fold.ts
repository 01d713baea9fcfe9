// From events to a recording. A fold of its own, much smaller than the core's: it needs no state to begin with, so that a journal whose oldest
// part is gone can still be read, and it keeps only what happened in the window.
//
// 1. Events come in order, each once. 2. Contacts submitted outside of the window leave no trace but a count. 3. What a contact is submitted
// with is what it is replayed with: later updates are counted, not followed.

import { ContentHash } from '../core/content-hash.ts';
import type { ContactClosed, ContactSubmitted, CoreEvent } from '../core/events.ts';
import type { ResolvedPolicy } from '../core/policy.ts';
import { RequirementCache } from '../core/requirement-cache.ts';
import type { HeaderRecord, StateRecord } from '../core/state-records.ts';
import type { RecordedContact, RecordedOutcome, Recording } from './recording.ts';
import { AgentTracks } from './recording-agents.ts';
import type { ContactTemplate } from './scenario.ts';

/** The instants of a recording; see Recording. */
export interface RecordingWindow {
  readonly startAt: number;
  readonly fromAt: number;
  readonly toAt: number;
  readonly endAt: number;
}

const NO_OFFERS: OpenContact['offers'] = [];

/** A recorded contact while it is being read. */
interface OpenContact {
  readonly event: ContactSubmitted;
  readonly submittedAt: number;
  outcome: RecordedOutcome;
  /** When it was answered first, or left; undefined: it waits. */
  waitedUntil: number | undefined;
  /** When it was offered last to whom, since it was answered last. */
  offers: readonly { readonly agentId: string; readonly at: number }[];
  isAutoAccepted: boolean;
  agentId: string;
  handleMs: number | undefined;
  wrapUpMs: number;
  /** Since when somebody talks to it, or wraps it up. */
  talkingSince: number | undefined;
  wrappingSince: number | undefined;
}

export class RecordingFold {
  readonly #window: RecordingWindow;
  readonly #agents: AgentTracks;
  readonly #contacts: OpenContact[] = [];
  /** Submitted and not yet due. */
  readonly #scheduled = new Map<string, ContactSubmitted>();
  readonly #open = new Map<string, OpenContact>();
  /** Submitted before the window and not over yet. */
  readonly #older = new Set<string>();
  #olderCount = 0;
  #policyText = '';
  #policyChangedAt: number | undefined;
  #policyChangeCount = 0;
  #updatedCount = 0;
  readonly #submits = new SubmitReader();
  readonly #acceptDelaysMs: number[] = [];
  #declinedCount = 0;
  #missedCount = 0;
  /** Offers that ended since another agent accepted the contact. */
  #forestalledCount = 0;
  #handedCount = 0;
  #callbackCount = 0;

  constructor(window: RecordingWindow) {
    this.#window = window;
    this.#agents = new AgentTracks(window.startAt, window.endAt);
  }

  /** Contacts of the window that are not over yet. */
  get openCount(): number {
    return this.#open.size;
  }

  /** When the policy changed first after the beginning of the measured time; undefined: it did not, so far. */
  get policyChangedAt(): number | undefined {
    return this.#policyChangedAt;
  }

  /** Whether the policy at the beginning of the measured time is known. */
  get knowsPolicy(): boolean {
    return this.#policyText !== '';
  }

  /** Folds the next event. */
  take(seq: number, at: number, event: CoreEvent): void {
    if (event.type === 'policySet') return this.#takePolicy(at, event.resolved);
    if (!('contactId' in event)) return this.#agents.take(seq, at, event);
    if (event.type === 'contactSubmitted') return this.#arrive(at, event);
    if (event.type === 'contactDue') return this.#comeDue(at, event.contactId);
    if (event.type === 'contactClosed') this.#scheduled.delete(event.contactId);
    const contact = this.#open.get(event.contactId);
    if (contact !== undefined) this.#follow(contact, at, event);
    else if (event.type === 'contactClosed' && at < this.#window.startAt) this.#older.delete(event.contactId);
  }

  /**
   * Facts that no event told, from a snapshot of the state after event `seq`: what had not changed since then was so from the beginning.
   * To be called when all events up to `seq` were taken.
   */
  complete(seq: number, records: Iterable<StateRecord>): void {
    for (const record of records) {
      if (record.kind === 'header') this.#completePolicy(record);
      else if (record.kind === 'agent') this.#agents.complete(seq, record);
      // The header and the agents come before the contacts.
      else if (record.kind === 'contact') return;
    }
  }

  /** The recording, if the policy is known; `journalEndAt`: until when the journal would have told of anything. */
  finish(journalEndAt: number): Recording {
    const contacts = this.#contacts.map((contact) =>
      recorded(contact, this.#submits.templateOf(contact.event), journalEndAt),
    );
    const { spells, unknownCount } = this.#agents.finish();
    return {
      ...this.#window,
      policy: JSON.parse(this.#policyText) as ResolvedPolicy,
      contacts,
      spells,
      answers: {
        acceptDelaysMs: this.#acceptDelaysMs,
        declinedCount: this.#declinedCount,
        missedCount: this.#missedCount,
      },
      warnings: this.#warnings(unknownCount, contacts),
    };
  }

  #warnings(unknownCount: number, contacts: readonly RecordedContact[]): readonly string[] {
    const offerCount = this.#acceptDelaysMs.length + this.#declinedCount + this.#missedCount;
    const unfinished = contacts.filter((contact) => !contact.isWhole).length;
    const told: readonly (readonly [boolean, string])[] = [
      [
        this.#policyChangeCount > 0,
        `the policy changed ${times(this.#policyChangeCount)}; replayed is the one at the beginning`,
      ],
      [
        this.#olderCount > 0,
        `${contactCount(this.#olderCount)} from before the lead-in still open when it began: left out`,
      ],
      [this.#updatedCount > 0, `${contactCount(this.#updatedCount)} updated while in line: replayed as submitted`],
      [
        this.#missedCount > 0.01 * offerCount,
        `${this.#missedCount} of ${offerCount} offers were missed: a replay repeats the time that agents were busy after it, not the misses`,
      ],
      [
        this.#forestalledCount > 0,
        `another agent was faster ${times(this.#forestalledCount)} of several who were asked: only the fastest answers are known, and a replay’s agents answer as fast`,
      ],
      [
        this.#handedCount > 0,
        `${contactCount(this.#handedCount)} taken by agents or given by supervisors: a replay offers them instead`,
      ],
      [
        this.#callbackCount > 0,
        `${contactCount(this.#callbackCount)} called back: a replay lets their customers wait instead`,
      ],
      [unknownCount > 0, `${unknownCount} agents whose skills the journal no longer tells: left out`],
      [unfinished > 0, `${contactCount(unfinished)} not over where the journal ends: what is left of them is drawn`],
    ];
    return told.flatMap(([holds, text]) => (holds ? [text] : []));
  }

  #takePolicy(at: number, text: string): void {
    if (at <= this.#window.fromAt) this.#policyText = text;
    else {
      this.#policyChangedAt ??= at;
      if (at < this.#window.toAt) this.#policyChangeCount++;
    }
  }

  #completePolicy(header: HeaderRecord): void {
    if (!this.knowsPolicy && (this.#policyChangedAt === undefined || this.#policyChangedAt > header.at)) {
      this.#policyText = header.policy;
    }
  }

  #arrive(at: number, event: ContactSubmitted): void {
    if (event.dueAt === undefined) this.#submit(at, event);
    else this.#scheduled.set(event.contactId, event);
  }

  /** Only now it waits; one that was submitted before the journal tells of anything is unknown. */
  #comeDue(at: number, contactId: string): void {
    const event = this.#scheduled.get(contactId);
    this.#scheduled.delete(contactId);
    if (event !== undefined) this.#submit(at, event);
  }

  #submit(at: number, event: ContactSubmitted): void {
    if (at >= this.#window.endAt) return;
    if (at < this.#window.startAt) {
      this.#older.add(event.contactId);
      return;
    }
    if (this.#older.size > 0) {
      this.#olderCount = this.#older.size;
      this.#older.clear();
    }
    const contact: OpenContact = {
      event,
      submittedAt: at,
      outcome: 'OPEN',
      waitedUntil: undefined,
      offers: NO_OFFERS,
      isAutoAccepted: false,
      agentId: '',
      handleMs: undefined,
      wrapUpMs: 0,
      talkingSince: undefined,
      wrappingSince: undefined,
    };
    this.#contacts.push(contact);
    this.#open.set(event.contactId, contact);
  }

  #follow(contact: OpenContact, at: number, event: CoreEvent): void {
    switch (event.type) {
      case 'contactUpdated':
        this.#updatedCount++;
        break;
      case 'offerMade':
        contact.offers = [
          ...contact.offers.filter(({ agentId }) => agentId !== event.agentId),
          { agentId: event.agentId, at },
        ];
        contact.isAutoAccepted = event.autoAccepted;
        break;
      case 'offerDeclined':
        this.#declinedCount++;
        break;
      case 'offerMissed':
        this.#missedCount++;
        break;
      case 'offerRevoked':
        if (event.reason === 'ACCEPTED_ELSEWHERE') this.#forestalledCount++;
        break;
      case 'offerAccepted':
        if (!contact.isAutoAccepted) this.#acceptDelaysMs.push(at - offeredAt(contact, event.agentId, at));
        contact.offers = NO_OFFERS;
        answer(contact, at, event.agentId);
        break;
      case 'contactAssigned':
        this.#handedCount++;
        answer(contact, at, event.agentId);
        break;
      case 'callbackRequested':
        this.#callbackCount++;
        break;
      case 'contactRetried':
      case 'contactRequeued':
        stopTalking(contact, at);
        break;
      case 'contactTransferred':
        stopTalking(contact, at);
        if (event.toAgentId !== '') contact.talkingSince = at;
        break;
      case 'contactEnded':
        stopTalking(contact, at);
        contact.wrappingSince = at;
        break;
      case 'contactClosed':
        this.#close(contact, at, event);
        break;
      default:
        break;
    }
  }

  #close(contact: OpenContact, at: number, event: ContactClosed): void {
    this.#open.delete(event.contactId);
    stopTalking(contact, at);
    if (contact.wrappingSince !== undefined) contact.wrapUpMs += at - contact.wrappingSince;
    contact.wrappingSince = undefined;
    // Who was answered once, came back in line and left then, was answered.
    if (contact.waitedUntil !== undefined) return;
    contact.waitedUntil = at;
    contact.outcome = event.state === 'COMPLETED' ? 'ANSWERED' : event.state;
  }
}

/** When the agent was made its offer. */
function offeredAt({ offers }: OpenContact, toAgentId: string, at: number): number {
  return offers.find(({ agentId }) => agentId === toAgentId)?.at ?? at;
}

function answer(contact: OpenContact, at: number, agentId: string): void {
  contact.talkingSince = at;
  if (contact.waitedUntil !== undefined) return;
  contact.waitedUntil = at;
  contact.outcome = 'ANSWERED';
  contact.agentId = agentId;
}

function stopTalking(contact: OpenContact, at: number): void {
  if (contact.talkingSince === undefined) return;
  contact.handleMs = (contact.handleMs ?? 0) + (at - contact.talkingSince);
  contact.talkingSince = undefined;
}

function recorded(contact: OpenContact, template: ContactTemplate, journalEndAt: number): RecordedContact {
  const { event, submittedAt, outcome, waitedUntil, agentId, wrapUpMs, talkingSince, wrappingSince } = contact;
  const isWhole = waitedUntil !== undefined && talkingSince === undefined && wrappingSince === undefined;
  const stillMs = talkingSince === undefined ? 0 : journalEndAt - talkingSince;
  const handleMs = talkingSince === undefined ? contact.handleMs : (contact.handleMs ?? 0) + stillMs;
  return {
    id: event.contactId,
    submittedAt,
    gatewayId: event.gatewayId,
    customerId: event.customerId,
    template,
    queue: event.queue,
    outcome,
    waitMs: (waitedUntil ?? journalEndAt) - submittedAt,
    agentId,
    handleMs,
    wrapUpMs: wrapUpMs + (wrappingSince === undefined ? 0 : journalEndAt - wrappingSince),
    isWhole,
  };
}

/**
 * Reads what the gateway said out of a submit's event. That does not tell whether the queue was named, but the hash of what was submitted does;
 * where a journal is so old that the hash was made otherwise, the queue counts as named.
 */
class SubmitReader {
  readonly #hash = new ContentHash();
  readonly #requirements = new RequirementCache();

  templateOf(event: ContactSubmitted): ContactTemplate {
    const { channel, direction, intent, language, requires, prefers, segment, value, tier, headStartMs } = event;
    const { contactId: id, customerId, journeyId, attributes, preferredAgents, preferredForMs = 0 } = event;
    const common = {
      channel,
      direction,
      intent,
      language,
      requires,
      prefers,
      segment,
      value,
      tier,
      headStartMs,
      preferredForMs,
    };
    const requirement = this.#requirements.canonical(requires);
    const { timeZone = '' } = event;
    const draft = { ...common, id, customerId, journeyId, attributes, timeZone, version: 0 };
    const segments = segment === 'default' ? ['', segment] : [segment];
    // The first of them may be the customer's last agent, of whom the gateway said nothing.
    for (const said of preferredAgents.length === 0 ? [preferredAgents] : [preferredAgents, preferredAgents.slice(1)]) {
      for (const queue of ['', event.queue]) {
        const isSaid = segments.some(
          (given) =>
            this.#hash.of({ ...draft, segment: given, queue, preferredAgents: said }, requirement) === event.hash,
        );
        // Where it overflowed to counts as named, since a replay has no hours.
        if (isSaid)
          return { ...common, queue: event.overflowedFrom === undefined ? queue : event.queue, preferredAgents: said };
      }
    }
    return { ...common, queue: event.queue, preferredAgents };
  }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function contactCount(count: number): string {
  return count === 1 ? '1 contact was' : `${count} contacts were`;
}
