// The query of an HTTP request, read by the same rules as a message in JSON: each parameter is a field of that name.
//
// Invariants: 1. text is taken for what the field's type says it is (a decimal number, true or false, a name) and for nothing else.
// 2. an unknown parameter, or one that comes twice, is refused by its name.

import type { PlainObject } from './absent.ts';
import { readMessage } from './json-decoder.ts';
import type { WireTypes } from './messages.ts';
import { type Decoded, Report } from './report.ts';
import { type Field, messageNamed } from './schema.ts';

export type QueryName = 'ContactsQuery' | 'AgentsQuery' | 'ExplainQuery' | 'CancelQuery';

/** The names and texts of the parameters, in order; a URLSearchParams is one. */
export type Parameters = Iterable<readonly [name: string, text: string]>;

/** Decodes the parameters of a query; a refusal's path is the parameter's name. */
export function decodeQuery<K extends QueryName>(name: K, parameters: Parameters): Decoded<WireTypes[K]> {
  const message = messageNamed(name);
  const report = new Report(Infinity);
  const source: PlainObject = Object.create(null);
  for (const [key, text] of parameters) {
    if (Object.hasOwn(source, key)) {
      report.expected('the parameter once', 'it twice');
      report.withinKey(key);
    }
    const field = message.fieldByName.get(key);
    source[key] = field === undefined ? text : meantBy(field, text);
  }
  const value = report.failed ? undefined : readMessage(message, source, 'request', report);
  const refusal = report.refusal();
  return refusal === undefined ? { value: value as WireTypes[K] } : { refusal };
}

/** What the text stands for; the text itself when it is nothing that the field could be. */
function meantBy(field: Field, text: string): unknown {
  switch (field.kind) {
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'double':
    case 'uint32':
    case 'uint64':
      return /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? Number(text) : text;
    default:
      return text;
  }
}
