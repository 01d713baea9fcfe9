/**
 * Reads of a frame from the server what the load needs, and nothing else: what it is, about which life, and the state that
 * the contact is in. Decoding every frame whole would cost as much as the rest of the load.
 *
 * 1. One reader serves a whole crew: what it read is good until it reads the next frame.
 * 2. What does not look as expected is `other`, with its text for the fault that the run then reports.
 */
export type AnswerKind = 'ok' | 'error' | 'offer' | 'contact' | 'agent' | 'welcome' | 'other';

export interface Answers {
  /** Reads the frame in `bytes` from `start` to `end`. */
  read(bytes: Buffer, start: number, end: number): AnswerKind;
  /** Of a reply: the request's id. */
  readonly requestId: number;
  /** Of an offer. */
  readonly offerId: string;
  /** Of an offer or a contact that was pushed: its life. */
  readonly life: number;
  /** The state of the contact in the frame just read; '' if there is none. Looked for when it is asked for. */
  state(): string;
}
