// Whole pictures of closed contacts, for answers that the core gives as tombstones: from memory until the archive has them, then from there.
//
// Invariants: 1. a picture is kept here from its contact's close until the archivist has passed that event. 2. whoever asks for what is
// not archived yet waits for the archivist, at most WAIT_MAX_MS, and then gets what the tombstone says.

import { isTombstone, type Ok, type Tombstone } from '../core/commands.ts';
import type { ContactView, Disposition } from '../core/views.ts';
import type { PortOk } from './port.ts';

const WAIT_MAX_MS = 2_000;

/** Where closed contacts are kept for good. */
export interface ClosedArchive {
  /** Everything closed up to this seq is archived. */
  readonly archivedThrough: number;
  get(contactId: string): Promise<ContactView | undefined>;
  /** Resolves when everything closed up to the seq is archived. */
  reached(seq: number): Promise<void>;
}

interface Recent {
  readonly seq: number;
  readonly contact: ContactView;
}

export class ClosedPictures {
  readonly #archive: ClosedArchive | undefined;
  readonly #recent = new Map<string, Recent>();

  /** Without an archive, pictures stay here until the core forgets the contact. */
  constructor(archive: ClosedArchive | undefined) {
    this.#archive = archive;
  }

  /** The contact closed with event `seq`. */
  keep(seq: number, contact: ContactView): void {
    this.#recent.delete(contact.id);
    this.#recent.set(contact.id, { seq, contact });
    this.#dropArchived();
  }

  /** Its disposition came after the close, with event `seq`. */
  dispose(seq: number, contactId: string, disposition: Disposition): void {
    const contact = this.recent(contactId);
    if (contact !== undefined) this.keep(seq, { ...contact, disposition, version: contact.version + 1 });
  }

  /** The core forgot contacts closed at or before the instant. */
  forget(closedThrough: number): void {
    if (this.#archive !== undefined) return;
    for (const [id, { contact }] of this.#recent) {
      if (contact.closedAt > closedThrough) break;
      this.#recent.delete(id);
    }
  }

  /** The kept picture, if it is still here. */
  recent(contactId: string): ContactView | undefined {
    return this.#recent.get(contactId)?.contact;
  }

  /** The answer with tombstones made whole; undefined when that needs the archive: then ask `completed`. */
  complete(ok: Ok): PortOk | undefined {
    const { contact, contacts, ...rest } = ok;
    if (contact !== undefined) {
      const whole = this.#now(contact);
      return whole === undefined ? undefined : { ...rest, contact: whole };
    }
    if (contacts === undefined) return rest;
    const wholes: ContactView[] = [];
    for (const one of contacts) {
      const whole = this.#now(one);
      if (whole === undefined) return undefined;
      wholes.push(whole);
    }
    return { ...rest, contacts: wholes };
  }

  /** As `complete`, with what the archive has. */
  async completed(ok: Ok): Promise<PortOk> {
    const { contact, contacts, ...rest } = ok;
    if (contact !== undefined) return { ...rest, contact: await this.#whole(contact) };
    if (contacts === undefined) return rest;
    return { ...rest, contacts: await Promise.all(contacts.map((one) => this.#whole(one))) };
  }

  /** A contact that the core has forgotten. */
  async archived(contactId: string): Promise<ContactView | undefined> {
    return this.recent(contactId) ?? (await this.#archive?.get(contactId));
  }

  #now(contact: ContactView | Tombstone): ContactView | undefined {
    if (!isTombstone(contact)) return contact;
    const recent = this.#recent.get(contact.contactId);
    if (recent !== undefined && recent.seq >= contact.seq) return recent.contact;
    return this.#archive === undefined ? pictureOfTombstone(contact) : undefined;
  }

  async #whole(contact: ContactView | Tombstone): Promise<ContactView> {
    const now = this.#now(contact);
    if (now !== undefined || !isTombstone(contact) || this.#archive === undefined) {
      return now ?? pictureOfTombstone(contact as Tombstone);
    }
    if (this.#archive.archivedThrough < contact.seq) await inTime(this.#archive.reached(contact.seq), WAIT_MAX_MS);
    return (await this.#archive.get(contact.contactId)) ?? pictureOfTombstone(contact);
  }

  #dropArchived(): void {
    const through = this.#archive?.archivedThrough ?? 0;
    for (const [id, { seq }] of this.#recent) {
      if (seq > through) break;
      this.#recent.delete(id);
    }
  }
}

async function inTime(promise: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}

/** All that is left of a contact when nothing else is: what its tombstone says. */
export function pictureOfTombstone(tombstone: Tombstone): ContactView {
  return {
    id: tombstone.contactId,
    channel: tombstone.channel,
    direction: 'INBOUND',
    gatewayId: tombstone.gatewayId,
    customerId: '',
    journeyId: '',
    intent: '',
    language: '',
    queue: tombstone.queue,
    requires: [],
    prefers: [],
    segment: '',
    value: 0,
    tier: 0,
    headStartMs: 0,
    preferredAgents: [],
    attributes: '',
    state: tombstone.state,
    agentId: tombstone.agentId,
    submittedAt: 0,
    enqueuedAt: 0,
    agedFrom: 0,
    offeredAt: 0,
    assignedAt: 0,
    endedAt: 0,
    closedAt: tombstone.closedAt,
    version: tombstone.version,
  };
}
