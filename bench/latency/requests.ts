/**
 * The requests of a life as frames' payloads, made as cheaply as can be: JSON is encoded once for each kind of contact,
 * and then only the numbers are set in; protobuf, whose lengths depend on what is inside, goes through the codec.
 */
import { encodeRequest, type Subprotocol } from '../../src/wire/request.ts';
import { CONTACT_PREFIX, contactOf, DISPOSITION, VARIANTS } from './centre.ts';
import { FIRST_LIFE, requestIdOf } from './life.ts';

export type Payload = string | Uint8Array;

export interface Requests {
  submit(life: number): Payload;
  accept(life: number, offerId: string): Payload;
  end(life: number): Payload;
  complete(life: number): Payload;
}

export function requestsOf(subprotocol: Subprotocol): Requests {
  return subprotocol === 'json' ? jsonRequests() : encodedRequests(subprotocol);
}

/** Every request through the codec. */
function encodedRequests(subprotocol: Subprotocol): Requests {
  return {
    submit: (life) => encodeRequest(subprotocol, requestIdOf(life, 0), 'submit', { contact: contactOf(life) }),
    accept: (life, offerId) => encodeRequest(subprotocol, requestIdOf(life, 1), 'accept', { offerId }),
    end: (life) => {
      const contactId = `${CONTACT_PREFIX}${life}`;
      return encodeRequest(subprotocol, requestIdOf(life, 2), 'end', { contactId, version: 0 });
    },
    complete: (life) => {
      const body = { contactId: `${CONTACT_PREFIX}${life}`, disposition: DISPOSITION, version: 0 };
      return encodeRequest(subprotocol, requestIdOf(life, 3), 'complete', body);
    },
  };
}

/** Texts with holes: `before` the request's id, then pieces between which the life's number stands. */
function jsonRequests(): Requests {
  const whole = encodedRequests('json');
  const submits = Array.from({ length: VARIANTS }, (_, kind) => {
    const life = FIRST_LIFE - (FIRST_LIFE % VARIANTS) + kind;
    return piecesOf(whole.submit(life), life, 0);
  });
  const end = piecesOf(whole.end(FIRST_LIFE), FIRST_LIFE, 2);
  const complete = piecesOf(whole.complete(FIRST_LIFE), FIRST_LIFE, 3);
  return {
    submit: (life) => joined(submits[life % VARIANTS] ?? [], life, 0),
    accept: (life, offerId) => `{"id":${requestIdOf(life, 1)},"accept":{"offerId":"${offerId}"}}`,
    end: (life) => joined(end, life, 2),
    complete: (life) => joined(complete, life, 3),
  };
}

function piecesOf(payload: Payload, life: number, step: number): string[] {
  const head = `{"id":${requestIdOf(life, step)}`;
  if (typeof payload !== 'string' || !payload.startsWith(head)) throw new Error('a JSON request begins with its id');
  return payload.slice(head.length).split(String(life));
}

function joined(pieces: readonly string[], life: number, step: number): string {
  return `{"id":${requestIdOf(life, step)}${pieces.join(String(life))}`;
}
