// The two sub-protocols as the client needs them: a request to a frame, a frame to what the router said.
//
// 1. Encoding checks nothing but what types say: the router is who refuses, with the field's path.

import type { Frame, RequestBodies, Verb } from '../wire/messages.ts';
import { decodeFrame, encodeRequest } from '../wire/request.ts';

/** `json`: text frames, readable in a debugger. `proto`: binary frames, smaller. */
export type SubProtocol = 'json' | 'proto';

export type FrameData = string | Uint8Array<ArrayBuffer>;

export interface FrameCodec {
  /** As offered in the handshake. */
  readonly subProtocol: string;
  encodeRequest<V extends Verb>(id: number, verb: V, body: RequestBodies[V]): FrameData;
  /** What the router said; undefined if it cannot be read. */
  decodeFrame(data: unknown): Frame | undefined;
}

/** The codec of a sub-protocol. */
export function codecOf(subProtocol: SubProtocol): FrameCodec {
  return {
    subProtocol: `cordboard.v1.${subProtocol}`,
    encodeRequest: (id, verb, body) => encodeRequest(subProtocol, id, verb, body),
    decodeFrame: (data) => {
      const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
      if (typeof frame !== 'string' && !(frame instanceof Uint8Array)) return undefined;
      const decoded = decodeFrame(subProtocol, frame);
      return 'value' in decoded ? decoded.value : undefined;
    },
  };
}
