/**
 * A push on its way to sockets: encoded on first use, once for each sub-protocol, however many sockets get it.
 *
 * 1. What it carries is immutable, so an encoding made late is as good as one made at once.
 */
import type { Push as PortPush } from '../engine/port.ts';
import type { Push } from '../wire/messages.ts';
import type { Subprotocol } from '../wire/request.ts';
import { encodeFrame } from '../wire/request.ts';
import type { EncodedFrame, Level } from './outbox.ts';

/** Pushes of the port that carry something for the client; the others close sessions, or say that there is something to read. */
export type ClientPush = Exclude<PortPush, { readonly to: 'session' } | { readonly kind: 'changed' }>;

export class PushFrame implements Level {
  readonly push: Push;
  readonly #encoded: { [S in Subprotocol]?: EncodedFrame } = {};

  constructor(push: Push) {
    this.push = push;
  }

  get seq(): number {
    return this.push.seq;
  }

  encode(subprotocol: Subprotocol): EncodedFrame {
    const known = this.#encoded[subprotocol];
    if (known !== undefined) return known;
    const encoded = encodeFrame(subprotocol, { push: this.push });
    this.#encoded[subprotocol] = encoded;
    return encoded;
  }
}

/** The frame of a push of the port. */
export function pushFrameOf(push: ClientPush): PushFrame {
  const { seq, at } = push;
  switch (push.kind) {
    case 'offer':
      return new PushFrame({ seq, at, offer: push.offer });
    case 'offerRevoked':
      return new PushFrame({ seq, at, offerRevoked: push.offerRevoked });
    case 'contact':
      return new PushFrame({ seq, at, contact: push.contact });
    case 'agent':
      return new PushFrame({ seq, at, agent: push.agent });
  }
}
