// What a single value of a field must be: the phrase that says it, and the check of texts and numbers. Both decoders and the query
// decoder use the same, so a limit holds everywhere or nowhere.
//
// Invariants: 1. every refusal reads "expected <phrase>, found <what came>". 2. text is well-formed Unicode everywhere, or it could not
// be written as UTF-8. 3. numbers are finite, and integers exact: within ±(2^53 − 1).

import { unreachable } from '../lib/assert.ts';
import { describe, type Report } from './report.ts';
import type { Field } from './schema.ts';

const UINT32_MAX = 4294967295;

/** Least and greatest value of a number field, from its type and its options. */
export function numberRange(field: Field): { readonly minimum: number; readonly maximum: number } {
  const { minimum, maximum } = field.options;
  const isDouble = field.kind === 'double';
  const least = isDouble ? -Infinity : field.kind === 'int64' ? Number.MIN_SAFE_INTEGER : 0;
  const greatest = isDouble ? Infinity : field.kind === 'uint32' ? UINT32_MAX : Number.MAX_SAFE_INTEGER;
  return { minimum: Math.max(least, minimum ?? least), maximum: Math.min(greatest, maximum ?? greatest) };
}

/** "a number from 0 to 10" and the like; a bound that is only the type's own is not named. */
function numberPhrase(field: Field): string {
  const { minimum, maximum } = numberRange(field);
  const noun = field.kind === 'double' ? 'a number' : 'a whole number';
  const isBounded = field.options.maximum !== undefined || field.kind === 'uint32';
  const from = Number.isFinite(minimum) && minimum !== Number.MIN_SAFE_INTEGER;
  if (from && isBounded) return `${noun} from ${minimum} to ${maximum}`;
  if (from) return `${noun} from ${minimum}`;
  return isBounded ? `${noun} up to ${maximum}` : noun;
}

function textPhrase(field: Field): string {
  const { maxLength, pattern, required } = field.options;
  const length = maxLength === undefined ? '' : ` of ${required ? '1 to' : 'at most'} ${maxLength} characters`;
  const matching = pattern === undefined || field.shape === 'map' ? '' : ` that matches ${pattern}`;
  const empty = required && length === '' && matching === '' ? ' that is not empty' : '';
  return `text${length}${matching}${empty}`;
}

/** What one value of the field is, in words: of a list one item, of a map one value. */
export function valuePhrase(field: Field): string {
  switch (field.kind) {
    case 'string':
      return textPhrase(field);
    case 'json':
      return 'an object';
    case 'bool':
      return 'true or false';
    case 'double':
    case 'uint32':
    case 'uint64':
    case 'int64':
      return numberPhrase(field);
    case 'enum':
      return field.enumType.names.length === 1
        ? `${field.enumType.names[0]}`
        : `one of ${field.enumType.names.join(', ')}`;
    case 'message':
      return 'an object';
    default:
      return unreachable(field);
  }
}

/** What the whole field is, in words. */
export function fieldPhrase(field: Field): string {
  const { maxItems, required } = field.options;
  if (field.shape === 'one') return valuePhrase(field);
  const least = required ? '1' : '';
  const most = maxItems === undefined ? '' : `${maxItems}`;
  const count =
    least !== '' && most !== ''
      ? ` of 1 to ${most}`
      : least !== ''
        ? ' of at least 1'
        : most !== ''
          ? ` of at most ${most}`
          : '';
  return field.shape === 'list'
    ? `a list${count}${count === '' ? '' : ' items'}`
    : `an object${count}${count === '' ? '' : ' entries'}`;
}

/** Notes a fault unless the value is right; returns whether it is. */
export type Check<T> = (value: T, report: Report) => boolean;

/** The check of a number: finite, whole unless a double, within the field's range. */
export function numberCheck(field: Field): Check<number> {
  const { minimum, maximum } = numberRange(field);
  const phrase = valuePhrase(field);
  const isDouble = field.kind === 'double';
  return (value, report) => {
    // Comparisons with NaN are false.
    if (value >= minimum && value <= maximum && (isDouble ? Number.isFinite(value) : Number.isSafeInteger(value))) {
      return true;
    }
    report.expected(phrase, describe(value));
    return false;
  };
}

/** The check of a text, of a list's item or of a map's key: well-formed, not too long, of the pattern. */
export function textCheck(field: Field): Check<string> {
  const { maxLength = Infinity, pattern, required } = field.options;
  const phrase = field.shape === 'map' ? `keys that match ${pattern}` : textPhrase(field);
  const expression = pattern === undefined ? undefined : wholeText(pattern);
  const mayBeEmpty = !required || field.shape !== 'one';
  return (value, report) => {
    if (!value.isWellFormed()) {
      report.expected(phrase, 'text with half a surrogate pair');
      return false;
    }
    if (value.length > maxLength && charactersIn(value) > maxLength) {
      report.expected(phrase, `text of ${charactersIn(value)} characters`);
      return false;
    }
    if ((value === '' && !mayBeEmpty) || (expression !== undefined && !expression.test(value))) {
      report.expected(phrase, describe(value));
      return false;
    }
    return true;
  };
}

/** One expression for each pattern: most fields share one, and its code stays warm. */
const expressions = new Map<string, RegExp>();

function wholeText(pattern: string): RegExp {
  const expression = expressions.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'u');
  expressions.set(pattern, expression);
  return expression;
}

/** Characters as a person counts them, roughly: code points. */
function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Notes a fault if the list or map has more entries than the field allows, or none where some are required. */
export function countIsRight(field: Field, count: number, report: Report): boolean {
  if (count <= (field.options.maxItems ?? Infinity) && (count > 0 || !field.options.required)) return true;
  report.expected(fieldPhrase(field), field.shape === 'list' ? `a list of ${count}` : `an object of ${count}`);
  return false;
}
