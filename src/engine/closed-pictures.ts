// Whole pictures of closed contacts, for answers that the core gives as tombstones: from memory until the archive has them, then from there.
//
// Invariants: 1. a picture is kept here from its contact's close until the archivist has passed that event; past RECENT_MAX the oldest go.
// 2. what memory has is taken when the answer is decided; later only the archive is asked, which holds nothing that is not durable.
// 3. an archived row counts if it is of the very contact that the tombstone stands for: ids come again, rows come late. Whoever asks for
// what is not archived yet waits for the archivist, at most WAIT_MAX_MS, and then gets what the tombstone says.

import { isTombstone, type Ok, type Tombstone } from '../core/commands.ts';
import type { ContactView, Disposition } from '../core/views.ts';
import { PassingMap } from '../lib/passing-map.ts';
import type { PortOk } from './port.ts';

const WAIT_MAX_MS = 2_000;
/** Far more than close while the archivist saves a snapshot; what bounds memory should it be gone. */
const RECENT_MAX = 50_000;

/** Where closed contacts are kept for good. */
export interface ClosedArchive {
  /** Everything closed up to this seq is archived. */
  readonly archivedThrough: number;
  get(contactId: string): Promise<ContactView | undefined>;
  /** Resolves when everything closed up to the seq is archived, or nobody archives any more. */
  reached(seq: number): Promise<void>;
}

interface Recent {
  readonly seq: number;
  readonly contact: ContactView;
}

/** A disposition of a contact whose picture has left memory. */
interface LateDisposition {
  readonly seq: number;
  readonly disposition: Disposition;
}

/** A picture that the archive has, and what came after the row that it may find there. */
interface Missing {
  readonly tombstone: Tombstone;
  readonly disposition: Disposition | undefined;
}

export class ClosedPictures {
  readonly #archive: ClosedArchive | undefined;
  /** Both in order of seq. */
  readonly #recent = new PassingMap<string, Recent>();
  readonly #late = new Map<string, LateDisposition>();

  /** Without an archive, pictures stay here until the core forgets the contact. */
  constructor(archive: ClosedArchive | undefined) {
    this.#archive = archive;
  }

  /** The contact closed with event `seq`. */
  keep(seq: number, contact: ContactView): void {
    this.#recent.delete(contact.id);
    this.#recent.set(contact.id, { seq, contact });
    this.#late.delete(contact.id);
    this.#dropArchived();
  }

  /** Its disposition came after the close, with event `seq`. */
  dispose(seq: number, contactId: string, disposition: Disposition): void {
    const contact = this.recent(contactId);
    if (contact !== undefined) this.keep(seq, { ...contact, disposition, version: contact.version + 1 });
    else if (this.#archive !== undefined) this.#late.set(contactId, { seq, disposition });
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

  /** The answer with tombstones made whole or, when that needs the archive, how: to be called when what it saw is durable. */
  complete(ok: Ok): PortOk | (() => Promise<PortOk>) {
    const { contact, contacts, ...rest } = ok;
    if (contact !== undefined) {
      const picture = this.#pictureOf(contact);
      if (isWhole(picture)) return { ...rest, contact: picture };
      return async () => ({ ...rest, contact: await this.#fetch(picture) });
    }
    if (contacts === undefined) return rest;
    const pictures = contacts.map((one) => this.#pictureOf(one));
    if (pictures.every(isWhole)) return { ...rest, contacts: pictures };
    const fetch = (picture: ContactView | Missing) => (isWhole(picture) ? picture : this.#fetch(picture));
    return async () => ({ ...rest, contacts: await Promise.all(pictures.map(fetch)) });
  }

  /** A contact that the core has forgotten and memory does not have. */
  async archived(contactId: string): Promise<ContactView | undefined> {
    return await this.#archive?.get(contactId);
  }

  #pictureOf(contact: ContactView | Tombstone): ContactView | Missing {
    if (!isTombstone(contact)) return contact;
    const recent = this.#recent.get(contact.contactId);
    if (recent?.seq === contact.seq) return recent.contact;
    if (this.#archive === undefined) return pictureOfTombstone(contact);
    const late = this.#late.get(contact.contactId);
    return { tombstone: contact, disposition: late?.seq === contact.seq ? late.disposition : undefined };
  }

  async #fetch(missing: Missing): Promise<ContactView> {
    const { tombstone } = missing;
    // Asked first: a row that comes between the look and the question would be missed.
    const isArchived = this.#archive === undefined || this.#archive.archivedThrough >= tombstone.seq;
    const found = await this.#look(missing);
    if (found !== undefined || isArchived) return found ?? pictureOfTombstone(tombstone);
    await inTime(this.#archive.reached(tombstone.seq), WAIT_MAX_MS);
    return (await this.#look(missing)) ?? pictureOfTombstone(tombstone);
  }

  /** The archived picture, if it is of this contact and as new as its tombstone. */
  async #look({ tombstone, disposition }: Missing): Promise<ContactView | undefined> {
    const found = await this.archived(tombstone.contactId);
    if (found?.gatewayId !== tombstone.gatewayId || found.closedAt !== tombstone.closedAt) return undefined;
    if (found.version >= tombstone.version) return found;
    return disposition === undefined ? undefined : { ...found, disposition, version: tombstone.version };
  }

  #dropArchived(): void {
    if (this.#archive === undefined) return;
    const { archivedThrough } = this.#archive;
    for (const [id, { seq }] of this.#recent) {
      if (seq > archivedThrough && this.#recent.size <= RECENT_MAX) break;
      this.#recent.delete(id);
    }
    for (const [id, { seq }] of this.#late) {
      if (seq > archivedThrough && this.#late.size <= RECENT_MAX) break;
      this.#late.delete(id);
    }
  }
}

function isWhole(picture: ContactView | Missing): picture is ContactView {
  return !('tombstone' in picture);
}

async function inTime(promise: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}

/** The answer with what its tombstones say and no more. */
export function bareOf(ok: Ok): PortOk {
  const { contact, contacts, ...rest } = ok;
  if (contact !== undefined) return { ...rest, contact: bare(contact) };
  return contacts === undefined ? rest : { ...rest, contacts: contacts.map(bare) };
}

function bare(contact: ContactView | Tombstone): ContactView {
  return isTombstone(contact) ? pictureOfTombstone(contact) : contact;
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
    preferredForMs: 0,
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
    dueAt: 0,
    timeZone: '',
    callbackAt: 0,
    version: tombstone.version,
  };
}
