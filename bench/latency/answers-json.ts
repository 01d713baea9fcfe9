/**
 * Frames of the JSON sub-protocol by position: the router writes fields in the order of the schema, without white space.
 * `{"reply":{"id":1,"seq":2,"ok":…`, `{"push":{"seq":2,"at":3,"offer":{"id":"o2","contact":{"id":"call-…`.
 */
import type { AnswerKind, Answers } from './answers.ts';
import { CONTACT_PREFIX } from './centre.ts';
import { lifeAt } from './life.ts';

const REPLY_ID = '{"reply":{"id":'.length;
const PUSH_SEQ = '{"push":{"seq":'.length;
const SEQ_KEY = ',"seq":'.length;
const AT_KEY = ',"at":'.length;
const KEY_START = ',"'.length;
const OFFER_ID = 'offer":{"id":"'.length;
const OFFER_CONTACT_ID = '","contact":{"id":"'.length;
const CONTACT_ID = 'contact":{"id":"'.length;
const LIFE = CONTACT_PREFIX.length;
const STATE = Buffer.from('"state":"');
const QUOTE = 0x22;
const LETTER = { r: 0x72, p: 0x70, o: 0x6f, e: 0x65, c: 0x63, a: 0x61, w: 0x77 } as const;

export class JsonAnswers implements Answers {
  requestId = 0;
  offerId = '';
  life = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  /** Where the number that was read last ends. */
  #at = 0;

  read(bytes: Buffer, start: number, end: number): AnswerKind {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    const first = bytes[start + 2];
    if (first === LETTER.r) return this.#readReply();
    return first === LETTER.p ? this.#readPush() : 'other';
  }

  state(): string {
    const found = this.#bytes.indexOf(STATE, this.#start);
    if (found === -1 || found >= this.#end) return '';
    const from = found + STATE.length;
    return this.#bytes.toString('latin1', from, this.#bytes.indexOf(QUOTE, from));
  }

  #readReply(): AnswerKind {
    this.requestId = this.#number(this.#start + REPLY_ID);
    this.#number(this.#at + SEQ_KEY);
    const result = this.#bytes[this.#at + KEY_START];
    if (result === LETTER.o) return 'ok';
    return result === LETTER.e ? 'error' : 'other';
  }

  #readPush(): AnswerKind {
    this.#number(this.#start + PUSH_SEQ);
    this.#number(this.#at + AT_KEY);
    const key = this.#at + KEY_START;
    const bytes = this.#bytes;
    switch (bytes[key]) {
      case LETTER.o: {
        // `offerRevoked` has a letter where `offer` has its quote.
        if (bytes[key + 'offer'.length] !== QUOTE) return 'other';
        const idEnd = bytes.indexOf(QUOTE, key + OFFER_ID);
        this.offerId = bytes.toString('latin1', key + OFFER_ID, idEnd);
        this.life = lifeAt(bytes, idEnd + OFFER_CONTACT_ID + LIFE);
        return 'offer';
      }
      case LETTER.c:
        this.life = lifeAt(bytes, key + CONTACT_ID + LIFE);
        return 'contact';
      case LETTER.a:
        return 'agent';
      case LETTER.w:
        return 'welcome';
      default:
        return 'other';
    }
  }

  #number(at: number): number {
    let value = 0;
    let index = at;
    for (; ; index++) {
      const digit = (this.#bytes[index] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.#at = index;
    return value;
  }
}
