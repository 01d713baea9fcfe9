// Random values of any message, made from the schema itself: whatever field is added is covered without a word here.
//
// 1. Values are in the form that decoders give, so that decoding what was encoded must give an equal value.
// 2. Maps have no prototype, as decoded ones.
import fc from 'fast-check';
import { isKeyless, isPatch, meaningOfAbsent, type PlainObject } from '../../src/wire/absent.ts';
import { numberRange } from '../../src/wire/field-rules.ts';
import { jsonObjectTextOf } from '../../src/wire/json-text.ts';
import { Report } from '../../src/wire/report.ts';
import { type Field, type Message, messageNamed } from '../../src/wire/schema.ts';

/** Of every random test here: the same cases in every run. A failure prints it, and the path to the case. */
export const SEED = 20_251_122;

/** `request`: within all limits, no output-only fields, absent numbers as what they mean. `any`: whatever the types hold. */
export type Purpose = 'request' | 'any';

/** Random objects of the message, with all its fields present as the core has them; optional ones now and then. */
export function messageArbitrary(name: string, purpose: Purpose): fc.Arbitrary<PlainObject> {
  return objectArbitrary(messageNamed(name), purpose);
}

function objectArbitrary(message: Message, purpose: Purpose): fc.Arbitrary<PlainObject> {
  const fields = message.fields.filter(
    (field) => field.oneof === '' && !(purpose === 'request' && field.options.outputOnly),
  );
  const mayMiss = (field: Field) =>
    isPatch(message) ||
    isKeyless(message, field) ||
    (field.optional && !(purpose === 'request' && field.options.required));
  const model = Object.fromEntries(
    fields
      .filter((field) => !(isPatch(message) && field.name === 'clear'))
      .map((field) => [field.name, fieldArbitrary(message, field, purpose)]),
  );
  const requiredKeys = Object.keys(model).filter(
    (key) => !fields.some((field) => field.name === key && mayMiss(field)),
  );
  const common = fc.record(model, { requiredKeys }) as fc.Arbitrary<PlainObject>;
  const arms = message.fields.filter((field) => field.oneof !== '');
  if (arms.length === 0) return common.map((object) => ({ ...object }));
  const arm = fc.oneof(
    ...arms.map((field) => fieldArbitrary(message, field, purpose).map((value) => ({ [field.name]: value }))),
  );
  return fc.tuple(common, arm).map(([object, one]) => ({ ...object, ...one }));
}

function fieldArbitrary(message: Message, field: Field, purpose: Purpose): fc.Arbitrary<unknown> {
  const value = valueArbitrary(message, field, purpose);
  const atMost = Math.min(field.options.maxItems ?? 5, 5);
  const atLeast = field.options.required || isKeyless(message, field) ? 1 : 0;
  if (field.shape === 'list') return fc.array(value, { minLength: atLeast, maxLength: atMost });
  if (field.shape === 'one') return value;
  return fc
    .dictionary(patternArbitrary(field.options.pattern ?? '.{0,9}'), value, { maxKeys: atMost })
    .map((map) => Object.assign(Object.create(null), map) as PlainObject);
}

function valueArbitrary(message: Message, field: Field, purpose: Purpose): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'message':
      return objectArbitrary(field.message, purpose);
    case 'enum': {
      const mayBeAbsent =
        purpose === 'request' &&
        !field.optional &&
        !field.options.required &&
        meaningOfAbsent(message, field) === undefined;
      return fc.constantFrom(...field.enumType.names, ...(mayBeAbsent ? [''] : []));
    }
    case 'bool':
      return fc.boolean();
    case 'string':
      return textArbitrary(field, purpose);
    case 'json':
      return freeObjectText(isPatch(message));
    default:
      return numberArbitrary(message, field, purpose);
  }
}

function numberArbitrary(message: Message, field: Field, purpose: Purpose): fc.Arbitrary<number> {
  const { minimum, maximum } = numberRange(field);
  const isRequest = purpose === 'request';
  if (field.kind === 'double') {
    const range = isRequest ? { min: minimum, max: maximum } : { min: -1e15, max: 1e15 };
    // −0 cannot be told from 0 in either encoding.
    return fc.double({ ...range, noNaN: true }).map((value) => value + 0);
  }
  const least = isRequest && (meaningOfAbsent(message, field) !== undefined || field.options.required) ? 1 : 0;
  if (isRequest) return fc.integer({ min: Math.max(minimum, least), max: maximum });
  if (field.kind === 'int64') return fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constant(0));
  return fc.oneof(fc.nat(), field.kind === 'uint64' ? fc.maxSafeNat() : fc.constant(0xffffffff), fc.constant(0));
}

function textArbitrary(field: Field, purpose: Purpose): fc.Arbitrary<string> {
  const { pattern, maxLength, required } = field.options;
  if (purpose === 'any') {
    return fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 30, maxLength: 200 }), fc.constant(''));
  }
  if (pattern !== undefined) return patternArbitrary(pattern);
  return fc.string({ unit: 'binary', minLength: required ? 1 : 0, maxLength: Math.min(maxLength ?? 20, 50) });
}

function patternArbitrary(pattern: string): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^(?:${pattern})$`));
}

/** Canonical text of a free object, or '' where that can stand. */
function freeObjectText(neverEmpty: boolean): fc.Arbitrary<string> {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.maxSafeInteger(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 3 }), keyed(tie('value'))),
  }));
  return keyed(value)
    .map((object) => {
      const text = jsonObjectTextOf(JSON.stringify(object), { maxBytes: 4096, maxDepth: 16 }, new Report(Infinity));
      return text ?? '';
    })
    .filter((text) => !neverEmpty || text !== '');
}

function keyed(value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')), value, {
    maxKeys: 4,
    noNullPrototype: false,
  });
}
