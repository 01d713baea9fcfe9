/**
 * Frames of the protobuf sub-protocol, walked field by field as far as needed. Numbers of fields come from the schema.
 */
import { type Field, type Message, messageNamed } from '../../src/wire/schema.ts';
import type { AnswerKind, Answers } from './answers.ts';
import { CONTACT_PREFIX } from './centre.ts';
import { lifeAt } from './life.ts';

const frame = messageNamed('Frame');
const REPLY = numberOf(frame, 'reply');
const PUSH = numberOf(frame, 'push');
const REPLY_ID = numberOf(messageNamed('Reply'), 'id');
const REPLY_OK = numberOf(messageNamed('Reply'), 'ok');
const OK_CONTACT = numberOf(messageNamed('Ok'), 'contact');
const OFFER_ID = numberOf(messageNamed('Offer'), 'id');
const OFFER_CONTACT = numberOf(messageNamed('Offer'), 'contact');
const CONTACT_ID = numberOf(messageNamed('Contact'), 'id');
const CONTACT_STATE = numberOf(messageNamed('Contact'), 'state');
const stateNames = namesOf(messageNamed('Contact').fieldByName.get('state'));
const pushKinds = new Map(
  (['offer', 'contact', 'agent', 'welcome'] as const).map((kind) => [numberOf(messageNamed('Push'), kind), kind]),
);
const VARINT = 0;
const LENGTH_DELIMITED = 2;

function numberOf(message: Message, name: string): number {
  const field = message.fieldByName.get(name);
  if (field === undefined) throw new Error(`${message.name} has no ${name}`);
  return field.number;
}

function namesOf(field: Field | undefined): readonly (string | undefined)[] {
  if (field?.kind !== 'enum') throw new Error('the state of a contact is an enum');
  return field.enumType.nameByNumber;
}

export class ProtoAnswers implements Answers {
  requestId = 0;
  offerId = '';
  life = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The contact in the frame. */
  #contactStart = 0;
  #contactEnd = 0;

  read(bytes: Buffer, start: number, end: number): AnswerKind {
    this.#bytes = bytes;
    this.#at = start;
    this.#contactEnd = 0;
    const tag = this.#varint() >>> 3;
    this.#varint();
    if (tag === REPLY) return this.#readReply(end);
    return tag === PUSH ? this.#readPush(end) : 'other';
  }

  state(): string {
    if (this.#contactEnd === 0) return '';
    return stateNames[this.#find(CONTACT_STATE, this.#contactStart, this.#contactEnd)] ?? '';
  }

  #readReply(end: number): AnswerKind {
    const start = this.#at;
    this.requestId = this.#find(REPLY_ID, start, end);
    const okLength = this.#find(REPLY_OK, start, end);
    if (okLength === -1) return 'error';
    const okStart = this.#at;
    this.#enterContact(OK_CONTACT, okStart, okStart + okLength);
    return 'ok';
  }

  #readPush(end: number): AnswerKind {
    let kind: AnswerKind | undefined;
    let length = 0;
    while (this.#at < end) {
      const tag = this.#varint();
      const value = this.#varint();
      if ((tag & 7) === VARINT) continue;
      kind = pushKinds.get(tag >>> 3);
      length = value;
      break;
    }
    const start = this.#at;
    if (kind === 'offer') {
      const idLength = this.#find(OFFER_ID, start, start + length);
      this.offerId = this.#bytes.toString('latin1', this.#at, this.#at + idLength);
      this.#enterContact(OFFER_CONTACT, start, start + length);
    } else if (kind === 'contact') {
      this.#contactStart = start;
      this.#contactEnd = start + length;
    }
    if (this.#contactEnd !== 0) {
      this.#find(CONTACT_ID, this.#contactStart, this.#contactEnd);
      this.life = lifeAt(this.#bytes, this.#at + CONTACT_PREFIX.length);
    }
    return kind ?? 'other';
  }

  #enterContact(field: number, start: number, end: number): void {
    const length = this.#find(field, start, end);
    if (length === -1) return;
    this.#contactStart = this.#at;
    this.#contactEnd = this.#at + length;
  }

  /** The value of a field, or its length if it has one, and then `#at` is where its bytes begin; -1: it is not there. */
  #find(number: number, start: number, end: number): number {
    this.#at = start;
    while (this.#at < end) {
      const tag = this.#varint();
      const wireType = tag & 7;
      if (wireType !== VARINT && wireType !== LENGTH_DELIMITED) {
        this.#at += wireType === 1 ? 8 : 4;
        continue;
      }
      const value = this.#varint();
      if (tag >>> 3 === number) return value;
      if (wireType === LENGTH_DELIMITED) this.#at += value;
    }
    return -1;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }
}
