// A gateway that keeps what it is pushed: the newest picture of each of its contacts, through the edge's own outbox.
//
// 1. While it is slow the outbox holds levels back, and gives them up when there are too many: then it asks for the changes since.
// 2. Whenever it is neither slow nor behind, what it has is how things stand.

import type { ContactView } from '../../src/core/views.ts';
import type { FrameSink, Outbox } from '../../src/edge/outbox.ts';
import type { Product } from './product.ts';

const BOUNDS = { bytesMax: 1 << 20, levelsMax: 6 };

export class GatewayConsumer {
  readonly contactById = new Map<string, ContactView>();
  /** It has to ask for all that changed after this seq; undefined: it has everything. */
  behindSeq: number | undefined = undefined;
  isSlow = false;
  readonly #outbox: Outbox;

  /** `onLost`: it was too slow, and levels were given up. */
  constructor(product: Product, onLost: () => void) {
    const isSlow = (): boolean => this.isSlow;
    const sink: FrameSink = {
      bufferedBytes: 0,
      get isFull() {
        return isSlow();
      },
      write: (frames) => {
        for (const frame of frames) this.take(JSON.parse(Buffer.from(frame).toString()) as ContactView);
      },
    };
    this.#outbox = new product.Outbox('json', sink, BOUNDS, {
      onFlushWanted: () => undefined,
      onOverflow: () => undefined,
      onLevelsLost: (fromSeq) => {
        onLost();
        this.fallBehind(fromSeq - 1);
      },
    });
  }

  push(seq: number, contact: ContactView): void {
    this.#outbox.putLevel(contact.id, { seq, encode: () => Buffer.from(JSON.stringify(contact)) });
  }

  /** The end of a turn of the process. */
  flush(): void {
    this.#outbox.flush();
  }

  fallBehind(afterSeq: number): void {
    this.behindSeq = Math.min(this.behindSeq ?? afterSeq, afterSeq);
  }

  /** A picture that arrived. */
  take(contact: ContactView): void {
    const { position: _position, ...picture } = contact;
    this.contactById.set(contact.id, picture);
  }
}
